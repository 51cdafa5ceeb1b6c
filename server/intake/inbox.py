"""Working off what webhooks and sweeps asked to be read, one shop's business never waiting for another's."""

import asyncio
import logging

from server.db import outbox, stores, webhooks
from server.db.stores import ShopifyConnection
from server.db.webhooks import News
from server.intake.catalogue import read_product
from server.intake.contacts_import import tell_contact
from server.intake.importing import look_at_import
from server.intake.reading import NO_SUCH_ORDER, Reader, read_and_tell
from server.intake.subjects import PARTS
from server.shopify.failures import ShopifyError, Throttled
from server.shopify.operations import ORDER_READ
from server.shopify.orders import find_order_of
from server.shopify.scalars import numeric_id
from sync_protocol.ids import OrderId, ShopId

_log = logging.getLogger(__name__)

LEASE_MS = 60_000
BACK_OFF_FIRST_MS = 1_000
BACK_OFF_MAX_MS = 300_000
ROOM_LEFT_POINTS = 200
"""Reading leaves this much of the store's rate limit to what people wait for: a shipment that is to be told."""
WAIT_AT_MOST_S = 10.0


async def work_off_news(reader: Reader, most: int = 20, shop_id: ShopId | None = None) -> int:
    """Read what is due, of one shop or of all at once; return how many readings were due."""
    async with reader.database.connection() as connection:
        due = await webhooks.shops_with_news(connection, reader.clock())
        connected = {s.shop_id: s for s in await stores.store_connections(connection)}
    wanted = [one for one in due if shop_id is None or one == shop_id]
    counts = await asyncio.gather(
        *(_work_off_shop(reader, one, connected.get(one), most) for one in wanted)
    )
    return sum(counts)


async def _work_off_shop(
    reader: Reader, shop_id: ShopId, store: ShopifyConnection | None, most: int
) -> int:
    async with reader.database.transaction() as connection:
        due = await webhooks.take_news(connection, shop_id, reader.clock(), LEASE_MS, most)
    for news in due:
        if store is None:
            await _settle(reader, news, "the shop has no store connected")
        else:
            await _work_off(reader, store, news)
    return len(due)


async def _work_off(reader: Reader, store: ShopifyConnection, news: News) -> None:
    await leave_room(reader, store)
    try:
        remark = await _read(reader, store, news.resource_gid)
        if remark is None:
            for body in news.with_it:
                await tell_contact(reader, store.shop_id, body)
    except ShopifyError as error:
        await _put_off(reader, news, _wait_ms(news, error), str(error))
    except Exception as error:  # noqa: BLE001 - one thing that cannot be read must not keep the others waiting
        _log.exception("reading %s failed", news.resource_gid)
        await _put_off(reader, news, _wait_ms(news, None), f"{type(error).__name__}: {error}")
    else:
        await _settle(reader, news, remark)


async def leave_room(reader: Reader, store: ShopifyConnection) -> None:
    """Wait, but not for ever, until a reading would leave the room that people's own calls need."""
    wait_s = reader.client_of(store).wait_s_for(ORDER_READ.cost_points + ROOM_LEFT_POINTS)
    if wait_s > 0:
        await reader.sleep(min(wait_s, WAIT_AT_MOST_S))


async def _read(reader: Reader, store: ShopifyConnection, gid: str) -> str | None:
    kind = gid.rpartition("/")[0].rpartition("/")[2]
    if kind == "Product":
        return await read_product(reader, store, gid)
    if kind == "BulkOperation":
        return await look_at_import(reader, store, gid)
    if kind in PARTS:
        order = await find_order_of(reader.client_of(store), gid)
        if order is None:
            return NO_SUCH_ORDER
        if kind == "FulfillmentOrder":
            await _work_changed(reader, store, order)
            return None
        return await read_and_tell(reader, store, order)
    return await read_and_tell(reader, store, gid)


async def _work_changed(reader: Reader, store: ShopifyConnection, order: str) -> None:
    """How the store shares work out among its locations is read when a shipment is told, and kept nowhere.

    But a shipment may be waiting for just this: that the order was routed, or a hold released.
    """
    async with reader.database.connection() as connection:
        order_id = OrderId(numeric_id(order))
        await outbox.hurry(connection, store.shop_id, order_id, reader.clock())


def _wait_ms(news: News, error: ShopifyError | None) -> int:
    if isinstance(error, Throttled):
        return max(1, int(error.retry_after_s * 1000))
    return min(BACK_OFF_MAX_MS, BACK_OFF_FIRST_MS << min(news.attempts, 10))


async def _settle(reader: Reader, news: News, remark: str | None) -> None:
    async with reader.database.connection() as connection:
        await webhooks.settle_news(connection, news, reader.clock(), remark)


async def _put_off(reader: Reader, news: News, wait_ms: int, why: str) -> None:
    _log.warning("reading %s failed (%s); again in %d ms", news.resource_gid, why, wait_ms)
    async with reader.database.connection() as connection:
        await webhooks.put_news_off(connection, news, reader.clock() + wait_ms, why[:500])

"""Reading one order anew and telling what was seen."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import msgspec
from msgspec import Struct

from server.db import store_news
from server.db.connections import Connection
from server.db.pool import Database
from server.db.stores import ShopifyConnection
from server.shopify.change_answers import Changes
from server.shopify.client import AdminClient
from server.shopify.clients import Clients
from server.shopify.failures import NotSent
from server.shopify.order_changes import read_changes, went_through_changes
from server.shopify.orders import read_order
from server.shopify.scalars import numeric_id
from server.shopify.translate import seen_order
from server.sync.live import Live
from server.sync.news import Superseded, Told, tell
from sync_protocol.bodies.store_news import ShopifyOrder
from sync_protocol.canonical import canonical, digest_hex
from sync_protocol.ids import OWN_OPS, OpId, OrderId, ShopId
from sync_protocol.ops import OpKind

NO_SUCH_ORDER = "the store has no such order"
DELETED = "the order was deleted in the store"


class Reader(Struct, frozen=True, kw_only=True):
    """What reading needs: our database, the live channel, the stores, the clock (epoch ms) and how to wait (seconds)."""

    database: Database
    live: Live
    clients: Clients
    clock: Callable[[], int]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def client_of(self, store: ShopifyConnection) -> AdminClient:
        """Return the client that calls this store."""
        return self.clients.of(store)


TRIES = 4
"""Readings of an order that others have told of meanwhile; each was younger than the one before."""


async def read_and_tell(reader: Reader, store: ShopifyConnection, gid: str) -> str | None:
    """Read an order whole and tell what was seen; return a remark where there was nothing to be seen.

    Raises:
        ShopifyError: nothing was told.
    """
    client = reader.client_of(store)
    order_id = OrderId(numeric_id(gid))
    for _ in range(TRIES):
        after = await _last_told(reader, store.shop_id, order_id)
        order = await read_order(client, gid)
        if order is None:
            return await _tell_gone(reader, store.shop_id, gid)
        changes = await read_changes(client, gid) if went_through_changes(order) else Changes()
        try:
            await _tell_after(reader, store.shop_id, seen_order(order, changes), after)
        except Superseded:
            continue
        return None
    raise NotSent("others read the same order at the same time")


async def tell_reading(reader: Reader, shop_id: ShopId, seen: ShopifyOrder) -> None:
    """Tell a reading of an order as news, behind whatever was told of it before."""
    with contextlib.suppress(Superseded):  # whoever came in between has read the order later
        await _tell_after(reader, shop_id, seen, await _last_told(reader, shop_id, seen.id))


async def _last_told(reader: Reader, shop_id: ShopId, order_id: OrderId) -> OpId | None:
    async with reader.database.connection() as connection:
        return await store_news.last_told(connection, shop_id, order_id)


async def _tell_after(
    reader: Reader, shop_id: ShopId, seen: ShopifyOrder, after: OpId | None
) -> None:
    told = news_of_reading(seen, after)
    if told is None:
        return

    async def nobody_else_told(connection: Connection) -> bool:
        return await store_news.last_told(connection, shop_id, seen.id) == after

    await tell(reader.database, reader.live, shop_id, told, reader.clock(), nobody_else_told)


def news_of_reading(body: ShopifyOrder, after: OpId | None = None) -> Told | None:
    """Return a reading as news, or None where it is what was last told.

    It is named by what it says and by the news before it: an order that is again as it once was has changed all the same,
    while the same reading twice is the same news.
    """
    name = f"{OWN_OPS}{body.id}-{digest_hex(canonical(body))[:24]}"
    if after is not None:
        if after.startswith(name):
            return None
        name = f"{name}-{digest_hex(after.encode())[:8]}"
    return Told(id=OpId(name), kind=OpKind.SHOPIFY_ORDER, body=body)


async def _tell_gone(reader: Reader, shop_id: ShopId, gid: str) -> str:
    """An order that was deleted in the store is cancelled here: what is out on it must still come back to a shelf."""
    order_id = OrderId(numeric_id(gid))
    async with reader.database.connection() as connection:
        last = await store_news.last_reading(connection, shop_id, order_id)
    if last is None:
        return NO_SUCH_ORDER
    if last.cancelled_at is None:
        now = reader.clock()
        gone = msgspec.structs.replace(last, cancelled_at=now, updated_at=max(now, last.updated_at))
        await tell_reading(reader, shop_id, gone)
    return DELETED

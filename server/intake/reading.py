"""Reading the store anew: after a webhook, and in sweeps for those that never came."""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable

from msgspec import Struct

from server.db import shops, webhooks
from server.db.pool import Database
from server.db.shops import ShopifyConnection
from server.db.webhooks import News
from server.shopify import answers
from server.shopify.client import AdminClient
from server.shopify.clients import Clients
from server.shopify.failures import ShopifyError, Throttled
from server.shopify.orders import list_changed_orders, read_order
from server.shopify.store import list_variants
from server.shopify.translate import epoch_ms, seen_order, seen_variant
from server.sync.live import Live
from server.sync.news import Told, tell
from sync_protocol.canonical import canonical, digest_hex
from sync_protocol.ids import OWN_OPS, OpId, ShopId
from sync_protocol.ops import OpKind

_log = logging.getLogger(__name__)

LEASE_MS = 60_000
BACK_OFF_FIRST_MS = 1_000
BACK_OFF_MAX_MS = 300_000
SWEEP_OVERLAP_MS = 120_000
"""`updatedAt` counts whole seconds and the search index lags: look back this far each time."""

SWEEP_ROOM_S = 2.0
"""A sweep that met the rate limit leaves the next points to what people wait for."""

FIRST_SWEEP_MS = 60 * 86_400_000
"""Without a further scope Shopify shows orders of the last 60 days."""


class Reader(Struct, frozen=True, kw_only=True):
    """What reading needs: our database, the live channel, the stores and the clock (epoch ms)."""

    database: Database
    live: Live
    clients: Clients
    clock: Callable[[], int]


async def work_off_news(reader: Reader, most: int = 20) -> int:
    """Read what webhooks told of; return how many readings were due."""
    async with reader.database.transaction() as connection:
        due = await webhooks.take_news(connection, reader.clock(), LEASE_MS, most)
        stores = {s.shop_id: s for s in await shops.store_connections(connection)}
    for news in due:
        store = stores.get(news.shop_id)
        if store is None:
            await _settle(reader, news, "the shop has no store connected")
            continue
        try:
            remark = await _read_and_tell(reader, store, news.resource_gid)
        except ShopifyError as error:
            await _put_off(reader, news, error)
        else:
            await _settle(reader, news, remark)
    return len(due)


async def _read_and_tell(reader: Reader, store: ShopifyConnection, gid: str) -> str | None:
    client = reader.clients.of(store.admin_url, store.access_token)
    order = await read_order(client, gid)
    if order is None:
        return "the store has no such order"
    await tell(reader.database, reader.live, store.shop_id, news_of(order), reader.clock())
    return None


def news_of(order: answers.Order) -> Told:
    """Return a reading as news. The same reading is the same news: a second one of an unchanged order records nothing."""
    body = seen_order(order)
    return Told(
        id=OpId(f"{OWN_OPS}{body.id}-{digest_hex(canonical(body))[:24]}"),
        kind=OpKind.SHOPIFY_ORDER,
        body=body,
    )


async def _settle(reader: Reader, news: News, remark: str | None) -> None:
    async with reader.database.connection() as connection:
        await webhooks.settle_news(connection, news, reader.clock(), remark)


async def _put_off(reader: Reader, news: News, error: ShopifyError) -> None:
    wait_ms = min(BACK_OFF_MAX_MS, BACK_OFF_FIRST_MS * 2 ** min(news.attempts, 10))
    if isinstance(error, Throttled):
        wait_ms = max(1, int(error.retry_after_s * 1000))
    _log.warning("reading %s failed (%s); again in %d ms", news.resource_gid, error, wait_ms)
    async with reader.database.connection() as connection:
        await webhooks.put_news_off(connection, news, reader.clock() + wait_ms, str(error))


async def sweep(reader: Reader, store: ShopifyConnection) -> int:
    """Read every order that changed since the last sweep, less an overlap; return how many were seen.

    Raises:
        ShopifyError: the sweep is tried again later from where it stood.
    """
    client = reader.clients.of(store.admin_url, store.access_token)
    floor = epoch_ms(store.swept_to) or reader.clock() - FIRST_SWEEP_MS
    since = _iso(floor - SWEEP_OVERLAP_MS)
    after: str | None = None
    seen = 0
    reached = store.swept_to
    while True:
        page = await list_changed_orders(client, since, after)
        for changed in page.nodes:
            await _read_patiently(reader, store, changed.id)
            reached = changed.updated_at
            seen += 1
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page or after is None:
            break
    if reached is not None and reached != store.swept_to:
        async with reader.database.connection() as connection:
            await shops.note_sweep(connection, store.shop_id, reached)
    return seen


async def _read_patiently(reader: Reader, store: ShopifyConnection, gid: str) -> None:
    """Read for a sweep, which waits for room instead of starting over."""
    while True:
        try:
            await _read_and_tell(reader, store, gid)
        except Throttled as error:
            await asyncio.sleep(max(SWEEP_ROOM_S, error.retry_after_s))
        else:
            return


def _iso(ms: int) -> str:
    moment = dt.datetime.fromtimestamp(ms / 1000, dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


async def mirror_variants(
    database: Database, client: AdminClient, shop_id: ShopId, clock: Callable[[], int]
) -> int:
    """Mirror the store's whole catalogue, page by page; return how many variants were new or changed."""
    after: str | None = None
    changed = 0
    while True:
        page = await list_variants(client, after, first=100)
        variants = [seen_variant(node) for node in page.nodes]
        async with database.transaction() as connection:
            changed += await shops.store_variants(connection, shop_id, variants, clock())
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page or after is None:
            return changed

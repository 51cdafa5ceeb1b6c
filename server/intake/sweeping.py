"""Sweeps: what no webhook told of is found by asking the store what has changed.

A sweep only lists and queues; the inbox reads. So it is over in seconds, and a restart in its middle loses nothing: the
mark up to which the store is known moves on once everything found is durably queued.
"""

import logging
from collections.abc import AsyncIterator

from msgspec.structs import replace

from server.db import store_imports, store_news, stores, webhooks
from server.db import store_reading as readings
from server.db.store_imports import ImportKind, StoreImport
from server.db.store_reading import StoreReading
from server.db.stores import ShopifyConnection
from server.db.webhooks import ToRead
from server.intake.importing import iso, to_be_read, want_import, was_over_before
from server.intake.reading import Reader
from server.shopify.answers import ChangedOrder
from server.shopify.client import AdminClient
from server.shopify.orders import changed_since, count_orders, list_orders
from server.shopify.scalars import epoch_ms, numeric_id, order_gid
from sync_protocol.ids import OrderId

_log = logging.getLogger(__name__)

OVERLAP_MS = 120_000
"""`updatedAt` counts whole seconds and the search index lags: look back this far each time."""

WINDOW_MS = 60 * 86_400_000
"""Without a further scope Shopify shows orders of the last 60 days."""

BULK_ABOVE = 250
"""More changed orders than this are read in bulk: one by one they would take the rate limit for many minutes."""

DEEP_EVERY_MS = 24 * 3_600_000


async def sweep(reader: Reader, store: ShopifyConnection) -> int:
    """Queue every order that changed since the last sweep, less an overlap; return how many the store named.

    The first sweep of a store, and one after a long silence, asks for a bulk reading instead.

    Raises:
        ShopifyError: the sweep is tried again later from where it stood.
    """
    async with reader.database.transaction() as connection:
        known = await readings.begin_reading(connection, store.shop_id, reader.clock())
        importing = await store_imports.imports_of(connection, store.shop_id)
    client = reader.client_of(store)
    now = reader.clock()
    floor = epoch_ms(store.swept_to)
    since_ms = now - WINDOW_MS if floor is None else floor - OVERLAP_MS
    if not any(one.kind is ImportKind.VARIANTS for one in importing):
        await want_import(reader, store, ImportKind.VARIANTS)
    failed = next((one for one in importing if is_failed_orders_import(one)), None)
    if failed is not None:
        # What could not be read in bulk is read one by one, from where the bulk reading was to begin.
        since_ms = min(since_ms, epoch_ms(failed.since) or since_ms)
    found, _ = await count_orders(client, changed_since(iso(since_ms)))
    if found > BULK_ABOVE and failed is None:
        return await _sweep_in_bulk(reader, store, since_ms, found)
    reached, seen = store.swept_to, 0
    async for page in _pages(client, changed_since(iso(since_ms))):
        await _queue(reader, known, page)
        reached, seen = page[-1].updated_at, seen + len(page)
    if failed is not None:
        async with reader.database.transaction() as connection:
            await store_imports.store_import(connection, replace(failed, state="done"))
    await _note(reader, store, reached)
    return seen


def is_failed_orders_import(one: StoreImport) -> bool:
    """Whether the store's orders could not be read in bulk."""
    return one.kind is ImportKind.ORDERS and one.state == "failed"


async def _sweep_in_bulk(
    reader: Reader, store: ShopifyConnection, since_ms: int, found: int
) -> int:
    """The mark moves to now, less the overlap: the import is as durable as a queue, and it covers what was before."""
    _log.info("%s: %d orders changed; reading them in bulk", store.shop_id, found)
    now = reader.clock()
    if not await want_import(reader, store, ImportKind.ORDERS, since_ms):
        return 0  # one is under way, perhaps of another time: the mark stays where it is
    await _note(reader, store, iso(now))
    return found


async def _pages(client: AdminClient, query: str) -> AsyncIterator[tuple[ChangedOrder, ...]]:
    after: str | None = None
    while True:
        page = await list_orders(client, query, after)
        if page.nodes:
            yield page.nodes
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page or after is None:
            return


async def _queue(
    reader: Reader, known: StoreReading, page: tuple[ChangedOrder, ...], anew: str = ""
) -> list[ToRead]:
    now = reader.clock()
    taken_up = (one for one in page if not was_over_before(one, known.began_at))
    wanted = [to_be_read(one, now, anew) for one in taken_up]
    async with reader.database.transaction() as connection:
        await webhooks.want_readings(connection, known.shop_id, wanted, now)
    return wanted


async def _note(reader: Reader, store: ShopifyConnection, reached: str | None) -> None:
    async with reader.database.transaction() as connection:
        if reached is not None and reached != store.swept_to:
            await stores.note_sweep(connection, store.shop_id, reached)
        await readings.note_swept(connection, store.shop_id, reader.clock())


RETURNS_EVERY_MS = 1_800_000
RETURNS_OPEN = "return_status:in_progress"


async def sweep_returns(reader: Reader, store: ShopifyConnection) -> int:
    """Queue the orders of which the store expects something back and we do not, or the other way; return how many.

    A return that is opened or closed leaves `updatedAt` as it was (recorded), so that no other sweep can find it.

    Raises:
        ShopifyError: what was found until then is queued.
    """
    client, now = reader.client_of(store), reader.clock()
    listed: set[OrderId] = set()
    async for page in _pages(client, RETURNS_OPEN):
        listed |= {OrderId(numeric_id(one.id)) for one in page}
    async with reader.database.transaction() as connection:
        here = await store_news.orders_awaiting_returns(connection, store.shop_id)
        differing = [
            ToRead(
                resource_gid=order_gid(one),
                named=f"{order_gid(one)}@returns/{now // RETURNS_EVERY_MS}",
            )
            for one in sorted(listed ^ here)
        ]
        return await webhooks.want_readings(connection, store.shop_id, differing, now)


async def sweep_deeply_when_due(reader: Reader, store: ShopifyConnection) -> bool:
    """Once a day compare every order of the last 60 days with what is known here; say whether it was time."""
    async with reader.database.connection() as connection:
        known = await readings.find_reading(connection, store.shop_id)
    now = reader.clock()
    if known is None or now - max(known.deep_swept_at, known.began_at) < DEEP_EVERY_MS:
        return False
    await sweep_deeply(reader, store, known)
    return True


async def sweep_deeply(reader: Reader, store: ShopifyConnection, known: StoreReading) -> int:
    """Compare every order of the last 60 days with what is known here, and queue each that differs; return how many did.

    Orders that stand here and that the store no longer lists are read too: they were deleted there.

    Raises:
        ShopifyError: what was found until then is queued.
    """
    client, now = reader.client_of(store), reader.clock()
    since_ms = now - WINDOW_MS
    counted, missing = 0, 0
    listed: set[OrderId] = set()
    async for page in _pages(client, changed_since(iso(since_ms))):
        ids = {OrderId(numeric_id(one.id)): one for one in page}
        async with reader.database.connection() as connection:
            here = await store_news.mirrored_at(connection, store.shop_id, list(ids))
        differing = tuple(
            one for order_id, one in ids.items() if here.get(order_id, -1) < _changed_at(one)
        )
        missing += len(await _queue(reader, known, differing, f"/deep/{now // DEEP_EVERY_MS}"))
        counted, listed = counted + len(page), listed | ids.keys()
    missing += await _queue_vanished(reader, store, since_ms, listed)
    async with reader.database.transaction() as connection:
        await readings.note_deep_sweep(connection, store.shop_id, now, counted, missing)
    if missing:
        _log.warning(
            "%s: of %d orders %d were not known as they are", store.shop_id, counted, missing
        )
    return missing


def _changed_at(one: ChangedOrder) -> int:
    return epoch_ms(one.updated_at) or 0


async def _queue_vanished(
    reader: Reader, store: ShopifyConnection, since_ms: int, listed: set[OrderId]
) -> int:
    now = reader.clock()
    async with reader.database.transaction() as connection:
        standing = await store_news.standing_orders_since(connection, store.shop_id, since_ms)
        gone = [
            ToRead(
                resource_gid=order_gid(one), named=f"{order_gid(one)}@gone/{now // DEEP_EVERY_MS}"
            )
            for one in sorted(standing - listed)
        ]
        return await webhooks.want_readings(connection, store.shop_id, gone, now)

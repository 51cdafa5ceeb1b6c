"""Reading a store in bulk: the first time, and when more has changed than can be read one by one.

An import is a row in our database that is moved on step by step (server/db/store_imports.py), so that a restart goes on
where it stood. Telling the same reading twice is telling it once, so no step needs to be exactly once.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from server.db import store_imports, stores, webhooks
from server.db import store_reading as readings
from server.db.store_imports import ImportKind, StoreImport
from server.db.stores import ShopifyConnection
from server.db.webhooks import ToRead
from server.intake.catalogue import take_variants
from server.intake.reading import Reader, tell_reading
from server.shopify.answers import ChangedOrder, Order
from server.shopify.bulk import (
    bulk_query,
    each_bulk_order,
    each_bulk_variant,
    read_bulk_operation,
    run_bulk_query,
)
from server.shopify.bulk_answers import BulkOperation
from server.shopify.change_answers import Changes
from server.shopify.client import AdminClient
from server.shopify.failures import AccessDenied, Refused, ShopifyError
from server.shopify.order_changes import went_through_changes
from server.shopify.orders import changed_since
from server.shopify.scalars import epoch_ms
from server.shopify.translate import seen_order

_log = logging.getLogger(__name__)

LEASE_MS = 120_000
LOOK_AGAIN_MS = 5_000
"""A webhook says when the store is through, but no webhook is ever relied upon."""
BUSY_MS = 60_000
BACK_OFF_MAX_MS = 600_000
GIVE_UP_AFTER = 40
"""Tries without progress, the last ones ten minutes apart: then a person must look."""
ORDERS_A_STEP = 50
VARIANTS_A_STEP = 500

NOTHING_SENT = frozenset({"UNFULFILLED", "ON_HOLD", "SCHEDULED", "OPEN"})
"""Under these an order has no fulfillment, so that a bulk reading shows all there is of it."""

Thing = TypeVar("Thing")


class NotFound(ShopifyError):
    """The store lost the operation, or its result."""


async def want_import(
    reader: Reader, store: ShopifyConnection, kind: ImportKind, since_ms: int | None = None
) -> bool:
    """Ask for a bulk reading of all variants or of the orders changed since then; False while one is under way."""
    since = None if since_ms is None else iso(since_ms)
    async with reader.database.transaction() as connection:
        return await store_imports.want_import(
            connection, store.shop_id, kind, since, reader.clock()
        )


async def advance_imports(reader: Reader) -> int:
    """Move on every import on which there is something to do; return how many there were."""
    async with reader.database.transaction() as connection:
        due = await store_imports.take_imports(connection, reader.clock(), LEASE_MS)
        connected = {s.shop_id: s for s in await stores.store_connections(connection)}
    await asyncio.gather(*(_guarded(reader, connected.get(one.shop_id), one) for one in due))
    return len(due)


async def _guarded(reader: Reader, store: ShopifyConnection | None, one: StoreImport) -> None:
    if store is None:
        await _store(reader, replace(one, state="failed", error="no store is connected"))
        return
    try:
        await _advance(reader, store, one)
    except ShopifyError as error:
        await _put_off(reader, one, error)
    except Exception:  # noqa: BLE001 - one shop's import must not end the others'; its lease ends by itself
        _log.exception("importing %s of %s failed", one.kind, one.shop_id)


async def look_at_import(
    reader: Reader, store: ShopifyConnection, operation_gid: str
) -> str | None:
    """A webhook says that a bulk operation ended: look at once, if it is one of ours."""
    async with reader.database.connection() as connection:
        known = await store_imports.imports_of(connection, store.shop_id)
    mine = next((one for one in known if one.operation_gid == operation_gid), None)
    if mine is None or mine.is_over:
        return "no import waits for this bulk operation"
    await _store(reader, replace(mine, run_at=reader.clock()))
    return None


async def _advance(reader: Reader, store: ShopifyConnection, one: StoreImport) -> None:
    client = reader.client_of(store)
    if one.state == "wanted":
        await _begin(reader, client, one)
    elif one.state == "running":
        await _look(reader, client, one)
    elif one.kind is ImportKind.ORDERS:
        await _take_orders(reader, store, client, one)
    else:
        await _take_all_variants(reader, client, one)


async def _begin(reader: Reader, client: AdminClient, one: StoreImport) -> None:
    search = "" if one.since is None else changed_since(one.since)
    begun = await run_bulk_query(client, bulk_query(one.kind.value, search))
    if begun is None:
        await _moved(reader, one, run_in_ms=BUSY_MS, error="the store is busy with other bulk work")
        return
    await _moved(reader, replace(one, state="running", operation_gid=begun.id), LOOK_AGAIN_MS)


async def _look(reader: Reader, client: AdminClient, one: StoreImport) -> None:
    assert one.operation_gid is not None
    found = await read_bulk_operation(client, one.operation_gid)
    if found is None:
        raise NotFound("the store no longer knows the bulk operation")
    status = found.status.upper()
    if status == "COMPLETED":
        await _completed(reader, one, found)
    elif status in ("FAILED", "CANCELED", "EXPIRED"):
        code = (found.error_code or status).upper()
        if code == "ACCESS_DENIED":
            raise AccessDenied(("the bulk operation was denied access; a scope is missing",))
        raise NotFound(f"the bulk operation ended as {code}")
    else:
        counted = replace(one, object_count=_count(found), attempts=0)
        await _moved(reader, counted, LOOK_AGAIN_MS)


async def _completed(reader: Reader, one: StoreImport, found: BulkOperation) -> None:
    objects = _count(found)
    if found.url is None:
        await _moved(reader, replace(one, state="done", object_count=objects))
    else:
        reading = replace(one, state="reading", object_count=objects, url=found.url, attempts=0)
        await _moved(reader, reading)


def _count(found: BulkOperation) -> int:
    return int(found.object_count) if found.object_count.isdigit() else 0


async def _take_orders(
    reader: Reader, store: ShopifyConnection, client: AdminClient, one: StoreImport
) -> None:
    assert one.url is not None
    async with reader.database.transaction() as connection:
        began = (await readings.begin_reading(connection, one.shop_id, reader.clock())).began_at
    async for skipped, batch in _batches(
        each_bulk_order(client, one.url), one.taken, ORDERS_A_STEP
    ):
        left_out, to_read = 0, []
        for order in batch:
            if was_over_before(order, began):
                left_out += 1
            elif shows_all(order):
                await tell_reading(reader, store.shop_id, seen_order(order, Changes()))
            else:
                to_read.append(to_be_read(order, reader.clock()))
        one = replace(one, taken=skipped + len(batch), left_out=one.left_out + left_out, attempts=0)
        async with reader.database.transaction() as connection:
            await webhooks.want_readings(connection, one.shop_id, to_read, reader.clock())
            await store_imports.store_import(connection, _now(reader, one, LEASE_MS))
    await _moved(reader, replace(one, state="done", url=None))


async def _take_all_variants(reader: Reader, client: AdminClient, one: StoreImport) -> None:
    assert one.url is not None
    found = each_bulk_variant(client, one.url)
    async for skipped, batch in _batches(found, one.taken, VARIANTS_A_STEP):
        await take_variants(reader.database, one.shop_id, batch, reader.clock())
        one = replace(one, taken=skipped + len(batch), attempts=0)
        await _moved(reader, one, LEASE_MS)
    await _moved(reader, replace(one, state="done", url=None))


async def _batches(
    things: AsyncIterator[Thing], skip: int, size: int
) -> AsyncIterator[tuple[int, list[Thing]]]:
    """Yield what comes after the first `skip` things in batches, each with how many came before it."""
    seen, batch = 0, []
    async for thing in things:
        seen += 1
        if seen > skip:
            batch.append(thing)
        if len(batch) == size:
            yield seen - size, batch
            batch = []
    if batch:
        yield seen - len(batch), batch


def shows_all(order: Order) -> bool:
    """Whether a bulk reading shows all there is of an order: nothing sent, nothing changed, every line in it."""
    status = (order.display_fulfillment_status or "").upper()
    return (
        status in NOTHING_SENT and not went_through_changes(order) and bool(order.line_items.nodes)
    )


def was_over_before(order: Order | ChangedOrder, began_at: int) -> bool:
    """Whether an order had come to its end in the store before Rawana came: its goods are in no count of ours.

    When it changes later, for a return or an exchange, it is read like any other.
    """
    ended = order.closed_at or order.cancelled_at
    sent = (order.display_fulfillment_status or "").upper() == "FULFILLED"
    return (sent or ended is not None) and (epoch_ms(order.updated_at) or 0) < began_at


SAME_SECOND_MS = 10_000


def to_be_read(order: Order | ChangedOrder, now: int, anew: str = "") -> ToRead:
    """Name a reading by the order and its `updatedAt`: once per change is enough, unless it is wanted `anew`.

    But `updatedAt` counts whole seconds: seen so soon after it, the order may change again within the same second.
    """
    early = "/early" if now - (epoch_ms(order.updated_at) or 0) < SAME_SECOND_MS else ""
    return ToRead(resource_gid=order.id, named=f"{order.id}@{order.updated_at}{early}{anew}")


def iso(ms: int) -> str:
    """Return a moment (epoch ms) as the store's searches write it."""
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def _put_off(reader: Reader, one: StoreImport, error: ShopifyError) -> None:
    """Try again later; from the beginning where the store has lost what it had begun."""
    _log.warning("importing %s of %s: %s", one.kind, one.shop_id, error)
    if isinstance(error, NotFound) or (isinstance(error, Refused) and one.state == "reading"):
        one = replace(one, state="wanted", operation_gid=None, url=None, taken=0, left_out=0)
    hopeless = isinstance(error, AccessDenied | Refused) and one.attempts > 2
    if hopeless or one.attempts > GIVE_UP_AFTER:
        one = replace(one, state="failed")
    wait_ms = min(BACK_OFF_MAX_MS, 2_000 << min(one.attempts, 9))
    await _moved(reader, one, wait_ms, error=str(error))


async def _moved(
    reader: Reader, one: StoreImport, run_in_ms: int = 0, error: str | None = None
) -> None:
    await _store(reader, replace(_now(reader, one, run_in_ms), error=error))


def _now(reader: Reader, one: StoreImport, run_in_ms: int) -> StoreImport:
    now = reader.clock()
    return msgspec.structs.replace(one, moved_at=now, run_at=now + run_in_ms)


async def _store(reader: Reader, one: StoreImport) -> None:
    async with reader.database.connection() as connection:
        await store_imports.store_import(connection, one)

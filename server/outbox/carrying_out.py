"""Working off the outbox: claim, look, write down the intent, call, tell what came of it."""

import asyncio
import logging
from collections.abc import Callable

from msgspec import Struct

from server.db import book_reading, epochs, outbox, shops
from server.db.outbox import Claimed
from server.db.pool import Database
from server.outbox.following_up import follow_up
from server.outbox.fulfilling import Plan, ours, plan, tracking_of
from server.points import point
from server.shopify.answers import Order
from server.shopify.client import AdminClient
from server.shopify.clients import Clients
from server.shopify.failures import (
    AccessDenied,
    OutcomeUnknown,
    Refused,
    ShopifyError,
    Throttled,
)
from server.shopify.fulfillments import create_fulfillment
from server.shopify.orders import read_order
from server.shopify.translate import order_gid
from server.sync.live import Live
from server.sync.news import Told, tell
from sync_protocol.bodies.store_news import ShopifyOutcome
from sync_protocol.canonical import digest_hex
from sync_protocol.fulfillments import Fulfillment, ShopifyState
from sync_protocol.ids import OWN_OPS, OpId
from sync_protocol.ops import OpKind
from sync_protocol.outcomes import EffectKind

_log = logging.getLogger(__name__)

LEASE_MS = 60_000
"""Three times the total time of one call: a living worker always ends before its lease does."""
COOL_OFF_MS = 120_000
"""After an unknown outcome nothing is sent before an old request can no longer land."""
ROUTING_WAIT_MS = 2_000
BACK_OFF_FIRST_MS = 1_000
BACK_OFF_MAX_MS = 300_000


class Carrier(Struct, frozen=True, kw_only=True):
    """What carrying out needs; `clock` gives epoch ms."""

    database: Database
    live: Live
    clients: Clients
    clock: Callable[[], int]
    cool_off_ms: int = COOL_OFF_MS


async def carry_out_due(carrier: Carrier, most: int = 10) -> int:
    """Carry out what is due, each order's effects one after the other; return how many were tried.

    For a while after a restore nothing is: what the lost history had sent may still land, and would not be found yet.
    """
    async with carrier.database.transaction() as connection:
        if carrier.clock() < (await epochs.read_history(connection)).outbound_from:
            return 0
        claimed = await outbox.claim(connection, carrier.clock(), LEASE_MS, most)
    await asyncio.gather(*(_guarded(carrier, effect) for effect in claimed))
    return len(claimed)


async def _guarded(carrier: Carrier, effect: Claimed) -> None:
    try:
        await _carry_out(carrier, effect)
    except Exception:  # noqa: BLE001 - must not stop the others; its lease ends by itself
        _log.exception("effect %s failed", effect.key)


async def _carry_out(carrier: Carrier, effect: Claimed) -> None:
    async with carrier.database.connection() as connection:
        stores = {s.shop_id: s for s in await shops.store_connections(connection)}
        shipments = await book_reading.shipments_of_order(
            connection, effect.shop_id, effect.order_id
        )
    shipment = shipments[effect.fulfillment_id]
    point("outbox.claimed")
    store = stores.get(effect.shop_id)
    if store is None:
        await _end(carrier, effect, ShopifyState.FAILED, error="No store is connected.")
        return
    client = carrier.clients.of(store.admin_url, store.access_token)
    others = frozenset(
        s.shopify_fulfillment_gid
        for s in shipments.values()
        if s.id != shipment.id and s.shopify_fulfillment_gid is not None
    )
    try:
        order = await read_order(client, order_gid(shipment.order_id))
    except ShopifyError as error:
        # Looking changed nothing, so the effect stands as it stood.
        await _later(carrier, effect, effect.state, _back_off_ms(effect, error), str(error))
        return
    point("outbox.looked")
    await _act(carrier, effect, client, shipment, order, others)


async def _act(
    carrier: Carrier,
    effect: Claimed,
    client: AdminClient,
    shipment: Fulfillment,
    order: Order | None,
    others: frozenset[str],
) -> None:
    if order is None:
        await _end(carrier, effect, ShopifyState.FAILED, error="The order is no longer in Shopify.")
        return
    if effect.kind is not EffectKind.SHOPIFY_FULFILL:
        await _follow_up(carrier, effect, client, shipment, ours(order, shipment, others))
        return
    if effect.state == "pending" and shipment.shopify_state is ShopifyState.NOT_YET:
        # The dispatch was taken back before Shopify was told of it.
        await _close(carrier, effect, "withdrawn", None)
        return
    planned = plan(order, shipment, others)
    if planned.found_gid is not None:
        await _end(carrier, effect, ShopifyState.CONFIRMED, gid=planned.found_gid)
    elif planned.wait_for is not None:
        await _later(carrier, effect, effect.state, ROUTING_WAIT_MS, planned.wait_for)
    elif planned.impossible is not None:
        await _end(carrier, effect, ShopifyState.FAILED, error=planned.impossible)
    elif effect.state == "sent":
        # Another worker died around its call and nothing is to be seen yet: the call may still land.
        await _later(carrier, effect, "unknown", carrier.cool_off_ms, "The last try was cut off.")
    else:
        await _create(carrier, effect, client, shipment, planned)


async def _follow_up(
    carrier: Carrier,
    effect: Claimed,
    client: AdminClient,
    shipment: Fulfillment,
    gid: str | None,
) -> None:
    """Change what Shopify was told of a shipment. Each of these may be sent twice without harm."""
    if gid is None:
        # Nothing is there to be changed: it was never told, or has been taken back already.
        await _close(carrier, effect, "withdrawn", None)
        return
    try:
        refusals = await follow_up(
            client, effect.kind, shipment, gid, notify_customer=effect.notify_customer
        )
    except (AccessDenied, Refused) as error:
        await _end(carrier, effect, ShopifyState.FAILED, gid=gid, error=str(error))
    except ShopifyError as error:
        await _later(carrier, effect, "pending", _back_off_ms(effect, error), str(error))
    else:
        state = ShopifyState.FAILED if refusals else ShopifyState.CONFIRMED
        await _end(carrier, effect, state, gid=gid, error="; ".join(refusals) or None)


async def _create(
    carrier: Carrier, effect: Claimed, client: AdminClient, shipment: Fulfillment, planned: Plan
) -> None:
    assert planned.work is not None
    async with carrier.database.connection() as connection:
        now = carrier.clock()
        held = await outbox.mark(
            connection, effect, "sent", run_at=now, sent_at=now, keep_lease=True
        )
    if not held:
        return  # the lease ran out and another worker has it
    point("outbox.intent_written")
    try:
        written = await create_fulfillment(
            client, planned.work, tracking_of(shipment), notify_customer=shipment.notify_customer
        )
    except ShopifyError as error:
        await _not_created(carrier, effect, error)
        return
    point("outbox.called")
    if written.fulfillment is not None:
        await _end(carrier, effect, ShopifyState.CONFIRMED, gid=written.fulfillment.id)
    else:
        said = "; ".join(error.message for error in written.user_errors) or "No reason was given."
        await _end(carrier, effect, ShopifyState.FAILED, error=said)


async def _not_created(carrier: Carrier, effect: Claimed, error: ShopifyError) -> None:
    """Decide about a create that brought no answer of the store's rules: can it have been carried out?"""
    match error:
        case OutcomeUnknown():
            await _later(carrier, effect, "unknown", carrier.cool_off_ms, str(error))
            await _tell(carrier, effect, ShopifyState.UNKNOWN, None, str(error))
        case AccessDenied() | Refused():
            await _end(carrier, effect, ShopifyState.FAILED, error=str(error))
        case _:
            await _later(carrier, effect, "pending", _back_off_ms(effect, error), str(error))


def _back_off_ms(effect: Claimed, error: ShopifyError) -> int:
    if isinstance(error, Throttled):
        return int(error.retry_after_s * 1000) + 1
    return min(BACK_OFF_MAX_MS, BACK_OFF_FIRST_MS << min(effect.attempts, 10))


async def _later(carrier: Carrier, effect: Claimed, state: str, wait_ms: int, why: str) -> None:
    async with carrier.database.connection() as connection:
        await outbox.mark(connection, effect, state, run_at=carrier.clock() + wait_ms, error=why)


async def _end(
    carrier: Carrier,
    effect: Claimed,
    state: ShopifyState,
    *,
    gid: str | None = None,
    error: str | None = None,
) -> None:
    """Tell the outcome, then close the effect; a crash in between only tells the same again."""
    await _tell(carrier, effect, state, gid, error)
    point("outbox.told")
    closed = "confirmed" if state is ShopifyState.CONFIRMED else "failed"
    await _close(carrier, effect, closed, error)


async def _close(carrier: Carrier, effect: Claimed, state: str, error: str | None) -> None:
    async with carrier.database.connection() as connection:
        await outbox.mark(connection, effect, state, run_at=carrier.clock(), error=error)
    point("outbox.closed")


async def _tell(
    carrier: Carrier, effect: Claimed, state: ShopifyState, gid: str | None, error: str | None
) -> None:
    named = f"{effect.key}.{state.value}.{effect.attempts}"
    told = Told(
        # By its hash: a shipment's own name may be as long as an op's id can be.
        id=OpId(f"{OWN_OPS}{digest_hex(named.encode())[:32]}"),
        kind=OpKind.SHOPIFY_OUTCOME,
        body=ShopifyOutcome(
            fulfillment_id=effect.fulfillment_id,
            effect=effect.kind,
            state=state,
            shopify_fulfillment_gid=gid,
            error=error,
        ),
    )
    await tell(carrier.database, carrier.live, effect.shop_id, told, carrier.clock())

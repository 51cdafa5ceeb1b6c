"""Working off the outbox: claim, look, write down the intent, call, tell what came of it."""

import asyncio
import logging
from collections.abc import Callable

from msgspec import Struct

from server.db import book_reading, epochs, outbox, stores
from server.db.outbox import Claimed
from server.db.pool import Database
from server.outbox import stepping
from server.outbox.following_up import follow_up
from server.outbox.fulfilling import Plan, tracking_of
from server.outbox.mirroring import BESIDE_SHIPMENTS, mirror
from server.outbox.stepping import (
    COOL_OFF_MS,
    LEASE_MS,
    Create,
    End,
    Ended,
    FollowUp,
    Later,
    Withdraw,
)
from server.points import point
from server.shopify.answers import Order
from server.shopify.client import AdminClient
from server.shopify.clients import Clients
from server.shopify.failures import ShopifyError
from server.shopify.fulfillments import create_fulfillment
from server.shopify.orders import read_order
from server.shopify.scalars import order_gid
from server.sync.live import Live
from server.sync.news import Told, tell
from sync_protocol.bodies.store_news import ShopifyOutcome
from sync_protocol.canonical import digest_hex
from sync_protocol.fulfillments import Fulfillment, ShopifyState
from sync_protocol.ids import OWN_OPS, OpId, ShopId
from sync_protocol.ops import OpKind

_log = logging.getLogger(__name__)


class Carrier(Struct, frozen=True, kw_only=True):
    """What carrying out needs; `clock` gives epoch ms."""

    database: Database
    live: Live
    clients: Clients
    clock: Callable[[], int]
    cool_off_ms: int = COOL_OFF_MS


async def carry_out_due(carrier: Carrier, most: int = 10, shop_id: ShopId | None = None) -> int:
    """Carry out what is due, each order's effects one after the other; return how many were tried.

    For a while after a restore nothing is: what the lost history had sent may still land, and would not be found yet.
    """
    async with carrier.database.transaction() as connection:
        if carrier.clock() < (await epochs.read_history(connection)).outbound_from:
            return 0
        claimed = await outbox.claim(connection, carrier.clock(), LEASE_MS, most, shop_id)
    await asyncio.gather(*(_guarded(carrier, effect) for effect in claimed))
    return len(claimed)


async def _guarded(carrier: Carrier, effect: Claimed) -> None:
    try:
        await _carry_out(carrier, effect)
    except Exception:  # noqa: BLE001 - must not stop the others; its lease ends by itself
        _log.exception("effect %s failed", effect.key)


async def _carry_out(carrier: Carrier, effect: Claimed) -> None:
    async with carrier.database.connection() as connection:
        connected = {s.shop_id: s for s in await stores.store_connections(connection)}
    point("outbox.claimed")
    store = connected.get(effect.shop_id)
    if store is None:
        nowhere = End(state=ShopifyState.FAILED, error="No store is connected.")
        await _settle(carrier, effect, nowhere)
        return
    client = carrier.clients.of(store)
    if effect.kind in BESIDE_SHIPMENTS:
        await _mirror(carrier, effect, client)
    else:
        await _tell_of_shipment(carrier, effect, client)


async def _mirror(carrier: Carrier, effect: Claimed, client: AdminClient) -> None:
    try:
        ended = await mirror(carrier.database, client, effect)
    except ShopifyError as error:
        ended = stepping.after_not_following_up(effect, None, error)
    await _settle(carrier, effect, ended)


async def _tell_of_shipment(carrier: Carrier, effect: Claimed, client: AdminClient) -> None:
    assert effect.order_id is not None
    assert effect.fulfillment_id is not None
    async with carrier.database.connection() as connection:
        shipments = await book_reading.shipments_of_order(
            connection, effect.shop_id, effect.order_id
        )
    shipment = shipments[effect.fulfillment_id]
    others = frozenset(
        s.shopify_fulfillment_gid
        for s in shipments.values()
        if s.id != shipment.id and s.shopify_fulfillment_gid is not None
    )
    try:
        order = await read_order(client, order_gid(shipment.order_id))
    except ShopifyError as error:
        await _settle(carrier, effect, stepping.after_not_looking(effect, error))
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
    step = stepping.after_looking(effect, shipment, order, others, carrier.cool_off_ms)
    match step:
        case Create():
            await _create(carrier, effect, client, shipment, step.plan)
        case FollowUp():
            await _follow_up(carrier, effect, client, shipment, step.gid)
        case _:
            await _settle(carrier, effect, step)


async def _follow_up(
    carrier: Carrier,
    effect: Claimed,
    client: AdminClient,
    shipment: Fulfillment,
    gid: str,
) -> None:
    """Change what Shopify was told of a shipment. Each of these may be sent twice without harm."""
    try:
        refusals = await follow_up(
            client, effect.kind, shipment, gid, notify_customer=effect.notify_customer
        )
    except ShopifyError as error:
        await _settle(carrier, effect, stepping.after_not_following_up(effect, gid, error))
    else:
        await _settle(carrier, effect, stepping.after_following_up(gid, refusals))


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
        ended = stepping.after_not_creating(effect, error, carrier.cool_off_ms)
        await _settle(carrier, effect, ended)
    else:
        point("outbox.called")
        await _settle(carrier, effect, stepping.after_creating(written))


async def _settle(carrier: Carrier, effect: Claimed, step: Ended) -> None:
    match step:
        case End():
            # The outcome is told, then the effect closed; a crash in between only tells the same again.
            await _tell(carrier, effect, step.state, step.gid, step.error)
            point("outbox.told")
            closed = "confirmed" if step.state is ShopifyState.CONFIRMED else "failed"
            await _close(carrier, effect, closed, step.error)
        case Withdraw():
            await _close(carrier, effect, "withdrawn", None)
        case Later():
            await _later(carrier, effect, step)
            if step.tells is not None:
                await _tell(carrier, effect, step.tells, None, step.why)


async def _later(carrier: Carrier, effect: Claimed, step: Later) -> None:
    async with carrier.database.connection() as connection:
        run_at = carrier.clock() + step.wait_ms
        await outbox.mark(connection, effect, step.state, run_at=run_at, error=step.why)


async def _close(carrier: Carrier, effect: Claimed, state: str, error: str | None) -> None:
    async with carrier.database.connection() as connection:
        await outbox.mark(connection, effect, state, run_at=carrier.clock(), error=error)
    point("outbox.closed")


async def _tell(
    carrier: Carrier, effect: Claimed, state: ShopifyState, gid: str | None, error: str | None
) -> None:
    told = outcome_news(effect, state, gid, error)
    await tell(carrier.database, carrier.live, effect.shop_id, told, carrier.clock())


def outcome_news(effect: Claimed, state: ShopifyState, gid: str | None, error: str | None) -> Told:
    """Return the news of what became of an effect; the same outcome of the same try is the same news."""
    named = f"{effect.key}.{state.value}.{effect.attempts}"
    return Told(
        # By its hash: a shipment's own name may be as long as an op's id can be.
        id=OpId(f"{OWN_OPS}{digest_hex(named.encode())[:32]}"),
        kind=OpKind.SHOPIFY_OUTCOME,
        body=ShopifyOutcome(
            fulfillment_id=effect.fulfillment_id,
            order_id=effect.order_id,
            branch_id=effect.branch_id,
            key=effect.key,
            effect=effect.kind,
            state=state,
            shopify_fulfillment_gid=gid,
            error=error,
        ),
    )

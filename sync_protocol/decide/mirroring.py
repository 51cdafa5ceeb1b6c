"""What a shop may want Shopify to know beyond its shipments; each is off until its policy asks for it.

Derived from what an op changed, so that no rule has to remember it. It never decides anything: a store that will not take
one of these only opens a question.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from sync_protocol.couriers import CourierStatus
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.effects import about_order, about_shelf, about_shipment
from sync_protocol.fulfillments import Fulfillment, FulfillmentState, ShopifyState, Workflow
from sync_protocol.ids import OrderId
from sync_protocol.ledger import SELLABLE, EntryKind
from sync_protocol.orders import ConfirmationState, Order, still_due_paisa
from sync_protocol.outcomes import Effect, EffectKind
from sync_protocol.permissions import TELLS_NO_STORE
from sync_protocol.runs import RunState, StopState

TOLD = (ShopifyState.QUEUED, ShopifyState.UNKNOWN, ShopifyState.CONFIRMED)
"""Of these shipments Shopify knows, or is about to."""

ON_THE_SHELF = frozenset(
    {
        EntryKind.RECEIVE,
        EntryKind.TRANSFER_SEND,
        EntryKind.TRANSFER_RECEIVE,
        EntryKind.COUNT_ADJUST,
        EntryKind.COUNT_CONTRA,
        EntryKind.FOUND,
        EntryKind.COUNTER_SALE,
        EntryKind.COUNTER_RETURN,
        EntryKind.WRITE_OFF,
        EntryKind.QC,
    }
)
"""Movements of which Shopify can know nothing. What leaves or comes back for an order it counts by itself (A1)."""

_AT_THE_DOOR = {
    CourierStatus.OUT_FOR_DELIVERY.value: EffectKind.SHOPIFY_OUT_FOR_DELIVERY,
    CourierStatus.ATTEMPTED.value: EffectKind.SHOPIFY_ATTEMPTED,
}


def with_more_for_shopify(book: Book, act: Recorded, decision: Decision) -> Decision:
    """Return the decision with the intents that the shop's policy adds to it."""
    if act.staff.role in TELLS_NO_STORE:
        return decision
    known = {effect.key for effect in decision.effects}
    more = {effect.key: effect for effect in _wanted(book, decision) if effect.key not in known}
    return replace(decision, effects=(*decision.effects, *more.values())) if more else decision


def _wanted(book: Book, decision: Decision) -> Iterator[Effect]:
    policy = book.policy
    orders = book.orders | {order.id: order for order in decision.orders}
    for after in decision.fulfillments:
        before, order = book.fulfillments.get(after.id), orders.get(after.order_id)
        if after.workflow is not Workflow.SMART or not _is_in_shopify(order):
            continue
        if policy.tell_shopify_packed:
            yield from _packed(before, after)
        if policy.tell_shopify_delivered and after.shopify_state in TOLD:
            yield from _at_the_door(before, after)
    for order in decision.orders:
        if policy.tell_shopify_confirmed and _is_in_shopify(order):
            yield from _confirmed(book.orders.get(order.id), order)
    yield from _reconciled(book, decision, orders)
    if policy.tell_shopify_stock:
        yield from _on_the_shelf(book, decision)


def _is_in_shopify(order: Order | None) -> bool:
    return order is not None and order.shopify_gid is not None and order.cancelled_at is None


def _packed(before: Fulfillment | None, after: Fulfillment) -> Iterator[Effect]:
    was = None if before is None else before.state
    if after.state is FulfillmentState.PACKED and was in (None, FulfillmentState.PENDING):
        times = sum(step.state is FulfillmentState.PACKED for step in after.steps)
        yield about_shipment(after, EffectKind.SHOPIFY_PACKED, times)


def _at_the_door(before: Fulfillment | None, after: Fulfillment) -> Iterator[Effect]:
    if before is not None and len(after.attempts) > len(before.attempts):
        yield about_shipment(after, EffectKind.SHOPIFY_ATTEMPTED, len(after.attempts))
    said = after.courier_status
    if before is not None and said != before.courier_status and said in _AT_THE_DOOR:
        yield about_shipment(after, _AT_THE_DOOR[said], f"at-{after.courier_status_at}")


def _confirmed(before: Order | None, after: Order) -> Iterator[Effect]:
    was = before is not None and before.confirmation.state is ConfirmationState.CONFIRMED
    if was is not (after.confirmation.state is ConfirmationState.CONFIRMED):
        yield about_order(after.id, EffectKind.SHOPIFY_CONFIRMED, after.rev)


def _reconciled(book: Book, decision: Decision, orders: dict[OrderId, Order]) -> Iterator[Effect]:
    """Cash is in the till when a run's books are closed, or when the branch itself handed over and took it."""
    policy, shipments = book.policy, book.fulfillments | {f.id: f for f in decision.fulfillments}
    for run in decision.runs:
        was = book.runs.get(run.id)
        if run.state is not RunState.CLOSED or (was is not None and was.state is RunState.CLOSED):
            continue
        for stop in run.stops:
            shipment = shipments.get(stop.fulfillment_id)
            if stop.state is not StopState.DELIVERED or shipment is None:
                continue
            smart = shipment.workflow is Workflow.SMART and shipment.shopify_state in TOLD
            if policy.tell_shopify_delivered and smart:
                yield about_shipment(shipment, EffectKind.SHOPIFY_DELIVERED)
            if policy.tell_shopify_paid and smart:
                yield from _paid(orders.get(stop.order_id))
    for after in decision.fulfillments:
        before = book.fulfillments.get(after.id)
        by_branch = after.rider_id is None and after.courier is None and after.run_id is None
        arrived = after.state is FulfillmentState.DELIVERED and (
            before is None or before.state is not FulfillmentState.DELIVERED
        )
        smart = after.workflow is Workflow.SMART and after.shopify_state in TOLD
        if policy.tell_shopify_paid and by_branch and arrived and smart:
            yield from _paid(orders.get(after.order_id))


def _paid(order: Order | None) -> Iterator[Effect]:
    """Only an order of which nothing is due any more: Shopify can mark a whole order as paid, or nothing."""
    if order is None or not _is_in_shopify(order) or order.door_paisa == 0:
        return
    if still_due_paisa(order) == 0:
        yield about_order(order.id, EffectKind.SHOPIFY_PAID)


def _on_the_shelf(book: Book, decision: Decision) -> Iterator[Effect]:
    for posting in decision.postings:
        branch = book.branches.get(posting.branch_id)
        mapped = branch is not None and branch.location_gid is not None
        moved = any(leg.account == SELLABLE for leg in posting.legs)
        if mapped and moved and posting.kind in ON_THE_SHELF:
            yield about_shelf(posting)

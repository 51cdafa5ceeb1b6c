"""News from the store: what Shopify showed on re-reading an order, and what became of our own writes."""

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.packing import shipment_and_order
from sync_protocol.decide.shipping import about, closings, parked, stepped, with_shipment
from sync_protocol.fulfillments import Fulfillment, FulfillmentState, ShopifyState
from sync_protocol.ops import SeenLine, ShopifyOrder, ShopifyOutcome
from sync_protocol.orders import (
    Confirmation,
    ConfirmationState,
    Contact,
    Order,
    OrderLine,
    with_status,
)
from sync_protocol.outcomes import Code, Discrepancy, ResultStatus
from sync_protocol.shop import ConfirmRequired, Policy


class CancelledWork(Struct, frozen=True, kw_only=True):
    """What a cancel in the store does to shipments that were not yet handed over."""

    order: Order
    fulfillments: tuple[Fulfillment, ...]
    flags: tuple[Discrepancy, ...]


def shopify_order(book: Book, act: Recorded, body: ShopifyOrder) -> Decision:
    """Take over a reading of an order. Older readings change nothing, whatever order they arrive in."""
    before = book.orders.get(body.id)
    if before is None:
        order = _new_order(book.policy, body)
        return Decision(status=ResultStatus.APPLIED, orders=(order,))
    if body.updated_at < before.shopify_updated_at:
        return Decision(status=ResultStatus.NOOP, code=Code.STALE)
    merged = with_status(_merged(before, body))
    if merged == before:
        return Decision(status=ResultStatus.NOOP, code=Code.ALREADY_DONE)
    merged = replace(merged, rev=before.rev + 1)
    if merged.cancelled_at is None or before.cancelled_at is not None:
        return Decision(status=ResultStatus.APPLIED, orders=(merged,))
    work = _cancel_work(book, act, merged)
    return Decision(
        status=ResultStatus.FLAGGED if work.flags else ResultStatus.APPLIED,
        code=work.flags[0].code if work.flags else None,
        orders=(work.order,),
        fulfillments=work.fulfillments,
        discrepancies=work.flags,
    )


def _new_order(policy: Policy, body: ShopifyOrder) -> Order:
    required = policy.confirm_required is ConfirmRequired.ALL or (
        policy.confirm_required is ConfirmRequired.COD and body.cod
    )
    state = ConfirmationState.PENDING if required else ConfirmationState.NOT_REQUIRED
    blank = Order(
        id=body.id,
        name=body.name,
        placed_at=body.placed_at,
        contact=Contact(),
        confirmation=Confirmation(state=state),
        lines=(),
        rev=1,
    )
    return with_status(_merged(blank, body))


def _merged(before: Order, body: ShopifyOrder) -> Order:
    merged = replace(
        before,
        name=body.name,
        shopify_gid=body.gid,
        placed_at=body.placed_at,
        shopify_updated_at=body.updated_at,
        cancelled_at=body.cancelled_at,
        financial_status=body.financial_status,
        cod=body.cod,
        total_paisa=body.total_paisa,
        outstanding_paisa=body.outstanding_paisa,
        currency=body.currency,
        contact=_merged_contact(before.contact, body.contact),
        note=body.note,
        tags=body.tags,
        lines=_merged_lines(before.lines, body.lines),
    )
    if before.confirmation.state is ConfirmationState.CONFIRMED and _changed_for_customer(
        before, merged
    ):
        return replace(
            merged, confirmation=replace(before.confirmation, state=ConfirmationState.RECONFIRM)
        )
    return merged


def _merged_contact(before: Contact, seen: Contact) -> Contact:
    """What Shopify hides never erases what is known (I23)."""
    return Contact(
        name=seen.name if seen.name is not None else before.name,
        phone=seen.phone if seen.phone_raw is not None else before.phone,
        phone_raw=seen.phone_raw if seen.phone_raw is not None else before.phone_raw,
        address=seen.address if seen.address is not None else before.address,
        city=seen.city if seen.city is not None else before.city,
    )


def _merged_lines(
    before: tuple[OrderLine, ...], seen: tuple[SeenLine, ...]
) -> tuple[OrderLine, ...]:
    known = {line.id: line for line in before}
    merged = [_merged_line(known.get(line.id), line) for line in seen]
    shown = {line.id for line in seen}
    # A line that the store no longer shows was removed; what is out on it must stay traceable.
    gone = [replace(line, current_units=0) for line in before if line.id not in shown]
    return (*merged, *gone)


def _merged_line(before: OrderLine | None, seen: SeenLine) -> OrderLine:
    return OrderLine(
        id=seen.id,
        variant_id=seen.variant_id,
        title=seen.title,
        variant_title=seen.variant_title,
        sku=seen.sku,
        ordered_units=seen.ordered_units,
        current_units=seen.current_units,
        unit_paisa=seen.unit_paisa,
        ships=seen.ships,
        shopify_fulfilled_units=seen.fulfilled_units,
        pending_units=0 if before is None else before.pending_units,
        out_units=0 if before is None else before.out_units,
        shipped_units=0 if before is None else before.shipped_units,
    )


def _changed_for_customer(before: Order, after: Order) -> bool:
    """Whether what the customer agreed to has changed: items, amount or address (A10)."""
    items = [(line.id, line.current_units) for line in before.lines if line.current_units]
    now = [(line.id, line.current_units) for line in after.lines if line.current_units]
    return (
        sorted(items) != sorted(now)
        or before.total_paisa != after.total_paisa
        or (before.contact.address, before.contact.city)
        != (after.contact.address, after.contact.city)
    )


def _cancel_work(book: Book, act: Recorded, order: Order) -> CancelledWork:
    """Release what is only promised; what is packed or on its way becomes a task for a person (A20)."""
    changed: list[Fulfillment] = []
    flags: list[Discrepancy] = []
    for shipment in sorted(book.fulfillments.values(), key=lambda s: s.id):
        if shipment.order_id != order.id:
            continue
        if shipment.state is FulfillmentState.PENDING:
            gone = stepped(shipment, FulfillmentState.CANCELLED, act)
            order = with_shipment(order, shipment, gone)
            changed.append(gone)
        elif shipment.state is FulfillmentState.PACKED:
            flags.append(_task(act, shipment, Code.CANCELLED_WHILE_PACKED))
        elif shipment.state is FulfillmentState.DISPATCHED:
            flags.append(_task(act, shipment, Code.DISPATCHED_CANCELLED))
    return CancelledWork(order=order, fulfillments=tuple(changed), flags=tuple(flags))


def _task(act: Recorded, shipment: Fulfillment, code: Code) -> Discrepancy:
    """One op may cancel several shipments, so each task is named by its shipment too."""
    found = about(act, shipment, code)
    return replace(found, id=type(found.id)(f"{found.id}.{shipment.id}"))


def shopify_outcome(book: Book, act: Recorded, body: ShopifyOutcome) -> Decision:
    """Write down what became of our write; a refusal by Shopify never undoes what people did (A12)."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, _ = found
    after = replace(
        shipment,
        shopify_state=body.state,
        shopify_fulfillment_gid=body.shopify_fulfillment_gid or shipment.shopify_fulfillment_gid,
        shopify_error=body.error,
    )
    if after == shipment:
        return Decision(status=ResultStatus.NOOP, code=Code.ALREADY_DONE)
    after = replace(after, rev=shipment.rev + 1)
    if body.state is ShopifyState.FAILED:
        flags = (about(act, shipment, Code.SHOPIFY_FAILED, body.error),)
        return Decision(
            status=ResultStatus.FLAGGED,
            code=Code.SHOPIFY_FAILED,
            fulfillments=(after,),
            discrepancies=flags,
        )
    settled = closings(book, act, frozenset({Code.SHOPIFY_FAILED}), shipment.id)
    return Decision(status=ResultStatus.APPLIED, fulfillments=(after,), discrepancies=settled)

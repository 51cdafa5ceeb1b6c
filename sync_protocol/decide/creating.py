"""Making a shipment: a claim on units that are neither promised nor out."""

from msgspec.structs import replace

from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.shipping import (
    Split,
    named_lines,
    parked,
    refused,
    split_by_remaining,
    stepped,
    with_shipment,
)
from sync_protocol.fulfillments import Fulfillment, FulfillmentLine, FulfillmentState, Workflow
from sync_protocol.ops import CreateFulfillment
from sync_protocol.orders import ConfirmationState, Order, line_of, live_shipments, remaining_units
from sync_protocol.outcomes import Code, ResultStatus


def create_fulfillment(book: Book, act: Recorded, body: CreateFulfillment) -> Decision:
    """Reserve what is free of the wanted lines; refuse when nothing is.

    A refused claim leaves a cancelled stub behind, so that facts recorded later about that parcel still find it.
    """
    order = book.orders.get(body.order_id)
    branch = book.branches.get(body.branch_id)
    if order is None or branch is None:
        return parked(Code.UNKNOWN_REFERENCE, f"order {body.order_id} at branch {body.branch_id}")
    if body.fulfillment_id in book.fulfillments:
        return refused(Code.ALREADY_EXISTS)
    wanted = named_lines(order, body.lines)
    if wanted is None:
        return parked(Code.UNKNOWN_REFERENCE, f"a line of order {order.id}")
    split = split_by_remaining(order, wanted)
    refusal = _refusal(order, body, split, branch_active=branch.active)
    if refusal is not None:
        return replace(refusal, fulfillments=(_stub(act, body, wanted),))
    shipment = stepped(
        _shipment(body, split.free, collect_paisa(order, split.free)), FulfillmentState.PENDING, act
    )
    return Decision(
        status=ResultStatus.APPLIED,
        code=Code.PARTLY_TAKEN if split.excess else None,
        orders=(with_shipment(order, None, shipment),),
        fulfillments=(shipment,),
    )


def _refusal(
    order: Order, body: CreateFulfillment, split: Split, *, branch_active: bool
) -> Decision | None:
    if order.cancelled_at is not None:
        return refused(Code.ORDER_CANCELLED)
    if not branch_active:
        return refused(Code.BRANCH_CLOSED)
    if needs_confirmation(order) and not body.override_reason:
        return refused(Code.NOT_CONFIRMED)
    if split.free:
        return None
    holders = live_shipments(order)
    if not holders:
        return refused(Code.LINES_TAKEN)
    first = holders[0]
    return Decision(
        status=ResultStatus.REFUSED,
        code=Code.LINES_TAKEN,
        by=first.by,
        at=first.at,
        branch_id=first.branch_id,
    )


def needs_confirmation(order: Order) -> bool:
    """Whether the customer must still be asked before a shipment is made (S09)."""
    return order.confirmation.state in (ConfirmationState.PENDING, ConfirmationState.RECONFIRM)


def collect_paisa(order: Order, lines: tuple[FulfillmentLine, ...]) -> int:
    """Return what this parcel collects on delivery, in paisa.

    The only parcel of an order collects all that is outstanding, delivery charge included; a part collects the price
    of its own lines, at most what is outstanding. The packer may type another amount at dispatch.
    """
    if not order.cod:
        return 0
    taken = {line.order_line_id: line.units for line in lines}
    rest = sum(remaining_units(line) - taken.get(line.id, 0) for line in order.lines)
    if rest == 0 and not live_shipments(order):
        return order.outstanding_paisa
    known = ((line_of(order, line.order_line_id), line.units) for line in lines)
    return min(
        order.outstanding_paisa,
        sum(line.unit_paisa * units for line, units in known if line is not None),
    )


def _shipment(
    body: CreateFulfillment, lines: tuple[FulfillmentLine, ...], collect: int
) -> Fulfillment:
    return Fulfillment(
        id=body.fulfillment_id,
        order_id=body.order_id,
        branch_id=body.branch_id,
        workflow=Workflow.SMART,
        state=FulfillmentState.PENDING,
        lines=lines,
        collect_paisa=collect,
    )


def _stub(
    act: Recorded, body: CreateFulfillment, wanted: tuple[FulfillmentLine, ...]
) -> Fulfillment:
    return stepped(
        replace(_shipment(body, wanted, 0), refused=True), FulfillmentState.CANCELLED, act
    )

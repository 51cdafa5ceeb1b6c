"""Making a shipment: a claim on units that are neither promised nor out. Changing it and giving it up before packing."""

from msgspec.structs import replace

from sync_protocol.bodies.shipping import CancelFulfillment, CreateFulfillment, EditFulfillment
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.packing import shipment_and_order
from sync_protocol.decide.shipping import (
    Split,
    already,
    named_lines,
    noop,
    parked,
    refused,
    split_by_remaining,
    stepped,
    with_shipment,
)
from sync_protocol.fulfillments import Fulfillment, FulfillmentLine, FulfillmentState, Workflow
from sync_protocol.orders import (
    Order,
    line_of,
    live_shipments,
    remaining_units,
    still_due_paisa,
)
from sync_protocol.outcomes import ResultStatus
from sync_protocol.permissions import MAY_SKIP_ASKING
from sync_protocol.statuses import UNCONFIRMED


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
    refusal = _refusal(act, order, body, split, branch_active=branch.active)
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
    act: Recorded, order: Order, body: CreateFulfillment, split: Split, *, branch_active: bool
) -> Decision | None:
    if order.cancelled_at is not None:
        return refused(Code.ORDER_CANCELLED)
    if not branch_active:
        return refused(Code.BRANCH_CLOSED)
    skips_asking = bool(body.override_reason) and act.staff.role in MAY_SKIP_ASKING
    if needs_confirmation(order) and not skips_asking:
        return refused(Code.NOT_CONFIRMED)
    return None if split.free else _taken(order)


def _taken(order: Order) -> Decision:
    """Refuse for want of free units, naming who has them."""
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
    return order.confirmation.state in UNCONFIRMED


_WILL_COLLECT = (
    FulfillmentState.PENDING,
    FulfillmentState.PACKED,
    FulfillmentState.DISPATCHED,
    FulfillmentState.RECORDED,
)


def collect_paisa(order: Order, lines: tuple[FulfillmentLine, ...]) -> int:
    """Return what this parcel collects on delivery, in paisa.

    The last parcel of an order collects all that is still due and no other parcel will bring, delivery charge included;
    one before it collects the price of its own lines, at most that. The packer may type another amount at dispatch.
    """
    if not order.cod:
        return 0
    taken = {line.order_line_id: line.units for line in lines}
    rest = sum(remaining_units(line) - taken.get(line.id, 0) for line in order.lines)
    others = sum(s.collect_paisa for s in order.shipments if s.state in _WILL_COLLECT)
    due = max(0, still_due_paisa(order) - others)
    if rest == 0:
        return due
    known = ((line_of(order, line.order_line_id), line.units) for line in lines)
    return min(due, sum(line.unit_paisa * units for line, units in known if line is not None))


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


def edit_fulfillment(book: Book, act: Recorded, body: EditFulfillment) -> Decision:
    """Move a pending shipment to another branch, or promise other units with it."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    if shipment.state is not FulfillmentState.PENDING:
        return _not_pending(shipment)
    branch = book.branches.get(body.branch_id or shipment.branch_id)
    if branch is None:
        return parked(Code.UNKNOWN_REFERENCE, f"branch {body.branch_id}")
    if not branch.active:
        return refused(Code.BRANCH_CLOSED)
    wanted = named_lines(order, body.lines) if body.lines else shipment.lines
    if wanted is None:
        return parked(Code.UNKNOWN_REFERENCE, f"a line of order {order.id}")
    if branch.id == shipment.branch_id and wanted == shipment.lines:
        return noop()
    without = with_shipment(order, shipment, replace(shipment, lines=()))
    split = split_by_remaining(without, wanted)
    if not split.free:
        return _taken(order)
    after = replace(
        shipment,
        branch_id=branch.id,
        lines=split.free,
        collect_paisa=collect_paisa(_as_if_unmade(without, shipment), split.free),
        rev=shipment.rev + 1,
    )
    return Decision(
        status=ResultStatus.APPLIED,
        code=Code.PARTLY_TAKEN if split.excess else None,
        orders=(with_shipment(order, shipment, after),),
        fulfillments=(after,),
    )


def _as_if_unmade(order: Order, shipment: Fulfillment) -> Order:
    others = tuple(s for s in order.shipments if s.fulfillment_id != shipment.id)
    return replace(order, shipments=others)


def cancel_fulfillment(book: Book, act: Recorded, body: CancelFulfillment) -> Decision:
    """Release a pending shipment's units."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    if shipment.state is FulfillmentState.CANCELLED:
        return already(shipment)
    if shipment.state is not FulfillmentState.PENDING:
        return _not_pending(shipment)
    gone = stepped(
        replace(shipment, note=body.reason or shipment.note), FulfillmentState.CANCELLED, act
    )
    return Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(order, shipment, gone),),
        fulfillments=(gone,),
    )


def _not_pending(shipment: Fulfillment) -> Decision:
    """Refuse a change of what was packed already, naming who packed it."""
    return replace(already(shipment), status=ResultStatus.REFUSED, code=Code.NOT_PENDING)

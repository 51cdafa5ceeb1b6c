"""What happens on the way without moving stock: tries that failed, the courier's own words, and parcels that got lost."""

from msgspec.structs import replace

from sync_protocol.bodies.shipping import AttemptFailed, MarkLost, TrackingEvent
from sync_protocol.codes import Code
from sync_protocol.couriers import courier_status, is_later
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.flags import about, closings, flagged, with_flags
from sync_protocol.decide.packing import shipment_and_order
from sync_protocol.decide.shipping import noop, parked, stepped, with_shipment
from sync_protocol.decide.stops import with_stop
from sync_protocol.fulfillments import (
    DeliveryAttempt,
    FulfillmentAction,
    FulfillmentLine,
    FulfillmentState,
    Return,
    ReturnKind,
    next_state,
)
from sync_protocol.ledger import LOST, EntryKind, Posting, moved, out_account
from sync_protocol.outcomes import ResultStatus
from sync_protocol.runs import StopState

_NOT_ON_THE_WAY = (
    FulfillmentState.PENDING,
    FulfillmentState.PACKED,
    FulfillmentState.CANCELLED,
    FulfillmentState.VOIDED,
)


def attempt_failed(book: Book, act: Recorded, body: AttemptFailed) -> Decision:
    """Log a try that failed. Of a parcel that has ended meanwhile it is kept as history and changes nothing else."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    if shipment.state in _NOT_ON_THE_WAY:
        return flagged((about(act, shipment, Code.NOT_DISPATCHED, body.note),))
    attempt = DeliveryAttempt(
        outcome=body.outcome,
        by=act.staff.id,
        at=act.read.op.at,
        next_at=body.next_at,
        note=body.note,
    )
    after = replace(shipment, attempts=(*shipment.attempts, attempt), rev=shipment.rev + 1)
    going = next_state(shipment.state, FulfillmentAction.ATTEMPT) is not None
    return Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(order, shipment, after),),
        fulfillments=(after,),
        runs=with_stop(book, act, after, StopState(body.outcome.value)) if going else (),
    )


def tracking_event(book: Book, act: Recorded, body: TrackingEvent) -> Decision:
    """Take over what the courier says if it is the latest. It is the courier's word: no stock, no cash, no state (I16)."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, _ = found
    said = courier_status(body.courier, body.said, body.code)
    known = (shipment.courier_status_at, shipment.courier_status)
    if not is_later((body.event_at, said), known):
        return noop(Code.STALE)
    after = replace(
        shipment,
        courier_status=said.value,
        courier_status_at=body.event_at,
        rev=shipment.rev + 1,
    )
    return Decision(status=ResultStatus.APPLIED, fulfillments=(after,))


def mark_lost(book: Book, act: Recorded, body: MarkLost) -> Decision:
    """Write off what the courier lost: the goods are nobody's any more, the claim is on record."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    if shipment.state is FulfillmentState.LOST:
        return noop()
    state = next_state(shipment.state, FulfillmentAction.LOSE)
    if state is None:
        return flagged((about(act, shipment, Code.NOT_DISPATCHED, body.reason),))
    lines = tuple(_without(line, shipment.open_return) for line in shipment.lines)
    if any(line.gone_units for line in lines):
        assert shipment.open_return is not None, "without a return all of it is lost"
        state = shipment.open_return.came_from
    legs = tuple(
        leg
        for line, after in zip(shipment.lines, lines, strict=True)
        if (lost := after.lost_units - line.lost_units) > 0
        for leg in moved(line.variant_id, lost, out_account(line.order_line_id), LOST)
    )
    posting = Posting(
        id=act.entry_id(),
        branch_id=shipment.branch_id,
        kind=EntryKind.COURIER_LOST,
        legs=legs,
        order_id=order.id,
        fulfillment_id=shipment.id,
        reason=body.reason,
    )
    after = replace(
        shipment,
        lines=lines,
        returns=tuple(replace(back, closed=True) for back in shipment.returns),
        claim_reference=body.claim_reference,
    )
    after = stepped(after, state, act)
    decision = Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(order, shipment, after),),
        fulfillments=(after,),
        runs=with_stop(book, act, after, StopState.OTHER),
        postings=(posting,),
        discrepancies=closings(
            book, act, frozenset({Code.DISPATCHED_CANCELLED, Code.DELIVER_VS_RETURN}), shipment.id
        ),
    )
    if body.claim_reference:
        return decision
    # Nobody has asked the courier for the money yet.
    return with_flags(decision, (about(act, shipment, Code.PARCEL_LOST, body.reason),))


def _without(line: FulfillmentLine, back: Return | None) -> FulfillmentLine:
    """Return a line without what got lost of it: of a parcel on its way back only what was in it."""
    lost, given_back = line.gone_units, 0
    if back is not None:
        expected = sum(
            x.units - x.settled_units for x in back.lines if x.order_line_id == line.order_line_id
        )
        lost = min(lost, max(0, expected))
        given_back = 0 if back.kind is ReturnKind.RTO else lost
    return replace(
        line,
        lost_units=line.lost_units + lost,
        given_back_units=line.given_back_units + given_back,
    )

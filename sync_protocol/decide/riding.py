"""A rider's run coming back: parcels seen again, cash declared and counted, the books closed."""

from msgspec.structs import replace

from sync_protocol.bodies.riding import (
    CheckInParcel,
    CloseRun,
    CountRunCash,
    EndRun,
    ReopenRun,
)
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.flags import about, closed, flagged, with_flags
from sync_protocol.decide.loading import about_run
from sync_protocol.decide.packing import shipment_and_order
from sync_protocol.decide.shipping import noop, parked, refused, with_shipment
from sync_protocol.decide.stops import off_the_run, seen_again, with_stops
from sync_protocol.fulfillments import Fulfillment, FulfillmentState
from sync_protocol.ids import StaffId
from sync_protocol.ledger import (
    SHORTAGE,
    CashLeg,
    EntryKind,
    Posting,
    paid,
    rider_account,
    till_account,
)
from sync_protocol.orders import Order
from sync_protocol.outcomes import Discrepancy, ResultStatus
from sync_protocol.permissions import DECIDES_ALONE
from sync_protocol.runs import (
    ON_THE_ROAD,
    RiderRun,
    RunAction,
    RunState,
    StopState,
    next_run_state,
)

_S = FulfillmentState


def end_run(book: Book, act: Recorded, body: EndRun) -> Decision:
    """Write down that the rider is back and how much cash there is by the rider's own word."""
    run = book.runs.get(body.run_id)
    if run is None:
        return parked(Code.UNKNOWN_REFERENCE, f"run {body.run_id}")
    state = next_run_state(run.state, RunAction.END)
    if state is None:
        if run.declared_paisa == body.declared_paisa:
            return noop()
        if run.state is not RunState.BACK:
            return flagged((about_run(act, run, Code.RUN_NOT_OPEN),))
        state = run.state
    back = replace(
        run,
        state=state,
        declared_paisa=body.declared_paisa,
        declared_by=act.staff.id,
        rev=run.rev + 1,
    )
    return Decision(status=ResultStatus.APPLIED, runs=(back,))


def check_in_parcel(book: Book, act: Recorded, body: CheckInParcel) -> Decision:
    """Scan an undelivered parcel at the branch: it stays out of stock and waits for another run."""
    run, found = book.runs.get(body.run_id), shipment_and_order(book, body.fulfillment_id)
    if run is None or found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"run {body.run_id}, parcel {body.fulfillment_id}")
    shipment, order = found
    stop = next((s for s in run.stops if s.fulfillment_id == shipment.id), None)
    if stop is None:
        named = replace(about(act, shipment, Code.NOT_IN_RUN), run_id=run.id)
        return flagged((named,))
    mine = shipment.run_id == run.id
    if stop.checked_in and (not mine or not shipment.goods_out):
        return noop()
    if mine and shipment.state is _S.DELIVERED:
        return flagged((about(act, shipment, Code.DELIVER_VS_RETURN),))
    if run.state not in ON_THE_ROAD:
        return flagged((about_run(act, run, Code.RUN_NOT_OPEN, shipment.id),))
    stops = tuple(seen_again(s) if s is stop else s for s in run.stops)
    seen = Decision(status=ResultStatus.APPLIED, runs=(with_stops(run, stops),))
    if not mine:
        # Another run has it by now; where it was before is still worth knowing.
        return seen
    here = replace(off_the_run(shipment), rev=shipment.rev + 1)
    return replace(seen, orders=(with_shipment(order, shipment, here),), fulfillments=(here,))


def count_run_cash(book: Book, act: Recorded, body: CountRunCash) -> Decision:
    """Take over what the cashier counted: from the rider's hand into the till, a shortage by name.

    Counting again says what the right number is; only what differs from the last count is posted.
    """
    run = book.runs.get(body.run_id)
    if run is None:
        return parked(Code.UNKNOWN_REFERENCE, f"run {body.run_id}")
    short = run.expected_paisa - body.counted_paisa
    named = short == 0 or bool(body.shortage_reason)
    action = RunAction.COUNT if named else RunAction.DISPUTE
    state = next_run_state(run.state, action)
    if state is None:
        return flagged((about_run(act, run, Code.RUN_NOT_OPEN),))
    posted_short = short if named else 0
    posting = _counted_cash(
        act,
        run,
        body.counted_paisa - (run.counted_paisa or 0),
        posted_short - run.shortage_paisa,
        body.shortage_reason,
    )
    counted = replace(
        run,
        state=state,
        counted_paisa=body.counted_paisa,
        counted_by=act.staff.id,
        shortage_paisa=posted_short,
        shortage_reason=body.shortage_reason,
        rev=run.rev + 1,
    )
    decision = Decision(
        status=ResultStatus.APPLIED,
        runs=(counted,),
        postings=posting,
        discrepancies=_cash_settled(book, act, run) if named else (),
    )
    if short == 0 or any(
        d.run_id == run.id and d.code is Code.CASH_SHORT for d in book.open.values()
    ):
        return decision
    found = about_run(act, run, Code.CASH_SHORT, body.shortage_reason)
    return with_flags(decision, (replace(found, paisa=short),))


def settle_shortage(act: Recorded, run: RiderRun, reason: str) -> Decision:
    """Give a disputed run's shortage its reason: the rider no longer owes it."""
    short = run.expected_paisa - (run.counted_paisa or 0)
    if run.state is not RunState.DISPUTED:
        return Decision(status=ResultStatus.APPLIED)
    named = replace(
        run,
        state=RunState.RECONCILED,
        shortage_paisa=short,
        shortage_reason=reason,
        rev=run.rev + 1,
    )
    return Decision(
        status=ResultStatus.APPLIED,
        runs=(named,),
        postings=_counted_cash(act, run, 0, short - run.shortage_paisa, reason),
    )


def _cash_settled(book: Book, act: Recorded, run: RiderRun) -> tuple[Discrepancy, ...]:
    return tuple(
        closed(d, act)
        for d in book.open.values()
        if d.code is Code.CASH_SHORT and d.run_id == run.id
    )


def _counted_cash(
    act: Recorded, run: RiderRun, into_till: int, into_shortage: int, reason: str | None
) -> tuple[Posting, ...]:
    rider = rider_account(run.rider_id)
    legs: tuple[CashLeg, ...] = (
        *paid(into_till, rider, till_account(run.branch_id)),
        *paid(into_shortage, rider, SHORTAGE),
    )
    if not legs:
        return ()
    return (
        Posting(
            id=act.entry_id(),
            branch_id=run.branch_id,
            kind=EntryKind.CASH_HANDED_OVER,
            cash=legs,
            run_id=run.id,
            reason=reason,
        ),
    )


def close_run(book: Book, act: Recorded, body: CloseRun) -> Decision:
    """Close a run's books: the cash is counted, every stop has an outcome, every parcel was seen (I19)."""
    run = book.runs.get(body.run_id)
    if run is None:
        return parked(Code.UNKNOWN_REFERENCE, f"run {body.run_id}")
    if run.state is RunState.CLOSED:
        return noop()
    state = next_run_state(run.state, RunAction.CLOSE)
    if state is None:
        return refused(Code.RUN_NOT_READY, f"the run is {run.state.value}")
    waiting = [s for s in run.stops if not s.checked_in or s.state is StopState.PENDING]
    if waiting:
        return refused(Code.RUN_NOT_READY, f"stop {waiting[0].place} is not settled")
    # The rider no longer needs the customers' names and addresses.
    ended = replace(run, state=state, closed_at=act.now, rev=run.rev + 1)
    return replace(_with_rider(book, run, None), runs=(ended,))


def _with_rider(book: Book, run: RiderRun, rider_id: StaffId | None) -> Decision:
    """Let the parcels that still belong to a run be its rider's, or nobody's."""
    orders: dict[str, Order] = {}
    shipments: list[Fulfillment] = []
    for stop in run.stops:
        shipment = book.fulfillments.get(stop.fulfillment_id)
        order = orders.get(stop.order_id) or book.orders.get(stop.order_id)
        if shipment is None or order is None or shipment.run_id != run.id:
            continue
        if shipment.rider_id == rider_id:
            continue
        after = replace(shipment, rider_id=rider_id, rev=shipment.rev + 1)
        orders[order.id] = with_shipment(order, shipment, after)
        shipments.append(after)
    return Decision(
        status=ResultStatus.APPLIED,
        orders=tuple(orders.values()),
        fulfillments=tuple(shipments),
    )


def reopen_run(book: Book, act: Recorded, body: ReopenRun) -> Decision:
    """Open a run's books again; only a supervisor may."""
    run = book.runs.get(body.run_id)
    if run is None:
        return parked(Code.UNKNOWN_REFERENCE, f"run {body.run_id}")
    state = next_run_state(run.state, RunAction.REOPEN)
    if state is None:
        return refused(Code.RUN_NOT_OPEN)
    assert act.staff.role in DECIDES_ALONE, "the table of rights lets nobody else this far"
    given_back = _with_rider(book, run, run.rider_id)
    opened = replace(run, state=state, closed_at=None, rev=run.rev + 1)
    return replace(given_back, runs=(opened,))

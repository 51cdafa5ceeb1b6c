"""A rider's run on its way out: planned, loaded parcel by parcel, started."""

from msgspec.structs import replace

from sync_protocol.bodies.riding import (
    CreateRun,
    LoadParcel,
    StartRun,
    UnloadParcel,
)
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.flags import about, discrepancy, flagged, named_after, with_flags
from sync_protocol.decide.packing import Packed, shipment_and_order
from sync_protocol.decide.sending import NOT_HANDED_OVER, handed_over, packed_first
from sync_protocol.decide.shipping import noop, parked, refused, stepped, with_shipment
from sync_protocol.decide.stops import seen_again, with_stops, without_parcel
from sync_protocol.fulfillments import Fulfillment, FulfillmentState
from sync_protocol.ops import OpKind
from sync_protocol.orders import Order
from sync_protocol.outcomes import Discrepancy, ResultStatus
from sync_protocol.permissions import may_record
from sync_protocol.runs import (
    NOT_STARTED,
    RiderRun,
    RunAction,
    RunState,
    RunStop,
    next_run_state,
)
from sync_protocol.shop import Role

OWN_RIDER = "rider"
"""The courier by which a parcel on a run is known to people and to Shopify."""

_S = FulfillmentState


def create_run(book: Book, act: Recorded, body: CreateRun) -> Decision:
    """Plan a run for a rider."""
    rider = book.people.get(body.rider_id)
    if rider is None or body.branch_id not in book.branches:
        return parked(Code.UNKNOWN_REFERENCE, f"rider {body.rider_id} at {body.branch_id}")
    if body.run_id in book.runs:
        return refused(Code.ALREADY_EXISTS)
    if rider.role is not Role.RIDER or not rider.active:
        return refused(Code.NOT_A_RIDER)
    run = RiderRun(
        id=body.run_id,
        branch_id=body.branch_id,
        rider_id=body.rider_id,
        state=RunState.DRAFT,
        name=body.name,
        made_by=act.staff.id,
        made_at=act.read.op.at,
        rev=1,
    )
    return Decision(status=ResultStatus.APPLIED, runs=(run,))


def about_run(act: Recorded, run: RiderRun, code: Code, detail: str | None = None) -> Discrepancy:
    """Open a discrepancy about a run."""
    found = discrepancy(act, code)
    return replace(found, branch_id=run.branch_id, run_id=run.id, detail=detail)


def load_parcel(book: Book, act: Recorded, body: LoadParcel) -> Decision:
    """Put a parcel into a run. One that nobody packed was packed all the same; one for a rider on the road goes out now."""
    run, found = book.runs.get(body.run_id), shipment_and_order(book, body.fulfillment_id)
    if run is None or found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"run {body.run_id}, parcel {body.fulfillment_id}")
    shipment, order = found
    if any(stop.fulfillment_id == shipment.id for stop in run.stops) and shipment.run_id == run.id:
        return noop()
    if run.state not in NOT_STARTED and run.state is not RunState.OUT:
        return flagged((about_run(act, run, Code.RUN_CLOSED, shipment.id),))
    if shipment.state is not _S.DISPATCHED and shipment.state not in NOT_HANDED_OVER:
        return flagged((about(act, shipment, Code.NOT_OUT),))
    here = shipment.goods_out or shipment.branch_id == run.branch_id
    if not here and not may_record(act.staff, OpKind.LOAD_PARCEL, shipment.branch_id):
        # What was not packed would leave the other branch's shelf by this scan (I15).
        return parked(Code.AUTHORITY, f"goods of branch {shipment.branch_id}")
    left, flags = _out_of_another_run(book, act, shipment)
    packed = packed_first(book, act, order, shipment)
    if not packed.shipment.goods_out:
        return flagged(packed.flags)
    return _loaded(act, run, packed, left, flags)


def _loaded(
    act: Recorded,
    run: RiderRun,
    packed: Packed,
    left: tuple[RiderRun, ...],
    flags: tuple[Discrepancy, ...],
) -> Decision:
    shipment = packed.shipment
    place = max((stop.place for stop in run.stops), default=0) + 1
    on_run = replace(
        shipment, run_id=run.id, rider_id=run.rider_id, stop=place, rev=shipment.rev + 1
    )
    stop = RunStop(
        fulfillment_id=shipment.id,
        order_id=shipment.order_id,
        place=place,
        collect_paisa=shipment.collect_paisa,
        cash_paisa=sum(s.cash_paisa for s in run.stops if s.fulfillment_id == shipment.id),
    )
    stops = (*(s for s in run.stops if s.fulfillment_id != shipment.id), stop)
    state = next_run_state(run.state, RunAction.LOAD) or run.state
    loaded = with_stops(replace(run, state=state), stops)
    if run.state is RunState.OUT and on_run.state is _S.PACKED:
        sent = handed_over(
            act, shipment, _dispatched(act, run, on_run), packed, Code.DISPATCHED_CANCELLED
        )
        return with_flags(replace(sent, runs=(*left, loaded)), flags)
    decision = Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(packed.order, shipment, on_run),),
        fulfillments=(on_run,) if packed.linked is None else (packed.linked, on_run),
        runs=(*left, loaded),
        postings=() if packed.posting is None else (packed.posting,),
    )
    return with_flags(decision, (*flags, *packed.flags))


def _out_of_another_run(
    book: Book, act: Recorded, shipment: Fulfillment
) -> tuple[tuple[RiderRun, ...], tuple[Discrepancy, ...]]:
    """Take the parcel out of the run that had it: it lies where it was scanned last."""
    other = None if shipment.run_id is None else book.runs.get(shipment.run_id)
    if other is None or all(s.fulfillment_id != shipment.id for s in other.stops):
        return (), ()
    if other.state in NOT_STARTED:
        found = replace(about(act, shipment, Code.IN_ANOTHER_RUN), run_id=other.id)
        return (without_parcel(other, shipment),), (found,)
    stops = tuple(seen_again(s) if s.fulfillment_id == shipment.id else s for s in other.stops)
    if stops == other.stops:
        return (), ()
    found = replace(about(act, shipment, Code.IN_ANOTHER_RUN), run_id=other.id)
    return (with_stops(other, stops),), (found,)


def _dispatched(act: Recorded, run: RiderRun, shipment: Fulfillment) -> Fulfillment:
    """Return the parcel as it leaves with the rider: the run and the stop are its number (§2.6)."""
    number = f"{run.name or run.id[-8:]}-{shipment.stop}"
    return stepped(
        replace(shipment, courier=OWN_RIDER, tracking_number=number, tracking_url=None),
        _S.DISPATCHED,
        act,
    )


def unload_parcel(book: Book, act: Recorded, body: UnloadParcel) -> Decision:
    """Take a parcel out of a run that has not left."""
    run, found = book.runs.get(body.run_id), shipment_and_order(book, body.fulfillment_id)
    if run is None or found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"run {body.run_id}, parcel {body.fulfillment_id}")
    shipment, order = found
    if shipment.run_id != run.id:
        return noop()
    if next_run_state(run.state, RunAction.UNLOAD) is None:
        return flagged((about_run(act, run, Code.RUN_CLOSED, shipment.id),))
    if shipment.state is _S.DELIVERED:
        return flagged((about(act, shipment, Code.DELIVER_VS_RETURN),))
    back = replace(shipment, run_id=None, rider_id=None, stop=None, rev=shipment.rev + 1)
    return Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(order, shipment, back),),
        fulfillments=(back,),
        runs=(without_parcel(run, shipment),),
    )


def start_run(book: Book, act: Recorded, body: StartRun) -> Decision:
    """Let the rider leave: every packed parcel of the run is dispatched, and Shopify is to be told of each."""
    run = book.runs.get(body.run_id)
    if run is None:
        return parked(Code.UNKNOWN_REFERENCE, f"run {body.run_id}")
    state = next_run_state(run.state, RunAction.START)
    if state is None:
        if run.state in (RunState.OUT, RunState.BACK):
            return noop()
        return flagged((about_run(act, run, Code.RUN_NOT_OPEN),))
    orders: dict[str, Order] = {}
    told: list[Decision] = []
    for stop in run.stops:
        shipment = book.fulfillments.get(stop.fulfillment_id)
        order = orders.get(stop.order_id) or book.orders.get(stop.order_id)
        if shipment is None or order is None or shipment.state is not _S.PACKED:
            continue
        notify = body.notify_customer and book.policy.notify_customer
        sent = _dispatched(act, run, replace(shipment, notify_customer=notify))
        packed = Packed(order=order, shipment=shipment)
        one = handed_over(act, shipment, sent, packed, Code.DISPATCHED_CANCELLED)
        orders[order.id] = one.orders[0]
        told.append(one)
    flags = tuple(d for one in told for d in one.discrepancies)
    decision = Decision(
        status=ResultStatus.APPLIED,
        orders=tuple(orders.values()),
        fulfillments=tuple(f for one in told for f in one.fulfillments),
        runs=(replace(run, state=state, rev=run.rev + 1),),
        effects=tuple(e for one in told for e in one.effects),
    )
    return with_flags(decision, _each_by_its_shipment(flags))


def _each_by_its_shipment(flags: tuple[Discrepancy, ...]) -> tuple[Discrepancy, ...]:
    """One op, several parcels: their discrepancies are named by the parcel too."""
    return tuple(
        named_after(found, found.fulfillment_id) for found in flags if found.fulfillment_id
    )

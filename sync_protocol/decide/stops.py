"""Keeping a rider's run in step with what becomes of its parcels."""

from msgspec.structs import replace

from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Recorded
from sync_protocol.decide.flags import about
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.outcomes import Discrepancy
from sync_protocol.runs import NOT_STARTED, RiderRun, RunState, RunStop, StopState, expected_paisa


def run_of(book: Book, shipment: Fulfillment) -> RiderRun | None:
    """Return the run that has the shipment as one of its stops."""
    run = None if shipment.run_id is None else book.runs.get(shipment.run_id)
    if run is None or all(stop.fulfillment_id != shipment.id for stop in run.stops):
        return None
    return run


def with_stop(
    book: Book, act: Recorded, shipment: Fulfillment, state: StopState, paisa: int = 0
) -> tuple[RiderRun, ...]:
    """Return the run that has the shipment, with what became of its stop; no run whose books are open, nothing.

    A parcel may be handed over before anybody recorded that the rider left.
    """
    run = run_of(book, shipment)
    if run is None or run.state is RunState.CLOSED:
        return ()
    stops = tuple(
        replace(
            stop,
            state=state,
            # What was taken before stays taken, whatever becomes of the parcel.
            cash_paisa=stop.cash_paisa + paisa,
            checked_in=stop.checked_in or not shipment.goods_out or state is StopState.DELIVERED,
            at=act.read.op.at,
        )
        if stop.fulfillment_id == shipment.id
        else stop
        for stop in run.stops
    )
    return (with_stops(run, stops),)


def checked_in(book: Book, shipment: Fulfillment) -> tuple[RiderRun, ...]:
    """Return the run that had the shipment, with its parcel seen at the branch again."""
    run = run_of(book, shipment)
    if run is None or run.state is RunState.CLOSED:
        return ()
    stops = tuple(
        seen_again(stop) if stop.fulfillment_id == shipment.id else stop for stop in run.stops
    )
    return () if stops == run.stops else (with_stops(run, stops),)


def taken_out(book: Book, shipment: Fulfillment) -> tuple[RiderRun, ...]:
    """Return the run that had the shipment without it: it is not handed to that rider (any more)."""
    run = run_of(book, shipment)
    if run is None or run.state not in NOT_STARTED:
        return checked_in(book, shipment)
    return (without_parcel(run, shipment),)


def without_parcel(run: RiderRun, shipment: Fulfillment) -> RiderRun:
    """Return a run that has not left without one of its parcels. Where cash was taken the stop stays in the books."""
    stops = tuple(
        seen_again(stop) if stop.fulfillment_id == shipment.id else stop
        for stop in run.stops
        if stop.fulfillment_id != shipment.id or stop.cash_paisa
    )
    return with_stops(run, stops)


def off_the_run(shipment: Fulfillment) -> Fulfillment:
    """Return the shipment as no rider's; the caller keeps its run in step."""
    return replace(shipment, run_id=None, rider_id=None, stop=None)


def seen_again(stop: RunStop) -> RunStop:
    """Return a stop whose parcel was scanned at the branch; one that was never tried is for another day."""
    state = StopState.RESCHEDULED if stop.state is StopState.PENDING else stop.state
    return replace(stop, state=state, checked_in=True)


def with_stops(run: RiderRun, stops: tuple[RunStop, ...]) -> RiderRun:
    """Return the run with other stops; when they say that other cash was taken it has to be counted again."""
    expected = expected_paisa(stops)
    counted = run.state is RunState.RECONCILED and expected != run.expected_paisa
    return replace(
        run,
        stops=stops,
        expected_paisa=expected,
        state=RunState.BACK if counted else run.state,
        rev=run.rev + 1,
    )


def closed_run_flags(book: Book, act: Recorded, shipment: Fulfillment) -> tuple[Discrepancy, ...]:
    """Flag an outcome that comes when the run's books are closed."""
    run = run_of(book, shipment)
    if run is None or run.state is not RunState.CLOSED:
        return ()
    found = about(act, shipment, Code.RUN_CLOSED)
    return (replace(found, run_id=run.id),)

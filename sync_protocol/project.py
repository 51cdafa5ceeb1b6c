"""From what changed to the rows of each stream: who sees what, decided once."""

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.decide.book import Book, Decision
from sync_protocol.fulfillments import NEVER_LEFT, Fulfillment
from sync_protocol.ids import (
    BranchId,
    FulfillmentId,
    OrderId,
    RowKey,
    RunId,
    StreamName,
    VariantId,
)
from sync_protocol.orders import Contact, Order, live_shipments, remaining_units
from sync_protocol.outcomes import Discrepancy
from sync_protocol.permissions import (
    DESK_STREAM,
    INBOX_STREAM,
    rider_stream,
    stock_stream,
    work_stream,
)
from sync_protocol.rows import RowBody, RowChange, RowKind, row_key
from sync_protocol.runs import RiderRun, RunState
from sync_protocol.stock import Stock
from sync_protocol.transfers import Transfer


class Before(Struct, frozen=True, kw_only=True):
    """What the book held before the chunk: where rows were that may have moved."""

    orders: dict[OrderId, Order]
    fulfillments: dict[FulfillmentId, Fulfillment]
    runs: dict[RunId, RiderRun]


def before_of(book: Book) -> Before:
    """Remember a book before a chunk changes it."""
    return Before(
        orders=dict(book.orders), fulfillments=dict(book.fulfillments), runs=dict(book.runs)
    )


def streams_of_order(order: Order) -> frozenset[StreamName]:
    """Return the streams that hold the order: of each branch or rider with something of it, else the inbox.

    A branch has something of it when it was given the order, has a shipment of it, or expects a return. An order with units left over for which no branch has a shipment yet stays in the inbox too, so that the rest is
    not forgotten.
    """
    streams = {work_stream(shipment.branch_id) for shipment in live_shipments(order)}
    for shipment in live_shipments(order):
        if shipment.return_branch_id is not None:
            streams.add(work_stream(shipment.return_branch_id))
    if order.branch_id is not None:
        streams.add(work_stream(order.branch_id))
    unassigned = any(remaining_units(line) > 0 for line in order.lines)
    if not streams or (unassigned and order.branch_id is None):
        streams.add(INBOX_STREAM)
    riders = {s.rider_id for s in live_shipments(order) if s.rider_id is not None}
    return frozenset(streams | {rider_stream(rider) for rider in riders})


def streams_of_shipment(shipment: Fulfillment) -> frozenset[StreamName]:
    """Return the streams that hold a shipment; a refused stub is nobody's work."""
    if shipment.refused:
        return frozenset()
    streams = {work_stream(shipment.branch_id)}
    back = shipment.open_return
    if back is not None:
        streams.add(work_stream(back.branch_id))
    if shipment.rider_id is not None and shipment.state not in NEVER_LEFT:
        # A parcel that was voided or cancelled under way is no longer the rider's.
        streams.add(rider_stream(shipment.rider_id))
    return frozenset(streams)


def streams_of_run(run: RiderRun) -> frozenset[StreamName]:
    """Return the streams that hold a run: its branch's work, and its rider's until its books are closed."""
    if run.state is RunState.CLOSED:
        return frozenset({work_stream(run.branch_id)})
    return frozenset({work_stream(run.branch_id), rider_stream(run.rider_id)})


def _moved(
    key: RowKey, body: RowBody, now: frozenset[StreamName], before: frozenset[StreamName]
) -> tuple[RowChange, ...]:
    """Return puts for the streams that hold a thing now and tombstones for those that no longer do (R18)."""
    puts = [RowChange(stream=stream, key=key, body=body) for stream in sorted(now)]
    return (*puts, *(RowChange(stream=s, key=key, body=None) for s in sorted(before - now)))


def order_rows(before: Order | None, after: Order) -> tuple[RowChange, ...]:
    """Return puts and tombstones of an order, by the streams that hold it now and held it before.

    What the store last showed of the customer is for the server's own comparing: phones get the contact that holds.
    """
    was = streams_of_order(before) if before is not None else frozenset()
    shown = replace(after, store_contact=Contact())
    return _moved(row_key(RowKind.ORDER, after.id), shown, streams_of_order(after), was)


def fulfillment_rows(before: Fulfillment | None, after: Fulfillment) -> tuple[RowChange, ...]:
    """Return the rows of a shipment."""
    was = streams_of_shipment(before) if before is not None else frozenset()
    return _moved(row_key(RowKind.FULFILLMENT, after.id), after, streams_of_shipment(after), was)


def run_rows(before: RiderRun | None, after: RiderRun) -> tuple[RowChange, ...]:
    """Return the rows of a rider's run."""
    was = streams_of_run(before) if before is not None else frozenset()
    return _moved(row_key(RowKind.RUN, after.id), after, streams_of_run(after), was)


def transfer_rows(transfer: Transfer) -> tuple[RowChange, ...]:
    """Return the rows of a transfer at both its ends."""
    ends = frozenset({work_stream(transfer.branch_id), work_stream(transfer.to_branch_id)})
    return _moved(row_key(RowKind.TRANSFER, transfer.id), transfer, ends, frozenset())


def stock_rows(stock: Stock) -> tuple[RowChange, ...]:
    """Return the row of one variant in its branch's stock."""
    key = row_key(RowKind.STOCK, stock.variant_id)
    return (RowChange(stream=stock_stream(stock.branch_id), key=key, body=stock),)


def discrepancy_rows(found: Discrepancy) -> tuple[RowChange, ...]:
    """Return the desk's row of a discrepancy; a closed one stays to be read."""
    return (RowChange(stream=DESK_STREAM, key=row_key(RowKind.DISCREPANCY, found.id), body=found),)


def touched_rows(before: Before, book: Book, decision: Decision) -> tuple[RowChange, ...]:
    """Return every row that `decision` touched, as the book (which has applied it) now has it.

    Several decisions of one chunk may touch the same row; the caller keeps the last change per (stream, key).
    """
    rows: list[RowChange] = []
    for order in decision.orders:
        rows += order_rows(before.orders.get(order.id), book.orders[order.id])
    for shipment in decision.fulfillments:
        was = before.fulfillments.get(shipment.id)
        rows += fulfillment_rows(was, book.fulfillments[shipment.id])
    for run in decision.runs:
        rows += run_rows(before.runs.get(run.id), book.runs[run.id])
    for transfer in decision.transfers:
        rows += transfer_rows(book.transfers[transfer.id])
    for branch_id, variant_id in sorted(touched_stock(before, decision)):
        rows += stock_rows(book.stock_of(branch_id, variant_id))
    for found in decision.discrepancies:
        rows += discrepancy_rows(found)
    return tuple(rows)


def touched_stock(before: Before, decision: Decision) -> set[tuple[BranchId, VariantId]]:
    """Return the (branch, variant) pairs whose stock or reservation a decision can have changed."""
    pairs = {(p.branch_id, leg.variant_id) for p in decision.postings for leg in p.legs}
    pairs |= {(mark.branch_id, mark.variant_id) for mark in decision.counted}
    pairs |= {(mark.branch_id, mark.variant_id) for mark in decision.low_levels}
    for shipment in decision.fulfillments:
        was = before.fulfillments.get(shipment.id)
        for one in (shipment,) if was is None else (shipment, was):
            pairs |= {(one.branch_id, line.variant_id) for line in one.lines}
    return pairs


def latest(rows: list[RowChange]) -> dict[tuple[StreamName, RowKey], RowChange]:
    """Return the last change per (stream, key), in the order in which each was first touched."""
    kept: dict[tuple[StreamName, RowKey], RowChange] = {}
    for row in rows:
        kept[row.stream, row.key] = row
    return kept

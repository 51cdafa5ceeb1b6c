"""From what changed to the rows of each stream: who sees what, decided once."""

from sync_protocol.decide.book import Book, Decision
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import BranchId, OrderId, RowKey, StreamName, VariantId
from sync_protocol.orders import Order, live_shipments, remaining_units
from sync_protocol.outcomes import Discrepancy
from sync_protocol.permissions import DESK_STREAM, INBOX_STREAM, stock_stream, work_stream
from sync_protocol.rows import RowChange, RowKind, row_key
from sync_protocol.stock import Stock


def streams_of_order(order: Order) -> frozenset[StreamName]:
    """Return the streams that hold the order: the work of every branch with a shipment, else the inbox.

    An order with units left over for which no branch has a shipment yet stays in the inbox too, so that the rest is
    not forgotten.
    """
    streams = {work_stream(shipment.branch_id) for shipment in live_shipments(order)}
    unassigned = any(remaining_units(line) > 0 for line in order.lines)
    if not streams or unassigned:
        streams.add(INBOX_STREAM)
    return frozenset(streams)


def order_rows(before: Order | None, after: Order) -> tuple[RowChange, ...]:
    """Return puts for the streams that hold the order now and tombstones for those that no longer do."""
    key = row_key(RowKind.ORDER, after.id)
    now = streams_of_order(after)
    left = (streams_of_order(before) if before is not None else frozenset()) - now
    puts = [RowChange(stream=stream, key=key, body=after) for stream in sorted(now)]
    return (*puts, *(RowChange(stream=stream, key=key, body=None) for stream in sorted(left)))


def fulfillment_rows(shipment: Fulfillment) -> tuple[RowChange, ...]:
    """Return the row of a shipment in its branch's work; a refused stub is nobody's work."""
    if shipment.refused:
        return ()
    key = row_key(RowKind.FULFILLMENT, shipment.id)
    return (RowChange(stream=work_stream(shipment.branch_id), key=key, body=shipment),)


def stock_rows(stock: Stock) -> tuple[RowChange, ...]:
    """Return the row of one variant in its branch's stock."""
    key = row_key(RowKind.STOCK, stock.variant_id)
    return (RowChange(stream=stock_stream(stock.branch_id), key=key, body=stock),)


def discrepancy_rows(found: Discrepancy) -> tuple[RowChange, ...]:
    """Return the desk's row of a discrepancy; a closed one stays to be read."""
    return (RowChange(stream=DESK_STREAM, key=row_key(RowKind.DISCREPANCY, found.id), body=found),)


def touched_rows(
    orders_before: dict[OrderId, Order], book: Book, decision: Decision
) -> tuple[RowChange, ...]:
    """Return every row that `decision` touched, as the book (which has applied it) now has it.

    Several decisions of one chunk may touch the same row; the caller keeps the last change per (stream, key).
    """
    rows: list[RowChange] = []
    for order in decision.orders:
        rows += order_rows(orders_before.get(order.id), book.orders[order.id])
    for shipment in decision.fulfillments:
        rows += fulfillment_rows(book.fulfillments[shipment.id])
    for branch_id, variant_id in sorted(touched_stock(decision)):
        rows += stock_rows(book.stock_of(branch_id, variant_id))
    for found in decision.discrepancies:
        rows += discrepancy_rows(found)
    return tuple(rows)


def touched_stock(decision: Decision) -> set[tuple[BranchId, VariantId]]:
    """Return the (branch, variant) pairs whose stock or reservation a decision can have changed."""
    pairs = {(p.branch_id, leg.variant_id) for p in decision.postings for leg in p.legs}
    return pairs | {
        (s.branch_id, line.variant_id) for s in decision.fulfillments for line in s.lines
    }


def latest(rows: list[RowChange]) -> dict[tuple[StreamName, RowKey], RowChange]:
    """Return the last change per (stream, key), in the order in which each was first touched."""
    kept: dict[tuple[StreamName, RowKey], RowChange] = {}
    for row in rows:
        kept[row.stream, row.key] = row
    return kept

"""Moving and taking back what was recorded as shipped: the arithmetic that Fix Branch Stock and outcomes share."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.creating import collect_paisa
from sync_protocol.decide.shipping import ship_posting, stepped, unship_posting, with_shipment
from sync_protocol.fulfillments import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentState,
)
from sync_protocol.ids import BranchId, OrderLineId
from sync_protocol.ledger import SELLABLE, EntryKind, Leg, Posting, moved, out_account
from sync_protocol.orders import Order, line_of
from sync_protocol.outcomes import ResultStatus


class Correction(Struct, kw_only=True):
    """An order under correction: what was changed so far. `shipments` are all of the order's, as they are now."""

    order: Order
    shipments: dict[str, Fulfillment]
    changed: dict[str, Fulfillment]
    postings: list[Posting]

    def put(self, before: Fulfillment | None, after: Fulfillment) -> None:
        """Let `after` stand in the place of `before`."""
        self.order = with_shipment(self.order, before, after)
        self.shipments[after.id] = after
        self.changed[after.id] = after

    def told(self) -> Decision:
        """Tell the correction as a decision that applies."""
        return Decision(
            status=ResultStatus.APPLIED,
            orders=(self.order,),
            fulfillments=tuple(self.changed.values()),
            postings=tuple(self.postings),
        )


def correction_of(book: Book, order: Order) -> Correction:
    """Begin to correct an order."""
    return Correction(
        order=order,
        shipments={s.id: s for s in book.shipments_of(order.id)},
        changed={},
        postings=[],
    )


def move_shipment(
    act: Recorded, work: Correction, shipment: Fulfillment, branch_id: BranchId, reason: str | None
) -> None:
    """Let the whole shipment have left from another branch: back to the one shelf, out from the other."""
    gone = replace(shipment, lines=_gone(shipment.lines))
    back = replace(
        unship_posting(act, gone, EntryKind.FIX_BRANCH, reason, len(work.postings)), reverses=None
    )
    work.postings.append(back)
    there = replace(gone, branch_id=branch_id)
    out = replace(ship_posting(act, there, EntryKind.FIX_BRANCH, len(work.postings)), reason=reason)
    work.postings.append(out)
    after = replace(shipment, branch_id=branch_id, posting_id=None, rev=shipment.rev + 1)
    work.put(shipment, after)


def _gone(lines: Iterable[FulfillmentLine]) -> tuple[FulfillmentLine, ...]:
    return tuple(replace(x, units=x.gone_units) for x in lines if x.gone_units > 0)


def take_back(
    act: Recorded,
    work: Correction,
    shipment: Fulfillment,
    units: dict[OrderLineId, int],
    reason: str | None,
    kind: EntryKind = EntryKind.FIX_BRANCH,
) -> None:
    """Let the shipment have held fewer units of some lines: they are on the shelf. Nothing left of it: it is voided."""
    legs: list[Leg] = []
    lines = []
    for line in shipment.lines:
        less = min(units.get(line.order_line_id, 0), line.gone_units)
        if less > 0:
            legs += moved(line.variant_id, less, out_account(line.order_line_id), SELLABLE)
        lines.append(replace(line, units=line.units - less))
    if not legs:
        return
    work.postings.append(
        Posting(
            id=act.entry_id(len(work.postings)),
            branch_id=shipment.branch_id,
            kind=kind,
            legs=tuple(legs),
            order_id=shipment.order_id,
            fulfillment_id=shipment.id,
            reason=reason,
        )
    )
    left = tuple(line for line in lines if line.units > 0)
    after = replace(shipment, lines=left, posting_id=None, rev=shipment.rev + 1)
    if all(line.gone_units == 0 for line in left):
        # Nothing of it is on its way back any more.
        after = replace(after, returns=tuple(replace(x, closed=True) for x in after.returns))
    if not left:
        # The lines stay readable on the voided record; in that state they count for nothing.
        after = stepped(replace(after, lines=shipment.lines), FulfillmentState.VOIDED, act)
    elif all(line.gone_units == 0 for line in left):
        after = stepped(after, FulfillmentState.RETURNED, act)
    work.put(shipment, after)


def send_out(
    act: Recorded, work: Correction, record: Fulfillment, kind: EntryKind, reason: str | None
) -> None:
    """Let a new record's lines have left its branch."""
    posting = replace(ship_posting(act, record, kind, len(work.postings)), reason=reason)
    work.postings.append(posting)
    work.put(None, replace(record, posting_id=posting.id))


def release_promises(act: Recorded, work: Correction) -> None:
    """Free what pending shipments promise beyond what the order still wants, the youngest first.

    Goods that left otherwise, or were edited away, must not stay reserved on a shelf.
    """
    for shipment in reversed(list(work.shipments.values())):
        if not shipment.reserves:
            continue
        lines = _still_promised(work.order, shipment)
        if lines == shipment.lines:
            continue
        if lines:
            after = replace(shipment, lines=lines, rev=shipment.rev + 1)
        else:
            after = stepped(shipment, FulfillmentState.CANCELLED, act)
        work.put(shipment, after)


def _still_promised(order: Order, shipment: Fulfillment) -> tuple[FulfillmentLine, ...]:
    lines = []
    for line in shipment.lines:
        known = line_of(order, line.order_line_id)
        over = 0
        if known is not None:
            over = max(0, known.pending_units + known.out_units - known.current_units)
        units = line.units - min(over, line.units)
        if units > 0:
            lines.append(replace(line, units=units))
    return tuple(lines)


def recollect(work: Correction) -> None:
    """Let parcels that are not handed over yet collect what the order is worth now (A9)."""
    for shipment in list(work.shipments.values()):
        if shipment.state not in (FulfillmentState.PENDING, FulfillmentState.PACKED):
            continue
        others = tuple(s for s in work.order.shipments if s.fulfillment_id != shipment.id)
        without = with_shipment(work.order, shipment, replace(shipment, lines=()))
        collect = collect_paisa(replace(without, shipments=others), shipment.lines)
        if collect != shipment.collect_paisa:
            after = replace(shipment, collect_paisa=collect, rev=shipment.rev + 1)
            work.put(shipment, after)

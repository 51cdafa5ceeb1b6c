"""Naming what is odd: opening discrepancies, and closing those that a later fact settles."""

from msgspec.structs import replace

from sync_protocol.canonical import digest_hex
from sync_protocol.codes import CONFLICTS, Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import BranchId, DiscrepancyId, FulfillmentId, OrderId, VariantId
from sync_protocol.ledger import SELLABLE, Posting
from sync_protocol.limits import ID_MAX
from sync_protocol.orders import LineCount, Order
from sync_protocol.outcomes import Discrepancy, ResultStatus
from sync_protocol.stock import posted


def discrepancy(act: Recorded, code: Code, variant_id: VariantId | None = None) -> Discrepancy:
    """Open a discrepancy about this op; the caller adds what it is about.

    Its id follows from op, code and variant, so that a replay opens the same.
    """
    op = act.read.op
    suffix = "" if variant_id is None else f".{variant_id}"
    return Discrepancy(
        id=_id_of(f"{op.id}.{code.value}{suffix}"),
        code=code,
        op_id=act.read.op_id,
        op_kind=op.kind,
        by=act.staff.id,
        device_id=act.device_id,
        at=op.at,
        recorded_at=act.now,
        variant_id=variant_id,
        seen=op.seen,
    )


def about(
    act: Recorded, shipment: Fulfillment, code: Code, detail: str | None = None
) -> Discrepancy:
    """Open a discrepancy about a shipment."""
    return replace(
        discrepancy(act, code),
        order_id=shipment.order_id,
        fulfillment_id=shipment.id,
        branch_id=shipment.branch_id,
        units=sum(line.units for line in shipment.lines),
        lines=tuple(
            LineCount(order_line_id=x.order_line_id, units=x.units) for x in shipment.lines
        ),
        detail=detail,
    )


def named_after(found: Discrepancy, thing: str) -> Discrepancy:
    """Return a discrepancy named by a thing too, where one op may open several of the same code."""
    return replace(found, id=_id_of(f"{found.id}.{thing}"))


def _id_of(told: str) -> DiscrepancyId:
    """Return a readable name as an id; one that no op could name is told by its hash."""
    return DiscrepancyId(told if len(told) <= ID_MAX else digest_hex(told.encode())[:32])


def flagged(flags: tuple[Discrepancy, ...]) -> Decision:
    """Record a fact that moves nothing but that somebody must look at."""
    return Decision(status=ResultStatus.FLAGGED, code=flags[0].code, discrepancies=flags)


def with_flags(decision: Decision, flags: tuple[Discrepancy, ...]) -> Decision:
    """Return a decision that applies, or is flagged when anything about it is odd.

    The first flag is the most serious; what a decision was flagged for already stays its code.
    """
    if not flags:
        return decision
    if decision.status is ResultStatus.FLAGGED:
        return replace(decision, discrepancies=(*decision.discrepancies, *flags))
    return replace(
        decision,
        status=ResultStatus.FLAGGED,
        code=flags[0].code,
        discrepancies=(*flags, *decision.discrepancies),
    )


def oversells(book: Book, act: Recorded, *postings: Posting) -> tuple[Discrepancy, ...]:
    """Open one discrepancy per branch and variant that `postings` take below zero (S6)."""
    taken: dict[tuple[BranchId, VariantId], int] = {}
    by: dict[tuple[BranchId, VariantId], Posting] = {}
    for posting in postings:
        for leg in posting.legs:
            if leg.account == SELLABLE:
                shelf = (posting.branch_id, leg.variant_id)
                taken[shelf] = taken.get(shelf, 0) + leg.units
                by[shelf] = posting
    found: list[Discrepancy] = []
    for (branch_id, variant_id), units in taken.items():
        after = book.stock_of(branch_id, variant_id).sellable + units
        if units < 0 and after < 0:
            one = _oversell(act, by[branch_id, variant_id], variant_id, -units, after)
            # The same goods may be missing on two shelves: each asks by its own name.
            twin = any(d.id == one.id for d in found)
            found.append(named_after(one, branch_id) if twin else one)
    return tuple(found)


def still_short(
    book: Book, act: Recorded, found: Discrepancy, done: Decision
) -> tuple[Discrepancy, ...]:
    """Ask anew about a shelf that is below zero even after its oversell was explained, where nobody else asks (S6)."""
    if found.code is not Code.OVERSELL or found.branch_id is None or found.variant_id is None:
        return ()
    place = (found.branch_id, found.variant_id)
    shelf = book.stock_of(*place)
    for posting in done.postings:
        shelf = posted(shelf, posting)
    known = book.open | {d.id: d for d in done.discrepancies}
    asked = any(
        d.code is Code.OVERSELL and d.closed_at is None and (d.branch_id, d.variant_id) == place
        for d in known.values()
    )
    if shelf.sellable >= 0 or asked:
        return ()
    again = replace(
        discrepancy(act, Code.OVERSELL, found.variant_id),
        order_id=found.order_id,
        fulfillment_id=found.fulfillment_id,
        branch_id=found.branch_id,
        units=-shelf.sellable,
        balance_units=shelf.sellable,
    )
    return (again,)


def _oversell(
    act: Recorded, posting: Posting, variant_id: VariantId, units: int, after: int
) -> Discrepancy:
    return replace(
        discrepancy(act, Code.OVERSELL, variant_id),
        order_id=posting.order_id,
        fulfillment_id=posting.fulfillment_id,
        branch_id=posting.branch_id,
        units=units,
        balance_units=after,
    )


def closed(found: Discrepancy, act: Recorded) -> Discrepancy:
    """Return the discrepancy closed by this op."""
    return replace(found, closed_at=act.now, closed_by_op=act.read.op_id, closed_by=act.staff.id)


def closings(
    book: Book, act: Recorded, codes: frozenset[Code], shipment_id: FulfillmentId
) -> tuple[Discrepancy, ...]:
    """Close the open discrepancies of these codes about one shipment."""
    return tuple(
        closed(d, act)
        for d in book.open.values()
        if d.code in codes and d.fulfillment_id == shipment_id
    )


def order_closings(
    book: Book, act: Recorded, codes: frozenset[Code], order_id: OrderId
) -> tuple[Discrepancy, ...]:
    """Close the open discrepancies of these codes about one order."""
    return tuple(
        closed(d, act) for d in book.open.values() if d.code in codes and d.order_id == order_id
    )


def with_conflicts(order: Order, discrepancies: tuple[Discrepancy, ...]) -> Order:
    """Return the order with the flags that put it in doubt, as these openings and closings leave them."""
    doubts = list(order.conflicts)
    for found in discrepancies:
        if found.order_id != order.id or found.code not in CONFLICTS:
            continue
        if found.closed_at is None:
            doubts.append(found.code)
        elif found.code in doubts:
            doubts.remove(found.code)
    return replace(order, conflicts=tuple(sorted(doubts)))

"""A branch's own stock: what comes in, what goes out over the counter, and what is found to be damaged."""

from msgspec.structs import replace

from sync_protocol.bodies.keeping import (
    CounterReturn,
    CounterSale,
    OpeningStock,
    ReceiveStock,
    SetLowStock,
)
from sync_protocol.bodies.parts import VariantUnits
from sync_protocol.bodies.returning import Inspect, WriteOff
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, LowMark, Recorded
from sync_protocol.decide.flags import discrepancy, oversells, with_flags
from sync_protocol.decide.shipping import noop, parked
from sync_protocol.ids import BranchId, VariantId
from sync_protocol.ledger import (
    CUSTOMERS,
    DAMAGED,
    EXTERNAL,
    LOST,
    QUARANTINE,
    SELLABLE,
    EntryKind,
    Leg,
    Posting,
    moved,
    paid,
    till_account,
)
from sync_protocol.outcomes import Discrepancy, ResultStatus
from sync_protocol.stock import posted


def unknown_goods(book: Book, branch_id: BranchId, variants: list[VariantId]) -> Decision | None:
    """Park what names a branch or a variant that is not known here (yet)."""
    if branch_id not in book.branches:
        return parked(Code.UNKNOWN_REFERENCE, f"branch {branch_id}")
    strange = next((v for v in variants if v not in book.variants), None)
    return None if strange is None else parked(Code.UNKNOWN_REFERENCE, f"variant {strange}")


def _moving(
    book: Book,
    act: Recorded,
    branch_id: BranchId,
    kind: EntryKind,
    lines: tuple[VariantUnits, ...],
    way: tuple[str, str],
    reason: str | None,
) -> Decision:
    """Move the lines' units from one account of a branch to another, and say what stands below zero after it."""
    unknown = unknown_goods(book, branch_id, [line.variant_id for line in lines])
    if unknown is not None:
        return unknown
    legs = tuple(leg for x in lines for leg in moved(x.variant_id, x.units, *way))
    posting = Posting(id=act.entry_id(), branch_id=branch_id, kind=kind, legs=legs, reason=reason)
    decision = Decision(status=ResultStatus.APPLIED, postings=(posting,))
    flags = (*oversells(book, act, posting), *below_zero(book, act, posting))
    return with_flags(decision, flags)


def below_zero(book: Book, act: Recorded, posting: Posting) -> tuple[Discrepancy, ...]:
    """Open a discrepancy per variant of which more damaged or quarantined goods went than the book has."""
    found = []
    for variant_id in sorted({leg.variant_id for leg in posting.legs}):
        held = book.stock_of(posting.branch_id, variant_id)
        after = posted(held, posting)
        least = min(after.damaged, after.quarantine)
        if least < 0 and least < min(held.damaged, held.quarantine):
            named = discrepancy(act, Code.BELOW_ZERO, variant_id)
            found.append(replace(named, branch_id=posting.branch_id, balance_units=least))
    return tuple(found)


def opening_stock(book: Book, act: Recorded, body: OpeningStock) -> Decision:
    """Bring a branch's first stock in from outside."""
    way = (EXTERNAL, SELLABLE)
    return _moving(book, act, body.branch_id, EntryKind.OPENING, body.lines, way, body.note)


def receive_stock(book: Book, act: Recorded, body: ReceiveStock) -> Decision:
    """Take in what a supplier brought."""
    way, why = (EXTERNAL, SELLABLE), body.reference or body.note
    return _moving(book, act, body.branch_id, EntryKind.RECEIVE, body.lines, way, why)


def counter_sale(book: Book, act: Recorded, body: CounterSale) -> Decision:
    """Deduct what was sold over the counter; the money is in the till."""
    way = (SELLABLE, EXTERNAL)
    sold = _moving(book, act, body.branch_id, EntryKind.COUNTER_SALE, body.lines, way, body.note)
    return _with_till(sold, body.branch_id, body.cash_paisa or 0)


def counter_return(book: Book, act: Recorded, body: CounterReturn) -> Decision:
    """Take back what was brought to the counter; the money came out of the till."""
    way = (EXTERNAL, SELLABLE)
    back = _moving(book, act, body.branch_id, EntryKind.COUNTER_RETURN, body.lines, way, body.note)
    return _with_till(back, body.branch_id, -(body.cash_paisa or 0))


def _with_till(decision: Decision, branch_id: BranchId, paisa: int) -> Decision:
    cash = paid(paisa, CUSTOMERS, till_account(branch_id))
    return replace(decision, postings=tuple(replace(p, cash=cash) for p in decision.postings))


def inspect(book: Book, act: Recorded, body: Inspect) -> Decision:
    """Let goods out of quarantine: back for sale, or to the damaged ones."""
    unknown = unknown_goods(book, body.branch_id, [line.variant_id for line in body.lines])
    if unknown is not None:
        return unknown
    legs: list[Leg] = []
    for line in body.lines:
        target = SELLABLE if line.sellable else DAMAGED
        legs += moved(line.variant_id, line.units, QUARANTINE, target)
    posting = Posting(
        id=act.entry_id(),
        branch_id=body.branch_id,
        kind=EntryKind.QC,
        legs=tuple(legs),
        reason=body.note,
    )
    decision = Decision(status=ResultStatus.APPLIED, postings=(posting,))
    return with_flags(decision, below_zero(book, act, posting))


def write_off(book: Book, act: Recorded, body: WriteOff) -> Decision:
    """Take damaged goods out of the branch for good."""
    way = (DAMAGED, LOST)
    return _moving(book, act, body.branch_id, EntryKind.WRITE_OFF, body.lines, way, body.reason)


def set_low_stock(book: Book, act: Recorded, body: SetLowStock) -> Decision:
    """Say at how many available units a variant is to be refilled at this branch."""
    unknown = unknown_goods(book, body.branch_id, [line.variant_id for line in body.lines])
    if unknown is not None:
        return unknown
    marks = tuple(
        LowMark(branch_id=body.branch_id, variant_id=line.variant_id, units=line.units)
        for line in body.lines
        if book.stock_of(body.branch_id, line.variant_id).low_units != line.units
    )
    if not marks:
        return noop()
    return Decision(status=ResultStatus.APPLIED, low_levels=marks)

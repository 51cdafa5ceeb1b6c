"""Counting without closing the shop: an observation at a cut, of which only the difference is posted (protocol.md §7)."""

from msgspec.structs import replace

from sync_protocol.bodies.keeping import CountedGoods, CountStock
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, CountMark, Decision, Moved, Recorded
from sync_protocol.decide.clocks import server_time
from sync_protocol.decide.flags import closed, discrepancy, oversells, with_flags
from sync_protocol.decide.keeping import unknown_goods
from sync_protocol.ids import BranchId
from sync_protocol.ledger import EXTERNAL, SELLABLE, EntryKind, Leg, Posting, moved
from sync_protocol.outcomes import Discrepancy, ResultStatus
from sync_protocol.stock import Counted


def count(book: Book, act: Recorded, body: CountStock) -> Decision:
    """Set the book right by what was counted, without erasing what others did meanwhile (I18).

    Expected is the book as the counting phone had it: the rows it had seen and its own earlier work, and besides what
    others did clearly before the count although it became known later. What happened within the clocks' uncertainty of
    the count may or may not have been in the counted number: it stands, and somebody counts again. Where others took
    more after the count than it had found, the shelf is below zero, and asked about like any other (S6).
    """
    unknown = unknown_goods(book, body.branch_id, [line.variant_id for line in body.lines])
    if unknown is not None:
        return unknown
    legs: list[Leg] = []
    marks: list[CountMark] = []
    flags: list[Discrepancy] = []
    at, within = server_time(act.read.op)
    for line in {line.variant_id: line for line in body.lines}.values():
        later, unclear = _unseen(book, act, body.branch_id, line)
        held = book.stock_of(body.branch_id, line.variant_id)
        difference = line.units - (held.sellable - later - sum(m.units for m in unclear))
        legs += moved(line.variant_id, difference, EXTERNAL, SELLABLE) if difference else ()
        counted = Counted(
            op_id=act.read.op_id,
            device_id=act.device_id,
            at=at,
            within_ms=within,
            units=line.units,
        )
        marks.append(
            CountMark(branch_id=body.branch_id, variant_id=line.variant_id, counted=counted)
        )
        if unclear:
            found = discrepancy(act, Code.COUNT_AMBIGUOUS, line.variant_id)
            units = sum(abs(m.units) for m in unclear)
            flags.append(replace(found, branch_id=body.branch_id, units=units))
    posting = Posting(
        id=act.entry_id(),
        branch_id=body.branch_id,
        kind=EntryKind.COUNT_ADJUST,
        legs=tuple(legs),
        reason=body.note,
    )
    decision = Decision(
        status=ResultStatus.APPLIED,
        postings=(posting,) if legs else (),
        counted=tuple(marks),
        discrepancies=_counted_again(book, act, body),
    )
    return with_flags(decision, (*flags, *oversells(book, act, posting)))


def _counted_again(book: Book, act: Recorded, body: CountStock) -> tuple[Discrepancy, ...]:
    """A new count answers the question that an unclear one had left."""
    variants = {line.variant_id for line in body.lines}
    return tuple(
        closed(d, act)
        for d in book.open.values()
        if d.code is Code.COUNT_AMBIGUOUS
        and d.branch_id == body.branch_id
        and d.variant_id in variants
    )


def _unseen(
    book: Book, act: Recorded, branch_id: BranchId, line: CountedGoods
) -> tuple[int, tuple[Moved, ...]]:
    """Return the units that others moved clearly after the count, and the movements of which nobody can tell."""
    at, within = server_time(act.read.op)
    later = 0
    unclear = []
    for movement in book.history.get((branch_id, line.variant_id), ()):
        if movement.version <= line.seen_version or movement.device_id == act.device_id:
            continue
        if movement.at - movement.within_ms > at + within:
            later += movement.units
        elif movement.at + movement.within_ms >= at - within:
            unclear.append(movement)
    return later, tuple(unclear)

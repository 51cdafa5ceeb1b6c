"""What the server looks at after an op was decided: late facts against counts, and the clocks of devices.

A phone does not predict these; it learns of them from the rows.
"""

from msgspec.structs import replace

from sync_protocol.bodies.recording import BranchSync
from sync_protocol.bodies.shipping import Dispatch, SetTracking
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.clocks import clock_is_doubtful, server_time
from sync_protocol.decide.deciding import decide
from sync_protocol.decide.flags import about, closed, discrepancy, with_flags
from sync_protocol.fulfillments import NEVER_LEFT
from sync_protocol.ids import SHOPIFY_DEVICE, DiscrepancyId
from sync_protocol.ledger import EXTERNAL, SELLABLE, EntryKind, Leg, Posting
from sync_protocol.limits import CLOCK_WARN_MS
from sync_protocol.outcomes import Discrepancy, ResultStatus
from sync_protocol.stock import Counted, Stock, posted

LEAVES_A_SHELF = frozenset(
    {
        EntryKind.RECEIVE,
        EntryKind.SHIP_SMART,
        EntryKind.SHIP_BRANCH_SYNC,
        EntryKind.SHIP_MANUAL,
        EntryKind.UNPACK,
        EntryKind.RETURN_RECEIVE,
        EntryKind.QC,
        EntryKind.TRANSFER_SEND,
        EntryKind.TRANSFER_RECEIVE,
        EntryKind.COUNTER_SALE,
        EntryKind.COUNTER_RETURN,
    }
)
"""Movements that somebody made with their hands, at the moment that they say; the others correct a number now."""


def decide_on_server(book: Book, act: Recorded) -> Decision:
    """Decide one op as the phone would, and then look at what only the server can know."""
    decision = decide(book, act)
    if decision.status is ResultStatus.PARKED:
        return decision
    decision = _with_late_facts(book, act, decision)
    decision = with_flags(decision, _same_tracking(book, act, decision))
    decision = with_flags(decision, _closed_branches(book, act, decision))
    return _with_clock(book, act, decision)


def _with_late_facts(book: Book, act: Recorded, decision: Decision) -> Decision:
    """Cancel out what had left before a count that did not know of it: the counted number has it in already."""
    contras: list[Posting] = []
    unclear: list[Discrepancy] = []
    for posting in decision.postings:
        if posting.kind not in LEAVES_A_SHELF:
            continue
        early: list[Leg] = []
        for leg in posting.legs:
            counted = book.stock_of(posting.branch_id, leg.variant_id).counted
            if leg.account != SELLABLE or counted is None or counted.device_id == act.device_id:
                continue
            match _before(counted, *_happened(book, act)):
                case True:
                    early.append(leg)
                case None:
                    found = discrepancy(act, Code.COUNT_AMBIGUOUS, leg.variant_id)
                    unclear.append(
                        replace(found, branch_id=posting.branch_id, units=abs(leg.units))
                    )
                case False:
                    pass
        if early:
            place = len(decision.postings) + len(contras)
            contras.append(_contra(act, posting, tuple(early), place))
    if contras:
        decision = _counted_before(book, decision, tuple(contras))
    return with_flags(decision, tuple({d.id: d for d in unclear}.values()))


def _happened(book: Book, act: Recorded) -> tuple[int, int]:
    """Return when goods were moved, and how far that may be off: of a Branch Sync, when the store said they left."""
    body = act.read.body
    if isinstance(body, BranchSync) and (order := book.orders.get(body.order_id)) is not None:
        left = [f.at for f in order.store_fulfillments if f.live]
        if left:
            return min(left), CLOCK_WARN_MS
    return server_time(act.read.op)


def _before(counted: Counted, at: int, within: int) -> bool | None:
    """Whether a moment lies before a count; None where the clocks cannot tell."""
    if at + within < counted.at - counted.within_ms:
        return True
    return False if at - within > counted.at + counted.within_ms else None


def _contra(act: Recorded, posting: Posting, early: tuple[Leg, ...], place: int) -> Posting:
    legs: list[Leg] = []
    for leg in early:
        legs.append(replace(leg, units=-leg.units))
        legs.append(replace(leg, account=EXTERNAL))
    return Posting(
        id=act.entry_id(place),
        branch_id=posting.branch_id,
        kind=EntryKind.COUNT_CONTRA,
        legs=tuple(legs),
        order_id=posting.order_id,
        fulfillment_id=posting.fulfillment_id,
        reason=posting.id,
    )


def _counted_before(book: Book, decision: Decision, contras: tuple[Posting, ...]) -> Decision:
    postings = (*decision.postings, *contras)
    stays = tuple(d for d in decision.discrepancies if not _is_settled_oversell(book, d, postings))
    applied = decision.status is ResultStatus.FLAGGED and not any(
        d.closed_at is None for d in stays
    )
    opened = next((d.code for d in stays if d.closed_at is None), Code.COUNTED_BEFORE)
    return replace(
        decision,
        status=ResultStatus.APPLIED if applied else decision.status,
        code=opened if decision.code in (None, Code.OVERSELL) else decision.code,
        postings=postings,
        discrepancies=stays,
    )


def _is_settled_oversell(book: Book, found: Discrepancy, postings: tuple[Posting, ...]) -> bool:
    """Whether an oversell is to be left out: opened although the shelf is in the right, or closed although it is not."""
    if found.code is not Code.OVERSELL or found.branch_id is None or found.variant_id is None:
        return False
    after: Stock = book.stock_of(found.branch_id, found.variant_id)
    for posting in postings:
        after = posted(after, posting)
    return after.sellable >= 0 if found.closed_at is None else after.sellable < 0


def _same_tracking(book: Book, act: Recorded, decision: Decision) -> tuple[Discrepancy, ...]:
    """The classic slip: the number of one parcel typed for another that is still on its way."""
    body = act.read.body
    if not isinstance(body, Dispatch | SetTracking) or body.tracking_number is None:
        return ()
    sent = next((f for f in decision.fulfillments if f.id == body.fulfillment_id), None)
    if sent is None:
        return ()
    for other in book.fulfillments.values():
        if (
            other.id != sent.id
            and other.tracking_number == sent.tracking_number
            and other.courier == sent.courier
            and other.state not in NEVER_LEFT
        ):
            return (about(act, sent, Code.DUPLICATE_TRACKING, other.id),)
    return ()


def _closed_branches(book: Book, act: Recorded, decision: Decision) -> tuple[Discrepancy, ...]:
    """Goods moved at a branch that is closed: they moved all the same, but somebody should ask how."""
    closed_ones = {
        posting.branch_id
        for posting in decision.postings
        if posting.kind in LEAVES_A_SHELF and not book.branches[posting.branch_id].active
    }
    return tuple(
        replace(
            discrepancy(act, Code.BRANCH_INACTIVE),
            id=DiscrepancyId(f"{act.read.op.id}.{Code.BRANCH_INACTIVE.value}.{branch_id}"),
            branch_id=branch_id,
        )
        for branch_id in sorted(closed_ones)
    )


def _with_clock(book: Book, act: Recorded, decision: Decision) -> Decision:
    """Ask once per device to have its clock set; a right clock closes that again. Never a reason to refuse."""
    if act.device_id == SHOPIFY_DEVICE:
        return decision
    named = DiscrepancyId(f"{act.device_id}.{Code.CLOCK_DOUBTFUL.value}")
    known = book.open.get(named)
    if clock_is_doubtful(act):
        if known is not None:
            return decision
        found = replace(discrepancy(act, Code.CLOCK_DOUBTFUL), id=named)
        if decision.status is ResultStatus.APPLIED:
            return with_flags(decision, (found,))
        return replace(decision, discrepancies=(*decision.discrepancies, found))
    if known is None:
        return decision
    return replace(decision, discrepancies=(*decision.discrepancies, closed(known, act)))

"""Goods on their way back: announced, called off, received. Only a receipt moves stock (A7)."""

from collections import Counter

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.bodies.parts import LineUnits
from sync_protocol.bodies.returning import (
    InitiateReturn,
    ReceivedLine,
    ResumeDelivery,
    ReturnReceive,
)
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.flags import about, closings, flagged, with_flags
from sync_protocol.decide.packing import shipment_and_order
from sync_protocol.decide.shipping import named_lines, noop, parked, stepped, with_shipment
from sync_protocol.decide.stops import checked_in, with_stop
from sync_protocol.fulfillments import (
    Disposition,
    Fulfillment,
    FulfillmentAction,
    FulfillmentLine,
    FulfillmentState,
    Receipt,
    Return,
    ReturnKind,
    ReturnLine,
    next_state,
)
from sync_protocol.ids import BranchId, OrderLineId, ReturnId
from sync_protocol.ledger import (
    DAMAGED,
    EXTERNAL,
    LOST,
    QUARANTINE,
    SELLABLE,
    EntryKind,
    Leg,
    Posting,
    moved,
    out_account,
)
from sync_protocol.outcomes import Discrepancy, ResultStatus
from sync_protocol.runs import StopState

_S = FulfillmentState
_ACCOUNT = {
    Disposition.SELLABLE: SELLABLE,
    Disposition.DAMAGED: DAMAGED,
    Disposition.QUARANTINE: QUARANTINE,
}
CAME = frozenset(_ACCOUNT)
"""Dispositions of units that lie at the branch; the accounts are named like them."""
RECEIPT_SETTLES = frozenset(
    {Code.DISPATCHED_CANCELLED, Code.DELIVERED_CANCELLED, Code.PACKED_SUPERSEDED}
)


def initiate_return(book: Book, act: Recorded, body: InitiateReturn) -> Decision:
    """Write down that goods are coming back, and where they are expected. Nothing moves."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None or (body.to_branch_id or found[0].branch_id) not in book.branches:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    if named_lines(order, body.lines) is None:
        return parked(Code.UNKNOWN_REFERENCE, f"a line of order {order.id}")
    if shipment.open_return is not None or any(r.id == body.return_id for r in shipment.returns):
        return noop()
    state = next_state(shipment.state, FulfillmentAction.INITIATE_RETURN)
    lines = expected_lines(shipment, body.lines)
    if state is None or not lines:
        return flagged((about(act, shipment, Code.NOT_OUT, body.reason),))
    opened = Return(
        id=body.return_id,
        kind=body.return_kind,
        reason=body.reason,
        branch_id=body.to_branch_id or shipment.branch_id,
        by=act.staff.id,
        at=act.read.op.at,
        came_from=shipment.state,
        lines=lines,
    )
    after = stepped(replace(shipment, returns=(*shipment.returns, opened)), state, act)
    decision = Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(order, shipment, after),),
        fulfillments=(after,),
        # What the customer had, and gives back later, was delivered all the same.
        runs=with_stop(book, act, after, StopState.REFUSED)
        if shipment.state is _S.DISPATCHED
        else (),
    )
    # A courier that said "delivered" and now says "returning" corrects itself: somebody should know.
    doubtful = shipment.state is _S.DELIVERED and body.return_kind is ReturnKind.RTO
    flags = (about(act, shipment, Code.DELIVER_VS_RETURN, body.reason),) if doubtful else ()
    return with_flags(decision, flags)


def expected_lines(shipment: Fulfillment, wanted: tuple[LineUnits, ...]) -> tuple[ReturnLine, ...]:
    """Return what can come back of a shipment: the wanted lines, or all, as far as they are out."""
    asked: Counter[OrderLineId] = Counter()
    for part in wanted:
        asked[part.order_line_id] += part.units
    lines = []
    for line in shipment.lines:
        units = min(asked[line.order_line_id], line.gone_units) if wanted else line.gone_units
        if units > 0:
            lines.append(ReturnLine(order_line_id=line.order_line_id, units=units))
    return tuple(lines)


def rest_comes_back(
    act: Recorded, delivered: Fulfillment, kept: tuple[LineUnits, ...]
) -> Fulfillment:
    """Return the delivered shipment with what the customer did not keep on its way back (partial delivery)."""
    if not kept:
        return delivered
    units: Counter[OrderLineId] = Counter()
    for line in kept:
        units[line.order_line_id] += line.units
    left = tuple(
        ReturnLine(order_line_id=line.order_line_id, units=line.gone_units - taken)
        for line in delivered.lines
        if (taken := min(line.gone_units, units[line.order_line_id])) < line.gone_units
    )
    if not left:
        return delivered
    back = Return(
        # Its name follows from the op, so that a replay makes the same.
        id=ReturnId(f"{act.read.op.id}.rest"),
        kind=ReturnKind.CUSTOMER,
        branch_id=delivered.branch_id,
        by=act.staff.id,
        at=act.read.op.at,
        came_from=_S.DELIVERED,
        lines=left,
    )
    return stepped(replace(delivered, returns=(*delivered.returns, back)), _S.RETURNING, act)


def resume_delivery(book: Book, act: Recorded, body: ResumeDelivery) -> Decision:
    """Call a return off before anything of it was received: the parcel goes out again."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    back = shipment.open_return
    if back is None or back.receipts:
        return flagged((about(act, shipment, Code.NOT_DISPATCHED, body.reason),))
    ended = replace(back, closed=True)
    after = stepped(_with_return(shipment, ended), back.came_from, act)
    return Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(order, shipment, after),),
        fulfillments=(after,),
        discrepancies=closings(book, act, frozenset({Code.DELIVER_VS_RETURN}), shipment.id),
    )


def _with_return(shipment: Fulfillment, changed: Return) -> Fulfillment:
    others = tuple(r for r in shipment.returns if r.id != changed.id)
    return replace(shipment, returns=(*others, changed))


class Opened(Struct, frozen=True, kw_only=True):
    """A parcel looked into: what of it can have come back, and what is too much."""

    taken: tuple[ReceivedLine, ...]
    excess_units: int


def return_receive(book: Book, act: Recorded, body: ReturnReceive) -> Decision:
    """Take returned goods into the receiving branch, each unit where it belongs. What was never out is not invented."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None or body.branch_id not in book.branches:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    strange = _strange_variants(book, body)
    known = {line.order_line_id for line in shipment.lines}
    if strange or any(line.order_line_id not in known for line in body.lines):
        return parked(Code.UNKNOWN_REFERENCE, strange or f"a line of fulfillment {shipment.id}")
    opened = _opened(shipment, body.lines)
    flags = _receipt_flags(act, shipment, body, opened)
    if not opened.taken:
        return flagged(flags)
    after = _after_receipt(act, shipment, body, opened.taken)
    decision = Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(order, shipment, after),),
        fulfillments=(after,),
        runs=checked_in(book, shipment),
        postings=_receipt_postings(act, shipment, body.branch_id, opened.taken),
        discrepancies=() if after.goods_out else closings(book, act, RECEIPT_SETTLES, shipment.id),
    )
    return with_flags(decision, flags)


def _strange_variants(book: Book, body: ReturnReceive) -> str | None:
    came = (line.came_variant_id for line in body.lines)
    return next((f"variant {v}" for v in came if v is not None and v not in book.variants), None)


def _opened(shipment: Fulfillment, lines: tuple[ReceivedLine, ...]) -> Opened:
    """Cut what is said to have come at what was out; of a lost parcel that turns up, at what was lost."""
    lost = shipment.state is _S.LOST
    room: Counter[OrderLineId] = Counter()
    for line in shipment.lines:
        if shipment.goods_out or lost:
            room[line.order_line_id] += line.lost_units if lost else line.gone_units
    taken, excess = [], 0
    for came in lines:
        units = min(came.units, room[came.order_line_id])
        room[came.order_line_id] -= units
        excess += came.units - units
        if units > 0:
            taken.append(replace(came, units=units))
    return Opened(taken=tuple(taken), excess_units=excess)


def _receipt_flags(
    act: Recorded, shipment: Fulfillment, body: ReturnReceive, opened: Opened
) -> tuple[Discrepancy, ...]:
    flags: list[Discrepancy] = []
    here = replace(shipment, branch_id=body.branch_id)
    if opened.excess_units:
        flags.append(replace(about(act, here, Code.RETURN_EXCESS), units=opened.excess_units))
    unannounced = shipment.open_return is None and body.return_kind is ReturnKind.RTO
    if opened.taken and shipment.state is _S.DELIVERED and unannounced:
        flags.append(about(act, here, Code.DELIVER_VS_RETURN, body.note))
    if opened.taken and shipment.state is _S.PACKED:
        flags.append(about(act, here, Code.IMPLIED_DISPATCH))
    for disposition, code in (
        (Disposition.MISSING, Code.RETURN_MISSING),
        (Disposition.WRONG_ITEM, Code.RETURN_WRONG_ITEM),
    ):
        units = sum(x.units for x in opened.taken if x.disposition is disposition)
        if units:
            flags.append(replace(about(act, here, code, body.note), units=units))
    return tuple(flags)


def _after_receipt(
    act: Recorded, shipment: Fulfillment, body: ReturnReceive, taken: tuple[ReceivedLine, ...]
) -> Fulfillment:
    back = shipment.open_return or _unannounced(act, shipment, body, taken)
    given_back = back.kind is not ReturnKind.RTO
    found_again = shipment.state is _S.LOST
    lines = tuple(
        _line_after(line, taken, given_back=given_back, found_again=found_again)
        for line in shipment.lines
    )
    settled = _settled(act, back, body.branch_id, taken)
    over = all(line.gone_units == 0 for line in lines)
    settled = replace(
        settled, closed=over or all(x.settled_units >= x.units for x in settled.lines)
    )
    state = _S.RETURNED if over else settled.came_from if settled.closed else _S.RETURNING
    if found_again and any(line.lost_units for line in lines):
        state = _S.LOST
    return stepped(replace(_with_return(shipment, settled), lines=lines), state, act)


def _unannounced(
    act: Recorded, shipment: Fulfillment, body: ReturnReceive, taken: tuple[ReceivedLine, ...]
) -> Return:
    lines = tuple(LineUnits(order_line_id=x.order_line_id, units=x.units) for x in taken)
    return Return(
        id=body.return_id,
        kind=body.return_kind,
        branch_id=body.branch_id,
        by=act.staff.id,
        at=act.read.op.at,
        came_from=_S.DISPATCHED if shipment.state is _S.PACKED else shipment.state,
        lines=expected_lines(shipment, lines),
    )


def _line_after(
    line: FulfillmentLine,
    taken: tuple[ReceivedLine, ...],
    *,
    given_back: bool,
    found_again: bool,
) -> FulfillmentLine:
    mine = [x for x in taken if x.order_line_id == line.order_line_id]
    came = sum(x.units for x in mine if x.disposition in CAME)
    gone = sum(x.units for x in mine if x.disposition not in CAME)
    after = replace(
        line,
        returned_units=line.returned_units + came,
        lost_units=line.lost_units - came if found_again else line.lost_units + gone,
    )
    unwanted = line.given_back_units + (came + gone if given_back else 0)
    # What got lost on its way back from the customer was counted as given back then.
    return replace(after, given_back_units=min(unwanted, after.returned_units + after.lost_units))


def _settled(
    act: Recorded, back: Return, branch_id: BranchId, taken: tuple[ReceivedLine, ...]
) -> Return:
    units: Counter[OrderLineId] = Counter()
    for line in taken:
        units[line.order_line_id] += line.units
    known = {line.order_line_id for line in back.lines}
    lines = [
        replace(line, settled_units=line.settled_units + units[line.order_line_id])
        for line in back.lines
    ]
    # What came without having been expected was expected after all.
    lines += [
        ReturnLine(order_line_id=i, units=count, settled_units=count)
        for i, count in units.items()
        if i not in known
    ]
    receipts = tuple(
        Receipt(
            branch_id=branch_id,
            order_line_id=line.order_line_id,
            units=line.units,
            disposition=line.disposition,
            came_variant_id=line.came_variant_id,
            by=act.staff.id,
            at=act.read.op.at,
        )
        for line in taken
    )
    return replace(back, lines=tuple(lines), receipts=(*back.receipts, *receipts))


def _receipt_postings(
    act: Recorded, shipment: Fulfillment, branch_id: BranchId, taken: tuple[ReceivedLine, ...]
) -> tuple[Posting, ...]:
    """One entry for what came, one for what did not; both in the ledger of the branch that opened the parcel."""
    variants = {line.order_line_id: line.variant_id for line in shipment.lines}
    came: list[Leg] = []
    gone: list[Leg] = []
    for line in taken:
        variant = variants[line.order_line_id]
        source = LOST if shipment.state is _S.LOST else out_account(line.order_line_id)
        if line.disposition in CAME:
            came += moved(variant, line.units, source, _ACCOUNT[line.disposition])
            continue
        if source != LOST:
            gone += moved(variant, line.units, source, LOST)
        if line.came_variant_id is not None:
            gone += moved(line.came_variant_id, line.units, EXTERNAL, QUARANTINE)
    postings: list[Posting] = []
    for kind, legs in ((EntryKind.RETURN_RECEIVE, came), (EntryKind.RETURN_MISSING, gone)):
        if legs:
            postings.append(
                Posting(
                    id=act.entry_id(len(postings)),
                    branch_id=branch_id,
                    kind=kind,
                    legs=tuple(legs),
                    order_id=shipment.order_id,
                    fulfillment_id=shipment.id,
                )
            )
    return tuple(postings)

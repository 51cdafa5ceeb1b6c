"""What becomes of a discrepancy: a person's word, carried out at once and kept with the name (protocol.md §6)."""

from collections.abc import Callable

from msgspec.structs import replace

from sync_protocol.bodies.desk import Resolve
from sync_protocol.bodies.returning import InitiateReturn
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.cash import holder_account
from sync_protocol.decide.correcting import (
    Correction,
    correction_of,
    move_shipment,
    send_out,
    take_back,
)
from sync_protocol.decide.flags import closed, oversells, still_short, with_flags
from sync_protocol.decide.packing import put_back, shipment_and_order
from sync_protocol.decide.retrying import retry_in_shopify
from sync_protocol.decide.returning import CAME, initiate_return
from sync_protocol.decide.riding import settle_shortage
from sync_protocol.decide.sending import with_shopify
from sync_protocol.decide.shipping import made_id, noop, parked, refused, stepped, with_shipment
from sync_protocol.decide.stops import with_stop
from sync_protocol.fulfillments import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentState,
    Return,
    ReturnKind,
    ShopifyState,
    Workflow,
)
from sync_protocol.ids import BranchId, FulfillmentId, ReturnId
from sync_protocol.ledger import (
    CUSTOMERS,
    EXTERNAL,
    SELLABLE,
    EntryKind,
    Leg,
    Posting,
    moved,
    out_account,
    paid,
    till_account,
)
from sync_protocol.orders import Order, line_of
from sync_protocol.outcomes import (
    Discrepancy,
    Outcome,
    ResultStatus,
    outcomes_of,
)
from sync_protocol.runs import StopState
from sync_protocol.statuses import derived

_S = FulfillmentState


def resolve(book: Book, act: Recorded, body: Resolve) -> Decision:
    """Close a discrepancy by one of its outcomes, and do what that outcome says."""
    found = book.open.get(body.discrepancy_id)
    if found is None:
        return noop()
    if body.outcome not in (*outcomes_of(found.code), Outcome.ACCEPTED):
        return refused(Code.NOT_AN_OUTCOME, body.outcome.value)
    if body.branch_id is not None and body.branch_id not in book.branches:
        return parked(Code.UNKNOWN_REFERENCE, f"branch {body.branch_id}")
    if body.outcome is Outcome.SENT_TWICE and not body.reason:
        # Beyond what was ordered nothing leaves without somebody's word for it (I4).
        return refused(Code.NEEDS_REASON)
    done = _carried_out(book, act, found, body)
    if done is None:
        return refused(Code.NOT_AN_OUTCOME, body.outcome.value)
    if done.status not in (ResultStatus.APPLIED, ResultStatus.FLAGGED):
        return done
    ended = replace(closed(found, act), outcome=body.outcome, reason=body.reason)
    others = tuple(d for d in done.discrepancies if d.id != found.id)
    done = replace(done, discrepancies=(*others, ended))
    if body.outcome is Outcome.ACCEPTED:
        return done  # the number is taken as it is
    return with_flags(done, still_short(book, act, found, done))


Outcomes = Callable[[Book, Recorded, Discrepancy, Resolve], Decision | None]


def _carried_out(book: Book, act: Recorded, found: Discrepancy, body: Resolve) -> Decision | None:
    """Return what the outcome does, or None where it cannot be done (any more)."""
    return _DOES.get(body.outcome, _accepted)(book, act, found, body)


def _accepted(book: Book, act: Recorded, found: Discrepancy, body: Resolve) -> Decision:
    if found.code is Code.CASH_SHORT and found.run_id in book.runs:
        return settle_shortage(act, book.runs[found.run_id], body.reason or body.outcome.value)
    if found.code is Code.IMPLIED_DISPATCH:
        return _told_late(book, found)
    return Decision(status=ResultStatus.APPLIED)


def _told_late(book: Book, found: Discrepancy) -> Decision:
    """Tell Shopify of a parcel that left without a dispatch, where whoever recorded that may not (I13)."""
    named = _named(book, found)
    if named is None or named[0].state not in (_S.DISPATCHED, _S.DELIVERED):
        return Decision(status=ResultStatus.APPLIED)
    shipment, order = named
    after, effects = with_shopify(order, shipment)
    if after == shipment:
        return Decision(status=ResultStatus.APPLIED)
    after = replace(after, rev=shipment.rev + 1)
    return Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(order, shipment, after),),
        fulfillments=(after,),
        effects=effects,
    )


def _found_extra(book: Book, act: Recorded, found: Discrepancy, body: Resolve) -> Decision | None:
    if found.branch_id is None or found.variant_id is None:
        return None
    held = book.stock_of(found.branch_id, found.variant_id).sellable
    units = body.units or max(0, -held)
    if units == 0:
        return Decision(status=ResultStatus.APPLIED)
    posting = Posting(
        id=act.entry_id(),
        branch_id=found.branch_id,
        kind=EntryKind.FOUND,
        legs=moved(found.variant_id, units, EXTERNAL, SELLABLE),
        order_id=found.order_id,
        fulfillment_id=found.fulfillment_id,
        reason=body.reason,
    )
    return Decision(status=ResultStatus.APPLIED, postings=(posting,))


def _under_correction(
    book: Book, found: Discrepancy
) -> tuple[Correction, Fulfillment | None] | None:
    if found.order_id is None or found.order_id not in book.orders:
        return None
    work = correction_of(book, book.orders[found.order_id])
    shipment = None if found.fulfillment_id is None else work.shipments.get(found.fulfillment_id)
    return work, shipment


def _scanned_twice(book: Book, act: Recorded, found: Discrepancy, body: Resolve) -> Decision | None:
    begun = _under_correction(book, found)
    if begun is None or begun[1] is None or not begun[1].goods_out:
        return None
    work, shipment = begun
    assert shipment is not None
    left = body.units or found.units or 0
    less = {}
    for line in shipment.lines:
        if found.variant_id in (None, line.variant_id):
            less[line.order_line_id] = min(left, line.gone_units)
            left -= less[line.order_line_id]
    take_back(act, work, shipment, less, body.reason, EntryKind.VOID_SHIP)
    return work.told()


def _other_branch(book: Book, act: Recorded, found: Discrepancy, body: Resolve) -> Decision | None:
    """Let the goods have left from the branch that was meant: by name, or the one that claimed them second."""
    begun = _under_correction(book, found)
    target = body.branch_id or (None if found.code is Code.OVERSELL else found.branch_id)
    if begun is None or target is None:
        return None
    work, shipment = begun
    if found.code is not Code.OVERSELL:
        wanted = {line.order_line_id for line in found.lines}
        shipment = next(
            (
                s
                for s in work.shipments.values()
                if s.goods_out
                and s.branch_id != target
                and wanted & {line.order_line_id for line in s.lines}
            ),
            None,
        )
    if shipment is None or not shipment.goods_out or shipment.branch_id == target:
        return None
    move_shipment(act, work, shipment, target, body.reason)
    return with_flags(work.told(), oversells(book, act, *work.postings))


def _sent_twice(book: Book, act: Recorded, found: Discrepancy, body: Resolve) -> Decision | None:
    """Deduct the second parcel too, beyond what was ordered: a person stands for it with a reason (I4)."""
    begun = _under_correction(book, found)
    branch_id = body.branch_id or found.branch_id
    if begun is None or branch_id is None or not found.lines:
        return None
    work, _ = begun
    lines = []
    for part in found.lines:
        known = line_of(work.order, part.order_line_id)
        if known is not None and known.variant_id is not None:
            lines.append(
                FulfillmentLine(
                    order_line_id=part.order_line_id,
                    variant_id=known.variant_id,
                    units=part.units,
                )
            )
    record = Fulfillment(
        id=FulfillmentId(made_id(act, "again")),
        order_id=work.order.id,
        branch_id=branch_id,
        workflow=Workflow.MANUAL,
        state=_S.RECORDED,
        lines=tuple(lines),
        note=body.reason,
        shopify_state=ShopifyState.NOT_FOR_SHOPIFY,
    )
    send_out(act, work, stepped(record, _S.RECORDED, act), EntryKind.SHIP_MANUAL, body.reason)
    return with_flags(work.told(), oversells(book, act, *work.postings))


def _named(book: Book, found: Discrepancy) -> tuple[Fulfillment, Order] | None:
    return None if found.fulfillment_id is None else shipment_and_order(book, found.fulfillment_id)


def _unpacked(book: Book, act: Recorded, found: Discrepancy, body: Resolve) -> Decision | None:
    named = _named(book, found)
    if named is None or named[0].state is not _S.PACKED:
        return None
    return put_back(book, act, named[1], named[0], body.reason)


def _expected(book: Book, act: Recorded, found: Discrepancy, body: Resolve) -> Decision | None:
    if found.fulfillment_id is None:
        return None
    wanted = InitiateReturn(
        return_id=ReturnId(made_id(act, "return")),
        fulfillment_id=found.fulfillment_id,
        to_branch_id=body.branch_id,
        reason=body.reason,
    )
    done = initiate_return(book, act, wanted)
    return None if done.status is ResultStatus.FLAGGED and not done.fulfillments else done


def _was_delivered(book: Book, act: Recorded, found: Discrepancy, _: Resolve) -> Decision | None:
    """Let the delivery stand: the return is off; what was taken in for it goes out again."""
    named = _named(book, found)
    if named is None or named[0].state not in (_S.RETURNING, _S.RETURNED):
        return None if named is None else Decision(status=ResultStatus.APPLIED)
    shipment, order = named
    last = shipment.returns[-1]
    postings = _sent_out_again(act, shipment, last)
    lines = tuple(_as_if_kept(line, last) for line in shipment.lines)
    ended = replace(last, closed=True)
    kept = replace(shipment, lines=lines, returns=(*shipment.returns[:-1], ended))
    after = stepped(kept, _S.DELIVERED, act)
    decision = Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(order, shipment, after),),
        fulfillments=(after,),
        postings=postings,
    )
    return with_flags(decision, oversells(book, act, *postings))


def _as_if_kept(line: FulfillmentLine, back: Return) -> FulfillmentLine:
    """Return a line as if nothing of it had come in that return; what earlier returns brought stays back."""
    mine = [x for x in back.receipts if x.order_line_id == line.order_line_id]
    came = sum(x.units for x in mine if x.disposition in CAME)
    unwanted = 0 if back.kind is ReturnKind.RTO else came
    return replace(
        line,
        returned_units=line.returned_units - came,
        given_back_units=line.given_back_units - unwanted,
    )


def _was_returned(book: Book, act: Recorded, found: Discrepancy, _: Resolve) -> Decision | None:
    """Let the return stand: nothing was paid at that door either, so what was counted as taken is taken back."""
    named = _named(book, found)
    if named is None or not named[0].cash_paisa or named[0].state is _S.DELIVERED:
        return Decision(status=ResultStatus.APPLIED)
    shipment, order = named
    paisa = shipment.cash_paisa or 0
    unpaid = replace(shipment, cash_paisa=0, rev=shipment.rev + 1)
    after = replace(order, door_paisa=order.door_paisa - paisa, rev=order.rev + 1)
    posting = Posting(
        id=act.entry_id(),
        branch_id=shipment.branch_id,
        kind=EntryKind.CASH_COLLECTED,
        cash=paid(paisa, _who_has_it(shipment), CUSTOMERS),
        order_id=order.id,
        fulfillment_id=shipment.id,
        run_id=shipment.run_id,
    )
    return Decision(
        status=ResultStatus.APPLIED,
        orders=(derived(after),),
        fulfillments=(unpaid,),
        runs=with_stop(book, act, unpaid, StopState.REFUSED, -paisa),
        postings=(posting,),
    )


def _who_has_it(shipment: Fulfillment) -> str:
    """Return who has a parcel's cash now: of a run whose books are closed it lies in the till."""
    handed_over = shipment.run_id is not None and shipment.rider_id is None
    return till_account(shipment.branch_id) if handed_over else holder_account(shipment)


def _sent_out_again(act: Recorded, shipment: Fulfillment, back: Return) -> tuple[Posting, ...]:
    """Reverse the receipts of a return that never was, each at the branch that had taken it in."""
    variants = {line.order_line_id: line.variant_id for line in shipment.lines}
    legs: dict[BranchId, list[Leg]] = {}
    for part in back.receipts:
        if part.disposition in CAME:
            legs.setdefault(part.branch_id, []).extend(
                moved(
                    variants[part.order_line_id],
                    part.units,
                    part.disposition.value,
                    out_account(part.order_line_id),
                )
            )
    return tuple(
        Posting(
            id=act.entry_id(place),
            branch_id=branch_id,
            kind=EntryKind.FIX_BRANCH,
            legs=tuple(legs[branch_id]),
            order_id=shipment.order_id,
            fulfillment_id=shipment.id,
        )
        for place, branch_id in enumerate(sorted(legs))
    )


def _voided(book: Book, act: Recorded, found: Discrepancy, body: Resolve) -> Decision | None:
    begun = _under_correction(book, found)
    if begun is None or begun[1] is None or not begun[1].goods_out:
        return None
    work, shipment = begun
    assert shipment is not None
    all_of_it = {line.order_line_id: line.gone_units for line in shipment.lines}
    take_back(act, work, shipment, all_of_it, body.reason, EntryKind.VOID_SHIP)
    return work.told()


_DOES: dict[Outcome, Outcomes] = {
    Outcome.FOUND_EXTRA: _found_extra,
    Outcome.SCANNED_TWICE: _scanned_twice,
    Outcome.OTHER_BRANCH: _other_branch,
    Outcome.SENT_TWICE: _sent_twice,
    Outcome.UNPACK: _unpacked,
    Outcome.EXPECT_RETURN: _expected,
    Outcome.WAS_DELIVERED: _was_delivered,
    Outcome.WAS_RETURNED: _was_returned,
    Outcome.VOID: _voided,
    Outcome.RETRY: retry_in_shopify,
}
"""What an outcome moves; the others only close the discrepancy."""

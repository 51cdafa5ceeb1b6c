"""The one door to every decision."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from sync_protocol.bodies.asking import AssignBranch
from sync_protocol.bodies.shipping import EditFulfillment
from sync_protocol.codes import Code
from sync_protocol.decide import (
    answering,
    confirming,
    counting,
    creating,
    exchanging,
    fixing,
    keeping,
    loading,
    news,
    packing,
    recording,
    resolving,
    returning,
    riding,
    sending,
    tracking,
    transferring,
    waiting,
)
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.exchanging import closed_cases
from sync_protocol.decide.flags import closed, with_conflicts
from sync_protocol.decide.mirroring import with_more_for_shopify
from sync_protocol.decide.shipping import parked, refused
from sync_protocol.ids import BranchId, FulfillmentId, StaffId
from sync_protocol.ledger import unbalanced
from sync_protocol.ops import OpBody, OpClass, OpKind, kind_rule
from sync_protocol.orders import Order
from sync_protocol.outcomes import Discrepancy
from sync_protocol.permissions import may_record, switched_off
from sync_protocol.reading import ReadOp
from sync_protocol.shop import Policy
from sync_protocol.statuses import derived, needs_branch
from sync_protocol.stock import posted

Rule = Callable[[Book, Recorded, Any], Decision]

RULES: dict[OpKind, Rule] = {
    OpKind.CONFIRM: confirming.confirm,
    OpKind.CALL_ATTEMPT: confirming.call_attempt,
    OpKind.EDIT_CONTACT: confirming.edit_contact,
    OpKind.ASSIGN_BRANCH: confirming.assign_branch,
    OpKind.CREATE_FULFILLMENT: creating.create_fulfillment,
    OpKind.EDIT_FULFILLMENT: creating.edit_fulfillment,
    OpKind.CANCEL_FULFILLMENT: creating.cancel_fulfillment,
    OpKind.PACK: packing.pack,
    OpKind.UNPACK: packing.unpack,
    OpKind.SET_TRACKING: sending.set_tracking,
    OpKind.DISPATCH: sending.dispatch,
    OpKind.UNDO_DISPATCH: sending.undo_dispatch,
    OpKind.ATTEMPT_FAILED: tracking.attempt_failed,
    OpKind.DELIVER: sending.deliver,
    OpKind.MARK_LOST: tracking.mark_lost,
    OpKind.TRACKING_EVENT: tracking.tracking_event,
    OpKind.INITIATE_RETURN: returning.initiate_return,
    OpKind.RESUME_DELIVERY: returning.resume_delivery,
    OpKind.RETURN_RECEIVE: returning.return_receive,
    OpKind.INSPECT: keeping.inspect,
    OpKind.WRITE_OFF: keeping.write_off,
    OpKind.MANUAL_FULFILLMENT: recording.manual_fulfillment,
    OpKind.BRANCH_SYNC: recording.branch_sync,
    OpKind.VOID_FULFILLMENT: recording.void_fulfillment,
    OpKind.FIX_BRANCH_STOCK: fixing.fix_branch_stock,
    OpKind.OPENING_STOCK: keeping.opening_stock,
    OpKind.RECEIVE_STOCK: keeping.receive_stock,
    OpKind.COUNTER_SALE: keeping.counter_sale,
    OpKind.COUNTER_RETURN: keeping.counter_return,
    OpKind.TRANSFER_SEND: transferring.transfer_send,
    OpKind.TRANSFER_RECEIVE: transferring.transfer_receive,
    OpKind.COUNT: counting.count,
    OpKind.SET_LOW_STOCK: keeping.set_low_stock,
    OpKind.CREATE_RUN: loading.create_run,
    OpKind.LOAD_PARCEL: loading.load_parcel,
    OpKind.UNLOAD_PARCEL: loading.unload_parcel,
    OpKind.START_RUN: loading.start_run,
    OpKind.END_RUN: riding.end_run,
    OpKind.CHECK_IN_PARCEL: riding.check_in_parcel,
    OpKind.COUNT_RUN_CASH: riding.count_run_cash,
    OpKind.CLOSE_RUN: riding.close_run,
    OpKind.REOPEN_RUN: riding.reopen_run,
    OpKind.CLASSIFY_EXCHANGE: exchanging.classify_exchange,
    OpKind.PLAN_EXCHANGE: exchanging.plan_exchange,
    OpKind.SETTLE_EXCHANGE: exchanging.settle_exchange,
    OpKind.RESOLVE: resolving.resolve,
    OpKind.REPLAY: waiting.replay,
    OpKind.DISMISS: waiting.dismiss,
    OpKind.SHOPIFY_ORDER: news.shopify_order,
    OpKind.SHOPIFY_OUTCOME: answering.shopify_outcome,
    OpKind.STORE_CONTACT: news.store_contact,
    OpKind.TIME_PASSED: news.time_passed,
    OpKind.SERVER_FINDING: news.server_finding,
}
"""The rule of each kind. A body has been read as its kind's struct before it gets here (`reading.read_op`)."""


def decide(book: Book, act: Recorded) -> Decision:
    """Decide one op against the book. The book is not changed; `Book.apply` does that.

    Facts are never refused: what is odd about them is flagged, what cannot be placed is parked.
    """
    body = act.read.body
    if body is None:
        return _not_understood(act.read)
    kind = OpKind(act.read.op.kind)
    who = act.vouched_by or act.staff
    allowed = may_record(who, kind, branch_of(book, body), rider_of(book, body))
    if not allowed or switched_off(book.policy, who, kind):
        return parked(Code.AUTHORITY, f"{act.staff.role.value} may not {kind.value} here")
    decision = RULES[kind](book, act, body)
    for posting in decision.postings:
        assert not unbalanced(posting.legs), f"unbalanced posting {posting.id}"
        assert sum(leg.paisa for leg in posting.cash) == 0, f"unbalanced cash {posting.id}"
    settled = _with_settled_oversells(book, act, decision)
    return with_more_for_shopify(book, act, _with_orders_in_step(book, act, settled))


def _not_understood(read: ReadOp) -> Decision:
    if read.problem == Code.UNKNOWN_KIND:
        return parked(Code.UNKNOWN_KIND, read.op.kind)
    rule = kind_rule(read.op.kind)
    if rule is not None and rule.op_class is OpClass.CLAIM:
        return refused(Code.INVALID, read.detail)
    return parked(Code.INVALID, read.detail)


def branch_of(book: Book, body: OpBody) -> BranchId | None:
    """Return the branch at which an op acts, or None where it names none (or something that is not known).

    An op that names a branch acts there, except that giving away or moving a shipment is up to the branch that has it.
    """
    if isinstance(body, AssignBranch):
        order = book.orders.get(body.order_id)
        return body.branch_id or (None if order is None else order.branch_id)
    named: BranchId | None = getattr(body, "branch_id", None)
    if named is not None and not isinstance(body, EditFulfillment):
        return named
    if (run_id := getattr(body, "run_id", None)) is not None:
        run = book.runs.get(run_id)
        return None if run is None else run.branch_id
    if (shipment_id := getattr(body, "fulfillment_id", None)) is not None:
        shipment = book.fulfillments.get(shipment_id)
        return None if shipment is None else shipment.branch_id
    return None


def rider_of(book: Book, body: OpBody) -> StaffId | None:
    """Return who has the parcel or the run that an op is about, if a rider has it."""
    if (run_id := getattr(body, "run_id", None)) is not None:
        run = book.runs.get(run_id)
        return None if run is None else run.rider_id
    shipment_id: FulfillmentId | None = getattr(body, "fulfillment_id", None)
    shipment = None if shipment_id is None else book.fulfillments.get(shipment_id)
    if shipment is None or shipment.rider_id is not None or shipment.run_id is None:
        return None if shipment is None else shipment.rider_id
    # The run's books are closed; what its rider did before that, and tells late, is still that rider's to tell.
    run = book.runs.get(shipment.run_id)
    return None if run is None else run.rider_id


def _with_settled_oversells(book: Book, act: Recorded, decision: Decision) -> Decision:
    """Close oversells whose branch is back at zero or above: the books agree with the shelf again."""
    settled: list[Discrepancy] = []
    told = {d.id for d in decision.discrepancies}
    for found in book.open.values():
        if found.code is not Code.OVERSELL or found.branch_id is None or found.variant_id is None:
            continue
        held = book.stock_of(found.branch_id, found.variant_id)
        after = held
        for posting in decision.postings:
            after = posted(after, posting)
        if after.sellable != held.sellable and after.sellable >= 0 and found.id not in told:
            settled.append(closed(found, act))
    if not settled:
        return decision
    return replace(decision, discrepancies=(*decision.discrepancies, *settled))


def _with_orders_in_step(book: Book, act: Recorded, decision: Decision) -> Decision:
    """Bring every order that the decision touches, or whose doubts it opens or closes, into step with itself."""
    touched = {order.id: order for order in decision.orders}
    for found in decision.discrepancies:
        if found.order_id is not None and found.order_id not in touched:
            known = book.orders.get(found.order_id)
            if known is not None:
                touched[known.id] = known
    orders = []
    for order in touched.values():
        before = book.orders.get(order.id)
        after = _in_step(book, act, order, decision.discrepancies)
        if before is None or after != before:
            moved_on = before is None or after.rev > before.rev
            orders.append(after if moved_on else replace(after, rev=after.rev + 1))
    return replace(decision, orders=tuple(orders))


def _in_step(
    book: Book, act: Recorded, order: Order, discrepancies: tuple[Discrepancy, ...]
) -> Order:
    order = with_conflicts(order, discrepancies)
    if not needs_branch(order):
        order = replace(order, needs_branch_since=None, sync_overdue=False)
    elif order.needs_branch_since is None:
        order = replace(order, needs_branch_since=act.now)
    order = closed_cases(derived(order), act)
    return replace(order, wake_at=_wakes_at(book.policy, order, act.now))


def _wakes_at(policy: Policy, order: Order, now: int) -> int | None:
    """Return when time alone will next change the order (epoch ms), if it will."""
    moments = []
    if order.confirmation.next_at is not None and not order.callback_due:
        moments.append(order.confirmation.next_at)
    if order.needs_branch_since is not None and not order.sync_overdue:
        moments.append(order.needs_branch_since + policy.sync_fix_after_h * 3_600_000)
    return min((at for at in moments if at > now), default=None)

"""Asking the customer: a yes, the tries before it, what the customer corrects, and which branch gets the order."""

from msgspec.structs import replace

from sync_protocol.bodies.asking import AssignBranch, CallAttempt, Confirm, EditContact
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.customers import with_contact_flags
from sync_protocol.decide.flags import discrepancy, order_closings
from sync_protocol.decide.shipping import noop, parked, refused
from sync_protocol.orders import (
    Attempt,
    CallOutcome,
    Confirmation,
    ConfirmationState,
    ContactEdit,
    Order,
)
from sync_protocol.outcomes import Discrepancy, ResultStatus
from sync_protocol.phones import read_phone
from sync_protocol.statuses import derived

ATTEMPTS_KEPT = 20
"""Tries that travel with the order; the op log has all of them."""


def confirm(book: Book, act: Recorded, body: Confirm) -> Decision:
    """Record a confirmation; a second one changes nothing and names the first."""
    order = book.orders.get(body.order_id)
    if order is None:
        return parked(Code.UNKNOWN_REFERENCE, f"order {body.order_id}")
    if order.cancelled_at is not None:
        return refused(Code.ORDER_CANCELLED)
    before = order.confirmation
    if before.state is ConfirmationState.CONFIRMED:
        return Decision(
            status=ResultStatus.NOOP, code=Code.ALREADY_DONE, by=before.by, at=before.at
        )
    if before.state is ConfirmationState.CANCELLED_BY_CUSTOMER and not body.note:
        return replace(refused(Code.NEEDS_REASON), by=before.by, at=before.at)
    said = Attempt(
        channel=body.channel,
        outcome=CallOutcome.CONFIRMED,
        by=act.staff.id,
        at=act.read.op.at,
        note=body.note,
    )
    confirmation = Confirmation(
        state=ConfirmationState.CONFIRMED,
        by=act.staff.id,
        at=act.read.op.at,
        channel=body.channel,
        note=body.note,
        checked=body.checked,
        expected=body.expected,
        attempts=_kept(before, said),
    )
    return Decision(
        status=ResultStatus.APPLIED,
        orders=(_asked(order, confirmation),),
        discrepancies=order_closings(book, act, frozenset({Code.CUSTOMER_CANCELLED}), order.id),
    )


def _kept(before: Confirmation, attempt: Attempt) -> tuple[Attempt, ...]:
    return (*before.attempts, attempt)[-ATTEMPTS_KEPT:]


def _asked(order: Order, confirmation: Confirmation) -> Order:
    return derived(replace(order, confirmation=confirmation, callback_due=False, rev=order.rev + 1))


_AFTER: dict[CallOutcome, ConfirmationState] = {
    CallOutcome.NO_ANSWER: ConfirmationState.NO_ANSWER,
    CallOutcome.BUSY: ConfirmationState.NO_ANSWER,
    CallOutcome.CALLBACK: ConfirmationState.CALLBACK,
    CallOutcome.WRONG_NUMBER: ConfirmationState.WRONG_NUMBER,
    CallOutcome.CHANGE_REQUESTED: ConfirmationState.CHANGE_REQUESTED,
    CallOutcome.CANCELLED: ConfirmationState.CANCELLED_BY_CUSTOMER,
    CallOutcome.CONFIRMED: ConfirmationState.CONFIRMED,
}
_UNANSWERED = (CallOutcome.NO_ANSWER, CallOutcome.BUSY)
_OVERRULES_A_YES = (CallOutcome.CHANGE_REQUESTED, CallOutcome.CANCELLED)
_STANDS = (
    ConfirmationState.CONFIRMED,
    ConfirmationState.NOT_REQUIRED,
    ConfirmationState.CANCELLED_BY_CUSTOMER,
)
"""What the customer said stays said when the next call is not answered."""


def call_attempt(book: Book, act: Recorded, body: CallAttempt) -> Decision:
    """Log a try to reach the customer. Two tries are two tries, whoever made them; only a no or a wish undoes a yes."""
    order = book.orders.get(body.order_id)
    if order is None:
        return parked(Code.UNKNOWN_REFERENCE, f"order {body.order_id}")
    if body.outcome is CallOutcome.CONFIRMED:
        return confirm(
            book, act, Confirm(order_id=body.order_id, channel=body.channel, note=body.note)
        )
    before = order.confirmation
    attempt = Attempt(
        channel=body.channel,
        outcome=body.outcome,
        by=act.staff.id,
        at=act.read.op.at,
        next_at=body.next_at,
        note=body.note,
    )
    unanswered = before.unanswered + 1 if body.outcome in _UNANSWERED else 0
    after = replace(before, attempts=_kept(before, attempt), unanswered=unanswered)
    if before.state not in _STANDS or body.outcome in _OVERRULES_A_YES:
        after = replace(
            after,
            state=_state_after(book, body.outcome, unanswered),
            by=act.staff.id,
            at=act.read.op.at,
            channel=body.channel,
            note=body.note,
            next_at=body.next_at,
        )
    flags = _cancelled_by_customer(act, order, after)
    return Decision(
        status=ResultStatus.FLAGGED if flags else ResultStatus.APPLIED,
        code=flags[0].code if flags else None,
        orders=(_asked(order, after),),
        discrepancies=flags,
    )


def _state_after(book: Book, outcome: CallOutcome, unanswered: int) -> ConfirmationState:
    if outcome in _UNANSWERED and unanswered >= book.policy.unreachable_after:
        return ConfirmationState.UNREACHABLE
    return _AFTER[outcome]


def _cancelled_by_customer(
    act: Recorded, order: Order, after: Confirmation
) -> tuple[Discrepancy, ...]:
    """A customer's no is a task for whoever may cancel in Shopify; no phone cancels there by itself (§2.3)."""
    no = ConfirmationState.CANCELLED_BY_CUSTOMER
    if after.state is not no or order.confirmation.state is no or order.cancelled_at is not None:
        return ()
    found = discrepancy(act, Code.CUSTOMER_CANCELLED)
    return (replace(found, order_id=order.id, detail=after.note),)


def edit_contact(book: Book, act: Recorded, body: EditContact) -> Decision:
    """Write down another name, phone or address, remembering who said so. A changed address is confirmed anew."""
    order = book.orders.get(body.order_id)
    if order is None:
        return parked(Code.UNKNOWN_REFERENCE, f"order {body.order_id}")
    before = order.contact
    phone = read_phone(body.phone).digits if body.phone is not None else before.phone
    after = replace(
        before,
        name=_or(body.name, before.name),
        phone=phone,
        phone_raw=_or(body.phone, before.phone_raw),
        address=_or(body.address, before.address),
        city=_or(body.city, before.city),
    )
    if after == before:
        return noop()
    changed = [
        name
        for name in ("name", "phone", "address", "city")
        if getattr(body, name) is not None and getattr(after, name) != getattr(before, name)
    ] or ["phone"]
    kept = tuple(e for e in order.contact_edits if e.field not in changed)
    edits = tuple(ContactEdit(field=f, by=act.staff.id, at=act.read.op.at) for f in changed)
    edited = replace(order, contact=after, contact_edits=(*kept, *edits), rev=order.rev + 1)
    moved = (after.address, after.city) != (before.address, before.city)
    if moved and order.confirmation.state is ConfirmationState.CONFIRMED:
        anew = replace(order.confirmation, state=ConfirmationState.RECONFIRM)
        edited = replace(edited, confirmation=anew)
    return Decision(status=ResultStatus.APPLIED, orders=(derived(with_contact_flags(edited)),))


def _or(said: str | None, known: str | None) -> str | None:
    return known if said is None else said.strip() or known


def assign_branch(book: Book, act: Recorded, body: AssignBranch) -> Decision:
    """Give an order to a branch: from then on it is that branch's work, no longer everybody's."""
    order = book.orders.get(body.order_id)
    branch = None if body.branch_id is None else book.branches.get(body.branch_id)
    if order is None or (branch is None and body.branch_id is not None):
        return parked(Code.UNKNOWN_REFERENCE, f"order {body.order_id} at branch {body.branch_id}")
    if order.branch_id == body.branch_id:
        return noop()
    if order.cancelled_at is not None:
        return refused(Code.ORDER_CANCELLED)
    if branch is not None and not branch.active:
        return refused(Code.BRANCH_CLOSED)
    assigned = derived(replace(order, branch_id=body.branch_id, rev=order.rev + 1))
    return Decision(status=ResultStatus.APPLIED, orders=(assigned,))

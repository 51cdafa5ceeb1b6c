"""The customer said yes."""

from msgspec.structs import replace

from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.shipping import parked, refused
from sync_protocol.ops import Confirm
from sync_protocol.orders import Confirmation, ConfirmationState, with_status
from sync_protocol.outcomes import Code, ResultStatus


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
    confirmation = Confirmation(
        state=ConfirmationState.CONFIRMED,
        by=act.staff.id,
        at=act.read.op.at,
        channel=body.channel,
        note=body.note,
    )
    changed = with_status(replace(order, confirmation=confirmation, rev=order.rev + 1))
    return Decision(status=ResultStatus.APPLIED, orders=(changed,))

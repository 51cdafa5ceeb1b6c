"""What an order's facets add up to: its headline, its work queues, and when time alone changes them."""

from msgspec.structs import replace

from sync_protocol.exchange_tracks import with_tracks
from sync_protocol.exchanges import ChangeKind, ExchangeStep
from sync_protocol.fulfillments import GOODS_OUT, ON_THE_WAY, FulfillmentState
from sync_protocol.orders import (
    ConfirmationState,
    Order,
    SmartStatus,
    WorkQueue,
    live_shipments,
    needs_branch_units,
    open_exchange,
    remaining_units,
)

_S = FulfillmentState
_ASKING: dict[ConfirmationState, SmartStatus] = {
    ConfirmationState.PENDING: SmartStatus.TO_CONFIRM,
    ConfirmationState.NO_ANSWER: SmartStatus.NO_ANSWER,
    ConfirmationState.UNREACHABLE: SmartStatus.UNREACHABLE,
    ConfirmationState.CALLBACK: SmartStatus.CALLBACK,
    ConfirmationState.WRONG_NUMBER: SmartStatus.WRONG_NUMBER,
    ConfirmationState.CHANGE_REQUESTED: SmartStatus.CHANGE_REQUESTED,
    ConfirmationState.CANCELLED_BY_CUSTOMER: SmartStatus.CANCELLED_BY_CUSTOMER,
    ConfirmationState.RECONFIRM: SmartStatus.RECONFIRM,
}
"""States in which the customer must still be asked; the others let a shipment be made."""

UNCONFIRMED = frozenset(_ASKING)


def needs_branch(order: Order) -> bool:
    """Whether goods left in the store for which no branch has given any yet."""
    return any(needs_branch_units(line) > 0 for line in order.lines)


def exchange_is_open(order: Order) -> bool:
    """Whether a case still wants something of somebody that is not the order's own course."""
    case = open_exchange(order)
    if case is None:
        return False
    own_course = {
        ExchangeStep.CREATE_REPLACEMENT,
        ExchangeStep.PACK_REPLACEMENT,
        ExchangeStep.DISPATCH_REPLACEMENT,
        ExchangeStep.DELIVER_REPLACEMENT,
    }
    return case.kind is ChangeKind.EXCHANGE or not own_course.issuperset(case.next_steps)


def smart_status(order: Order) -> SmartStatus:
    """Return the headline status: the first condition that holds."""
    states = {s.state for s in live_shipments(order)}
    if order.conflicts:
        return SmartStatus.CONFLICT
    if order.cancelled_at is not None:
        out = any(line.out_units > 0 for line in order.lines)
        return SmartStatus.CANCELLED_GOODS_OUT if out else SmartStatus.CANCELLED
    if exchange_is_open(order):
        return SmartStatus.EXCHANGE
    if needs_branch(order):
        return SmartStatus.FIX_BRANCH_STOCK if order.sync_overdue else SmartStatus.BRANCH_SYNC
    if _S.RETURNING in states:
        return SmartStatus.RETURNING
    asking = _ASKING.get(order.confirmation.state)
    if asking is not None and not states & GOODS_OUT:
        return asking
    return _shipping_status(order, states)


def _shipping_status(order: Order, states: set[FulfillmentState]) -> SmartStatus:
    if _S.PENDING in states:
        return SmartStatus.PENDING
    if _S.PACKED in states:
        return SmartStatus.PACKED
    if not states:
        return SmartStatus.UNFULFILLED
    left = any(remaining_units(line) > 0 for line in order.lines)
    if left and states & GOODS_OUT:
        return SmartStatus.PARTIAL
    if any(s.attempted and s.state in ON_THE_WAY for s in order.shipments):
        return SmartStatus.ATTEMPTED
    if _S.DISPATCHED in states:
        return SmartStatus.DISPATCHED
    return _ended_status(states, left=left)


def _ended_status(states: set[FulfillmentState], *, left: bool) -> SmartStatus:
    if states == {_S.DELIVERED}:
        return SmartStatus.DELIVERED
    if _S.RECORDED not in states and _S.DELIVERED not in states:
        if _S.LOST in states:
            return SmartStatus.LOST
        if _S.RETURNED in states:
            return SmartStatus.RETURNED
    return SmartStatus.UNFULFILLED if left else SmartStatus.DONE


def queues_of(order: Order) -> tuple[WorkQueue, ...]:
    """Return every list of work in which the order stands, in the order of the enum."""
    shipments = live_shipments(order)
    states = {s.state for s in shipments}
    alive = order.cancelled_at is None
    sync = needs_branch(order)
    left = alive and any(remaining_units(line) > 0 for line in order.lines)
    # What has left needs no yes any more; what an edit added, or was left for later, does.
    unsure = alive and order.confirmation.state in UNCONFIRMED
    asking = unsure and (left or not states & GOODS_OUT)
    on_the_way = [s for s in shipments if s.state is _S.DISPATCHED]
    standing = {
        WorkQueue.TO_CONFIRM: asking
        and order.confirmation.state is not ConfirmationState.CANCELLED_BY_CUSTOMER,
        WorkQueue.CALLBACK_DUE: asking and order.callback_due,
        WorkQueue.BRANCH_SYNC: sync and not order.sync_overdue,
        WorkQueue.TO_PACK: _S.PENDING in states or (left and not asking and not sync),
        WorkQueue.TO_DISPATCH: _S.PACKED in states,
        WorkQueue.WITH_COURIER: bool(on_the_way),
        WorkQueue.ATTEMPTED: any(s.attempted for s in shipments if s.state in ON_THE_WAY),
        WorkQueue.RETURNING: _S.RETURNING in states,
        WorkQueue.EXCHANGES: exchange_is_open(order),
        WorkQueue.FIX_BRANCH_STOCK: sync and order.sync_overdue,
        WorkQueue.DISCREPANCIES: bool(order.conflicts),
    }
    return tuple(queue for queue in WorkQueue if standing[queue])


def derived(order: Order) -> Order:
    """Return the order with its exchange tracks, headline and queues derived anew; call it after every change."""
    order = with_tracks(order)
    return replace(order, status=smart_status(order), queues=queues_of(order))


def queue_counts(orders: tuple[Order, ...]) -> dict[WorkQueue, int]:
    """Return how many of the orders stand in each list of work."""
    return {queue: sum(queue in order.queues for order in orders) for queue in WorkQueue}

"""Cancelling an order: what stands in the way, and what it leaves."""

from __future__ import annotations

from server.practice_store.commands import CancelOrder, UserError
from server.practice_store.order_lines import LineItem, Transaction
from server.practice_store.orders import Order
from server.practice_store.refunding import finish_refund
from server.practice_store.refunds import Refund, RefundLineItem
from server.practice_store.returns import HOLDING_UNITS
from server.practice_store.state import Notification, State
from server.practice_store.suggesting import left_of_payments

MAX_STAFF_NOTE = 255
# A cancellation takes no numbers, so that journals of before it made refunds give the same ids: what it makes is numbered
# from the middle of what lies between the order's number and the next one.
REFUND_OFFSET = 16_384
TRANSACTION_OFFSET = 24_576


def cancel_order(state: State, cancel: CancelOrder, at_ms: int) -> Order | list[UserError]:
    """Cancel an order with nothing shipped; its work closes, its units leave it, and money goes back if asked for."""
    order = state.orders.get(cancel.order)
    refusal = _refusal(order, cancel)
    if order is None or refusal is not None:
        return [refusal] if refusal else []
    order.closed_at = at_ms
    order.cancel_reason = cancel.reason
    refund = _refund(order, cancel, at_ms)
    order.cancelled_at = at_ms
    for work in order.work:
        work.status = "CLOSED"
        work.fulfillment_holds = []
        work.progress_reported = False
        work.updated_at = at_ms
        for part in work.line_items:
            part.remaining_quantity = 0
    state.announce("ORDERS_CANCELLED", order, at_ms)
    finish_refund(state, refund, at_ms)
    if cancel.notify_customer:
        to = order.email or order.phone
        state.notifications.append(
            Notification(kind="cancelled", order=order.name, to=to, at_ms=at_ms)
        )
    return order


def _refund(order: Order, cancel: CancelOrder, at_ms: int) -> Refund:
    """What takes the units off the order, and gives back each payment that was not given back yet."""
    number = order.number + REFUND_OFFSET
    shipping = order.shipping
    left = [(line, units) for line in order.line_items if (units := _take_off(line))]
    refund = Refund(
        number=number,
        order=order,
        created_at=at_ms,
        note=None,
        refund_line_items=[
            RefundLineItem(
                number=number + place,
                line_item=line,
                quantity=units,
                restock_type="CANCEL" if cancel.restock else "NO_RESTOCK",
                subtotal=line.total_of(units),
            )
            for place, (line, units) in enumerate(left, start=1)
        ],
        transactions=[],
        shipping=shipping,
    )
    if cancel.refund:
        for place, (parent, amount) in enumerate(left_of_payments(order), start=1):
            made = Transaction(
                number=order.number + TRANSACTION_OFFSET + place,
                order_number=order.number,
                kind="REFUND",
                status="SUCCESS",
                gateway=parent.gateway,
                amount=amount,
                currency=order.currency_code,
                processed_at=at_ms,
                parent_transaction=parent,
            )
            order.payments.append(made)
            refund.transactions.append(made)
    return refund


def _take_off(line: LineItem) -> int:
    """Take all unshipped units of a line off its order; return how many of them no refund had taken off before."""
    unshipped = line.unfulfilled_quantity
    units = min(unshipped, line.current_quantity)
    line.removed_units += unshipped
    line.returned_units -= unshipped - units
    return units


def is_taken_and_not_done(order: Order | None) -> bool:
    """Whether the store says yes to cancelling an order and does nothing: something was shipped, and nobody ever paid.

    Recorded is only that the job is taken; what it then does is not, and here it does nothing.
    """
    if order is None or order.cancelled_at is not None or not order.unpaid:
        return False
    return any(one.status == "SUCCESS" for one in order.shipments)


def _refusal(order: Order | None, cancel: CancelOrder) -> UserError | None:
    field = ("orderId",)
    if order is None:
        return UserError(field=field, message="Order does not exist", code="NOT_FOUND")
    if len(cancel.staff_note or "") > MAX_STAFF_NOTE:
        message = f"Staff note is too long. Maximum length is {MAX_STAFF_NOTE} characters."
        return UserError(field=("staffNote",), message=message, code="INVALID")
    if order.cancelled_at is not None:
        message = "Cannot cancel an order that has already been canceled"
        return UserError(field=field, message=message, code="INVALID")
    if any(one.status in HOLDING_UNITS for one in order.returned):
        message = "Cannot cancel an order that has returns"
        return UserError(field=field, message=message, code="INVALID")
    if any(shipment.status == "SUCCESS" for shipment in order.shipments):
        message = "Cannot cancel an order that has outstanding fulfillments"
        return UserError(field=field, message=message, code="INVALID")
    return None

"""Refunds: what is refused, and what a refund changes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from server.practice_store.agreements import RefundAgreement
from server.practice_store.commands import UserError
from server.practice_store.commands_refunds import CreateRefund, RefundedMoney
from server.practice_store.identity import number_of
from server.practice_store.money import rest_amount
from server.practice_store.order_lines import LineItem, Transaction
from server.practice_store.orders import Order
from server.practice_store.refunds import Refund, RefundLineItem
from server.practice_store.returns import Return
from server.practice_store.state import Notification, State
from server.practice_store.work import take_out_of_work


def create_refund(state: State, wanted: CreateRefund, at_ms: int) -> Refund | list[UserError]:
    """Take units out of the order and give money back; all or nothing."""
    order = state.order(wanted.order)
    if order is None:
        return [UserError(field=("orderId",), message="Order does not exist")]
    errors = _line_errors(order, wanted) or money_errors(
        order, wanted.money, allow_more=wanted.allow_over_refunding
    )
    if errors:
        return errors
    shipping = order.shipping if wanted.shipping is None else wanted.shipping
    refund = Refund(
        number=state.numbers.take(),
        order=order,
        created_at=at_ms,
        note=wanted.note,
        refund_line_items=[],
        transactions=[],
        shipping=min(shipping, order.shipping),
    )
    for one in wanted.lines:
        line = _line_of(order, one.line)
        assert line is not None
        location = state.locations.get(number_of(one.location or "", "Location") or 0)
        refund.refund_line_items.append(
            RefundLineItem(
                number=state.numbers.take(),
                line_item=line,
                quantity=one.quantity,
                restock_type=one.restock,
                subtotal=line.total_of(one.quantity),
                location=location,
            )
        )
    give_back(state, refund, wanted.money, at_ms)
    _take_out(refund, at_ms)
    finish_refund(state, refund, at_ms, notify=wanted.notify_customer)
    return refund


def money_errors(
    order: Order, money: Sequence[RefundedMoney], *, allow_more: bool
) -> list[UserError]:
    """Return why money cannot be given back: more than is there, or of no payment of the order's."""
    for one in money:
        if one.kind != "REFUND":
            message = f"Kind {one.kind.lower()} is not a valid transaction"
            return [UserError(message=message)]
        if _parent_of(order, one) is None:
            message = "Transactions require a parent_id associated with the order"
            return [UserError(field=("transactions",), message=message)]
    asked = sum((one.amount for one in money), Decimal(0))
    if asked > order.net_payment and (not allow_more or asked > order.received):
        message = (
            f"Refund amount ${rest_amount(asked)} is greater than"
            f" net payment received ${rest_amount(order.net_payment)}"
        )
        return [UserError(message=message)]
    return []


def give_back(state: State, refund: Refund, money: Sequence[RefundedMoney], at_ms: int) -> None:
    """Note the money of a refund; it goes the way that it came, whatever gateway was named (recorded)."""
    order = refund.order
    for one in money:
        parent = _parent_of(order, one)
        assert parent is not None
        made = Transaction(
            number=state.numbers.take(),
            order_number=order.number,
            kind="REFUND",
            status="SUCCESS",
            gateway=parent.gateway,
            amount=one.amount,
            currency=order.currency_code,
            processed_at=at_ms,
            parent_transaction=parent,
        )
        order.payments.append(made)
        refund.transactions.append(made)
        state.announce("ORDER_TRANSACTIONS_CREATE", made, at_ms)


def finish_refund(state: State, refund: Refund, at_ms: int, *, notify: bool = False) -> None:
    """Put a refund on its order, agree on it, and tell of it."""
    order = refund.order
    order.refunded.append(refund)
    state.refunds[refund.number] = refund
    agreement = RefundAgreement(number=refund.number, happened_at=at_ms, refund=refund)
    if refund.of_return is None:
        for part in refund.refund_line_items:
            agreement.add_units(part.line_item, part.quantity, taken_out=True)
    if refund.shipping and order.shipping_lines:
        agreement.add_shipping(order.shipping_lines[0], -refund.shipping)
    agreement.add_adjustment(order, -refund.discrepancy)
    order.agreed.append(agreement)
    order.touch(at_ms)
    state.announce("REFUNDS_CREATE", refund, at_ms)
    state.announce("ORDERS_UPDATED", order, at_ms)
    if notify:
        to = order.email or order.phone
        state.notifications.append(
            Notification(kind="refunded", order=order.name, to=to, at_ms=at_ms)
        )


def refund_of_return(order: Order, number: int, of_return: Return, at_ms: int) -> Refund:
    """Return an empty refund that belongs to a return: the return took the units off the order."""
    return Refund(
        number=number,
        order=order,
        created_at=at_ms,
        note=None,
        refund_line_items=[],
        transactions=[],
        of_return=of_return,
    )


def _line_errors(order: Order, wanted: CreateRefund) -> list[UserError]:
    taken: dict[LineItem, int] = {}
    for place, one in enumerate(wanted.lines):
        line = _line_of(order, one.line)
        path = ("refundLineItems", str(place))
        if line is None:
            message = "Line item does not exist"
            return [UserError(field=(*path, "lineItemId"), message=message)]
        taken[line] = taken.get(line, 0) + one.quantity
        unshipped = one.restock == "CANCEL" and taken[line] > line.unfulfilled_quantity
        if one.quantity < 1 or taken[line] > line.refundable_quantity or unshipped:
            message = "Quantity cannot refund more items than were purchased"
            return [UserError(field=(*path, "quantity"), message=message)]
    return []


def _line_of(order: Order, gid: str) -> LineItem | None:
    return next((line for line in order.line_items if line.id == gid), None)


def _parent_of(order: Order, money: RefundedMoney) -> Transaction | None:
    return next((one for one in order.payments if one.pays and one.id == money.parent), None)


def _take_out(refund: Refund, at_ms: int) -> None:
    """CANCEL leaves fewer units to ship; the other kinds leave that as it is."""
    for part in refund.refund_line_items:
        line = part.line_item
        if part.restock_type == "CANCEL":
            line.removed_units += part.quantity
            take_out_of_work(refund.order, line, part.quantity, at_ms)
        else:
            line.returned_units += part.quantity

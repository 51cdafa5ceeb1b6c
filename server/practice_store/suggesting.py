"""What a refund of some units could give back, before anybody decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from server.practice_store.money import ZERO, MoneyBag
from server.practice_store.order_lines import Transaction

if TYPE_CHECKING:
    from server.practice_store.orders import Order


@dataclass(frozen=True, kw_only=True, slots=True)
class SuggestedOrderTransaction:
    """Money that could go back the way it came."""

    parent_transaction: Transaction
    amount: Decimal
    kind: str = "SUGGESTED_REFUND"

    @property
    def gateway(self) -> str:
        """The way it came."""
        return self.parent_transaction.gateway

    @property
    def amount_set(self) -> MoneyBag:
        """How much."""
        return MoneyBag.of(self.amount, self.parent_transaction.currency)


@dataclass(frozen=True, kw_only=True, slots=True)
class SuggestedRefund:
    """What the units come to, as far as it was paid."""

    order: Order
    subtotal: Decimal
    suggested_transactions: list[SuggestedOrderTransaction]

    @property
    def subtotal_set(self) -> MoneyBag:
        """What the units come to."""
        return self.order.bag(self.subtotal)

    @property
    def amount_set(self) -> MoneyBag:
        """What could be given back."""
        return self.order.bag(sum((one.amount for one in self.suggested_transactions), ZERO))


def left_of_payments(order: Order) -> list[tuple[Transaction, Decimal]]:
    """Return each payment with what was not given back of it."""
    found = []
    for payment in order.payments:
        given = (one.amount for one in order.payments if one.parent_transaction is payment)
        left = payment.amount - sum(given, ZERO)
        if payment.pays and left > 0:
            found.append((payment, left))
    return found


def suggest_refund(order: Order, lines: Sequence[Any]) -> SuggestedRefund:
    """Return what units (as the API's input names them) could bring back; units that the order has not are left out."""
    by_id = {line.id: line for line in order.line_items}
    subtotal = sum(
        (
            by_id[one["lineItemId"]].total_of(
                min(one["quantity"], by_id[one["lineItemId"]].refundable_quantity)
            )
            for one in lines
            if one["lineItemId"] in by_id
        ),
        ZERO,
    )
    wanted, transactions = subtotal, []
    for payment, left in left_of_payments(order):
        amount = min(wanted, left)
        if amount > 0:
            transactions.append(
                SuggestedOrderTransaction(parent_transaction=payment, amount=amount)
            )
            wanted -= amount
    return SuggestedRefund(order=order, subtotal=subtotal, suggested_transactions=transactions)

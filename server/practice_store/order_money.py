"""What an order costs, what was paid and what was given back, worked out from its lines and transactions."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from server.practice_store.money import ZERO, MoneyBag, rest_amount

if TYPE_CHECKING:
    from server.practice_store.order_lines import LineItem, ShippingLine, Transaction
    from server.practice_store.refunds import Refund


class OrderMoney:
    """The amounts of an order. `total…` is before anything was returned, `current…` is as the order stands now."""

    __slots__ = ()

    currency_code: str
    cancelled_at: int | None
    payment_expected: bool
    original_total: Decimal
    line_items: list[LineItem]
    shipping_lines: list[ShippingLine]
    payments: list[Transaction]
    refunded: list[Refund]

    def bag(self, amount: Decimal) -> MoneyBag:
        """Return an amount in the order's currency."""
        return MoneyBag.of(amount, self.currency_code)

    # Amounts

    @property
    def subtotal(self) -> Decimal:
        """Lines less discounts, as they stand."""
        return sum((line.current_total for line in self.line_items), ZERO)

    @property
    def ordered_subtotal(self) -> Decimal:
        """Lines less discounts, with what has left the order since."""
        return sum((line.total_of(line.quantity) for line in self.line_items), ZERO)

    @property
    def ordered_shipping(self) -> Decimal:
        """Delivery charges as they were."""
        return sum((line.price for line in self.shipping_lines), ZERO)

    @property
    def refunded_shipping(self) -> Decimal:
        """Delivery charges given back."""
        return sum((one.shipping for one in self.refunded), ZERO)

    @property
    def shipping(self) -> Decimal:
        """Delivery charges as they stand."""
        return self.ordered_shipping - self.refunded_shipping

    @property
    def discounts(self) -> Decimal:
        """All discounts."""
        return sum((line.discount for line in self.line_items), ZERO)

    @property
    def adjustment(self) -> Decimal:
        """Money given back beyond the lines and charges that refunds took out."""
        return sum((one.discrepancy for one in self.refunded), ZERO)

    @property
    def ordered_total(self) -> Decimal:
        """Everything that was ordered, edits included."""
        return self.ordered_subtotal + self.ordered_shipping

    @property
    def total(self) -> Decimal:
        """What the order comes to as it stands."""
        return self.subtotal + self.shipping - self.adjustment

    @property
    def received(self) -> Decimal:
        """What has been paid."""
        return sum((one.amount for one in self.payments if one.pays), ZERO)

    @property
    def given_back(self) -> Decimal:
        """What has been refunded."""
        return sum((one.amount for one in self.payments if one.gives_back), ZERO)

    @property
    def net_payment(self) -> Decimal:
        """What has been paid and not given back."""
        return self.received - self.given_back

    @property
    def authorized(self) -> Decimal:
        """What has been set aside and can be captured."""
        held = (
            one.amount
            for one in self.payments
            if one.kind == "AUTHORIZATION" and one.status == "SUCCESS"
        )
        return sum(held, ZERO)

    @property
    def outstanding(self) -> Decimal:
        """What is still to be paid; below zero, what is owed to the customer (recorded)."""
        return self.total - self.net_payment - self.authorized

    # Statuses

    @property
    def display_financial_status(self) -> str | None:
        """How far it is paid; none when no payment was ever expected (recorded)."""
        if self.given_back:
            return "REFUNDED" if self.given_back >= self.received else "PARTIALLY_REFUNDED"
        if self.authorized:
            return "AUTHORIZED"
        if self.received:
            return "PARTIALLY_PAID" if self.outstanding > 0 else "PAID"
        if not self.payments and not self.payment_expected:
            return None
        return "VOIDED" if self.cancelled_at is not None else "PENDING"

    @property
    def fully_paid(self) -> bool:
        """Whether nothing is outstanding of what was ever to be paid."""
        return self.display_financial_status == "PAID"

    @property
    def unpaid(self) -> bool:
        """Whether nothing was paid."""
        return not self.received

    @property
    def can_mark_as_paid(self) -> bool:
        """Whether the team may mark it as paid."""
        return self.cancelled_at is None and self.outstanding > 0

    @property
    def capturable(self) -> bool:
        """Whether something set aside is to be captured."""
        return self.authorized > 0

    @property
    def payment_gateway_names(self) -> list[str]:
        """How it was or is to be paid."""
        return list(dict.fromkeys(one.gateway for one in self.payments))

    # As the API shows it

    @property
    def total_price_set(self) -> MoneyBag:
        """What was ordered, edits included, before anything was returned."""
        return self.bag(self.ordered_total)

    @property
    def original_total_price_set(self) -> MoneyBag:
        """What it came to when it was placed."""
        return self.bag(self.original_total)

    @property
    def current_total_price_set(self) -> MoneyBag:
        """What it comes to as it stands, paid or not."""
        return self.bag(self.total)

    @property
    def subtotal_price_set(self) -> MoneyBag:
        """Lines less discounts, before anything was returned."""
        return self.bag(self.ordered_subtotal)

    @property
    def current_subtotal_price_set(self) -> MoneyBag:
        """Lines less discounts."""
        return self.bag(self.subtotal)

    @property
    def total_shipping_price_set(self) -> MoneyBag:
        """Delivery charges, before any was given back."""
        return self.bag(self.ordered_shipping)

    @property
    def current_shipping_price_set(self) -> MoneyBag:
        """Delivery charges."""
        return self.bag(self.shipping)

    @property
    def current_total_discounts_set(self) -> MoneyBag:
        """All discounts."""
        return self.bag(self.discounts)

    total_discounts_set = current_total_discounts_set

    @property
    def current_total_tax_set(self) -> MoneyBag:
        """Prices include tax; it is not shown apart."""
        return self.bag(ZERO)

    total_tax_set = current_total_tax_set

    @property
    def current_tax_lines(self) -> list[object]:
        """Prices include tax; it is not shown apart."""
        return []

    @property
    def discount_codes(self) -> list[str]:
        """Discounts are given by hand."""
        return []

    @property
    def total_outstanding_set(self) -> MoneyBag:
        """What is still to be paid."""
        return self.bag(self.outstanding)

    @property
    def total_received_set(self) -> MoneyBag:
        """What has been paid."""
        return self.bag(self.received)

    @property
    def net_payment_set(self) -> MoneyBag:
        """What has been paid and not given back."""
        return self.bag(self.net_payment)

    @property
    def total_refunded_set(self) -> MoneyBag:
        """What has been given back."""
        return self.bag(self.given_back)

    @property
    def total_capturable_set(self) -> MoneyBag:
        """What is set aside."""
        return self.bag(self.authorized)

    @property
    def total_capturable(self) -> str:
        """What is set aside, in the older form."""
        return rest_amount(self.authorized)

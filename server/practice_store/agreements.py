"""What was agreed about an order, step by step: the order itself, then each edit, return and refund, with its money.

Units and amounts that leave the order are below zero. Numbers of agreements and sales are made from those of what they
are about: making an agreement takes no number, so that journals of before there were any give the same ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from server.practice_store.identity import gid_of
from server.practice_store.money import ZERO, MoneyBag
from server.practice_store.order_lines import LineItem, ShippingLine

if TYPE_CHECKING:
    from server.practice_store.orders import Order
    from server.practice_store.refunds import Refund
    from server.practice_store.returns import Return


@dataclass(frozen=True, kw_only=True, slots=True)
class Sale:
    """Units or money that came into the order (ORDER) or left it (RETURN). Amounts include discounts."""

    number: int
    action_type: str
    amount: Decimal
    currency: str
    quantity: int | None = None
    line_type: ClassVar[str]

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("Sale", self.number)

    @property
    def total_amount(self) -> MoneyBag:
        """What it came to."""
        return MoneyBag.of(self.amount, self.currency)

    @property
    def discount(self) -> Decimal:
        """The discount in it."""
        return ZERO

    @property
    def total_discount_amount_after_taxes(self) -> MoneyBag:
        """The discount in it."""
        return MoneyBag.of(self.discount, self.currency)

    total_discount_amount_before_taxes = total_discount_amount_after_taxes

    @property
    def total_tax_amount(self) -> MoneyBag:
        """Prices include tax; it is not shown apart."""
        return MoneyBag.of(ZERO, self.currency)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductSale(Sale):
    """Units of a line."""

    line_item: LineItem
    line_type: ClassVar[str] = "PRODUCT"

    @property
    def discount(self) -> Decimal:
        """The line's discount on these units."""
        units = self.quantity or 0
        return self.line_item.price * units - self.amount


@dataclass(frozen=True, kw_only=True, slots=True)
class ShippingLineSale(Sale):
    """A delivery charge, or part of it."""

    shipping_line: ShippingLine
    line_type: ClassVar[str] = "SHIPPING"


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentSale(Sale):
    """Money given back that is no line's."""

    line_type: ClassVar[str] = "ADJUSTMENT"


@dataclass(kw_only=True, eq=False, slots=True)
class Agreement:
    """One step. The classes have the names of the API's types."""

    number: int
    happened_at: int
    sales: list[Sale] = field(default_factory=list)
    app: None = None
    reason: ClassVar[str]

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("SalesAgreement", self.number)

    def add_units(self, line: LineItem, units: int, *, taken_out: bool = False) -> None:
        """Note units of a line that came in, or were taken out."""
        if not units:
            return
        signed = -units if taken_out else units
        self.sales.append(
            ProductSale(
                number=self.number + len(self.sales) + 1,
                action_type="RETURN" if taken_out else "ORDER",
                quantity=signed,
                amount=line.total_of(signed),
                currency=line.order.currency_code,
                line_item=line,
            )
        )

    def add_shipping(self, line: ShippingLine, amount: Decimal) -> None:
        """Note a delivery charge (above zero) or part of one given back (below)."""
        if amount:
            self.sales.append(
                ShippingLineSale(
                    number=self.number + len(self.sales) + 1,
                    action_type="ORDER" if amount > 0 else "RETURN",
                    amount=amount,
                    currency=line.currency,
                    shipping_line=line,
                )
            )

    def add_adjustment(self, order: Order, amount: Decimal) -> None:
        """Note money given back beyond lines and charges."""
        if amount:
            self.sales.append(
                AdjustmentSale(
                    number=self.number + len(self.sales) + 1,
                    action_type="RETURN",
                    amount=amount,
                    currency=order.currency_code,
                )
            )


@dataclass(kw_only=True, eq=False, slots=True)
class OrderAgreement(Agreement):
    """The order as placed."""

    order: Order
    reason: ClassVar[str] = "ORDER"


@dataclass(kw_only=True, eq=False, slots=True)
class OrderEditAgreement(Agreement):
    """What the team changed before it was shipped."""

    reason: ClassVar[str] = "ORDER_EDIT"


@dataclass(kw_only=True, eq=False, slots=True)
class RefundAgreement(Agreement):
    """Units taken out and money given back."""

    refund: Refund
    reason: ClassVar[str] = "REFUND"


@dataclass(kw_only=True, eq=False, slots=True)
class ReturnAgreement(Agreement):
    """A return, with what is sent in exchange."""

    of_return: Return
    reason: ClassVar[str] = "RETURN"

    @property
    def return_(self) -> Return:
        """What comes back, and what goes out for it."""
        return self.of_return


def agree_on_order(order: Order) -> None:
    """Note the order as placed."""
    agreement = OrderAgreement(number=order.number, happened_at=order.created_at, order=order)
    for line in order.line_items:
        agreement.add_units(line, line.quantity)
    for charge in order.shipping_lines:
        agreement.add_shipping(charge, charge.price)
    order.agreed.append(agreement)

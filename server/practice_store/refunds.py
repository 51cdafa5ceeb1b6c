"""Refunds: units that leave an order, and money that goes back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from server.practice_store.identity import gid_of
from server.practice_store.money import ZERO, MoneyBag

if TYPE_CHECKING:
    from server.practice_store.order_lines import LineItem, Transaction
    from server.practice_store.orders import Order
    from server.practice_store.returns import Return
    from server.practice_store.shop import Location


@dataclass(frozen=True, kw_only=True, slots=True)
class RefundLineItem:
    """Units of a line that a refund took out of the order. `restock_type` is CANCEL, NO_RESTOCK or RETURN."""

    number: int
    line_item: LineItem
    quantity: int
    restock_type: str
    subtotal: Decimal
    location: Location | None = None

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("RefundLineItem", self.number)

    @property
    def restocked(self) -> bool:
        """Whether the units went back on the shelf."""
        return self.restock_type != "NO_RESTOCK"

    @property
    def subtotal_set(self) -> MoneyBag:
        """What the units had come to."""
        return self.line_item.order.bag(self.subtotal)


@dataclass(kw_only=True, eq=False, slots=True)
class Refund:
    """One refund. `shipping` is the part of the delivery charges in it."""

    number: int
    order: Order
    created_at: int
    note: str | None
    refund_line_items: list[RefundLineItem]
    transactions: list[Transaction]
    shipping: Decimal = ZERO
    of_return: Return | None = None
    restocks: bool = False

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("Refund", self.number)

    @property
    def legacy_resource_id(self) -> int:
        """The number in the gid."""
        return self.number

    @property
    def updated_at(self) -> int:
        """A refund is never changed."""
        return self.created_at

    @property
    def return_(self) -> Return | None:
        """The return that it belongs to."""
        return self.of_return

    @property
    def total(self) -> Decimal:
        """What was given back."""
        return sum((one.amount for one in self.transactions if one.gives_back), ZERO)

    @property
    def discrepancy(self) -> Decimal:
        """What was given back beyond the units and the delivery charges that it took out; not below zero."""
        taken_out = sum((one.subtotal for one in self.refund_line_items), ZERO) + self.shipping
        return max(ZERO, self.total - taken_out)

    @property
    def total_refunded_set(self) -> MoneyBag:
        """What was given back."""
        return self.order.bag(self.total)

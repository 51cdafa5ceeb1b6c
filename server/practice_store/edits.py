"""An order edit on its way: what the order would become. Nothing of it counts until it is committed."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from server.practice_store.catalogue import Image, Variant
from server.practice_store.identity import gid_of
from server.practice_store.money import ZERO, MoneyBag
from server.practice_store.order_lines import Attribute, LineItem, ShippingLine

if TYPE_CHECKING:
    from server.practice_store.orders import Order


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderEditSession:
    """The edit, by another name."""

    number: int

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("OrderEditSession", self.number)


@dataclass(kw_only=True, eq=False, slots=True)
class CalculatedLineItem:
    """A line as it would become: one of the order's (`line`), or an added one. `key` is what its gid ends in."""

    order: Order
    number: int
    key: str
    title: str
    quantity: int
    price: Decimal
    sku: str | None
    variant: Variant | None
    requires_shipping: bool
    line: LineItem | None = None
    location: int | None = None
    restocking: bool = False

    @property
    def id(self) -> str:
        """The gid."""
        return f"gid://shopify/CalculatedLineItem/{self.key}"

    @property
    def quantity_before(self) -> int:
        """Units in the order as it is."""
        return self.line.current_quantity if self.line else 0

    @property
    def uneditable_quantity(self) -> int:
        """Units that are shipped, which no edit takes out."""
        return max(0, self.quantity_before - self.editable_quantity_before_changes)

    @property
    def editable_quantity_before_changes(self) -> int:
        """Units that an edit may take out."""
        return min(self.line.unfulfilled_quantity, self.quantity_before) if self.line else 0

    @property
    def editable_quantity(self) -> int:
        """Units of the line as it would become that an edit may take out."""
        return self.quantity - self.uneditable_quantity

    @property
    def changed_by(self) -> int:
        """Units more (or, below zero, fewer) than in the order as it is."""
        return self.quantity - self.quantity_before

    @property
    def amount(self) -> Decimal:
        """What the line would come to."""
        return self.line.total_of(self.quantity) if self.line else self.price * self.quantity

    @property
    def variant_title(self) -> str | None:
        """The options; None for a custom item."""
        return self.variant.title if self.variant else None

    @property
    def image(self) -> Image | None:
        """The variant's picture."""
        return self.variant.media[0].preview.image if self.variant and self.variant.media else None

    @property
    def custom_attributes(self) -> list[Attribute]:
        """The line's properties."""
        return self.line.custom_attributes if self.line else []

    @property
    def restockable(self) -> bool:
        """Whether units of it could go back on the shelf."""
        return self.variant is not None

    @property
    def has_staged_line_item_discount(self) -> bool:
        """Edits here give no discounts."""
        return False

    @property
    def original_unit_price_set(self) -> MoneyBag:
        """The price of one."""
        return self.order.bag(self.price)

    @property
    def discounted_unit_price_set(self) -> MoneyBag:
        """The price of one, less its share of the discount."""
        share = self.line.discount / self.line.quantity if self.line else ZERO
        return self.order.bag(self.price - share)

    @property
    def editable_subtotal_set(self) -> MoneyBag:
        """What its units that are not shipped would come to."""
        return self.order.bag(self.price * self.editable_quantity)

    @property
    def uneditable_subtotal_set(self) -> MoneyBag:
        """What its shipped units come to."""
        return self.order.bag(self.price * self.uneditable_quantity)


@dataclass(kw_only=True, eq=False, slots=True)
class CalculatedOrder:
    """The order as it would become. A line of the order keeps its number, an added one has a name of its own."""

    number: int
    order: Order
    begun_at: int
    line_items: list[CalculatedLineItem] = field(default_factory=list)
    added_line_items: list[CalculatedLineItem] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("CalculatedOrder", self.number)

    @property
    def session(self) -> OrderEditSession:
        """The edit's other name."""
        return OrderEditSession(number=self.number)

    @property
    def original_order(self) -> Order:
        """The order as it is."""
        return self.order

    @property
    def lines(self) -> list[CalculatedLineItem]:
        """The order's lines and the added ones."""
        return [*self.line_items, *self.added_line_items]

    @property
    def changes(self) -> list[CalculatedLineItem]:
        """The lines that would change."""
        return [line for line in self.lines if line.changed_by]

    @property
    def shipping_lines(self) -> list[ShippingLine]:
        """Edits leave delivery charges as they are, and show only those they add."""
        return []

    @property
    def subtotal_line_items_quantity(self) -> int:
        """Units in the order as it would become."""
        return sum(line.quantity for line in self.lines)

    @property
    def subtotal(self) -> Decimal:
        """Lines less discounts."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        """What the order would come to."""
        return self.order.total - self.order.subtotal + self.subtotal

    @property
    def subtotal_price_set(self) -> MoneyBag:
        """Lines less discounts."""
        return self.order.bag(self.subtotal)

    @property
    def total_price_set(self) -> MoneyBag:
        """What the order would come to."""
        return self.order.bag(self.total)

    @property
    def total_outstanding_set(self) -> MoneyBag:
        """What would be still to pay."""
        return self.order.bag(self.order.outstanding - self.order.total + self.total)


@dataclass(frozen=True, kw_only=True, slots=True)
class CommittedEdit:
    """An edit that counts: units added and removed by line, as `orders/edited` tells them."""

    number: int
    order: Order
    committed_at: int
    begun_at: int
    staff_note: str | None
    notify_customer: bool
    additions: tuple[tuple[LineItem, int], ...]
    removals: tuple[tuple[LineItem, int], ...]
    not_restocked: tuple[LineItem, ...]
    outcome: tuple[str, ...] = ()

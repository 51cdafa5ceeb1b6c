"""What an order is made of: lines, delivery charges, payments, notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from server.practice_store.catalogue import Image, Product, Variant
from server.practice_store.identity import gid_of
from server.practice_store.money import ZERO, MoneyBag

if TYPE_CHECKING:
    from server.practice_store.orders import Order

# What the only variant of a product is called.
NO_CHOICE = "Default Title"
PAYING = frozenset({"SALE", "CAPTURE"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """A note attribute or line property."""

    key: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShippingLine:
    """The delivery chosen at checkout."""

    number: int
    title: str
    price: Decimal
    currency: str
    code: str | None = None
    source: str | None = None

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("ShippingLine", self.number)

    @property
    def original_price_set(self) -> MoneyBag:
        """The charge."""
        return MoneyBag.of(self.price, self.currency)

    @property
    def tax_lines(self) -> list[object]:
        """Prices include tax; it is not shown apart."""
        return []


@dataclass(frozen=True, kw_only=True, slots=True)
class Transaction:
    """A payment made (SUCCESS) or expected (PENDING), or money given back (kind REFUND)."""

    number: int
    order_number: int
    kind: str
    status: str
    gateway: str
    amount: Decimal
    currency: str
    processed_at: int
    parent_transaction: Transaction | None = None
    test: bool = False

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("OrderTransaction", self.number)

    @property
    def amount_set(self) -> MoneyBag:
        """What was or is to be paid, in the shop's currency and the customer's."""
        return MoneyBag.of(self.amount, self.currency)

    @property
    def formatted_gateway(self) -> str:
        """The gateway as people see it."""
        return self.gateway

    @property
    def manual_payment_gateway(self) -> bool:
        """Nothing here goes through a card processor."""
        return True

    @property
    def created_at(self) -> int:
        """When it was noted."""
        return self.processed_at

    @property
    def pays(self) -> bool:
        """Whether money was received by it."""
        return self.status == "SUCCESS" and self.kind in PAYING

    @property
    def gives_back(self) -> bool:
        """Whether money was given back by it."""
        return self.status == "SUCCESS" and self.kind == "REFUND"


@dataclass(kw_only=True, eq=False, slots=True)
class LineItem:
    """A line of an order: a variant, or a custom item.

    `quantity` is what was ordered, and stays when units leave the order. They leave as `removed_units` before they are
    shipped (an edit, a cancellation, a refund of what was not sent) or as `returned_units` after.
    """

    number: int
    order: Order
    title: str
    quantity: int
    price: Decimal
    discount: Decimal
    sku: str | None
    variant: Variant | None
    requires_shipping: bool
    is_gift_card: bool
    taxable: bool = True
    custom_attributes: list[Attribute] = field(default_factory=list)
    removed_units: int = 0
    returned_units: int = 0

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("LineItem", self.number)

    @property
    def variant_title(self) -> str | None:
        """The options; None for a custom item, and where there is nothing to choose."""
        title = self.variant.title if self.variant else None
        return None if title == NO_CHOICE else title

    @property
    def name(self) -> str:
        """Title with options."""
        return f"{self.title} - {self.variant_title}" if self.variant_title else self.title

    @property
    def product(self) -> Product | None:
        """The product; None for a custom item."""
        return self.variant.product if self.variant else None

    @property
    def vendor(self) -> str | None:
        """The product's vendor."""
        return self.variant.product.vendor if self.variant else None

    @property
    def image(self) -> Image | None:
        """The variant's picture, else the product's."""
        if self.variant is None:
            return None
        media = self.variant.media[0] if self.variant.media else self.variant.product.featured_media
        return media.preview.image

    # Units

    @property
    def current_quantity(self) -> int:
        """Units still part of the order, shipped or not."""
        return self.quantity - self.removed_units - self.returned_units

    @property
    def unfulfilled_quantity(self) -> int:
        """Units still to ship."""
        return self.quantity - self.removed_units - self.order.shipped_units(self)

    @property
    def fulfillable_quantity(self) -> int:
        """Units that may be shipped now: none of a cancelled order, none that are held (recorded)."""
        if self.order.cancelled_at is not None:
            return 0
        return self.unfulfilled_quantity - self.order.held_units(self)

    @property
    def non_fulfillable_quantity(self) -> int:
        """Units that never will be shipped: those that left the order before."""
        return self.removed_units

    @property
    def refundable_quantity(self) -> int:
        """Units that no refund took out of the order yet."""
        return self.current_quantity

    @property
    def merchant_editable(self) -> bool:
        """Whether the team may change its quantity: not once all of it is shipped."""
        return self.order.merchant_editable and self.unfulfilled_quantity > 0

    @property
    def restockable(self) -> bool:
        """Whether units of it could go back on the shelf."""
        return self.variant is not None

    @property
    def line_item_group(self) -> None:
        """The store sells no bundles."""
        return

    # Money

    @property
    def original_unit_price_set(self) -> MoneyBag:
        """The price of one."""
        return MoneyBag.of(self.price, self.order.currency_code)

    @property
    def discounted_unit_price_after_all_discounts_set(self) -> MoneyBag:
        """The price of one, less its share of the discounts."""
        share = (self.discount / self.quantity).quantize(Decimal("0.01"))
        return MoneyBag.of(self.price - share, self.order.currency_code)

    @property
    def original_total_set(self) -> MoneyBag:
        """What was ordered of it, before discounts."""
        return MoneyBag.of(self.price * self.quantity, self.order.currency_code)

    @property
    def discounted_total_set(self) -> MoneyBag:
        """What was ordered of it, after discounts."""
        return MoneyBag.of(self.total_of(self.quantity), self.order.currency_code)

    @property
    def discount_allocations(self) -> list[object]:
        """A discount here is the line's own and of no campaign."""
        return []

    @property
    def tax_lines(self) -> list[object]:
        """Prices include tax; it is not shown apart."""
        return []

    def total_of(self, units: int) -> Decimal:
        """Return what so many units come to, with their share of the line's discount."""
        share = self.discount * units / self.quantity if self.quantity else ZERO
        return self.price * units - share

    @property
    def current_total(self) -> Decimal:
        """What the units that are left come to."""
        return self.total_of(self.current_quantity)

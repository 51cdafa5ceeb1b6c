"""Orders as the store keeps them, with everything the API shows of them worked out from what happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from server.practice_store.catalogue import Image, Product, Variant
from server.practice_store.customers import Customer, MailingAddress
from server.practice_store.identity import gid_of
from server.practice_store.money import ZERO, MoneyBag

if TYPE_CHECKING:
    from server.practice_store.fulfillment import Fulfillment, FulfillmentOrder


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
    code: str | None = None

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("ShippingLine", self.number)


@dataclass(frozen=True, kw_only=True, slots=True)
class Transaction:
    """A payment made (SUCCESS) or expected (PENDING)."""

    number: int
    kind: str
    status: str
    gateway: str
    amount: Decimal
    currency: str
    processed_at: int

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("OrderTransaction", self.number)

    @property
    def amount_set(self) -> MoneyBag:
        """What was or is to be paid, in the shop's currency and the customer's."""
        return MoneyBag.of(self.amount, self.currency)


@dataclass(kw_only=True, eq=False, slots=True)
class LineItem:
    """A line of an order: a variant, or a custom item."""

    number: int
    order: Order
    title: str
    quantity: int
    current_quantity: int
    price: Decimal
    discount: Decimal
    sku: str | None
    variant: Variant | None
    requires_shipping: bool
    is_gift_card: bool
    custom_attributes: list[Attribute] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("LineItem", self.number)

    @property
    def variant_title(self) -> str | None:
        """The options; None for a custom item."""
        return self.variant.title if self.variant else None

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

    @property
    def unfulfilled_quantity(self) -> int:
        """Units still to ship."""
        return self.current_quantity - self.order.shipped_units(self)

    @property
    def fulfillable_quantity(self) -> int:
        """Units that may still be shipped: none of a cancelled order."""
        return 0 if self.order.cancelled_at is not None else self.unfulfilled_quantity

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
    def current_total(self) -> Decimal:
        """What the units that are left come to."""
        share = self.discount * self.current_quantity / self.quantity
        return self.price * self.current_quantity - share


@dataclass(kw_only=True, eq=False, slots=True)
class Order:
    """One order. Lists keep their order of making; `updates` are the times it changed, for the lagging search index."""

    number: int
    order_number: int
    created_at: int
    currency_code: str
    customer: Customer | None
    shipping_address: MailingAddress | None
    email: str | None
    phone: str | None
    note: str | None
    tags: list[str]
    custom_attributes: list[Attribute]
    source_name: str
    test: bool
    routed_at: int
    payment_expected: bool = False
    is_routed: bool = False
    updated_at: int = 0
    cancelled_at: int | None = None
    cancel_reason: str | None = None
    closed_at: int | None = None
    line_items: list[LineItem] = field(default_factory=list)
    shipping_lines: list[ShippingLine] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    work: list[FulfillmentOrder] = field(default_factory=list)
    shipments: list[Fulfillment] = field(default_factory=list)
    updates: list[int] = field(default_factory=list)
    confirmed: bool = True
    edited: bool = False
    return_status: str = "NO_RETURN"

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("Order", self.number)

    @property
    def legacy_resource_id(self) -> int:
        """The number in the gid."""
        return self.number

    @property
    def name(self) -> str:
        """E.g. #1001."""
        return f"#{self.order_number}"

    @property
    def processed_at(self) -> int:
        """When it was placed."""
        return self.created_at

    @property
    def closed(self) -> bool:
        """Whether it is archived."""
        return self.closed_at is not None

    @property
    def billing_address(self) -> MailingAddress | None:
        """The same as the shipping address: cash on delivery asks for one address."""
        return self.shipping_address

    @property
    def presentment_currency_code(self) -> str:
        """The store sells in one currency."""
        return self.currency_code

    @property
    def fulfillment_orders(self) -> list[FulfillmentOrder]:
        """The work for locations, once the store has routed the order."""
        return self.work if self.is_routed else []

    @property
    def returns(self) -> list[object]:
        """The store takes no returns yet."""
        return []

    def fulfillments(self, first: int | None = None, **_filters: object) -> list[Fulfillment]:
        """The shipments, newest first."""
        return self.shipments[::-1][:first]

    def touch(self, at_ms: int) -> None:
        """Note a change."""
        self.updated_at = at_ms
        self.updates.append(at_ms)

    # Units

    def shipped_units(self, line: LineItem) -> int:
        """Units of a line inside shipments that were not cancelled."""
        return sum(
            part.quantity
            for shipment in self.shipments
            if shipment.status == "SUCCESS"
            for part in shipment.fulfillment_line_items
            if part.line_item is line
        )

    @property
    def display_fulfillment_status(self) -> str:
        """How much of it is shipped."""
        left = sum(line.unfulfilled_quantity for line in self.line_items)
        shipped = sum(self.shipped_units(line) for line in self.line_items)
        if not shipped:
            return "UNFULFILLED"
        return "PARTIALLY_FULFILLED" if left else "FULFILLED"

    # Money

    def _bag(self, amount: Decimal) -> MoneyBag:
        return MoneyBag.of(amount, self.currency_code)

    @property
    def subtotal(self) -> Decimal:
        """Lines less discounts."""
        return sum((line.current_total for line in self.line_items), ZERO)

    @property
    def shipping(self) -> Decimal:
        """Delivery charges."""
        return sum((line.price for line in self.shipping_lines), ZERO)

    @property
    def discounts(self) -> Decimal:
        """All discounts."""
        return sum((line.discount for line in self.line_items), ZERO)

    @property
    def total(self) -> Decimal:
        """What the customer owes or paid in all."""
        return self.subtotal + self.shipping

    @property
    def received(self) -> Decimal:
        """What has been paid."""
        paid = (one.amount for one in self.transactions if one.status == "SUCCESS")
        return sum(paid, ZERO)

    @property
    def outstanding(self) -> Decimal:
        """What is still to be paid; nothing of a cancelled order."""
        return ZERO if self.cancelled_at is not None else max(ZERO, self.total - self.received)

    @property
    def display_financial_status(self) -> str | None:
        """PENDING, PARTIALLY_PAID, PAID or VOIDED; none when no payment was ever expected."""
        if self.received and not self.outstanding:
            return "PAID"
        if self.cancelled_at is not None:
            return "VOIDED"
        if self.received:
            return "PARTIALLY_PAID"
        return "PENDING" if self.transactions or self.payment_expected else None

    @property
    def fully_paid(self) -> bool:
        """Whether nothing is outstanding."""
        return self.display_financial_status == "PAID"

    @property
    def can_mark_as_paid(self) -> bool:
        """Whether the team may mark it as paid."""
        return self.cancelled_at is None and self.outstanding > 0

    @property
    def payment_gateway_names(self) -> list[str]:
        """How it was or is to be paid."""
        return list(dict.fromkeys(one.gateway for one in self.transactions))

    @property
    def current_total_price_set(self) -> MoneyBag:
        """What the customer owes for the order as it stands, paid or not."""
        return self._bag(self.total)

    total_price_set = current_total_price_set

    @property
    def current_subtotal_price_set(self) -> MoneyBag:
        """Lines less discounts."""
        return self._bag(self.subtotal)

    subtotal_price_set = current_subtotal_price_set

    @property
    def current_shipping_price_set(self) -> MoneyBag:
        """Delivery charges."""
        return self._bag(self.shipping)

    @property
    def current_total_discounts_set(self) -> MoneyBag:
        """All discounts."""
        return self._bag(self.discounts)

    @property
    def current_total_tax_set(self) -> MoneyBag:
        """Prices include tax; it is not shown apart."""
        return self._bag(ZERO)

    @property
    def total_outstanding_set(self) -> MoneyBag:
        """What is still to be paid."""
        return self._bag(self.outstanding)

    @property
    def total_received_set(self) -> MoneyBag:
        """What has been paid."""
        return self._bag(self.received)

    @property
    def total_refunded_set(self) -> MoneyBag:
        """The store gives no refunds yet."""
        return self._bag(ZERO)

"""Returns: units that a customer sends back, what is sent in exchange, and the goods' way back to a location."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from server.practice_store.fulfillment import Fulfillment, FulfillmentLineItem
from server.practice_store.identity import gid_of
from server.practice_store.order_lines import LineItem
from server.practice_store.shop import Location

if TYPE_CHECKING:
    from server.practice_store.catalogue import Variant
    from server.practice_store.orders import Order
    from server.practice_store.refunds import Refund

# What counts against the units of a shipment that may still be returned.
HOLDING_UNITS = frozenset({"REQUESTED", "OPEN", "CLOSED"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnReasonDefinition:
    """A reason a customer may give."""

    number: int
    name: str
    handle: str
    deleted: bool = False

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("ReturnReasonDefinition", self.number)


# The standard ones (recorded), by the older enum's value.
REASONS = {
    "UNKNOWN": ReturnReasonDefinition(number=1, name="Unknown", handle="unknown"),
    "UNWANTED": ReturnReasonDefinition(number=2, name="Changed my mind", handle="changed-my-mind"),
    "NOT_AS_DESCRIBED": ReturnReasonDefinition(
        number=3, name="Item not as described", handle="item-not-as-described"
    ),
    "WRONG_ITEM": ReturnReasonDefinition(
        number=4, name="Received the wrong item", handle="received-the-wrong-item"
    ),
    "OTHER": ReturnReasonDefinition(number=5, name="Other", handle="other-reason"),
    "DEFECTIVE": ReturnReasonDefinition(
        number=6, name="Damaged or defective", handle="damaged-or-defective"
    ),
    "SIZE_TOO_SMALL": ReturnReasonDefinition(number=7, name="Too small", handle="too-small"),
    "SIZE_TOO_LARGE": ReturnReasonDefinition(number=8, name="Too big", handle="too-big"),
    "STYLE": ReturnReasonDefinition(number=9, name="Style", handle="style"),
    "COLOR": ReturnReasonDefinition(number=10, name="Color", handle="color"),
}


@dataclass(kw_only=True, eq=False, slots=True)
class ReturnLineItem:
    """Units of a shipment that come back. Processing counts them as back; until then they are on their way."""

    number: int
    of_return: Return
    fulfillment_line_item: FulfillmentLineItem
    quantity: int
    return_reason: str
    return_reason_note: str
    customer_note: str | None
    processed_quantity: int = 0
    refunded_quantity: int = 0

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("ReturnLineItem", self.number)

    @property
    def return_reason_definition(self) -> ReturnReasonDefinition | None:
        """The reason in the newer form."""
        return REASONS.get(self.return_reason)

    @property
    def unprocessed_quantity(self) -> int:
        """Units not counted as back yet."""
        return self.quantity - self.processed_quantity

    @property
    def processable_quantity(self) -> int:
        """Units that may be counted as back now: none before the return is approved (recorded)."""
        return self.unprocessed_quantity if self.of_return.status == "OPEN" else 0

    @property
    def refundable_quantity(self) -> int:
        """Units no refund was given for."""
        return self.quantity - self.refunded_quantity


@dataclass(kw_only=True, eq=False, slots=True)
class ExchangeLineItem:
    """Something sent for what comes back. Processing makes it a line of the order, with work of its own."""

    number: int
    of_return: Return
    variant: Variant
    quantity: int
    discount: Decimal
    processed_quantity: int = 0
    line_items: list[LineItem] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("ExchangeLineItem", self.number)

    @property
    def unprocessed_quantity(self) -> int:
        """Units not on the order yet."""
        return self.quantity - self.processed_quantity

    @property
    def processable_quantity(self) -> int:
        """Units that may be put on the order now."""
        return self.unprocessed_quantity if self.of_return.status == "OPEN" else 0

    @property
    def line_item(self) -> LineItem | None:
        """The first line that it became."""
        return self.line_items[0] if self.line_items else None

    @property
    def variant_id(self) -> str:
        """The gid of what is sent."""
        return self.variant.id

    @property
    def product_id(self) -> str:
        """The gid of its product."""
        return self.variant.product.id

    @property
    def title(self) -> str:
        """Its product's title."""
        return self.variant.product.title

    @property
    def variant_title(self) -> str:
        """Its options."""
        return self.variant.title

    @property
    def variant_sku(self) -> str:
        """Its SKU."""
        return self.variant.sku


@dataclass(frozen=True, kw_only=True, slots=True)
class ReverseFulfillmentOrderDisposition:
    """What was done with units that came back: RESTOCKED, NOT_RESTOCKED, MISSING or PROCESSING_REQUIRED."""

    number: int
    type: str
    quantity: int
    location: Location | None
    created_at: int

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("ReverseFulfillmentOrderDisposition", self.number)


@dataclass(kw_only=True, eq=False, slots=True)
class ReverseFulfillmentOrderLineItem:
    """Units on their way back."""

    number: int
    return_line: ReturnLineItem
    total_quantity: int
    dispositions: list[ReverseFulfillmentOrderDisposition] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("ReverseFulfillmentOrderLineItem", self.number)

    @property
    def fulfillment_line_item(self) -> FulfillmentLineItem:
        """What of a shipment they were."""
        return self.return_line.fulfillment_line_item

    @property
    def undisposed_quantity(self) -> int:
        """Units nothing was done with yet."""
        return self.total_quantity - sum(one.quantity for one in self.dispositions)


@dataclass(kw_only=True, eq=False, slots=True)
class ReverseFulfillmentOrder:
    """The way back of a return's goods."""

    number: int
    of_return: Return
    line_items: list[ReverseFulfillmentOrderLineItem]
    status: str = "OPEN"

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("ReverseFulfillmentOrder", self.number)

    @property
    def order(self) -> Order:
        """The order that the goods were of."""
        return self.of_return.order

    @property
    def reverse_deliveries(self) -> list[object]:
        """Labels for the way back are not the store's."""
        return []


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnDecline:
    """Why a request was turned down."""

    reason: str
    note: str | None


@dataclass(kw_only=True, eq=False, slots=True)
class Return:
    """One return: REQUESTED by a customer, then OPEN or DECLINED; OPEN, then CLOSED or CANCELED."""

    number: int
    order: Order
    sequence: int
    created_at: int
    status: str
    return_line_items: list[ReturnLineItem] = field(default_factory=list)
    exchange_line_items: list[ExchangeLineItem] = field(default_factory=list)
    reverse_fulfillment_orders: list[ReverseFulfillmentOrder] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    decline: ReturnDecline | None = None
    closed_at: int | None = None
    request_approved_at: int | None = None

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("Return", self.number)

    @property
    def name(self) -> str:
        """E.g. #1001-R1."""
        return f"{self.order.name}-R{self.sequence}"

    @property
    def total_quantity(self) -> int:
        """Units that come back."""
        return sum(line.quantity for line in self.return_line_items)

    @property
    def return_shipping_fees(self) -> list[object]:
        """The store charges nothing for a return."""
        return []

    @property
    def is_processed(self) -> bool:
        """Whether any of it counts already."""
        lines: list[ReturnLineItem | ExchangeLineItem] = [
            *self.return_line_items,
            *self.exchange_line_items,
        ]
        return any(line.processed_quantity for line in lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnableFulfillmentLineItem:
    """Units of a shipment that may still be returned."""

    number: int
    fulfillment_line_item: FulfillmentLineItem
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnableFulfillment:
    """A shipment of which something may be returned."""

    number: int
    fulfillment: Fulfillment
    returnable_fulfillment_line_items: list[ReturnableFulfillmentLineItem]

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("ReturnableFulfillment", self.number)


def returnable_units(order: Order, part: FulfillmentLineItem) -> int:
    """Return how many units of a shipment's line no return took yet."""
    held = sum(
        line.quantity
        for one in order.returned
        if one.status in HOLDING_UNITS
        for line in one.return_line_items
        if line.fulfillment_line_item is part
    )
    return part.quantity - held


def returnable_fulfillments(order: Order) -> list[ReturnableFulfillment]:
    """Return the shipments of which something may still come back."""
    found = []
    for shipment in order.shipments:
        lines = [
            ReturnableFulfillmentLineItem(
                number=part.number,
                fulfillment_line_item=part,
                quantity=returnable_units(order, part),
            )
            for part in shipment.fulfillment_line_items
        ]
        left = [line for line in lines if line.quantity > 0]
        if shipment.status == "SUCCESS" and left:
            found.append(
                ReturnableFulfillment(
                    number=shipment.number,
                    fulfillment=shipment,
                    returnable_fulfillment_line_items=left,
                )
            )
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnChange:
    """Units taken out of a return, as `returns/update` tells them."""

    of_return: Return
    removals: tuple[tuple[ReturnLineItem, int], ...]

    @property
    def number(self) -> int:
        """The return's."""
        return self.of_return.number


@dataclass(frozen=True, kw_only=True, slots=True)
class Disposal:
    """What was done with goods in one go, as `reverse_fulfillment_orders/dispose` tells it."""

    reverse_order: ReverseFulfillmentOrder
    made: tuple[tuple[ReverseFulfillmentOrderLineItem, ReverseFulfillmentOrderDisposition], ...]

    @property
    def number(self) -> int:
        """The reverse fulfillment order's."""
        return self.reverse_order.number

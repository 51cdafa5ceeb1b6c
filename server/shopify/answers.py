"""What the Admin API answers to our documents, decoded as tolerantly as the facts demand.

Nearly everything is optional: protected customer data is null where the plan hides it, and the schema allows null in
most places. Enumerations stay text because they grow with every version. Ids stay whole gids (text), amounts stay text
(`"1909.9"`); translate.py turns them into ours. Fields we did not ask for are ignored.
"""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

Node = TypeVar("Node")


class Answer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of every struct here: camelCase on the wire, unknown fields ignored."""


class PageInfo(Answer, frozen=True, kw_only=True):
    """Where a connection goes on."""

    has_next_page: bool = False
    end_cursor: str | None = None


class Page(msgspec.Struct, Generic[Node], frozen=True, kw_only=True, rename="camel"):
    """One page of a connection."""

    nodes: tuple[Node, ...] = ()
    page_info: PageInfo = PageInfo()


class UserError(Answer, frozen=True, kw_only=True):
    """A refusal by the store's rules, returned as a value."""

    message: str
    field: tuple[str, ...] | None = None


class CodedUserError(UserError, frozen=True, kw_only=True):
    """A refusal that also says its reason in one word, where the operation gives one."""

    code: str | None = None


class Ref(Answer, frozen=True, kw_only=True):
    """Another object, by its gid."""

    id: str


class Money(Answer, frozen=True, kw_only=True):
    """An amount as text, e.g. "1909.9", and its ISO currency."""

    amount: str
    currency_code: str


class ShopMoney(Answer, frozen=True, kw_only=True):
    """A MoneyBag of which we read the store's own currency."""

    shop_money: Money | None = None


class Attribute(Answer, frozen=True, kw_only=True):
    """A note attribute or line property."""

    key: str
    value: str | None = None


class Address(Answer, frozen=True, kw_only=True):
    """A mailing address; any part may be missing."""

    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    province_code: str | None = None
    zip: str | None = None
    country_code_v2: str | None = msgspec.field(default=None, name="countryCodeV2")
    phone: str | None = None


class PhoneNumber(Answer, frozen=True, kw_only=True):
    """A customer's default phone, as the customer wrote it."""

    phone_number: str | None = None


class EmailAddress(Answer, frozen=True, kw_only=True):
    """A customer's default e-mail."""

    email_address: str | None = None


class Customer(Answer, frozen=True, kw_only=True):
    """Who ordered; null as a whole for guests and where access is denied. `number_of_orders` is text."""

    id: str
    display_name: str | None = None
    number_of_orders: str | None = None
    default_phone_number: PhoneNumber | None = None
    default_email_address: EmailAddress | None = None


class ShippingLine(Answer, frozen=True, kw_only=True):
    """The delivery the customer chose."""

    id: str | None = None
    title: str | None = None
    code: str | None = None


class Image(Answer, frozen=True, kw_only=True):
    """A picture, at most 200 pixels wide."""

    url: str


class LineVariant(Answer, frozen=True, kw_only=True):
    """The variant of an order line; null when it was deleted or the line is a custom item."""

    id: str
    barcode: str | None = None
    inventory_item: Ref | None = None


class OrderLine(Answer, frozen=True, kw_only=True):
    """A line of an order. `quantity` never falls; `current_quantity` is what is left after edits and refunds."""

    id: str
    quantity: int
    current_quantity: int
    unfulfilled_quantity: int
    name: str | None = None
    title: str | None = None
    variant_title: str | None = None
    sku: str | None = None
    vendor: str | None = None
    requires_shipping: bool = True
    is_gift_card: bool = False
    variant: LineVariant | None = None
    product: Ref | None = None
    image: Image | None = None
    custom_attributes: tuple[Attribute, ...] = ()
    original_unit_price_set: ShopMoney | None = None
    discounted_unit_price_after_all_discounts_set: ShopMoney | None = None


class AssignedLocation(Answer, frozen=True, kw_only=True):
    """Where a fulfillment order is to ship from; `location` is null once that location is deleted."""

    name: str | None = None
    location: Ref | None = None


class DeliveryMethod(Answer, frozen=True, kw_only=True):
    """How the goods reach the customer: SHIPPING, PICK_UP, LOCAL, NONE and more."""

    method_type: str | None = None


class SupportedAction(Answer, frozen=True, kw_only=True):
    """What may be done with a fulfillment order now: CREATE_FULFILLMENT, MOVE, HOLD and more."""

    action: str


class Hold(Answer, frozen=True, kw_only=True):
    """Why a fulfillment order must wait."""

    id: str
    handle: str | None = None
    reason: str | None = None
    reason_notes: str | None = None
    held_by_requesting_app: bool = False


class FulfillmentOrderLine(Answer, frozen=True, kw_only=True):
    """Units of one order line that one location is to ship."""

    id: str
    total_quantity: int
    remaining_quantity: int
    line_item: Ref | None = None
    inventory_item_id: str | None = None


class FulfillmentOrder(Answer, frozen=True, kw_only=True):
    """Work for one location. Ids are not stable (moves, splits and cancels make new ones): key by order line."""

    id: str
    status: str
    request_status: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    fulfill_at: str | None = None
    assigned_location: AssignedLocation | None = None
    delivery_method: DeliveryMethod | None = None
    supported_actions: tuple[SupportedAction, ...] = ()
    fulfillment_holds: tuple[Hold, ...] = ()
    line_items: Page[FulfillmentOrderLine] = Page[FulfillmentOrderLine]()


class TrackingInfo(Answer, frozen=True, kw_only=True):
    """One parcel's tracking."""

    company: str | None = None
    number: str | None = None
    url: str | None = None


class FulfillmentLine(Answer, frozen=True, kw_only=True):
    """Units of one order line inside one fulfillment."""

    id: str
    quantity: int | None = None
    line_item: Ref | None = None


class Fulfillment(Answer, frozen=True, kw_only=True):
    """A shipment: one location, one order."""

    id: str
    status: str
    name: str | None = None
    legacy_resource_id: str | None = None
    display_status: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    in_transit_at: str | None = None
    delivered_at: str | None = None
    location: Ref | None = None
    tracking_info: tuple[TrackingInfo, ...] = ()
    fulfillment_line_items: Page[FulfillmentLine] = Page[FulfillmentLine]()


class Order(Answer, frozen=True, kw_only=True):
    """An order with its fulfillment. Times are ISO 8601 text in UTC, to the second."""

    id: str
    name: str
    created_at: str
    updated_at: str
    legacy_resource_id: str | None = None
    processed_at: str | None = None
    cancelled_at: str | None = None
    cancel_reason: str | None = None
    closed_at: str | None = None
    confirmed: bool = True
    edited: bool = False
    test: bool = False
    source_name: str | None = None
    note: str | None = None
    tags: tuple[str, ...] = ()
    custom_attributes: tuple[Attribute, ...] = ()
    email: str | None = None
    phone: str | None = None
    customer: Customer | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_lines: Page[ShippingLine] = Page[ShippingLine]()
    display_financial_status: str | None = None
    display_fulfillment_status: str | None = None
    return_status: str | None = None
    fully_paid: bool = False
    can_mark_as_paid: bool = False
    payment_gateway_names: tuple[str, ...] = ()
    currency_code: str | None = None
    presentment_currency_code: str | None = None
    current_total_price_set: ShopMoney | None = None
    current_subtotal_price_set: ShopMoney | None = None
    current_shipping_price_set: ShopMoney | None = None
    current_total_discounts_set: ShopMoney | None = None
    current_total_tax_set: ShopMoney | None = None
    total_outstanding_set: ShopMoney | None = None
    total_received_set: ShopMoney | None = None
    total_refunded_set: ShopMoney | None = None
    line_items: Page[OrderLine] = Page[OrderLine]()
    fulfillment_orders: Page[FulfillmentOrder] = Page[FulfillmentOrder]()
    fulfillments: tuple[Fulfillment, ...] = ()


class ChangedOrder(Answer, frozen=True, kw_only=True):
    """An order in a listing of changes: enough to decide whether to read it."""

    id: str
    name: str
    created_at: str
    updated_at: str
    cancelled_at: str | None = None
    closed_at: str | None = None
    display_financial_status: str | None = None
    display_fulfillment_status: str | None = None
    return_status: str | None = None

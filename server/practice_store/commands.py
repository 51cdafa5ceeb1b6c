"""Everything that can change the practice store, as data.

A command holds no chance: whatever is random was drawn before. So the journal of accepted commands is the store: applied
again in order at their recorded times they give the same orders, ids and webhooks.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """Base of all commands."""


class AddressDraft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An address as the customer typed it."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    province_code: str | None = None
    zip: str | None = None
    country_code: str = "PK"
    phone: str | None = None


class CustomerDraft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who orders. The same e-mail or phone as an earlier customer is the same customer."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None


class LineDraft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line to order: a variant (by number), or a custom item by title and price.

    `location` (a location's number) routes the line there; by default everything ships from the first location.
    """

    variant: int | None = None
    quantity: int = 1
    title: str | None = None
    sku: str | None = None
    price: Decimal | None = None
    discount: Decimal = Decimal(0)
    requires_shipping: bool = True
    gift_card: bool = False
    taxable: bool = True
    properties: tuple[tuple[str, str], ...] = ()
    location: int | None = None


class TransactionDraft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A payment made or expected with the order. No amount means the whole total."""

    gateway: str
    kind: str = "SALE"
    status: str = "PENDING"
    amount: Decimal | None = None


class SeedCatalogue(Command, frozen=True, kw_only=True):
    """Fill the empty store with its standard locations and catalogue."""


class PlaceOrder(Command, frozen=True, kw_only=True, omit_defaults=True):
    """A customer orders. `payment_expected` stands for a payment that no transaction shows yet."""

    lines: tuple[LineDraft, ...]
    customer: CustomerDraft | None = None
    shipping_address: AddressDraft | None = None
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    tags: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    shipping_price: Decimal = Decimal(0)
    shipping_title: str | None = None
    shipping_code: str | None = None
    shipping_source: str | None = None
    transactions: tuple[TransactionDraft, ...] = ()
    payment_expected: bool = False
    currency: str = "PKR"
    source_name: str = "web"
    test: bool = False
    routed_after_ms: int = 0
    processed_at_ms: int | None = None


class EditContact(Command, frozen=True, kw_only=True, omit_defaults=True):
    """The team corrects an order's phone, note or address. What is None stays."""

    order: int
    phone: str | None = None
    email: str | None = None
    note: str | None = None
    tags: tuple[str, ...] | None = None
    shipping_address: AddressDraft | None = None
    attributes: tuple[tuple[str, str], ...] | None = None
    po_number: str | None = None


class CancelOrder(Command, frozen=True, kw_only=True, omit_defaults=True):
    """The team cancels an order that has nothing shipped; `refund` gives back all that was paid, the way it came."""

    order: int
    reason: str = "CUSTOMER"
    notify_customer: bool = False
    staff_note: str | None = None
    restock: bool = False
    refund: bool = False


class MarkPaid(Command, frozen=True, kw_only=True):
    """The team marks what is outstanding as paid."""

    order: int


class ShipLine(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a fulfillment-order line, both by gid or number as the caller had them."""

    id: str
    quantity: int


class ShipGroup(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to ship of one fulfillment order (by gid); no lines means all that remains."""

    fulfillment_order: str
    lines: tuple[ShipLine, ...] | None = None


class Parcel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tracking of one or several parcels."""

    company: str | None = None
    numbers: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


class CreateFulfillment(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Ship, over the API or by hand in the store."""

    groups: tuple[ShipGroup, ...]
    parcel: Parcel | None = None
    notify_customer: bool = False
    message: str | None = None
    by: str = "app"


class UpdateTracking(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Replace a fulfillment's tracking."""

    fulfillment: str
    parcel: Parcel
    notify_customer: bool = False


class CreateEvent(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Say what happened to a parcel."""

    fulfillment: str
    status: str
    happened_at_ms: int | None = None
    estimated_delivery_at_ms: int | None = None
    message: str | None = None
    address1: str | None = None
    city: str | None = None
    province: str | None = None
    country: str | None = None
    zip: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class CancelFulfillment(Command, frozen=True, kw_only=True):
    """Take a fulfillment back."""

    fulfillment: str


class Subscribe(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Subscribe an address to a topic (GraphQL's spelling, e.g. ORDERS_CREATE)."""

    topic: str
    uri: str
    name: str | None = None
    filter: str | None = None
    format: str = "JSON"
    include_fields: tuple[str, ...] = ()
    metafield_namespaces: tuple[str, ...] = ()
    metafields: tuple[tuple[str, str], ...] = ()


class DropSubscription(Command, frozen=True, kw_only=True):
    """The store removes a subscription whose deliveries keep failing."""

    subscription: int


class UserError(msgspec.Struct, frozen=True, kw_only=True):
    """Why a command was not accepted, in the store's words (`field` is the path in the API's input)."""

    message: str
    field: tuple[str, ...] | None = None
    code: str | None = None


class ElementError(UserError, frozen=True, kw_only=True):
    """A refusal of a value that may be a list; it tells which element."""

    element_index: int | None = None

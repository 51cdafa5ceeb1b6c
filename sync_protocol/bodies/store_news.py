"""What the store showed, and what time alone brought about. The server's own ops."""

from typing import Annotated

from msgspec import Meta, Struct

from sync_protocol.bodies.parts import AnId, Count, EpochMs, Money
from sync_protocol.codes import Code
from sync_protocol.fulfillments import ShopifyState
from sync_protocol.ids import BranchId, FulfillmentId, OrderId, OrderLineId, StaffId, VariantId
from sync_protocol.limits import LINES_MAX, MONEY_PAISA_MAX, UNITS_MAX
from sync_protocol.orders import Contact, StoreFulfillment
from sync_protocol.outcomes import EffectKind


class SeenLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order line as the store showed it. `fulfilled_units` counts live Shopify fulfillments only."""

    id: Annotated[OrderLineId, AnId]
    variant_id: Annotated[VariantId, AnId] | None
    title: str
    variant_title: str | None = None
    sku: str | None = None
    ordered_units: Count
    current_units: Count
    unit_paisa: Money
    ships: bool = True
    fulfilled_units: Count = 0


class SeenSale(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an agreement put on (positive) or took off (negative) a line; `paisa` after discount and tax, signed.

    Without a line it is money alone: delivery, a fee, an adjustment.
    """

    order_line_id: Annotated[OrderLineId, AnId] | None = None
    units: Annotated[int, Meta(ge=-UNITS_MAX, le=UNITS_MAX)] = 0
    paisa: Annotated[int, Meta(ge=-MONEY_PAISA_MAX, le=MONEY_PAISA_MAX)] = 0


class SeenAgreement(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One order edit, or one return with its exchange lines, as the store accounts for it."""

    id: str
    happened_at: EpochMs
    sales: Annotated[tuple[SeenSale, ...], Meta(max_length=LINES_MAX)] = ()


class SeenReturnLine(Struct, frozen=True, kw_only=True):
    """Units of a line that the customer is to send back."""

    order_line_id: Annotated[OrderLineId, AnId]
    units: Count


class SeenReturn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A return of the store's own: `open` until it is closed, declined or cancelled there."""

    gid: str
    open: bool
    lines: Annotated[tuple[SeenReturnLine, ...], Meta(max_length=LINES_MAX)] = ()


class ShopifyOrder(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One reading of an order from the store, already in our words. News.

    `agreements` are those after the first, oldest first; None where the store would not show them.
    """

    id: Annotated[OrderId, AnId]
    gid: str
    name: str
    placed_at: EpochMs
    updated_at: EpochMs
    cancelled_at: EpochMs | None = None
    financial_status: str
    cod: bool
    total_paisa: Money
    outstanding_paisa: Money
    currency: str = "PKR"
    contact: Contact
    note: str | None = None
    tags: tuple[str, ...] = ()
    lines: Annotated[tuple[SeenLine, ...], Meta(max_length=LINES_MAX)]
    fulfillments: Annotated[tuple[StoreFulfillment, ...], Meta(max_length=LINES_MAX)] = ()
    agreements: Annotated[tuple[SeenAgreement, ...], Meta(max_length=LINES_MAX)] | None = None
    returns: Annotated[tuple[SeenReturn, ...], Meta(max_length=LINES_MAX)] = ()


class ShopifyOutcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of our own write, by the `key` of its intent. News.

    It was about a shipment, about an order as a whole, or about what moved on a branch's shelf.
    """

    fulfillment_id: Annotated[FulfillmentId, AnId] | None = None
    order_id: Annotated[OrderId, AnId] | None = None
    branch_id: Annotated[BranchId, AnId] | None = None
    key: str | None = None
    effect: EffectKind = EffectKind.SHOPIFY_FULFILL
    state: ShopifyState
    shopify_fulfillment_gid: str | None = None
    error: str | None = None


class StoreContact(Struct, frozen=True, kw_only=True):
    """What a file exported from the store shows of an order's customer, where the store's plan hides it from apps. News.

    `imported_by` brought the file.
    """

    order_id: Annotated[OrderId, AnId]
    contact: Contact
    imported_by: Annotated[StaffId, AnId]


class TimePassed(Struct, frozen=True, kw_only=True):
    """An order's hour has come: a callback is due, or nobody named the branch in time. News."""

    order_id: Annotated[OrderId, AnId]


class ServerFinding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The server found something out about its own books: a hole, or a ledger that is not the one phones saw. News.

    `detail` names versions, numbers and devices.
    """

    code: Code
    branch_id: Annotated[BranchId, AnId] | None = None
    detail: str = ""

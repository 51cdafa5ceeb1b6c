"""What a device records: the op, its kinds and their bodies."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from sync_protocol.fulfillments import ShopifyState
from sync_protocol.ids import (
    BranchId,
    FulfillmentId,
    OrderId,
    OrderLineId,
    VariantId,
)
from sync_protocol.limits import (
    ID_MAX,
    INTEGER_MAX,
    LINES_MAX,
    MONEY_PAISA_MAX,
    TEXT_MAX,
    UNITS_MAX,
)
from sync_protocol.orders import Channel, Contact

Units = Annotated[int, Meta(ge=1, le=UNITS_MAX)]
Money = Annotated[int, Meta(ge=0, le=MONEY_PAISA_MAX)]
Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Count = Annotated[int, Meta(ge=0, le=UNITS_MAX)]
NO_NUL = r"^[^\x00]*$"
"""What may stand in text that is stored; PostgreSQL cannot keep a NUL."""

AnId = Meta(min_length=1, max_length=ID_MAX, pattern=NO_NUL)
AName = Meta(max_length=200, pattern=NO_NUL)
ACount = Meta(ge=0, le=INTEGER_MAX)

EpochMs = Annotated[int, Meta(ge=0, le=INTEGER_MAX)]


class OpClass(StrEnum):
    """A fact happened and is never refused; a claim can lose a race; news comes from the store alone."""

    FACT = "fact"
    CLAIM = "claim"
    NEWS = "news"


class OpKind(StrEnum):
    """Every kind that this version can decide. Any other parks."""

    CONFIRM = "confirm"
    CREATE_FULFILLMENT = "create_fulfillment"
    PACK = "pack"
    UNPACK = "unpack"
    DISPATCH = "dispatch"
    DELIVER = "deliver"
    MANUAL_FULFILLMENT = "manual_fulfillment"
    OPENING_STOCK = "opening_stock"
    SHOPIFY_ORDER = "shopify_order"
    SHOPIFY_OUTCOME = "shopify_outcome"


class LineUnits(Struct, frozen=True, kw_only=True):
    """Units of one order line."""

    order_line_id: Annotated[OrderLineId, AnId]
    units: Units


class VariantUnits(Struct, frozen=True, kw_only=True):
    """Units of one variant."""

    variant_id: Annotated[VariantId, AnId]
    units: Units


Lines = Annotated[tuple[LineUnits, ...], Meta(min_length=1, max_length=LINES_MAX)]


class Confirm(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The customer said yes. Claim."""

    order_id: Annotated[OrderId, AnId]
    channel: Channel = Channel.CALL
    note: Text | None = None


class CreateFulfillment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Reserve units of an order at a branch for one shipment. Claim.

    `override_reason` lets a supervisor go ahead without the customer's confirmation.
    """

    fulfillment_id: Annotated[FulfillmentId, AnId]
    order_id: Annotated[OrderId, AnId]
    branch_id: Annotated[BranchId, AnId]
    lines: Lines
    override_reason: Text | None = None


class Pack(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The goods left the shelf for this shipment. Fact. Without lines: all that the shipment holds."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    lines: Annotated[tuple[LineUnits, ...], Meta(max_length=LINES_MAX)] = ()


class Unpack(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The goods went back to the shelf. Fact."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    reason: Text | None = None


class Dispatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The parcel was handed to a courier. Fact. Without a tracking number `no_tracking_reason` says why."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    courier: Name
    tracking_number: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    tracking_url: Text | None = None
    no_tracking_reason: Text | None = None
    notify_customer: bool = True
    collect_paisa: Money | None = None


class Deliver(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The customer has it. Fact. `cash_paisa` is what was taken at the door."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    cash_paisa: Money | None = None
    note: Text | None = None


class ManualFulfillment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody sent these goods and writes it down. Fact; never reaches Shopify (S36)."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    order_id: Annotated[OrderId, AnId]
    branch_id: Annotated[BranchId, AnId]
    lines: Lines
    courier: Name | None = None
    tracking_number: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    note: Text | None = None


class OpeningStock(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a branch held when it began with Rawana; comes in from outside. Fact."""

    branch_id: Annotated[BranchId, AnId]
    lines: Annotated[tuple[VariantUnits, ...], Meta(min_length=1, max_length=LINES_MAX)]
    note: Text | None = None


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


class ShopifyOrder(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One reading of an order from the store, already in our words. News."""

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


class ShopifyOutcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of our own write about one shipment. News."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    state: ShopifyState
    shopify_fulfillment_gid: str | None = None
    error: str | None = None


OpBody = (
    Confirm
    | CreateFulfillment
    | Pack
    | Unpack
    | Dispatch
    | Deliver
    | ManualFulfillment
    | OpeningStock
    | ShopifyOrder
    | ShopifyOutcome
)


class KindRule(Struct, frozen=True, kw_only=True):
    """How one kind is read: its class, its body and the highest body version understood."""

    op_class: OpClass
    body: type[OpBody]
    version: int = 1


KINDS: dict[OpKind, KindRule] = {
    OpKind.CONFIRM: KindRule(op_class=OpClass.CLAIM, body=Confirm),
    OpKind.CREATE_FULFILLMENT: KindRule(op_class=OpClass.CLAIM, body=CreateFulfillment),
    OpKind.PACK: KindRule(op_class=OpClass.FACT, body=Pack),
    OpKind.UNPACK: KindRule(op_class=OpClass.FACT, body=Unpack),
    OpKind.DISPATCH: KindRule(op_class=OpClass.FACT, body=Dispatch),
    OpKind.DELIVER: KindRule(op_class=OpClass.FACT, body=Deliver),
    OpKind.MANUAL_FULFILLMENT: KindRule(op_class=OpClass.FACT, body=ManualFulfillment),
    OpKind.OPENING_STOCK: KindRule(op_class=OpClass.FACT, body=OpeningStock),
    OpKind.SHOPIFY_ORDER: KindRule(op_class=OpClass.NEWS, body=ShopifyOrder),
    OpKind.SHOPIFY_OUTCOME: KindRule(op_class=OpClass.NEWS, body=ShopifyOutcome),
}


def kind_rule(name: str) -> KindRule | None:
    """Return how the kind of that name is read, or None for a kind of a newer version."""
    return _RULES_BY_NAME.get(name)


_RULES_BY_NAME = {kind.value: rule for kind, rule in KINDS.items()}


class Op(Struct, frozen=True, kw_only=True):
    """One thing a person did, as its device recorded it.

    `n` and `prev` place it in the chain of (device, incarnation) and may change when it is offered again; `id` and
    `body` never do. `at` is the device's wall clock in epoch ms, `clock` its [offset to the server, uncertainty] in
    ms, `seen` the stream versions on the screen. `body` stays raw until its kind is known.
    """

    id: Annotated[str, Meta(min_length=1, max_length=ID_MAX)]
    n: Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
    prev: str | None = None
    kind: Annotated[str, Meta(min_length=1, max_length=ID_MAX)]
    v: Annotated[int, Meta(ge=1, le=1_000)] = 1
    by: Annotated[str, Meta(max_length=ID_MAX)] | None = None
    at: Annotated[int, Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)] = 0
    clock: tuple[int, int] | None = None
    seen: dict[str, int] = {}
    deps: tuple[str, ...] = ()
    body: msgspec.Raw = msgspec.Raw(b"{}")

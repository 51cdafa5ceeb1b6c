"""What a device records: the op, its kinds and their bodies, and how raw bytes become one.

Every op is read by itself, so that one unreadable op never holds up its neighbours (rule 3).
"""

import base64
import contextlib
import itertools
import math
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from sync_protocol.canonical import canonical, digest_base64
from sync_protocol.fulfillments import ShopifyState
from sync_protocol.ids import (
    BranchId,
    FulfillmentId,
    OpId,
    OrderId,
    OrderLineId,
    StaffId,
    VariantId,
)
from sync_protocol.limits import (
    ID_MAX,
    INTEGER_MAX,
    LINES_MAX,
    MONEY_PAISA_MAX,
    NESTING_MAX,
    OP_BYTES_MAX,
    TEXT_MAX,
    UNITS_MAX,
)
from sync_protocol.nesting import pruned
from sync_protocol.orders import Channel, Contact

Units = Annotated[int, Meta(ge=1, le=UNITS_MAX)]
Money = Annotated[int, Meta(ge=0, le=MONEY_PAISA_MAX)]
Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Count = Annotated[int, Meta(ge=0, le=UNITS_MAX)]
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

    order_line_id: OrderLineId
    units: Units


class VariantUnits(Struct, frozen=True, kw_only=True):
    """Units of one variant."""

    variant_id: VariantId
    units: Units


Lines = Annotated[tuple[LineUnits, ...], Meta(min_length=1, max_length=LINES_MAX)]


class Confirm(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The customer said yes. Claim."""

    order_id: OrderId
    channel: Channel = Channel.CALL
    note: Text | None = None


class CreateFulfillment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Reserve units of an order at a branch for one shipment. Claim.

    `override_reason` lets a supervisor go ahead without the customer's confirmation.
    """

    fulfillment_id: FulfillmentId
    order_id: OrderId
    branch_id: BranchId
    lines: Lines
    override_reason: Text | None = None


class Pack(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The goods left the shelf for this shipment. Fact. Without lines: all that the shipment holds."""

    fulfillment_id: FulfillmentId
    lines: Annotated[tuple[LineUnits, ...], Meta(max_length=LINES_MAX)] = ()


class Unpack(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The goods went back to the shelf. Fact."""

    fulfillment_id: FulfillmentId
    reason: Text | None = None


class Dispatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The parcel was handed to a courier. Fact. Without a tracking number `no_tracking_reason` says why."""

    fulfillment_id: FulfillmentId
    courier: Name
    tracking_number: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    tracking_url: Text | None = None
    no_tracking_reason: Text | None = None
    notify_customer: bool = True
    collect_paisa: Money | None = None


class Deliver(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The customer has it. Fact. `cash_paisa` is what was taken at the door."""

    fulfillment_id: FulfillmentId
    cash_paisa: Money | None = None
    note: Text | None = None


class ManualFulfillment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody sent these goods and writes it down. Fact; never reaches Shopify (S36)."""

    fulfillment_id: FulfillmentId
    order_id: OrderId
    branch_id: BranchId
    lines: Lines
    courier: Name | None = None
    tracking_number: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    note: Text | None = None


class OpeningStock(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a branch held when it began with Rawana; comes in from outside. Fact."""

    branch_id: BranchId
    lines: Annotated[tuple[VariantUnits, ...], Meta(min_length=1, max_length=LINES_MAX)]
    note: Text | None = None


class SeenLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order line as the store showed it. `fulfilled_units` counts live Shopify fulfillments only."""

    id: OrderLineId
    variant_id: VariantId | None
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

    id: OrderId
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

    fulfillment_id: FulfillmentId
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


class ReadOp(Struct, frozen=True, kw_only=True):
    """An op with its body understood, or the code that says why not.

    `refs` are the entities that it touches as far as they can be told (`order/…`, `fulfillment/…`), also for bodies
    that are not understood: what depends on a parked op must park behind it.
    """

    op: Op
    body: OpBody | None
    problem: str | None = None
    detail: str | None = None
    refs: tuple[str, ...] = ()
    content_hash: str = ""

    @property
    def op_id(self) -> OpId:
        """The op's identity, for ever."""
        return OpId(self.op.id)

    @property
    def by(self) -> StaffId | None:
        """Who acted, when the op says so."""
        return None if self.op.by is None else StaffId(self.op.by)


class Unreadable(Struct, frozen=True, kw_only=True):
    """Bytes in an op's place that are not even an envelope. `id` and `n` are given where they could be made out."""

    id: OpId
    n: int | None
    detail: str


_decode_op = msgspec.json.Decoder(Op)
_decode_any = msgspec.json.Decoder()

TOO_DEEP = "nested too deeply"

_REFERENCES = {"order_id": "order", "fulfillment_id": "fulfillment"}


def read_op(raw: bytes, bytes_max: int = OP_BYTES_MAX) -> ReadOp | Unreadable:
    """Read one op from the bytes that stood in the batch; only the server's own news may be larger than a phone's op.

    Never raises on any bytes: what cannot be read is answered as `Unreadable`, what cannot be understood as a
    `ReadOp` without a body.
    """
    if len(raw) > bytes_max:
        return _not_usable(raw, f"larger than {bytes_max} bytes")
    try:
        op = _decode_op.decode(raw)
        body = _decode_any.decode(op.body)
    except RecursionError:
        return _not_usable(raw, TOO_DEEP)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _unreadable(raw, str(error))
    if (trouble := unclean([op.id, op.kind, op.by, op.prev, op.seen, op.deps, body])) is not None:
        return _not_usable(raw, trouble)
    refs, content = references(body), content_hash(op, body)
    rule = kind_rule(op.kind)
    if rule is None or op.v > rule.version:
        return ReadOp(op=op, body=None, problem="unknown_kind", refs=refs, content_hash=content)
    try:
        typed = msgspec.convert(body, rule.body, strict=True)
    except msgspec.ValidationError as error:
        return ReadOp(
            op=op, body=None, problem="invalid", detail=str(error), refs=refs, content_hash=content
        )
    return ReadOp(op=op, body=typed, refs=refs, content_hash=content)


def _not_usable(raw: bytes, detail: str) -> ReadOp | Unreadable:
    """Answer for an op whose envelope can be made out although its content can never be used."""
    try:
        op = _decode_op.decode(pruned(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _unreadable(raw, detail)
    if unclean([op.id, op.kind, op.by, op.deps]) is not None:
        return _unreadable(raw, detail)
    return ReadOp(op=op, body=None, problem="invalid", detail=detail)


def content_hash(op: Op, body: object) -> str:
    """Return what must never differ under one op id: kind, version and body, whatever their place in the chain."""
    return digest_base64(canonical([op.kind, op.v, body]))


def link_hashes(raw: bytes) -> frozenset[str]:
    """Return the values that the next op's `prev` may carry for this op.

    The rule is base64 SHA-256 of the op's JSON exactly as it was sent. The canonical form counts too, so that an op
    which travelled through an exported file, and was written anew there, still links.
    """
    links = {digest_base64(raw)}
    with contextlib.suppress(msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        links.add(digest_base64(canonical(_decode_any.decode(raw))))
    return frozenset(links)


def references(body: object) -> tuple[str, ...]:
    """Return the entities that a body names, by the names of its fields alone."""
    if not isinstance(body, dict):
        return ()
    return tuple(
        f"{noun}/{body[field]}"
        for field, noun in _REFERENCES.items()
        if isinstance(body.get(field), str)
    )


def unclean(value: object, depth: int = 0) -> str | None:
    """Return why a decoded value cannot be stored or shown exactly everywhere, or None.

    NUL cannot be stored as text by PostgreSQL; an integer beyond 2^53 is rounded by every phone.
    """
    if isinstance(value, str):
        return "text holds a NUL character" if "\x00" in value else None
    if isinstance(value, int):
        return "integer beyond 2^53" if abs(value) > INTEGER_MAX else None
    if isinstance(value, float):
        return None if math.isfinite(value) else "number out of range"
    if depth > NESTING_MAX:
        return TOO_DEEP
    parts: Iterable[object] = ()
    if isinstance(value, dict):
        parts = itertools.chain(value.keys(), value.values())
    elif isinstance(value, list | tuple):
        parts = value
    return next((t for part in parts if (t := unclean(part, depth + 1)) is not None), None)


def _unreadable(raw: bytes, detail: str) -> Unreadable:
    """Name unreadable bytes by their own hash, unless they carry an id that can be made out."""
    found: object = None
    with contextlib.suppress(msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        found = _decode_any.decode(pruned(raw))
    named = found if isinstance(found, dict) else {}
    claimed, n = named.get("id"), named.get("n")
    usable = isinstance(claimed, str) and 0 < len(claimed) <= ID_MAX and "\x00" not in claimed
    counted = isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= INTEGER_MAX
    return Unreadable(
        id=OpId(str(claimed) if usable else "unreadable-" + _hash_name(raw)),
        n=n if counted else None,
        detail=detail[:TEXT_MAX],
    )


def _hash_name(raw: bytes) -> str:
    return (
        base64.urlsafe_b64encode(base64.b64decode(digest_base64(raw))).decode("ascii").rstrip("=")
    )

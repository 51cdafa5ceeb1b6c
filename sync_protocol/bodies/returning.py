"""Goods that come back, and what is found when they do."""

from typing import Annotated

from msgspec import Meta, Struct

from sync_protocol.bodies.parts import AnId, Goods, SomeLines, Text, Units
from sync_protocol.fulfillments import Disposition, ReturnKind
from sync_protocol.ids import BranchId, FulfillmentId, OrderLineId, ReturnId, VariantId
from sync_protocol.limits import LINES_MAX


class InitiateReturn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A shipment, or (with lines) a part of it, is on its way back. Fact; nothing moves before it is received (A7)."""

    return_id: Annotated[ReturnId, AnId]
    fulfillment_id: Annotated[FulfillmentId, AnId]
    return_kind: ReturnKind = ReturnKind.RTO
    lines: SomeLines = ()
    to_branch_id: Annotated[BranchId, AnId] | None = None
    reason: Text | None = None


class ResumeDelivery(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The return is off: the parcel goes out to the customer again. Fact."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    reason: Text | None = None


class ReceivedLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units of one order line as they came back. For a wrong item `came_variant_id` is what lay in the parcel."""

    order_line_id: Annotated[OrderLineId, AnId]
    units: Units
    disposition: Disposition
    came_variant_id: Annotated[VariantId, AnId] | None = None


class ReturnReceive(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A returned parcel was opened at a branch. Fact: the one way in which returned goods come into stock.

    `return_kind` says what kind of return this is when nobody had announced one.
    """

    return_id: Annotated[ReturnId, AnId]
    fulfillment_id: Annotated[FulfillmentId, AnId]
    branch_id: Annotated[BranchId, AnId]
    lines: Annotated[tuple[ReceivedLine, ...], Meta(min_length=1, max_length=LINES_MAX)]
    return_kind: ReturnKind = ReturnKind.RTO
    note: Text | None = None


class InspectedGoods(Struct, frozen=True, kw_only=True):
    """Units out of quarantine: good enough to sell, or damaged."""

    variant_id: Annotated[VariantId, AnId]
    units: Units
    sellable: bool


class Inspect(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Goods in quarantine were looked at. Fact."""

    branch_id: Annotated[BranchId, AnId]
    lines: Annotated[tuple[InspectedGoods, ...], Meta(min_length=1, max_length=LINES_MAX)]
    note: Text | None = None


class WriteOff(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Damaged goods were thrown away. Fact."""

    branch_id: Annotated[BranchId, AnId]
    lines: Goods
    reason: Text | None = None

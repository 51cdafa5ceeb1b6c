"""A branch's own stock: coming in, going out, moving, being counted."""

from typing import Annotated

from msgspec import Meta, Struct

from sync_protocol.bodies.parts import AnId, Count, Goods, Money, Name, Text
from sync_protocol.ids import BranchId, TransferId, VariantId
from sync_protocol.limits import INTEGER_MAX, LINES_MAX


class OpeningStock(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a branch held when it began with Rawana; comes in from outside. Fact."""

    branch_id: Annotated[BranchId, AnId]
    lines: Goods
    note: Text | None = None


class ReceiveStock(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Goods came in from a supplier. Fact."""

    branch_id: Annotated[BranchId, AnId]
    lines: Goods
    reference: Name | None = None
    note: Text | None = None


class CounterSale(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Sold over the counter, outside of Shopify. Fact (A25). `cash_paisa` went into the branch's till."""

    branch_id: Annotated[BranchId, AnId]
    lines: Goods
    cash_paisa: Money | None = None
    note: Text | None = None


class CounterReturn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Brought back over the counter. Fact. `cash_paisa` was given back out of the till."""

    branch_id: Annotated[BranchId, AnId]
    lines: Goods
    cash_paisa: Money | None = None
    note: Text | None = None


class TransferSend(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Goods left for another branch. Fact."""

    transfer_id: Annotated[TransferId, AnId]
    branch_id: Annotated[BranchId, AnId]
    to_branch_id: Annotated[BranchId, AnId]
    lines: Goods
    note: Text | None = None


class ArrivedGoods(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a variant's units: whole, damaged on the way, or not there."""

    variant_id: Annotated[VariantId, AnId]
    received_units: Count = 0
    damaged_units: Count = 0
    short_units: Count = 0


class TransferReceive(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Goods from another branch came in. Fact. `branch_id` is where they came."""

    transfer_id: Annotated[TransferId, AnId]
    branch_id: Annotated[BranchId, AnId]
    lines: Annotated[tuple[ArrivedGoods, ...], Meta(min_length=1, max_length=LINES_MAX)]
    note: Text | None = None


class CountedGoods(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A variant as it was counted on the shelf. `seen_version` is the `ledger_version` of its stock row on the phone."""

    variant_id: Annotated[VariantId, AnId]
    units: Count
    seen_version: Annotated[int, Meta(ge=0, le=INTEGER_MAX)] = 0


class CountStock(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The shelf was counted while the shop went on. Fact: an observation, of which only the difference is posted."""

    branch_id: Annotated[BranchId, AnId]
    lines: Annotated[tuple[CountedGoods, ...], Meta(min_length=1, max_length=LINES_MAX)]
    note: Text | None = None


class LowLevel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """At how many available units a variant is to be refilled; None leaves it to the shop's policy."""

    variant_id: Annotated[VariantId, AnId]
    units: Count | None = None


class SetLowStock(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a branch wants to be warned. Claim."""

    branch_id: Annotated[BranchId, AnId]
    lines: Annotated[tuple[LowLevel, ...], Meta(min_length=1, max_length=LINES_MAX)]

"""What a branch holds of a variant: a projection of the ledger, never a truth of its own."""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.ids import BranchId, DeviceId, OpId, VariantId
from sync_protocol.ledger import DAMAGED, QUARANTINE, SELLABLE, Posting


class Counted(Struct, frozen=True, kw_only=True):
    """The last count of a variant at a branch: when by the server's clock (epoch ms, give or take `within_ms`)."""

    op_id: OpId
    device_id: DeviceId
    at: int
    within_ms: int
    units: int


class Stock(Struct, frozen=True, kw_only=True):
    """Units of one variant at one branch.

    `sellable`, `damaged` and `quarantine` are physical and may be negative: the number is then wrong, not the goods
    (A6). `reserved` is the sum over pending fulfillments' lines, derived at each reading. `ledger_version` is the
    branch ledger's version that last moved this variant here. At `low_units` or fewer available it is time to refill;
    None leaves that to the shop's policy.
    """

    branch_id: BranchId
    variant_id: VariantId
    sellable: int = 0
    reserved: int = 0
    damaged: int = 0
    quarantine: int = 0
    ledger_version: int = 0
    low_units: int | None = None
    counted: Counted | None = None


class StockLevel(StrEnum):
    """How a branch stands with a variant, in a word (S17)."""

    OK = "ok"
    LOW = "low"
    ZERO = "zero"


def available_units(stock: Stock) -> int:
    """Return what may still be promised: sellable less reserved (I20)."""
    return stock.sellable - stock.reserved


def level_of(available: int, low_units: int) -> StockLevel:
    """Return in a word what `available` units are where `low_units` or fewer are too few."""
    if available <= 0:
        return StockLevel.ZERO
    return StockLevel.LOW if available <= low_units else StockLevel.OK


def posted(stock: Stock, posting: Posting) -> Stock:
    """Return `stock` after those legs of `posting` that touch its branch and variant."""
    moved = {SELLABLE: 0, DAMAGED: 0, QUARANTINE: 0}
    if posting.branch_id == stock.branch_id:
        for leg in posting.legs:
            if leg.variant_id == stock.variant_id and leg.account in moved:
                moved[leg.account] += leg.units
    return replace(
        stock,
        sellable=stock.sellable + moved[SELLABLE],
        damaged=stock.damaged + moved[DAMAGED],
        quarantine=stock.quarantine + moved[QUARANTINE],
    )

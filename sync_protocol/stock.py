"""What a branch holds of a variant: a projection of the ledger, never a truth of its own."""

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.ids import BranchId, VariantId
from sync_protocol.ledger import DAMAGED, QUARANTINE, SELLABLE, Posting


class Stock(Struct, frozen=True, kw_only=True):
    """Units of one variant at one branch.

    `sellable`, `damaged` and `quarantine` are physical and may be negative: the number is then wrong, not the goods
    (A6). `reserved` is the sum over pending fulfillments' lines, derived at each reading. `ledger_version` is the
    branch ledger's version that last moved this variant here.
    """

    branch_id: BranchId
    variant_id: VariantId
    sellable: int = 0
    reserved: int = 0
    damaged: int = 0
    quarantine: int = 0
    ledger_version: int = 0


def available_units(stock: Stock) -> int:
    """Return what may still be promised: sellable less reserved (I20)."""
    return stock.sellable - stock.reserved


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

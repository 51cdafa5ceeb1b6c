"""The branch ledger: balanced entries, append-only, chained by hash.

An entry belongs to exactly one branch's ledger. Its legs sum to zero per variant over the accounts below, so that no
unit appears or vanishes: it only moves (I2).
"""

from enum import StrEnum

from msgspec import Struct

from sync_protocol.canonical import canonical, digest_hex
from sync_protocol.ids import (
    BranchId,
    DeviceId,
    FulfillmentId,
    LedgerEntryId,
    OpId,
    OrderId,
    OrderLineId,
    ShopId,
    StaffId,
    VariantId,
)

SELLABLE = "sellable"
DAMAGED = "damaged"
QUARANTINE = "quarantine"
LOST = "lost"
EXTERNAL = "ext"

BRANCH_ACCOUNTS = (SELLABLE, DAMAGED, QUARANTINE)
"""Accounts that are physical stock of the entry's branch; the others stand outside it."""

GENESIS_HASH = ""
"""What the first entry of a branch is chained to."""


def out_account(order_line_id: OrderLineId) -> str:
    """Return the account of goods that left a branch for an order line: with courier, rider or customer."""
    return f"out/{order_line_id}"


class EntryKind(StrEnum):
    """Why stock moved."""

    OPENING = "opening"
    SHIP_SMART = "ship_smart"
    SHIP_MANUAL = "ship_manual"
    UNPACK = "unpack"


class Leg(Struct, frozen=True, kw_only=True):
    """One side of a movement: `units` are added to `account` (negative: taken from it)."""

    account: str
    variant_id: VariantId
    units: int


class Posting(Struct, frozen=True, kw_only=True):
    """A balanced movement that a decision wants in `branch_id`'s ledger; it has no version and no hash yet."""

    id: LedgerEntryId
    branch_id: BranchId
    kind: EntryKind
    legs: tuple[Leg, ...]
    order_id: OrderId | None = None
    fulfillment_id: FulfillmentId | None = None
    reverses: LedgerEntryId | None = None


class LedgerEntry(Struct, frozen=True, kw_only=True):
    """A posting as the ledger holds it: numbered densely per branch and chained.

    `at` is the device's claim of when it happened, `recorded_at` the server's time; both epoch milliseconds.
    """

    shop_id: ShopId
    branch_id: BranchId
    version: int
    id: LedgerEntryId
    kind: EntryKind
    legs: tuple[Leg, ...]
    op_id: OpId
    by: StaffId
    device_id: DeviceId
    at: int
    recorded_at: int
    order_id: OrderId | None = None
    fulfillment_id: FulfillmentId | None = None
    reverses: LedgerEntryId | None = None


def chain(previous_hash: str, entry: LedgerEntry) -> str:
    """Return the entry's hash: SHA-256 over the previous hash (hex text) followed by the canonical entry."""
    return digest_hex(previous_hash.encode("ascii") + canonical(entry))


def unbalanced(legs: tuple[Leg, ...]) -> dict[VariantId, int]:
    """Return the variants whose legs do not sum to zero, with their sums; empty means balanced."""
    sums: dict[VariantId, int] = {}
    for leg in legs:
        sums[leg.variant_id] = sums.get(leg.variant_id, 0) + leg.units
    return {variant: units for variant, units in sums.items() if units != 0}


def reversed_legs(legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    """Return the exact negative of `legs`, in their order (I3)."""
    return tuple(
        Leg(account=leg.account, variant_id=leg.variant_id, units=-leg.units) for leg in legs
    )

"""The branch ledger: balanced entries, append-only, chained by hash.

An entry belongs to exactly one branch's ledger. Its legs sum to zero per variant over the accounts below, so that no
unit appears or vanishes: it only moves (I2). Cash is kept the same way: an entry's cash legs sum to zero too.
"""

from enum import StrEnum

import msgspec
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
    RunId,
    ShopId,
    StaffId,
    TransferId,
    VariantId,
)

SELLABLE = "sellable"
DAMAGED = "damaged"
QUARANTINE = "quarantine"
LOST = "lost"
EXTERNAL = "ext"

BRANCH_ACCOUNTS = (SELLABLE, DAMAGED, QUARANTINE)
"""Accounts that are physical stock of the entry's branch; the others stand outside it."""

CUSTOMERS = "customer"
BANK = "bank"
SHORTAGE = "shortage"

GENESIS_HASH = ""
"""What the first entry of a branch is chained to."""


def out_account(order_line_id: OrderLineId) -> str:
    """Return the account of goods that left a branch for an order line: with courier, rider or customer."""
    return f"out/{order_line_id}"


def transit_account(transfer_id: TransferId) -> str:
    """Return the account of goods on their way between two branches."""
    return f"transit/{transfer_id}"


def rider_account(staff_id: StaffId) -> str:
    """Return the cash account of a rider: what was collected and not yet handed over."""
    return f"rider/{staff_id}"


def till_account(branch_id: BranchId) -> str:
    """Return the cash account of a branch's till."""
    return f"till/{branch_id}"


def courier_account(courier: str) -> str:
    """Return the cash account of a courier: what was collected at doors and not yet remitted."""
    return f"courier/{courier}"


class EntryKind(StrEnum):
    """Why stock or cash moved (product.md §2.2)."""

    OPENING = "opening"
    RECEIVE = "receive"
    SHIP_SMART = "ship_smart"
    SHIP_BRANCH_SYNC = "ship_branch_sync"
    SHIP_MANUAL = "ship_manual"
    UNPACK = "unpack"
    VOID_SHIP = "void_ship"
    RETURN_RECEIVE = "return_receive"
    RETURN_MISSING = "return_missing"
    COURIER_LOST = "courier_lost"
    QC = "qc"
    WRITE_OFF = "write_off"
    TRANSFER_SEND = "transfer_send"
    TRANSFER_RECEIVE = "transfer_receive"
    COUNT_ADJUST = "count_adjust"
    COUNT_CONTRA = "count_contra"
    FIX_BRANCH = "fix_branch"
    FOUND = "found"
    COUNTER_SALE = "counter_sale"
    COUNTER_RETURN = "counter_return"
    CASH_COLLECTED = "cash_collected"
    CASH_HANDED_OVER = "cash_handed_over"
    EXCHANGE_MONEY = "exchange_money"


class Leg(Struct, frozen=True, kw_only=True):
    """One side of a movement: `units` are added to `account` (negative: taken from it)."""

    account: str
    variant_id: VariantId
    units: int


class CashLeg(Struct, frozen=True, kw_only=True):
    """One side of a payment: `paisa` are added to `account` (negative: taken from it)."""

    account: str
    paisa: int


class Posting(Struct, frozen=True, kw_only=True):
    """A balanced movement that a decision wants in `branch_id`'s ledger; it has no version and no hash yet.

    `reverses` names the entry of which this is the exact negative; `reason` why a person wanted it.
    """

    id: LedgerEntryId
    branch_id: BranchId
    kind: EntryKind
    legs: tuple[Leg, ...] = ()
    cash: tuple[CashLeg, ...] = ()
    order_id: OrderId | None = None
    fulfillment_id: FulfillmentId | None = None
    transfer_id: TransferId | None = None
    run_id: RunId | None = None
    reverses: LedgerEntryId | None = None
    reason: str | None = None


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
    cash: tuple[CashLeg, ...] = ()
    op_id: OpId
    by: StaffId
    device_id: DeviceId
    at: int
    recorded_at: int
    order_id: OrderId | None = None
    fulfillment_id: FulfillmentId | None = None
    transfer_id: TransferId | None = None
    run_id: RunId | None = None
    reverses: LedgerEntryId | None = None
    reason: str | None = None


_ADDED_LATER = ("cash", "transfer_id", "run_id", "reason")


def chain(previous_hash: str, entry: LedgerEntry) -> str:
    """Return the entry's hash: SHA-256 over the previous hash (hex text) followed by the canonical entry.

    Fields that the first ledgers did not have count only where they say something, so that old chains still prove.
    """
    told = msgspec.structs.asdict(entry)
    kept = {name: value for name, value in told.items() if value or name not in _ADDED_LATER}
    return digest_hex(previous_hash.encode("ascii") + canonical(kept))


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


def moved(variant_id: VariantId, units: int, source: str, target: str) -> tuple[Leg, Leg]:
    """Return the two legs of `units` going from one account to another."""
    return (
        Leg(account=source, variant_id=variant_id, units=-units),
        Leg(account=target, variant_id=variant_id, units=units),
    )


def paid(paisa: int, source: str, target: str) -> tuple[CashLeg, ...]:
    """Return the cash legs of `paisa` going from one account to another; nothing where there is nothing to pay."""
    if paisa == 0:
        return ()
    return CashLeg(account=source, paisa=-paisa), CashLeg(account=target, paisa=paisa)

"""Each entry's hash stands for all before it, and old chains still prove after the entry got more fields."""

from msgspec.structs import replace

from sync_protocol.ids import (
    BranchId,
    DeviceId,
    LedgerEntryId,
    OpId,
    RunId,
    ShopId,
    StaffId,
    VariantId,
)
from sync_protocol.ledger import (
    EXTERNAL,
    GENESIS_HASH,
    SELLABLE,
    CashLeg,
    EntryKind,
    LedgerEntry,
    chain,
    moved,
)

ENTRY = LedgerEntry(
    shop_id=ShopId("acme"),
    branch_id=BranchId("lhr"),
    version=1,
    id=LedgerEntryId("op-1.0"),
    kind=EntryKind.OPENING,
    legs=moved(VariantId("501"), 5, EXTERNAL, SELLABLE),
    op_id=OpId("op-1"),
    by=StaffId("zainab"),
    device_id=DeviceId("phone-1"),
    at=1,
    recorded_at=2,
)


def test_an_entrys_hash_depends_on_the_entry_before_it():
    assert chain(GENESIS_HASH, ENTRY) != chain(chain(GENESIS_HASH, ENTRY), ENTRY)


def test_every_field_of_an_entry_is_in_its_hash():
    changed = (
        replace(ENTRY, version=2),
        replace(ENTRY, by=StaffId("saad")),
        replace(ENTRY, at=2),
        replace(ENTRY, legs=ENTRY.legs[::-1]),
        replace(ENTRY, cash=(CashLeg(account="till/lhr", paisa=1),)),
        replace(ENTRY, run_id=RunId("run-1")),
        replace(ENTRY, reason="found behind the rack"),
    )
    hashes = {chain(GENESIS_HASH, entry) for entry in (ENTRY, *changed)}
    assert len(hashes) == len(changed) + 1


def test_an_entry_without_the_later_fields_has_the_hash_that_the_first_release_gave_it():
    """Written down once; should it ever change, the ledgers that stand could no longer be proven."""
    assert chain(GENESIS_HASH, ENTRY) == GOLDEN


GOLDEN = "e344df8ff279d6de6c6e0f42745b5d511037c7a9f43632440e8627637ca47212"

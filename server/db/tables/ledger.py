"""Branch stock and the ledger it follows from."""

from piccolo.columns import JSONB, BigInt, Integer, Text
from piccolo.table import Table


class Stock(Table, tablename="stock"):
    """What a branch holds of a variant: the fold of its ledger, written in the same transaction."""

    shop_id = Text()
    branch_id = Text()
    variant_id = Text(primary_key=True)
    sellable = BigInt()
    damaged = BigInt()
    quarantine = BigInt()
    ledger_version = BigInt()
    low_units = BigInt(null=True, default=None)
    counted = JSONB(null=True, default=None)


class LedgerHead(Table, tablename="ledger_head"):
    """The last version and hash of each branch's ledger."""

    shop_id = Text()
    branch_id = Text(primary_key=True)
    version = BigInt()
    hash = Text()


class LedgerEntry(Table, tablename="ledger_entry"):
    """The ledger. Rows are only ever inserted; a trigger refuses anything else."""

    shop_id = Text()
    branch_id = Text()
    version = BigInt()
    id = Text(primary_key=True)
    kind = Text()
    op_id = Text()
    by_staff = Text()
    device_id = Text()
    at = BigInt()
    recorded_at = BigInt()
    order_id = Text(null=True, default=None)
    fulfillment_id = Text(null=True, default=None)
    reverses = Text(null=True, default=None)
    hash = Text()
    transfer_id = Text(null=True, default=None)
    run_id = Text(null=True, default=None)
    reason = Text(null=True, default=None)


class LedgerLeg(Table, tablename="ledger_leg"):
    """One side of an entry's movement; the legs of an entry sum to zero per variant."""

    shop_id = Text()
    branch_id = Text()
    version = BigInt()
    place = Integer(primary_key=True)
    account = Text()
    variant_id = Text()
    units = BigInt()


class CashLeg(Table, tablename="cash_leg"):
    """One side of an entry's payment; the cash legs of an entry sum to zero."""

    shop_id = Text()
    branch_id = Text()
    version = BigInt()
    place = Integer(primary_key=True)
    account = Text()
    paisa = BigInt()

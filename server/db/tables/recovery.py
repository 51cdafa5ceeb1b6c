"""What holds the history together from outside: what phones saw of it, and what is known to be lost."""

from piccolo.columns import BigInt, Boolean, Text
from piccolo.table import Table


class Witness(Table, tablename="witness"):
    """The last ledger head that a device told of a branch which this history has, and the first that it has not."""

    shop_id = Text()
    branch_id = Text(primary_key=True)
    device_id = Text()
    agreed = Boolean()
    version = BigInt()
    hash = Text()
    seen_at = BigInt()


class ExpectedOp(Table, tablename="expected_op"):
    """An op that the lost history had acknowledged, by the journal kept beside the database."""

    shop_id = Text()
    op_id = Text(primary_key=True)
    device_id = Text()
    incarnation = Text()
    n = BigInt()


class HistoryHole(Table, tablename="history_hole"):
    """Numbers of a device's log that neither the server nor the device has any more."""

    shop_id = Text()
    device_id = Text(primary_key=True)
    incarnation = Text()
    first_n = BigInt()
    last_n = BigInt()
    found_at = BigInt()

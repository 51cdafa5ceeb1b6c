"""How far stores have been read."""

from piccolo.columns import BigInt, Integer, Text
from piccolo.table import Table


class StoreReading(Table, tablename="store_reading"):
    """How far a shop's store has been read: since when, when it was last swept, and what the last deep sweep found."""

    shop_id = Text(primary_key=True)
    began_at = BigInt()
    swept_at = BigInt()
    deep_swept_at = BigInt()
    deep_counted = BigInt()
    deep_missing = BigInt()
    trouble = Text(null=True, default=None)


class StoreImport(Table, tablename="store_import"):
    """A bulk reading of a store's orders or catalogue: where it stands, and how much of it is taken in."""

    shop_id = Text()
    kind = Text(primary_key=True)
    state = Text()
    since = Text(null=True, default=None)
    operation_gid = Text(null=True, default=None)
    url = Text(null=True, default=None)
    object_count = BigInt()
    taken = BigInt()
    left_out = BigInt()
    begun_at = BigInt()
    moved_at = BigInt()
    run_at = BigInt()
    attempts = Integer()
    error = Text(null=True, default=None)

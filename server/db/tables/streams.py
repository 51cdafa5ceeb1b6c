"""What goes down to phones."""

from piccolo.columns import BigInt, Bytea, Text
from piccolo.table import Table


class Stream(Table, tablename="stream"):
    """A unit of permission and versioning; the counter row is what makes cursors safe (R8)."""

    shop_id = Text()
    name = Text(primary_key=True)
    version = BigInt()
    floor = BigInt()


class StreamRow(Table, tablename="stream_row"):
    """The latest body per key of a stream; a null body is a tombstone."""

    shop_id = Text()
    stream = Text()
    key = Text(primary_key=True)
    version = BigInt()
    body = Text(null=True, default=None)
    written_at = BigInt()


class SnapshotPart(Table, tablename="snapshot_part"):
    """A piece of a large stream as it stood at one moment; brotli of a patch, named by the patch's hash."""

    shop_id = Text()
    stream = Text()
    made_at = BigInt()
    from_version = BigInt(primary_key=True)
    to_version = BigInt()
    hash = Text()
    body = Bytea()

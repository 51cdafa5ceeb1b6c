"""Which history of the database this is."""

from piccolo.columns import BigInt, Text
from piccolo.table import Table


class Epoch(Table, tablename="epoch"):
    """The history that began with an empty database, or with a restored backup.

    A restored database lacks what phones were told already: a phone that meets another epoch than
    it knows must not trust its cursors. The newest row (by `began_at`) is the epoch that holds.
    """

    id = Text(primary_key=True)
    began_at = BigInt()
    """UTC, milliseconds."""
    restored_to = BigInt(null=True, default=None)
    """UTC milliseconds up to which the backup reached; null for the first epoch."""
    outbound_from = BigInt()
    """UTC milliseconds from which on Shopify may be written to: calls of the lost history may still land before."""


class Backup(Table, tablename="backup"):
    """A finished backup: what was committed before `taken_at` is in it."""

    id = Text(primary_key=True)
    taken_at = BigInt()
    finished_at = BigInt()

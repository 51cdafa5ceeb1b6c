"""What was recorded, and what is odd about it."""

from piccolo.columns import JSONB, Array, BigInt, Bytea, Text
from piccolo.table import Table


class Op(Table, tablename="op"):
    """Every op ever received, verbatim, with the result that is given for it for ever."""

    shop_id = Text()
    id = Text(primary_key=True)
    device_id = Text()
    incarnation = Text()
    n = BigInt(null=True, default=None)
    kind = Text()
    by_staff = Text()
    at = BigInt()
    recorded_at = BigInt()
    sent = Bytea()
    content_hash = Text()
    refs = Array(base_column=Text())
    status = Text()
    code = Text(null=True, default=None)
    result = Text()
    touched = Array(base_column=Text())
    changes = JSONB()
    decided_by = Text(null=True, default=None)
    """The replay or dismissal that decided it last, where it had been parked."""
    vouched_by = Text(null=True, default=None)
    """The supervisor who took it upon himself, where its author's right was in doubt."""


class Discrepancy(Table, tablename="discrepancy"):
    """What a supervisor must look at, or has."""

    shop_id = Text()
    id = Text(primary_key=True)
    code = Text()
    order_id = Text(null=True, default=None)
    fulfillment_id = Text(null=True, default=None)
    branch_id = Text(null=True, default=None)
    variant_id = Text(null=True, default=None)
    recorded_at = BigInt()
    closed_at = BigInt(null=True, default=None)
    body = JSONB()
    run_id = Text(null=True, default=None)
    transfer_id = Text(null=True, default=None)

"""Phones and how they were let in."""

from piccolo.columns import Array, BigInt, Boolean, Text
from piccolo.table import Table


class EnrolCode(Table, tablename="enrol_code"):
    """An invitation for one device of one person; only its hash is kept, and it works once."""

    code_hash = Text(primary_key=True)
    shop_id = Text()
    staff_id = Text()
    made_at = BigInt()
    expires_at = BigInt()
    used_at = BigInt(null=True, default=None)


class Device(Table, tablename="device"):
    """A phone or browser with a credential of its own, and what it last said of itself."""

    shop_id = Text()
    id = Text(primary_key=True)
    staff_id = Text()
    name = Text()
    token_hash = Text()
    enrolled_at = BigInt()
    revoked_at = BigInt(null=True, default=None)
    last_seen_at = BigInt(null=True, default=None)
    app = Text()
    incarnation = Text()
    acked_n = BigInt()
    unsent = BigInt()
    oldest_unsent_at = BigInt(null=True, default=None)
    persisted = Boolean(null=True, default=None)
    free_mb = BigInt(null=True, default=None)
    board_at = BigInt()
    board = Text()
    """What the fleet board shows of it, and since when."""


class DeviceLog(Table, tablename="device_log"):
    """How far the server has a device's op log, per life (incarnation) of that log."""

    shop_id = Text()
    device_id = Text(primary_key=True)
    incarnation = Text()
    n = BigInt()
    links = Array(base_column=Text())

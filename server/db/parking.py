"""Parked ops as they wait: loaded with all that is needed to decide them anew."""

from collections.abc import Iterable

import asyncpg

from server.db.connections import Connection
from sync_protocol.bodies.desk import Dismiss, Replay
from sync_protocol.codes import BLOCKING, Code
from sync_protocol.decide.book import Waiting
from sync_protocol.ids import DeviceId, Incarnation, OpId, ShopId, StaffId
from sync_protocol.ops import OpBody
from sync_protocol.reading import read_op
from sync_protocol.shop import Role, Staff

WAITING_MAX = 2_000
"""Parked ops of one device that are looked at for one replay, from the oldest on, besides those that it names."""

NEWS_BYTES_MAX = 1_048_576
"""The server's own news may be as large as this; an order of 250 lines with long notes is well below."""

_BLOCKING = sorted(code.value for code in BLOCKING)


async def waiting_for(
    connection: Connection, shop_id: ShopId, bodies: Iterable[OpBody]
) -> dict[OpId, Waiting]:
    """Lock and return the parked ops that the bodies want decided, with the others of the same devices.

    The devices' logs are locked too: what they push meanwhile must see what became of their parked ops.
    """
    named = sorted(
        {op_id for body in bodies if isinstance(body, Replay | Dismiss) for op_id in body.op_ids}
    )
    if not named:
        return {}
    logs = await connection.fetch(_LOCK_LOGS, shop_id, named)
    devices = sorted({row["device_id"] for row in logs})
    rows = await connection.fetch(_LOCK_PARKED, shop_id, named, devices, _BLOCKING, WAITING_MAX)
    return {OpId(row["id"]): _waiting(row) for row in rows}


_LOCK_LOGS = """
SELECT device_id FROM device_log
WHERE shop_id = $1 AND device_id IN (SELECT device_id FROM op WHERE shop_id = $1 AND id = any($2::text[]))
ORDER BY device_id, incarnation FOR UPDATE
"""
_LOCK_PARKED = """
WITH wanted AS (
    SELECT id FROM op WHERE shop_id = $1 AND status = 'parked' AND id = any($2::text[])
    UNION
    (SELECT id FROM op
     WHERE shop_id = $1 AND status = 'parked' AND device_id = any($3::text[]) AND code = any($4::text[])
     ORDER BY recorded_at, n LIMIT $5)
)
SELECT op.id, op.sent, op.n, op.code, op.recorded_at, op.device_id, op.incarnation,
       person.id AS staff_id, person.name, person.role, person.branch_ids, person.active
FROM op JOIN wanted USING (id)
LEFT JOIN device ON device.shop_id = op.shop_id AND device.id = op.device_id
LEFT JOIN LATERAL (
    SELECT * FROM staff WHERE staff.shop_id = op.shop_id AND staff.id IN (op.by_staff, device.staff_id)
    ORDER BY staff.id <> op.by_staff LIMIT 1
) AS person ON true
WHERE op.shop_id = $1 ORDER BY op.id FOR UPDATE OF op
"""


def _waiting(row: asyncpg.Record) -> Waiting:
    return Waiting(
        raw=row["sent"],
        read=read_op(row["sent"], NEWS_BYTES_MAX),
        staff=_person(row),
        device_id=DeviceId(row["device_id"]),
        incarnation=Incarnation(row["incarnation"]),
        place=(row["recorded_at"], row["n"] or 0),
        code=Code(row["code"]),
    )


def _person(row: asyncpg.Record) -> Staff:
    """Return who recorded an op, else whose device it was; news are the store's."""
    if row["staff_id"] is None:
        return STORE
    return Staff(
        id=StaffId(row["staff_id"]),
        name=row["name"],
        role=Role(row["role"]),
        branch_ids=tuple(row["branch_ids"]),
        active=row["active"],
    )


STORE = Staff(id=StaffId("shopify"), name="Shopify", role=Role.SHOPIFY)
"""Who acted when the store did."""

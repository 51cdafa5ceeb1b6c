"""Parked ops as they wait: loaded with all that is needed to decide them anew."""

from collections.abc import Iterable, Sequence

import asyncpg
import msgspec
from msgspec import Struct

from server.db.connections import Connection
from sync_protocol.bodies.desk import Dismiss, Replay
from sync_protocol.codes import BLOCKING, Code
from sync_protocol.decide.book import Waiting
from sync_protocol.ids import SHOPIFY_DEVICE, DeviceId, Incarnation, OpId, ShopId, StaffId
from sync_protocol.ops import OpBody
from sync_protocol.reading import read_op, read_phone_op
from sync_protocol.shop import Role, Staff

WAITING_MAX = 2_000
"""Parked ops of one device that are looked at for one replay, from the oldest on, besides those that it names."""

NEWS_BYTES_MAX = 1_048_576
"""The server's own news may be as large as this; an order of 250 lines with long notes is well below."""

_staff = msgspec.json.Decoder(Staff)
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
       person.id AS staff_id, person.name, person.role, person.branch_ids, person.active,
       to_json(vouching) AS vouched_by
FROM op JOIN wanted USING (id)
LEFT JOIN device ON device.shop_id = op.shop_id AND device.id = op.device_id
LEFT JOIN LATERAL (
    SELECT * FROM staff WHERE staff.shop_id = op.shop_id AND staff.id IN (op.by_staff, device.staff_id)
    ORDER BY staff.id <> op.by_staff LIMIT 1
) AS person ON true
LEFT JOIN staff vouching ON vouching.shop_id = op.shop_id AND vouching.id = op.vouched_by
WHERE op.shop_id = $1 ORDER BY op.id FOR UPDATE OF op
"""


class Freed(Struct, frozen=True, kw_only=True):
    """A parked op that may go by now; `because` names what is here that was not: the same reason is tried once."""

    shop_id: ShopId
    op_id: OpId
    because: str


async def may_go_now(connection: Connection, kinds: Sequence[str], most: int) -> tuple[Freed, ...]:
    """Return parked ops whose kind this version knows, whose references are here, or whose forerunner has gone."""
    rows = await connection.fetch(_MAY_GO, list(kinds), _BLOCKING, most)
    return tuple(
        Freed(
            shop_id=ShopId(row["shop_id"]),
            op_id=OpId(row["id"]),
            because=f"{row['code']} {' '.join(row['here'])}",
        )
        for row in rows
    )


_MAY_GO = """
SELECT op.shop_id, op.id, op.code, here.refs AS here FROM op, LATERAL (
    SELECT array(
        SELECT 'order/' || id FROM customer_order x WHERE x.shop_id = op.shop_id AND 'order/' || x.id = any(op.refs)
        UNION ALL SELECT 'fulfillment/' || id FROM fulfillment x
        WHERE x.shop_id = op.shop_id AND 'fulfillment/' || x.id = any(op.refs)
        UNION ALL SELECT 'run/' || id FROM rider_run x WHERE x.shop_id = op.shop_id AND 'run/' || x.id = any(op.refs)
        UNION ALL SELECT 'transfer/' || id FROM transfer x
        WHERE x.shop_id = op.shop_id AND 'transfer/' || x.id = any(op.refs)
        ORDER BY 1
    ) AS refs
) AS here
WHERE op.status = 'parked' AND (
    (op.code = 'unknown_kind' AND op.kind = any($1::text[]))
    OR (op.code = 'unknown_reference' AND cardinality(here.refs) > 0)
    OR (op.code = 'waits_for_parked' AND NOT EXISTS (
        SELECT FROM op head
        WHERE head.shop_id = op.shop_id AND head.device_id = op.device_id AND head.id <> op.id
          AND head.status = 'parked' AND head.code = any($2::text[]) AND head.refs && op.refs
          AND (head.recorded_at, coalesce(head.n, 0)) < (op.recorded_at, coalesce(op.n, 0))))
)
ORDER BY op.recorded_at, op.n LIMIT $3
"""


def _waiting(row: asyncpg.Record) -> Waiting:
    own = row["device_id"] == SHOPIFY_DEVICE
    return Waiting(
        raw=row["sent"],
        read=read_op(row["sent"], NEWS_BYTES_MAX) if own else read_phone_op(row["sent"]),
        staff=_person(row),
        device_id=DeviceId(row["device_id"]),
        incarnation=Incarnation(row["incarnation"]),
        place=(row["recorded_at"], row["n"] or 0),
        code=Code(row["code"]),
        vouched_by=None if row["vouched_by"] is None else _staff.decode(row["vouched_by"]),
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

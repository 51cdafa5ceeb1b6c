"""Devices as the fleet board shows them, and what a restored database knows that it lost of them."""

from collections.abc import Sequence

import asyncpg
import msgspec
from msgspec import Struct

from server.db.connections import Connection
from server.db.streams import Written, write_rows
from sync_protocol.fleet import FleetDevice
from sync_protocol.ids import DeviceId, Incarnation, OpId, ShopId, StaffId
from sync_protocol.permissions import DESK_STREAM
from sync_protocol.rows import RowChange, RowKind, row_key

BOARD_EVERY_MS = 60_000
"""That a device is still there is told once a minute; what changes about it, at once."""

_board = msgspec.json.Decoder(FleetDevice)


class Expected(Struct, frozen=True, kw_only=True):
    """An op that the lost history had acknowledged: whose, and where it stood in that device's log."""

    op_id: OpId
    device_id: DeviceId
    incarnation: Incarnation
    n: int


class Missing(Struct, frozen=True, kw_only=True):
    """Numbers of one device's log, both ends included, that were acknowledged once and are not here."""

    device_id: DeviceId
    device_name: str
    staff_id: StaffId
    incarnation: Incarnation
    first_n: int
    last_n: int


async def show_on_board(
    connection: Connection, shop_id: ShopId, devices: Sequence[DeviceId], now: int
) -> Written:
    """Write the desk's rows of devices about which something is new. Call it last in a transaction."""
    rows = []
    for row in await connection.fetch(_DEVICES, shop_id, sorted(devices)):
        device = _device(row)
        shown = _board.decode(row["board"]) if row["board"] else None
        if _is_news(shown, device, now - row["board_at"]):
            text = msgspec.json.encode(device).decode()
            await connection.execute(_NOTE_BOARD, shop_id, device.id, now, text)
            key = row_key(RowKind.DEVICE, device.id)
            rows.append(RowChange(stream=DESK_STREAM, key=key, body=device))
    return await write_rows(connection, shop_id, rows, now)


def _is_news(shown: FleetDevice | None, device: FleetDevice, since_ms: int) -> bool:
    if shown is None or since_ms >= BOARD_EVERY_MS:
        return shown != device
    quiet = {"last_seen_at", "free_mb", "held_n", "unsent", "oldest_unsent_at"}
    was, now = msgspec.structs.asdict(shown), msgspec.structs.asdict(device)
    loud = any(was[name] != now[name] for name in was if name not in quiet)
    return loud or (shown.unsent == 0) != (device.unsent == 0)


_DEVICES = """
SELECT device.*, coalesce(log.n, 0) AS held_n,
       (SELECT count(*) FROM expected_op e WHERE e.shop_id = device.shop_id AND e.device_id = device.id
          AND NOT EXISTS (SELECT FROM op WHERE op.shop_id = e.shop_id AND op.id = e.op_id)) AS missing_ops,
       (SELECT newer.id FROM device newer
        WHERE newer.shop_id = device.shop_id AND newer.staff_id = device.staff_id AND device.unsent > 0
          AND newer.enrolled_at > greatest(device.enrolled_at, coalesce(device.last_seen_at, 0))
        ORDER BY newer.enrolled_at LIMIT 1) AS replaced_by
FROM device LEFT JOIN device_log log
  ON log.shop_id = device.shop_id AND log.device_id = device.id AND log.incarnation = device.incarnation
WHERE device.shop_id = $1 AND device.id = any($2::text[]) ORDER BY device.id FOR UPDATE OF device
"""
_NOTE_BOARD = "UPDATE device SET board_at = $3, board = $4 WHERE shop_id = $1 AND id = $2"


def _device(row: asyncpg.Record) -> FleetDevice:
    return FleetDevice(
        id=DeviceId(row["id"]),
        name=row["name"],
        staff_id=StaffId(row["staff_id"]),
        enrolled_at=row["enrolled_at"],
        last_seen_at=row["last_seen_at"],
        revoked_at=row["revoked_at"],
        app=row["app"],
        unsent=row["unsent"],
        oldest_unsent_at=row["oldest_unsent_at"],
        held_n=row["held_n"],
        persisted=row["persisted"],
        free_mb=row["free_mb"],
        missing_ops=row["missing_ops"],
        replaced_by=row["replaced_by"],
    )


async def devices_of(
    connection: Connection, shop_id: ShopId, staff_id: StaffId
) -> tuple[DeviceId, ...]:
    """Return all devices that a person was ever given."""
    rows = await connection.fetch(
        "SELECT id FROM device WHERE shop_id = $1 AND staff_id = $2 ORDER BY id", shop_id, staff_id
    )
    return tuple(DeviceId(row["id"]) for row in rows)


async def all_devices(connection: Connection, shop_id: ShopId) -> tuple[DeviceId, ...]:
    """Return all devices of a shop."""
    rows = await connection.fetch("SELECT id FROM device WHERE shop_id = $1 ORDER BY id", shop_id)
    return tuple(DeviceId(row["id"]) for row in rows)


async def expect_ops(connection: Connection, shop_id: ShopId, ops: Sequence[Expected]) -> int:
    """Note what was acknowledged in the history that is lost; return how much of it is not here."""
    await connection.execute(
        """
        INSERT INTO expected_op (shop_id, op_id, device_id, incarnation, n)
        SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) AS told (id, d, i, n)
        WHERE NOT EXISTS (SELECT FROM op WHERE op.shop_id = $1 AND op.id = told.id)
        ON CONFLICT DO NOTHING
        """,
        shop_id,
        [op.op_id for op in ops],
        [op.device_id for op in ops],
        [op.incarnation for op in ops],
        [op.n for op in ops],
    )
    found: int = await connection.fetchval(
        "SELECT count(*) FROM expected_op WHERE shop_id = $1", shop_id
    )
    return found


async def missing_ranges(connection: Connection, shop_id: ShopId) -> tuple[Missing, ...]:
    """Return what was acknowledged once and is not here: by the journal beside the database, and by what phones lack."""
    rows = await connection.fetch(_MISSING, shop_id)
    return tuple(
        Missing(
            device_id=DeviceId(row["device_id"]),
            device_name=row["name"],
            staff_id=StaffId(row["staff_id"]),
            incarnation=Incarnation(row["incarnation"]),
            first_n=row["first_n"],
            last_n=row["last_n"],
        )
        for row in rows
    )


_MISSING = """
WITH lost AS (
    SELECT device_id, incarnation, n FROM expected_op e
    WHERE shop_id = $1 AND NOT EXISTS (SELECT FROM op WHERE op.shop_id = e.shop_id AND op.id = e.op_id)
    UNION
    SELECT device_id, incarnation, held.n FROM history_hole h, generate_series(h.first_n, h.last_n) AS held (n)
    WHERE shop_id = $1 AND NOT EXISTS (
        SELECT FROM expected_op e JOIN op ON op.shop_id = e.shop_id AND op.id = e.op_id
        WHERE e.shop_id = h.shop_id AND e.device_id = h.device_id AND e.incarnation = h.incarnation AND e.n = held.n)
), grouped AS (
    SELECT *, n - row_number() OVER (PARTITION BY device_id, incarnation ORDER BY n) AS island FROM lost
)
SELECT device_id, grouped.incarnation, min(n) AS first_n, max(n) AS last_n, device.name, device.staff_id
FROM grouped JOIN device ON device.shop_id = $1 AND device.id = grouped.device_id
GROUP BY device_id, grouped.incarnation, island, device.name, device.staff_id ORDER BY device_id, min(n)
"""


async def note_hole(
    connection: Connection,
    shop_id: ShopId,
    device_id: DeviceId,
    incarnation: Incarnation,
    first_n: int,
    last_n: int,
    now: int,
) -> None:
    """Keep that nobody holds these numbers of a device's log any more."""
    await connection.execute(
        """
        INSERT INTO history_hole (shop_id, device_id, incarnation, first_n, last_n, found_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
        """,
        shop_id,
        device_id,
        incarnation,
        first_n,
        last_n,
        now,
    )

"""Ops as they came, the results they got, and where each device's log stands."""

from collections.abc import Sequence

import asyncpg
from msgspec import Struct

from server.db.connections import Connection
from sync_protocol.ids import DeviceId, Incarnation, OpId, ShopId, StaffId
from sync_protocol.server_session import DeviceLog


class RacedByClone(Exception):
    """Another device, a copy of this one, pushed one of these ops at the same moment."""


class StoredOp(Struct, frozen=True, kw_only=True):
    """One op to be kept for ever: `sent` is what came, `result` what is answered, both verbatim.

    `touched` are the names by which it is found again, `changes` what it changed, as JSON.
    """

    id: OpId
    n: int | None
    kind: str
    by: str
    at: int
    sent: bytes
    content_hash: str
    refs: tuple[str, ...]
    status: str
    code: str | None
    result: str
    touched: tuple[str, ...] = ()
    changes: str = "[]"


async def lock_log(
    connection: Connection, shop_id: ShopId, device_id: DeviceId, incarnation: Incarnation
) -> DeviceLog:
    """Lock a device's log until the commit: two pushes of one phone are worked off one after the other."""
    where = (shop_id, device_id, incarnation)
    row = await connection.fetchrow(_LOCK_LOG, *where)
    if row is None:
        await connection.execute(_MAKE_LOG, *where)
        row = await connection.fetchrow(_LOCK_LOG, *where)
    assert row is not None
    return DeviceLog(n=row["n"], links=frozenset(row["links"]))


_LOCK_LOG = """
SELECT n, links FROM device_log WHERE shop_id = $1 AND device_id = $2 AND incarnation = $3 FOR UPDATE
"""
_MAKE_LOG = """
INSERT INTO device_log (shop_id, device_id, incarnation, n, links) VALUES ($1, $2, $3, 0, '{}')
ON CONFLICT DO NOTHING
"""


async def read_log(
    connection: Connection, shop_id: ShopId, device_id: DeviceId, incarnation: Incarnation
) -> DeviceLog:
    """Return where a device's log stands without locking it; an unknown life stands at 0."""
    row = await connection.fetchrow(
        "SELECT n, links FROM device_log WHERE shop_id = $1 AND device_id = $2 AND incarnation = $3",
        shop_id,
        device_id,
        incarnation,
    )
    return DeviceLog() if row is None else DeviceLog(n=row["n"], links=frozenset(row["links"]))


async def store_log(
    connection: Connection,
    shop_id: ShopId,
    device_id: DeviceId,
    incarnation: Incarnation,
    log: DeviceLog,
) -> None:
    """Write where the device's log stands; it must be locked."""
    await connection.execute(
        "UPDATE device_log SET n = $4, links = $5 WHERE shop_id = $1 AND device_id = $2 AND incarnation = $3",
        shop_id,
        device_id,
        incarnation,
        log.n,
        sorted(log.links),
    )


async def known_ops(
    connection: Connection, shop_id: ShopId, ids: Sequence[OpId]
) -> dict[OpId, tuple[str, str]]:
    """Return (content hash, result) of those ids that this server has."""
    rows = await connection.fetch(
        "SELECT id, content_hash, result FROM op WHERE shop_id = $1 AND id = any($2::text[])",
        shop_id,
        list(ids),
    )
    return {OpId(row["id"]): (row["content_hash"], row["result"]) for row in rows}


async def parked_before(
    connection: Connection,
    shop_id: ShopId,
    device_id: DeviceId,
    deps: Sequence[str],
    blocking: Sequence[str],
) -> tuple[set[str], set[OpId]]:
    """Return what this device's parked ops hold up: the entities they touch, and which of `deps` are parked."""
    rows = await connection.fetch(
        """
        SELECT id, device_id = $2 AS own, refs FROM op
        WHERE shop_id = $1 AND status = 'parked' AND code = any($4::text[])
          AND (device_id = $2 OR id = any($3::text[]))
        """,
        shop_id,
        device_id,
        list(deps),
        list(blocking),
    )
    refs = {ref for row in rows if row["own"] for ref in row["refs"]}
    return refs, {OpId(row["id"]) for row in rows}


async def store_ops(
    connection: Connection,
    shop_id: ShopId,
    device_id: DeviceId,
    incarnation: Incarnation,
    ops: Sequence[StoredOp],
    now: int,
) -> None:
    """Keep the ops of a chunk with their results.

    Raises:
        RacedByClone: nothing of the transaction may be kept; begin it anew.
    """
    try:
        await _insert_ops(connection, shop_id, device_id, incarnation, ops, now)
    except asyncpg.UniqueViolationError as error:
        raise RacedByClone from error


async def _insert_ops(
    connection: Connection,
    shop_id: ShopId,
    device_id: DeviceId,
    incarnation: Incarnation,
    ops: Sequence[StoredOp],
    now: int,
) -> None:
    await connection.executemany(
        """
        INSERT INTO op (shop_id, id, device_id, incarnation, n, kind, by_staff, at, recorded_at, sent,
                        content_hash, refs, status, code, result, touched, changes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        """,
        [
            (
                shop_id,
                op.id,
                device_id,
                incarnation,
                op.n,
                op.kind,
                op.by,
                op.at,
                now,
                op.sent,
                op.content_hash,
                list(op.refs),
                op.status,
                op.code,
                op.result,
                list(op.touched),
                op.changes,
            )
            for op in ops
        ],
    )


class DecidedAgain(Struct, frozen=True, kw_only=True):
    """A parked op as it stands after it was decided anew, the op that asked for that, and who vouched for it."""

    op: StoredOp
    decided_by: OpId
    vouched_by: StaffId | None = None


async def store_again(connection: Connection, shop_id: ShopId, ops: Sequence[DecidedAgain]) -> None:
    """Write what became of parked ops; how they came stays as it is."""
    await connection.executemany(
        """
        UPDATE op SET status = $3, code = $4, result = $5, touched = $6, changes = $7, decided_by = $8,
            vouched_by = $9
        WHERE shop_id = $1 AND id = $2
        """,
        [
            (
                shop_id,
                one.op.id,
                one.op.status,
                one.op.code,
                one.op.result,
                list(one.op.touched),
                one.op.changes,
                one.decided_by,
                one.vouched_by,
            )
            for one in ops
        ],
    )


class Numbered(Struct, frozen=True, kw_only=True):
    """An op with its place in a device's log."""

    shop_id: ShopId
    device_id: DeviceId
    incarnation: Incarnation
    n: int
    id: OpId


async def numbered_since(connection: Connection, since: int) -> tuple[Numbered, ...]:
    """Return the ops of all devices that were recorded from a moment (epoch ms) on, log by log."""
    rows = await connection.fetch(
        """
        SELECT shop_id, device_id, incarnation, n, id FROM op
        WHERE recorded_at >= $1 AND n IS NOT NULL ORDER BY shop_id, device_id, incarnation, n
        """,
        since,
    )
    return tuple(
        Numbered(
            shop_id=ShopId(row["shop_id"]),
            device_id=DeviceId(row["device_id"]),
            incarnation=Incarnation(row["incarnation"]),
            n=row["n"],
            id=OpId(row["id"]),
        )
        for row in rows
    )


async def unconfirmed_results(
    connection: Connection,
    shop_id: ShopId,
    device_id: DeviceId,
    incarnation: Incarnation,
    acked_n: int,
    most: int,
) -> list[str]:
    """Return the results of a device's log life beyond what it says it has, oldest first."""
    rows = await connection.fetch(
        """
        SELECT result FROM op
        WHERE shop_id = $1 AND device_id = $2 AND incarnation = $3 AND n > $4 ORDER BY n LIMIT $5
        """,
        shop_id,
        device_id,
        incarnation,
        acked_n,
        most,
    )
    return [row["result"] for row in rows]

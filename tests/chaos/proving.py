"""After calm: PostgreSQL and fresh phones are read, and every promise is held against the auditor's own record."""

import json
from collections import Counter, defaultdict

import asyncpg
import msgspec

from sync_protocol.ids import OpId
from sync_protocol.ops import Op
from tests.chaos.auditor import Auditor
from tests.chaos.retailer import SHOP
from tests.phone.memory import Memory

NAMED_MOST = 5
"""How many of one kind of fault are told by name."""

SHELF_MOVES = {"receive_stock": 1, "counter_sale": -1}
"""Facts that always post their own lines, once: by how much a unit in the op moves the shelf."""


async def prove(connection: asyncpg.Connection, auditor: Auditor) -> list[str]:
    """Return every promise that was broken; nothing when all were kept."""
    broken = list(auditor.broken)
    stored = await _stored_ops(connection)
    broken += _compare(auditor, stored)
    broken += await _once_on_the_shelves(connection, auditor)
    broken += await _dense_ledgers(connection)
    broken += await _dense_streams(connection)
    broken += await _dense_logs(connection)
    return broken


async def _stored_ops(connection: asyncpg.Connection) -> dict[OpId, list[asyncpg.Record]]:
    rows = await connection.fetch("SELECT id, sent, result FROM op WHERE shop_id = $1", SHOP)
    stored: dict[OpId, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        stored[OpId(row["id"])].append(row)
    return stored


def _compare(auditor: Auditor, stored: dict[OpId, list[asyncpg.Record]]) -> list[str]:
    lost_saved = [i for i in auditor.saved if i not in stored]
    lost_told = [i for i in auditor.told if i not in stored]
    doubled = [i for i, rows in stored.items() if len(rows) > 1]
    untold = [i for i in auditor.saved if i not in auditor.told]
    other_result = [
        i
        for i, told in auditor.told.items()
        if i in stored and stored[i][0]["result"].encode() != told
    ]
    changed = [
        i for i, op in auditor.saved.items() if i in stored and not _is_same(op, stored[i][0])
    ]
    return [
        *_named("were shown as saved and are not in the database", lost_saved),
        *_named("were acknowledged and are not in the database", lost_told),
        *_named("are in the database twice", doubled),
        *_named("were saved and their author was never told what became of them", untold),
        *_named("have another result in the database than was told", other_result),
        *_named("are kept with another content than was recorded", changed),
    ]


def _is_same(saved: object, row: asyncpg.Record) -> bool:
    op = msgspec.json.decode(row["sent"], type=Op)
    return (op.kind, op.by, op.at, bytes(op.body)) == (saved.kind, saved.by, saved.at, saved.body)


def _named(what: str, ids: list[OpId]) -> list[str]:
    if not ids:
        return []
    return [f"{len(ids)} ops {what}: {', '.join(ids[:NAMED_MOST])}"]


async def _once_on_the_shelves(connection: asyncpg.Connection, auditor: Auditor) -> list[str]:
    """What was sold or came in must have moved the shelf by exactly that, counted from the ops as they were recorded.

    A fact that turned out to be older than a count also posts its contra (R29), which is an entry of its own.
    """
    rows = await connection.fetch(
        """
        SELECT e.op_id, l.variant_id, sum(l.units)::bigint AS units
        FROM ledger_entry e JOIN ledger_leg l USING (shop_id, branch_id, version)
        JOIN op o ON o.shop_id = e.shop_id AND o.id = e.op_id
        WHERE e.shop_id = $1 AND l.account = 'sellable' AND o.kind = any($2::text[])
          AND e.kind <> 'count_contra'
        GROUP BY e.op_id, l.variant_id
        """,
        SHOP,
        list(SHELF_MOVES),
    )
    moved: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        moved[row["op_id"]][row["variant_id"]] += row["units"]
    wrong = []
    for op_id, op in auditor.saved.items():
        if (sign := SHELF_MOVES.get(op.kind)) is not None:
            lines = json.loads(op.body)["lines"]
            if moved[op_id] != Counter({x["variant_id"]: sign * x["units"] for x in lines}):
                wrong.append(op_id)
    return _named("moved the shelf by something else than was recorded", wrong)


async def _dense_ledgers(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch(
        """
        SELECT h.branch_id, h.version AS head, count(e.version) AS entries,
               coalesce(min(e.version), 1) AS first, coalesce(max(e.version), 0) AS last
        FROM ledger_head h LEFT JOIN ledger_entry e USING (shop_id, branch_id)
        WHERE h.shop_id = $1 GROUP BY h.branch_id, h.version
        """,
        SHOP,
    )
    return [
        f"the ledger of {row['branch_id']} is not dense: {dict(row)}"
        for row in rows
        if (row["first"], row["last"], row["entries"]) != (1, row["head"], row["head"])
    ]


async def _dense_streams(connection: asyncpg.Connection) -> list[str]:
    """Of each key only the latest version is kept, so: no version twice, and the newest is where the counter stands."""
    rows = await connection.fetch(
        """
        SELECT s.name, s.version AS head, count(r.version) AS rows,
               count(DISTINCT r.version) AS versions, coalesce(max(r.version), 0) AS last
        FROM stream s LEFT JOIN stream_row r ON r.shop_id = s.shop_id AND r.stream = s.name
        WHERE s.shop_id = $1 GROUP BY s.name, s.version
        """,
        SHOP,
    )
    return [
        f"the versions of stream {row['name']} are not right: {dict(row)}"
        for row in rows
        if row["versions"] != row["rows"] or row["last"] != row["head"]
    ]


async def _dense_logs(connection: asyncpg.Connection) -> list[str]:
    """Each life of a device's log has every number from 1 to its head, once: no op was left out or slipped in."""
    rows = await connection.fetch(
        """
        SELECT g.device_id, g.incarnation, g.n, count(o.n) AS ops, count(DISTINCT o.n) AS numbers,
               coalesce(max(o.n), 0) AS last
        FROM device_log g
        LEFT JOIN op o USING (shop_id, device_id, incarnation)
        WHERE g.shop_id = $1 GROUP BY g.device_id, g.incarnation, g.n
        """,
        SHOP,
    )
    return [
        f"the log of device {row['device_id']} is not dense: {dict(row)}"
        for row in rows
        if not row["ops"] == row["numbers"] == row["last"] == row["n"]
    ]


def differences(memory: Memory, fresh: Memory) -> list[str]:
    """Say in which streams a device shows something else than one of the same person that was let in just now."""
    own = {f"device/{memory.device_id}", f"device/{fresh.device_id}"}
    ours, theirs = memory.replica, fresh.replica
    names = (ours.rows.keys() | theirs.rows.keys()) - own
    found = [
        f"{memory.staff.id} shows {name} otherwise than a fresh device"
        for name in sorted(names)
        if ours.rows.get(name, {}) != theirs.rows.get(name, {})
    ]
    if memory.unsent():
        found.append(f"{memory.staff.id} still has {len(memory.unsent())} ops to send")
    if any(True for _ in memory.overlay()):
        found.append(f"{memory.staff.id} still shows work that the rows do not have")
    return found

"""Streams: the counter row per stream, the latest row per key, and reading what a cursor lacks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Raw

from server.db.connections import Connection
from sync_protocol.ids import RowKey, ShopId, StreamName
from sync_protocol.messages.pull import Patch, Row
from sync_protocol.project import latest
from sync_protocol.replica import TOMBSTONE, encode_body
from sync_protocol.rows import RowChange

Written = dict[tuple[StreamName, RowKey], int]
"""The version that each written (stream, key) got."""


async def write_rows(
    connection: Connection, shop_id: ShopId, changes: Iterable[RowChange], now: int
) -> Written:
    """Give every changed row its stream's next version and write it.

    Call it last in a transaction: it locks the counters of the streams, in order of name, until the commit, so that
    versions become visible in their own order (R8).
    """
    rows = list(latest(list(changes)).values())
    if not rows:
        return {}
    versions = await _reserve(connection, shop_id, Counter(row.stream for row in rows))
    written: Written = {}
    for row in rows:
        versions[row.stream] += 1
        written[row.stream, row.key] = versions[row.stream]
    await connection.execute(
        """
        INSERT INTO stream_row (shop_id, stream, key, version, body, written_at)
        SELECT $1, s, k, v, nullif(b, 'null'), $6
        FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[]) AS changed (s, k, v, b)
        ON CONFLICT (shop_id, stream, key) DO UPDATE
        SET version = excluded.version, body = excluded.body, written_at = excluded.written_at
        """,
        shop_id,
        [row.stream for row in rows],
        [row.key for row in rows],
        [written[row.stream, row.key] for row in rows],
        [bytes(encode_body(row.body)).decode() for row in rows],
        now,
    )
    return written


async def _reserve(
    connection: Connection, shop_id: ShopId, counts: Mapping[StreamName, int]
) -> dict[StreamName, int]:
    """Move each stream's counter on by its count; return where each stood before."""
    names = sorted(counts)
    locked = await connection.fetch(_LOCK_STREAMS, shop_id, names)
    if len(locked) < len(names):
        await connection.execute(_MAKE_STREAMS, shop_id, names)
        locked = await connection.fetch(_LOCK_STREAMS, shop_id, names)
    await connection.execute(
        """
        UPDATE stream SET version = version + added.n
        FROM unnest($2::text[], $3::bigint[]) AS added (name, n)
        WHERE stream.shop_id = $1 AND stream.name = added.name
        """,
        shop_id,
        names,
        [counts[name] for name in names],
    )
    return {StreamName(row["name"]): row["version"] for row in locked}


_LOCK_STREAMS = """
SELECT name, version FROM stream WHERE shop_id = $1 AND name = any($2::text[])
ORDER BY name FOR NO KEY UPDATE
"""
_MAKE_STREAMS = """
INSERT INTO stream (shop_id, name, version)
SELECT $1, name, 0 FROM unnest($2::text[]) AS wanted (name) ORDER BY name
ON CONFLICT DO NOTHING
"""


async def read_heads(
    connection: Connection, shop_id: ShopId, names: Sequence[StreamName]
) -> dict[StreamName, tuple[int, int]]:
    """Return (version, floor) per stream; a stream that was never written stands at (0, 0)."""
    rows = await connection.fetch(
        "SELECT name, version, floor FROM stream WHERE shop_id = $1 AND name = any($2::text[])",
        shop_id,
        list(names),
    )
    heads = {StreamName(row["name"]): (row["version"], row["floor"]) for row in rows}
    return {name: heads.get(name, (0, 0)) for name in names}


async def read_patch(
    connection: Connection,
    shop_id: ShopId,
    stream: StreamName,
    after: int,
    *,
    rows_max: int,
    bytes_max: int,
    tombstones: bool = True,
) -> tuple[Patch, bool]:
    """Return the rows of `stream` changed after version `after`, oldest change first, and whether more remain.

    At least one row is returned when there is one, however large. From 0 tombstones are left out, since nothing is there
    to be taken away, and so they are where the caller begins at 0 and goes on in the same snapshot (`tombstones` off).
    """
    found = await connection.fetch(
        """
        SELECT key, version, body FROM stream_row
        WHERE shop_id = $1 AND stream = $2 AND version > $3 AND (body IS NOT NULL OR $5)
        ORDER BY version LIMIT $4
        """,
        shop_id,
        stream,
        after,
        rows_max + 1,
        tombstones and after > 0,
    )
    rows: list[Row] = []
    size = 0
    for row in found[:rows_max]:
        body = TOMBSTONE if row["body"] is None else row["body"].encode()
        size += len(body) + len(row["key"]) + 16
        if rows and size > bytes_max:
            break
        rows.append((RowKey(row["key"]), row["version"], Raw(body)))
    to_version = rows[-1][1] if rows else after
    patch = Patch(stream=stream, from_version=after, to_version=to_version, rows=tuple(rows))
    return patch, len(rows) < len(found)


async def forget_tombstones(connection: Connection, before: int, most: int = 5_000) -> int:
    """Let go of tombstones written before a moment (epoch ms); return how many.

    A phone whose cursor is older than the last of them must begin that stream again: the floor says so (R9).
    """
    rows = await connection.fetch(
        """
        WITH gone AS (
            DELETE FROM stream_row WHERE (shop_id, stream, key) IN (
                SELECT shop_id, stream, key FROM stream_row
                WHERE body IS NULL AND written_at < $1 ORDER BY written_at LIMIT $2)
            RETURNING shop_id, stream, version
        ), floors AS (
            SELECT shop_id, stream, max(version) AS version FROM gone GROUP BY shop_id, stream
        ), raised AS (
            UPDATE stream SET floor = greatest(floor, floors.version) FROM floors
            WHERE stream.shop_id = floors.shop_id AND stream.name = floors.stream
        )
        SELECT count(*) AS n FROM gone
        """,
        before,
        most,
    )
    found: int = rows[0]["n"]
    return found

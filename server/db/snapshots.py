"""The beginning of large streams, cut once into parts that never change, so that any number of fresh phones share them."""

import hashlib

import brotli
import msgspec
from msgspec import Struct

from server.db.connections import Connection
from server.db.streams import read_heads, read_patch
from sync_protocol.ids import ShopId, StreamName
from sync_protocol.limits import PULL_BYTES_MAX
from sync_protocol.messages.pull import Patch, SnapshotPart

ROWS_MIN = 1_000
"""Below this a pull's own page does as well."""
PART_ROWS = 2_000
"""As many as a pull's page has at most: on a slow network each part costs a round trip."""

STALE_SHARE = 0.2
"""A snapshot that lacks more than this share of the stream's rows is made anew."""
KEPT = 2
"""So many snapshots of a stream are kept: a phone may be in the middle of the one before."""


class Part(Struct, frozen=True, kw_only=True):
    """A part as it is stored: brotli of a patch's JSON."""

    stream: StreamName
    body: bytes


async def parts_of(
    connection: Connection, shop_id: ShopId, stream: StreamName
) -> tuple[SnapshotPart, ...]:
    """Return the parts of a stream's newest snapshot, in order; none when there is no snapshot."""
    rows = await connection.fetch(
        """
        SELECT from_version, to_version, hash FROM snapshot_part
        WHERE shop_id = $1 AND stream = $2
          AND made_at = (SELECT max(made_at) FROM snapshot_part WHERE shop_id = $1 AND stream = $2)
        ORDER BY from_version
        """,
        shop_id,
        stream,
    )
    return tuple(
        SnapshotPart(
            stream=stream,
            from_version=row["from_version"],
            to_version=row["to_version"],
            hash=row["hash"],
        )
        for row in rows
    )


async def find_part(connection: Connection, shop_id: ShopId, hash_: str) -> Part | None:
    """Return a part by its hash, or None."""
    row = await connection.fetchrow(
        "SELECT stream, body FROM snapshot_part WHERE shop_id = $1 AND hash = $2 LIMIT 1",
        shop_id,
        hash_,
    )
    return None if row is None else Part(stream=StreamName(row["stream"]), body=row["body"])


async def is_wanting(connection: Connection, shop_id: ShopId, stream: StreamName) -> bool:
    """Whether a stream is large and has no snapshot, or one that lacks too much of it."""
    row = await connection.fetchrow(
        """
        SELECT count(*) AS held, count(*) FILTER (WHERE version > coalesce((
            SELECT max(to_version) FROM snapshot_part WHERE shop_id = $1 AND stream = $2), 0)) AS lacking
        FROM stream_row WHERE shop_id = $1 AND stream = $2 AND body IS NOT NULL
        """,
        shop_id,
        stream,
    )
    assert row is not None, "a count is always one row"
    return bool(row["held"] >= ROWS_MIN and row["lacking"] > STALE_SHARE * row["held"])


async def cut_parts(
    connection: Connection, shop_id: ShopId, stream: StreamName, made_at: int
) -> int:
    """Cut a stream into parts as it stands; return how many. Call it in a snapshot (repeatable read)."""
    head = (await read_heads(connection, shop_id, [stream]))[stream][0]
    after, parts = 0, 0
    while after < head:
        patch, more = await read_patch(
            connection,
            shop_id,
            stream,
            after,
            rows_max=PART_ROWS,
            bytes_max=PULL_BYTES_MAX,
            tombstones=False,
        )
        to_version = patch.to_version if more else head
        await _store(
            connection,
            shop_id,
            made_at,
            Patch(stream=stream, from_version=after, to_version=to_version, rows=patch.rows),
        )
        after, parts = to_version, parts + 1
    await connection.execute(
        """
        DELETE FROM snapshot_part WHERE shop_id = $1 AND stream = $2 AND made_at NOT IN (
            SELECT DISTINCT made_at FROM snapshot_part WHERE shop_id = $1 AND stream = $2
            ORDER BY made_at DESC LIMIT $3)
        """,
        shop_id,
        stream,
        KEPT,
    )
    return parts


async def _store(connection: Connection, shop_id: ShopId, made_at: int, patch: Patch) -> None:
    text = msgspec.json.encode(patch)
    await connection.execute(
        """
        INSERT INTO snapshot_part (shop_id, stream, made_at, from_version, to_version, hash, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        """,
        shop_id,
        patch.stream,
        made_at,
        patch.from_version,
        patch.to_version,
        hashlib.sha256(text).hexdigest(),
        # Compressed once and sent often.
        brotli.compress(text, quality=9),
    )

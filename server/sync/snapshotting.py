"""Giving a fresh phone the beginning of large streams as parts that can be cached, resumed and shared."""

from collections.abc import Sequence

from server.db import snapshots
from server.db.connections import Connection
from server.db.pool import Database, run_transaction
from sync_protocol.ids import ShopId, StreamName


async def prepare_parts(
    database: Database, shop_id: ShopId, streams: Sequence[StreamName], now: int
) -> None:
    """Cut those of the streams that are large and have no fresh snapshot."""
    async with database.connection() as connection:
        wanting = [s for s in streams if await snapshots.is_wanting(connection, shop_id, s)]
    for stream in wanting:

        async def cut(connection: Connection, stream: StreamName = stream) -> int:
            return await snapshots.cut_parts(connection, shop_id, stream, now)

        await run_transaction(database, cut, isolation="repeatable read")


async def fetch_part(
    connection: Connection, shop_id: ShopId, granted: Sequence[StreamName], hash_: str
) -> bytes | None:
    """Return a part's body (brotli), or None when there is none in the streams that are granted."""
    part = await snapshots.find_part(connection, shop_id, hash_)
    return None if part is None or part.stream not in granted else part.body

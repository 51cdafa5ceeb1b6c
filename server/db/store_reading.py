"""How far each shop's store has been read."""

from msgspec import Struct

from server.db.connections import Connection
from sync_protocol.ids import ShopId


class StoreReading(Struct, frozen=True, kw_only=True):
    """Moments in epoch ms, 0 for never. What was over in the store before `began_at` is not taken up.

    `deep_counted` orders the last deep sweep found, of which `deep_missing` were not here as they were there.
    """

    shop_id: ShopId
    began_at: int
    swept_at: int = 0
    deep_swept_at: int = 0
    deep_counted: int = 0
    deep_missing: int = 0
    trouble: str | None = None


async def begin_reading(connection: Connection, shop_id: ShopId, now: int) -> StoreReading:
    """Return how far the store has been read, beginning now where nobody has read it yet."""
    await connection.execute(
        "INSERT INTO store_reading (shop_id, began_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        shop_id,
        now,
    )
    found = await find_reading(connection, shop_id)
    assert found is not None
    return found


async def find_reading(connection: Connection, shop_id: ShopId) -> StoreReading | None:
    """Return how far the store has been read; None before the first reading."""
    row = await connection.fetchrow("SELECT * FROM store_reading WHERE shop_id = $1", shop_id)
    return None if row is None else StoreReading(**dict(row))


async def note_swept(connection: Connection, shop_id: ShopId, now: int) -> None:
    """Remember that a sweep came to its end; what had gone wrong with it has not any more."""
    await connection.execute(
        "UPDATE store_reading SET swept_at = $2, trouble = NULL WHERE shop_id = $1", shop_id, now
    )


async def note_deep_sweep(
    connection: Connection, shop_id: ShopId, now: int, counted: int, missing: int
) -> None:
    """Remember what a deep sweep found."""
    await connection.execute(
        """
        UPDATE store_reading SET deep_swept_at = $2, deep_counted = $3, deep_missing = $4
        WHERE shop_id = $1
        """,
        shop_id,
        now,
        counted,
        missing,
    )


async def note_trouble(connection: Connection, shop_id: ShopId, why: str) -> None:
    """Remember why the store could not be read, for people to see."""
    await connection.execute(
        "UPDATE store_reading SET trouble = $2 WHERE shop_id = $1", shop_id, why[:500]
    )

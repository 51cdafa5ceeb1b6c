"""The database's own history: which one this is."""

from msgspec import Struct

from server.db.connections import Connection
from sync_protocol.ids import Epoch


class History(Struct, frozen=True, kw_only=True):
    """The epoch that holds, and since when (epoch ms) ops of earlier histories may be missing in it.

    `restored_to` is the oldest moment to which any restore went back: a phone that was away during several must offer
    what the first of them lost too.

    `outbound_from`: epoch ms before which nothing is written to Shopify, since calls of the lost history may still land.
    """

    epoch: Epoch
    restored_to: int | None
    outbound_from: int = 0


async def read_history(connection: Connection) -> History:
    """Return the epoch that holds now."""
    row = await connection.fetchrow(
        """
        SELECT id, (SELECT min(restored_to) FROM epoch) AS restored_to, outbound_from
        FROM epoch ORDER BY began_at DESC, id DESC LIMIT 1
        """
    )
    assert row is not None, "the first migration makes the first epoch"
    return History(
        epoch=Epoch(row["id"]),
        restored_to=row["restored_to"],
        outbound_from=row["outbound_from"],
    )


async def backed_up_to(connection: Connection) -> int | None:
    """Return the moment (epoch ms) of the last finished backup; None where there is none."""
    found: int | None = await connection.fetchval("SELECT max(taken_at) FROM backup")
    return found

"""Owners' invitations to tie a store to their shop: good once and for minutes; of each only the hash is kept."""

from msgspec import Struct

from server.db.connections import Connection
from sync_protocol.ids import ShopId, StaffId
from sync_protocol.shop import Role


class Invited(Struct, frozen=True, kw_only=True):
    """Which shop an invitation ties which store to, and who made it."""

    shop_id: ShopId
    staff_id: StaffId
    domain: str


async def store_invitation(
    connection: Connection, state_hash: str, invited: Invited, now: int, expires_at: int
) -> None:
    """Keep a new invitation."""
    await connection.execute(
        """
        INSERT INTO shopify_install (state_hash, shop_id, staff_id, domain, made_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        state_hash,
        invited.shop_id,
        invited.staff_id,
        invited.domain,
        now,
        expires_at,
    )


_GOOD = """
    state_hash = $1 AND i.domain = $2 AND used_at IS NULL AND expires_at > $3
    AND s.shop_id = i.shop_id AND s.id = i.staff_id AND s.active AND s.role = $4
"""


async def inviting_shop(
    connection: Connection, state_hash: str, domain: str, now: int
) -> ShopId | None:
    """Return the shop whose invitation is good for that store; it stays good. None where there is none."""
    found: str | None = await connection.fetchval(
        f"SELECT i.shop_id FROM shopify_install i, staff s WHERE {_GOOD}",  # noqa: S608 - ours
        state_hash,
        domain,
        now,
        Role.OWNER.value,
    )
    return None if found is None else ShopId(found)


async def use_invitation(
    connection: Connection, state_hash: str, domain: str, now: int
) -> Invited | None:
    """Use an invitation up; None when it is unknown, over, used, for another store, or its maker is no owner any more."""
    row = await connection.fetchrow(
        f"""
        UPDATE shopify_install i SET used_at = $3 FROM staff s WHERE {_GOOD}
        RETURNING i.shop_id, i.staff_id, i.domain
        """,  # noqa: S608 - ours
        state_hash,
        domain,
        now,
        Role.OWNER.value,
    )
    if row is None:
        return None
    return Invited(
        shop_id=ShopId(row["shop_id"]), staff_id=StaffId(row["staff_id"]), domain=row["domain"]
    )


async def forget_invitations(connection: Connection, now: int) -> None:
    """Erase invitations that nobody can use any more."""
    await connection.execute("DELETE FROM shopify_install WHERE expires_at <= $1", now)

"""What phones saw of the ledgers: the heads that they were told, held against the history that is here."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from server.db.connections import Connection
from sync_protocol.ids import BranchId, DeviceId, ShopId


class Seen(Struct, frozen=True, kw_only=True):
    """A ledger head as a device was told it, and what stands here: `ours` is the hash at that version, if there is one."""

    branch_id: BranchId
    device_id: DeviceId
    version: int
    hash: str
    ours: str | None

    @property
    def agrees(self) -> bool:
        """Whether this history has what the device saw."""
        return self.ours == self.hash


async def compare(
    connection: Connection,
    shop_id: ShopId,
    device_id: DeviceId,
    witness: Mapping[BranchId, tuple[int, str]],
) -> tuple[Seen, ...]:
    """Hold what a device saw against the ledgers; branches that are not known are left out."""
    told = sorted((b, version, hash_) for b, (version, hash_) in witness.items() if version > 0)
    rows = await connection.fetch(
        """
        SELECT told.branch_id, told.version, told.hash, entry.hash AS ours
        FROM unnest($2::text[], $3::bigint[], $4::text[]) AS told (branch_id, version, hash)
        JOIN branch ON branch.shop_id = $1 AND branch.id = told.branch_id
        LEFT JOIN ledger_entry entry
          ON entry.shop_id = $1 AND entry.branch_id = told.branch_id AND entry.version = told.version
        """,
        shop_id,
        [b for b, _, _ in told],
        [version for _, version, _ in told],
        [hash_ for _, _, hash_ in told],
    )
    return tuple(
        Seen(
            branch_id=BranchId(row["branch_id"]),
            device_id=device_id,
            version=row["version"],
            hash=row["hash"],
            ours=row["ours"],
        )
        for row in rows
    )


async def keep(connection: Connection, shop_id: ShopId, seen: Sequence[Seen], now: int) -> None:
    """Keep per branch and device the last head that agrees, and the first that does not."""
    for one in seen:
        await connection.execute(
            """
            INSERT INTO witness AS kept (shop_id, branch_id, device_id, agreed, version, hash, seen_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (shop_id, branch_id, device_id, agreed) DO UPDATE
            SET version = excluded.version, hash = excluded.hash, seen_at = excluded.seen_at
            WHERE (kept.agreed AND excluded.version >= kept.version)
               OR (NOT kept.agreed AND excluded.version < kept.version)
            """,
            shop_id,
            one.branch_id,
            one.device_id,
            one.agrees,
            one.version,
            one.hash,
            now,
        )


async def last_agreed(connection: Connection, shop_id: ShopId, seen: Seen) -> int:
    """Return up to which version below `seen` some device saw just what is here."""
    found: int = await connection.fetchval(
        """
        SELECT coalesce(max(witness.version), 0) FROM witness
        JOIN ledger_entry entry USING (shop_id, branch_id, version)
        WHERE shop_id = $1 AND branch_id = $2 AND version < $3 AND entry.hash = witness.hash
        """,
        shop_id,
        seen.branch_id,
        seen.version,
    )
    return found


async def all_seen(
    connection: Connection, shop_id: ShopId, branch_id: BranchId
) -> tuple[Seen, ...]:
    """Return every head of a branch's ledger that some device told of, oldest first."""
    rows = await connection.fetch(
        """
        SELECT witness.device_id, version, witness.hash, entry.hash AS ours
        FROM witness LEFT JOIN ledger_entry entry USING (shop_id, branch_id, version)
        WHERE shop_id = $1 AND branch_id = $2 ORDER BY version, witness.device_id
        """,
        shop_id,
        branch_id,
    )
    return tuple(
        Seen(
            branch_id=branch_id,
            device_id=DeviceId(row["device_id"]),
            version=row["version"],
            hash=row["hash"],
            ours=row["ours"],
        )
        for row in rows
    )

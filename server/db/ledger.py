"""The branch ledgers: appending entries and reading them back."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

import asyncpg

from server.db.connections import Connection
from sync_protocol.ids import (
    BranchId,
    DeviceId,
    FulfillmentId,
    LedgerEntryId,
    OpId,
    OrderId,
    RunId,
    ShopId,
    StaffId,
    TransferId,
    VariantId,
)
from sync_protocol.ledger import GENESIS_HASH, CashLeg, EntryKind, LedgerEntry, Leg

Named = TypeVar("Named")

Head = tuple[int, str]
"""[version, hash] of a branch's ledger; (0, "") before its first entry."""


async def lock_heads(
    connection: Connection, shop_id: ShopId, branch_ids: Sequence[BranchId]
) -> dict[BranchId, Head]:
    """Lock the branches' ledgers, in order of branch, until the commit: their versions are dense."""
    wanted = sorted(set(branch_ids))
    await connection.execute(
        """
        INSERT INTO ledger_head (shop_id, branch_id, version, hash)
        SELECT $1, id, 0, $3 FROM unnest($2::text[]) AS wanted (id) ORDER BY id
        ON CONFLICT DO NOTHING
        """,
        shop_id,
        wanted,
        GENESIS_HASH,
    )
    rows = await connection.fetch(
        """
        SELECT branch_id, version, hash FROM ledger_head
        WHERE shop_id = $1 AND branch_id = any($2::text[]) ORDER BY branch_id FOR NO KEY UPDATE
        """,
        shop_id,
        wanted,
    )
    return {BranchId(row["branch_id"]): (row["version"], row["hash"]) for row in rows}


async def read_heads(
    connection: Connection, shop_id: ShopId, branch_ids: Sequence[BranchId]
) -> dict[BranchId, Head]:
    """Return each branch's ledger head without locking it."""
    rows = await connection.fetch(
        "SELECT branch_id, version, hash FROM ledger_head WHERE shop_id = $1 AND branch_id = any($2::text[])",
        shop_id,
        list(branch_ids),
    )
    return {BranchId(row["branch_id"]): (row["version"], row["hash"]) for row in rows}


async def append(
    connection: Connection,
    shop_id: ShopId,
    entries: Sequence[tuple[LedgerEntry, str]],
    heads: dict[BranchId, Head],
) -> None:
    """Insert entries (with their hashes) and move the heads, which must be locked, to where they end."""
    if not entries:
        return
    await _insert_entries(connection, entries)
    await _insert_legs(connection, [entry for entry, _ in entries])
    await _insert_cash(connection, [entry for entry, _ in entries])
    moved = sorted({entry.branch_id for entry, _ in entries})
    await connection.execute(
        """
        UPDATE ledger_head SET version = moved.v, hash = moved.h
        FROM unnest($2::text[], $3::bigint[], $4::text[]) AS moved (b, v, h)
        WHERE shop_id = $1 AND branch_id = moved.b
        """,
        shop_id,
        moved,
        [heads[b][0] for b in moved],
        [heads[b][1] for b in moved],
    )


async def _insert_entries(
    connection: Connection, entries: Sequence[tuple[LedgerEntry, str]]
) -> None:
    await connection.executemany(
        """
        INSERT INTO ledger_entry (shop_id, branch_id, version, id, kind, op_id, by_staff, device_id, at,
                                  recorded_at, order_id, fulfillment_id, reverses, hash, transfer_id,
                                  run_id, reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        """,
        [
            (
                e.shop_id,
                e.branch_id,
                e.version,
                e.id,
                e.kind.value,
                e.op_id,
                e.by,
                e.device_id,
                e.at,
                e.recorded_at,
                e.order_id,
                e.fulfillment_id,
                e.reverses,
                hash_,
                e.transfer_id,
                e.run_id,
                e.reason,
            )
            for e, hash_ in entries
        ],
    )


async def _insert_legs(connection: Connection, entries: Sequence[LedgerEntry]) -> None:
    """In one statement: the database checks the balance of each statement's legs."""
    legs = [(e, place, leg) for e in entries for place, leg in enumerate(e.legs)]
    if not legs:
        return
    await connection.execute(
        """
        INSERT INTO ledger_leg (shop_id, branch_id, version, place, account, variant_id, units)
        SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::bigint[])
        """,
        entries[0].shop_id,
        [e.branch_id for e, _, _ in legs],
        [e.version for e, _, _ in legs],
        [place for _, place, _ in legs],
        [leg.account for _, _, leg in legs],
        [leg.variant_id for _, _, leg in legs],
        [leg.units for _, _, leg in legs],
    )


async def _insert_cash(connection: Connection, entries: Sequence[LedgerEntry]) -> None:
    legs = [(e, place, leg) for e in entries for place, leg in enumerate(e.cash)]
    if not legs:
        return
    await connection.execute(
        """
        INSERT INTO cash_leg (shop_id, branch_id, version, place, account, paisa)
        SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::int[], $5::text[], $6::bigint[])
        """,
        entries[0].shop_id,
        [e.branch_id for e, _, _ in legs],
        [e.version for e, _, _ in legs],
        [place for _, place, _ in legs],
        [leg.account for _, _, leg in legs],
        [leg.paisa for _, _, leg in legs],
    )


async def read_entries(
    connection: Connection, shop_id: ShopId, branch_id: BranchId, after: int = 0, most: int = 500
) -> list[tuple[LedgerEntry, str]]:
    """Return up to `most` entries of a branch after version `after`, each with its stored hash, in order."""
    rows = await connection.fetch(
        f"{_WITH_LEGS} WHERE e.shop_id = $1 AND e.branch_id = $2 AND e.version > $3 ORDER BY e.version LIMIT $4",
        shop_id,
        branch_id,
        after,
        most,
    )
    return [(entry_of(shop_id, row), row["hash"]) for row in rows]


async def find_entry(
    connection: Connection, shop_id: ShopId, entry_id: LedgerEntryId
) -> LedgerEntry | None:
    """Return one entry with its legs, or None."""
    row = await connection.fetchrow(
        f"{_WITH_LEGS} WHERE e.shop_id = $1 AND e.id = $2", shop_id, entry_id
    )
    return None if row is None else entry_of(shop_id, row)


_WITH_LEGS = """
SELECT e.*, l.legs, c.cash
FROM ledger_entry e
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg((account, variant_id, units) ORDER BY place), '{}') AS legs
    FROM ledger_leg
    WHERE shop_id = e.shop_id AND branch_id = e.branch_id AND version = e.version
) l
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg((account, paisa) ORDER BY place), '{}') AS cash
    FROM cash_leg
    WHERE shop_id = e.shop_id AND branch_id = e.branch_id AND version = e.version
) c
"""


def entry_of(shop_id: ShopId, row: asyncpg.Record) -> LedgerEntry:
    """Return the ledger entry of a row read with its legs."""
    return LedgerEntry(
        shop_id=shop_id,
        branch_id=BranchId(row["branch_id"]),
        version=row["version"],
        id=LedgerEntryId(row["id"]),
        kind=EntryKind(row["kind"]),
        legs=tuple(
            Leg(account=account, variant_id=VariantId(variant), units=units)
            for account, variant, units in row["legs"]
        ),
        cash=tuple(CashLeg(account=account, paisa=paisa) for account, paisa in row["cash"]),
        op_id=OpId(row["op_id"]),
        by=StaffId(row["by_staff"]),
        device_id=DeviceId(row["device_id"]),
        at=row["at"],
        recorded_at=row["recorded_at"],
        order_id=_maybe(OrderId, row["order_id"]),
        fulfillment_id=_maybe(FulfillmentId, row["fulfillment_id"]),
        transfer_id=_maybe(TransferId, row["transfer_id"]),
        run_id=_maybe(RunId, row["run_id"]),
        reverses=_maybe(LedgerEntryId, row["reverses"]),
        reason=row["reason"],
    )


def _maybe(kind: Callable[[str], Named], text: str | None) -> Named | None:
    return None if text is None else kind(text)


async def walk(
    connection: Connection, shop_id: ShopId, branch_id: BranchId
) -> AsyncIterator[tuple[LedgerEntry, str]]:
    """Yield a branch's whole ledger in order, page by page."""
    after = 0
    while page := await read_entries(connection, shop_id, branch_id, after):
        for entry, hash_ in page:
            yield entry, hash_
        after = page[-1][0].version

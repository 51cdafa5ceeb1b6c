"""Bulk readings of a store: durable, so that they go on where they stood after a restart.

States: `wanted` (to be asked for), `running` (the store is at it), `reading` (the result is being taken in), then `done`
or `failed`. `taken` counts the things of the result that were taken in, in the result's own order.
"""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from server.db.connections import Connection
from sync_protocol.ids import ShopId


class ImportKind(StrEnum):
    """What is read in bulk."""

    ORDERS = "orders"
    VARIANTS = "variants"


class StoreImport(Struct, frozen=True, kw_only=True):
    """Where a bulk reading stands. `since`: only orders changed at or after it; ISO 8601, UTC. Moments in epoch ms.

    `object_count` counts lines of the result, `taken` its orders or variants, `left_out` those of them that were over before
    the store was connected.
    """

    shop_id: ShopId
    kind: ImportKind
    state: str
    since: str | None = None
    operation_gid: str | None = None
    url: str | None = None
    object_count: int = 0
    taken: int = 0
    left_out: int = 0
    begun_at: int
    moved_at: int
    run_at: int
    attempts: int = 0
    error: str | None = None

    def shown(self) -> "StoreImport":
        """Return it for people to see: without the address of the result, which opens all of it to whoever has it."""
        return replace(self, url=None)

    @property
    def is_over(self) -> bool:
        """Whether it came to its end, good or bad."""
        return self.state in ("done", "failed")


async def want_import(
    connection: Connection, shop_id: ShopId, kind: ImportKind, since: str | None, now: int
) -> bool:
    """Ask for a bulk reading unless one of that kind is under way; False when one is."""
    done = await connection.execute(
        """
        INSERT INTO store_import (shop_id, kind, state, since, begun_at, moved_at, run_at)
        VALUES ($1, $2, 'wanted', $3, $4, $4, $4)
        ON CONFLICT (shop_id, kind) DO UPDATE SET state = 'wanted', since = excluded.since,
            operation_gid = NULL, url = NULL, object_count = 0, taken = 0, left_out = 0, attempts = 0,
            error = NULL, begun_at = excluded.begun_at, moved_at = excluded.moved_at,
            run_at = excluded.run_at
        WHERE store_import.state IN ('done', 'failed')
        """,
        shop_id,
        kind.value,
        since,
        now,
    )
    return done == "INSERT 0 1"


async def take_imports(connection: Connection, now: int, lease_ms: int) -> list[StoreImport]:
    """Take the bulk readings on which there is something to do; they come back by themselves after `lease_ms`."""
    rows = await connection.fetch(
        """
        UPDATE store_import i SET run_at = $1 + $2, attempts = i.attempts + 1
        FROM (SELECT shop_id, kind FROM store_import
              WHERE state IN ('wanted', 'running', 'reading') AND run_at <= $1
              FOR UPDATE SKIP LOCKED) due
        WHERE i.shop_id = due.shop_id AND i.kind = due.kind
        RETURNING i.*
        """,
        now,
        lease_ms,
    )
    return [_import(row) for row in rows]


async def imports_of(connection: Connection, shop_id: ShopId) -> list[StoreImport]:
    """Return where the shop's bulk readings stand."""
    rows = await connection.fetch(
        "SELECT * FROM store_import WHERE shop_id = $1 ORDER BY kind", shop_id
    )
    return [_import(row) for row in rows]


async def store_import(connection: Connection, one: StoreImport) -> None:
    """Write where a bulk reading stands."""
    await connection.execute(
        """
        UPDATE store_import SET state = $3, operation_gid = $4, url = $5, object_count = $6, taken = $7,
            left_out = $8, moved_at = $9, run_at = $10, attempts = $11, error = $12
        WHERE shop_id = $1 AND kind = $2 AND begun_at = $13
        """,
        one.shop_id,
        one.kind.value,
        one.state,
        one.operation_gid,
        one.url,
        one.object_count,
        one.taken,
        one.left_out,
        one.moved_at,
        one.run_at,
        one.attempts,
        one.error,
        one.begun_at,
    )


def _import(row: object) -> StoreImport:
    fields = dict(row)  # type: ignore[call-overload]
    return StoreImport(**(fields | {"kind": ImportKind(fields["kind"])}))

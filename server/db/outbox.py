"""The queue of what must be done at Shopify: one lane per order, claimed under a lease.

States: `pending` (never tried), `sent` (a call was about to be made: whether it arrived is not known until an answer is
written), `unknown` (no answer came), then `confirmed`, `failed`, or `withdrawn` (undone before it was ever tried). The attempt number is the fencing token: whoever's
lease ran out can no longer write an outcome.
"""

from msgspec import Struct

from server.db.connections import Connection
from sync_protocol.ids import BranchId, FulfillmentId, LedgerEntryId, OrderId, ShopId
from sync_protocol.outcomes import EffectKind


class Claimed(Struct, frozen=True, kw_only=True):
    """An effect that this worker may carry out until its lease ends. `state` is as it was before the claim.

    `refusals` counts how often it had failed for good before somebody wanted it again.
    """

    shop_id: ShopId
    key: str
    kind: EffectKind
    order_id: OrderId | None
    fulfillment_id: FulfillmentId | None
    entry_id: LedgerEntryId | None = None
    branch_id: BranchId | None = None
    state: str
    attempts: int
    refusals: int = 0
    notify_customer: bool = False


async def shops_with_effects(connection: Connection, now: int) -> list[ShopId]:
    """Return the shops for whose stores something is due."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT shop_id FROM outbox
        WHERE state IN ('pending', 'sent', 'unknown') AND run_at <= $1 AND lease_until <= $1
        """,
        now,
    )
    return [ShopId(row["shop_id"]) for row in rows]


async def claim(
    connection: Connection, now: int, lease_ms: int, most: int, shop_id: ShopId | None = None
) -> list[Claimed]:
    """Take up to `most` due effects, of one shop or of all, each the oldest open one of its lane, and lease them."""
    rows = await connection.fetch(
        """
        WITH due AS (
            SELECT shop_id, key, state FROM outbox o
            WHERE state IN ('pending', 'sent', 'unknown') AND run_at <= $1 AND lease_until <= $1
              AND ($4::text IS NULL OR shop_id = $4)
              AND NOT EXISTS (
                  SELECT FROM outbox p
                  WHERE p.shop_id = o.shop_id AND p.lane = o.lane AND p.serial < o.serial
                    AND p.state IN ('pending', 'sent', 'unknown'))
            ORDER BY run_at, serial LIMIT $3 FOR UPDATE SKIP LOCKED
        )
        UPDATE outbox o SET lease_until = $1 + $2, attempts = attempts + 1 FROM due
        WHERE o.shop_id = due.shop_id AND o.key = due.key
        RETURNING o.shop_id, o.key, o.kind, o.order_id, o.fulfillment_id, due.state, o.attempts,
            o.notify_customer, o.entry_id, o.refusals,
            (SELECT branch_id FROM ledger_entry e WHERE e.shop_id = o.shop_id AND e.id = o.entry_id) AS branch_id
        """,
        now,
        lease_ms,
        most,
        shop_id,
    )
    return [
        Claimed(
            shop_id=ShopId(row["shop_id"]),
            key=row["key"],
            kind=EffectKind(row["kind"]),
            order_id=row["order_id"],
            fulfillment_id=row["fulfillment_id"],
            entry_id=row["entry_id"],
            branch_id=row["branch_id"],
            state=row["state"],
            attempts=row["attempts"],
            refusals=row["refusals"],
            notify_customer=row["notify_customer"],
        )
        for row in rows
    ]


async def hurry(connection: Connection, shop_id: ShopId, order_id: OrderId, now: int) -> None:
    """Let what waits for an order to be ready in the store be tried at once; what cools off goes on cooling off."""
    await connection.execute(
        """
        UPDATE outbox SET run_at = $3
        WHERE shop_id = $1 AND order_id = $2 AND state = 'pending' AND run_at > $3
        """,
        shop_id,
        order_id,
        now,
    )


async def mark(
    connection: Connection,
    effect: Claimed,
    state: str,
    *,
    run_at: int,
    sent_at: int | None = None,
    error: str | None = None,
    keep_lease: bool = False,
) -> bool:
    """Write where an effect stands; False when the lease was lost to another worker meanwhile."""
    done = await connection.execute(
        """
        UPDATE outbox SET state = $4, run_at = $5, sent_at = coalesce($6, sent_at), last_error = $7,
            lease_until = CASE WHEN $8 THEN lease_until ELSE 0 END,
            refusals = refusals + CASE WHEN $4 = 'failed' THEN 1 ELSE 0 END
        WHERE shop_id = $1 AND key = $2 AND attempts = $3
          AND state IN ('pending', 'sent', 'unknown')
        """,
        effect.shop_id,
        effect.key,
        effect.attempts,
        state,
        run_at,
        sent_at,
        error,
        keep_lease,
    )
    return done == "UPDATE 1"


async def open_count(connection: Connection) -> int:
    """Return how many effects have not come to an end."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sent', 'unknown')"
    )
    return count

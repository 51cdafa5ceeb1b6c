"""Storing what the decisions made of a book; the rows must be locked."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from server.db.connections import Connection
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import ShopId
from sync_protocol.orders import Order
from sync_protocol.outcomes import Discrepancy, Effect
from sync_protocol.runs import RiderRun
from sync_protocol.stock import Stock
from sync_protocol.transfers import Transfer


async def store_orders(connection: Connection, shop_id: ShopId, orders: Sequence[Order]) -> None:
    """Write whole orders."""
    await connection.execute(
        """
        INSERT INTO customer_order (shop_id, id, name, placed_at, rev, body, phone, wake_at)
        SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::jsonb[],
                                 $7::text[], $8::bigint[])
        ON CONFLICT (shop_id, id) DO UPDATE
        SET name = excluded.name, placed_at = excluded.placed_at, rev = excluded.rev, body = excluded.body,
            phone = excluded.phone, wake_at = excluded.wake_at
        """,
        shop_id,
        [o.id for o in orders],
        [o.name for o in orders],
        [o.placed_at for o in orders],
        [o.rev for o in orders],
        [_json(o) for o in orders],
        [o.contact.phone for o in orders],
        [o.wake_at for o in orders],
    )


async def store_fulfillments(
    connection: Connection, shop_id: ShopId, shipments: Sequence[Fulfillment]
) -> None:
    """Write whole fulfillments; `variant_ids` repeats their lines' variants for the index."""
    await connection.executemany(
        """
        INSERT INTO fulfillment (shop_id, id, order_id, branch_id, state, variant_ids, rev, body, run_id,
                                 tracking_number)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (shop_id, id) DO UPDATE
        SET branch_id = excluded.branch_id, state = excluded.state, variant_ids = excluded.variant_ids,
            rev = excluded.rev, body = excluded.body, run_id = excluded.run_id,
            tracking_number = excluded.tracking_number
        """,
        [
            (
                shop_id,
                s.id,
                s.order_id,
                s.branch_id,
                s.state.value,
                sorted({line.variant_id for line in s.lines}),
                s.rev,
                _json(s),
                s.run_id,
                s.tracking_number,
            )
            for s in shipments
        ],
    )


async def store_runs(connection: Connection, shop_id: ShopId, runs: Sequence[RiderRun]) -> None:
    """Write whole runs."""
    await connection.executemany(
        """
        INSERT INTO rider_run (shop_id, id, branch_id, rider_id, state, rev, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (shop_id, id) DO UPDATE
        SET state = excluded.state, rev = excluded.rev, body = excluded.body
        """,
        [(shop_id, r.id, r.branch_id, r.rider_id, r.state.value, r.rev, _json(r)) for r in runs],
    )


async def store_transfers(
    connection: Connection, shop_id: ShopId, transfers: Sequence[Transfer]
) -> None:
    """Write whole transfers."""
    await connection.executemany(
        """
        INSERT INTO transfer (shop_id, id, branch_id, to_branch_id, state, rev, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (shop_id, id) DO UPDATE
        SET state = excluded.state, rev = excluded.rev, body = excluded.body
        """,
        [
            (shop_id, t.id, t.branch_id, t.to_branch_id, t.state.value, t.rev, _json(t))
            for t in transfers
        ],
    )


async def store_stock(connection: Connection, shop_id: ShopId, stock: Sequence[Stock]) -> None:
    """Write the projection; the rows must be locked."""
    await connection.execute(
        """
        UPDATE stock SET sellable = n.s, damaged = n.d, quarantine = n.q, ledger_version = n.l,
                         low_units = n.w, counted = n.c
        FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                    $8::bigint[], $9::jsonb[])
          AS n (b, v, s, d, q, l, w, c)
        WHERE shop_id = $1 AND branch_id = n.b AND variant_id = n.v
        """,
        shop_id,
        [s.branch_id for s in stock],
        [s.variant_id for s in stock],
        [s.sellable for s in stock],
        [s.damaged for s in stock],
        [s.quarantine for s in stock],
        [s.ledger_version for s in stock],
        [s.low_units for s in stock],
        [None if s.counted is None else _json(s.counted) for s in stock],
    )


async def store_discrepancies(
    connection: Connection, shop_id: ShopId, found: Sequence[Discrepancy]
) -> None:
    """Write opened and closed discrepancies."""
    await connection.executemany(
        """
        INSERT INTO discrepancy (shop_id, id, code, order_id, fulfillment_id, branch_id, variant_id,
                                 recorded_at, closed_at, body, run_id, transfer_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (shop_id, id) DO UPDATE SET closed_at = excluded.closed_at, body = excluded.body
        """,
        [
            (
                shop_id,
                d.id,
                d.code.value,
                d.order_id,
                d.fulfillment_id,
                d.branch_id,
                d.variant_id,
                d.recorded_at,
                d.closed_at,
                _json(d),
                d.run_id,
                d.transfer_id,
            )
            for d in found
        ],
    )


async def queue_effects(
    connection: Connection, shop_id: ShopId, effects: Sequence[Effect], now: int
) -> None:
    """Make the intents durable before anybody acts on them.

    The same intent is queued once for ever; one that failed and is wanted again is the same row, so that whoever takes
    it up looks at the store before anything is sent.
    """
    await connection.executemany(
        """
        INSERT INTO outbox AS o (shop_id, key, kind, lane, order_id, fulfillment_id, state, run_at, created_at,
                                 notify_customer, entry_id)
        VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $7, $8, $10)
        ON CONFLICT (shop_id, key) DO UPDATE SET state = 'pending', run_at = excluded.run_at, lease_until = 0
        WHERE $9 AND o.state = 'failed'
        """,
        [
            (
                shop_id,
                e.key,
                e.kind.value,
                e.lane,
                e.order_id,
                e.fulfillment_id,
                now,
                e.notify_customer,
                e.again,
                e.entry_id,
            )
            for e in effects
        ],
    )


def _json(value: Struct) -> str:
    return msgspec.json.encode(value).decode()

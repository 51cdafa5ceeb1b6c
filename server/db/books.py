"""The book of a chunk: loading it from locked rows, and storing what the decisions made of it."""

from collections.abc import AsyncIterator, Iterable, Sequence

import msgspec
from msgspec import Struct

from server.db.connections import Connection
from sync_protocol.decide.book import Book
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import (
    BranchId,
    DiscrepancyId,
    FulfillmentId,
    OrderId,
    ShopId,
    VariantId,
)
from sync_protocol.ops import OpBody
from sync_protocol.orders import Order, in_stock_logic
from sync_protocol.outcomes import Discrepancy, Effect
from sync_protocol.shop import Branch, Policy
from sync_protocol.stock import Stock

_order = msgspec.json.Decoder(Order)
_fulfillment = msgspec.json.Decoder(Fulfillment)
_discrepancy = msgspec.json.Decoder(Discrepancy)


class Reach(Struct, kw_only=True):
    """What the bodies of a chunk name: the start of what has to be loaded."""

    orders: set[OrderId]
    fulfillments: set[FulfillmentId]
    branches: set[BranchId]
    variants: set[VariantId]


def reach_of(bodies: Iterable[OpBody]) -> Reach:
    """Collect the ids that the bodies name, by the names of their fields."""
    reach = Reach(orders=set(), fulfillments=set(), branches=set(), variants=set())
    for body in bodies:
        named = msgspec.structs.asdict(body)
        if "gid" in named:
            reach.orders.add(named["id"])
        reach.orders |= {named["order_id"]} if "order_id" in named else set()
        reach.fulfillments |= {named["fulfillment_id"]} if "fulfillment_id" in named else set()
        reach.branches |= {named["branch_id"]} if "branch_id" in named else set()
        reach.variants |= {
            line.variant_id
            for line in named.get("lines", ())
            if getattr(line, "variant_id", None) is not None
        }
    return reach


async def load_book(connection: Connection, shop_id: ShopId, bodies: Iterable[OpBody]) -> Book:
    """Lock and load all that the bodies may read or change: orders first (sorted), then stock (sorted).

    An order's row guards its fulfillments too: whoever writes a fulfillment holds its order.
    """
    reach = reach_of(bodies)
    book = await _book_of_shop(connection, shop_id)
    reach.orders |= await _orders_of(connection, shop_id, reach.fulfillments)
    book.orders = await _lock_orders(connection, shop_id, reach.orders)
    book.fulfillments = await _fulfillments_of(connection, shop_id, reach)
    book.variants = await _known_variants(connection, shop_id, reach.variants)
    book.stock = await _lock_stock(connection, shop_id, _stock_pairs(book, reach))
    book.open = await _open_discrepancies(connection, shop_id, book)
    return book


async def _book_of_shop(connection: Connection, shop_id: ShopId) -> Book:
    row = await connection.fetchrow(
        """
        SELECT policy, (SELECT coalesce(json_agg(b), '[]') FROM branch b WHERE shop_id = $1) AS branches
        FROM shop WHERE id = $1
        """,
        shop_id,
    )
    assert row is not None, f"no shop {shop_id}"
    branches = msgspec.json.decode(row["branches"], type=list[Branch])
    return Book(
        policy=msgspec.json.decode(row["policy"], type=Policy),
        branches={branch.id: branch for branch in branches},
    )


async def _orders_of(
    connection: Connection, shop_id: ShopId, fulfillments: set[FulfillmentId]
) -> set[OrderId]:
    if not fulfillments:
        return set()
    rows = await connection.fetch(
        "SELECT DISTINCT order_id FROM fulfillment WHERE shop_id = $1 AND id = any($2::text[])",
        shop_id,
        list(fulfillments),
    )
    return {OrderId(row["order_id"]) for row in rows}


async def _lock_orders(
    connection: Connection, shop_id: ShopId, orders: set[OrderId]
) -> dict[OrderId, Order]:
    rows = await connection.fetch(
        """
        SELECT id, body FROM customer_order WHERE shop_id = $1 AND id = any($2::text[])
        ORDER BY id FOR NO KEY UPDATE
        """,
        shop_id,
        list(orders),
    )
    return {OrderId(row["id"]): _order.decode(row["body"]) for row in rows}


async def _fulfillments_of(
    connection: Connection, shop_id: ShopId, reach: Reach
) -> dict[FulfillmentId, Fulfillment]:
    rows = await connection.fetch(
        """
        SELECT id, body FROM fulfillment
        WHERE shop_id = $1 AND (order_id = any($2::text[]) OR id = any($3::text[]))
        """,
        shop_id,
        list(reach.orders),
        list(reach.fulfillments),
    )
    return {FulfillmentId(row["id"]): _fulfillment.decode(row["body"]) for row in rows}


async def shipments_of_order(
    connection: Connection, shop_id: ShopId, order_id: OrderId
) -> dict[FulfillmentId, Fulfillment]:
    """Return an order's fulfillments without locking anything."""
    rows = await connection.fetch(
        "SELECT id, body FROM fulfillment WHERE shop_id = $1 AND order_id = $2", shop_id, order_id
    )
    return {FulfillmentId(row["id"]): _fulfillment.decode(row["body"]) for row in rows}


async def _known_variants(
    connection: Connection, shop_id: ShopId, variants: set[VariantId]
) -> frozenset[VariantId]:
    if not variants:
        return frozenset()
    rows = await connection.fetch(
        "SELECT id FROM variant WHERE shop_id = $1 AND id = any($2::text[])",
        shop_id,
        list(variants),
    )
    return frozenset(VariantId(row["id"]) for row in rows)


def _stock_pairs(book: Book, reach: Reach) -> list[tuple[BranchId, VariantId]]:
    """Every variant of the loaded orders at every branch that the chunk names, and what shipments hold already."""
    sold = {
        line.variant_id
        for order in book.orders.values()
        for line in order.lines
        if line.variant_id is not None and in_stock_logic(line)
    }
    named = {b for b in reach.branches if b in book.branches}
    pairs = {(b, v) for b in named for v in sold | (reach.variants & book.variants)}
    for shipment in book.fulfillments.values():
        pairs |= {(shipment.branch_id, v) for v in sold}
    return sorted(pairs)


async def _lock_stock(
    connection: Connection, shop_id: ShopId, pairs: Sequence[tuple[BranchId, VariantId]]
) -> dict[tuple[BranchId, VariantId], Stock]:
    """Lock the pairs' rows, making those that are missing, and derive what is reserved (I20)."""
    if not pairs:
        return {}
    branches, variants = [b for b, _ in pairs], [v for _, v in pairs]
    await connection.execute(
        """
        INSERT INTO stock (shop_id, branch_id, variant_id, sellable, damaged, quarantine, ledger_version)
        SELECT $1, b, v, 0, 0, 0, 0 FROM unnest($2::text[], $3::text[]) AS wanted (b, v) ORDER BY b, v
        ON CONFLICT DO NOTHING
        """,
        shop_id,
        branches,
        variants,
    )
    rows = await connection.fetch(
        """
        SELECT branch_id, variant_id, sellable, damaged, quarantine, ledger_version
        FROM stock JOIN unnest($2::text[], $3::text[]) AS wanted (b, v)
          ON branch_id = b AND variant_id = v
        WHERE shop_id = $1 ORDER BY branch_id, variant_id FOR NO KEY UPDATE OF stock
        """,
        shop_id,
        branches,
        variants,
    )
    reserved = await reserved_units(connection, shop_id, branches, variants)
    return {
        (row["branch_id"], row["variant_id"]): Stock(
            **dict(row), reserved=reserved.get((row["branch_id"], row["variant_id"]), 0)
        )
        for row in rows
    }


async def reserved_units(
    connection: Connection,
    shop_id: ShopId,
    branches: Sequence[BranchId],
    variants: Sequence[VariantId],
) -> dict[tuple[BranchId, VariantId], int]:
    """Return the sum over pending fulfillments' lines, per branch and variant."""
    rows = await connection.fetch(
        """
        SELECT f.branch_id, line.variant_id, sum(line.units) AS units
        FROM fulfillment f
        CROSS JOIN LATERAL jsonb_to_recordset(f.body -> 'lines') AS line (variant_id text, units bigint)
        WHERE f.shop_id = $1 AND f.state = 'pending' AND f.variant_ids && $3::text[]
          AND f.branch_id = any($2::text[])
        GROUP BY f.branch_id, line.variant_id
        """,
        shop_id,
        sorted(set(branches)),
        sorted(set(variants)),
    )
    return {
        (BranchId(row["branch_id"]), VariantId(row["variant_id"])): int(row["units"])
        for row in rows
    }


async def _open_discrepancies(
    connection: Connection, shop_id: ShopId, book: Book
) -> dict[DiscrepancyId, Discrepancy]:
    rows = await connection.fetch(
        """
        SELECT id, body FROM discrepancy
        WHERE shop_id = $1 AND closed_at IS NULL
          AND (order_id = any($2::text[])
               OR (branch_id, variant_id) IN (SELECT * FROM unnest($3::text[], $4::text[])))
        """,
        shop_id,
        list(book.orders),
        [branch for branch, _ in book.stock],
        [variant for _, variant in book.stock],
    )
    return {DiscrepancyId(row["id"]): _discrepancy.decode(row["body"]) for row in rows}


async def store_orders(connection: Connection, shop_id: ShopId, orders: Sequence[Order]) -> None:
    """Write whole orders."""
    await connection.execute(
        """
        INSERT INTO customer_order (shop_id, id, name, placed_at, rev, body)
        SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::jsonb[])
        ON CONFLICT (shop_id, id) DO UPDATE
        SET name = excluded.name, placed_at = excluded.placed_at, rev = excluded.rev, body = excluded.body
        """,
        shop_id,
        [o.id for o in orders],
        [o.name for o in orders],
        [o.placed_at for o in orders],
        [o.rev for o in orders],
        [_json(o) for o in orders],
    )


async def store_fulfillments(
    connection: Connection, shop_id: ShopId, shipments: Sequence[Fulfillment]
) -> None:
    """Write whole fulfillments; `variant_ids` repeats their lines' variants for the index."""
    await connection.executemany(
        """
        INSERT INTO fulfillment (shop_id, id, order_id, branch_id, state, variant_ids, rev, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (shop_id, id) DO UPDATE
        SET state = excluded.state, variant_ids = excluded.variant_ids, rev = excluded.rev,
            body = excluded.body
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
            )
            for s in shipments
        ],
    )


async def store_stock(connection: Connection, shop_id: ShopId, stock: Sequence[Stock]) -> None:
    """Write the projection; the rows must be locked."""
    await connection.execute(
        """
        UPDATE stock SET sellable = n.s, damaged = n.d, quarantine = n.q, ledger_version = n.l
        FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
          AS n (b, v, s, d, q, l)
        WHERE shop_id = $1 AND branch_id = n.b AND variant_id = n.v
        """,
        shop_id,
        [s.branch_id for s in stock],
        [s.variant_id for s in stock],
        [s.sellable for s in stock],
        [s.damaged for s in stock],
        [s.quarantine for s in stock],
        [s.ledger_version for s in stock],
    )


async def store_discrepancies(
    connection: Connection, shop_id: ShopId, found: Sequence[Discrepancy]
) -> None:
    """Write opened and closed discrepancies."""
    await connection.executemany(
        """
        INSERT INTO discrepancy (shop_id, id, code, order_id, fulfillment_id, branch_id, variant_id,
                                 recorded_at, closed_at, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
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
            )
            for d in found
        ],
    )


async def queue_effects(
    connection: Connection, shop_id: ShopId, effects: Sequence[Effect], now: int
) -> None:
    """Make the intents durable before anybody acts on them; the same intent is queued once for ever."""
    await connection.executemany(
        """
        INSERT INTO outbox (shop_id, key, kind, lane, order_id, fulfillment_id, state, run_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $7) ON CONFLICT DO NOTHING
        """,
        [
            (shop_id, e.key, e.kind.value, e.lane, e.order_id, e.fulfillment_id, now)
            for e in effects
        ],
    )


def _json(value: Struct) -> str:
    return msgspec.json.encode(value).decode()


async def stock_of_branch(
    connection: Connection, shop_id: ShopId, branch_id: BranchId
) -> dict[VariantId, tuple[int, int, int]]:
    """Return (sellable, damaged, quarantine) per variant as the projection has it."""
    rows = await connection.fetch(
        """
        SELECT variant_id, sellable, damaged, quarantine FROM stock
        WHERE shop_id = $1 AND branch_id = $2
        """,
        shop_id,
        branch_id,
    )
    return {
        VariantId(r["variant_id"]): (r["sellable"], r["damaged"], r["quarantine"]) for r in rows
    }


async def each_order(connection: Connection, shop_id: ShopId) -> AsyncIterator[Order]:
    """Yield a shop's orders in order of id, page by page."""
    after = ""
    while True:
        rows = await connection.fetch(
            "SELECT id, body FROM customer_order WHERE shop_id = $1 AND id > $2 ORDER BY id LIMIT 500",
            shop_id,
            after,
        )
        if not rows:
            return
        for row in rows:
            yield _order.decode(row["body"])
        after = rows[-1]["id"]

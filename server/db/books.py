"""Loading the book of a chunk from locked rows: all that its ops may read or change.

Locked are, in this order: runs, orders, transfers, stock; each sorted. An order's row guards its fulfillments too:
whoever writes a fulfillment holds its order.
"""

from collections.abc import Iterable, Sequence

import msgspec

from server.db.connections import Connection
from server.db.past import moves_since, past_orders
from server.db.reach import Reach, reach_of
from sync_protocol.decide.book import Book
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import (
    BranchId,
    DeviceId,
    DiscrepancyId,
    FulfillmentId,
    OrderId,
    RunId,
    ShopId,
    StaffId,
    TransferId,
    VariantId,
)
from sync_protocol.ops import OpBody
from sync_protocol.orders import Order, in_stock_logic
from sync_protocol.outcomes import Discrepancy
from sync_protocol.runs import RiderRun
from sync_protocol.shop import Branch, Policy, Role, Staff
from sync_protocol.stock import Counted, Stock
from sync_protocol.transfers import Transfer

_order = msgspec.json.Decoder(Order)
_fulfillment = msgspec.json.Decoder(Fulfillment)
_discrepancy = msgspec.json.Decoder(Discrepancy)
_run = msgspec.json.Decoder(RiderRun)
_transfer = msgspec.json.Decoder(Transfer)
_counted = msgspec.json.Decoder(Counted)


async def load_book(
    connection: Connection, shop_id: ShopId, bodies: Iterable[OpBody], devices: Iterable[DeviceId]
) -> Book:
    """Lock and load all that the bodies of these devices' ops may read or change."""
    reach = reach_of(bodies)
    book = await _book_of_shop(connection, shop_id)
    if reach.discrepancies:
        await _follow_discrepancies(connection, shop_id, reach)
    await _follow_runs(connection, shop_id, book, reach)
    reach.orders |= await _orders_of(connection, shop_id, reach.fulfillments)
    book.orders = await _lock_orders(connection, shop_id, reach.orders)
    book.fulfillments = await _fulfillments_of(connection, shop_id, reach)
    missing = {s.run_id for s in book.fulfillments.values() if s.run_id is not None}
    if missing := missing - set(book.runs):
        book.runs |= await _lock_runs(connection, shop_id, missing)
    book.transfers = await _lock_transfers(connection, shop_id, reach.transfers)
    book.people = await _people(connection, shop_id, reach.people)
    book.past = await past_orders(connection, shop_id, reach.phones | _phones_of(book, reach))
    book.variants = await _known_variants(connection, shop_id, reach.variants)
    book.stock = await _lock_stock(connection, shop_id, _stock_pairs(book, reach))
    book.open = await _open_discrepancies(connection, shop_id, book, reach, devices)
    if reach.counts:
        book.history = await moves_since(connection, shop_id, reach.counts)
    return book


async def _follow_discrepancies(connection: Connection, shop_id: ShopId, reach: Reach) -> None:
    """What a resolution is about is touched by it."""
    rows = await connection.fetch(
        "SELECT body FROM discrepancy WHERE shop_id = $1 AND id = any($2::text[])",
        shop_id,
        sorted(reach.discrepancies),
    )
    for found in (_discrepancy.decode(row["body"]) for row in rows):
        reach.orders |= set() if found.order_id is None else {found.order_id}
        reach.fulfillments |= set() if found.fulfillment_id is None else {found.fulfillment_id}
        reach.branches |= set() if found.branch_id is None else {found.branch_id}
        reach.variants |= set() if found.variant_id is None else {found.variant_id}
        reach.runs |= set() if found.run_id is None else {found.run_id}


async def _follow_runs(connection: Connection, shop_id: ShopId, book: Book, reach: Reach) -> None:
    """Lock the runs that are named or have a named parcel; of whole runs every parcel is touched."""
    if reach.fulfillments:
        rows = await connection.fetch(
            """
            SELECT DISTINCT run_id FROM fulfillment
            WHERE shop_id = $1 AND id = any($2::text[]) AND run_id IS NOT NULL
            """,
            shop_id,
            sorted(reach.fulfillments),
        )
        reach.runs |= {RunId(row["run_id"]) for row in rows}
    if not reach.runs:
        return
    book.runs = await _lock_runs(connection, shop_id, reach.runs)
    for run_id in reach.whole_runs & set(book.runs):
        reach.fulfillments |= {stop.fulfillment_id for stop in book.runs[run_id].stops}


async def _lock_runs(
    connection: Connection, shop_id: ShopId, runs: set[RunId]
) -> dict[RunId, RiderRun]:
    rows = await connection.fetch(
        """
        SELECT id, body FROM rider_run WHERE shop_id = $1 AND id = any($2::text[])
        ORDER BY id FOR NO KEY UPDATE
        """,
        shop_id,
        sorted(runs),
    )
    return {RunId(row["id"]): _run.decode(row["body"]) for row in rows}


async def _lock_transfers(
    connection: Connection, shop_id: ShopId, transfers: set[TransferId]
) -> dict[TransferId, Transfer]:
    if not transfers:
        return {}
    rows = await connection.fetch(
        """
        SELECT id, body FROM transfer WHERE shop_id = $1 AND id = any($2::text[])
        ORDER BY id FOR NO KEY UPDATE
        """,
        shop_id,
        sorted(transfers),
    )
    return {TransferId(row["id"]): _transfer.decode(row["body"]) for row in rows}


async def _people(
    connection: Connection, shop_id: ShopId, people: set[StaffId]
) -> dict[StaffId, Staff]:
    if not people:
        return {}
    rows = await connection.fetch(
        """
        SELECT id, name, role, branch_ids, active FROM staff
        WHERE shop_id = $1 AND id = any($2::text[])
        """,
        shop_id,
        sorted(people),
    )
    return {
        StaffId(row["id"]): Staff(
            id=StaffId(row["id"]),
            name=row["name"],
            role=Role(row["role"]),
            branch_ids=tuple(row["branch_ids"]),
            active=row["active"],
        )
        for row in rows
    }


def _phones_of(book: Book, reach: Reach) -> set[str]:
    """A new number is looked up, and so is the one that is kept where a reading brings none."""
    if not reach.phones:
        return set()
    return {o.contact.phone for o in book.orders.values() if o.contact.phone is not None}


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
    """Return the shipments of the loaded orders, and others that carry a tracking number which is being typed."""
    rows = await connection.fetch(
        """
        SELECT id, body FROM fulfillment
        WHERE shop_id = $1 AND (order_id = any($2::text[]) OR id = any($3::text[])
                                OR tracking_number = any($4::text[]))
        """,
        shop_id,
        list(reach.orders),
        list(reach.fulfillments),
        list(reach.tracking_numbers),
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
    # What went to a branch comes back from it when a transfer is received, so that its variants count as named.
    known = reach.variants & book.variants
    pairs = {(b, v) for b in named for v in sold | known}
    for shipment in book.fulfillments.values():
        if shipment.order_id in book.orders:
            mine = {line.variant_id for line in shipment.lines}
            places = {shipment.branch_id}
            places |= {r.branch_id for back in shipment.returns for r in back.receipts}
            pairs |= {(b, v) for b in places for v in sold | mine}
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
        SELECT branch_id, variant_id, sellable, damaged, quarantine, ledger_version, low_units, counted
        FROM stock JOIN unnest($2::text[], $3::text[]) AS wanted (b, v)
          ON branch_id = b AND variant_id = v
        WHERE shop_id = $1 ORDER BY branch_id, variant_id FOR NO KEY UPDATE OF stock
        """,
        shop_id,
        branches,
        variants,
    )
    reserved = await reserved_units(connection, shop_id, branches, variants)
    held = {}
    for row in rows:
        place = (BranchId(row["branch_id"]), VariantId(row["variant_id"]))
        fields = dict(row)
        fields["counted"] = None if row["counted"] is None else _counted.decode(row["counted"])
        held[place] = Stock(**fields, reserved=reserved.get(place, 0))
    return held


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
    connection: Connection,
    shop_id: ShopId,
    book: Book,
    reach: Reach,
    devices: Iterable[DeviceId],
) -> dict[DiscrepancyId, Discrepancy]:
    """Return what is open about the loaded things, what is named, and what is open about the devices themselves."""
    rows = await connection.fetch(
        """
        SELECT id, body FROM discrepancy
        WHERE shop_id = $1 AND closed_at IS NULL
          AND (order_id = any($2::text[])
               OR (branch_id, variant_id) IN (SELECT * FROM unnest($3::text[], $4::text[]))
               OR run_id = any($5::text[])
               OR id = any($6::text[]))
        """,
        shop_id,
        list(book.orders),
        [branch for branch, _ in book.stock],
        [variant for _, variant in book.stock],
        list(book.runs),
        [*reach.discrepancies, *(f"{device_id}.clock_doubtful" for device_id in devices)],
    )
    return {DiscrepancyId(row["id"]): _discrepancy.decode(row["body"]) for row in rows}

"""Looking into the books without changing anything."""

from collections.abc import AsyncIterator

import msgspec

from server.db.connections import Connection
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import BranchId, FulfillmentId, OrderId, ShopId, VariantId
from sync_protocol.orders import Order
from sync_protocol.runs import RiderRun
from sync_protocol.transfers import Transfer

_order = msgspec.json.Decoder(Order)
_fulfillment = msgspec.json.Decoder(Fulfillment)


async def shipments_of_order(
    connection: Connection, shop_id: ShopId, order_id: OrderId
) -> dict[FulfillmentId, Fulfillment]:
    """Return an order's fulfillments without locking anything."""
    rows = await connection.fetch(
        "SELECT id, body FROM fulfillment WHERE shop_id = $1 AND order_id = $2", shop_id, order_id
    )
    return {FulfillmentId(row["id"]): _fulfillment.decode(row["body"]) for row in rows}


async def find_order(connection: Connection, shop_id: ShopId, order_id: OrderId) -> Order | None:
    """Return an order without locking it, or None."""
    body = await connection.fetchval(
        "SELECT body FROM customer_order WHERE shop_id = $1 AND id = $2", shop_id, order_id
    )
    return None if body is None else _order.decode(body)


async def location_of(connection: Connection, shop_id: ShopId, branch_id: BranchId) -> str | None:
    """Return the gid of the Shopify location that stands for a branch; None where none does."""
    gid: str | None = await connection.fetchval(
        "SELECT location_gid FROM branch WHERE shop_id = $1 AND id = $2", shop_id, branch_id
    )
    return gid


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


async def each_fulfillment(connection: Connection, shop_id: ShopId) -> AsyncIterator[Fulfillment]:
    """Yield a shop's shipments in order of id, page by page."""
    after = ""
    while True:
        rows = await connection.fetch(
            "SELECT id, body FROM fulfillment WHERE shop_id = $1 AND id > $2 ORDER BY id LIMIT 500",
            shop_id,
            after,
        )
        if not rows:
            return
        for row in rows:
            yield _fulfillment.decode(row["body"])
        after = rows[-1]["id"]


async def all_transfers(connection: Connection, shop_id: ShopId) -> list[Transfer]:
    """Return a shop's transfers."""
    rows = await connection.fetch(
        "SELECT body FROM transfer WHERE shop_id = $1 ORDER BY id", shop_id
    )
    return [msgspec.json.decode(row["body"], type=Transfer) for row in rows]


async def all_runs(connection: Connection, shop_id: ShopId) -> list[RiderRun]:
    """Return a shop's riders' runs."""
    rows = await connection.fetch(
        "SELECT body FROM rider_run WHERE shop_id = $1 ORDER BY id", shop_id
    )
    return [msgspec.json.decode(row["body"], type=RiderRun) for row in rows]


async def orders_to_wake(
    connection: Connection, now: int, most: int
) -> list[tuple[ShopId, OrderId, int]]:
    """Return (shop, order, moment) of orders that time alone changes by now, the longest due first."""
    rows = await connection.fetch(
        """
        SELECT shop_id, id, wake_at FROM customer_order
        WHERE wake_at <= $1 ORDER BY wake_at LIMIT $2
        """,
        now,
        most,
    )
    return [(ShopId(r["shop_id"]), OrderId(r["id"]), r["wake_at"]) for r in rows]

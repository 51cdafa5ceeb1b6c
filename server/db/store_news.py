"""What the store has been seen to show, found again."""

from collections.abc import Sequence

import msgspec

from server.db.connections import Connection
from sync_protocol.bodies.store_news import ShopifyOrder
from sync_protocol.ids import OWN_OPS, OpId, OrderId, ShopId


class _Sent(msgspec.Struct, frozen=True):
    body: ShopifyOrder


async def last_reading(
    connection: Connection, shop_id: ShopId, order_id: OrderId
) -> ShopifyOrder | None:
    """Return the newest reading of an order that was told, or None."""
    rows = await connection.fetch(
        """
        SELECT sent FROM op
        WHERE shop_id = $1 AND kind = 'shopify_order' AND id ~>=~ $2 AND id ~<~ $3
        """,
        *_news_of_order(shop_id, order_id),
    )
    readings = [msgspec.json.decode(row["sent"], type=_Sent).body for row in rows]
    return max(readings, key=lambda one: one.updated_at, default=None)


async def last_told(connection: Connection, shop_id: ShopId, order_id: OrderId) -> OpId | None:
    """Return the op by which an order was last told of, whatever became of it; None before the first."""
    found: str | None = await connection.fetchval(
        """
        SELECT id FROM op
        WHERE shop_id = $1 AND kind = 'shopify_order' AND id ~>=~ $2 AND id ~<~ $3
        ORDER BY recorded_at DESC, n DESC LIMIT 1
        """,
        *_news_of_order(shop_id, order_id),
    )
    return None if found is None else OpId(found)


def _news_of_order(shop_id: ShopId, order_id: OrderId) -> tuple[str, str, str]:
    """Give the shop and the range of names: readings of an order are named after it."""
    prefix = f"{OWN_OPS}{order_id}"
    return (shop_id, f"{prefix}-", f"{prefix}.")


async def mirrored_at(
    connection: Connection, shop_id: ShopId, order_ids: Sequence[OrderId]
) -> dict[OrderId, int]:
    """Return the store's `updatedAt` (epoch ms) up to which those of these orders are known that are here at all."""
    rows = await connection.fetch(
        """
        SELECT id, (body->>'shopify_updated_at')::bigint AS at FROM customer_order
        WHERE shop_id = $1 AND id = any($2::text[])
        """,
        shop_id,
        list(order_ids),
    )
    return {OrderId(row["id"]): row["at"] or 0 for row in rows}


async def orders_awaiting_returns(connection: Connection, shop_id: ShopId) -> set[OrderId]:
    """Return the orders of which the store was seen to expect something back."""
    rows = await connection.fetch(
        """
        SELECT id FROM customer_order
        WHERE shop_id = $1 AND jsonb_path_exists(body, '$.lines[*].shopify_return_units ? (@ > 0)')
        """,
        shop_id,
    )
    return {OrderId(row["id"]) for row in rows}


async def standing_orders_since(
    connection: Connection, shop_id: ShopId, placed_from: int
) -> set[OrderId]:
    """Return the orders placed at or after that moment (epoch ms) that the store has not been seen to cancel."""
    rows = await connection.fetch(
        """
        SELECT id FROM customer_order
        WHERE shop_id = $1 AND placed_at >= $2 AND body->>'cancelled_at' IS NULL
        """,
        shop_id,
        placed_from,
    )
    return {OrderId(row["id"]) for row in rows}


async def orders_named(
    connection: Connection, shop_id: ShopId, names: Sequence[str]
) -> dict[str, list[OrderId]]:
    """Return the orders of these names (#1001), by name; a name may be borne by several."""
    rows = await connection.fetch(
        "SELECT name, id FROM customer_order WHERE shop_id = $1 AND name = any($2::text[]) ORDER BY id",
        shop_id,
        list(names),
    )
    found: dict[str, list[OrderId]] = {}
    for row in rows:
        found.setdefault(row["name"], []).append(OrderId(row["id"]))
    return found

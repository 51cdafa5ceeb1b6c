"""What stores ask of us for their customers' privacy: kept until the owner says that it was done."""

from enum import StrEnum

from msgspec import Struct

from server.db.connections import Connection
from sync_protocol.ids import ShopId


class PrivacyTopic(StrEnum):
    """Shopify's three mandatory topics: show what is held of a customer, erase it, erase all of the store's."""

    DATA_REQUEST = "customers/data_request"
    CUSTOMER_REDACT = "customers/redact"
    SHOP_REDACT = "shop/redact"


class PrivacyRequest(Struct, frozen=True, kw_only=True):
    """One request, received at epoch ms. `order_ids` are the store's numbers; it names no person."""

    id: str
    topic: PrivacyTopic
    order_ids: tuple[str, ...]
    received_at: int


async def note_request(connection: Connection, shop_id: ShopId, request: PrivacyRequest) -> None:
    """Keep a request; the same one delivered again changes nothing."""
    await connection.execute(
        """
        INSERT INTO privacy_request (shop_id, id, topic, order_ids, received_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        """,
        shop_id,
        request.id,
        request.topic.value,
        list(request.order_ids),
        request.received_at,
    )


async def open_requests(connection: Connection, shop_id: ShopId) -> tuple[PrivacyRequest, ...]:
    """Return what is not done yet, oldest first."""
    rows = await connection.fetch(
        """
        SELECT id, topic, order_ids, received_at FROM privacy_request
        WHERE shop_id = $1 AND closed_at IS NULL ORDER BY received_at, id
        """,
        shop_id,
    )
    return tuple(
        PrivacyRequest(
            id=row["id"],
            topic=PrivacyTopic(row["topic"]),
            order_ids=tuple(row["order_ids"]),
            received_at=row["received_at"],
        )
        for row in rows
    )


async def close_request(connection: Connection, shop_id: ShopId, request_id: str, now: int) -> bool:
    """Note that a request was met; False when there is no such open one."""
    done = await connection.execute(
        "UPDATE privacy_request SET closed_at = $3 WHERE shop_id = $1 AND id = $2 AND closed_at IS NULL",
        shop_id,
        request_id,
        now,
    )
    return done == "UPDATE 1"

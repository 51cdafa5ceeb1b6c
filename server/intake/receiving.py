"""A webhook is a hint, never the truth: it is checked, kept, and makes us read the store anew."""

import msgspec

from server.db import shops, webhooks
from server.db.pool import Database
from server.db.webhooks import Webhook
from server.shopify.signature import is_signed
from sync_protocol.ids import ShopId


class NotSigned(Exception):
    """The delivery is not from a store that is connected here, or somebody changed it on the way."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What came over the wire: the headers that matter and the raw bytes."""

    topic: str
    domain: str
    signature: str | None
    event_id: str
    webhook_id: str
    triggered_at: str
    body: bytes


async def receive(database: Database, delivery: Delivery, now: int) -> bool:
    """Keep a delivery; False when this event of this topic was kept before.

    Raises:
        NotSigned: nothing was kept.
    """
    async with database.connection() as connection:
        found = [
            (shop, store)
            for store in await shops.store_connections(connection)
            if (shop := await shops.find_shop(connection, shop_id=store.shop_id)) is not None
            and shop.domain == delivery.domain
        ]
        secrets = [store.webhook_secret for _, store in found]
        # An unknown domain is checked against a secret nobody has, so that it takes as long.
        if not is_signed(delivery.body, delivery.signature, secrets or [""]) or not found:
            raise NotSigned
        return await webhooks.store_webhook(connection, _webhook(found[0][0].id, delivery), now)


def _webhook(shop_id: ShopId, delivery: Delivery) -> Webhook:
    return Webhook(
        shop_id=shop_id,
        topic=delivery.topic,
        event_id=delivery.event_id or delivery.webhook_id,
        webhook_id=delivery.webhook_id,
        triggered_at=delivery.triggered_at,
        body=delivery.body,
        resource_gid=order_gid_in(delivery.topic, delivery.body),
    )


def order_gid_in(topic: str, body: bytes) -> str | None:
    """Return the order that a webhook is about, or None where there is none to read.

    Ids are read exactly: they may lie beyond 2^53.
    """
    try:
        payload = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    if not isinstance(payload, dict):
        return None
    family = topic.partition("/")[0]
    if family == "orders":
        inner = payload.get("order_edit")
        number = inner.get("order_id") if isinstance(inner, dict) else payload.get("id")
    elif family in ("fulfillments", "refunds", "returns", "order_transactions"):
        number = payload.get("order_id")
    else:
        return None
    if isinstance(number, bool) or not isinstance(number, int) or number <= 0:
        return None
    return f"gid://shopify/Order/{number}"

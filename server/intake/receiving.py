"""A webhook is a hint, never the truth: it is checked, kept, and makes us read the store anew."""

import msgspec

from server.db import shops, webhooks
from server.db.pool import Database
from server.db.webhooks import Webhook
from server.intake.subjects import subject_of
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
        found = await shops.stores_of_domain(connection, delivery.domain)
        secrets = [store.webhook_secret for store in found]
        # An unknown domain is checked against a secret nobody has, so that it takes as long.
        if not is_signed(delivery.body, delivery.signature, secrets or [""]) or not found:
            raise NotSigned
        return await webhooks.store_webhook(connection, _webhook(found[0].shop_id, delivery), now)


def _webhook(shop_id: ShopId, delivery: Delivery) -> Webhook:
    return Webhook(
        shop_id=shop_id,
        topic=delivery.topic,
        event_id=delivery.event_id or delivery.webhook_id,
        webhook_id=delivery.webhook_id,
        triggered_at=delivery.triggered_at,
        body=delivery.body,
        resource_gid=subject_of(delivery.topic, delivery.body),
    )

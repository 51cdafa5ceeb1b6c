"""A webhook is a hint, never the truth: it is checked, kept, and makes us read the store anew."""

from collections.abc import Iterator

import msgspec

from server.db import privacy, stores, webhooks
from server.db.connections import Connection
from server.db.pool import Database
from server.db.privacy import PrivacyRequest, PrivacyTopic
from server.db.stores import ShopifyConnection
from server.db.webhooks import Webhook
from server.intake.subjects import subject_of
from server.shopify.failures import BadAnswer
from server.shopify.scalars import epoch_ms
from server.shopify.signature import is_signed
from server.vault import Vault
from sync_protocol.ids import ShopId

UNINSTALLED = "app/uninstalled"


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


async def receive(database: Database, vault: Vault, delivery: Delivery, now: int) -> bool:
    """Keep a delivery; False when this event of this topic was kept before.

    Raises:
        NotSigned: nothing was kept.
        Locked: the secret that signs can't be opened; nothing was kept.
    """
    async with database.transaction() as connection:
        found = await stores.stores_of_domain(connection, delivery.domain)
        secrets = [secret for store in found for secret in _secrets(vault, store, now)]
        # An unknown domain is checked against a secret nobody has, so that it takes as long.
        if not is_signed(delivery.body, delivery.signature, secrets or [""]) or not found:
            raise NotSigned
        webhook = _webhook(found[0].shop_id, delivery)
        if not await webhooks.store_webhook(connection, webhook, now):
            return False
        await _heed(connection, found[0], webhook, now)
        return True


def _secrets(vault: Vault, store: ShopifyConnection, now: int) -> Iterator[str]:
    """Give what a store's webhooks may be signed with: two secrets while one takes the other's place."""
    yield vault.open(store.shop_id, "webhook_secret", store.webhook_secret)
    old, until = store.old_webhook_secret, store.old_secret_until
    if old is not None and until is not None and now < until:
        yield vault.open(store.shop_id, "old_webhook_secret", old)


async def _heed(
    connection: Connection, store: ShopifyConnection, webhook: Webhook, now: int
) -> None:
    """Do at once what needs no reading of the store."""
    if webhook.topic == UNINSTALLED:
        if (
            _told_at(webhook, now) >= store.connected_at
        ):  # an older one is about an installation before this one
            await stores.note_uninstall_told(connection, store.shop_id, now)
    elif webhook.topic in set(PrivacyTopic):
        request = PrivacyRequest(
            id=webhook.event_id,
            topic=PrivacyTopic(webhook.topic),
            order_ids=order_ids_in(webhook.body),
            received_at=now,
        )
        await privacy.note_request(connection, store.shop_id, request)


def _told_at(webhook: Webhook, now: int) -> int:
    try:
        return epoch_ms(webhook.triggered_at) or now
    except BadAnswer:
        return now


class _AboutCustomer(msgspec.Struct, frozen=True, kw_only=True):
    orders_requested: tuple[int, ...] = ()
    orders_to_redact: tuple[int, ...] = ()


def order_ids_in(body: bytes) -> tuple[str, ...]:
    """Return the orders that a privacy request names; none where it names none that can be read."""
    try:
        named = msgspec.json.decode(body, type=_AboutCustomer)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ()
    return tuple(str(number) for number in (*named.orders_requested, *named.orders_to_redact))


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

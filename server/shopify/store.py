"""Reading the store itself: what it is, its locations and catalogue, and our webhook subscriptions."""

from __future__ import annotations

from collections.abc import AsyncIterator

from server.shopify.answers import Page
from server.shopify.client import AdminClient
from server.shopify.failures import BadAnswer
from server.shopify.operations import (
    LOCATIONS_PAGE,
    PRODUCT_VARIANTS_PAGE,
    RECENT_CONTACTS,
    SHOP_READ,
    VARIANTS_PAGE,
    WEBHOOK_SUBSCRIPTION_CREATE,
    WEBHOOK_SUBSCRIPTION_DELETE,
    WEBHOOK_SUBSCRIPTION_UPDATE,
    WEBHOOK_SUBSCRIPTIONS_PAGE,
    ShopRead,
    SubscriptionWritten,
)
from server.shopify.shop_answers import Location, OrderContact, Variant, WebhookSubscription

# A store has at most 1,000 locations; more pages than these mean a cursor that does not advance.
MAX_PAGES = 40


async def read_shop(client: AdminClient) -> ShopRead:
    """Return the store and the scopes our app was granted."""
    return await client.call(SHOP_READ, {})


async def each_location(client: AdminClient) -> AsyncIterator[Location]:
    """Yield every location, inactive ones too."""
    after: str | None = None
    for _ in range(MAX_PAGES):
        page = (await client.call(LOCATIONS_PAGE, {"first": 50, "after": after})).locations
        for node in page.nodes:
            yield node
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page or after is None:
            return
    raise BadAnswer("locations go on without end")


async def list_variants(
    client: AdminClient, after: str | None = None, query: str | None = None, first: int = 50
) -> Page[Variant]:
    """Return a page of the catalogue in id order; go on with `page_info.end_cursor`."""
    reply = await client.call(VARIANTS_PAGE, {"first": first, "after": after, "query": query})
    return reply.product_variants


async def each_product_variant(client: AdminClient, product_gid: str) -> AsyncIterator[Variant]:
    """Yield the variants of one product; none where the store has no such product (any more)."""
    after: str | None = None
    for _ in range(MAX_PAGES):
        variables = {"id": product_gid, "first": 50, "after": after}
        found = (await client.call(PRODUCT_VARIANTS_PAGE, variables)).product
        if found is None:
            return
        for node in found.variants.nodes:
            yield node
        after = found.variants.page_info.end_cursor
        if not found.variants.page_info.has_next_page or after is None:
            return
    raise BadAnswer("variants of a product go on without end")


async def each_subscription(client: AdminClient) -> AsyncIterator[WebhookSubscription]:
    """Yield every webhook subscription of our app."""
    after: str | None = None
    for _ in range(MAX_PAGES):
        reply = await client.call(WEBHOOK_SUBSCRIPTIONS_PAGE, {"first": 100, "after": after})
        page = reply.webhook_subscriptions
        for node in page.nodes:
            yield node
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page or after is None:
            return
    raise BadAnswer("subscriptions go on without end")


async def subscribe(client: AdminClient, topic: str, uri: str, name: str) -> SubscriptionWritten:
    """Subscribe to `topic` (e.g. ORDERS_CREATE). A taken address comes back as a user error: it is subscribed."""
    reply = await client.call(
        WEBHOOK_SUBSCRIPTION_CREATE,
        {"topic": topic, "webhookSubscription": {"uri": uri, "name": name, "format": "JSON"}},
    )
    return reply.webhook_subscription_create


async def mend_subscription(client: AdminClient, gid: str, uri: str) -> SubscriptionWritten:
    """Send a subscription to another address, as JSON."""
    wanted = {"uri": uri, "format": "JSON"}
    reply = await client.call(
        WEBHOOK_SUBSCRIPTION_UPDATE, {"id": gid, "webhookSubscription": wanted}
    )
    return reply.webhook_subscription_update


async def unsubscribe(client: AdminClient, gid: str) -> None:
    """Delete a subscription; one that is gone already is no error."""
    await client.call(WEBHOOK_SUBSCRIPTION_DELETE, {"id": gid})


async def list_recent_contacts(client: AdminClient, first: int = 10) -> tuple[OrderContact, ...]:
    """Return what is shown of the customers of the newest orders."""
    return (await client.call(RECENT_CONTACTS, {"first": first})).orders.nodes

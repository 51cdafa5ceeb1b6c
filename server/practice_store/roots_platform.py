"""The store itself, its catalogue and its webhook subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.practice_store.asked import Asked, Input, Payload
from server.practice_store.catalogue import Product, Variant
from server.practice_store.commands import Subscribe
from server.practice_store.commands_marks import ChangeSubscription, Unsubscribe
from server.practice_store.connections import Listing
from server.practice_store.identity import number_of
from server.practice_store.search import variant_matches, variant_terms
from server.practice_store.shop import VERSIONS, ApiVersion, AppInstallation, Location, Shop
from server.practice_store.subscriptions import WebhookSubscription


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductShown:
    """A product as far as it is asked for: its variants."""

    variants: list[Variant]


class PlatformQueries(Asked):
    """Reading what is not about one order."""

    @property
    def shop(self) -> Shop:
        """The store."""
        return self._state.shop

    @property
    def current_app_installation(self) -> AppInstallation:
        """The app that asks."""
        return self._state.app

    @property
    def public_api_versions(self) -> list[ApiVersion]:
        """The versions that there are."""
        return list(VERSIONS)

    def locations(self, *, include_inactive: bool = False, **_filters: object) -> list[Location]:
        """The locations, by number."""
        return [one for one in self._state.locations.values() if one.is_active or include_inactive]

    def product_variants(self, *, query: str | None = None, **_sort: object) -> Listing:
        """The catalogue, by number."""
        terms = variant_terms(query)
        found = [one for one in self._state.variants.values() if variant_matches(one, terms)]
        return Listing(nodes=found, key=lambda node: (node.number,))

    def product_variant(self, *, id: str) -> Variant | None:  # noqa: A002 - the schema's name
        """One variant."""
        return next((one for one in self._state.variants.values() if one.id == id), None)

    def products(self, **_filters: object) -> list[Product]:
        """What the store lists, by number."""
        listed = {one.product.number: one.product for one in self._state.variants.values()}
        return list(listed.values())

    def product(self, *, id: str) -> ProductShown | None:  # noqa: A002 - the schema's name
        """One product with its variants; none where nothing of it is sold."""
        found = [one for one in self._state.variants.values() if one.product.id == id]
        return ProductShown(variants=found) if found else None

    def webhook_subscriptions(
        self, *, uri: str | None = None, topics: Sequence[str] | None = None, **_filters: object
    ) -> list[WebhookSubscription]:
        """Subscriptions made over the API; configured ones are not listed, as with a real store."""
        return [
            one
            for one in self._state.subscriptions.values()
            if one.by_api
            and (uri is None or one.uri == uri)
            and (topics is None or one.topic in topics)
        ]

    def webhook_subscription(self, *, id: str) -> WebhookSubscription | None:  # noqa: A002 - the schema's name
        """One of them."""
        found = self._state.subscriptions.get(number_of(id, "WebhookSubscription") or 0)
        return found if found is not None and found.by_api else None


class PlatformMutations(Asked):
    """Changing what is not about one order."""

    def webhook_subscription_create(self, *, topic: str, webhook_subscription: Input) -> Payload:
        """Subscribe."""
        command = Subscribe(
            topic=topic,
            uri=webhook_subscription.get("uri") or webhook_subscription.get("callbackUrl") or "",
            name=webhook_subscription.get("name"),
            filter=webhook_subscription.get("filter"),
            format=webhook_subscription.get("format") or "JSON",
            include_fields=tuple(webhook_subscription.get("includeFields") or ()),
            metafield_namespaces=tuple(webhook_subscription.get("metafieldNamespaces") or ()),
            metafields=_identified(webhook_subscription.get("metafields")) or (),
        )
        return self._payload("webhook_subscription", command)

    def webhook_subscription_update(self, *, id: str, webhook_subscription: Input) -> Payload:  # noqa: A002 - the schema's name
        """Change a subscription."""
        given = webhook_subscription
        command = ChangeSubscription(
            subscription=number_of(id, "WebhookSubscription") or 0,
            uri=given.get("uri") or given.get("callbackUrl"),
            name=given.get("name"),
            filter=given.get("filter"),
            format=given.get("format"),
            include_fields=_tuple(given.get("includeFields")),
            metafield_namespaces=_tuple(given.get("metafieldNamespaces")),
            metafields=_identified(given.get("metafields")),
        )
        return self._payload("webhook_subscription", command)

    def webhook_subscription_delete(self, *, id: str) -> Payload:  # noqa: A002 - the schema's name
        """Give a subscription up."""
        result = self._payload(
            "gone", Unsubscribe(subscription=number_of(id, "WebhookSubscription") or 0)
        )
        gone = result["gone"]
        deleted = gone.id if isinstance(gone, WebhookSubscription) else None
        return {
            "deleted_webhook_subscription_id": deleted,
            "user_errors": result["user_errors"],
        }


def _tuple(given: Sequence[str] | None) -> tuple[str, ...] | None:
    return tuple(given) if given is not None else None


def _identified(given: Sequence[Input] | None) -> tuple[tuple[str, str], ...] | None:
    if given is None:
        return None
    return tuple((str(one["namespace"]), str(one["key"])) for one in given)

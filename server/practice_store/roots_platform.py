"""The store itself, its catalogue and its webhook subscriptions."""

from __future__ import annotations

from dataclasses import dataclass

from server.practice_store.asked import Asked, Input, Payload
from server.practice_store.catalogue import Variant
from server.practice_store.commands import Subscribe
from server.practice_store.connections import Listing
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

    def product(self, *, id: str) -> ProductShown | None:  # noqa: A002 - the schema's name
        """One product with its variants; none where nothing of it is sold."""
        found = [one for one in self._state.variants.values() if one.product.id == id]
        return ProductShown(variants=found) if found else None

    def webhook_subscriptions(self, **_filters: object) -> list[WebhookSubscription]:
        """Subscriptions made over the API; configured ones are not listed, as with a real store."""
        return [one for one in self._state.subscriptions.values() if one.by_api]


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
        )
        return self._payload("webhook_subscription", command)

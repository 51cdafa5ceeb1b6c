"""Reading anything by its gid."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from server.practice_store.asked import Asked
from server.practice_store.identity import number_of
from server.practice_store.inventory import level_number
from server.practice_store.state import State

_KIND = re.compile(r"gid://shopify/(\w+)/")

# Where the store keeps what has a gid of that kind.
_KEPT: dict[str, Callable[[State, int], object]] = {
    "BulkOperation": lambda state, number: state.bulk_operations.get(number),
    "Customer": lambda state, number: state.customers.get(number),
    "Fulfillment": lambda state, number: state.shipments.get(number),
    "InventoryItem": lambda state, number: state.items.get(number),
    "Location": lambda state, number: state.locations.get(number),
    "ProductVariant": lambda state, number: state.variants.get(number),
    "WebhookSubscription": lambda state, number: state.subscriptions.get(number),
}


class NodeQueries(Asked):
    """`node` and `nodes`: what is not there, or not for the app, is null."""

    def node(self, *, id: str) -> object:  # noqa: A002 - the schema's name
        """One thing."""
        kind = _KIND.match(id)
        if kind is None:
            return None
        match kind[1]:
            case "Order":
                order = self._state.order(id)
                return order if order is not None and self._may_read(order) else None
            case "FulfillmentOrder":
                return self._state.fulfillment_order(id)
            case "InventoryLevel":
                numbers = level_number(id)
                item = self._state.items.get(numbers[1]) if numbers else None
                return item.levels.get(numbers[0]) if item and numbers else None
            case known if known in _KEPT:
                return _KEPT[known](self._state, number_of(id, known) or 0)
            case _:
                return None

    def nodes(self, *, ids: Sequence[str]) -> list[object]:
        """Several things, in the order asked for."""
        return [self.node(id=gid) for gid in ids]

"""What Rawana needs of a store: scopes, and the topics that it is to be told of. Each list is here and nowhere else."""

from __future__ import annotations

SCOPES = (
    "read_orders",
    "write_orders",
    "read_customers",
    "read_products",
    "read_inventory",
    "read_locations",
    "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "read_fulfillments",
    "write_fulfillments",
    "read_returns",
)
"""The scopes an app is given. Which field needs which is Shopify's to say: the schema's descriptions do."""

TELLING_STOCK = "write_inventory"
"""Besides, for a shop that lets Shopify know what moves on its branches' shelves."""

NOTHING_WITHOUT = frozenset({"read_orders", "read_merchant_managed_fulfillment_orders"})
"""Without these no order can be worked on at all."""

NO_SCOPE = ""

TOPICS = {
    "ORDERS_CREATE": "read_orders",
    "ORDERS_UPDATED": "read_orders",
    "ORDERS_EDITED": "read_orders",
    "ORDERS_CANCELLED": "read_orders",
    "ORDERS_FULFILLED": "read_orders",
    "ORDERS_PARTIALLY_FULFILLED": "read_orders",
    "ORDERS_PAID": "read_orders",
    "ORDERS_DELETE": "read_orders",
    "FULFILLMENTS_CREATE": "read_fulfillments",
    "FULFILLMENTS_UPDATE": "read_fulfillments",
    "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE": "read_merchant_managed_fulfillment_orders",
    "FULFILLMENT_ORDERS_MOVED": "read_merchant_managed_fulfillment_orders",
    "FULFILLMENT_ORDERS_PLACED_ON_HOLD": "read_merchant_managed_fulfillment_orders",
    "FULFILLMENT_ORDERS_HOLD_RELEASED": "read_merchant_managed_fulfillment_orders",
    "FULFILLMENT_ORDERS_CANCELLED": "read_merchant_managed_fulfillment_orders",
    "RETURNS_APPROVE": "read_returns",
    "RETURNS_CANCEL": "read_returns",
    "RETURNS_CLOSE": "read_returns",
    "RETURNS_DECLINE": "read_returns",
    "RETURNS_PROCESS": "read_returns",
    "RETURNS_REOPEN": "read_returns",
    "RETURNS_REQUEST": "read_returns",
    "RETURNS_UPDATE": "read_returns",
    "REFUNDS_CREATE": "read_orders",
    "PRODUCTS_CREATE": "read_products",
    "PRODUCTS_UPDATE": "read_products",
    "PRODUCTS_DELETE": "read_products",
    "BULK_OPERATIONS_FINISH": NO_SCOPE,
    "APP_UNINSTALLED": NO_SCOPE,
    "LOCATIONS_CREATE": "read_locations",
    "LOCATIONS_UPDATE": "read_locations",
    "LOCATIONS_DELETE": "read_locations",
    "LOCATIONS_ACTIVATE": "read_locations",
    "LOCATIONS_DEACTIVATE": "read_locations",
}
"""What we subscribe to, and the scope without which a store refuses that.

Levels of stock are told of only where a branch stands for a location (`topics_wanted`); the three topics about privacy can't
be subscribed to, they are set in the app's own configuration.
"""

OF_LOCATIONS_WITH_STOCK = {"INVENTORY_LEVELS_UPDATE": "read_inventory"}


def topics_wanted(scopes: frozenset[str], *, maps_locations: bool = False) -> tuple[str, ...]:
    """Return the topics to subscribe to that the granted scopes allow."""
    wanted = TOPICS | (OF_LOCATIONS_WITH_STOCK if maps_locations else {})
    return tuple(topic for topic, scope in wanted.items() if not scope or allows(scopes, scope))


def allows(granted: frozenset[str], scope: str) -> bool:
    """Whether a scope was granted. The right to write a thing includes reading it, and Shopify may name only that one."""
    return scope in granted or (
        scope.startswith("read_") and f"write_{scope.removeprefix('read_')}" in granted
    )


def scopes_needed(*, tells_stock: bool) -> tuple[str, ...]:
    """Return the scopes that a shop needs."""
    return (*SCOPES, TELLING_STOCK) if tells_stock else SCOPES


def missing_scopes(granted: frozenset[str], *, tells_stock: bool = False) -> tuple[str, ...]:
    """Return what the shop needs and was not granted."""
    needed = scopes_needed(tells_stock=tells_stock)
    return tuple(scope for scope in needed if not allows(granted, scope))

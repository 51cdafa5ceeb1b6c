"""What the app may read and change: the scope that each type and field asks for, in Shopify's words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from graphql import GraphQLError

DOCUMENTATION = "https://shopify.dev/api/usage/access-scopes"
_ORDERS = ("read_orders", "read_marketplace_orders")
_WORK = (
    "read_assigned_fulfillment_orders",
    "read_merchant_managed_fulfillment_orders",
    "read_third_party_fulfillment_orders",
)
_ANY_WORK = (*_WORK, "read_marketplace_fulfillment_orders")
_PLACES = ("read_locations", "read_inventory", "read_markets_home")
_RETURNS = ("read_returns", "read_marketplace_returns")
_SHIP = (
    "write_assigned_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "write_third_party_fulfillment_orders",
)
_MANAGE = ("write_merchant_managed_fulfillment_orders", "write_third_party_fulfillment_orders")
_WRITE_RETURNS = ("write_returns", "write_marketplace_returns")
_TAGGED = ("write_orders", "write_products", "write_customers", "write_draft_orders")

# Of a type (asked where a field holds it) or of one field: any of these scopes.
REQUIRED: dict[str, tuple[str, ...]] = {
    "Order": (*_ORDERS, "read_quick_sale"),
    "QueryRoot.ordersCount": _ORDERS,
    "LineItem": _ORDERS,
    "OrderTransaction": _ORDERS,
    "Refund": _ORDERS,
    "RefundLineItem": _ORDERS,
    "SalesAgreement": _ORDERS,
    "Sale": ("read_orders",),
    "SuggestedRefund": _ORDERS,
    "Customer": ("read_customers",),
    "Product": ("read_products",),
    "ProductVariant": ("read_products",),
    "InventoryItem": ("read_inventory", "read_products"),
    "InventoryItem.inventoryLevels": ("read_inventory",),
    "InventoryItem.inventoryLevel": ("read_inventory",),
    "InventoryLevel": ("read_inventory",),
    "InventoryQuantity": ("read_inventory",),
    "InventoryAdjustmentGroup": ("read_inventory",),
    "InventoryChange": ("read_inventory",),
    "InventoryProperties": ("read_inventory",),
    "InventoryAdjustmentGroup.staffMember": ("read_users",),
    "Location": _PLACES,
    "Location.address": ("read_locations",),
    "Location.fulfillsOnlineOrders": ("read_locations",),
    "Location.isActive": ("read_locations",),
    "Location.isFulfillmentService": ("read_locations",),
    "Location.name": ("read_locations", "read_markets_home"),
    "Location.shipsInventory": ("read_locations",),
    "Location.updatedAt": ("read_locations",),
    "Fulfillment": (*_ORDERS, *_ANY_WORK),
    "FulfillmentEvent": ("read_orders",),
    "FulfillmentLineItem": _ORDERS,
    "FulfillmentTrackingInfo": (*_ORDERS, *_ANY_WORK),
    "FulfillmentOrder": _ANY_WORK,
    "FulfillmentOrderAssignedLocation": _ANY_WORK,
    "FulfillmentOrderLineItem": _WORK,
    "FulfillmentOrderLocationForMove": _WORK,
    "FulfillmentOrderSplitResult": _WORK,
    "FulfillmentOrderSupportedAction": _WORK,
    "FulfillmentHold": _ANY_WORK,
    "FulfillmentHold.heldByApp": ("read_apps",),
    "DeliveryMethod": ("read_orders", *_ANY_WORK),
    "Return": _RETURNS,
    "ReturnLineItemType": _RETURNS,
    "ExchangeLineItem": ("read_returns",),
    "ReturnReasonDefinition": ("read_returns",),
    "ReverseFulfillmentOrder": _RETURNS,
    "ReverseFulfillmentOrderLineItem": _RETURNS,
    "CalculatedOrder": ("read_order_edits",),
    "OrderEditSession": ("read_order_edits",),
    "Mutation.fulfillmentCreate": _SHIP,
    "Mutation.fulfillmentTrackingInfoUpdate": _SHIP,
    "Mutation.fulfillmentEventCreate": ("write_fulfillments",),
    "Mutation.fulfillmentOrderHold": _MANAGE,
    "Mutation.fulfillmentOrderMove": _MANAGE,
    "Mutation.fulfillmentOrderOpen": _MANAGE,
    "Mutation.fulfillmentOrderReleaseHold": (*_MANAGE, "write_marketplace_fulfillment_orders"),
    "Mutation.fulfillmentOrderReportProgress": (
        "write_merchant_managed_fulfillment_orders",
        "write_assigned_fulfillment_orders",
    ),
    "Mutation.fulfillmentOrderSplit": _MANAGE,
    "Mutation.inventoryActivate": ("write_inventory",),
    "Mutation.inventoryDeactivate": ("write_inventory",),
    "Mutation.inventoryAdjustQuantities": ("write_inventory",),
    "Mutation.inventoryMoveQuantities": ("write_inventory",),
    "Mutation.inventorySetQuantities": ("write_inventory",),
    "Mutation.orderCancel": ("write_orders", "write_marketplace_orders"),
    "Mutation.orderCreate": ("write_orders",),
    "Mutation.orderMarkAsPaid": ("write_orders",),
    "Mutation.orderUpdate": ("write_orders", "write_marketplace_orders", "write_quick_sale"),
    "Mutation.refundCreate": ("write_orders", "write_marketplace_orders"),
    "Mutation.orderEditBegin": ("write_order_edits",),
    "Mutation.orderEditAddVariant": ("write_order_edits",),
    "Mutation.orderEditSetQuantity": ("write_order_edits",),
    "Mutation.orderEditCommit": ("write_order_edits",),
    "Mutation.returnCancel": _WRITE_RETURNS,
    "Mutation.returnClose": _WRITE_RETURNS,
    "Mutation.returnCreate": _WRITE_RETURNS,
    "Mutation.returnProcess": _WRITE_RETURNS,
    "Mutation.reverseFulfillmentOrderDispose": _WRITE_RETURNS,
    "Mutation.tagsAdd": _TAGGED,
    "Mutation.tagsRemove": _TAGGED,
}
_MAY_SHIP = " Also: The user must have fulfill_and_ship_orders permission."
# What Shopify says behind the scopes.
ALSO: dict[str, str] = {
    **{
        f"Mutation.{name}": _MAY_SHIP
        for name in (
            "fulfillmentCreate",
            "fulfillmentTrackingInfoUpdate",
            "fulfillmentEventCreate",
            "fulfillmentOrderHold",
            "fulfillmentOrderMove",
            "fulfillmentOrderOpen",
            "fulfillmentOrderReleaseHold",
            "fulfillmentOrderReportProgress",
            "fulfillmentOrderSplit",
        )
    },
    "Mutation.orderMarkAsPaid": " Also: The user must have mark_orders_as_paid permission.",
    "Mutation.orderCancel": " Also: This action cannot be reversed.",
    "Mutation.inventoryAdjustQuantities": (
        " Also: The user must have a permission to apply changes to inventory quantities."
    ),
    "Mutation.inventorySetQuantities": (
        " Also: The user must have a permission to update an inventory."
    ),
    "Mutation.inventoryMoveQuantities": (
        " Also: The user must have a permission to move an inventory."
    ),
    "Mutation.inventoryActivate": (
        " Also: The user must have a permission to activate an inventory item."
    ),
    "InventoryAdjustmentGroup.staffMember": (
        " Also: The app must be a finance embedded app or installed on a Shopify Plus or Advanced store."
        " Contact Shopify Support to enable this scope for your app."
    ),
}


def granted_by(scopes: Iterable[str]) -> frozenset[str]:
    """Return all that these scopes allow: what may be written may be read."""
    given = set(scopes)
    return frozenset(given | {f"read_{one.removeprefix('write_')}" for one in given})


def refuse_without_scope(
    parent: str, field: str, held: str, granted: frozenset[str] | None
) -> None:
    """Raise ACCESS_DENIED for a field that the app may not ask for; None grants everything.

    Args:
        parent: the type that the field is asked of.
        field: its name.
        held: the type of what it holds; of a connection its own name.
        granted: from `granted_by`.
    """
    if granted is None:
        return
    for place in _places(parent, field, held):
        if granted.isdisjoint(REQUIRED[place]):
            needed = _sentence(REQUIRED[place]) + ALSO.get(place, "")
            raise GraphQLError(
                f"Access denied for {field} field. Required access: {needed}",
                extensions={
                    "code": "ACCESS_DENIED",
                    "documentation": DOCUMENTATION,
                    "requiredAccess": needed,
                },
            )


@cache
def _places(parent: str, field: str, held: str) -> tuple[str, ...]:
    """The rules for a field; inside a connection its own field was already asked."""
    inside = parent.endswith(("Connection", "Edge")) or field in {"node", "nodes"}
    names = (
        [f"{parent}.{field}"] if inside else [f"{parent}.{field}", held.removesuffix("Connection")]
    )
    return tuple(name for name in names if name in REQUIRED)


def _sentence(scopes: tuple[str, ...]) -> str:
    named = [f"`{scope}` access scope" for scope in scopes]
    if len(named) == 1:
        return f"{named[0]}."
    return f"{', '.join(named[:-1])} or {named[-1]}."

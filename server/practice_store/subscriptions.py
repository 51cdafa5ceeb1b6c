"""Webhook subscriptions: which address is told about which topic."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from server.practice_store.commands import Subscribe, UserError
from server.practice_store.identity import gid_of
from server.practice_store.shop import ApiVersion

# GraphQL's spelling of the topics this store sends, and the header's.
TOPICS = {
    "ORDERS_CREATE": "orders/create",
    "ORDERS_UPDATED": "orders/updated",
    "ORDERS_EDITED": "orders/edited",
    "ORDER_TRANSACTIONS_CREATE": "order_transactions/create",
    "REFUNDS_CREATE": "refunds/create",
    "RETURNS_REQUEST": "returns/request",
    "RETURNS_APPROVE": "returns/approve",
    "RETURNS_DECLINE": "returns/decline",
    "RETURNS_CANCEL": "returns/cancel",
    "RETURNS_CLOSE": "returns/close",
    "RETURNS_REOPEN": "returns/reopen",
    "RETURNS_UPDATE": "returns/update",
    "RETURNS_PROCESS": "returns/process",
    "REVERSE_FULFILLMENT_ORDERS_DISPOSE": "reverse_fulfillment_orders/dispose",
    "ORDERS_CANCELLED": "orders/cancelled",
    "ORDERS_PAID": "orders/paid",
    "ORDERS_FULFILLED": "orders/fulfilled",
    "ORDERS_PARTIALLY_FULFILLED": "orders/partially_fulfilled",
    "FULFILLMENTS_CREATE": "fulfillments/create",
    "FULFILLMENTS_UPDATE": "fulfillments/update",
    "FULFILLMENT_EVENTS_CREATE": "fulfillment_events/create",
    "INVENTORY_LEVELS_CONNECT": "inventory_levels/connect",
    "INVENTORY_LEVELS_DISCONNECT": "inventory_levels/disconnect",
    "INVENTORY_LEVELS_UPDATE": "inventory_levels/update",
    "BULK_OPERATIONS_FINISH": "bulk_operations/finish",
    "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE": "fulfillment_orders/order_routing_complete",
    "FULFILLMENT_ORDERS_PLACED_ON_HOLD": "fulfillment_orders/placed_on_hold",
    "FULFILLMENT_ORDERS_HOLD_RELEASED": "fulfillment_orders/hold_released",
    "FULFILLMENT_ORDERS_MOVED": "fulfillment_orders/moved",
    "FULFILLMENT_ORDERS_SPLIT": "fulfillment_orders/split",
    "FULFILLMENT_ORDERS_PROGRESS_REPORTED": "fulfillment_orders/progress_reported",
    "FULFILLMENT_ORDERS_MANUALLY_REPORTED_PROGRESS_STOPPED": (
        "fulfillment_orders/manually_reported_progress_stopped"
    ),
    "FULFILLMENT_ORDERS_CANCELLED": "fulfillment_orders/cancelled",
    "FULFILLMENT_HOLDS_ADDED": "fulfillment_holds/added",
    "FULFILLMENT_HOLDS_RELEASED": "fulfillment_holds/released",
}
_NAME = re.compile(r"[A-Za-z0-9_-]+\Z")
_ADDRESS_FIELD = ("webhookSubscription", "callbackUrl")
_NAME_FIELD = ("webhookSubscription", "name")


@dataclass(kw_only=True, eq=False, slots=True)
class WebhookSubscription:
    """A standing order. One made over the API is deleted when its deliveries keep failing; a configured one stays."""

    number: int
    topic: str
    uri: str
    created_at: int
    updated_at: int
    name: str | None = None
    filter: str | None = None
    format: str = "JSON"
    by_api: bool = True
    api_version: ApiVersion = field(default_factory=ApiVersion)

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("WebhookSubscription", self.number)

    @property
    def callback_url(self) -> str:
        """The address, by its older name."""
        return self.uri

    @property
    def include_fields(self) -> list[str]:
        """None: every field is sent."""
        return []

    @property
    def metafield_namespaces(self) -> list[str]:
        """None: no metafields are sent."""
        return []

    @property
    def header_topic(self) -> str:
        """The topic as sent in the header."""
        return TOPICS.get(self.topic, self.topic.lower())


def subscription_errors(
    wanted: Subscribe, existing: list[WebhookSubscription], *, allow_local_http: bool
) -> list[UserError]:
    """Return why `wanted` cannot be made, in the recorded words; empty when it can."""
    errors = [
        *_address_errors(wanted.uri, allow_local_http=allow_local_http),
        *_name_errors(wanted, existing),
    ]
    if any(_same(one, wanted) for one in existing):
        errors.append(
            UserError(field=_ADDRESS_FIELD, message="Address for this topic has already been taken")
        )
    return errors


def _same(one: WebhookSubscription, wanted: Subscribe) -> bool:
    mine = (one.topic, one.uri, one.filter or "", one.format)
    return mine == (wanted.topic, wanted.uri, wanted.filter or "", wanted.format)


def _address_errors(uri: str, *, allow_local_http: bool) -> list[UserError]:
    if not uri.strip():
        return [UserError(field=_ADDRESS_FIELD, message="Address can't be blank")]
    parts = urlsplit(uri)
    local = allow_local_http and parts.scheme == "http" and parts.hostname == "127.0.0.1"
    if parts.scheme != "https" and not local:
        if not parts.scheme or "://" not in uri:
            return [UserError(field=_ADDRESS_FIELD, message="Address is invalid")]
        message = f"Address protocol {parts.scheme}:// is not supported"
        return [UserError(field=_ADDRESS_FIELD, message=message)]
    if not parts.hostname:
        return [UserError(field=_ADDRESS_FIELD, message="Address is invalid")]
    if parts.hostname.endswith((".myshopify.com", ".shopify.com")):
        message = "Address cannot be a Shopify or an internal domain"
        return [UserError(field=_ADDRESS_FIELD, message=message)]
    return []


def _name_errors(wanted: Subscribe, existing: list[WebhookSubscription]) -> list[UserError]:
    if wanted.name is None:
        return []
    errors = []
    if not wanted.name:
        errors.append(
            UserError(field=_NAME_FIELD, message="Name is too short (minimum is 1 character)")
        )
    if not _NAME.match(wanted.name):
        message = (
            "Name name field can only contain alphanumeric characters, underscores, and hyphens"
        )
        errors.append(UserError(field=_NAME_FIELD, message=message))
    if any(one.name and one.name.lower() == wanted.name.lower() for one in existing):
        errors.append(
            UserError(field=_NAME_FIELD, message="Name already exists, no duplicate allowed")
        )
    return errors

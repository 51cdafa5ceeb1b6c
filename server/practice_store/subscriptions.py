"""Webhook subscriptions: which address is told about which topic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import urlsplit

from server.practice_store.commands import Subscribe, UserError
from server.practice_store.identity import gid_of
from server.practice_store.shop import ApiVersion

# GraphQL's spelling of the topics this store sends, and the header's.
TOPICS = {
    "ORDERS_CREATE": "orders/create",
    "ORDERS_UPDATED": "orders/updated",
    "ORDERS_EDITED": "orders/edited",
    "ORDERS_DELETE": "orders/delete",
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
MAX_FILTER_BYTES = 65_535
# Topics that are sent as JSON and in no other form.
_JSON_ONLY = ("RETURNS_", "REVERSE_")
_GCP_PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]\Z")
_GCP_TOPIC = re.compile(r"(?!goog)[A-Za-z][\w.~+%-]{2,254}\Z")
_ARN = re.compile(
    r"arn:aws:events:[a-z0-9-]+::event-source/aws\.partner/shopify\.com(?:\.test)?/(\d+)/.+\Z"
)
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
    include_fields: list[str] = field(default_factory=list)
    metafield_namespaces: list[str] = field(default_factory=list)
    named_metafields: list[tuple[str, str]] = field(default_factory=list)
    api_version: ApiVersion = field(default_factory=ApiVersion)
    concrete_type: ClassVar[str] = "WebhookSubscription"

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("WebhookSubscription", self.number)

    @property
    def callback_url(self) -> str:
        """The address, by its older name."""
        return self.uri

    @property
    def legacy_resource_id(self) -> int:
        """The number in the gid."""
        return self.number

    @property
    def metafields(self) -> list[dict[str, str]]:
        """The metafields that are sent along."""
        return [{"namespace": space, "key": key} for space, key in self.named_metafields]

    def wants(self, body: Mapping[str, object]) -> bool:
        """Tell whether what happened passes the filter: `field:value` terms, all of which must hold.

        A term that compares, or several with OR, lets everything pass: this store does not know them.
        """
        words = (self.filter or "").split()
        if "OR" in words or "NOT" in words:
            return True
        terms = [word.partition(":") for word in words if word != "AND"]
        return all(
            value[:1] in {">", "<"} or str(body.get(name)) == value.strip("\"'")
            for name, _, value in terms
        )

    def fields_of(self, body: dict[str, object]) -> dict[str, object]:
        """Return the part of a body that is to be sent."""
        if not self.include_fields:
            return body
        return {key: value for key, value in body.items() if key in self.include_fields}

    @property
    def header_topic(self) -> str:
        """The topic as sent in the header."""
        return TOPICS.get(self.topic, self.topic.lower())


def subscription_errors(
    wanted: Subscribe,
    existing: list[WebhookSubscription],
    *,
    allow_local_http: bool,
    app_number: int,
) -> list[UserError]:
    """Return why `wanted` cannot be made, or stand beside the `existing`, in the recorded words; empty when it can."""
    errors = [
        *_format_errors(wanted),
        *_filter_errors(wanted.filter or ""),
        *_address_errors(wanted.uri, app_number, allow_local_http=allow_local_http),
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


def _format_errors(wanted: Subscribe) -> list[UserError]:
    field = ("webhookSubscription", "format")
    if wanted.format == "JSON":
        return []
    if wanted.topic.startswith(_JSON_ONLY):
        message = f"Format '{wanted.format.lower()}' is invalid for this webhook topic. Allowed formats: json"
        return [UserError(field=field, message=message)]
    if not wanted.uri.startswith("http"):
        return [UserError(field=field, message="Format can only be used with format: 'json'")]
    return []


def _filter_errors(text: str) -> list[UserError]:
    field = ("webhookSubscription",)
    if len(text.encode()) > MAX_FILTER_BYTES:
        message = "The specified filter exceeds the maximum allowed size."
        return [UserError(field=field, message=message)]
    words = [word for word in text.split() if word not in {"AND", "OR", "NOT"}]
    if any(":" not in word for word in words):
        message = "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on."
        return [UserError(field=field, message=message)]
    return []


def _address_errors(uri: str, app_number: int, *, allow_local_http: bool) -> list[UserError]:
    if not uri.strip():
        return [UserError(field=_ADDRESS_FIELD, message="Address can't be blank")]
    cloud = _cloud_errors(uri, app_number)
    if cloud is not None:
        return [UserError(field=_ADDRESS_FIELD, message=message) for message in cloud]
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


def _cloud_errors(uri: str, app_number: int) -> list[str] | None:
    """What is wrong with an address at a cloud's queue; None for any other address."""
    if uri.startswith("pubsub://"):
        return _gcp_errors(*uri.removeprefix("pubsub://").partition(":"))
    if uri.startswith("kafka://"):
        return ["Address protocol kafka:// is not supported", "Address is not a valid kafka topic"]
    if not uri.startswith("arn:"):
        return None
    match = _ARN.match(uri)
    if match is None:
        return ["Address is invalid", "Address is not a valid AWS ARN"]
    if match[1] == str(app_number):
        return []
    other = f"'{match[1]}' instead of '{app_number}'"
    return ["Address is invalid", f"Address is an AWS ARN and includes api_client_id {other}"]


def _gcp_errors(project: str, colon: str, topic: str) -> list[str]:
    if not colon:
        return [
            "Address protocol pubsub:// is not supported",
            "Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic",
        ]
    if not _GCP_PROJECT.match(project):
        return ["Address is invalid", "Address is not a valid GCP project id."]
    if not _GCP_TOPIC.match(topic):
        return ["Address is invalid", "Address is not a valid GCP topic id."]
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

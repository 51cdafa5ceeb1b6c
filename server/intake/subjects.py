"""What a webhook is about: the one thing in the store that is to be read anew.

Bodies are thin, old, or shaped differently from topic to topic; only ids are taken from them, exactly: they may lie
beyond 2^53.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

OF_ORDERS = frozenset(
    {
        "orders",
        "fulfillments",
        "fulfillment_events",
        "refunds",
        "returns",
        "order_transactions",
        "reverse_fulfillment_orders",
        "reverse_deliveries",
    }
)
"""Families of topics about an order or a part of one."""

OF_WORK = frozenset({"fulfillment_orders", "fulfillment_holds"})
OF_GOODS = frozenset({"products", "variants"})
PARTS = ("Return", "FulfillmentOrder")
"""Parts of an order by which some webhooks name it; the store is asked whose they are."""


def subject_of(topic: str, body: bytes) -> str | None:
    """Return the gid of what to read: an order, a part that leads to one, a product, or a bulk operation.

    None where there is nothing to read: a topic that we do not follow, a body without ids, or no JSON at all.
    """
    try:
        payload = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    if not isinstance(payload, dict):
        return None
    family = topic.partition("/")[0]
    if family in OF_ORDERS:
        return _order_or_part(family, payload)
    if family in OF_WORK:
        return next(_gids_of(payload, "FulfillmentOrder"), None)
    if family in OF_GOODS:
        return _numbered("Product", payload.get("product_id" if family == "variants" else "id"))
    if family == "bulk_operations":
        return _named(payload, "BulkOperation")
    return None


def _order_or_part(family: str, payload: Mapping[str, Any]) -> str | None:
    edit = payload.get("order_edit")
    order = payload.get("order")
    numbers = (
        edit.get("order_id") if isinstance(edit, dict) else None,
        payload.get("order_id"),
        order.get("id") if isinstance(order, dict) else None,
        payload.get("id") if family == "orders" else None,
    )
    found = next((gid for n in numbers if (gid := _numbered("Order", n)) is not None), None)
    if found is not None:
        return found
    return next((gid for kind in PARTS if (gid := _named(payload, kind))), None)


def _numbered(kind: str, number: object) -> str | None:
    if isinstance(number, bool) or not isinstance(number, int) or number <= 0:
        return None
    return f"gid://shopify/{kind}/{number}"


def _named(payload: Mapping[str, Any], kind: str) -> str | None:
    gid = payload.get("admin_graphql_api_id")
    return gid if isinstance(gid, str) and _is_gid(gid, kind) else None


def _gids_of(payload: Mapping[str, Any], kind: str) -> Iterator[str]:
    """Yield the gids of that kind among the payload's own objects: a move or split names several of one order."""
    for part in payload.values():
        gid = part.get("id") if isinstance(part, dict) else None
        if isinstance(gid, str) and _is_gid(gid, kind):
            yield gid


def _is_gid(text: str, kind: str) -> bool:
    head, _, number = text.rpartition("/")
    return head == f"gid://shopify/{kind}" and number.isascii() and number.isdigit()

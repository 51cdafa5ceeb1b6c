"""The writes that a shop may switch on. Each may be sent twice without harm; each returns the store's refusals as text."""

from __future__ import annotations

from collections.abc import Mapping

from server.shopify.client import AdminClient
from server.shopify.mirror_answers import InventoryItem, Written
from server.shopify.operations import (
    FULFILLMENT_ORDER_REPORT_PROGRESS,
    INVENTORY_ADJUST_QUANTITIES,
    ORDER_MARK_AS_PAID,
    TAGS_ADD,
    TAGS_REMOVE,
    VARIANT_INVENTORY_ITEM,
)


def _refusals(written: Written) -> tuple[str, ...]:
    return tuple(error.message for error in written.user_errors)


async def mark_as_paid(client: AdminClient, order_gid: str) -> tuple[str, ...]:
    """Take all that an order still owes as paid. A second time is refused."""
    reply = await client.call(ORDER_MARK_AS_PAID, {"input": {"id": order_gid}})
    return _refusals(reply.order_mark_as_paid)


async def set_tag(client: AdminClient, gid: str, tag: str, *, present: bool) -> tuple[str, ...]:
    """Add a tag or take it off; every other tag stays as it is."""
    if present:
        return _refusals((await client.call(TAGS_ADD, {"id": gid, "tags": [tag]})).tags_add)
    return _refusals((await client.call(TAGS_REMOVE, {"id": gid, "tags": [tag]})).tags_remove)


async def report_progress(client: AdminClient, work_gid: str) -> tuple[str, ...]:
    """Say that somebody is at work on a fulfillment order: it becomes IN_PROGRESS, and can no longer be moved."""
    reply = await client.call(
        FULFILLMENT_ORDER_REPORT_PROGRESS, {"id": work_gid, "progressReport": None}
    )
    return _refusals(reply.fulfillment_order_report_progress)


async def find_inventory_item(client: AdminClient, variant_gid: str) -> InventoryItem | None:
    """Return what the store counts of a variant; None where it has no such variant."""
    found = (await client.call(VARIANT_INVENTORY_ITEM, {"id": variant_gid})).product_variant
    return None if found is None else found.inventory_item


async def adjust_stock(
    client: AdminClient, location_gid: str, units: Mapping[str, int], reason: str, key: str
) -> tuple[str, ...]:
    """Add units (negative: take them off) per inventory item at a location, once per `key`.

    The key, a ledger entry's name, is the reference too: a second sending of the same does nothing. Nothing is compared with what is there
    (changeFromQuantity null), since a difference is right whatever the store counts, and since a compared number would
    make the second sending another input.
    """
    changes = [
        {
            "inventoryItemId": item,
            "locationId": location_gid,
            "delta": delta,
            "changeFromQuantity": None,
        }
        for item, delta in sorted(units.items())
    ]
    variables = {
        "key": key,
        "input": {
            "name": "available",
            "reason": reason,
            "referenceDocumentUri": f"rawana://ledger/{key}",
            "changes": changes,
        },
    }
    reply = await client.call(INVENTORY_ADJUST_QUANTITIES, variables)
    return tuple(error.message for error in reply.inventory_adjust_quantities.user_errors)

"""Writing shipments to the store.

None of these is idempotent in the store. Each returns the store's refusals as values; see failures.py for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from server.shopify.client import AdminClient
from server.shopify.operations import (
    FULFILLMENT_CANCEL,
    FULFILLMENT_CREATE,
    FULFILLMENT_EVENT_CREATE,
    FULFILLMENT_TRACKING_UPDATE,
    EventWritten,
    FulfillmentWritten,
)


class Tracking(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parcel's tracking. No Pakistani courier is on Shopify's list, so the link works only when `url` is given."""

    company: str | None = None
    number: str | None = None
    url: str | None = None


class WorkLine(msgspec.Struct, frozen=True, kw_only=True):
    """Units of one fulfillment-order line (never an order line's id)."""

    id: str
    quantity: int


class Work(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What to ship of one fulfillment order; no lines means all that remains."""

    fulfillment_order_id: str
    fulfillment_order_line_items: Sequence[WorkLine] | None = None


async def create_fulfillment(
    client: AdminClient,
    work: Sequence[Work],
    tracking: Tracking | None,
    *,
    notify_customer: bool,
    message: str | None = None,
) -> FulfillmentWritten:
    """Ship `work`, which must be of one order and one location. The store writes to the customer if asked to."""
    fulfillment: dict[str, object] = {
        "lineItemsByFulfillmentOrder": work,
        "notifyCustomer": notify_customer,
    }
    if tracking is not None:
        fulfillment["trackingInfo"] = tracking
    reply = await client.call(FULFILLMENT_CREATE, {"fulfillment": fulfillment, "message": message})
    return reply.fulfillment_create


async def update_tracking(
    client: AdminClient, fulfillment_gid: str, tracking: Tracking, *, notify_customer: bool
) -> FulfillmentWritten:
    """Replace a shipment's tracking."""
    reply = await client.call(
        FULFILLMENT_TRACKING_UPDATE,
        {
            "fulfillmentId": fulfillment_gid,
            "trackingInfoInput": tracking,
            "notifyCustomer": notify_customer,
        },
    )
    return reply.fulfillment_tracking_info_update


async def add_delivery_event(
    client: AdminClient,
    fulfillment_gid: str,
    status: str,
    happened_at: str,
    message: str | None = None,
) -> EventWritten:
    """Say what happened to a parcel (DELIVERED, OUT_FOR_DELIVERY, …). The store checks no order of states: we must."""
    reply = await client.call(
        FULFILLMENT_EVENT_CREATE,
        {
            "fulfillmentEvent": {
                "fulfillmentId": fulfillment_gid,
                "status": status,
                "happenedAt": happened_at,
                "message": message,
            }
        },
    )
    return reply.fulfillment_event_create


async def cancel_fulfillment(client: AdminClient, fulfillment_gid: str) -> FulfillmentWritten:
    """Take a shipment back: its units become work again, under a new fulfillment order. A second cancel succeeds too."""
    reply = await client.call(FULFILLMENT_CANCEL, {"id": fulfillment_gid})
    return reply.fulfillment_cancel

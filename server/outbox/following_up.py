"""Changing what Shopify was told: another tracking number, a fulfillment taken back, a parcel delivered."""

import datetime as dt

from server.outbox.fulfilling import tracking_of
from server.shopify.client import AdminClient
from server.shopify.fulfillments import add_delivery_event, cancel_fulfillment, update_tracking
from sync_protocol.fulfillments import Fulfillment, FulfillmentState
from sync_protocol.outcomes import EffectKind


async def follow_up(
    client: AdminClient,
    kind: EffectKind,
    shipment: Fulfillment,
    gid: str,
    *,
    notify_customer: bool,
) -> tuple[str, ...]:
    """Carry one change out on the shipment that the store knows as `gid`; return why the store would not.

    Raises:
        ShopifyError: as `AdminClient.call`.
    """
    match kind:
        case EffectKind.SHOPIFY_CANCEL:
            done = await cancel_fulfillment(client, gid)
            return tuple(error.message for error in done.user_errors)
        case EffectKind.SHOPIFY_TRACKING:
            told = await update_tracking(
                client, gid, tracking_of(shipment), notify_customer=notify_customer
            )
            return tuple(error.message for error in told.user_errors)
        case _:
            event = await add_delivery_event(
                client, gid, EVENTS[kind], _happened_at(kind, shipment)
            )
            return tuple(error.message for error in event.user_errors)


EVENTS = {
    EffectKind.SHOPIFY_OUT_FOR_DELIVERY: "OUT_FOR_DELIVERY",
    EffectKind.SHOPIFY_ATTEMPTED: "ATTEMPTED_DELIVERY",
    EffectKind.SHOPIFY_DELIVERED: "DELIVERED",
}
"""What happened to a parcel, in the store's words. The store checks no order of them: ours is kept by the lane."""


def _happened_at(kind: EffectKind, shipment: Fulfillment) -> str:
    """Return when it happened, as far as is known, ISO 8601 in UTC."""
    known = shipment.courier_status_at
    if kind is EffectKind.SHOPIFY_DELIVERED:
        steps = reversed(shipment.steps)
        known = next((s.at for s in steps if s.state is FulfillmentState.DELIVERED), None)
    elif kind is EffectKind.SHOPIFY_ATTEMPTED and shipment.attempts:
        known = shipment.attempts[-1].at
    at = shipment.steps[-1].at if known is None else known
    return dt.datetime.fromtimestamp(at / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

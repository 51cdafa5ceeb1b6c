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
        case EffectKind.SHOPIFY_DELIVERED:
            event = await add_delivery_event(client, gid, "DELIVERED", _delivered_at(shipment))
            return tuple(error.message for error in event.user_errors)
        case EffectKind.SHOPIFY_FULFILL:
            raise AssertionError("telling of a shipment is not a follow-up")


def _delivered_at(shipment: Fulfillment) -> str:
    """Return when the parcel was delivered, ISO 8601 in UTC."""
    at = next(
        (s.at for s in reversed(shipment.steps) if s.state is FulfillmentState.DELIVERED),
        shipment.steps[-1].at,
    )
    return dt.datetime.fromtimestamp(at / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

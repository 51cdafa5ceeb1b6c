"""Fulfillment orders and fulfillments: reading and shipping."""

from __future__ import annotations

from server.practice_store.asked import Input, InvalidIdError, Payload, moment
from server.practice_store.commands import (
    CancelFulfillment,
    CreateEvent,
    CreateFulfillment,
    Parcel,
    ShipGroup,
    ShipLine,
    UpdateTracking,
)
from server.practice_store.fulfillment import Fulfillment, FulfillmentOrder
from server.practice_store.identity import number_of
from server.practice_store.roots_work import WorkMutations, WorkQueries


class ShippingQueries(WorkQueries):
    """Reading shipments and the work for them."""

    def fulfillment(self, *, id: str) -> Fulfillment | None:  # noqa: A002 - the schema's name
        """One fulfillment."""
        return self._state.fulfillment(id)

    def fulfillment_order(self, *, id: str) -> FulfillmentOrder | None:  # noqa: A002 - the schema's name
        """One fulfillment order, once its order is routed."""
        return self._state.fulfillment_order(id)


class ShippingMutations(WorkMutations):
    """Sending parcels, saying what became of them, taking them back."""

    def fulfillment_create(self, *, fulfillment: Input, message: str | None = None) -> Payload:
        """Ship."""
        groups = tuple(_group(one) for one in fulfillment["lineItemsByFulfillmentOrder"])
        command = CreateFulfillment(
            groups=groups,
            parcel=_parcel(fulfillment.get("trackingInfo") or {}),
            notify_customer=bool(fulfillment.get("notifyCustomer")),
            message=message,
        )
        return self._payload("fulfillment", command)

    def fulfillment_tracking_info_update(
        self,
        *,
        fulfillment_id: str,
        tracking_info_input: Input,
        notify_customer: bool | None = None,
    ) -> Payload:
        """Replace tracking."""
        command = UpdateTracking(
            fulfillment=fulfillment_id,
            parcel=_parcel(tracking_info_input),
            notify_customer=bool(notify_customer),
        )
        return self._payload("fulfillment", command)

    def fulfillment_event_create(self, *, fulfillment_event: Input) -> Payload:
        """Note what happened to a parcel."""
        plain = (
            "message",
            "address1",
            "city",
            "province",
            "country",
            "zip",
            "latitude",
            "longitude",
        )
        command = CreateEvent(
            fulfillment=fulfillment_event["fulfillmentId"],
            status=fulfillment_event["status"],
            happened_at_ms=moment(fulfillment_event.get("happenedAt")),
            estimated_delivery_at_ms=moment(fulfillment_event.get("estimatedDeliveryAt")),
            **{name: fulfillment_event.get(name) for name in plain},
        )
        return self._payload("fulfillment_event", command)

    def fulfillment_cancel(self, *, id: str) -> Payload:  # noqa: A002 - the schema's name
        """Take a fulfillment back."""
        return self._payload("fulfillment", CancelFulfillment(fulfillment=id))


def _group(given: Input) -> ShipGroup:
    gid = given["fulfillmentOrderId"]
    if number_of(gid, "FulfillmentOrder") == 0:
        raise InvalidIdError
    lines = given.get("fulfillmentOrderLineItems")
    return ShipGroup(
        fulfillment_order=gid,
        lines=tuple(ShipLine(id=one["id"], quantity=one["quantity"]) for one in lines)
        if lines
        else None,
    )


def _parcel(given: Input) -> Parcel:
    numbers = given.get("numbers") or [given[key] for key in ("number",) if given.get(key)]
    urls = given.get("urls") or [given[key] for key in ("url",) if given.get(key)]
    return Parcel(company=given.get("company"), numbers=tuple(numbers), urls=tuple(urls))

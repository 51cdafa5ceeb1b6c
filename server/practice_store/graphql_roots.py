"""What queries and mutations start from. Method and argument names are the schema's, in snake case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.practice_store.commands import (
    AnyCommand,
    CancelFulfillment,
    CancelOrder,
    CreateEvent,
    CreateFulfillment,
    MarkPaid,
    Parcel,
    ShipGroup,
    ShipLine,
    Subscribe,
    UpdateTracking,
    UserError,
)
from server.practice_store.connections import Listing
from server.practice_store.fulfillment import Fulfillment, FulfillmentOrder
from server.practice_store.identity import number_of, stable_uuid
from server.practice_store.order_input import order_from_input
from server.practice_store.orders import Order
from server.practice_store.search import order_matches, order_terms, variant_matches, variant_terms
from server.practice_store.shop import ApiVersion, AppInstallation, Location, Shop
from server.practice_store.store import PracticeStore
from server.practice_store.subscriptions import WebhookSubscription
from server.practice_store.timestamps import read_time

Input = Mapping[str, Any]
Payload = dict[str, object]
Number = int | str


class InvalidIdError(Exception):
    """An id that no object can have (recorded: a fulfillment order numbered 0)."""


class InvalidInputError(Exception):
    """A value of a right type that cannot be read, such as a time."""


class Queries:
    """The fields of `QueryRoot`."""

    def __init__(self, store: PracticeStore) -> None:
        self._store = store
        self._state = store.state

    @property
    def shop(self) -> Shop:
        """The store."""
        return self._state.shop

    @property
    def current_app_installation(self) -> AppInstallation:
        """The app that asks."""
        return self._state.app

    @property
    def public_api_versions(self) -> list[ApiVersion]:
        """The version this store speaks."""
        return [ApiVersion()]

    def locations(self, *, include_inactive: bool = False, **_filters: object) -> list[Location]:
        """The locations, by number."""
        return [one for one in self._state.locations.values() if one.is_active or include_inactive]

    def product_variants(self, *, query: str | None = None, **_sort: object) -> Listing:
        """The catalogue, by number."""
        terms = variant_terms(query)
        found = [one for one in self._state.variants.values() if variant_matches(one, terms)]
        return Listing(nodes=found, key=lambda node: (node.number,))

    def order(self, *, id: str) -> Order | None:  # noqa: A002 - the schema's name
        """One order."""
        return self._state.order(id)

    def orders(
        self, *, query: str | None = None, sort_key: str = "PROCESSED_AT", **_filters: object
    ) -> Listing:
        """Orders as the search index knows them, which lags."""
        as_of = self._store.clock() - self._store.search_lag_ms
        terms = order_terms(query)
        indexed = {
            order.number: at
            for order in self._state.orders.values()
            if (at := max((one for one in order.updates if one <= as_of), default=None)) is not None
        }
        found = [
            order
            for number, at in indexed.items()
            if order_matches(order := self._state.orders[number], terms, at)
        ]

        def key(order: Order) -> tuple[Number, ...]:
            match sort_key:
                case "UPDATED_AT":
                    return (indexed[order.number], order.number)
                case "CREATED_AT" | "PROCESSED_AT":
                    return (order.created_at, order.number)
                case "NAME" | "ORDER_NUMBER":
                    return (order.order_number, order.number)
                case _:
                    return (order.number,)

        return Listing(nodes=sorted(found, key=key), key=key)

    def fulfillment(self, *, id: str) -> Fulfillment | None:  # noqa: A002 - the schema's name
        """One fulfillment."""
        return self._state.fulfillment(id)

    def fulfillment_order(self, *, id: str) -> FulfillmentOrder | None:  # noqa: A002 - the schema's name
        """One fulfillment order, once its order is routed."""
        return self._state.fulfillment_order(id)

    def webhook_subscriptions(self, **_filters: object) -> list[WebhookSubscription]:
        """Subscriptions made over the API; configured ones are not listed, as with a real store."""
        return [one for one in self._state.subscriptions.values() if one.by_api]


class Mutations:
    """The fields of `Mutation`. Each payload holds what was made, or why it was not."""

    def __init__(self, store: PracticeStore) -> None:
        self._store = store
        self._state = store.state

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
            happened_at_ms=_time(fulfillment_event.get("happenedAt")),
            estimated_delivery_at_ms=_time(fulfillment_event.get("estimatedDeliveryAt")),
            **{name: fulfillment_event.get(name) for name in plain},
        )
        return self._payload("fulfillment_event", command)

    def fulfillment_cancel(self, *, id: str) -> Payload:  # noqa: A002 - the schema's name
        """Take a fulfillment back."""
        return self._payload("fulfillment", CancelFulfillment(fulfillment=id))

    def webhook_subscription_create(self, *, topic: str, webhook_subscription: Input) -> Payload:
        """Subscribe."""
        command = Subscribe(
            topic=topic,
            uri=webhook_subscription.get("uri") or webhook_subscription.get("callbackUrl") or "",
            name=webhook_subscription.get("name"),
            filter=webhook_subscription.get("filter"),
            format=webhook_subscription.get("format") or "JSON",
        )
        return self._payload("webhook_subscription", command)

    def order_create(self, *, order: Input, options: Input | None = None) -> Payload:
        """Place an order as another app would; it is routed at once, as recorded."""
        draft = order_from_input(order, self._state)
        return self._payload("order", draft)

    def order_cancel(
        self,
        *,
        order_id: str,
        reason: str,
        notify_customer: bool | None = None,
        staff_note: str | None = None,
        **_money: object,
    ) -> Payload:
        """Cancel an order; the job it would be is done by the time the answer leaves."""
        command = CancelOrder(
            order=number_of(order_id, "Order") or 0,
            reason=reason,
            notify_customer=bool(notify_customer),
            staff_note=staff_note,
        )
        result = self._store.execute(command)
        if isinstance(result, list):
            return {"job": None, "order_cancel_user_errors": result, "user_errors": result}
        job = {"id": f"gid://shopify/Job/{stable_uuid('job', order_id)}", "done": False}
        return {"job": job, "order_cancel_user_errors": [], "user_errors": []}

    def order_mark_as_paid(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Take what is outstanding as paid. A refusal still shows the order (recorded)."""
        payload = self._payload("order", MarkPaid(order=number_of(input["id"], "Order") or 0))
        return {**payload, "order": self._state.order(input["id"])}

    def _payload(self, name: str, command: AnyCommand | list[UserError]) -> Payload:
        result = command if isinstance(command, list) else self._store.execute(command)
        if isinstance(result, list):
            return {name: None, "user_errors": result}
        return {name: result, "user_errors": []}


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


def _time(given: str | None) -> int | None:
    try:
        return read_time(given) if given is not None else None
    except ValueError as error:
        raise InvalidInputError(f"Invalid DateTime {given!r}") from error

"""The control API: placing and handling orders, reading the logs, switching faults. It is no part of Shopify.

For tests, demonstrations and training on one machine: it asks for no password, so a practice store must not be reachable
from elsewhere. Requests that a foreign web page makes a browser send are refused.
"""

from __future__ import annotations

from urllib.parse import parse_qs

import msgspec

from server.practice_store.asgi import Request, Response, json_response
from server.practice_store.by_hand import ShippedLine, WantedLine, fulfill_by_hand, lines_of
from server.practice_store.commands import (
    AddressDraft,
    CancelFulfillment,
    CancelOrder,
    CreateEvent,
    CustomerDraft,
    EditContact,
    MarkPaid,
    Parcel,
    UpdateTracking,
    UserError,
)
from server.practice_store.control_views import fulfillment_view, order_view
from server.practice_store.every_command import AnyCommand
from server.practice_store.faults import ApiFault, BulkFault, WebhookFaults
from server.practice_store.fulfillment import Fulfillment
from server.practice_store.identity import gid_of
from server.practice_store.orders import Order
from server.practice_store.store import PracticeStore

MAX_ORDERS_AT_ONCE = 1000
LISTED_ORDERS = 100


class PlaceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Orders to place: `count` random ones, or one with what is given (the rest is random)."""

    count: int = 1
    lines: list[WantedLine] | None = None
    customer: CustomerDraft | None = None
    shipping_address: AddressDraft | None = None
    note: str | None = None
    paid: bool = False


class ContactRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Corrections; what is not given stays."""

    phone: str | None = None
    email: str | None = None
    note: str | None = None
    tags: list[str] | None = None
    shipping_address: AddressDraft | None = None


class CancelRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Why an order is cancelled: CUSTOMER, INVENTORY, FRAUD, DECLINED, STAFF or OTHER; and what becomes of goods and money."""

    reason: str = "CUSTOMER"
    notify_customer: bool = False
    restock: bool = True
    refund: bool = False


class FulfillRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment by hand; no lines means all that remains."""

    lines: list[ShippedLine] | None = None
    company: str | None = None
    number: str | None = None
    url: str | None = None
    notify_customer: bool = False


class EventRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a parcel, e.g. DELIVERED."""

    status: str
    message: str | None = None


class FaultsState(msgspec.Struct, frozen=True, kw_only=True):
    """The faults switched on; a part not given is left as it is."""

    api: list[ApiFault] | None = None
    webhooks: WebhookFaults | None = None
    exports: list[BulkFault] | None = None


class Nothing(msgspec.Struct, frozen=True, kw_only=True):
    """A request without content."""


class Control:
    """Answers the control API. `name` in a path is an order's name without #, its number or its gid's number."""

    def __init__(self, store: PracticeStore) -> None:
        self._store = store

    def list_orders(self, request: Request) -> Response:
        """GET orders?limit=100: newest first."""
        self._store.settle()
        limit = parse_qs(request.query).get("limit", [str(LISTED_ORDERS)])[0]
        orders = list(self._store.state.orders.values())[::-1]
        shown = orders[: int(limit)] if limit.isdecimal() else orders
        return json_response({"orders": [order_view(one) for one in shown], "total": len(orders)})

    def place(self, request: Request) -> Response:
        """POST orders."""
        asked = msgspec.json.decode(request.body or b"{}", type=PlaceRequest)
        if not 1 <= asked.count <= MAX_ORDERS_AT_ONCE:
            return refused([UserError(message=f"count is 1 to {MAX_ORDERS_AT_ONCE}")])
        try:
            placed = [
                self._store.place_order(
                    lines_of(self._store, asked.lines) if asked.lines is not None else None,
                    asked.customer,
                    asked.shipping_address,
                    note=asked.note,
                    paid=asked.paid,
                )
                for _ in range(asked.count)
            ]
        except ValueError as error:
            return refused([UserError(message=str(error))])
        return json_response({"orders": [order_view(one) for one in placed]}, 201)

    def read(self, request: Request, name: str) -> Response:
        """GET orders/{name}."""
        del request
        self._store.settle()
        order = self._store.state.order_named(name)
        return json_response(order_view(order)) if order else not_found()

    def edit_contact(self, request: Request, name: str) -> Response:
        """POST orders/{name}/contact."""
        asked = msgspec.json.decode(request.body, type=ContactRequest)
        order = self._store.state.order_named(name)
        if order is None:
            return not_found()
        command = EditContact(
            order=order.number,
            phone=asked.phone,
            email=asked.email,
            note=asked.note,
            tags=tuple(asked.tags) if asked.tags is not None else None,
            shipping_address=asked.shipping_address,
        )
        return self._done(command)

    def cancel(self, request: Request, name: str) -> Response:
        """POST orders/{name}/cancel."""
        asked = msgspec.json.decode(request.body or b"{}", type=CancelRequest)
        order = self._store.state.order_named(name)
        if order is None:
            return not_found()
        return self._done(
            CancelOrder(
                order=order.number,
                reason=asked.reason,
                notify_customer=asked.notify_customer,
                restock=asked.restock,
                refund=asked.refund,
            )
        )

    def pay(self, request: Request, name: str) -> Response:
        """POST orders/{name}/pay."""
        msgspec.json.decode(request.body or b"{}", type=Nothing)
        order = self._store.state.order_named(name)
        return self._done(MarkPaid(order=order.number)) if order else not_found()

    def fulfill(self, request: Request, name: str) -> Response:
        """POST orders/{name}/fulfill."""
        asked = msgspec.json.decode(request.body or b"{}", type=FulfillRequest)
        order = self._store.state.order_named(name)
        if order is None:
            return not_found()
        made = fulfill_by_hand(
            self._store, order, asked.lines, _parcel(asked), notify_customer=asked.notify_customer
        )
        errors = [one for one in made if isinstance(one, UserError)]
        return refused(errors) if errors else json_response(order_view(order))

    def cancel_fulfillment(self, request: Request, number: str) -> Response:
        """POST fulfillments/{number}/cancel."""
        msgspec.json.decode(request.body or b"{}", type=Nothing)
        return self._done(CancelFulfillment(fulfillment=_fulfillment_gid(number)))

    def change_tracking(self, request: Request, number: str) -> Response:
        """POST fulfillments/{number}/tracking."""
        asked = msgspec.json.decode(request.body, type=FulfillRequest)
        command = UpdateTracking(
            fulfillment=_fulfillment_gid(number),
            parcel=_parcel(asked),
            notify_customer=asked.notify_customer,
        )
        return self._done(command)

    def add_event(self, request: Request, number: str) -> Response:
        """POST fulfillments/{number}/events."""
        asked = msgspec.json.decode(request.body, type=EventRequest)
        gid = _fulfillment_gid(number)
        command = CreateEvent(fulfillment=gid, status=asked.status, message=asked.message)
        result = self._store.execute(command)
        if isinstance(result, list):
            return refused(result)
        shipment = self._store.state.fulfillment(gid)
        assert shipment is not None
        return json_response(fulfillment_view(shipment))

    def notifications(self, request: Request) -> Response:
        """GET notifications: the messages the store sent to customers, oldest first."""
        del request
        return json_response({"notifications": self._store.state.notifications})

    def webhooks(self, request: Request) -> Response:
        """GET webhooks: the delivery log, oldest first, and how many wait."""
        del request
        queue = self._store.webhooks
        return json_response({"log": list(queue.log), "waiting": len(queue.waiting)})

    def read_faults(self, request: Request) -> Response:
        """GET faults."""
        del request
        store = self._store
        return json_response(
            FaultsState(
                api=store.api_faults.coming,
                webhooks=store.webhooks.faults,
                exports=store.bulk_faults,
            )
        )

    def set_faults(self, request: Request) -> Response:
        """PUT faults: replaces the part given."""
        asked = msgspec.json.decode(request.body, type=FaultsState)
        if asked.api is not None:
            self._store.api_faults.coming = asked.api
        if asked.webhooks is not None:
            self._store.webhooks.faults = asked.webhooks
        if asked.exports is not None:
            self._store.bulk_faults = asked.exports
        return self.read_faults(request)

    def variants(self, request: Request) -> Response:
        """GET variants?sku=: the catalogue, or one of it."""
        sku = parse_qs(request.query).get("sku", [None])[0]
        shown = [
            {
                "id": one.id,
                "number": one.number,
                "sku": one.sku,
                "barcode": one.barcode,
                "title": one.display_name,
                "price": str(one.price),
            }
            for one in self._store.state.variants.values()
            if sku is None or one.sku == sku
        ]
        return json_response({"variants": shown})

    def _done(self, command: AnyCommand) -> Response:
        result = self._store.execute(command)
        if isinstance(result, Order):
            return json_response(order_view(result))
        if isinstance(result, Fulfillment):
            return json_response(fulfillment_view(result))
        assert isinstance(result, list)
        return refused(result)


def refused(errors: list[UserError]) -> Response:
    """Return why something was not done."""
    return json_response({"errors": errors}, 422)


def not_found() -> Response:
    """Return that there is no such thing."""
    return json_response({"errors": [UserError(message="not found")]}, 404)


def _parcel(asked: FulfillRequest) -> Parcel:
    return Parcel(
        company=asked.company,
        numbers=(asked.number,) if asked.number else (),
        urls=(asked.url,) if asked.url else (),
    )


def _fulfillment_gid(number: str) -> str:
    return gid_of("Fulfillment", int(number)) if number.isdecimal() else ""

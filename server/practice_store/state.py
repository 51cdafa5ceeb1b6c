"""Everything the practice store knows, and the few things every command needs: numbers, look-ups, announcements."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from server.practice_store.bulk import BulkOperation, FileStorage
from server.practice_store.catalogue import Variant
from server.practice_store.commands_platform import CallLater, GiveToken
from server.practice_store.customer_data import CustomerData
from server.practice_store.customers import Customer
from server.practice_store.edits import CalculatedOrder, CommittedEdit
from server.practice_store.fulfillment import Fulfillment, FulfillmentEvent, FulfillmentOrder
from server.practice_store.holds import WorkChange
from server.practice_store.identity import Numbers, number_of
from server.practice_store.inventory import InventoryItem, InventoryLevel
from server.practice_store.order_lines import Transaction
from server.practice_store.orders import GoneOrder, Order
from server.practice_store.refunds import Refund
from server.practice_store.returns import (
    Disposal,
    Return,
    ReturnChange,
    ReverseFulfillmentOrder,
)
from server.practice_store.shop import API_VERSION, AppInstallation, Location, Shop
from server.practice_store.subscriptions import WebhookSubscription

PlatformSubject = BulkOperation | InventoryLevel
Subject = (
    Order
    | Fulfillment
    | FulfillmentOrder
    | FulfillmentEvent
    | CommittedEdit
    | Return
    | ReturnChange
    | Disposal
    | Refund
    | Transaction
    | WorkChange
    | GoneOrder
    | PlatformSubject
)
# What an order needs and what of it is shipped, by item and location.
Needs = tuple[Counter[tuple[int, int]], Counter[tuple[int, int]]]
FIRST_ORDER_NUMBER = 1001


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """A thing that happened, which subscriptions may be about. `cause` is shared by all that one action set off."""

    topic: str
    subject: Subject
    at_ms: int
    cause: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LateCall:
    """An API call to be carried out at `due_at` (ms)."""

    number: int
    call: CallLater
    due_at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Notification:
    """A message the store sent to a customer."""

    kind: Literal["shipped", "tracking_changed", "cancelled", "edited", "invoice", "refunded"]
    order: str
    to: str | None
    at_ms: int
    tracking: tuple[str, ...] = ()
    fulfillment: str | None = None


@dataclass(kw_only=True, eq=False, slots=True)
class State:
    """The store's contents, by number."""

    shop: Shop
    app: AppInstallation
    numbers: Numbers
    storage: FileStorage
    customer_data: CustomerData = "shown"
    served_version: str = API_VERSION
    allow_local_http: bool = True
    locations: dict[int, Location] = field(default_factory=dict)
    variants: dict[int, Variant] = field(default_factory=dict)
    customers: dict[int, Customer] = field(default_factory=dict)
    items: dict[int, InventoryItem] = field(default_factory=dict)
    changed_levels: dict[str, InventoryLevel] = field(default_factory=dict)
    needs: dict[int, Needs] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    work: dict[int, FulfillmentOrder] = field(default_factory=dict)
    shipments: dict[int, Fulfillment] = field(default_factory=dict)
    edits: dict[int, CalculatedOrder] = field(default_factory=dict)
    returns: dict[int, Return] = field(default_factory=dict)
    reverse_orders: dict[int, ReverseFulfillmentOrder] = field(default_factory=dict)
    refunds: dict[int, Refund] = field(default_factory=dict)
    subscriptions: dict[int, WebhookSubscription] = field(default_factory=dict)
    bulk_operations: dict[int, BulkOperation] = field(default_factory=dict)
    grants: dict[str, GiveToken] = field(default_factory=dict)
    late_calls: dict[int, LateCall] = field(default_factory=dict)
    notifications: list[Notification] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)
    next_order_number: int = FIRST_ORDER_NUMBER

    def order(self, gid: str) -> Order | None:
        """Return the order with that gid."""
        return self.orders.get(number_of(gid, "Order") or 0)

    def fulfillment_order(self, gid: str) -> FulfillmentOrder | None:
        """Return the fulfillment order with that gid, if its order is routed."""
        found = self.work.get(number_of(gid, "FulfillmentOrder") or 0)
        return found if found and found.order.is_routed else None

    def fulfillment(self, gid: str) -> Fulfillment | None:
        """Return the fulfillment with that gid."""
        return self.shipments.get(number_of(gid, "Fulfillment") or 0)

    def edit(self, gid: str) -> CalculatedOrder | None:
        """Return the edit with that gid, if it is not committed yet."""
        return self.edits.get(number_of(gid, "CalculatedOrder") or 0)

    def return_of(self, gid: str) -> Return | None:
        """Return the return with that gid."""
        return self.returns.get(number_of(gid, "Return") or 0)

    def order_named(self, name: str) -> Order | None:
        """Return the order called e.g. "#1001" (or "1001"), or with that number as id or gid."""
        bare = name.removeprefix("#")
        if bare.isdecimal():
            by_id = self.orders.get(int(bare))
            return by_id or next(
                (one for one in self.orders.values() if one.order_number == int(bare)), None
            )
        return self.order(name)

    def first_location(self) -> Location:
        """Return the location that online orders ship from unless a line says otherwise."""
        return next(one for one in self.locations.values() if one.fulfills_online_orders)

    def announce(self, topic: str, subject: Subject, at_ms: int, cause: str | None = None) -> None:
        """Say that something happened."""
        self.announcements.append(
            Announcement(topic=topic, subject=subject, at_ms=at_ms, cause=cause)
        )

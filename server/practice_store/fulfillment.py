"""Fulfillment orders (work for one location) and fulfillments (shipments)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.practice_store.commands import Parcel
from server.practice_store.holds import FulfillmentHold
from server.practice_store.identity import gid_of
from server.practice_store.order_lines import LineItem
from server.practice_store.orders import Order
from server.practice_store.relocation import FulfillmentOrderLocationForMove, other_places
from server.practice_store.shop import Location

HOUR_MS = 3_600_000
MAX_HOLDS = 10
SHIPPABLE = frozenset({"OPEN", "IN_PROGRESS"})


@dataclass(kw_only=True, eq=False, slots=True)
class FulfillmentOrderLineItem:
    """Units of an order line to ship from one location."""

    number: int
    line_item: LineItem
    total_quantity: int
    remaining_quantity: int

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("FulfillmentOrderLineItem", self.number)

    @property
    def inventory_item_id(self) -> str | None:
        """The gid of what is counted; None for a custom item."""
        variant = self.line_item.variant
        return variant.inventory_item.id if variant else None

    @property
    def sku(self) -> str | None:
        """The line's SKU."""
        return self.line_item.sku


@dataclass(frozen=True, kw_only=True, slots=True)
class AssignedLocation:
    """The location a fulfillment order is routed to."""

    location: Location

    @property
    def name(self) -> str:
        """Its name."""
        return self.location.name


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryMethod:
    """How it is to reach the customer."""

    method_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SupportedAction:
    """Something the team or an app may do now."""

    action: str


@dataclass(kw_only=True, eq=False, slots=True)
class FulfillmentOrder:
    """Work for one location.

    OPEN, then IN_PROGRESS when some units are shipped or somebody reports being at it, then CLOSED when all are shipped;
    ON_HOLD as long as anything holds it.
    """

    number: int
    order: Order
    location: Location
    created_at: int
    updated_at: int
    places: Mapping[int, Location]
    line_items: list[FulfillmentOrderLineItem] = field(default_factory=list)
    status: str = "OPEN"
    request_status: str = "UNSUBMITTED"
    fulfill_by: int | None = None
    progress_reported: bool = False
    fulfillment_holds: list[FulfillmentHold] = field(default_factory=list)
    # The work whose other units are held: they come together again when the hold is released.
    parted_from: FulfillmentOrder | None = None

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("FulfillmentOrder", self.number)

    @property
    def order_id(self) -> str:
        """The gid of its order."""
        return self.order.id

    @property
    def order_name(self) -> str:
        """The name of its order."""
        return self.order.name

    @property
    def assigned_location(self) -> AssignedLocation:
        """Where it ships from."""
        return AssignedLocation(location=self.location)

    @property
    def fulfill_at(self) -> int:
        """From when it may ship: the full hour in which it was made."""
        return self.created_at - self.created_at % HOUR_MS

    @property
    def delivery_method(self) -> DeliveryMethod:
        """SHIPPING, or NONE when nothing in it ships."""
        ships = any(line.line_item.requires_shipping for line in self.line_items)
        return DeliveryMethod(method_type="SHIPPING" if ships else "NONE")

    @property
    def merchant_requests(self) -> list[object]:
        """Requests to third parties: branches belong to the retailer."""
        return []

    @property
    def locations_for_move(self) -> list[FulfillmentOrderLocationForMove]:
        """The other locations, and what of it each could ship."""
        return other_places(self, self.places.values())

    @property
    def remaining_units(self) -> int:
        """Units still to ship."""
        return sum(line.remaining_quantity for line in self.line_items)

    @property
    def supported_actions(self) -> list[SupportedAction]:
        """What may be done now, in the recorded order."""
        if self.status == "ON_HOLD":
            more = ["HOLD"] if len(self.fulfillment_holds) < MAX_HOLDS else []
            return [SupportedAction(action=one) for one in ("RELEASE_HOLD", *more, "MOVE")]
        if self.status not in SHIPPABLE or not self.remaining_units:
            return []
        if self.progress_reported:
            actions = ["CREATE_FULFILLMENT", "REPORT_PROGRESS", "HOLD", "MARK_AS_OPEN"]
        else:
            actions = ["CREATE_FULFILLMENT", "REPORT_PROGRESS", "MOVE", "HOLD"]
            if self.remaining_units > 1:
                actions.append("SPLIT")
            if self._has_open_neighbour():
                actions.append("MERGE")
        return [SupportedAction(action=action) for action in actions]

    def _has_open_neighbour(self) -> bool:
        """Tell whether the order has other open work at the same location."""
        return any(
            one.location is self.location and one.status == "OPEN"
            for one in self.order.work
            if one is not self
        )

    def settle_status(self, at_ms: int) -> None:
        """Set the status that holds, reports and the remaining units call for."""
        self.updated_at = at_ms
        if not self.remaining_units:
            self.status = "CLOSED"
        elif self.fulfillment_holds:
            self.status = "ON_HOLD"
        elif self.progress_reported or any(
            line.remaining_quantity < line.total_quantity for line in self.line_items
        ):
            self.status = "IN_PROGRESS"
        else:
            self.status = "OPEN"


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentLineItem:
    """Units of an order line in a shipment."""

    number: int
    line_item: LineItem
    quantity: int

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("FulfillmentLineItem", self.number)


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentEvent:
    """What happened to a parcel; times in ms."""

    number: int
    status: str
    happened_at: int
    created_at: int
    message: str | None = None
    estimated_delivery_at: int | None = None
    address1: str | None = None
    city: str | None = None
    province: str | None = None
    country: str | None = None
    zip: str | None = None
    latitude: float | None = None
    longitude: float | None = None

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("FulfillmentEvent", self.number)


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentTrackingInfo:
    """One parcel's tracking."""

    company: str | None
    number: str | None
    url: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentService:
    """The store's own team, as the API names it."""

    location: Location
    id: str = "gid://shopify/FulfillmentService/manual"
    handle: str = "manual"
    service_name: str = "Manual"
    tracking_support: bool = False
    type: str = "MANUAL"


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenUnits:
    """Units a shipment took from a fulfillment-order line, to put back when it is cancelled."""

    work: FulfillmentOrder
    line: FulfillmentOrderLineItem
    quantity: int


@dataclass(kw_only=True, eq=False, slots=True)
class Fulfillment:
    """A shipment from one location for one order."""

    number: int
    order: Order
    sequence: int
    location: Location
    created_at: int
    updated_at: int
    parcel: Parcel
    by: str
    fulfillment_line_items: list[FulfillmentLineItem]
    taken: list[TakenUnits]
    status: str = "SUCCESS"
    events: list[FulfillmentEvent] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("Fulfillment", self.number)

    @property
    def legacy_resource_id(self) -> int:
        """The number in the gid."""
        return self.number

    @property
    def name(self) -> str:
        """E.g. #1001-F1."""
        return f"{self.order.name}-F{self.sequence}"

    @property
    def display_status(self) -> str:
        """The last event's status, FULFILLED before any, CANCELED after a cancel."""
        if self.status == "CANCELLED":
            return "CANCELED"
        return self.events[-1].status if self.events else "FULFILLED"

    def _last(self, status: str) -> int | None:
        return next((one.happened_at for one in self.events[::-1] if one.status == status), None)

    @property
    def in_transit_at(self) -> int | None:
        """When it was last reported in transit."""
        return self._last("IN_TRANSIT")

    @property
    def delivered_at(self) -> int | None:
        """When it was reported delivered."""
        return self._last("DELIVERED")

    @property
    def estimated_delivery_at(self) -> int | None:
        """The latest estimate given with an event."""
        estimates = (one.estimated_delivery_at for one in self.events[::-1])
        return next((one for one in estimates if one is not None), None)

    @property
    def service(self) -> FulfillmentService:
        """Who ships: the store's own team."""
        return FulfillmentService(location=self.location)

    @property
    def origin_address(self) -> None:
        """Not kept."""
        return

    @property
    def fulfillment_orders(self) -> list[FulfillmentOrder]:
        """The fulfillment orders it took units from."""
        return list(dict.fromkeys(units.work for units in self.taken))

    def tracking_info(self, first: int | None = None) -> list[FulfillmentTrackingInfo]:
        """One entry a parcel; none without any tracking."""
        numbers: list[str | None] = list(self.parcel.numbers)
        urls: list[str | None] = list(self.parcel.urls)
        count = max(len(numbers), len(urls), 1 if self.parcel.company else 0)
        numbers += [None] * (count - len(numbers))
        urls += [None] * (count - len(urls))
        entries = [
            FulfillmentTrackingInfo(company=self.parcel.company, number=number, url=url)
            for number, url in zip(numbers, urls, strict=True)
        ]
        return entries[:first]

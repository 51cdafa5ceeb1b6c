"""Orders as the store keeps them, with everything the API shows of them worked out from what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from server.practice_store.connections import Listing
from server.practice_store.customers import Customer, MailingAddress
from server.practice_store.identity import gid_of
from server.practice_store.metafields import Kept, Metafield, find_metafield
from server.practice_store.money import ZERO
from server.practice_store.order_lines import Attribute, LineItem, ShippingLine, Transaction
from server.practice_store.order_money import OrderMoney
from server.practice_store.suggesting import SuggestedRefund, suggest_refund

if TYPE_CHECKING:
    from server.practice_store.agreements import Agreement
    from server.practice_store.fulfillment import Fulfillment, FulfillmentOrder
    from server.practice_store.refunds import Refund
    from server.practice_store.returns import Return


@dataclass(frozen=True, kw_only=True, slots=True)
class BasicEvent:
    """A line of an order's timeline."""

    number: int
    action: str
    message: str
    created_at: int

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("BasicEvent", self.number)


@dataclass(frozen=True, kw_only=True, slots=True)
class GoneOrder:
    """What is left of an order that was removed: its number."""

    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRiskSummary:
    """What the store thinks of an order's risk: nothing."""

    recommendation: str = "NONE"
    assessments: tuple[object, ...] = ()


@dataclass(kw_only=True, eq=False, slots=True)
class Order(OrderMoney):
    """One order. Lists keep their order of making; `updates` are the times it changed, for the lagging search index."""

    number: int
    order_number: int
    created_at: int
    currency_code: str
    customer: Customer | None
    shipping_address: MailingAddress | None
    email: str | None
    phone: str | None
    note: str | None
    tags: list[str]
    custom_attributes: list[Attribute]
    source_name: str
    test: bool
    routed_at: int
    processed_at: int
    po_number: str | None = None
    payment_expected: bool = False
    is_routed: bool = False
    updated_at: int = 0
    cancelled_at: int | None = None
    cancel_reason: str | None = None
    closed_at: int | None = None
    original_total: Decimal = ZERO
    line_items: list[LineItem] = field(default_factory=list)
    shipping_lines: list[ShippingLine] = field(default_factory=list)
    payments: list[Transaction] = field(default_factory=list)
    refunded: list[Refund] = field(default_factory=list)
    returned: list[Return] = field(default_factory=list)
    agreed: list[Agreement] = field(default_factory=list)
    timeline: list[BasicEvent] = field(default_factory=list)
    work: list[FulfillmentOrder] = field(default_factory=list)
    shipments: list[Fulfillment] = field(default_factory=list)
    updates: list[int] = field(default_factory=list)
    metafields_kept: Kept = field(default_factory=dict)
    confirmed: bool = True
    # What the API calls otherwise than the store does, for which a number is always the one in the gid.
    shown_as: ClassVar[dict[str, str]] = {"number": "order_number"}
    edited: bool = False

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("Order", self.number)

    @property
    def legacy_resource_id(self) -> int:
        """The number in the gid."""
        return self.number

    @property
    def name(self) -> str:
        """E.g. #1001."""
        return f"#{self.order_number}"

    @property
    def status_page_url(self) -> str:
        """Where the customer would look."""
        return f"https://practice.invalid/orders/{self.number}"

    @property
    def closed(self) -> bool:
        """Whether it is archived."""
        return self.closed_at is not None

    @property
    def billing_address(self) -> MailingAddress | None:
        """The same as the shipping address: cash on delivery asks for one address."""
        return self.shipping_address

    @property
    def presentment_currency_code(self) -> str:
        """The store sells in one currency."""
        return self.currency_code

    @property
    def merchant_editable(self) -> bool:
        """Whether the team may edit it: an archived order too (recorded), not a cancelled one."""
        return self.cancelled_at is None

    @property
    def merchant_editable_errors(self) -> list[str]:
        """Why it may not be edited."""
        return [] if self.merchant_editable else ["The order is canceled and can't be edited."]

    @property
    def risk(self) -> OrderRiskSummary:
        """Not assessed."""
        return OrderRiskSummary()

    @property
    def fulfillment_orders(self) -> list[FulfillmentOrder]:
        """The work for locations, once the store has routed the order."""
        return self.work if self.is_routed else []

    @property
    def returns(self) -> list[Return]:
        """The returns, oldest first."""
        return self.returned

    @property
    def agreements(self) -> Listing:
        """What was agreed, in its order."""
        return Listing(nodes=self.agreed, key=lambda one: (one.happened_at, one.number))

    def refunds(self, first: int | None = None) -> list[Refund]:
        """The refunds, oldest first."""
        return self.refunded[:first]

    def metafield(self, *, key: str, namespace: str | None = None) -> Metafield | None:
        """One value that an app noted on it."""
        return find_metafield(self.metafields_kept, namespace, key)

    def metafields(self, **_filters: object) -> list[Metafield]:
        """What apps noted on it."""
        return list(self.metafields_kept.values())

    def transactions(self, first: int | None = None, **_filters: object) -> list[Transaction]:
        """The payments, oldest first."""
        return self.payments[:first]

    def fulfillments(self, first: int | None = None, **_filters: object) -> list[Fulfillment]:
        """The shipments, newest first."""
        return self.shipments[::-1][:first]

    def events(self, query: str | None = None, **_sort: object) -> list[BasicEvent]:
        """The timeline, or what one kind of action ("action:edited") left in it."""
        wanted = (query or "").removeprefix("action:")
        return [one for one in self.timeline if not wanted or one.action == wanted]

    def suggested_refund(
        self, *, refund_line_items: Sequence[Any] | None = None, **_more: object
    ) -> SuggestedRefund:
        """What a refund of these units could give back."""
        return suggest_refund(self, refund_line_items or ())

    def touch(self, at_ms: int) -> None:
        """Note a change."""
        self.updated_at = at_ms
        self.updates.append(at_ms)

    # Units

    def shipped_units(self, line: LineItem) -> int:
        """Units of a line inside shipments that were not cancelled."""
        return sum(
            part.quantity
            for shipment in self.shipments
            if shipment.status == "SUCCESS"
            for part in shipment.fulfillment_line_items
            if part.line_item is line
        )

    def held_units(self, line: LineItem) -> int:
        """Units of a line in work that is on hold."""
        return sum(
            part.remaining_quantity
            for work in self.work
            if work.status == "ON_HOLD"
            for part in work.line_items
            if part.line_item is line
        )

    @property
    def subtotal_line_items_quantity(self) -> int:
        """Units ordered."""
        return sum(line.quantity for line in self.line_items)

    @property
    def current_subtotal_line_items_quantity(self) -> int:
        """Units still part of the order."""
        return sum(line.current_quantity for line in self.line_items)

    @property
    def display_fulfillment_status(self) -> str:
        """How much of it is shipped, or what keeps it from being shipped."""
        left = sum(line.unfulfilled_quantity for line in self.line_items)
        shipped = sum(self.shipped_units(line) for line in self.line_items)
        if shipped:
            return "PARTIALLY_FULFILLED" if left else "FULFILLED"
        waiting = {work.status for work in self.work} - {"CLOSED", "CANCELLED"}
        for status in ("ON_HOLD", "IN_PROGRESS"):
            if waiting == {status}:
                return status
        return "UNFULFILLED"

    @property
    def return_status(self) -> str:
        """What the returns come to, taken together."""
        statuses = {one.status for one in self.returned}
        for status, shown in (
            ("REQUESTED", "RETURN_REQUESTED"),
            ("OPEN", "IN_PROGRESS"),
            ("CLOSED", "RETURNED"),
        ):
            if status in statuses:
                return shown
        return "NO_RETURN"

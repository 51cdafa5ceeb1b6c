"""Holds on fulfillment orders, and what happened to work, as webhooks tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.practice_store.identity import gid_of

if TYPE_CHECKING:
    from server.practice_store.commands import ShipLine
    from server.practice_store.fulfillment import FulfillmentOrder
    from server.practice_store.shop import Location

# The first two are recorded.
SHOWN_REASONS = {
    "OTHER": "Other",
    "AWAITING_RETURN_ITEMS": "Exchange items awaiting return delivery",
    "AWAITING_PAYMENT": "Awaiting payment",
    "HIGH_RISK_OF_FRAUD": "High risk of fraud",
    "INCORRECT_ADDRESS": "Incorrect address",
    "INVENTORY_OUT_OF_STOCK": "Inventory out of stock",
    "UNKNOWN_DELIVERY_DATE": "Unknown delivery date",
    "ONLINE_STORE_POST_PURCHASE_CROSS_SELL": "Post-purchase offer",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentHold:
    """Why work must not be shipped yet. `by` is "app" or "staff"."""

    number: int
    reason: str
    reason_notes: str | None
    handle: str
    by: str

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("FulfillmentHold", self.number)

    @property
    def display_reason(self) -> str:
        """The reason in words."""
        return SHOWN_REASONS.get(self.reason, "Other")

    @property
    def held_by_requesting_app(self) -> bool:
        """Whether an app placed it: there is one only."""
        return self.by == "app"

    @property
    def held_by_app(self) -> None:
        """Not shown without a scope that Rawana does not ask for."""
        return


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentOrderSplitResult:
    """What became of a fulfillment order that was split: the units split off are in the remaining one (recorded)."""

    fulfillment_order: FulfillmentOrder
    remaining_fulfillment_order: FulfillmentOrder
    replacement_fulfillment_order: None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkChange:
    """Something that happened to a fulfillment order, with what its webhook tells besides."""

    work: FulfillmentOrder
    other: FulfillmentOrder | None = None
    hold: FulfillmentHold | None = None
    lines: tuple[ShipLine, ...] = ()
    source: Location | None = None
    status_before: str = ""
    notes: str | None = None

    @property
    def number(self) -> int:
        """The fulfillment order's; of a hold its own, since one action may add or release several."""
        return self.hold.number if self.hold else self.work.number

"""Which other locations could ship work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.practice_store.connections import Counted
from server.practice_store.shop import Location

if TYPE_CHECKING:
    from server.practice_store.fulfillment import FulfillmentOrder, FulfillmentOrderLineItem


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentOrderLocationForMove:
    """A location, and whether it could ship the work instead."""

    location: Location
    available_line_items: list[FulfillmentOrderLineItem]
    unavailable_line_items: list[FulfillmentOrderLineItem]

    @property
    def number(self) -> int:
        """The location's."""
        return self.location.number

    @property
    def movable(self) -> bool:
        """Whether it stocks anything of it."""
        return bool(self.available_line_items)

    @property
    def message(self) -> str | None:
        """Why it could not (not recorded in which words)."""
        return None if self.movable else "None of the items are stocked at this location."

    @property
    def available_line_items_count(self) -> Counted:
        """How many lines it stocks."""
        return Counted(count=len(self.available_line_items), precision="EXACT")

    @property
    def unavailable_line_items_count(self) -> Counted:
        """How many lines it does not."""
        return Counted(count=len(self.unavailable_line_items), precision="EXACT")


def stocks(place: Location, part: FulfillmentOrderLineItem) -> bool:
    """Tell whether a location has what a line asks for on its list, whatever the count; what is not counted is everywhere."""
    variant = part.line_item.variant
    if variant is None or not variant.inventory_item.tracked:
        return True
    level = variant.inventory_item.levels.get(place.number)
    return level is not None and level.is_active


def other_places(
    work: FulfillmentOrder, places: Iterable[Location]
) -> list[FulfillmentOrderLocationForMove]:
    """Return the other active locations, each with what of the work it stocks."""
    return [
        FulfillmentOrderLocationForMove(
            location=place,
            available_line_items=[one for one in work.line_items if stocks(place, one)],
            unavailable_line_items=[one for one in work.line_items if not stocks(place, one)],
        )
        for place in places
        if place is not work.location and place.is_active
    ]

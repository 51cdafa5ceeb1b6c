"""What is counted: inventory items, and how many units of each are at a location and in which state."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from server.practice_store.identity import gid_of
from server.practice_store.shop import Location

if TYPE_CHECKING:
    from server.practice_store.catalogue import Variant

# What is at the location is the sum of these; what is on its way there is no part of it.
ON_HAND = ("available", "committed", "damaged", "quality_control", "reserved", "safety_stock")
NAMES = (*ON_HAND, "incoming", "on_hand")


_LEVEL = re.compile(r"gid://shopify/InventoryLevel/(\d{1,19})\?inventory_item_id=(\d{1,19})\Z")


def level_number(gid: str) -> tuple[int, int] | None:
    """Return the numbers of location and item in a level's gid; None for anything else."""
    match = _LEVEL.match(gid)
    return (int(match[1]), int(match[2])) if match else None


@dataclass(frozen=True, kw_only=True, slots=True)
class InventoryQuantity:
    """Units in one state."""

    level: InventoryLevel
    name: str
    quantity: int
    updated_at: int | None

    @property
    def id(self) -> str:
        """The gid."""
        return f"{gid_of('InventoryQuantity', self.level.number)}?inventory_item_id={self.level.item.number}&name={self.name}"


@dataclass(kw_only=True, eq=False, slots=True)
class InventoryLevel:
    """Units of an item at a location. `counts` says how many by state, `changed` when (ms); zero and never are left out.

    When what is on hand changed is not told (recorded).
    """

    item: InventoryItem
    location: Location
    created_at: int
    updated_at: int
    is_active: bool = True
    counts: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    concrete_type: ClassVar[str] = "InventoryLevel"

    @property
    def number(self) -> int:
        """The location's number, which tells an item's levels apart."""
        return self.location.number

    @property
    def announced_as(self) -> str:
        """What tells it from every other level."""
        return f"{self.number}-{self.item.number}"

    @property
    def id(self) -> str:
        """The gid, which names the item as well."""
        return f"{gid_of('InventoryLevel', self.number)}?inventory_item_id={self.item.number}"

    def units(self, name: str) -> int:
        """Return the units in a state."""
        if name == "on_hand":
            return sum(self.counts.get(one, 0) for one in ON_HAND)
        return self.counts.get(name, 0)

    def quantities(self, names: Sequence[str]) -> list[InventoryQuantity]:
        """The units in the states named."""
        return [
            InventoryQuantity(
                level=self, name=name, quantity=self.units(name), updated_at=self.changed.get(name)
            )
            for name in names
        ]

    def add(self, name: str, delta: int, at_ms: int) -> None:
        """Add units to a state; on hand follows by itself."""
        self.counts[name] = self.counts.get(name, 0) + delta
        self.changed[name] = self.updated_at = at_ms


@dataclass(kw_only=True, eq=False, slots=True)
class InventoryItem:
    """What is counted when a variant is stocked. `levels` are by the location's number."""

    number: int
    created_at: int = 0
    updated_at: int = 0
    tracked: bool = True
    requires_shipping: bool = True
    variant: Variant | None = None
    levels: dict[int, InventoryLevel] = field(default_factory=dict)
    concrete_type: ClassVar[str] = "InventoryItem"

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("InventoryItem", self.number)

    @property
    def legacy_resource_id(self) -> int:
        """The number in the gid."""
        return self.number

    @property
    def sku(self) -> str | None:
        """The variant's SKU."""
        return self.variant.sku if self.variant else None

    def inventory_levels(
        self, *, include_inactive: bool = False, **_filters: object
    ) -> list[InventoryLevel]:
        """The levels by location, those that are not stocked any more only when asked for."""
        held = [one for one in self.levels.values() if one.is_active or include_inactive]
        return sorted(held, key=lambda one: one.number)

    def inventory_level(
        self, *, location_id: str, include_inactive: bool = False
    ) -> InventoryLevel | None:
        """The level at one location."""
        found = (one for one in self.levels.values() if one.location.id == location_id)
        return next((one for one in found if one.is_active or include_inactive), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class InventoryChange:
    """Units that were added to one state. How many there are afterwards is not told (recorded)."""

    level: InventoryLevel
    name: str
    delta: int
    ledger_document_uri: str | None = None
    quantity_after_change: None = None

    @property
    def item(self) -> InventoryItem:
        """What was counted."""
        return self.level.item

    @property
    def location(self) -> Location:
        """Where."""
        return self.level.location


@dataclass(frozen=True, kw_only=True, slots=True)
class InventoryAdjustmentGroup:
    """All that one request changed."""

    number: int
    created_at: int
    reason: str
    reference_document_uri: str | None
    listed: list[InventoryChange]
    app: None = None
    staff_member: None = None
    concrete_type: ClassVar[str] = "InventoryAdjustmentGroup"

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("InventoryAdjustmentGroup", self.number)

    def changes(
        self,
        *,
        inventory_item_ids: Sequence[str] | None = None,
        location_ids: Sequence[str] | None = None,
        quantity_names: Sequence[str] | None = None,
    ) -> list[InventoryChange]:
        """The changes, those of some items, locations and states only if asked."""
        return [
            one
            for one in self.listed
            if (inventory_item_ids is None or one.item.id in inventory_item_ids)
            and (location_ids is None or one.location.id in location_ids)
            and (quantity_names is None or one.name in quantity_names)
        ]

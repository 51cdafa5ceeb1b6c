"""How stock comes to be at locations, and what orders and shipments do to it."""

from __future__ import annotations

from server.practice_store.catalogue import Variant
from server.practice_store.chance import Chance
from server.practice_store.inventory import InventoryLevel
from server.practice_store.state import State

MOST_UNITS_AT_FIRST = 60


def first_stock(state: State, variant: Variant, chance: Chance, at_ms: int) -> None:
    """Stock a new variant at every location."""
    item = variant.inventory_item
    item.variant = variant
    item.updated_at = at_ms
    for location in state.locations.values():
        level = InventoryLevel(item=item, location=location, created_at=at_ms, updated_at=at_ms)
        level.add("available", chance.randint(0, MOST_UNITS_AT_FIRST), at_ms)
        item.levels[location.number] = level

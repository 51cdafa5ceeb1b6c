"""What a recorded conversation about stock starts from: items, levels, locations and products that were there before."""

import re
from collections.abc import Iterator
from typing import Any

from server.practice_store.catalogue import Stocktaker
from server.practice_store.inventory import InventoryItem
from server.practice_store.shop import Location, LocationAddress
from server.practice_store.state import State
from server.practice_store.stocking import level_at
from server.practice_store.store import PracticeStore

# The recorded store sold something.
SOME_PRODUCT = "gid://shopify/Product/1"
# What the recorded store calls the locations that its refusals name.
NAMES = {"106318430514": "Shop location", "106318463282": "My Custom Location"}


def stock_before(store: PracticeStore, ours: dict[str, str], variables: Any) -> None:
    """Make what a request takes for granted, and learn our ids for it.

    There are as many units as the request says that it changes from.
    """
    for one in variables.get("metafields") or []:
        _list_product(store, ours, one["ownerId"])
    if "products" in str(variables.get("query")):
        _list_product(store, ours, SOME_PRODUCT)
    for change in _changes(variables):
        item, place = change["inventoryItemId"], change["locationId"]
        if any(re.search(r"/9{6,}\d*\Z", gid) for gid in (item, place)):
            continue
        state = store.state
        location = place_before(state, ours, place)
        if item not in ours:
            number = state.numbers.take()
            state.items[number] = InventoryItem(number=number)
            ours[item] = state.items[number].id
        kept = state.items[int(ours[item].rsplit("/", 1)[1])]
        if location.number not in kept.levels and not change.get("activates"):
            level = level_at(kept, location, 0)
            level.add(change["name"], change.get("changeFromQuantity") or 0, 0)


def _list_product(store: PracticeStore, ours: dict[str, str], gid: str) -> None:
    """A product that apps note things on is on sale here as well."""
    if "/Product/" in gid and gid not in ours:
        state = store.state
        numbers = [state.numbers.take() for _ in range(50)]
        variant = Stocktaker(store.chance_of(gid), numbers, 0).draw_up_one()
        state.variants[variant.number] = variant
        ours[gid] = variant.product.id


def place_before(state: State, ours: dict[str, str], gid: str) -> Location:
    """Return one of the recorded store's own locations."""
    if gid not in ours:
        number = state.numbers.take()
        state.locations[number] = Location(
            number=number,
            name=NAMES.get(gid.rsplit("/", 1)[1], "Somewhere"),
            address=LocationAddress(),
            fulfills_online_orders=False,
        )
        ours[gid] = state.locations[number].id
    return state.locations[int(ours[gid].rsplit("/", 1)[1])]


def _changes(variables: Any) -> Iterator[dict[str, Any]]:
    """The items and locations in an inventory mutation's variables."""
    if {"inventoryItemId", "locationId"} <= variables.keys():
        yield {**variables, "activates": True}
    given = variables.get("input") or {}
    if not isinstance(given, dict):
        return
    name = given.get("name") or "available"
    for one in given.get("changes") or given.get("quantities") or given.get("setQuantities") or []:
        ends = [one[end] for end in ("from", "to") if end in one] or [one]
        for end in ends:
            if "inventoryItemId" in one and "locationId" in end:
                yield {"name": name, **one, **end}

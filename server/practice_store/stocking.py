"""How stock comes to be at locations, and what orders and shipments do to it.

What an order still needs from a location is committed there and no longer available; what is shipped is neither. Both are
worked out from the order as it stands after each command, whatever the command was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from server.practice_store.catalogue import Variant
from server.practice_store.chance import Chance
from server.practice_store.commands import UserError
from server.practice_store.commands_stock import ActivateStock, DeactivateStock
from server.practice_store.identity import number_of
from server.practice_store.inventory import InventoryItem, InventoryLevel, level_number
from server.practice_store.order_lines import LineItem
from server.practice_store.orders import Order
from server.practice_store.refunds import Refund
from server.practice_store.returns import Disposal
from server.practice_store.shop import Location
from server.practice_store.state import State

MOST_UNITS_AT_FIRST = 60
MOST_SET = 1_000_000_000
OPEN_WORK = frozenset({"OPEN", "IN_PROGRESS", "ON_HOLD", "SCHEDULED", "INCOMPLETE"})
# By item and location.
Units = Counter[tuple[int, int]]


def first_stock(state: State, variant: Variant, chance: Chance, at_ms: int) -> None:
    """Stock a new variant at every location."""
    item = variant.inventory_item
    item.variant = variant
    item.updated_at = at_ms
    state.items[item.number] = item
    for location in state.locations.values():
        level = level_at(item, location, at_ms)
        level.add("available", chance.randint(0, MOST_UNITS_AT_FIRST), at_ms)


def level_at(
    item: InventoryItem, location: Location, at_ms: int, *, is_active: bool = True
) -> InventoryLevel:
    """Return an item's level at a location, which is made if there is none."""
    if location.number not in item.levels:
        item.levels[location.number] = InventoryLevel(
            item=item, location=location, created_at=at_ms, updated_at=at_ms, is_active=is_active
        )
    return item.levels[location.number]


def change_units(state: State, level: InventoryLevel, name: str, delta: int, at_ms: int) -> None:
    """Add units to a state; subscribers hear of what is available, once a command."""
    level.add(name, delta, at_ms)
    if name == "available":
        state.changed_levels[level.id] = level


def announce_levels(state: State, at_ms: int) -> None:
    """Tell of every level of which more or fewer units are available than before."""
    changed, state.changed_levels = state.changed_levels, {}
    for level in changed.values():
        state.announce("INVENTORY_LEVELS_UPDATE", level, at_ms)


def follow_orders(
    state: State, orders: Iterable[Order], at_ms: int, *, gone: Collection[int] | None = ()
) -> None:
    """Commit and release stock as these orders need it now.

    What is released of the items in `gone` (None: of all) does not go back on the shelf.
    """
    for order in orders:
        for line in order.line_items:
            if line.variant is not None:
                item = line.variant.inventory_item
                state.items.setdefault(item.number, item)
        before_open, before_shipped = state.needs.get(order.number, (Counter(), Counter()))
        now_open, now_shipped = _needed(order), _shipped(order)
        state.needs[order.number] = (now_open, now_shipped)
        places = now_open.keys() | before_open.keys() | now_shipped.keys() | before_shipped.keys()
        for place in sorted(places):
            committed = now_open[place] - before_open[place]
            taken = committed + now_shipped[place] - before_shipped[place]
            level = level_at(state.items[place[0]], state.locations[place[1]], at_ms)
            if committed:
                change_units(state, level, "committed", committed, at_ms)
            restocks = gone is not None and place[0] not in gone
            if taken > 0 or (taken < 0 and restocks):
                change_units(state, level, "available", -taken, at_ms)


def restock_returned(state: State, subjects: Iterable[object], at_ms: int) -> None:
    """Put back on the shelf what a disposal says, and what a refund (of no return) took back with its goods."""
    for subject in subjects:
        if isinstance(subject, Disposal):
            for part, done in subject.made:
                if done.type == "RESTOCKED" and done.location is not None:
                    line = part.fulfillment_line_item.line_item
                    _put_back(state, line, done.location, done.quantity, at_ms)
        elif isinstance(subject, Refund) and subject.of_return is None:
            for one in subject.refund_line_items:
                if one.restock_type == "RETURN":
                    place = one.location or state.first_location()
                    _put_back(state, one.line_item, place, one.quantity, at_ms)


def _put_back(state: State, line: LineItem, location: Location, units: int, at_ms: int) -> None:
    if line.variant is not None and line.variant.inventory_item.tracked:
        level = level_at(line.variant.inventory_item, location, at_ms)
        change_units(state, level, "available", units, at_ms)


def _needed(order: Order) -> Units:
    units: Units = Counter()
    for work in order.work:
        if work.status in OPEN_WORK and order.cancelled_at is None:
            for part in work.line_items:
                variant = part.line_item.variant
                if variant is not None and variant.inventory_item.tracked:
                    place = (variant.inventory_item.number, work.location.number)
                    units[place] += part.remaining_quantity
    return +units


def _shipped(order: Order) -> Units:
    units: Units = Counter()
    for shipment in order.shipments:
        if shipment.status == "SUCCESS":
            for part in shipment.fulfillment_line_items:
                variant = part.line_item.variant
                if variant is not None and variant.inventory_item.tracked:
                    place = (variant.inventory_item.number, shipment.location.number)
                    units[place] += part.quantity
    return +units


def activate_stock(
    state: State, wanted: ActivateStock, at_ms: int
) -> InventoryLevel | list[UserError]:
    """Stock an item at a location, or make it stocked again with the units it had."""
    item = state.items.get(number_of(wanted.item, "InventoryItem") or 0)
    location = state.locations.get(number_of(wanted.location, "Location") or 0)
    if item is None:
        message = "The product couldn't be stocked because the product was deleted."
        return [UserError(field=("inventoryItemId",), message=message)]
    if location is None:
        message = "The product couldn't be stocked because the location wasn't found."
        return [UserError(field=("locationId",), message=message)]
    errors = _activation_errors(item, location, wanted)
    if errors:
        return errors
    level = item.levels.get(location.number)
    was_active = level is not None and level.is_active
    level = level_at(item, location, at_ms)
    if not was_active:
        _activate(state, level, wanted, at_ms)
    return level


def _activate(state: State, level: InventoryLevel, wanted: ActivateStock, at_ms: int) -> None:
    level.is_active = True
    level.updated_at = at_ms
    delta = 0
    if wanted.available is not None:
        delta = wanted.available - level.units("available")
    elif wanted.on_hand is not None:
        delta = wanted.on_hand - level.units("on_hand")
    change_units(state, level, "available", delta, at_ms)
    state.announce("INVENTORY_LEVELS_CONNECT", level, at_ms)


def _activation_errors(
    item: InventoryItem, location: Location, wanted: ActivateStock
) -> list[UserError]:
    named = {"available": wanted.available, "onHand": wanted.on_hand}
    given = {name: units for name, units in named.items() if units is not None}
    level = item.levels.get(location.number)
    why = None
    if level is not None and level.is_active and given:
        said = {"available": "available", "onHand": "an on_hand"}
        return [
            UserError(
                field=(name,),
                message=f"Not allowed to set {said[name]} quantity when the item is already active at the location.",
            )
            for name in given
        ]
    if len(given) > 1:
        why = "not allowed to set available and on_hand quantities at the same time"
    elif any(abs(units) > MOST_SET for units in given.values()):
        why = "the quantity needs to be between -1 billion and 1 billion"
    if why is None:
        return []
    message = f"The product couldn't be stocked at {location.name} because {why}."
    return [UserError(field=(name,), message=message) for name in given]


def deactivate_stock(
    state: State, wanted: DeactivateStock, at_ms: int
) -> InventoryLevel | list[UserError]:
    """Stop stocking an item at a location; its units stay as they are, and it stays stocked somewhere."""
    numbers = level_number(wanted.level)
    item = state.items.get(numbers[1]) if numbers else None
    why = None
    if item is None or numbers is None:
        why = " because the product was deleted"
    elif numbers[0] not in item.levels:
        why = " because the location was deleted"
    else:
        level = item.levels[numbers[0]]
        others = [one for one in item.levels.values() if one.is_active and one is not level]
        if others:
            level.is_active = False
            level.updated_at = at_ms
            state.announce("INVENTORY_LEVELS_DISCONNECT", level, at_ms)
            return level
        why = f" from {level.location.name} because products need to be stocked at a minimum of 1 location"
    return [UserError(message=f"The product couldn't be unstocked{why}.")]

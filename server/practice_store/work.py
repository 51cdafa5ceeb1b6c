"""Units of an order's lines in its fulfillment orders: taking them out, and passing them from one to another."""

from __future__ import annotations

from collections.abc import Sequence

from server.practice_store.commands import ShipLine
from server.practice_store.fulfillment import FulfillmentOrder, FulfillmentOrderLineItem
from server.practice_store.order_lines import LineItem
from server.practice_store.orders import Order
from server.practice_store.placing import add_units
from server.practice_store.state import State

DONE = frozenset({"CLOSED", "CANCELLED"})
Units = dict[FulfillmentOrderLineItem, int]


def take_out_of_work(order: Order, line: LineItem, units: int, at_ms: int) -> None:
    """Take units of a line that is not shipped out of the work for it, the newest work first."""
    left = units
    for work in reversed(order.work):
        if work.status in DONE:
            continue
        for part in work.line_items:
            taken = min(left, part.remaining_quantity) if part.line_item is line else 0
            if taken:
                part.total_quantity -= taken
                part.remaining_quantity -= taken
                left -= taken
                work.settle_status(at_ms)


def units_asked_for(work: FulfillmentOrder, lines: Sequence[ShipLine]) -> Units | None:
    """Return the units that lines name, all that remain where none is named; None if they name what is not there."""
    if not lines:
        return {part: part.remaining_quantity for part in work.line_items}
    by_id = {part.id: part for part in work.line_items}
    units: Units = {}
    for one in lines:
        part = by_id.get(one.id)
        if part is None or not 1 <= one.quantity <= part.remaining_quantity:
            return None
        units[part] = one.quantity
    return units


def pass_units(
    state: State, units: Units, source: FulfillmentOrder, target: FulfillmentOrder
) -> None:
    """Pass units on to other work; a line of which nothing is left leaves its work (recorded)."""
    for part, quantity in units.items():
        if not quantity:
            continue
        part.total_quantity -= quantity
        part.remaining_quantity -= quantity
        add_units(state, target, part.line_item, quantity)
    source.line_items = [part for part in source.line_items if part.total_quantity]


def join_units(state: State, source: FulfillmentOrder, target: FulfillmentOrder) -> None:
    """Give all remaining units back to other work; they stay listed at the source, with none (recorded)."""
    for part in source.line_items:
        same = next((one for one in target.line_items if one.line_item is part.line_item), None)
        if same is None:
            add_units(state, target, part.line_item, part.remaining_quantity)
        else:
            same.total_quantity += part.remaining_quantity
            same.remaining_quantity += part.remaining_quantity
        part.total_quantity -= part.remaining_quantity
        part.remaining_quantity = 0

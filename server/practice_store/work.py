"""Units of an order's lines in its fulfillment orders, as the order changes under them."""

from __future__ import annotations

from server.practice_store.order_lines import LineItem
from server.practice_store.orders import Order

DONE = frozenset({"CLOSED", "CANCELLED"})


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

"""Archiving orders and taking them back, by hand and by themselves."""

from __future__ import annotations

from server.practice_store.commands import UserError
from server.practice_store.commands_refunds import CloseOrder, OpenOrder
from server.practice_store.orders import Order
from server.practice_store.state import State


def close_order(state: State, wanted: CloseOrder, at_ms: int) -> Order | list[UserError]:
    """Archive an order, whatever its state; doing it twice is no mistake (recorded)."""
    order = state.order(wanted.order)
    if order is None:
        return [UserError(field=("id",), message="Order does not exist")]
    if order.closed_at is None:
        order.closed_at = at_ms
        order.touch(at_ms)
        state.announce("ORDERS_UPDATED", order, at_ms)
    return order


def open_order(state: State, wanted: OpenOrder, at_ms: int) -> Order | list[UserError]:
    """Take an order back from the archive; doing it twice is no mistake (recorded)."""
    order = state.order(wanted.order)
    if order is None:
        return [UserError(field=("id",), message="Order does not exist")]
    if order.closed_at is not None:
        order.closed_at = None
        order.touch(at_ms)
        state.announce("ORDERS_UPDATED", order, at_ms)
    return order

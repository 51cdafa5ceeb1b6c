"""Archiving orders, taking them back, and removing them for good."""

from __future__ import annotations

from server.practice_store.commands import UserError
from server.practice_store.commands_refunds import CloseOrder, DeleteOrder, OpenOrder
from server.practice_store.orders import GoneOrder, Order
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


def delete_order(state: State, wanted: DeleteOrder, at_ms: int) -> GoneOrder | list[UserError]:
    """Remove an order and all that is part of it; nothing guards a shipped one (recorded)."""
    order = state.order(wanted.order)
    if order is None:
        message = "Order does not exist"
        return [UserError(field=("orderId",), message=message, code="NOT_FOUND")]
    del state.orders[order.number]
    for part in order.work:
        del state.work[part.number]
    for shipment in order.shipments:
        del state.shipments[shipment.number]
    gone = GoneOrder(number=order.number)
    state.announce("ORDERS_DELETE", gone, at_ms)
    return gone

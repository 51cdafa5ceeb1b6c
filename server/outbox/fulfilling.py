"""Telling Shopify about one dispatched shipment, exactly once although `fulfillmentCreate` is not idempotent.

Four rules (reliability.md, finding 5): the intent is durable before the call; every attempt looks before it creates;
after an unknown outcome nothing is sent until the old request can no longer land; the outcome is told as news.
"""

from collections.abc import Sequence

from msgspec import Struct

from server.shopify import answers
from server.shopify.fulfillments import Tracking, Work, WorkLine
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import OrderLineId
from sync_protocol.shop import COURIERS

_COURIERS = {courier.code: courier for courier in COURIERS}

OPEN_WORK = frozenset({"OPEN", "IN_PROGRESS"})
"""Statuses of fulfillment orders that can be fulfilled; after a cancel the old one stays CLOSED with units on it."""


class Plan(Struct, frozen=True, kw_only=True):
    """What to do about a shipment after looking. Exactly one field is set."""

    found_gid: str | None = None
    """It is there already: ours, by its tracking number."""
    work: tuple[Work, ...] | None = None
    """Create it from these fulfillment-order lines."""
    wait_for: str | None = None
    """Shopify is not ready yet."""
    impossible: str | None = None
    """Shopify will never take it as it stands; a person must look."""


def marker_of(shipment: Fulfillment) -> str:
    """Return the tracking number by which this shipment is found again; one is made up where there is none."""
    return shipment.tracking_number or _own_mark(shipment)


def _own_mark(shipment: Fulfillment) -> str:
    return f"RWN-{shipment.id[-12:]}"


def tracking_of(shipment: Fulfillment) -> Tracking:
    """Return the tracking to send; the link is always given, since Shopify knows no Pakistani courier."""
    courier = _COURIERS.get(shipment.courier or "")
    number = marker_of(shipment)
    template = "" if courier is None or shipment.tracking_number is None else courier.tracking_url
    url = shipment.tracking_url or template.replace("{number}", number) or None
    name = courier.name if courier is not None else shipment.courier or "Other"
    # Numbers are corrected, and a restored server may not know the one that was sent: our own mark rides along.
    if url is not None:
        url = f"{url.partition('#')[0]}#{_own_mark(shipment)}"
    elif number != _own_mark(shipment):
        name = f"{name} {_own_mark(shipment)}"
    return Tracking(company=name, number=number, url=url)


def plan(order: answers.Order, shipment: Fulfillment, others: frozenset[str]) -> Plan:
    """Look at the store's order and say what is to be done.

    `others` are the gids of Shopify fulfillments that belong to other shipments of ours.
    """
    found = ours(order, shipment, others)
    if found is not None:
        return Plan(found_gid=found)
    if order.cancelled_at is not None:
        return Plan(impossible="The order was cancelled in Shopify.")
    if not order.fulfillment_orders.nodes:
        return Plan(wait_for="Shopify has not routed the order yet.")
    return _work(order, shipment)


def ours(order: answers.Order, shipment: Fulfillment, others: frozenset[str]) -> str | None:
    """Return the gid under which the store has the shipment: the one it told us, else found by its own mark.

    Without the mark the number that people gave it and its very units find it, where no other shipment has that gid. The
    mark alone is enough: after a restore others may have written down our own fulfillment as somebody else's.
    """
    live = [f for f in order.fulfillments if f.status.upper() == "SUCCESS"]
    unclaimed = [f for f in live if f.id not in others]
    if any(f.id == shipment.shopify_fulfillment_gid for f in unclaimed):
        return shipment.shopify_fulfillment_gid
    marked = next((f.id for f in live if _carries_mark(f, shipment)), None)
    if marked is not None:
        return marked
    return next((f.id for f in unclaimed if _is_numbered(f, shipment)), None)


def _carries_mark(fulfillment: answers.Fulfillment, shipment: Fulfillment) -> bool:
    """Whether our own mark stands in a number's place, at the end of a link, or behind a courier without one."""
    mark = _own_mark(shipment)
    return any(
        mark in (info.number, (info.url or "").partition("#")[2])
        or (info.company or "").endswith(mark)
        for info in fulfillment.tracking_info
    )


def _is_numbered(fulfillment: answers.Fulfillment, shipment: Fulfillment) -> bool:
    numbers = {info.number for info in fulfillment.tracking_info}
    return marker_of(shipment) in numbers and _units_of(fulfillment) == _wanted(shipment)


def _units_of(fulfillment: answers.Fulfillment) -> dict[str, int]:
    return {
        _tail(line.line_item.id): line.quantity or 0
        for line in fulfillment.fulfillment_line_items.nodes
        if line.line_item is not None
    }


def _wanted(shipment: Fulfillment) -> dict[str, int]:
    units: dict[str, int] = {}
    for line in shipment.lines:
        units[line.order_line_id] = units.get(line.order_line_id, 0) + line.units
    return units


def _tail(gid: str) -> OrderLineId:
    return OrderLineId(gid.rpartition("/")[2])


def _work(order: answers.Order, shipment: Fulfillment) -> Plan:
    """Spread the shipment's units over the fulfillment orders of one location."""
    by_location: dict[str, list[answers.FulfillmentOrder]] = {}
    for node in order.fulfillment_orders.nodes:
        if node.status.upper() in OPEN_WORK:
            by_location.setdefault(_location(node), []).append(node)
    plans = [_spread(nodes, _wanted(shipment)) for nodes in by_location.values()]
    complete = next((work for work in plans if work is not None), None)
    if complete is not None:
        return Plan(work=complete)
    held = any(node.status.upper() == "ON_HOLD" for node in order.fulfillment_orders.nodes)
    if held:
        return Plan(impossible="Shopify holds the order; release the hold there.")
    return Plan(
        impossible="Shopify has fewer of these items left to fulfill, or keeps them at two locations."
    )


def _location(node: answers.FulfillmentOrder) -> str:
    assigned = node.assigned_location
    return assigned.location.id if assigned is not None and assigned.location is not None else ""


def _spread(
    nodes: Sequence[answers.FulfillmentOrder], wanted: dict[str, int]
) -> tuple[Work, ...] | None:
    left = dict(wanted)
    work: list[Work] = []
    for node in nodes:
        lines: list[WorkLine] = []
        for line in node.line_items.nodes:
            if line.line_item is None:
                continue
            line_id = _tail(line.line_item.id)
            take = min(left.get(line_id, 0), line.remaining_quantity)
            if take > 0:
                lines.append(WorkLine(id=line.id, quantity=take))
                left[line_id] -= take
        if lines:
            work.append(Work(fulfillment_order_id=node.id, fulfillment_order_line_items=lines))
    return tuple(work) if work and not any(left.values()) else None

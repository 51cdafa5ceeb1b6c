"""What the API and the team do to fulfillments, with the recorded refusals in the recorded precedence."""

from __future__ import annotations

from server.practice_store.commands import (
    CancelFulfillment,
    CreateEvent,
    CreateFulfillment,
    Parcel,
    UpdateTracking,
    UserError,
)
from server.practice_store.fulfillment import (
    SHIPPABLE,
    Fulfillment,
    FulfillmentEvent,
    FulfillmentLineItem,
    FulfillmentOrder,
    TakenUnits,
)
from server.practice_store.identity import number_of
from server.practice_store.order_lines import LineItem
from server.practice_store.orders import Order
from server.practice_store.placing import add_units, close_if_done, new_work
from server.practice_store.state import Notification, State


def create_fulfillment(
    state: State, wanted: CreateFulfillment, at_ms: int
) -> Fulfillment | list[UserError]:
    """Ship. All groups or nothing: every refusal comes before anything changes."""
    refusal = _quantity_refusal(wanted) or _group_refusal(state, wanted)
    if refusal is not None:
        return [refusal]
    taken = _units_to_take(state, wanted)
    if isinstance(taken, UserError):
        return [taken]
    shipment = _new_shipment(state, wanted, taken, at_ms)
    for units in taken:
        units.line.remaining_quantity -= units.quantity
    for work in shipment.fulfillment_orders:
        work.settle_status(at_ms)
    order = shipment.order
    order.shipments.append(shipment)
    state.shipments[shipment.number] = shipment
    close_if_done(order, at_ms)
    order.touch(at_ms)
    _announce_shipped(state, shipment, at_ms)
    if wanted.notify_customer:
        _notify(state, shipment, "shipped", at_ms)
    return shipment


def update_tracking(
    state: State, wanted: UpdateTracking, at_ms: int
) -> Fulfillment | list[UserError]:
    """Replace the tracking, of a cancelled fulfillment too (recorded)."""
    shipment = state.fulfillment(wanted.fulfillment)
    if shipment is None:
        return [UserError(field=("fulfillmentId",), message="Fulfillment does not exist.")]
    shipment.parcel = wanted.parcel
    _changed(state, shipment, at_ms)
    if wanted.notify_customer:
        _notify(state, shipment, "tracking_changed", at_ms)
    return shipment


def create_event(
    state: State, wanted: CreateEvent, at_ms: int
) -> FulfillmentEvent | list[UserError]:
    """Note an event; nothing guards the order of states, and a cancelled fulfillment takes events too (recorded)."""
    shipment = state.fulfillment(wanted.fulfillment)
    if shipment is None:
        field = ("fulfillmentEvent", "fulfillmentId")
        return [UserError(field=field, message="Fulfillment does not exist.")]
    event = FulfillmentEvent(
        number=state.numbers.take(),
        status=wanted.status,
        happened_at=wanted.happened_at_ms if wanted.happened_at_ms is not None else at_ms,
        created_at=at_ms,
        message=wanted.message,
        estimated_delivery_at=wanted.estimated_delivery_at_ms,
        address1=wanted.address1,
        city=wanted.city,
        province=wanted.province,
        country=wanted.country,
        zip=wanted.zip,
        latitude=wanted.latitude,
        longitude=wanted.longitude,
    )
    shipment.events.append(event)
    state.announce("FULFILLMENT_EVENTS_CREATE", shipment, at_ms)
    _changed(state, shipment, at_ms)
    return event


def cancel_fulfillment(
    state: State, wanted: CancelFulfillment, at_ms: int
) -> Fulfillment | list[UserError]:
    """Take a fulfillment back; delivered or already cancelled makes no difference (recorded).

    A fulfillment order that still had work gets its units back. One that was closed stays closed, though its line shows
    the units as remaining, and the work goes into a new one (recorded).
    """
    shipment = state.fulfillment(wanted.fulfillment)
    if shipment is None:
        return [UserError(field=("id",), message="Fulfillment not found.")]
    if shipment.status == "CANCELLED":
        return shipment
    shipment.status = "CANCELLED"
    for work in shipment.fulfillment_orders:
        _give_back(state, shipment, work, at_ms)
    shipment.order.closed_at = None
    _changed(state, shipment, at_ms)
    return shipment


def _quantity_refusal(wanted: CreateFulfillment) -> UserError | None:
    for group_at, group in enumerate(wanted.groups):
        for line_at, line in enumerate(group.lines or ()):
            if line.quantity < 1:
                places = ("lineItemsByFulfillmentOrder", str(group_at))
                field = (
                    "fulfillment",
                    *places,
                    "fulfillmentOrderLineItems",
                    str(line_at),
                    "quantity",
                )
                return UserError(field=field, message="Quantity must be greater than 0")
    return None


def _group_refusal(state: State, wanted: CreateFulfillment) -> UserError | None:
    groups = [state.fulfillment_order(group.fulfillment_order) for group in wanted.groups]
    works = [work for work in groups if work is not None]
    if len(works) < len(groups) or not works:
        return _refusal("Fulfillment order does not exist.")
    orders = sorted({work.order.number for work in works})
    if len(orders) > 1:
        return _refusal(
            f"All fulfillment orders must belong to the same order. Multiple orders with ids {orders} were found."
        )
    locations = sorted({work.location.number for work in works})
    if len(locations) > 1:
        return _refusal(
            "All fulfillment orders must be assigned to a single location."
            f" Multiple locations with ids {locations} were found."
        )
    for work in works:
        if work.status not in SHIPPABLE:
            status = work.status.lower()
            return _refusal(
                f"Fulfillment order {work.number} has an unfulfillable status= {status}."
            )
    return None


def _units_to_take(state: State, wanted: CreateFulfillment) -> list[TakenUnits] | UserError:
    taken: list[TakenUnits] = []
    for group in wanted.groups:
        work = state.fulfillment_order(group.fulfillment_order)
        assert work is not None
        by_number = {line.number: line for line in work.line_items}
        asked = (
            [(number_of(one.id, "FulfillmentOrderLineItem"), one.quantity) for one in group.lines]
            if group.lines
            else [(line.number, line.remaining_quantity) for line in work.line_items]
        )
        for number, quantity in asked:
            line = by_number.get(number or 0)
            if line is None:
                return _refusal("Fulfillment order line item does not exist.")
            before = sum(units.quantity for units in taken if units.line is line)
            if before + quantity > line.remaining_quantity:
                return _refusal("Invalid fulfillment order line item quantity requested.")
            if quantity:
                taken.append(TakenUnits(work=work, line=line, quantity=quantity))
    return taken


def _new_shipment(
    state: State, wanted: CreateFulfillment, taken: list[TakenUnits], at_ms: int
) -> Fulfillment:
    work = taken[0].work
    number = state.numbers.take()
    units_of: dict[LineItem, int] = {}
    for units in taken:
        units_of[units.line.line_item] = units_of.get(units.line.line_item, 0) + units.quantity
    return Fulfillment(
        number=number,
        order=work.order,
        sequence=len(work.order.shipments) + 1,
        location=work.location,
        created_at=at_ms,
        updated_at=at_ms,
        parcel=wanted.parcel or Parcel(),
        by=wanted.by,
        fulfillment_line_items=[
            FulfillmentLineItem(number=state.numbers.take(), line_item=line, quantity=units)
            for line, units in units_of.items()
        ],
        taken=taken,
    )


def _give_back(state: State, shipment: Fulfillment, work: FulfillmentOrder, at_ms: int) -> None:
    back = [units for units in shipment.taken if units.work is work]
    for units in back:
        units.line.remaining_quantity += units.quantity
    if work.status != "CLOSED":
        work.settle_status(at_ms)
        return
    work.updated_at = at_ms
    fresh = new_work(state, shipment.order, work.location.number, at_ms)
    for units in back:
        add_units(state, fresh, units.line.line_item, units.quantity)
    shipment.order.work.append(fresh)


def _announce_shipped(state: State, shipment: Fulfillment, at_ms: int) -> None:
    order: Order = shipment.order
    state.announce("FULFILLMENTS_CREATE", shipment, at_ms)
    whole = order.display_fulfillment_status == "FULFILLED"
    state.announce("ORDERS_FULFILLED" if whole else "ORDERS_PARTIALLY_FULFILLED", order, at_ms)
    state.announce("ORDERS_UPDATED", order, at_ms)


def _changed(state: State, shipment: Fulfillment, at_ms: int) -> None:
    shipment.updated_at = at_ms
    shipment.order.touch(at_ms)
    state.announce("FULFILLMENTS_UPDATE", shipment, at_ms)
    state.announce("ORDERS_UPDATED", shipment.order, at_ms)


def _notify(state: State, shipment: Fulfillment, kind: str, at_ms: int) -> None:
    order = shipment.order
    state.notifications.append(
        Notification(
            kind="shipped" if kind == "shipped" else "tracking_changed",
            order=order.name,
            to=order.email or order.phone,
            at_ms=at_ms,
            tracking=tuple(info.number or "" for info in shipment.tracking_info()),
            fulfillment=shipment.id,
        )
    )


def _refusal(message: str) -> UserError:
    return UserError(field=("fulfillment",), message=message)

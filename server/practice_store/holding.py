"""Putting work on hold and releasing it, and reporting that somebody is at it."""

from __future__ import annotations

from collections.abc import Sequence

from server.practice_store.commands import ShipLine, UserError
from server.practice_store.commands_work import (
    CancelWork,
    HoldWork,
    OpenWork,
    ReleaseHold,
    ReportProgress,
)
from server.practice_store.fulfillment import MAX_HOLDS, SHIPPABLE, FulfillmentOrder
from server.practice_store.holds import FulfillmentHold, WorkChange
from server.practice_store.placing import new_work
from server.practice_store.state import State
from server.practice_store.work import join_units, pass_units, units_asked_for

NO_WORK = UserError(
    field=("id",),
    message="Fulfillment order does not exist.",
    code="FULFILLMENT_ORDER_NOT_FOUND",
)


def hold_work(state: State, wanted: HoldWork, at_ms: int) -> WorkChange | list[UserError]:
    """Put work on hold. Of a part, the rest becomes work of its own that may be shipped."""
    work = state.fulfillment_order(wanted.work)
    refusal = NO_WORK if work is None else _hold_refusal(work, wanted)
    if work is None or refusal is not None:
        return [refusal or NO_WORK]
    held = units_asked_for(work, wanted.lines)
    assert held is not None
    rest = {
        part: part.remaining_quantity - held.get(part, 0)
        for part in work.line_items
        if part.remaining_quantity > held.get(part, 0)
    }
    remaining = None
    if rest:
        remaining = new_work(state, work.order, work.location.number, at_ms)
        remaining.parted_from = work
        pass_units(state, rest, work, remaining)
        work.order.work.append(remaining)
    hold = FulfillmentHold(
        number=state.numbers.take(),
        reason=wanted.reason,
        reason_notes=wanted.notes,
        handle=wanted.handle,
        by=wanted.by,
    )
    work.fulfillment_holds.append(hold)
    work.settle_status(at_ms)
    lines = tuple(ShipLine(id=part.id, quantity=units) for part, units in held.items() if units)
    placed = WorkChange(work=work, other=remaining, hold=hold, lines=lines)
    state.announce("FULFILLMENT_ORDERS_PLACED_ON_HOLD", placed, at_ms)
    state.announce("FULFILLMENT_HOLDS_ADDED", WorkChange(work=work, hold=hold), at_ms)
    work_changed(state, work, at_ms)
    return placed


def release_hold(
    state: State, wanted: ReleaseHold, at_ms: int
) -> FulfillmentOrder | list[UserError]:
    """Release holds; with the last one the work is open again, and has back the units that were parted from it."""
    work = state.fulfillment_order(wanted.work)
    if work is None:
        return [NO_WORK]
    released = [one for one in work.fulfillment_holds if not wanted.holds or one.id in wanted.holds]
    if not released:
        return work
    work.fulfillment_holds = [one for one in work.fulfillment_holds if one not in released]
    for hold in released:
        state.announce("FULFILLMENT_HOLDS_RELEASED", WorkChange(work=work, hold=hold), at_ms)
    if not work.fulfillment_holds:
        for parted in work.order.work:
            together = parted.parted_from is work and parted.location is work.location
            if together and parted.status == "OPEN":
                join_units(state, parted, work)
                parted.settle_status(at_ms)
        state.announce("FULFILLMENT_ORDERS_HOLD_RELEASED", WorkChange(work=work), at_ms)
    work.settle_status(at_ms)
    work_changed(state, work, at_ms)
    return work


def report_progress(
    state: State, wanted: ReportProgress, at_ms: int
) -> FulfillmentOrder | list[UserError]:
    """Note that somebody is at it."""
    work = state.fulfillment_order(wanted.work)
    if work is None:
        return [NO_WORK]
    if work.status not in SHIPPABLE or not work.remaining_units:
        return [UserError(message="Cannot report progress on a fulfillment order in this state.")]
    before = work.status
    work.progress_reported = True
    work.settle_status(at_ms)
    told = WorkChange(work=work, status_before=before, notes=wanted.notes)
    state.announce("FULFILLMENT_ORDERS_PROGRESS_REPORTED", told, at_ms)
    work_changed(state, work, at_ms)
    return work


def open_work(state: State, wanted: OpenWork, at_ms: int) -> FulfillmentOrder | list[UserError]:
    """Note that nobody is at it any more."""
    work = state.fulfillment_order(wanted.work)
    if work is None:
        return [NO_WORK]
    if work.status != "IN_PROGRESS":
        status = work.status.lower()
        message = f"Expected fulfillment order status to be valid but it was {status}."
        return [UserError(message=message)]
    work.progress_reported = False
    work.settle_status(at_ms)
    told = WorkChange(work=work)
    state.announce("FULFILLMENT_ORDERS_MANUALLY_REPORTED_PROGRESS_STOPPED", told, at_ms)
    work_changed(state, work, at_ms)
    return work


def cancel_work(state: State, wanted: CancelWork, at_ms: int) -> WorkChange | list[UserError]:
    """Close work and have it done as work of a new number; its lines go along as they are (recorded)."""
    work = state.fulfillment_order(wanted.work)
    if work is None:
        return [NO_WORK]
    if work.progress_reported:
        message = "Cannot cancel fulfillment order that has had progress reported. Mark as unfulfilled first."
        return [UserError(field=("id",), message=message)]
    if work.status != "OPEN":
        message = "Fulfillment order is not in cancelable request state and can't be canceled."
        return [UserError(message=message)]
    fresh = new_work(state, work.order, work.location.number, at_ms)
    fresh.line_items, work.line_items = work.line_items, []
    work.order.work.append(fresh)
    work.settle_status(at_ms)
    told = WorkChange(work=work, other=fresh)
    state.announce("FULFILLMENT_ORDERS_CANCELLED", told, at_ms)
    work_changed(state, work, at_ms)
    return told


def work_changed(state: State, work: FulfillmentOrder, at_ms: int) -> None:
    """Note that an order's work changed."""
    work.order.touch(at_ms)
    state.announce("ORDERS_UPDATED", work.order, at_ms)


def _hold_refusal(work: FulfillmentOrder, wanted: HoldWork) -> UserError | None:
    """Why work cannot be held, in the recorded words and precedence; for closed work the words are not recorded."""
    path = ("fulfillmentHold", "fulfillmentOrderLineItems")
    line_refusal = _hold_line_refusal(path, wanted.lines)
    if line_refusal is not None:
        return line_refusal
    if wanted.handle and any(one.handle == wanted.handle for one in work.fulfillment_holds):
        message = (
            "The handle provided for the fulfillment hold is already in use by this app"
            " for another hold on this fulfillment order."
        )
        field = ("fulfillmentHold", "handle")
        return UserError(field=field, message=message, code="DUPLICATE_FULFILLMENT_HOLD_HANDLE")
    if len(work.fulfillment_holds) >= MAX_HOLDS:
        message = (
            "The maximum number of fulfillment holds for this fulfillment order has been reached for this app."
            f" An app can only have up to {MAX_HOLDS} holds on a single fulfillment order at any one time."
        )
        return UserError(
            field=("id",), message=message, code="FULFILLMENT_ORDER_HOLD_LIMIT_REACHED"
        )
    if wanted.lines and work.status != "OPEN":
        message = "The fulfillment order is not in a splittable state."
        return UserError(field=path, message=message, code="FULFILLMENT_ORDER_NOT_SPLITTABLE")
    if work.status not in {*SHIPPABLE, "ON_HOLD"}:
        message = "Cannot place a hold on a fulfillment order in this state."
        return UserError(field=("id",), message=message)
    if units_asked_for(work, wanted.lines) is None:
        message = "Invalid fulfillment order line item quantity requested."
        return UserError(field=path, message=message, code="INVALID_LINE_ITEM_QUANTITY")
    return None


def _hold_line_refusal(path: tuple[str, ...], lines: Sequence[ShipLine]) -> UserError | None:
    for place, one in enumerate(lines):
        if one.quantity < 1:
            message = "You must select at least one item to place on partial hold."
            field = (*path, str(place), "quantity")
            return UserError(field=field, message=message, code="GREATER_THAN_ZERO")
    if len({one.id for one in lines}) < len(lines):
        return UserError(
            field=path,
            message="must contain unique line item ids",
            code="DUPLICATED_FULFILLMENT_ORDER_LINE_ITEMS",
        )
    return None

"""Having another location ship work, and splitting work."""

from __future__ import annotations

from dataclasses import dataclass

from server.practice_store.commands import ShipLine, UserError
from server.practice_store.commands_work import MoveWork, SplitWork
from server.practice_store.fulfillment import FulfillmentOrder
from server.practice_store.holding import work_changed
from server.practice_store.holds import FulfillmentOrderSplitResult, WorkChange
from server.practice_store.identity import number_of
from server.practice_store.placing import new_work
from server.practice_store.relocation import stocks
from server.practice_store.shop import Location
from server.practice_store.state import State
from server.practice_store.work import pass_units, units_asked_for

MOVABLE = frozenset({"OPEN", "ON_HOLD", "IN_PROGRESS"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """What a move left: the work as moved, the one it was part of, and what stayed behind, if anything did."""

    moved: FulfillmentOrder
    original: FulfillmentOrder
    remaining: FulfillmentOrder | None


def move_work(state: State, wanted: MoveWork, at_ms: int) -> Moved | list[UserError]:
    """Move work that is not shipped. All of it keeps its number; a part, or what joins other open work there, gets a new one."""
    work = state.fulfillment_order(wanted.work)
    place = state.locations.get(number_of(wanted.location, "Location") or 0)
    refusal = _move_refusal(work, place, wanted)
    if work is None or place is None or refusal is not None:
        return [refusal] if refusal else []
    source = work.location
    units = units_asked_for(work, wanted.lines)
    assert units is not None
    whole = all(units.get(part, 0) == part.total_quantity for part in work.line_items)
    neighbour = next(
        (one for one in work.order.work if one.location is place and one.status == "OPEN"), None
    )
    if whole and neighbour is None:
        work.location = place
        work.updated_at = at_ms
        done = Moved(moved=work, original=work, remaining=None)
    else:
        fresh = new_work(state, work.order, place.number, at_ms)
        for one, passed in ((work, units), (neighbour, None)):
            if one is not None:
                taken = passed or {part: part.remaining_quantity for part in one.line_items}
                pass_units(state, taken, one, fresh)
                one.settle_status(at_ms)
        work.order.work.append(fresh)
        done = Moved(moved=fresh, original=work, remaining=work if work.remaining_units else None)
    told = WorkChange(
        work=done.original,
        other=done.moved,
        source=source,
        lines=tuple(ShipLine(id=part.id, quantity=count) for part, count in units.items()),
    )
    state.announce("FULFILLMENT_ORDERS_MOVED", told, at_ms)
    work_changed(state, work, at_ms)
    return done


def split_work(
    state: State, wanted: SplitWork, at_ms: int
) -> tuple[FulfillmentOrderSplitResult, ...] | list[UserError]:
    """Split units off, for every fulfillment order named or for none."""
    refusal = _split_refusal(state, wanted)
    if refusal is not None:
        return [refusal]
    done = []
    for split in wanted.splits:
        work = state.fulfillment_order(split.work)
        assert work is not None
        units = units_asked_for(work, split.lines)
        assert units is not None
        fresh = new_work(state, work.order, work.location.number, at_ms)
        pass_units(state, units, work, fresh)
        work.order.work.append(fresh)
        work.updated_at = at_ms
        told = WorkChange(work=work, other=fresh, lines=split.lines)
        state.announce("FULFILLMENT_ORDERS_SPLIT", told, at_ms)
        work_changed(state, work, at_ms)
        done.append(
            FulfillmentOrderSplitResult(fulfillment_order=work, remaining_fulfillment_order=fresh)
        )
    return tuple(done)


def _move_refusal(
    work: FulfillmentOrder | None, place: Location | None, wanted: MoveWork
) -> UserError | None:
    if work is None:
        return UserError(field=("id",), message="Fulfillment order does not exist.")
    if place is None or not place.is_active:
        return UserError(field=("id",), message="Location not found.")
    if work.progress_reported:
        message = (
            "Cannot move a fulfillment order that has had progress reported."
            " To move a fulfillment order that has had progress reported,"
            " the fulfillment order must first be marked as open resolving the ongoing progress state."
        )
        code = "CANNOT_MOVE_FULFILLMENT_ORDER_WITH_REPORTED_PROGRESS"
        return UserError(field=("id",), message=message, code=code)
    units = units_asked_for(work, wanted.lines)
    if units is None:
        return UserError(message="Invalid fulfillment order line item quantity requested.")
    unstocked = any(not stocks(place, part) for part, count in units.items() if count)
    if work.status not in MOVABLE or place is work.location or unstocked:
        return UserError(message="Cannot change location.")
    return None


def _split_refusal(state: State, wanted: SplitWork) -> UserError | None:
    for place, split in enumerate(wanted.splits):
        path = ("fulfillmentOrderSplits", str(place), "fulfillmentOrderLineItems")
        if not split.lines:
            message = "There must be at least one item selected in this fulfillment to split it."
            return UserError(field=path, message=message, code="NO_LINE_ITEMS_PROVIDED_TO_SPLIT")
        for at, line in enumerate(split.lines):
            if line.quantity < 1:
                message = "You must select at least one item to split into a new fulfillment order."
                field = (*path, str(at), "quantity")
                return UserError(field=field, message=message, code="GREATER_THAN")
        work = state.fulfillment_order(split.work)
        if work is None:
            message = "Fulfillment order does not exist."
            return UserError(message=message, code="FULFILLMENT_ORDER_NOT_FOUND")
        units = units_asked_for(work, split.lines)
        if units is None or work.status != "OPEN" or sum(units.values()) >= work.remaining_units:
            message = "Invalid fulfillment order line item quantity requested."
            return UserError(message=message, code="INVALID_LINE_ITEM_QUANTITY")
    return None

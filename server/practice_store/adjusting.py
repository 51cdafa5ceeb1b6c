"""Changing quantities over the API, with the recorded refusals: adjust, set, move, stock and unstock.

`changeFromQuantity` must be what is there now. Where an item is not stocked yet, adjusting it makes an inactive level.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.practice_store.commands import UserError
from server.practice_store.commands_stock import (
    AdjustStock,
    MoveStock,
    QuantityChange,
    QuantityGoal,
    QuantityMove,
    SetStock,
    Stand,
)
from server.practice_store.identity import number_of
from server.practice_store.inventory import (
    ON_HAND,
    InventoryAdjustmentGroup,
    InventoryChange,
    InventoryItem,
    InventoryLevel,
)
from server.practice_store.shop import Location
from server.practice_store.state import State
from server.practice_store.stocking import change_units, level_at

ADJUSTABLE = ("available", "damaged", "incoming", "quality_control", "reserved", "safety_stock")
REASONS = (
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_canceled",
    "movement_created",
    "movement_received",
    "movement_updated",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_deleted",
    "reservation_updated",
    "restock",
    "safety_stock",
    "shrinkage",
)
MOST_ADJUSTED = 2_000_000_000
MOST_SET = 1_000_000_000
Path = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """Units to add to one state of one level."""

    level: InventoryLevel
    name: str
    delta: int
    ledger: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Nothing:
    """What a request leaves that would change nothing: neither a group nor an error (recorded)."""


def adjust_stock(
    state: State, wanted: AdjustStock, at_ms: int
) -> InventoryAdjustmentGroup | Nothing | list[UserError]:
    """Add units to a state."""
    errors = [*_reason_errors(wanted.reason), *_name_errors(wanted.name, ("input", "name"))]
    changes = list(enumerate(wanted.changes))
    errors = errors or _ledger_errors(wanted)
    errors = errors or [
        error
        for place, one in changes
        for error in _place_errors(state, one.item, one.location, _at("changes", place))
    ]
    errors = errors or [
        error for place, one in changes for error in _adjusted_errors(state, one, place)
    ]
    if errors:
        return errors
    steps = [
        _Step(
            level=_level(state, one.item, one.location, at_ms),
            name=wanted.name,
            delta=one.delta,
            ledger=one.ledger,
        )
        for one in wanted.changes
        if one.delta
    ]
    return _carried_out(state, steps, wanted.reason, wanted.reference, at_ms)


def set_stock(
    state: State, wanted: SetStock, at_ms: int
) -> InventoryAdjustmentGroup | Nothing | list[UserError]:
    """Make a quantity what was counted; to set on_hand changes what is available."""
    errors = _reason_errors(wanted.reason)
    if not errors and wanted.name not in {"available", "on_hand"}:
        message = "The quantity name must be either 'available' or 'on_hand'."
        errors = [UserError(field=("input", "name"), message=message, code="INVALID_NAME")]
    goals = list(enumerate(wanted.goals))
    errors = errors or _bounds_errors(wanted) or _twice_errors(wanted)
    errors = errors or [
        error
        for place, one in goals
        for error in _place_errors(state, one.item, one.location, _at(wanted.listed_as, place))
    ]
    errors = errors or [
        error for place, one in goals for error in _goal_errors(state, wanted, one, place)
    ]
    if errors:
        return errors
    steps = []
    for one in wanted.goals:
        level = _level(state, one.item, one.location, at_ms)
        delta = one.quantity - level.units(wanted.name)
        if delta:
            steps.append(_Step(level=level, name="available", delta=delta, ledger=None))
    return _carried_out(state, steps, wanted.reason, wanted.reference, at_ms)


def move_stock(
    state: State, wanted: MoveStock, at_ms: int
) -> InventoryAdjustmentGroup | Nothing | list[UserError]:
    """Move units between states of a location."""
    errors = _reason_errors(wanted.reason)
    moves = list(enumerate(wanted.moves))
    errors = errors or [error for place, one in moves for error in _move_errors(one, place)]
    errors = errors or [
        error for place, one in moves for error in _move_place_errors(state, one, place)
    ]
    errors = errors or [
        error for place, one in moves for error in _move_stale_errors(state, one, place)
    ]
    if errors:
        return errors
    steps = []
    for one in wanted.moves:
        level = _level(state, one.item, one.origin.location, at_ms)
        for stand, delta in ((one.origin, -one.quantity), (one.target, one.quantity)):
            if delta:
                steps.append(_Step(level=level, name=stand.name, delta=delta, ledger=stand.ledger))
    return _carried_out(state, steps, wanted.reason, wanted.reference, at_ms)


def _carried_out(
    state: State, steps: list[_Step], reason: str, reference: str | None, at_ms: int
) -> InventoryAdjustmentGroup | Nothing:
    """Change the quantities; what is on hand is listed behind, for each level where it changed."""
    if not steps:
        return Nothing()
    on_hand: dict[InventoryLevel, int] = {}
    changes = []
    for step in steps:
        change_units(state, step.level, step.name, step.delta, at_ms)
        changes.append(_change(step.level, step.name, step.delta, step.ledger))
        if step.name in ON_HAND:
            on_hand[step.level] = on_hand.get(step.level, 0) + step.delta
    changes += [_change(level, "on_hand", delta) for level, delta in on_hand.items() if delta]
    return InventoryAdjustmentGroup(
        number=state.numbers.take(),
        created_at=at_ms,
        reason=reason,
        reference_document_uri=reference,
        listed=changes,
    )


def _change(
    level: InventoryLevel, name: str, delta: int, ledger: str | None = None
) -> InventoryChange:
    return InventoryChange(level=level, name=name, delta=delta, ledger_document_uri=ledger)


# Refusals


def _at(listed_as: str, place: int, *more: str) -> Path:
    return ("input", listed_as, str(place), *more)


def _reason_errors(reason: str) -> list[UserError]:
    if reason in REASONS:
        return []
    message = f"The specified reason is invalid. Valid values are: {', '.join(REASONS)}."
    return [UserError(field=("input", "reason"), message=message, code="INVALID_REASON")]


def _name_errors(name: str, at: Path) -> list[UserError]:
    if name in ADJUSTABLE:
        return []
    message = f"The specified quantity name is invalid. Valid values are: {', '.join(ADJUSTABLE)}."
    return [UserError(field=at, message=message, code="INVALID_QUANTITY_NAME")]


def _place_errors(state: State, item: str, location: str, at: Path) -> list[UserError]:
    errors = []
    if _item(state, item) is None:
        errors.append(_no_item(at))
    if _location(state, location) is None:
        errors.append(_no_location((*at, "locationId")))
    return errors


def _no_item(at: Path) -> UserError:
    message = "The specified inventory item could not be found."
    return UserError(field=(*at, "inventoryItemId"), message=message, code="INVALID_INVENTORY_ITEM")


def _no_location(at: Path) -> UserError:
    message = "The specified location could not be found."
    return UserError(field=at, message=message, code="INVALID_LOCATION")


def _ledger_errors(wanted: AdjustStock) -> list[UserError]:
    ledgers = {one.ledger for one in wanted.changes}
    errors = [
        error
        for place, one in enumerate(wanted.changes)
        for error in _one_ledger_errors(wanted.name, one.ledger, _at("changes", place))
    ]
    if not errors and len(ledgers) > 1:
        message = (
            "All changes must have the same ledger document URI or, in the case of adjusting available,"
            " no ledger document URI."
        )
        at = ("input", "changes")
        errors.append(UserError(field=at, message=message, code="MAX_ONE_LEDGER_DOCUMENT"))
    return errors


def _one_ledger_errors(name: str, ledger: str | None, at: Path) -> list[UserError]:
    field = (*at, "ledgerDocumentUri")
    if name == "available":
        if ledger is None:
            return []
        message = "A ledger document URI is not allowed when adjusting available."
        return [UserError(field=field, message=message, code="INVALID_AVAILABLE_DOCUMENT")]
    if ledger is None:
        message = "A ledger document URI is required except when adjusting available."
        return [UserError(field=field, message=message, code="INVALID_QUANTITY_DOCUMENT")]
    if ledger.startswith("gid://shopify/"):
        message = (
            "Internal (gid://shopify/) ledger documents are not allowed to be adjusted via API."
        )
        return [UserError(field=field, message=message, code="INTERNAL_LEDGER_DOCUMENT")]
    return []


def _adjusted_errors(state: State, one: QuantityChange, place: int) -> Iterable[UserError]:
    at = _at("changes", place)
    if abs(one.delta) > MOST_ADJUSTED:
        high = one.delta > 0
        message = (
            f"The quantity can't be {'higher' if high else 'lower'} than"
            f" {'' if high else '-'}{MOST_ADJUSTED:,}."
        )
        code = "INVALID_QUANTITY_TOO_HIGH" if high else "INVALID_QUANTITY_TOO_LOW"
        yield UserError(field=(*at, "delta"), message=message, code=code)
    if _is_stale(state, one.item, one.location, one.name, one.change_from):
        yield _stale(
            "The changeFromQuantity argument no longer matches the persisted quantity.", at
        )


def _bounds_errors(wanted: SetStock) -> list[UserError]:
    errors = []
    for place, one in enumerate(wanted.goals):
        field = _at(wanted.listed_as, place, "quantity")
        if wanted.name == "on_hand" and one.quantity < 0:
            message, code = "The quantity can't be negative.", "INVALID_QUANTITY_NEGATIVE"
        elif one.quantity > MOST_SET:
            message = f"The quantity can't be higher than {MOST_SET:,}."
            code = "INVALID_QUANTITY_TOO_HIGH"
        elif one.quantity < -MOST_SET:
            message = f"The quantity can't be lower than -{MOST_SET:,}."
            code = "INVALID_QUANTITY_TOO_LOW"
        else:
            continue
        errors.append(UserError(field=field, message=message, code=code))
    return errors


def _twice_errors(wanted: SetStock) -> list[UserError]:
    pairs = [(one.item, one.location) for one in wanted.goals]
    return [
        UserError(
            field=_at(wanted.listed_as, place, "locationId"),
            message="The combination of inventoryItemId and locationId must be unique.",
            code="NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR",
        )
        for place, pair in enumerate(pairs)
        if pairs.count(pair) > 1
    ]


def _goal_errors(state: State, wanted: SetStock, one: QuantityGoal, place: int) -> list[UserError]:
    if not _is_stale(state, one.item, one.location, wanted.name, one.change_from):
        return []
    message = "The changeFromQuantity value does not match persisted value."
    return [_stale(message, _at(wanted.listed_as, place))]


def _move_errors(one: QuantityMove, place: int) -> Iterable[UserError]:
    at = _at("changes", place)
    ends = (("from", one.origin), ("to", one.target))
    for end, stand in ends:
        yield from _name_errors(stand.name, (*at, end, "name"))
    if one.quantity < 0:
        message = "The quantity can't be negative."
        field = (*at, "quantity")
        yield UserError(field=field, message=message, code="INVALID_QUANTITY_NEGATIVE")
    if one.origin.name == one.target.name:
        message = "The quantity names for each change can't be the same."
        yield UserError(field=at, message=message, code="SAME_QUANTITY_NAME")
    if one.origin.location != one.target.location:
        message = "The quantities can't be moved between different locations."
        yield UserError(field=at, message=message, code="DIFFERENT_LOCATIONS")
    for end, stand in ends:
        if stand.name in ADJUSTABLE:
            yield from _one_ledger_errors(stand.name, stand.ledger, (*at, end))


def _move_place_errors(state: State, one: QuantityMove, place: int) -> Iterable[UserError]:
    at = _at("changes", place)
    if _item(state, one.item) is None:
        yield _no_item(at)
    for end, stand in (("from", one.origin), ("to", one.target)):
        if _location(state, stand.location) is None:
            yield _no_location((*at, end, "locationId"))


def _move_stale_errors(state: State, one: QuantityMove, place: int) -> Iterable[UserError]:
    message = "The changeFromQuantity argument no longer matches the persisted quantity."
    for end, stand in (("from", one.origin), ("to", one.target)):
        if _is_stale_stand(state, one.item, stand):
            yield _stale(message, _at("changes", place, end))


def _is_stale_stand(state: State, item: str, stand: Stand) -> bool:
    return _is_stale(state, item, stand.location, stand.name, stand.change_from)


def _is_stale(state: State, item: str, location: str, name: str, change_from: int | None) -> bool:
    """Tell whether a quantity is not what the caller believes; None believes nothing."""
    if change_from is None:
        return False
    found, place = _item(state, item), _location(state, location)
    assert found is not None
    assert place is not None
    level = found.levels.get(place.number)
    return (level.units(name) if level else 0) != change_from


def _stale(message: str, at: Path) -> UserError:
    field = (*at, "changeFromQuantity")
    return UserError(field=field, message=message, code="CHANGE_FROM_QUANTITY_STALE")


def _item(state: State, gid: str) -> InventoryItem | None:
    return state.items.get(number_of(gid, "InventoryItem") or 0)


def _location(state: State, gid: str) -> Location | None:
    return state.locations.get(number_of(gid, "Location") or 0)


def _level(state: State, item: str, location: str, at_ms: int) -> InventoryLevel:
    found, place = _item(state, item), _location(state, location)
    assert found is not None
    assert place is not None
    return level_at(found, place, at_ms, is_active=False)

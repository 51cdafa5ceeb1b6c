"""What changes stock, as data. Items and locations are gids; a quantity's name is one of inventory.NAMES."""

from __future__ import annotations

import msgspec

from server.practice_store.commands import Command


class QuantityChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units to add to one state. `change_from` must be what is there now; None is anything."""

    item: str
    location: str
    name: str
    delta: int
    change_from: int | None = None
    ledger: str | None = None


class AdjustStock(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Add units to a state, in one adjustment."""

    name: str
    reason: str
    changes: tuple[QuantityChange, ...]
    reference: str | None = None


class QuantityGoal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many units there are to be."""

    item: str
    location: str
    quantity: int
    change_from: int | None = None


class SetStock(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Set available or on_hand to what was counted. `listed_as` is the input's name for the list of goals."""

    name: str
    reason: str
    goals: tuple[QuantityGoal, ...]
    reference: str | None = None
    listed_as: str = "quantities"


class Stand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One end of a move."""

    location: str
    name: str
    change_from: int | None = None
    ledger: str | None = None


class QuantityMove(msgspec.Struct, frozen=True, kw_only=True):
    """Units that go from one state to another."""

    item: str
    quantity: int
    origin: Stand
    target: Stand


class MoveStock(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Move units between states of one location."""

    reason: str
    moves: tuple[QuantityMove, ...]
    reference: str | None = None


class ActivateStock(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Stock an item at a location."""

    item: str
    location: str
    available: int | None = None
    on_hand: int | None = None


class DeactivateStock(Command, frozen=True, kw_only=True):
    """Stop stocking an item at a location (by the level's gid)."""

    level: str

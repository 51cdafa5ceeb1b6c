"""Commands about fulfillment orders: hold, release, move, split, report progress. Ids are gids; `by` is "app" or "staff"."""

from __future__ import annotations

import msgspec

from server.practice_store.commands import Command, ShipLine


class HoldWork(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Keep work, or only some units of it, from being shipped."""

    work: str
    reason: str
    notes: str | None = None
    handle: str = ""
    lines: tuple[ShipLine, ...] = ()
    by: str = "app"


class ReleaseHold(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Release holds; none named means all."""

    work: str
    holds: tuple[str, ...] = ()


class MoveWork(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Have another location ship the work, or only some units of it."""

    work: str
    location: str
    lines: tuple[ShipLine, ...] = ()


class WantedSplit(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a fulfillment order to split off."""

    work: str
    lines: tuple[ShipLine, ...]


class SplitWork(Command, frozen=True, kw_only=True):
    """Split units off into work of their own; all or nothing."""

    splits: tuple[WantedSplit, ...]


class ReportProgress(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Say that somebody is at it."""

    work: str
    notes: str | None = None


class OpenWork(Command, frozen=True, kw_only=True):
    """Say that nobody is at it any more."""

    work: str


class CancelWork(Command, frozen=True, kw_only=True):
    """Give work back, to be done as work of a new number."""

    work: str

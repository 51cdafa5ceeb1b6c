"""Fulfillment orders over the API: holding, moving, splitting, reporting progress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from server.practice_store.asked import Asked, Input, InvalidIdError, Payload
from server.practice_store.commands import ShipLine
from server.practice_store.commands_work import (
    CancelWork,
    HoldWork,
    MoveWork,
    OpenWork,
    ReleaseHold,
    ReportProgress,
    SplitWork,
    WantedSplit,
)
from server.practice_store.connections import Listing
from server.practice_store.holds import WorkChange
from server.practice_store.identity import number_of
from server.practice_store.moving import Moved
from server.practice_store.search import work_matches, work_terms

if TYPE_CHECKING:
    from server.practice_store.fulfillment import FulfillmentOrder


class WorkQueries(Asked):
    """Reading the work of all orders."""

    def fulfillment_orders(
        self, *, include_closed: bool = False, query: str | None = None, **_sort: object
    ) -> Listing:
        """All that is routed, by number, without what is done unless asked for."""
        terms = work_terms(query)
        asked = include_closed or any(term.field == "status" for term in terms)
        found = [
            one
            for one in self._state.work.values()
            if one.order.is_routed
            and self._may_read(one.order)
            and (asked or one.status != "CLOSED")
            and work_matches(one, terms)
        ]
        return Listing(nodes=found, key=lambda node: (node.number,))

    def manual_holds_fulfillment_orders(self, **_filters: object) -> list[FulfillmentOrder]:
        """What is on hold."""
        return [one for one in self._state.work.values() if one.status == "ON_HOLD"]


class WorkMutations(Asked):
    """What becomes of work before it is shipped."""

    def fulfillment_order_hold(self, *, id: str, fulfillment_hold: Input) -> Payload:  # noqa: A002 - the schema's name
        """Keep it from being shipped."""
        names = ("fulfillment_hold", "fulfillment_order", "remaining_fulfillment_order")
        done = self._store.execute(
            HoldWork(
                work=_work(id),
                reason=fulfillment_hold["reason"],
                notes=fulfillment_hold.get("reasonNotes"),
                handle=fulfillment_hold.get("handle") or "",
                lines=_lines(fulfillment_hold.get("fulfillmentOrderLineItems")),
            )
        )
        if isinstance(done, list):
            return {**dict.fromkeys(names), "user_errors": done}
        assert isinstance(done, WorkChange)
        values = (done.hold, done.work, done.other)
        return {**dict(zip(names, values, strict=True)), "user_errors": []}

    def fulfillment_order_release_hold(
        self,
        *,
        id: str,  # noqa: A002 - the schema's name
        hold_ids: Sequence[str] | None = None,
        **_external: object,
    ) -> Payload:
        """Let it be shipped."""
        command = ReleaseHold(work=_work(id), holds=tuple(hold_ids or ()))
        return self._payload("fulfillment_order", command)

    def fulfillment_order_move(
        self,
        *,
        id: str,  # noqa: A002 - the schema's name
        new_location_id: str,
        fulfillment_order_line_items: Sequence[Input] | None = None,
    ) -> Payload:
        """Have it shipped from elsewhere."""
        names = (
            "moved_fulfillment_order",
            "original_fulfillment_order",
            "remaining_fulfillment_order",
        )
        done = self._store.execute(
            MoveWork(
                work=_work(id),
                location=new_location_id,
                lines=_lines(fulfillment_order_line_items),
            )
        )
        if isinstance(done, list):
            return {**dict.fromkeys(names), "user_errors": done}
        assert isinstance(done, Moved)
        values = (done.moved, done.original, done.remaining)
        return {**dict(zip(names, values, strict=True)), "user_errors": []}

    def fulfillment_order_split(self, *, fulfillment_order_splits: Sequence[Input]) -> Payload:
        """Ship it in two."""
        command = SplitWork(
            splits=tuple(
                WantedSplit(
                    work=_work(one["fulfillmentOrderId"]),
                    lines=_lines(one["fulfillmentOrderLineItems"]),
                )
                for one in fulfillment_order_splits
            )
        )
        return self._payload("fulfillment_order_splits", command)

    def fulfillment_order_report_progress(
        self,
        *,
        id: str,  # noqa: A002 - the schema's name
        progress_report: Input | None = None,
    ) -> Payload:
        """Say that somebody is at it."""
        notes = (progress_report or {}).get("reasonNotes")
        return self._payload("fulfillment_order", ReportProgress(work=_work(id), notes=notes))

    def fulfillment_order_open(self, *, id: str) -> Payload:  # noqa: A002 - the schema's name
        """Say that nobody is at it any more."""
        return self._payload("fulfillment_order", OpenWork(work=_work(id)))

    def fulfillment_order_cancel(self, *, id: str) -> Payload:  # noqa: A002 - the schema's name
        """Give it back."""
        done = self._store.execute(CancelWork(work=_work(id)))
        names = ("fulfillment_order", "replacement_fulfillment_order")
        if isinstance(done, list):
            return {**dict.fromkeys(names), "user_errors": done}
        assert isinstance(done, WorkChange)
        return {**dict(zip(names, (done.work, done.other), strict=True)), "user_errors": []}


def _work(gid: str) -> str:
    """Return the gid, if any object could have it: a number above 0 (recorded)."""
    if not number_of(gid, "FulfillmentOrder"):
        raise InvalidIdError(f"Invalid id: {gid}")
    return gid


def _lines(given: Sequence[Input] | None) -> tuple[ShipLine, ...]:
    return tuple(ShipLine(id=one["id"], quantity=one["quantity"]) for one in given or ())

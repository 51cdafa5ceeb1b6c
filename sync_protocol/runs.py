"""A rider's run: parcels out, outcomes and cash back."""

from enum import StrEnum

from msgspec import Struct

from sync_protocol.ids import BranchId, FulfillmentId, OrderId, RunId, StaffId


class RunState(StrEnum):
    """Where a run stands. `disputed`: the cash did not add up and nobody said why."""

    DRAFT = "draft"
    LOADED = "loaded"
    OUT = "out"
    BACK = "back"
    RECONCILED = "reconciled"
    DISPUTED = "disputed"
    CLOSED = "closed"


class RunAction(StrEnum):
    """What people do to a run."""

    LOAD = "load"
    UNLOAD = "unload"
    START = "start"
    END = "end"
    COUNT = "count"
    DISPUTE = "dispute"
    CLOSE = "close"
    REOPEN = "reopen"


_S = RunState
_A = RunAction

RUN_TRANSITIONS: dict[RunState, dict[RunAction, RunState]] = {
    _S.DRAFT: {_A.LOAD: _S.LOADED},
    _S.LOADED: {_A.LOAD: _S.LOADED, _A.UNLOAD: _S.LOADED, _A.START: _S.OUT},
    # The rider is on the road; outcomes come in, also late and without a network.
    _S.OUT: {_A.END: _S.BACK},
    _S.BACK: {_A.COUNT: _S.RECONCILED, _A.DISPUTE: _S.DISPUTED},
    # Counted again: the later count says what changed.
    _S.RECONCILED: {_A.COUNT: _S.RECONCILED, _A.DISPUTE: _S.DISPUTED, _A.CLOSE: _S.CLOSED},
    _S.DISPUTED: {_A.COUNT: _S.RECONCILED, _A.DISPUTE: _S.DISPUTED, _A.REOPEN: _S.BACK},
    # Only a supervisor opens it again.
    _S.CLOSED: {_A.REOPEN: _S.BACK},
}

NOT_STARTED = frozenset({_S.DRAFT, _S.LOADED})
ON_THE_ROAD = frozenset({_S.OUT, _S.BACK, _S.RECONCILED, _S.DISPUTED})
"""States in which outcomes of stops are still taken without remark."""


class StopState(StrEnum):
    """What became of one parcel of a run."""

    PENDING = "pending"
    DELIVERED = "delivered"
    PARTIAL = "partial"
    NOT_HOME = "not_home"
    REFUSED = "refused"
    WRONG_ADDRESS = "wrong_address"
    RESCHEDULED = "rescheduled"
    UNREACHABLE = "unreachable"
    OTHER = "other"


class RunStop(Struct, frozen=True, kw_only=True):
    """One parcel of a run. `checked_in`: it was seen at the branch again, or there is nothing left of it to bring back."""

    fulfillment_id: FulfillmentId
    order_id: OrderId
    place: int
    collect_paisa: int
    state: StopState = StopState.PENDING
    cash_paisa: int = 0
    checked_in: bool = False
    at: int | None = None


class RiderRun(Struct, frozen=True, kw_only=True):
    """One run of one rider from one branch.

    Of the cash, `expected_paisa` is what the stops say was taken, `declared_paisa` what the rider says, `counted_paisa`
    what the cashier counted in all; `shortage_paisa` is expected less counted (negative: more than expected).
    """

    id: RunId
    branch_id: BranchId
    rider_id: StaffId
    state: RunState
    name: str | None = None
    stops: tuple[RunStop, ...] = ()
    made_by: StaffId
    made_at: int
    expected_paisa: int = 0
    declared_paisa: int | None = None
    declared_by: StaffId | None = None
    counted_paisa: int | None = None
    counted_by: StaffId | None = None
    shortage_paisa: int = 0
    shortage_reason: str | None = None
    closed_at: int | None = None
    rev: int = 0

    @property
    def parcels_back(self) -> tuple[RunStop, ...]:
        """The stops whose parcels must still be seen at the branch."""
        return tuple(s for s in self.stops if not s.checked_in)


def next_run_state(state: RunState, action: RunAction) -> RunState | None:
    """Return where `action` leads a run from `state`, or None where the table has no such step."""
    return RUN_TRANSITIONS[state].get(action)


def expected_paisa(stops: tuple[RunStop, ...]) -> int:
    """Return the cash that the stops say was taken."""
    return sum(stop.cash_paisa for stop in stops)

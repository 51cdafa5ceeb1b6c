"""API calls that are answered by nothing and carried out later: what a caller sees as a time-out may still happen."""

from __future__ import annotations

from server.practice_store.commands import UserError
from server.practice_store.commands_platform import CallLater, TakeLateCall
from server.practice_store.state import LateCall, State


def call_later(state: State, wanted: CallLater, at_ms: int) -> LateCall:
    """Note a call for later."""
    number = state.numbers.take()
    state.late_calls[number] = LateCall(number=number, call=wanted, due_at=at_ms + wanted.after_ms)
    return state.late_calls[number]


def take_late_call(state: State, taken: TakeLateCall, at_ms: int) -> LateCall | list[UserError]:
    """Hand a late call out, once."""
    del at_ms
    return state.late_calls.pop(taken.call, None) or [UserError(message="gone")]


def due_calls(state: State, now_ms: int) -> list[int]:
    """Return the numbers of the calls whose time has come, in their order."""
    due = sorted((one.due_at, number) for number, one in state.late_calls.items())
    return [number for at_ms, number in due if at_ms <= now_ms]

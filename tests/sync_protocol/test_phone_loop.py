"""The phone's loop over its whole state × event table."""

import itertools

import pytest

from sync_protocol.client_session import (
    IN_FLIGHT,
    Action,
    ActionKind,
    Event,
    EventKind,
    Phase,
    Phone,
    step,
)
from sync_protocol.limits import RETRY_CEILING_MS
from sync_protocol.messages.push import Problem

REQUESTS = {
    ActionKind.HELLO: Phase.GREETING,
    ActionKind.PUSH: Phase.PUSHING,
    ActionKind.PULL: Phase.PULLING,
    ActionKind.OFFER: Phase.OFFERING,
}
FLAGS = (False, True)


def phones():
    for phase, attempt, *flags in itertools.product(Phase, (0, 1, 16), *[FLAGS] * 6):
        unsent, greeted, must_offer, recovering, again, leaving = flags
        yield Phone(
            phase=phase,
            attempt=attempt,
            unsent=unsent,
            greeted=greeted,
            must_offer=must_offer,
            recovering=recovering,
            again=again,
            leaving=leaving,
        )


def events():
    for kind, unsent, more in itertools.product(EventKind, FLAGS, FLAGS):
        yield Event(kind=kind, unsent=unsent, more=more)
    yield Event(kind=EventKind.WOKEN, away=True)
    yield Event(kind=EventKind.HELLO_OK, epoch_changed=True)
    yield Event(kind=EventKind.HELLO_OK, head_differs=True)
    yield Event(kind=EventKind.HELLO_OK, revoked=True)
    yield Event(kind=EventKind.HELLO_OK, revoked=True, unsent=True, epoch_changed=True)
    yield Event(kind=EventKind.FAILED, retry_after_ms=5_000)
    for problem in Problem:
        yield Event(kind=EventKind.PROBLEM, problem=problem)


CELLS = list(itertools.product(phones(), events()))


def test_no_state_waits_without_a_timer_or_a_request_under_way():
    """A phase that waits was entered by arming a timer; one in flight by sending (the driver bounds that)."""
    for phone, event in CELLS:
        after, actions = step(phone, event)
        kinds = [action.kind for action in actions]
        if after.phase in (Phase.IDLE, Phase.WAITING) and phone.phase in IN_FLIGHT:
            assert ActionKind.ARM in kinds, (phone, event)
        if after.phase in IN_FLIGHT and after.phase is not phone.phase:
            assert [k for k in kinds if REQUESTS.get(k) is after.phase], (phone, event)
        if after.phase is Phase.STOPPED:
            refused = event.problem is Problem.REVOKED and phone.phase in IN_FLIGHT
            left = ActionKind.WIPE in kinds and not after.unsent and not after.must_offer
            assert phone.phase is Phase.STOPPED or refused or left


def test_one_request_at_a_time():
    for phone, event in CELLS:
        _, actions = step(phone, event)
        sent = [action.kind for action in actions if action.kind in REQUESTS]
        assert len(sent) <= 1, (phone, event, actions)
        if phone.phase in IN_FLIGHT and event.kind in (EventKind.RECORDED, EventKind.WOKEN):
            assert not sent


def test_nothing_is_pushed_before_a_recovery_that_is_due():
    for phone, event in CELLS:
        after, actions = step(phone, event)
        if any(action.kind is ActionKind.PUSH for action in actions):
            assert not after.must_offer


def test_a_new_epoch_is_adopted_only_when_nothing_is_left_to_send():
    for phone, event in CELLS:
        _, actions = step(phone, event)
        if any(action.kind is ActionKind.ADOPT_EPOCH for action in actions):
            assert phone.recovering or event.epoch_changed
            tells = event.kind.name.endswith("_OK") or event.kind is EventKind.STARTED
            assert not (event.unsent if tells else phone.unsent), (phone, event)


def test_an_op_recorded_while_a_request_is_under_way_is_not_forgotten():
    pulling, _ = step(Phone(phase=Phase.IDLE, greeted=True), Event(kind=EventKind.TIMER))
    assert pulling.phase is Phase.PULLING
    dirty, actions = step(pulling, Event(kind=EventKind.RECORDED))
    assert not actions
    after, actions = step(dirty, Event(kind=EventKind.PULL_OK, unsent=True))
    assert after.phase is Phase.PUSHING
    assert [a.kind for a in actions] == [ActionKind.PUSH]


def test_waiting_doubles_up_to_a_minute_and_the_servers_word_wins():
    phone = Phone(phase=Phase.PUSHING, greeted=True, unsent=True)
    ceilings = []
    for _ in range(9):
        phone, actions = step(phone, Event(kind=EventKind.FAILED))
        ceilings.append(actions[-1].ceiling_ms)
        phone, _ = step(phone, Event(kind=EventKind.TIMER))
    assert ceilings == [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]
    assert max(ceilings) == RETRY_CEILING_MS
    _, actions = step(phone, Event(kind=EventKind.FAILED, retry_after_ms=7_000))
    assert actions == (Action(kind=ActionKind.ARM, ceiling_ms=7_000, exactly=True),)


@pytest.mark.parametrize("problem", [Problem.FORK, Problem.GAP, Problem.EPOCH])
def test_a_log_that_does_not_fit_is_offered_then_renumbered_then_pushed(problem):
    phone = Phone(phase=Phase.PUSHING, greeted=True, unsent=True)
    phone, actions = step(phone, Event(kind=EventKind.PROBLEM, problem=problem))
    assert [a.kind for a in actions] == [ActionKind.OFFER]
    phone, actions = step(phone, Event(kind=EventKind.OFFER_OK, unsent=True))
    assert [a.kind for a in actions] == [ActionKind.RENUMBER, ActionKind.PUSH]
    phone, actions = step(phone, Event(kind=EventKind.PUSH_OK))
    adopts = [ActionKind.ADOPT_EPOCH] if problem is Problem.EPOCH else []
    expected = [*adopts, ActionKind.PULL] if adopts else [ActionKind.ARM]
    assert [a.kind for a in actions] == expected


def test_a_revoked_phone_stops_and_a_new_start_may_try_again():
    phone = Phone(phase=Phase.PUSHING, greeted=True, unsent=True)
    phone, actions = step(phone, Event(kind=EventKind.PROBLEM, problem=Problem.REVOKED))
    assert (phone.phase, actions) == (Phase.STOPPED, ())
    assert step(phone, Event(kind=EventKind.TIMER)) == (phone, ())
    phone, actions = step(phone, Event(kind=EventKind.STARTED, unsent=True))
    assert [a.kind for a in actions] == [ActionKind.HELLO]


def test_a_revoked_phone_of_another_history_offers_what_it_holds_before_it_is_wiped():
    phone = Phone(phase=Phase.GREETING)
    told = Event(kind=EventKind.PROBLEM, problem=Problem.REVOKED, epoch_changed=True)
    phone, actions = step(phone, told)
    assert [a.kind for a in actions] == [ActionKind.OFFER]
    phone, actions = step(phone, Event(kind=EventKind.OFFER_OK, unsent=True, revoked=True))
    assert [a.kind for a in actions] == [ActionKind.RENUMBER, ActionKind.PUSH]
    phone, actions = step(phone, Event(kind=EventKind.PUSH_OK, revoked=True))
    assert [a.kind for a in actions] == [ActionKind.WIPE]
    assert phone.phase is Phase.STOPPED

"""The phone's sync loop as a table without I/O: what happens next after each event.

The driver owns network, store and timers. It feeds events in and carries the actions out, in order. `ARM` means: wake
me with TIMER after a random time below `ceiling_ms` (full jitter; chance is the driver's). Every request that is not
answered within the driver's time limit must come back as FAILED, so that no phase waits for ever (R12).
"""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.limits import POLL_MS, RETRY_CEILING_MS, RETRY_FIRST_MS
from sync_protocol.messages.push import Problem


class Phase(StrEnum):
    """What the phone is doing. The first two have a timer armed, the next four a request under way."""

    IDLE = "idle"
    WAITING = "waiting"
    GREETING = "greeting"
    PUSHING = "pushing"
    PULLING = "pulling"
    OFFERING = "offering"
    STOPPED = "stopped"


class EventKind(StrEnum):
    """What can happen to a phone."""

    STARTED = "started"
    RECORDED = "recorded"
    WOKEN = "woken"
    TIMER = "timer"
    HELLO_OK = "hello_ok"
    PUSH_OK = "push_ok"
    PULL_OK = "pull_ok"
    OFFER_OK = "offer_ok"
    PROBLEM = "problem"
    FAILED = "failed"


class ActionKind(StrEnum):
    """What the driver must do."""

    HELLO = "hello"
    PUSH = "push"
    PULL = "pull"
    OFFER = "offer"
    RENUMBER = "renumber"
    ADOPT_EPOCH = "adopt_epoch"
    SHRINK_BATCH = "shrink_batch"
    WIPE = "wipe"
    ARM = "arm"


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event with what the driver knows at that moment.

    `unsent`: ops without a result remain. `more`: the reply asks to go on. `away`: more than AWAY_MS have passed since
    the last contact. `epoch_changed`, `head_differs`: the answer showed another epoch, or another head of this op log.
    `revoked`: it was answered, but as one that may no longer talk.
    """

    kind: EventKind
    unsent: bool = False
    more: bool = False
    away: bool = False
    epoch_changed: bool = False
    head_differs: bool = False
    revoked: bool = False
    problem: Problem | None = None
    retry_after_ms: int = 0


class Action(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to do; `ceiling_ms` and `exactly` belong to ARM (`exactly`: the server named the time, no jitter)."""

    kind: ActionKind
    ceiling_ms: int = 0
    exactly: bool = False


class Phone(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the loop stands.

    `greeted`: a hello has been answered since start or since being away. `must_offer`: recovery has to run before
    anything is pushed. `recovering`: a new epoch waits to be adopted, which happens last (R7). `again`: something came
    in while a request was under way. `leaving`: the device was revoked; what it holds is still handed over, then wiped.
    """

    phase: Phase = Phase.IDLE
    attempt: int = 0
    unsent: bool = False
    greeted: bool = False
    must_offer: bool = False
    recovering: bool = False
    again: bool = False
    leaving: bool = False


Stepped = tuple[Phone, tuple[Action, ...]]

IN_FLIGHT = frozenset({Phase.GREETING, Phase.PUSHING, Phase.PULLING, Phase.OFFERING})


def step(phone: Phone, event: Event) -> Stepped:
    """Return the phone after `event` and what to do now, in order."""
    if phone.phase is Phase.STOPPED and event.kind is not EventKind.STARTED:
        return phone, ()
    match event.kind:
        case EventKind.STARTED:
            return _next(
                replace(phone, phase=Phase.IDLE, attempt=0, greeted=False, unsent=event.unsent)
            )
        case EventKind.RECORDED:
            return _recorded(replace(phone, unsent=True))
        case EventKind.WOKEN:
            return _woken(phone, event)
        case EventKind.TIMER:
            return (phone, ()) if phone.phase in IN_FLIGHT else _next(phone)
        case EventKind.HELLO_OK | EventKind.PUSH_OK | EventKind.PULL_OK | EventKind.OFFER_OK:
            return _answered(phone, event)
        case EventKind.PROBLEM:
            return _problem(phone, event)
        case EventKind.FAILED:
            return _failed(phone, event)


def _next(phone: Phone) -> Stepped:
    """Start the most urgent request: greet, then recover, then push, then pull."""
    phone = replace(phone, again=False)
    if phone.leaving:
        return _leave(phone)
    if not phone.greeted:
        return replace(phone, phase=Phase.GREETING), (Action(kind=ActionKind.HELLO),)
    if phone.must_offer:
        return replace(phone, phase=Phase.OFFERING), (Action(kind=ActionKind.OFFER),)
    if phone.unsent:
        return replace(phone, phase=Phase.PUSHING), (Action(kind=ActionKind.PUSH),)
    if phone.recovering:
        adopted, actions = _next(replace(phone, recovering=False))
        return adopted, (Action(kind=ActionKind.ADOPT_EPOCH), *actions)
    return replace(phone, phase=Phase.PULLING), (Action(kind=ActionKind.PULL),)


def _leave(phone: Phone) -> Stepped:
    """Hand over what is left into quarantine; nothing is pulled any more. Then wipe, and rest for good (§8)."""
    if phone.must_offer:
        return replace(phone, phase=Phase.OFFERING), (Action(kind=ActionKind.OFFER),)
    if phone.unsent:
        return replace(phone, phase=Phase.PUSHING), (Action(kind=ActionKind.PUSH),)
    return replace(phone, phase=Phase.STOPPED), (Action(kind=ActionKind.WIPE),)


def _recorded(phone: Phone) -> Stepped:
    if phone.phase in IN_FLIGHT:
        return replace(phone, again=True), ()
    if phone.phase is Phase.WAITING:
        return phone, ()  # the timer is armed already; hammering a dead network drains the battery
    return _next(phone)


def _woken(phone: Phone, event: Event) -> Stepped:
    phone = replace(phone, greeted=phone.greeted and not event.away)
    if phone.phase in IN_FLIGHT:
        return replace(phone, again=True), ()
    return _next(replace(phone, attempt=0))


_ANSWERS = {
    Phase.GREETING: EventKind.HELLO_OK,
    Phase.PUSHING: EventKind.PUSH_OK,
    Phase.PULLING: EventKind.PULL_OK,
    Phase.OFFERING: EventKind.OFFER_OK,
}


def _answered(phone: Phone, event: Event) -> Stepped:
    if _ANSWERS.get(phone.phase) is not event.kind:
        return phone, ()  # a late answer to a request already given up
    leaving = phone.leaving or event.revoked
    phone = replace(phone, attempt=0, unsent=event.unsent, leaving=leaving)
    match event.kind:
        case EventKind.HELLO_OK:
            lost = event.epoch_changed or event.head_differs
            return _next(
                replace(
                    phone,
                    greeted=True,
                    must_offer=phone.must_offer or lost,
                    recovering=phone.recovering or event.epoch_changed,
                )
            )
        case EventKind.OFFER_OK:
            after, actions = _next(replace(phone, must_offer=False))
            return after, (Action(kind=ActionKind.RENUMBER), *actions)
        case _:
            if event.retry_after_ms > 0 and phone.unsent:
                return _wait_exactly(replace(phone, phase=Phase.WAITING, again=False), event)
            if phone.unsent or phone.again or phone.recovering or phone.leaving or event.more:
                return _next(phone)
            return replace(phone, phase=Phase.IDLE), (
                Action(kind=ActionKind.ARM, ceiling_ms=POLL_MS),
            )


def _problem(phone: Phone, event: Event) -> Stepped:
    if phone.phase not in IN_FLIGHT:
        return phone, ()
    match event.problem:
        case Problem.REVOKED if phone.phase in (Phase.PUSHING, Phase.OFFERING):
            # Not even into quarantine: nothing is wiped, a person has to look at this phone.
            return replace(phone, phase=Phase.STOPPED), ()
        case Problem.REVOKED:
            # A restored server may lack what this phone still holds; nothing is wiped before that is handed over.
            lost = phone.must_offer or event.epoch_changed
            return _next(replace(phone, leaving=True, must_offer=lost))
        case Problem.EPOCH:
            return _next(replace(phone, greeted=True, must_offer=True, recovering=True))
        case Problem.FORK | Problem.GAP:
            return _next(replace(phone, must_offer=True))
        case Problem.TOO_LARGE:
            waiting, actions = _failed(phone, event)
            return waiting, (Action(kind=ActionKind.SHRINK_BATCH), *actions)
        case _:
            return _failed(phone, event)


def _wait_exactly(waiting: Phone, event: Event) -> Stepped:
    """The server named the time: no jitter, and not a moment earlier."""
    return waiting, (Action(kind=ActionKind.ARM, ceiling_ms=event.retry_after_ms, exactly=True),)


def _failed(phone: Phone, event: Event) -> Stepped:
    if phone.phase not in IN_FLIGHT:
        return phone, ()
    waiting = replace(phone, phase=Phase.WAITING, attempt=min(phone.attempt + 1, 16), again=False)
    if event.retry_after_ms > 0:
        return _wait_exactly(waiting, event)
    ceiling = min(RETRY_CEILING_MS, RETRY_FIRST_MS * 2**phone.attempt)
    return waiting, (Action(kind=ActionKind.ARM, ceiling_ms=ceiling),)

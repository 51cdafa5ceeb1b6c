"""Write the golden vectors that pytest and vitest both run: `make generate`, or `--check` to compare only.

Each file is one rule that is written in two languages. The Python side is the author; a change here that was not meant
shows as a diff of the committed JSON.
"""

import itertools
import pathlib
import sys

import msgspec

from sync_protocol.canonical import digest_base64
from sync_protocol.client_session import Event, EventKind, Phase, Phone, step
from sync_protocol.journal import forgettable
from sync_protocol.messages.push import Problem
from sync_protocol.outcomes import Result, ResultStatus
from sync_protocol.replica import is_settled
from tests.vectors.decide_cases import decide_cases

HERE = pathlib.Path(__file__).parent


def session_cases():
    """Every phase × event of the phone loop, with the flags that change its course."""
    flags = list(itertools.product((False, True), repeat=3))
    for phase, (unsent, must_offer, recovering) in itertools.product(Phase, flags):
        for greeted, again, attempt in ((True, False, 0), (True, True, 3), (False, False, 9)):
            phone = Phone(
                phase=phase,
                attempt=attempt,
                unsent=unsent,
                greeted=greeted,
                must_offer=must_offer,
                recovering=recovering,
                again=again,
            )
            for event in _events():
                after, actions = step(phone, event)
                yield {
                    "given": phone,
                    "event": event,
                    "expect": {"phone": after, "actions": actions},
                }

    for phase, unsent, must_offer in itertools.product(Phase, *[(False, True)] * 2):
        phone = Phone(phase=phase, unsent=unsent, must_offer=must_offer, greeted=True, leaving=True)
        for event in _events():
            after, actions = step(phone, event)
            yield {"given": phone, "event": event, "expect": {"phone": after, "actions": actions}}


def journal_cases():
    """How much of the journal may go: ages around every bound, with and without a backup."""
    day, now = 86_400_000, 1_795_420_800_000
    days = (31, 30.001, 29.9, 20, 14.001, 13.9, 1, 0)
    for start in range(len(days)):
        answered = [now - int(n * day) for n in days[start:]]
        for backed_up_to in (None, now, now - 15 * day, now - 25 * day):
            yield {
                "answered_at": answered,
                "now": now,
                "backed_up_to": backed_up_to,
                "expect": forgettable(answered, now, backed_up_to),
            }
    for shuffled in ((13, 31, 20), (31, 2, 31), (20, 40, 1)):
        answered = [now - n * day for n in shuffled]
        expect = forgettable(answered, now, now)
        yield {"answered_at": answered, "now": now, "backed_up_to": now, "expect": expect}


def _events():
    yield Event(kind=EventKind.STARTED, unsent=True)
    yield Event(kind=EventKind.RECORDED)
    yield Event(kind=EventKind.WOKEN)
    yield Event(kind=EventKind.WOKEN, away=True)
    yield Event(kind=EventKind.TIMER)
    yield Event(kind=EventKind.HELLO_OK, unsent=True, epoch_changed=True)
    yield Event(kind=EventKind.HELLO_OK, head_differs=True)
    yield Event(kind=EventKind.HELLO_OK)
    yield Event(kind=EventKind.PUSH_OK, unsent=True)
    yield Event(kind=EventKind.PUSH_OK, more=True)
    yield Event(kind=EventKind.PUSH_OK)
    yield Event(kind=EventKind.PUSH_OK, unsent=True, retry_after_ms=3_000)
    yield Event(kind=EventKind.PUSH_OK, unsent=True, revoked=True)
    yield Event(kind=EventKind.OFFER_OK, revoked=True)
    yield Event(kind=EventKind.PULL_OK, more=True)
    yield Event(kind=EventKind.PULL_OK)
    yield Event(kind=EventKind.OFFER_OK, unsent=True)
    yield Event(kind=EventKind.OFFER_OK)
    for problem in Problem:
        yield Event(kind=EventKind.PROBLEM, problem=problem)
    yield Event(kind=EventKind.PROBLEM, problem=Problem.REVOKED, epoch_changed=True)
    yield Event(kind=EventKind.FAILED)
    yield Event(kind=EventKind.FAILED, retry_after_ms=7_000)


def settled_cases():
    """When an op leaves the overlay."""
    for status, work, stock, desk in itertools.product(
        ResultStatus, (None, 10, 12), (None, 7), (False, True)
    ):
        versions = {"branch/lhr/work": 11, "branch/lhr/stock": 7} | ({"desk": 3} if desk else {})
        result = Result(id="op-1", status=status, versions=versions)
        cursors = {
            s: v
            for s, v in {"branch/lhr/work": work, "branch/lhr/stock": stock}.items()
            if v is not None
        }
        granted = ["branch/lhr/work", "branch/lhr/stock"]
        settled = is_settled(result, cursors, frozenset(granted))
        yield {"result": result, "cursors": cursors, "granted": granted, "expect": settled}


def link_cases():
    """The hash by which the next op names this one: over the exact text, which holds whatever people typed."""
    for note in (
        "",
        "Maghrib ke baad",
        "مغرب کے بعد",
        'tab\tquote"back\\slash',
        "line\u2028separator",
        "🚚",
    ):
        text = msgspec.json.encode(
            {"id": "op-1", "n": 1, "kind": "confirm", "body": {"order_id": "900", "note": note}}
        ).decode()
        yield {"text": text, "expect": digest_base64(text.encode())}


FILES = {
    "decide": decide_cases,
    "session": session_cases,
    "settled": settled_cases,
    "journal": journal_cases,
    "link": link_cases,
}


def render(name: str) -> str:
    """Return one file's text: one case a line, so that a diff names the case."""
    lines = ",\n".join(msgspec.json.encode(case).decode() for case in FILES[name]())
    return f"[\n{lines}\n]\n"


def main() -> int:
    stale = []
    for name in FILES:
        path, text = HERE / f"{name}.json", render(name)
        if "--check" in sys.argv:
            if not path.exists() or path.read_text() != text:
                stale.append(path.name)
        else:
            path.write_text(text)
    if stale:
        print(f"stale vectors: {', '.join(stale)}; run `make generate`")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())

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
from sync_protocol.decide.book import Book
from sync_protocol.decide.deciding import decide
from sync_protocol.ids import StaffId
from sync_protocol.messages.push import Problem
from sync_protocol.outcomes import Result, ResultStatus
from sync_protocol.project import touched_stock
from sync_protocol.replica import is_settled
from sync_protocol.shop import Role, Staff
from tests.vectors.world import (
    AMNA,
    BEFORE,
    F1,
    KARACHI,
    OPS,
    T0,
    World,
    create,
)

HERE = pathlib.Path(__file__).parent


def decide_cases():
    """State × op, with enough and with too little stock, on a live and on a cancelled order."""
    for (before, steps), (name, (kind, body)), sellable, cancelled in itertools.product(
        BEFORE.items(), OPS.items(), (5, 0), (False, True)
    ):
        if sellable == 0 and kind not in ("pack", "dispatch", "deliver", "manual_fulfillment"):
            continue
        world = World(sellable=sellable)
        for step_kind, step_body in steps:
            world.do(step_kind, step_body)
        if cancelled:
            world.news(world.reading(updated_at=T0 + 1, cancelled_at=T0 + 1))
        yield _decide_case(
            f"{name} after {before}{', cancelled' * cancelled}, {sellable} on the shelf",
            world,
            kind,
            body,
            AMNA,
        )
    yield from _special_cases()


def _special_cases():
    for role in Role:
        if role is Role.SHOPIFY:
            continue
        staff = Staff(id=StaffId("x"), name="X", role=role, branch_ids=(KARACHI,))
        for name in ("confirm", "create", "pack", "manual"):
            world = World()
            for kind, body in (
                BEFORE["pending"]
                if name == "pack"
                else BEFORE["confirmed"]
                if name == "create"
                else []
            ):
                world.do(kind, body)
            yield _decide_case(
                f"{name} at Lahore by {role.value} of Karachi", world, *OPS[name], staff
            )
    prepaid = World(cod=False)
    yield _decide_case("prepaid needs no confirmation", prepaid, *OPS["create"], AMNA)
    edited = World(units=2)
    for kind, body in BEFORE["confirmed"]:
        edited.do(kind, body)
    edited.do("create_fulfillment", create(lines=[{"order_line_id": "71", "units": 2}]))
    reading = edited.reading(units=2, updated_at=T0 + 5)
    reading["lines"][0]["current_units"] = 1  # type: ignore[index]
    edited.news(reading)
    yield _decide_case("pack of a line that was edited away", edited, "pack", F1, AMNA)
    yield _decide_case(
        "a negative count parks",
        World(),
        "pack",
        F1 | {"lines": [{"order_line_id": "71", "units": -1}]},
        AMNA,
    )
    yield _decide_case(
        "a claim that makes no sense is refused", World(), "confirm", {"order_id": 5}, AMNA
    )
    yield _decide_case("a kind of tomorrow parks", World(), "teleport", {"order_id": "900"}, AMNA)


def _decide_case(
    name: str, world: World, kind: str, body: dict[str, object], staff: Staff
) -> dict[str, object]:
    act = world.act(kind, body, staff)
    given = _book_json(world.book)
    decision = decide(world.book, act)
    world.book.apply(decision)
    told = {
        f: getattr(decision, f)
        for f in ("status", "code", "by", "at", "branch_id")
        if getattr(decision, f) is not None
    }
    return {
        "name": name,
        "given": given,
        "op": act.read.op,
        "staff": staff,
        "device_id": act.device_id,
        "now": act.now,
        "expect": told
        | {
            "orders": decision.orders,
            "fulfillments": decision.fulfillments,
            "stock": [world.book.stock_of(*pair) for pair in sorted(touched_stock(decision))],
            "opened": [d.code for d in decision.discrepancies if d.closed_at is None],
            "closed": [d.id for d in decision.discrepancies if d.closed_at is not None],
        },
    }


def _book_json(book: Book) -> dict[str, object]:
    return {
        "policy": book.policy,
        "branches": list(book.branches.values()),
        "orders": list(book.orders.values()),
        "fulfillments": list(book.fulfillments.values()),
        "stock": list(book.stock.values()),
        "open": list(book.open.values()),
    }


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
    yield Event(kind=EventKind.PULL_OK, more=True)
    yield Event(kind=EventKind.PULL_OK)
    yield Event(kind=EventKind.OFFER_OK, unsent=True)
    yield Event(kind=EventKind.OFFER_OK)
    for problem in Problem:
        yield Event(kind=EventKind.PROBLEM, problem=problem)
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

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
from sync_protocol.decide.book import Book, Recorded
from sync_protocol.decide.deciding import decide
from sync_protocol.ids import BranchId, DeviceId, OrderId, OrderLineId, StaffId, VariantId
from sync_protocol.messages.push import Problem
from sync_protocol.ops import SeenLine, ShopifyOrder, read_op
from sync_protocol.orders import Contact
from sync_protocol.outcomes import Result, ResultStatus
from sync_protocol.project import touched_stock
from sync_protocol.replica import is_settled
from sync_protocol.shop import Branch, Policy, Role, Staff
from sync_protocol.stock import Stock

HERE = pathlib.Path(__file__).parent
LAHORE, KARACHI = BranchId("lhr"), BranchId("khi")
AMNA = Staff(id=StaffId("amna"), name="Amna", role=Role.BRANCH, branch_ids=(LAHORE,))
SAAD = Staff(id=StaffId("saad"), name="Saad", role=Role.SUPERVISOR)
STORE = Staff(id=StaffId("shopify"), name="Shopify", role=Role.SHOPIFY)
PHONE = DeviceId("phone-1")
KURTA, SHOE = VariantId("501"), VariantId("502")
T0 = 1_767_225_600_000


class World:
    """A book with a clock, so that a case reads as what happened before it."""

    def __init__(self, *, sellable: int = 5, cod: bool = True, units: int = 1) -> None:
        self.now = T0
        self.serial = 0
        self.book = Book(
            policy=Policy(),
            branches={b: Branch(id=b, name=b.upper()) for b in (LAHORE, KARACHI)},
            variants=frozenset({KURTA, SHOE}),
        )
        for branch, variant in itertools.product((LAHORE, KARACHI), (KURTA, SHOE)):
            self.book.stock[branch, variant] = Stock(
                branch_id=branch, variant_id=variant, sellable=sellable
            )
        self.news(self.reading(cod=cod, units=units))

    def reading(self, **changes: object) -> dict[str, object]:
        cod, units = bool(changes.pop("cod", True)), int(str(changes.pop("units", 1)))
        lines = (
            SeenLine(
                id=OrderLineId("71"),
                variant_id=KURTA,
                title="Kurta",
                variant_title="M",
                ordered_units=units,
                current_units=units,
                unit_paisa=250_000,
            ),
            SeenLine(
                id=OrderLineId("72"),
                variant_id=SHOE,
                title="Khussa",
                variant_title="39",
                ordered_units=2,
                current_units=2,
                unit_paisa=100_000,
            ),
            SeenLine(
                id=OrderLineId("73"),
                variant_id=None,
                title="Gift wrap",
                ordered_units=1,
                current_units=1,
                unit_paisa=5_000,
                ships=False,
            ),
        )
        total = sum(line.unit_paisa * line.current_units for line in lines) + 20_000
        seen = ShopifyOrder(
            id=OrderId("900"),
            gid="gid://shopify/Order/900",
            name="#1001",
            placed_at=T0,
            updated_at=T0,
            financial_status="PENDING" if cod else "PAID",
            cod=cod,
            total_paisa=total,
            outstanding_paisa=total if cod else 0,
            contact=Contact(
                name="Ayesha Khan",
                phone="923001234567",
                phone_raw="0300-1234567",
                address="House 1, Street 2",
                city="Lahore",
            ),
            lines=lines,
        )
        return msgspec.to_builtins(seen) | changes

    def act(
        self, kind: str, body: dict[str, object], staff: Staff = AMNA, **envelope: object
    ) -> Recorded:
        self.serial += 1
        self.now += 60_000
        op = {
            "id": f"op-{self.serial}",
            "n": self.serial,
            "kind": kind,
            "v": 1,
            "by": staff.id,
            "at": self.now - 500,
            "body": body,
        }
        read = read_op(msgspec.json.encode(op | envelope))
        return Recorded(read=read, staff=staff, device_id=PHONE, now=self.now)

    def do(self, kind: str, body: dict[str, object], staff: Staff = AMNA) -> None:
        self.book.apply(decide(self.book, self.act(kind, body, staff)))

    def news(self, reading: dict[str, object]) -> None:
        self.do("shopify_order", reading, STORE)


ALL = [{"order_line_id": "71", "units": 1}, {"order_line_id": "72", "units": 2}]
ONE = [{"order_line_id": "71", "units": 1}]


def create(
    fulfillment_id: str = "f-1",
    branch: str = LAHORE,
    lines: list[dict[str, object]] = ALL,
    **more: object,
) -> dict[str, object]:
    return {
        "fulfillment_id": fulfillment_id,
        "order_id": "900",
        "branch_id": branch,
        "lines": lines,
        **more,
    }


def dispatch(
    fulfillment_id: str = "f-1", number: str | None = "77120045118", **more: object
) -> dict[str, object]:
    return {"fulfillment_id": fulfillment_id, "courier": "tcs", "tracking_number": number, **more}


F1: dict[str, object] = {"fulfillment_id": "f-1"}
BEFORE: dict[str, list[tuple[str, dict[str, object]]]] = {
    "nothing": [],
    "confirmed": [("confirm", {"order_id": "900"})],
    "pending": [("confirm", {"order_id": "900"}), ("create_fulfillment", create())],
    "partly_pending": [("confirm", {"order_id": "900"}), ("create_fulfillment", create(lines=ONE))],
    "packed": [("confirm", {"order_id": "900"}), ("create_fulfillment", create()), ("pack", F1)],
    "dispatched": [
        ("confirm", {"order_id": "900"}),
        ("create_fulfillment", create()),
        ("pack", F1),
        ("dispatch", dispatch()),
    ],
    "delivered": [
        ("confirm", {"order_id": "900"}),
        ("create_fulfillment", create()),
        ("pack", F1),
        ("dispatch", dispatch()),
        ("deliver", F1),
    ],
    "recorded": [("manual_fulfillment", create())],
    "refused": [
        ("confirm", {"order_id": "900"}),
        ("create_fulfillment", create("f-0", LAHORE)),
        ("create_fulfillment", create("f-1", LAHORE)),
    ],
    "packed_elsewhere": [
        ("confirm", {"order_id": "900"}),
        ("create_fulfillment", create("f-0", LAHORE)),
        ("create_fulfillment", create("f-1", LAHORE)),
        ("pack", {"fulfillment_id": "f-0"}),
    ],
}
OPS: dict[str, tuple[str, dict[str, object]]] = {
    "confirm": ("confirm", {"order_id": "900", "channel": "whatsapp", "note": "after Maghrib"}),
    "create": ("create_fulfillment", create("f-2")),
    "create_part": ("create_fulfillment", create("f-2", lines=ONE)),
    "create_too_much": (
        "create_fulfillment",
        create("f-2", lines=[{"order_line_id": "71", "units": 9}]),
    ),
    "create_again": ("create_fulfillment", create()),
    "create_unknown_line": (
        "create_fulfillment",
        create("f-2", lines=[{"order_line_id": "404", "units": 1}]),
    ),
    "create_elsewhere": ("create_fulfillment", create("f-2", branch=KARACHI)),
    "create_overridden": (
        "create_fulfillment",
        create("f-2", override_reason="paid at the counter"),
    ),
    "create_unstocked_line": (
        "create_fulfillment",
        create("f-2", lines=[{"order_line_id": "73", "units": 1}]),
    ),
    "pack": ("pack", F1),
    "pack_part": ("pack", F1 | {"lines": ONE}),
    "pack_more": ("pack", F1 | {"lines": [{"order_line_id": "72", "units": 3}]}),
    "unpack": ("unpack", F1 | {"reason": "wrong size"}),
    "dispatch": ("dispatch", dispatch()),
    "dispatch_other": (
        "dispatch",
        dispatch(number="LE-1", collect_paisa=123_400, notify_customer=False),
    ),
    "dispatch_untracked": ("dispatch", dispatch(number=None, no_tracking_reason="own rider")),
    "deliver": ("deliver", F1 | {"cash_paisa": 475_000}),
    "manual": ("manual_fulfillment", create("f-3")),
    "manual_again": ("manual_fulfillment", create()),
    "unknown_shipment": ("pack", {"fulfillment_id": "f-404"}),
    "unknown_order": ("confirm", {"order_id": "404"}),
}


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

"""The shop in which the vectors' cases happen, and what happens before each of them."""

import itertools
from collections import Counter

import msgspec

from sync_protocol.bodies.store_news import SeenLine, ShopifyOrder
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.deciding import decide
from sync_protocol.ids import BranchId, DeviceId, OrderId, OrderLineId, StaffId, VariantId
from sync_protocol.ledger import BRANCH_ACCOUNTS, Posting, unbalanced
from sync_protocol.orders import Contact
from sync_protocol.outcomes import ResultStatus
from sync_protocol.reading import read_op
from sync_protocol.shop import Branch, Policy, Role, Staff
from sync_protocol.stock import Stock

LAHORE, KARACHI = BranchId("lhr"), BranchId("khi")
AMNA = Staff(id=StaffId("amna"), name="Amna", role=Role.BRANCH, branch_ids=(LAHORE,))
BILAL = Staff(id=StaffId("bilal"), name="Bilal", role=Role.BRANCH, branch_ids=(KARACHI,))
NASREEN = Staff(id=StaffId("nasreen"), name="Nasreen", role=Role.RECORDER, branch_ids=(LAHORE,))
RAFIQ = Staff(id=StaffId("rafiq"), name="Rafiq", role=Role.RIDER, branch_ids=(LAHORE,))
TARIQ = Staff(id=StaffId("tariq"), name="Tariq", role=Role.RIDER, branch_ids=(LAHORE,))
OMAR = Staff(id=StaffId("omar"), name="Omar", role=Role.OPERATOR)
SAAD = Staff(id=StaffId("saad"), name="Saad", role=Role.SUPERVISOR)
STORE = Staff(id=StaffId("shopify"), name="Shopify", role=Role.SHOPIFY)
PHONE = DeviceId("phone-1")
KURTA, SHOE, SHAWL = VariantId("501"), VariantId("502"), VariantId("503")
T0 = 1_767_225_600_000
MINUTE, HOUR = 60_000, 3_600_000
Body = dict[str, object]


def seen_line(
    line: str, variant: str | None, units: int, paisa: int, title: str, **more: object
) -> SeenLine:
    told: Body = {"ordered_units": units, "current_units": units, "unit_paisa": paisa} | more
    return SeenLine(id=OrderLineId(line), variant_id=variant, title=title, **told)  # type: ignore[arg-type]


def reading(
    *,
    cod: bool = True,
    units: int = 1,
    shawl: int = 0,
    shawl_paisa: int = 300_000,
    current: dict[str, int] | None = None,
    fulfilled: dict[str, int] | None = None,
    **changes: object,
) -> Body:
    """One look at order 900: `units` kurtas, two shoes, gift wrap, and `shawl` shawls that were not there at first."""
    lines = [
        seen_line("71", KURTA, units, 250_000, "Kurta", variant_title="M"),
        seen_line("72", SHOE, 2, 100_000, "Khussa", variant_title="39"),
        seen_line("73", None, 1, 5_000, "Gift wrap", ships=False),
    ]
    if shawl:
        lines.append(seen_line("74", SHAWL, shawl, shawl_paisa, "Shawl"))
    lines = [
        msgspec.structs.replace(
            line,
            current_units=(current or {}).get(line.id, line.current_units),
            fulfilled_units=(fulfilled or {}).get(line.id, 0),
        )
        for line in lines
    ]
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
            name="Ayesha",
            phone="923001234567",
            phone_raw="0300-1234567",
            address="Street 2",
            city="Lahore",
        ),
        lines=tuple(lines),
    )
    return msgspec.to_builtins(seen) | changes


class World:
    """A book with a clock and the ledger that its decisions wrote, so that a case reads as what happened before it."""

    def __init__(
        self, *, sellable: int = 5, cod: bool = True, units: int = 1, policy: Policy | None = None
    ) -> None:
        self.now = T0
        self.serial = 0
        self.cod, self.units = cod, units
        people = (AMNA, BILAL, NASREEN, RAFIQ, TARIQ, OMAR, SAAD)
        self.book = Book(
            policy=policy or Policy(),
            branches={b: Branch(id=b, name=b.upper()) for b in (LAHORE, KARACHI)},
            people={p.id: p for p in people},
            variants=frozenset({KURTA, SHOE, SHAWL}),
        )
        for branch, variant in itertools.product((LAHORE, KARACHI), (KURTA, SHOE, SHAWL)):
            self.book.stock[branch, variant] = Stock(
                branch_id=branch, variant_id=variant, sellable=sellable
            )
        self.units_at: Counter[tuple[str, str, str]] = Counter()
        self.cash: Counter[str] = Counter()
        self.postings: list[Posting] = []
        self.news(self.reading())

    def reading(self, **changes: object) -> Body:
        return reading(**({"cod": self.cod, "units": self.units} | changes))  # type: ignore[arg-type]

    def act(self, kind: str, body: Body, staff: Staff = AMNA, **envelope: object) -> Recorded:
        self.serial += 1
        self.now += MINUTE
        op: Body = {
            "id": f"op-{self.serial}",
            "n": self.serial,
            "kind": kind,
            "v": 1,
            "by": staff.id,
            "at": self.now - 500,
            "body": body,
        }
        device = DeviceId(str(envelope.pop("device", PHONE)))
        read = read_op(msgspec.json.encode(op | envelope))
        return Recorded(read=read, staff=staff, device_id=device, now=self.now)  # type: ignore[arg-type]

    def do(
        self,
        kind: str,
        body: Body,
        staff: Staff = AMNA,
        *,
        decider=decide,
        **envelope: object,
    ) -> Decision:
        """Record one op, check what must hold of every decision, and let the book have it."""
        act = self.act(kind, body, staff, **envelope)
        before = self.snapshot()
        decision: Decision = decider(self.book, act)
        assert self.snapshot() == before, "deciding changed the book"
        if decision.status in (ResultStatus.PARKED, ResultStatus.NOOP):
            assert decision.postings == decision.fulfillments == decision.runs == ()
        self.postings += decision.postings
        for posting in decision.postings:
            assert not unbalanced(posting.legs)
            assert sum(leg.paisa for leg in posting.cash) == 0
            for leg in posting.legs:
                place = posting.branch_id if leg.account in BRANCH_ACCOUNTS else ""
                self.units_at[place, leg.account, leg.variant_id] += leg.units
            for pay in posting.cash:
                self.cash[pay.account] += pay.paisa
        self.book.apply(decision)
        return decision

    def snapshot(self) -> tuple[object, ...]:
        """Everything that an op may change; all values are frozen, so that copies of the dicts will do."""
        book = self.book
        dicts = (book.orders, book.fulfillments, book.stock, book.runs, book.transfers, book.open)
        return tuple(dict(d) for d in dicts)  # type: ignore[call-overload]

    def news(self, seen: Body) -> Decision:
        return self.do("shopify_order", seen, STORE)

    def steps(self, *steps: tuple[object, ...]) -> "World":
        for kind, body, *who in steps:
            self.do(str(kind), body, *who)  # type: ignore[arg-type]
        return self

    @property
    def order(self):
        return self.book.orders[OrderId("900")]

    def parcel(self, name: str = "f-1"):
        return self.book.fulfillments[name]  # type: ignore[index]

    def sellable(self, branch: str = LAHORE, variant: str = KURTA) -> int:
        return self.book.stock_of(branch, variant).sellable  # type: ignore[arg-type]

    def open_codes(self) -> list[str]:
        return sorted(d.code.value for d in self.book.open.values())

    def open_id(self, code: str) -> str:
        return next(d.id for d in self.book.open.values() if d.code == code)

    def resolve(self, code: str, outcome: str, staff: Staff = SAAD, **more: object) -> Decision:
        body: Body = {"discrepancy_id": self.open_id(code), "outcome": outcome}
        return self.do("resolve", body | more, staff)


def units(line: str, count: int) -> list[Body]:
    return [{"order_line_id": line, "units": count}]


ONE, TWO = units("71", 1), units("72", 2)
ALL = ONE + TWO


def create(
    fulfillment_id: str = "f-1", branch: str = LAHORE, lines: list[Body] = ALL, **more: object
) -> Body:
    named: Body = {"fulfillment_id": fulfillment_id, "order_id": "900", "branch_id": branch}
    return named | {"lines": lines} | more


def dispatch(
    fulfillment_id: str = "f-1", number: str | None = "77120045118", **more: object
) -> Body:
    return {"fulfillment_id": fulfillment_id, "courier": "tcs", "tracking_number": number, **more}


def came(line: str, count: int, disposition: str = "sellable", **more: object) -> Body:
    return {"order_line_id": line, "units": count, "disposition": disposition, **more}


def receive(
    *lines: Body, branch: str = LAHORE, parcel: str = "f-1", name: str = "r-1", **more: object
) -> Body:
    named: Body = {"return_id": name, "fulfillment_id": parcel, "branch_id": branch}
    return named | {"lines": list(lines) or [came("71", 1), came("72", 2)]} | more


F1: Body = {"fulfillment_id": "f-1"}
R1: Body = F1 | {"return_id": "r-1"}
FULFILLED = {"71": 1, "72": 2}


def in_store(
    gid: str = "gid://shopify/Fulfillment/1", lines: dict[str, int] | None = None, **more: object
) -> Body:
    """A fulfillment that was made in the store's own admin."""
    seen: Body = {"gid": gid, "live": True, "at": T0, "courier": "TCS", "tracking_number": "S-1"}
    counts = (lines or FULFILLED).items()
    return seen | {"lines": [{"order_line_id": i, "units": n} for i, n in counts]} | more


def store_fulfilled(lines: dict[str, int] | None = None, at: int = T0 + 1, **more: object) -> Body:
    """A reading in which goods have left in the store."""
    told: Body = {"fulfillments": [in_store(lines=lines)], "updated_at": at}
    return reading(fulfilled=lines or FULFILLED, **(told | more))  # type: ignore[arg-type]


def swapped(at: int = T0 + 9, **more: object) -> Body:
    """A reading in which the kurta was edited into a shawl."""
    told: Body = {"updated_at": at, "current": {"71": 0}, "shawl": 1}
    return reading(**(told | more))  # type: ignore[arg-type]


RUN: Body = {"run_id": "run-1"}
NEW_RUN = RUN | {"branch_id": LAHORE, "rider_id": "rafiq"}
CONFIRMED = [("confirm", {"order_id": "900"})]
PENDING = [*CONFIRMED, ("create_fulfillment", create())]
PACKED = [*PENDING, ("pack", F1)]
DISPATCHED = [*PACKED, ("dispatch", dispatch())]
DELIVERED = [*DISPATCHED, ("deliver", F1)]
RETURNING = [*DISPATCHED, ("initiate_return", R1)]
ON_A_RUN = [
    *PACKED,
    ("create_run", NEW_RUN),
    ("load_parcel", RUN | F1),
]
BEFORE: dict[str, list[tuple[object, ...]]] = {
    "nothing": [],
    "confirmed": CONFIRMED,
    "pending": PENDING,
    "partly_pending": [*CONFIRMED, ("create_fulfillment", create(lines=ONE))],
    "packed": PACKED,
    "dispatched": DISPATCHED,
    "delivered": DELIVERED,
    "recorded": [("manual_fulfillment", create())],
    "refused": [
        *CONFIRMED,
        ("create_fulfillment", create("f-0", LAHORE)),
        ("create_fulfillment", create("f-1", LAHORE)),
    ],
    "packed_elsewhere": [
        *CONFIRMED,
        ("create_fulfillment", create("f-0", LAHORE)),
        ("create_fulfillment", create("f-1", LAHORE)),
        ("pack", {"fulfillment_id": "f-0"}),
    ],
    "cancelled": [*PENDING, ("cancel_fulfillment", F1)],
    "returning": RETURNING,
    "partly_returned": [*RETURNING, ("return_receive", receive(came("72", 1)))],
    "returned": [*RETURNING, ("return_receive", receive())],
    "partly_delivered": [*DISPATCHED, ("deliver", F1 | {"lines": ONE, "cash_paisa": 270_000})],
    "lost": [*DISPATCHED, ("mark_lost", F1, SAAD)],
    "voided": [("manual_fulfillment", create()), ("void_fulfillment", F1)],
    "synced": [
        ("shopify_order", store_fulfilled(), STORE),
        ("branch_sync", create(), SAAD),
    ],
    "on_a_run": ON_A_RUN,
    "rider_out": [*ON_A_RUN, ("start_run", RUN)],
}
OPS: dict[str, tuple[str, Body]] = {
    "confirm": ("confirm", {"order_id": "900", "channel": "whatsapp", "note": "after Maghrib"}),
    "no_answer": ("call_attempt", {"order_id": "900", "outcome": "no_answer"}),
    "create": ("create_fulfillment", create("f-2")),
    "create_part": ("create_fulfillment", create("f-2", lines=ONE)),
    "create_too_much": ("create_fulfillment", create("f-2", lines=units("71", 9))),
    "create_again": ("create_fulfillment", create()),
    "create_unknown_line": ("create_fulfillment", create("f-2", lines=units("404", 1))),
    "create_elsewhere": ("create_fulfillment", create("f-2", branch=KARACHI)),
    "create_overridden": (
        "create_fulfillment",
        create("f-2", override_reason="paid at the counter"),
    ),
    "create_unstocked_line": ("create_fulfillment", create("f-2", lines=units("73", 1))),
    "cancel": ("cancel_fulfillment", F1 | {"reason": "out of stock"}),
    "pack": ("pack", F1),
    "pack_part": ("pack", F1 | {"lines": ONE}),
    "pack_more": ("pack", F1 | {"lines": units("72", 3)}),
    "unpack": ("unpack", F1 | {"reason": "wrong size"}),
    "dispatch": ("dispatch", dispatch()),
    "dispatch_other": (
        "dispatch",
        dispatch(number="LE-1", collect_paisa=123_400, notify_customer=False),
    ),
    "dispatch_untracked": ("dispatch", dispatch(number=None, no_tracking_reason="own rider")),
    "attempt": ("attempt_failed", F1 | {"outcome": "not_home", "note": "gate locked"}),
    "deliver": ("deliver", F1 | {"cash_paisa": 475_000}),
    "deliver_part": ("deliver", F1 | {"lines": ONE, "cash_paisa": 270_000}),
    "deliver_unsaid": ("deliver", F1),
    "manual": ("manual_fulfillment", create("f-3")),
    "manual_again": ("manual_fulfillment", create()),
    "unknown_shipment": ("pack", {"fulfillment_id": "f-404"}),
    "unknown_order": ("confirm", {"order_id": "404"}),
}

"""A shop in which anything may happen: random steps become ops of several people, devices and branches.

A step is a kind and a few small numbers; which shipment, line or discrepancy they mean is found when the step is taken,
so that a history can be shrunk and still makes sense.
"""

import itertools

import msgspec

from sync_protocol.bodies.store_news import (
    SeenAgreement,
    SeenLine,
    SeenReturn,
    SeenReturnLine,
    SeenSale,
    ShopifyOrder,
)
from sync_protocol.decide.book import Book, Decision, Moved, Recorded
from sync_protocol.decide.settling import decide_on_server
from sync_protocol.ids import BranchId, DeviceId, OrderId, OrderLineId, StaffId, VariantId
from sync_protocol.ledger import SELLABLE
from sync_protocol.ops import OpKind
from sync_protocol.orders import Contact, LineCount, StoreFulfillment
from sync_protocol.reading import read_op
from sync_protocol.shop import Branch, ConfirmRequired, Policy, Role, Staff

BRANCHES = [BranchId("lhr"), BranchId("khi")]
VARIANTS = [VariantId("v1"), VariantId("v2")]
ORDERS = [OrderId("o1"), OrderId("o2")]
PARCELS = ["f1", "f2", "f3", "f4"]
STORE = Staff(id=StaffId("shopify"), name="Shopify", role=Role.SHOPIFY)
SAAD = Staff(id=StaffId("saad"), name="Saad", role=Role.SUPERVISOR)
IMRAN = Staff(id=StaffId("imran"), name="Imran", role=Role.RIDER, branch_ids=(BRANCHES[0],))
PEOPLE = [
    Staff(id=StaffId("amna"), name="Amna", role=Role.BRANCH, branch_ids=(BRANCHES[0],)),
    Staff(id=StaffId("bilal"), name="Bilal", role=Role.BRANCH, branch_ids=(BRANCHES[1],)),
    SAAD,
    Staff(id=StaffId("nasreen"), name="Nasreen", role=Role.RECORDER, branch_ids=(BRANCHES[0],)),
    IMRAN,
    *[SAAD] * 5,
]
NEWS = (
    OpKind.SHOPIFY_ORDER,
    OpKind.SHOPIFY_OUTCOME,
    OpKind.STORE_CONTACT,
    OpKind.TIME_PASSED,
)
STEP_MS = 60_000


def line_ids(order: str) -> list[OrderLineId]:
    return [OrderLineId(f"{order}-l{i}") for i in (1, 2, 3)]


class Choices:
    """The small numbers of a step, taken one after the other."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        self._numbers = itertools.cycle(numbers)

    def of(self, things):
        things = list(things)
        return things[next(self._numbers) % len(things)] if things else None

    def units(self, most: int = 3) -> int:
        return next(self._numbers) % most + 1


class HistoryWorld:
    """A book, the clock, and how a step becomes an op."""

    def __init__(self, bodies: dict) -> None:
        self.bodies = bodies
        self.recorded = lambda act, decision: None
        self.now = 1_000_000
        self.count = 0
        self.versions = dict.fromkeys(BRANCHES, 0)
        self.moves: dict[tuple[str, str], list[Moved]] = {}
        self.readings: dict[str, int] = dict.fromkeys(ORDERS, 0)
        self.agreements: dict[str, list[SeenAgreement]] = {order: [] for order in ORDERS}
        self.current = {order: [2, 2, 0] for order in ORDERS}
        self.book = Book(
            # The gate of S09 has its own cases; here it would stop nearly every history.
            policy=Policy(
                confirm_required=ConfirmRequired.NONE,
                exchange_fee_paisa=5,
                tell_shopify_delivered=True,
                tell_shopify_packed=True,
                tell_shopify_confirmed=True,
                tell_shopify_paid=True,
                tell_shopify_stock=True,
            ),
            branches={b: Branch(id=b, name=b, location_gid=f"gid/{b}") for b in BRANCHES},
            people={s.id: s for s in PEOPLE},
            variants=frozenset(VARIANTS),
        )

    def act(self, kind: str, body: dict, staff: Staff) -> Recorded:
        self.count += 1
        self.now += STEP_MS
        op = {
            "id": f"op{self.count}",
            "n": self.count,
            "kind": kind,
            "by": staff.id,
            "at": self.now,
            # Whoever counts is not so sure of the minute, so that others' work may fall on either side.
            "clock": [0, 70_000 if kind == "count" else 1_000],
            "body": body,
        }
        read = read_op(msgspec.json.encode(op))
        return Recorded(read=read, staff=staff, device_id=DeviceId(staff.id), now=self.now)

    def record(self, kind: str, body: dict, staff: Staff) -> tuple[Recorded, Decision]:
        """Decide an op and make it part of the book."""
        act = self.act(kind, body, staff)
        self.book.history = {place: tuple(moves) for place, moves in self.moves.items()}
        decision = decide_on_server(self.book, act)
        self.book.apply(decision)
        self.recorded(act, decision)
        for posting in decision.postings:
            self.versions[posting.branch_id] += 1
            for leg in posting.legs:
                if leg.account == SELLABLE:
                    moved = Moved(
                        version=self.versions[posting.branch_id],
                        device_id=act.device_id,
                        at=self.now,
                        within_ms=1_000,
                        units=leg.units,
                    )
                    self.moves.setdefault((posting.branch_id, leg.variant_id), []).append(moved)
        return act, decision

    def begin(self) -> None:
        """Let two orders come in and the shelves be counted."""
        for order in ORDERS:
            self.record("shopify_order", self.reading(order, Choices((0,)), edits=False), STORE)
        for branch in BRANCHES:
            lines = [{"variant_id": v, "units": 4} for v in VARIANTS]
            self.record("opening_stock", {"branch_id": branch, "lines": lines}, SAAD)
        for run, branch in zip(("run1", "run2"), BRANCHES, strict=True):
            planned = {"run_id": run, "branch_id": branch, "rider_id": IMRAN.id}
            self.record("create_run", planned, SAAD)
        one = [{"order_line_id": line_ids(ORDERS[0])[0], "units": 1}]
        first = {"fulfillment_id": "f1", "order_id": ORDERS[0], "branch_id": BRANCHES[0]}
        self.record("create_fulfillment", first | {"lines": one}, SAAD)

    def step(self, kind: OpKind, numbers: tuple[int, ...]) -> tuple[Recorded, Decision] | None:
        """Take one step; None where nothing in this shop could be meant by it."""
        choose = Choices(numbers)
        staff = self.staff_for(kind, choose)
        body = self.bodies[kind](self, choose)
        return None if body is None else self.record(kind.value, body, staff)

    def staff_for(self, kind: OpKind, choose: Choices) -> Staff:
        return STORE if kind in NEWS else choose.of(PEOPLE)

    def reading(self, order: str, choose: Choices, *, edits: bool = True) -> dict:
        """Let the store show an order: edited, fulfilled, returned or cancelled there meanwhile."""
        self.readings[order] += 1
        at = self.readings[order]
        if edits and choose.units(3) == 1:
            self._edit(order, choose)
        fulfilled = choose.units(4) - 1 if edits else 0
        cancelled = edits and choose.units(9) == 1
        return msgspec.to_builtins(self._seen(order, at, fulfilled, choose, cancelled=cancelled))

    def _edit(self, order: str, choose: Choices) -> None:
        """Take a unit off one line and put it on another, or only one of both."""
        units = self.current[order]
        off, on = choose.of(range(3)), choose.of(range(3))
        sales = []
        if units[off] > 0:
            units[off] -= 1
            sales.append(SeenSale(order_line_id=line_ids(order)[off], units=-1, paisa=-100))
        if choose.units(2) == 1 and units[on] < 3:
            units[on] += 1
            sales.append(SeenSale(order_line_id=line_ids(order)[on], units=1, paisa=130))
        told = SeenAgreement(
            id=f"{order}-a{len(self.agreements[order])}", happened_at=self.now, sales=tuple(sales)
        )
        self.agreements[order].append(told)

    def _seen(
        self, order: str, at: int, fulfilled: int, choose: Choices, *, cancelled: bool
    ) -> ShopifyOrder:
        lines = line_ids(order)
        units = self.current[order]
        total = 100 * sum(units)
        back = choose.units(5) == 1 and at > 1
        return ShopifyOrder(
            id=OrderId(order),
            gid=f"gid://shopify/Order/{order}",
            name=f"#{order}",
            placed_at=1,
            updated_at=at if choose.units(6) > 1 else max(1, at - 2),
            cancelled_at=at if cancelled else None,
            financial_status="pending",
            cod=True,
            total_paisa=total,
            outstanding_paisa=total,
            contact=Contact(
                name="Ayesha", phone="923001234567", address=choose.of([None, "House 1", "House 2"])
            ),
            lines=tuple(
                SeenLine(
                    id=line,
                    variant_id=VARIANTS[place % 2],
                    title="Kurta",
                    ordered_units=max(count, 2 if place < 2 else 0),
                    current_units=count,
                    unit_paisa=100,
                    fulfilled_units=min(fulfilled, 2) if place == 0 else 0,
                )
                for place, (line, count) in enumerate(zip(lines, units, strict=True))
            ),
            fulfillments=(
                StoreFulfillment(
                    gid=f"gid://shopify/Fulfillment/{order}",
                    live=fulfilled > 0,
                    at=self.now,
                    courier="TCS",
                    tracking_number="T1",
                    lines=(LineCount(order_line_id=lines[0], units=min(fulfilled, 2)),),
                ),
            )
            if fulfilled or at > 3
            else (),
            agreements=tuple(self.agreements[order]),
            returns=(
                SeenReturn(
                    gid=f"gid://shopify/Return/{order}",
                    open=choose.units(2) == 1,
                    lines=(SeenReturnLine(order_line_id=lines[1], units=1),),
                ),
            )
            if back
            else (),
        )

    def lines_of(self, order: str, choose: Choices) -> list[dict]:
        first = choose.of(range(3))
        wanted = dict.fromkeys([first, choose.of(range(3))])
        return [{"order_line_id": line_ids(order)[i], "units": choose.units()} for i in wanted]

"""The shop in which the vectors' cases happen, and what happens before each of them."""

import itertools

import msgspec

from sync_protocol.decide.book import Book, Recorded
from sync_protocol.decide.deciding import decide
from sync_protocol.ids import BranchId, DeviceId, OrderId, OrderLineId, StaffId, VariantId
from sync_protocol.ops import SeenLine, ShopifyOrder
from sync_protocol.orders import Contact
from sync_protocol.reading import read_op
from sync_protocol.shop import Branch, Policy, Role, Staff
from sync_protocol.stock import Stock

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

"""What a phone has and shows."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.decide.book import Recorded
from sync_protocol.decide.deciding import decide
from sync_protocol.fulfillments import FulfillmentState
from sync_protocol.ids import BranchId, DeviceId, OrderId, RowKey, StaffId, StreamName, VariantId
from sync_protocol.messages.pull import Patch
from sync_protocol.orders import Confirmation, ConfirmationState, Contact, Order, OrderLine
from sync_protocol.project import order_rows, streams_of_order
from sync_protocol.reading import read_op
from sync_protocol.replica import Replica, book_of, encode_body, view
from sync_protocol.shop import Branch, Policy, Role, Staff
from sync_protocol.stock import Stock

STREAM = StreamName("branch/lhr/work")
LAHORE = BranchId("lhr")
AMNA = Staff(id=StaffId("amna"), name="Amna", role=Role.BRANCH, branch_ids=(LAHORE,))
PHONE = DeviceId("d1")
ORDER = Order(
    id=OrderId("9"),
    name="#1001",
    shopify_gid="gid://shopify/Order/9",
    placed_at=1,
    contact=Contact(name="Ayesha"),
    confirmation=Confirmation(state=ConfirmationState.PENDING),
    lines=(
        OrderLine(
            id="9-1",
            variant_id=VariantId("v"),
            title="Kurta",
            ordered_units=1,
            current_units=1,
            unit_paisa=100,
        ),
    ),
)


def patch(after: int, upto: int, rows: dict[str, object], stream: str = STREAM) -> Patch:
    numbered = enumerate(rows.items(), start=after + 1)
    return Patch(
        stream=StreamName(stream),
        from_version=after,
        to_version=upto,
        rows=tuple((RowKey(k), v, msgspec.Raw(msgspec.json.encode(b))) for v, (k, b) in numbered),
    )


def phone() -> Replica:
    replica = Replica()
    stock = Stock(branch_id=LAHORE, variant_id=VariantId("v"), sellable=3)
    branch = Branch(id=LAHORE, name="Lahore")
    replica.apply(patch(0, 2, {"policy/shop": Policy(), "branch/lhr": branch}, "shop"))
    replica.apply(patch(0, 1, {"order/9": ORDER}, "inbox"))
    replica.apply(patch(0, 1, {"stock/v": stock}, "branch/lhr/stock"))
    return replica


def recorded(n: int, kind: str, body: dict[str, object]):
    return read_op(
        msgspec.json.encode(
            {"id": f"op{n}", "n": n, "kind": kind, "by": "amna", "at": n, "body": body}
        )
    )


LINES = [{"order_line_id": "9-1", "units": 1}]
WORK = (
    recorded(1, "confirm", {"order_id": "9"}),
    recorded(
        2,
        "create_fulfillment",
        {"fulfillment_id": "f", "order_id": "9", "branch_id": "lhr", "lines": LINES},
    ),
    recorded(3, "pack", {"fulfillment_id": "f"}),
)


def test_what_the_phone_shows_is_base_plus_its_own_unsent_work():
    replica = phone()
    shown = view(replica, WORK, AMNA, PHONE)
    assert shown.fulfillments["f"].state is FulfillmentState.PACKED
    assert shown.stock_of(LAHORE, VariantId("v")).sellable == 2
    base = book_of(replica)
    assert (base.orders["9"], base.fulfillments) == (ORDER, {})


def test_a_pull_never_erases_unsent_work():
    replica = phone()
    later = msgspec.structs.replace(ORDER, note="call before", rev=7)
    assert replica.apply(patch(1, 2, {"order/9": later}, "inbox"))
    shown = view(replica, WORK, AMNA, PHONE)
    assert shown.orders["9"].note == "call before"
    assert shown.fulfillments["f"].state is FulfillmentState.PACKED


def test_a_patch_that_does_not_continue_is_refused_whole():
    replica = phone()
    before = (dict(replica.cursors), {k: dict(v) for k, v in replica.rows.items()})
    assert not replica.apply(patch(5, 6, {"order/9": None}, "inbox"))
    assert not replica.apply(patch(0, 1, {"order/9": None}, "inbox"))
    assert (replica.cursors, replica.rows) == before


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=12), st.data())
def test_any_page_sizes_give_the_same_replica(writes, data):
    """A stream keeps only the latest row per key; a pull cut anywhere and resumed ends at the same rows."""
    feed: dict[str, tuple[int, object]] = {}
    for version, (key, present) in enumerate(writes, start=1):
        feed.pop(key, None)
        feed[key] = (version, {"v": version} if present else None)
    replica, cursor = Replica(), 0
    while cursor < len(writes):
        rest = [(k, v, b) for k, (v, b) in feed.items() if v > cursor]
        page = rest[: data.draw(st.integers(1, 3))]
        upto = page[-1][1] if len(page) < len(rest) else len(writes)
        rows = tuple((RowKey(k), v, msgspec.Raw(msgspec.json.encode(b))) for k, v, b in page)
        assert replica.apply(Patch(stream=STREAM, from_version=cursor, to_version=upto, rows=rows))
        cursor = upto
    held = {k: version for k, (version, _) in replica.rows.get(STREAM, {}).items()}
    assert held == {k: v for k, (v, b) in feed.items() if b is not None}


def test_of_an_order_in_two_streams_the_later_revision_is_shown():
    replica = phone()
    newer = msgspec.structs.replace(ORDER, note="newer", rev=5)
    replica.apply(patch(0, 1, {"order/9": newer}))
    assert book_of(replica).orders["9"].note == "newer"
    replica.drop(STREAM)
    assert book_of(replica).orders["9"] == ORDER


def test_the_same_variant_at_two_branches_is_two_stocks():
    replica = phone()
    other = Stock(branch_id=BranchId("khi"), variant_id=VariantId("v"), sellable=8)
    replica.apply(patch(0, 1, {"stock/v": other}, "branch/khi/stock"))
    stock = book_of(replica).stock
    assert {key: held.sellable for key, held in stock.items()} == {
        (LAHORE, "v"): 3,
        ("khi", "v"): 8,
    }


def test_rows_of_tomorrow_are_kept_and_ignored():
    replica = phone()
    assert replica.apply(patch(0, 1, {"hologram/1": {"x": 1}}))
    assert "hologram/1" in replica.rows[STREAM]
    book_of(replica)


def test_an_order_moves_between_streams_in_one_step():
    book = book_of(phone())
    assert streams_of_order(ORDER) == {"inbox"}
    for read in WORK[:2]:
        book.apply(decide(book, Recorded(read=read, staff=AMNA, device_id=PHONE, now=1)))
    rows = order_rows(ORDER, book.orders["9"])
    assert [(row.stream, row.body is None) for row in rows] == [
        ("branch/lhr/work", False),
        ("inbox", True),
    ]
    assert bytes(encode_body(None)) == b"null"

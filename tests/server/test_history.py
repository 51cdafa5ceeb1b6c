"""What happened can be told: of an order, a variant, a branch, a person; and what a branch held at any moment."""

import pytest

from tests.server.books import balances
from tests.server.retail import KARACHI, KURTA, LAHORE, SHOE, Retail

LINE = [{"order_line_id": "9000", "units": 1}]


async def told(device, **asked: object) -> list[dict]:
    answer = await device.post("/desk/history", asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["events"]


@pytest.fixture
async def worked(retail: Retail) -> Retail:
    """One order packed by Amna and unpacked by Saad, who says why; Bilal receives goods in Karachi."""
    await retail.order("900", units=(1,))
    amna, saad = await retail.device("amna"), await retail.device("saad")
    made = {"fulfillment_id": "f1", "order_id": "900", "branch_id": LAHORE, "lines": LINE}
    await amna.do("create_fulfillment", made)
    retail.server.clock.pass_ms(60_000)
    await amna.do("pack", {"fulfillment_id": "f1"}, at=12_345)
    retail.server.clock.pass_ms(60_000)
    await saad.do("unpack", {"fulfillment_id": "f1", "reason": "wrong size in the bag"})
    bilal = await retail.device("bilal")
    lines = [{"variant_id": SHOE, "units": 4}]
    await bilal.do("receive_stock", {"branch_id": KARACHI, "lines": lines, "reference": "INV-7"})
    return retail


async def test_an_orders_history_names_person_device_both_times_before_after_and_why(worked):
    saad = await worked.device("saad")
    events = await told(saad, thing="order/900")
    assert [e["kind"] for e in events] == [
        "unpack",
        "pack",
        "create_fulfillment",
        "shopify_order",
    ]
    unpacked, packed = events[0], events[1]
    assert (unpacked["by"], unpacked["why"]) == ("saad", "wrong size in the bag")
    assert packed["by"] == "amna"
    assert packed["at"] == 12_345
    assert packed["recorded_at"] > 12_345
    assert packed["device_id"]
    changes = {(c["thing"], c["field"]): (c["before"], c["after"]) for c in packed["changes"]}
    assert changes["fulfillment/f1", "state"] == ("pending", "packed")
    assert changes[f"stock/{LAHORE}/{KURTA}", "sellable"] == ("10", "9")
    shelf = next(m for m in packed["movements"] if m["account"] == "sellable")
    assert (shelf["before"], shelf["units"], shelf["after"]) == (10, -1, 9)
    out = next(m for m in packed["movements"] if m["account"] == "out/9000")
    assert (out["before"], out["after"]) == (0, 1)


async def test_a_variants_a_branchs_and_a_persons_history_hold_what_they_touched(worked):
    saad = await worked.device("saad")
    kinds = [e["kind"] for e in await told(saad, thing=f"variant/{SHOE}")]
    assert kinds == ["receive_stock", "opening_stock", "opening_stock"]
    assert "receive_stock" not in [e["kind"] for e in await told(saad, thing=f"branch/{LAHORE}")]
    karachi = await told(saad, thing=f"branch/{KARACHI}")
    assert [e["kind"] for e in karachi] == ["receive_stock", "opening_stock"]
    assert karachi[0]["why"] == "INV-7"
    mine = await told(saad, staff_id="amna")
    assert [e["kind"] for e in mine] == ["pack", "create_fulfillment"]
    both = await told(saad, staff_id="amna", thing="order/900")
    assert [e["op_id"] for e in both] == [e["op_id"] for e in mine]


async def test_a_long_history_comes_in_pages_without_a_gap_or_a_double(worked):
    saad = await worked.device("saad")
    whole = [e["op_id"] for e in await told(saad, thing="order/900")]
    paged: list[str] = []
    before = None
    while True:
        answer = await saad.post(
            "/desk/history", {"thing": "order/900", "most": 1, "before": before}
        )
        page = answer.json()
        paged += [e["op_id"] for e in page["events"]]
        before = page["before"]
        if before is None:
            break
    assert paged == whole


async def test_what_was_refused_parked_or_flagged_is_history_too(worked):
    amna, saad = await worked.device("amna"), await worked.device("saad")
    made = {"fulfillment_id": "f1", "order_id": "900", "branch_id": LAHORE, "lines": LINE}
    await amna.do("create_fulfillment", made)
    await amna.do("dispatch", {"fulfillment_id": "f1", "courier": "tcs"})
    await amna.do("pack", {"fulfillment_id": "f9"})
    events = await told(saad, thing="order/900")
    assert [(e["kind"], e["status"], e["code"]) for e in events[:2]] == [
        ("dispatch", "flagged", "implied_pack"),
        ("create_fulfillment", "refused", "already_exists"),
    ]
    assert (await told(saad, thing="fulfillment/f9"))[0]["code"] == "unknown_reference"


async def test_a_changed_phone_is_named_in_a_history_but_not_repeated(worked):
    amna, saad = await worked.device("amna"), await worked.device("saad")
    await amna.do("edit_contact", {"order_id": "900", "phone": "0321 7654321"})
    answer = await saad.post("/desk/history", {"thing": "order/900", "most": 1})
    (event,) = answer.json()["events"]
    assert {c["field"] for c in event["changes"]} == {"phone"}
    assert "7654321" not in answer.text


@pytest.mark.parametrize("person", ["hira", "amna", "nasreen", "imran", "maryam", "usman"])
async def test_who_is_not_head_office_sees_only_their_own_doings(worked, person):
    device = await worked.device(person)
    events = await told(device, thing="order/900")
    assert {e["by"] for e in events} <= {person}
    other = await device.post("/desk/history", {"staff_id": "saad"})
    assert other.status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        {"thing": "order"},
        {"thing": 5},
        {"most": 0},
        {"most": 10_000},
        {"before": [1]},
        {"before": ["a", "b"]},
        {"nonsense": 1},
        {"thing": "order/\x00"},
        [],
    ],
)
async def test_a_question_that_makes_no_sense_is_answered_400(worked, asked):
    saad = await worked.device("saad")
    assert (await saad.post("/desk/history", asked)).status_code == 400


async def test_nothing_of_another_shop_is_told(worked):
    other = Retail(worked.server, "beta")
    await other.set_up()
    zainab = await other.device("zainab")
    assert await told(zainab, thing="order/900") == []
    answer = await zainab.post("/desk/stock-at", {"branch_id": LAHORE, "at": 2**50})
    assert {row["sellable"] for row in answer.json()["stock"]} == {10}


async def test_the_stock_of_a_branch_can_be_read_at_any_past_moment(worked):
    saad = await worked.device("saad")
    events = await told(saad, thing="order/900")
    packed = next(e for e in events if e["kind"] == "pack")["recorded_at"]

    async def kurtas(at: int) -> int:
        answer = await saad.post("/desk/stock-at", {"branch_id": LAHORE, "at": at})
        held = {row["variant_id"]: row["sellable"] for row in answer.json()["stock"]}
        return held.get(KURTA, 0)

    assert await kurtas(0) == 0
    assert await kurtas(packed - 1) == 10
    assert await kurtas(packed) == 9
    assert await kurtas(2**50) == 10
    now = await balances(worked)
    assert now[LAHORE, "sellable", KURTA] == 10


@pytest.mark.parametrize(
    ("person", "status"),
    [("zainab", 200), ("hira", 200), ("amna", 200), ("bilal", 403), ("imran", 403), ("usman", 403)],
)
async def test_a_branchs_stock_is_told_to_head_office_and_to_the_branch(worked, person, status):
    device = await worked.device(person)
    answer = await device.post("/desk/stock-at", {"branch_id": LAHORE, "at": 1})
    assert answer.status_code == status

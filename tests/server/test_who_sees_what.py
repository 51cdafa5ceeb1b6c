"""A device is given its own streams and nothing else: not another branch's, not another shop's."""

import msgspec
import pytest

from sync_protocol.permissions import streams_for
from sync_protocol.shop import Branch, Policy, Role
from tests.server.retail import KARACHI, LAHORE, PEOPLE, Retail

SHIP_LAHORE = {"fulfillment_id": "lahores", "order_id": "900", "branch_id": "lhr"}
SHIP_KARACHI = {"fulfillment_id": "karachis", "order_id": "901", "branch_id": "khi"}


@pytest.fixture
async def two_branches(retail: Retail) -> Retail:
    """Work at both branches, an order that nobody has, and something for the desk."""
    for number in ("900", "901", "902"):
        await retail.order(number)
    hira = await retail.device("hira")
    for body in (SHIP_LAHORE, SHIP_KARACHI):
        lines = [{"order_line_id": body["order_id"] + "0", "units": 1}]
        await hira.do("create_fulfillment", body | {"lines": lines})
        await hira.do("pack", {"fulfillment_id": body["fulfillment_id"]})
        await hira.do("pack", {"fulfillment_id": body["fulfillment_id"]})
    return retail


async def everything(device) -> dict[str, dict[str, object]]:
    """Pull from the beginning to the end; return rows by stream and key."""
    rows: dict[str, dict[str, object]] = {}
    cursors: dict[str, int] = {}
    while True:
        told = await device.pull(cursors=cursors)
        for patch in told["patches"]:
            rows.setdefault(patch["stream"], {}).update({k: b for k, _, b in patch["rows"]})
            cursors[patch["stream"]] = patch["to"]
        if not told["more"]:
            return rows


@pytest.mark.parametrize("person", PEOPLE)
async def test_each_role_is_given_exactly_its_streams(two_branches, person):
    role, branches = PEOPLE[person]
    device = await two_branches.device(person)
    told = await device.pull()
    seen = await everything(device)
    assert set(seen) <= set(told["streams"])
    named = tuple(Branch(id=b, name=b) for b in (KARACHI, LAHORE))
    staff = two_branches.people[person]
    assert tuple(told["streams"]) == streams_for(staff, device.id, named, Policy())
    sees_all = role in (Role.OWNER, Role.SUPERVISOR, Role.OPERATOR)
    keys = {key for rows in seen.values() for key in rows}
    assert ("fulfillment/lahores" in keys) == (
        sees_all or (role in (Role.BRANCH, Role.RECORDER) and LAHORE in branches)
    )
    assert ("fulfillment/karachis" in keys) == (
        sees_all or (role is Role.BRANCH and KARACHI in branches)
    )
    assert any(key.startswith("discrepancy/") for key in keys) == sees_all
    assert any(key.startswith("variant/") for key in keys) == (role is not Role.RIDER)
    assert ("order/902" in keys) == (role not in (Role.RIDER, Role.VIEWER))
    stocks = {s for s in seen if s.endswith("/stock")}
    reach = [LAHORE, KARACHI] if sees_all else branches
    expected = {f"branch/{b}/stock" for b in reach} if role is not Role.RIDER else set()
    assert stocks == expected
    assert set(told["ledger"]) == {name.split("/")[1] for name in stocks}


async def test_asking_for_a_stream_by_name_does_not_open_it(two_branches):
    bilal = await two_branches.device("bilal")
    names = ["branch/lhr/work", "branch/lhr/stock", "desk", "device/shopify", "rider/imran"]
    told = await bilal.pull(cursors=dict.fromkeys(names, 0))
    ridden = await bilal.post(
        "/sync/push", bilal.body([], pull={"cursors": dict.fromkeys(names, 0)})
    )
    for answer in (told, ridden.json()["pull"]):
        assert not {p["stream"] for p in answer["patches"]} & set(names)
        assert not set(answer["streams"]) & set(names)
        assert "lahores" not in str(answer["patches"])


async def test_the_inbox_closes_to_branches_when_the_shop_says_so(server):
    shop = Retail(server, "shy")
    await shop.set_up(Policy(branch_sees_inbox=False))
    await shop.order("900")
    for person, sees in (("amna", False), ("maryam", True), ("saad", True)):
        device = await shop.device(person)
        seen = await everything(device)
        assert any("order/900" in rows for rows in seen.values()) is sees, person


async def test_two_shops_with_the_same_ids_never_meet(server, two_branches):
    rival = Retail(server, "rival")
    await rival.set_up(units=3)
    await rival.order("900", name="#rival", note="their secret")
    assert two_branches.id != rival.id
    theirs, ours = await rival.device("zainab"), await two_branches.device("zainab")
    await theirs.do("confirm", {"order_id": "900", "note": "theirs alone"}, id="same-op-id")
    mine = str(await everything(ours))
    assert "their secret" not in mine
    assert "theirs alone" not in mine
    seen = await everything(theirs)
    assert "lahores" not in str(seen)
    assert "fulfillment/lahores" not in str(seen)
    assert {r["sellable"] for r in seen["branch/lhr/stock"].values()} == {3}
    offered = (await ours.post("/sync/offer", {"ids": ["same-op-id"]})).json()
    assert (offered["missing"], offered["results"]) == (["same-op-id"], [])


async def test_results_go_to_the_device_that_recorded_and_to_no_other(two_branches):
    amna, asma = await two_branches.device("amna"), await two_branches.device("asma")
    await amna.do("confirm", {"order_id": "902"})
    assert [r["id"] for r in (await amna.pull())["results"]] == [amna.results[0]["id"]]
    assert (await asma.pull())["results"] == []


async def test_a_new_right_adds_a_stream_from_its_beginning_and_a_lost_one_takes_its_rows_away(
    two_branches,
):
    held = await two_branches.phone("amna")
    await held.phone.sync()
    assert "khi" not in {b for b, _ in held.phone.rows().stock}
    async with two_branches.server.database.connection() as connection:
        await connection.execute("UPDATE staff SET branch_ids = '{khi}' WHERE id = 'amna'")
    await held.phone.sync()
    rows = held.phone.rows()
    assert {b for b, _ in rows.stock} == {"khi"}
    assert set(rows.fulfillments) == {"karachis"}


@pytest.mark.parametrize("person", ["nasreen", "imran", "maryam", "usman", "bilal"])
async def test_what_a_role_may_not_do_is_parked_and_not_lost(two_branches, person):
    device = await two_branches.device(person)
    result = await device.do("unpack", {"fulfillment_id": "lahores"})
    assert (result["status"], result["code"]) == ("parked", "authority")
    async with two_branches.server.database.connection() as connection:
        sent = await connection.fetchval("SELECT sent FROM op WHERE id = $1", result["id"])
    assert msgspec.json.decode(sent)["body"] == {"fulfillment_id": "lahores"}

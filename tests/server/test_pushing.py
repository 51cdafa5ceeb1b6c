"""Ops go up: each takes effect once, whatever the network and the phone do."""

import asyncio
import gzip

import msgspec

from tests.phone.network import Fault
from tests.server.books import balances, read, rows_of
from tests.server.retail import KURTA, LAHORE, Device

CREATE = {
    "fulfillment_id": "f1",
    "order_id": "900",
    "branch_id": LAHORE,
    "lines": [{"order_line_id": "9000", "units": 1}],
}


async def test_a_phone_confirms_packs_and_sends_with_no_network_and_the_books_follow(retail):
    await retail.order(cod=True)
    held = await retail.phone("amna")
    await held.phone.sync()
    held.network.cut()
    ops = [
        held.phone.record("confirm", {"order_id": "900"}),
        held.phone.record("create_fulfillment", CREATE),
        held.phone.record("pack", {"fulfillment_id": "f1"}),
        held.phone.record("dispatch", {"fulfillment_id": "f1", "courier": "tcs"}),
    ]
    assert held.phone.look().fulfillments["f1"].state == "dispatched"
    assert held.phone.look().stock_of(LAHORE, KURTA).sellable == 9
    held = held.restarted()
    held.network.mend()
    await held.phone.sync()
    assert [held.phone.result(op).status for op in ops] == ["applied"] * 4
    assert held.phone.rows().fulfillments["f1"].state == "dispatched"
    assert list(held.phone.memory.overlay()) == []
    assert (await balances(retail))["lhr", "sellable", KURTA] == 9


async def test_pushing_the_same_ops_again_gives_the_same_bytes_and_moves_nothing(retail):
    await retail.order()
    device = await retail.device("amna")
    device.add("create_fulfillment", CREATE)
    device.add("pack", {"fulfillment_id": "f1"})
    device.add("pack", {"fulfillment_id": "nobody-knows"})
    device.add("create_fulfillment", CREATE)
    body = device.body()
    first = await device.post("/sync/push", body)
    before = await read(retail)
    second = await device.post("/sync/push", body)
    assert (
        msgspec.json.decode(first.content, type=dict[str, msgspec.Raw])["results"]
        == (msgspec.json.decode(second.content, type=dict[str, msgspec.Raw])["results"])
    )
    assert await read(retail) == before


async def test_a_lost_reply_does_not_deduct_a_second_time(retail):
    await retail.order()
    held = await retail.phone("amna")
    await held.phone.sync()
    held.phone.record("create_fulfillment", CREATE)
    pack = held.phone.record("pack", {"fulfillment_id": "f1"})
    held.network.coming.extend([Fault.LOSE_REPLY, Fault.REPEAT_AND_LOSE_REPLY])
    assert await held.phone.sync() == "waiting"
    assert held.phone.result(pack) is None
    await held.phone.sync()
    await held.phone.sync()
    assert held.phone.result(pack).status == "applied"
    assert (await balances(retail))["lhr", "sellable", KURTA] == 9


async def test_the_same_id_with_another_body_is_kept_for_a_person_and_never_carried_out(retail):
    await retail.order()
    await retail.order("901")
    device, other = await retail.device("amna"), await retail.device("asma")
    await device.do("create_fulfillment", CREATE, id="one")
    stranger = {**CREATE, "order_id": "901", "lines": [{"order_line_id": "9010", "units": 1}]}
    result = await other.do("create_fulfillment", stranger | {"fulfillment_id": "f2"}, id="one")
    assert (result["status"], result["code"]) == ("parked", "id_reuse")
    assert await rows_of(retail, "SELECT FROM fulfillment WHERE id = 'f2'") == []
    (found,) = await rows_of(retail, "SELECT code FROM discrepancy")
    assert found["code"] == "id_reuse"
    body = other.body([other.op("create_fulfillment", stranger, id="one", n=1, prev=None)])
    again = [(await other.post("/sync/push", body)).json() for _ in range(2)]
    assert again[0]["results"] == again[1]["results"]
    assert (await device.do("pack", {"fulfillment_id": "f1"}))["status"] == "applied"


async def test_an_op_that_another_device_sent_under_the_same_id_and_body_is_the_same_op(retail):
    await retail.order()
    first, second = await retail.device("amna"), await retail.device("amna")
    results = [await d.do("create_fulfillment", CREATE, id="same") for d in (first, second)]
    assert results[0] == results[1]
    assert results[0]["status"] == "applied"


async def test_another_op_at_a_taken_number_is_a_fork_and_nothing_is_taken(retail):
    await retail.order()
    device = await retail.device("amna")
    await device.do("create_fulfillment", CREATE)
    before = await read(retail)
    answer = await device.post(
        "/sync/push", device.body([device.op("pack", {"fulfillment_id": "f1"}, n=1)])
    )
    assert (answer.status_code, answer.json()["problem"]) == (409, "fork")
    assert answer.json()["device"]["n"] == 1
    assert await read(retail) == before


async def test_a_prev_that_does_not_link_is_a_fork(retail):
    await retail.order()
    device = await retail.device("amna")
    await device.do("create_fulfillment", CREATE)
    forged = device.op("pack", {"fulfillment_id": "f1"}, prev="forged")
    answer = await device.post("/sync/push", device.body([forged]))
    assert (answer.status_code, answer.json()["problem"]) == (409, "fork")


async def test_a_skipped_number_is_a_gap_and_nothing_of_the_push_is_taken(retail):
    await retail.order()
    device = await retail.device("amna")
    ops = [
        device.op("create_fulfillment", CREATE),
        device.op("pack", {"fulfillment_id": "f1"}, n=3),
    ]
    answer = await device.post("/sync/push", device.body(ops))
    assert (answer.status_code, answer.json()["problem"]) == (409, "gap")
    assert await rows_of(retail, "SELECT FROM fulfillment") == []


async def test_a_phone_of_another_epoch_is_told_which_holds_and_nothing_is_taken(retail):
    device = await retail.device("amna")
    answer = await device.post(
        "/sync/push", device.body([device.op("confirm", {"order_id": "900"})], epoch="another")
    )
    assert (answer.status_code, answer.json()["problem"]) == (409, "epoch")
    assert answer.json()["epoch"] == answer.headers["rawana-epoch"]
    assert await rows_of(retail, "SELECT FROM op WHERE device_id = $1", device.id) == []


async def test_a_parked_op_holds_up_only_its_own_devices_later_work_on_that_thing(retail):
    await retail.order("900")
    await retail.order("901")
    device, other = await retail.device("amna"), await retail.device("asma")
    device.add("weigh", {"order_id": "900", "grams": 12})
    device.add("create_fulfillment", CREATE)
    device.add("confirm", {"order_id": "901"}, deps=[])
    results = await device.push()
    assert [(r["status"], r.get("code")) for r in results] == [
        ("parked", "unknown_kind"),
        ("parked", "waits_for_parked"),
        ("applied", None),
    ]
    waiting = await device.do("confirm", {"order_id": "901"}, deps=[results[1]["id"]])
    assert (waiting["status"], waiting["code"]) == ("parked", "waits_for_parked")
    assert (await other.do("create_fulfillment", CREATE))["status"] == "applied"


async def test_what_can_never_become_valid_holds_up_nothing(retail):
    await retail.order()
    device = await retail.device("amna")
    await device.do("create_fulfillment", CREATE)
    device.add("pack", {"fulfillment_id": "f1", "lines": "all of them"})
    device.add("pack", {"fulfillment_id": "f1"})
    results = await device.push()
    assert [(r["status"], r.get("code")) for r in results] == [
        ("parked", "invalid"),
        ("applied", None),
    ]


async def test_a_hundred_ops_go_in_one_push_and_a_hundred_and_one_do_not(retail):
    device = await retail.device("amna")
    hundred = [device.op("confirm", {"order_id": str(n)}) for n in range(100)]
    more = device.op("confirm", {"order_id": "x"})
    answer = await device.post("/sync/push", device.body([*hundred, more]))
    assert (answer.status_code, answer.json()["problem"]) == (413, "too_large")
    answer = await device.post("/sync/push", device.body(hundred))
    assert len(answer.json()["results"]) == 100


async def test_a_push_above_256_kib_is_too_large_however_it_is_packed(retail):
    device = await retail.device("amna")
    ops = [device.op("confirm", {"order_id": "900", "note": "x" * 15_000}) for _ in range(18)]
    body = device.body(ops)
    assert len(body) > 262_144
    plain = await device.post("/sync/push", body)
    packed = await device.post("/sync/push", gzip.compress(body), Content_Encoding="gzip")
    assert [(a.status_code, a.json()["problem"]) for a in (plain, packed)] == [
        (413, "too_large")
    ] * 2
    assert await rows_of(retail, "SELECT FROM op WHERE device_id = $1", device.id) == []


async def test_a_phone_whose_push_is_too_large_sends_smaller_ones(retail):
    for number in range(30):
        await retail.order(f"9{number:02}")
    held = await retail.phone("amna")
    await held.phone.sync()
    ops = [
        held.phone.record("confirm", {"order_id": f"9{n:02}", "note": "x" * 1_900})
        for n in range(30)
    ]
    before = len(held.network.sent)
    await held.phone.sync()
    pushes = [path for path, _ in held.network.sent[before:] if path == "/sync/push"]
    assert [held.phone.result(op).status for op in ops] == ["applied"] * 30
    assert pushes == ["/sync/push"]


async def test_two_pushes_of_one_phone_at_once_take_each_op_once(retail):
    await retail.order()
    device = await retail.device("amna")
    body = device.body(
        [device.op("create_fulfillment", CREATE), device.op("pack", {"fulfillment_id": "f1"})]
    )
    answers = await asyncio.gather(*(device.post("/sync/push", body) for _ in range(6)))
    assert {a.status_code for a in answers} == {200}
    assert len({str(a.json()["results"]) for a in answers}) == 1
    assert (await balances(retail))["lhr", "sellable", KURTA] == 9


async def test_what_somebody_elses_device_records_in_my_name_is_parked(retail):
    await retail.order()
    device = await retail.device("amna")
    result = await device.do("confirm", {"order_id": "900"}, by="saad")
    assert (result["status"], result["code"]) == ("parked", "authority")


async def test_a_fork_is_healed_by_offering_and_sending_what_the_server_lacks(retail):
    """A phone restored from an old copy of itself records other things under the same numbers."""
    for number in ("900", "901", "902"):
        await retail.order(number)
    held = await retail.phone("amna")
    await held.phone.sync()
    copy = held.phone.memory.saved()
    first = held.phone.record("confirm", {"order_id": "900"})
    await held.phone.sync()
    held = held.restored(copy)
    second = held.phone.record("confirm", {"order_id": "901"})
    third = held.phone.record("confirm", {"order_id": "902"})
    assert await held.phone.sync() == "idle"
    assert [held.phone.result(op).status for op in (second, third)] == ["applied"] * 2
    assert [op.id for op in held.phone.memory.ops] == [second, third]
    ids = {row["id"] for row in await rows_of(retail, "SELECT id FROM op WHERE kind = 'confirm'")}
    assert {first, second, third} <= ids
    assert {o.confirmation.state for o in held.phone.rows().orders.values()} == {"confirmed"}


async def test_a_clone_and_its_twin_pushing_the_same_ops_at_once_both_get_the_one_answer(retail):
    for number in range(900, 910):
        await retail.order(str(number))
    twin = await retail.device("amna")
    clone = Device(retail.server, twin.id, twin.token, "amna")
    for number in range(900, 910):
        made = {
            "fulfillment_id": f"f{number}",
            "order_id": str(number),
            "branch_id": LAHORE,
            "lines": [{"order_line_id": f"{number}0", "units": 1}],
        }
        bodies = []
        for phone, life in ((twin, f"t{number}"), (clone, f"c{number}")):
            phone.incarnation, phone.n = life, 0
            pack = {"fulfillment_id": f"f{number}"}
            ops = [
                phone.op("create_fulfillment", made, id=f"c{number}", prev=None),
                phone.op("pack", pack, id=f"p{number}", prev=None),
            ]
            bodies.append(phone.body(ops))
        answers = await asyncio.gather(
            twin.post("/sync/push", bodies[0]), clone.post("/sync/push", bodies[1])
        )
        assert [a.status_code for a in answers] == [200, 200], [a.text for a in answers]
        assert answers[0].json()["results"] == answers[1].json()["results"]
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 0


async def test_a_phone_cannot_take_the_name_of_an_op_of_the_servers_own(retail):
    device = await retail.device("amna")
    taken = device.op("confirm", {"order_id": "x"}, id="shopify/900-0123")
    answer = (await device.post("/sync/push", device.body([taken]))).json()
    (result,) = answer["results"]
    assert (result["status"], result["code"]) == ("parked", "unreadable")
    assert result["id"].startswith("unreadable-")

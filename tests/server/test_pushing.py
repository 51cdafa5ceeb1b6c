"""Ops go up: each takes effect once, whatever the network and the phone do."""

import asyncio

import msgspec

from tests.phone.network import Fault
from tests.server.books import balances, read
from tests.server.retail import KURTA, LAHORE

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

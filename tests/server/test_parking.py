"""What was parked is never lost: a supervisor, an update or the missing order lets it go, in the order of recording."""

import msgspec
import pytest

from server.intake.replaying import replay_what_may_go
from sync_protocol import ops
from tests.phone.network import Fault
from tests.server.books import balances, findings, rows_of
from tests.server.retail import KURTA, LAHORE, Retail


def manual(order: str = "900", number: str = "m1", units: int = 1) -> dict:
    return {
        "fulfillment_id": number,
        "order_id": order,
        "branch_id": LAHORE,
        "lines": [{"order_line_id": f"{order}0", "units": units}],
    }


def statuses(held) -> list[str]:
    return [f"{op.answer.status} {op.answer.code or ''}".strip() for op in held.phone.memory.ops]


async def desk_rows(retail: Retail, kind: str) -> list[dict]:
    saad = await retail.phone("saad")
    await saad.phone.sync()
    rows = saad.phone.memory.replica.rows.get("desk", {})
    return [msgspec.json.decode(b) for key, (_, b) in sorted(rows.items()) if key.startswith(kind)]


async def replay(retail: Retail, *ids: str, kind: str = "replay", **more) -> str:
    saad = await retail.phone("saad")
    await saad.phone.sync()
    op = saad.phone.record(kind, {"op_ids": list(ids)} | more)
    await saad.phone.sync()
    return saad.phone.result(op).status.value


async def left_and_waiting(retail: Retail):
    """A recorder's order was not here when she wrote down what went out, and three steps wait behind it."""
    held = await retail.phone("amna")
    await held.phone.sync()
    held.phone.record("manual_fulfillment", manual())
    held.phone.record("deliver", {"fulfillment_id": "m1"})
    held.phone.record("edit_contact", {"order_id": "900", "name": "Ayesha"})
    await held.phone.sync()
    assert statuses(held) == [
        "parked unknown_reference",
        "parked waits_for_parked",
        "parked waits_for_parked",
    ]
    return held


async def test_what_waited_for_an_order_goes_by_itself_once_the_order_is_here(retail):
    held = await left_and_waiting(retail)
    shown = await desk_rows(retail, "parked/")
    assert [row["code"] for row in shown] == [
        "unknown_reference",
        "waits_for_parked",
        "waits_for_parked",
    ]
    assert shown[0]["refs"] == ["order/900", "fulfillment/m1"]
    await retail.order("900")
    server = retail.server
    assert await replay_what_may_go(server.database, server.live, server.clock) > 0
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 9
    assert await desk_rows(retail, "parked/") == []
    await held.phone.sync()
    assert statuses(held) == ["applied", "applied", "applied"]
    assert held.phone.rows().fulfillments["m1"].state == "delivered"
    assert await replay_what_may_go(server.database, server.live, server.clock) == 0
    assert await findings(retail) == []


async def test_a_kind_of_tomorrow_is_carried_out_by_the_version_that_knows_it(retail, monkeypatch):
    await retail.order("900")
    held = await retail.phone("amna")
    await held.phone.sync()
    with monkeypatch.context() as yesterday:
        yesterday.delitem(ops._RULES_BY_NAME, "manual_fulfillment")
        held.phone.record("manual_fulfillment", manual())
        await held.phone.sync()
    assert statuses(held) == ["parked unknown_kind"]
    server = retail.server
    await replay_what_may_go(server.database, server.live, server.clock)
    await held.phone.sync()
    assert statuses(held) == ["applied"]
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 9


async def test_a_supervisor_vouches_for_what_another_branch_recorded(retail):
    await retail.order("900")
    held = await retail.phone("bilal")
    await held.phone.sync()
    op = held.phone.record("manual_fulfillment", manual())
    await held.phone.sync()
    assert statuses(held) == ["parked authority"]
    assert await replay(retail, op) == "applied"
    await held.phone.sync()
    assert statuses(held) == ["applied"]
    (entry,) = await rows_of(
        retail, "SELECT by_staff, device_id FROM ledger_entry WHERE op_id = $1", op
    )
    assert (entry["by_staff"], entry["device_id"]) == ("bilal", held.phone.memory.device_id)
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 9
    assert await replay(retail, op) == "noop"
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 9


async def test_what_a_supervisor_vouched_for_stays_vouched_for_while_it_waits_for_something_else(
    retail,
):
    held = await retail.phone("bilal")
    await held.phone.sync()
    op = held.phone.record("manual_fulfillment", manual())
    await held.phone.sync()
    assert await replay(retail, op) == "applied"
    await held.phone.sync()
    assert statuses(held) == ["parked unknown_reference"], "its order is not here yet"
    await retail.order("900")
    server = retail.server
    await replay_what_may_go(server.database, server.live, server.clock)
    await held.phone.sync()
    assert statuses(held) == ["applied"]


async def test_branch_staff_may_not_vouch_for_anybody(retail):
    await retail.order("900")
    held, asma = await retail.phone("bilal"), await retail.phone("asma")
    op = held.phone.record("manual_fulfillment", manual())
    await held.phone.sync()
    asked = asma.phone.record("replay", {"op_ids": [op]})
    await asma.phone.sync()
    assert asma.phone.result(asked).code == "authority"
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 10


async def test_the_chain_behind_a_head_is_replayed_in_the_order_of_recording(retail):
    """The head alone is named; what waits for it follows, and what waits for something else stays."""
    for number in ("900", "901"):
        await retail.order(number)
    held = await retail.phone("bilal")
    await held.phone.sync()
    head = held.phone.record("manual_fulfillment", manual("900", "m1"))
    held.phone.record("manual_fulfillment", manual("901", "m2"))
    held.phone.record("deliver", {"fulfillment_id": "m2"})
    held.phone.record("edit_contact", {"order_id": "900", "name": "Ayesha"})
    await held.phone.sync()
    assert await replay(retail, head) == "applied"
    await held.phone.sync()
    assert statuses(held) == [
        "applied",
        "parked authority",
        "parked waits_for_parked",
        "applied",
    ]


async def test_what_is_dismissed_stays_to_be_read_and_holds_up_nothing(retail):
    await retail.order("900")
    held = await retail.phone("bilal")
    await held.phone.sync()
    op = held.phone.record("manual_fulfillment", manual())
    held.phone.record("edit_contact", {"order_id": "900", "name": "Ayesha"})
    await held.phone.sync()
    assert await replay(retail, op, kind="dismiss", reason="typed for the wrong order") == "applied"
    await held.phone.sync()
    assert statuses(held) == ["parked dismissed", "applied"]
    assert held.phone.result(op).detail == "typed for the wrong order"
    assert await desk_rows(retail, "parked/") == []
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 10
    (kept,) = await rows_of(retail, "SELECT sent, decided_by FROM op WHERE id = $1", op)
    assert b"manual_fulfillment" in kept["sent"]
    assert kept["decided_by"]


async def test_a_replayed_op_answers_its_author_the_new_way_whichever_way_it_asks(retail):
    await retail.order("900")
    held = await retail.phone("bilal")
    await held.phone.sync()
    op = held.phone.record("manual_fulfillment", manual())
    held.network.coming.append(Fault.LOSE_REPLY)
    await held.phone.sync()
    assert await replay(retail, op) == "applied"
    await held.phone.sync()
    assert statuses(held) == ["applied"]


async def test_a_revoked_phone_hands_over_what_it_held_is_wiped_and_moves_nothing(retail):
    await retail.order("900")
    held = await retail.phone("amna")
    await held.phone.sync()
    held.network.cut()
    ids = [held.phone.record("manual_fulfillment", manual(number=f"m{n}")) for n in (1, 2)]
    saad = await retail.device("saad")
    told = await saad.post("/desk/revoke-device", {"device_id": held.phone.memory.device_id})
    assert told.status_code == 200
    held.network.mend()
    held.network.coming.append(Fault.LOSE_REPLY)
    assert await held.phone.sync() == "waiting"
    assert await held.phone.sync() == "stopped"
    assert held.phone.memory.ops == []
    assert held.phone.memory.replica.rows == {}
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 10
    shown = await desk_rows(retail, "parked/")
    assert [(row["id"], row["code"]) for row in shown] == [(i, "revoked") for i in sorted(ids)]
    assert await replay(retail, *ids) == "applied"
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 9
    assert await findings(retail) == []


@pytest.mark.parametrize("path", ["hello", "pull", "push", "offer"])
async def test_a_revoked_device_is_told_the_epoch_and_no_data(retail, path):
    await retail.order("900")
    device = await retail.device("amna")
    saad = await retail.device("saad")
    await saad.post("/desk/revoke-device", {"device_id": device.id})
    answer = await device.post(f"/sync/{path}", {"pull": {"cursors": {}}} if path == "push" else {})
    told = answer.json()
    assert (answer.status_code, told["problem"]) == (401, "revoked")
    assert told["epoch"] == answer.headers["rawana-epoch"]
    assert not {"pull", "patches", "streams", "ledger"} & set(told)


async def test_locking_out_is_for_supervisors_and_for_devices_of_their_own_shop(retail):
    other = Retail(retail.server, "other")
    await other.set_up()
    theirs, amna = await other.device("amna"), await retail.device("amna")
    saad = await retail.device("saad")
    told = await saad.post("/desk/revoke-device", {"device_id": theirs.id})
    assert told.status_code == 404
    told = await amna.post("/desk/revoke-device", {"device_id": saad.id})
    assert told.status_code == 403
    for device in (theirs, saad, amna):
        assert (await device.post("/sync/pull", {})).status_code == 200


async def test_an_op_under_a_name_of_the_servers_own_is_dismissed_under_the_name_it_was_given(
    retail,
):
    device = await retail.device("amna")
    kept = await device.do("receive_stock", {"branch_id": LAHORE, "lines": []}, id="shopify/1")
    assert (kept["status"], kept["code"]) == ("parked", "unreadable")
    assert await replay(retail, kept["id"], kind="dismiss", reason="not ours") == "applied"
    (row,) = await rows_of(retail, f"SELECT result FROM op WHERE id = '{kept['id']}'")
    told = msgspec.json.decode(row["result"])
    assert (told["id"], told["code"]) == (kept["id"], "dismissed")
    assert await rows_of(retail, "SELECT id FROM op WHERE id = 'shopify/1'") == []

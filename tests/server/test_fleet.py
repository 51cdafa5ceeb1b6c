"""The fleet board, the journal's watermark, phones' files, and what phones witnessed."""

import msgspec

from server.beside import Beside, DeviceRevoked, OpsTaken, taken
from tests.server.books import balances, findings, read, rows_of
from tests.server.retail import KURTA, LAHORE, Retail
from tests.server.test_parking import desk_rows, manual


async def board(retail: Retail, device_id: str) -> dict:
    return next(row for row in await desk_rows(retail, "device/") if row["id"] == device_id)


async def test_the_board_tells_of_each_phone_when_it_last_spoke_and_what_it_held(retail):
    held = await retail.phone("amna")
    await held.phone.sync()
    shown = await board(retail, held.phone.memory.device_id)
    assert (shown["staff_id"], shown["app"]) == ("amna", "reference-phone")
    assert shown["last_seen_at"] is not None
    assert "unsent" not in shown
    device = await retail.device("asma")
    await device.post("/sync/hello", {"health": {"unsent": 41, "oldest_at": 5}})
    shown = await board(retail, device.id)
    assert (shown["unsent"], shown["oldest_unsent_at"]) == (41, 5)


async def test_a_wiped_phone_stays_on_the_board_with_what_it_held_and_who_came_after_it(retail):
    lost = await retail.device("amna")
    await lost.post("/sync/hello", {"health": {"unsent": 7, "oldest_at": 5}})
    retail.server.clock.pass_ms(60_000)
    fresh = await retail.device("amna")
    await fresh.post("/sync/hello", {})
    shown = await board(retail, lost.id)
    assert (shown["unsent"], shown["replaced_by"]) == (7, fresh.id)


async def test_that_a_phone_is_still_there_is_told_at_most_once_a_minute(retail):
    device = await retail.device("amna")

    async def version() -> int:
        (row,) = await rows_of(retail, "SELECT version FROM stream WHERE name = 'desk'")
        return row["version"]

    await device.post("/sync/hello", {})
    before = await version()
    for _ in range(5):
        await device.post("/sync/push", device.body([]))
    assert await version() == before
    retail.server.clock.pass_ms(60_000)
    await device.post("/sync/push", device.body([]))
    assert await version() == before + 1


async def exported(held) -> dict:
    return {
        "rawana_outbox": 1,
        "shop": "acme",
        "device_id": held.phone.memory.device_id,
        "incarnation": held.phone.memory.incarnation,
        "made_at": 1,
        "ops": [op.text.decode() for op in held.phone.memory.unsent()],
    }


async def test_a_phones_file_is_taken_in_once_and_the_phone_itself_may_still_come(retail):
    await retail.order("900")
    held = await retail.phone("amna")
    await held.phone.sync()
    held.network.cut()
    ids = [
        held.phone.record("manual_fulfillment", manual()),
        held.phone.record("deliver", {"fulfillment_id": "m1"}),
    ]
    file = await exported(held)
    saad = await retail.device("saad")
    told = await saad.post("/desk/import-ops", file)
    assert [(r["id"], r["status"]) for r in told.json()["results"]] == [(i, "applied") for i in ids]
    before = await read(retail)
    again = await saad.post("/desk/import-ops", file)
    assert again.json() == told.json()
    assert await read(retail) == before
    held.network.mend()
    late = held.phone.record("edit_contact", {"order_id": "900", "name": "Ayesha"})
    assert await held.phone.sync() == "idle"
    assert [op.answer.status for op in held.phone.memory.ops] == ["applied"] * 3
    assert held.phone.result(late).status == "applied"
    (entry,) = await rows_of(retail, "SELECT by_staff FROM ledger_entry WHERE op_id = $1", ids[0])
    assert entry["by_staff"] == "amna"
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 9
    assert await findings(retail) == []


async def test_the_file_of_a_phone_that_was_logged_out_or_locked_out_takes_effect(retail):
    await retail.order("900")
    held = await retail.phone("amna")
    held.phone.record("manual_fulfillment", manual())
    file = await exported(held)
    await retail.server.post("/auth/logout", {}, held.token)
    saad = await retail.device("saad")
    told = await saad.post("/desk/import-ops", file)
    assert [r["status"] for r in told.json()["results"]] == ["applied"]


async def test_a_file_is_not_taken_from_strangers_nor_by_branch_staff(retail):
    other = Retail(retail.server, "other")
    await other.set_up()
    theirs, mine = await other.phone("amna"), await retail.phone("amna")
    for held in (theirs, mine):
        held.phone.record("confirm", {"order_id": "900"})
    saad, amna = await retail.device("saad"), await retail.device("amna")
    assert (await saad.post("/desk/import-ops", await exported(theirs))).status_code == 403
    assert (await amna.post("/desk/import-ops", await exported(mine))).status_code == 403
    newer = await exported(mine) | {"rawana_outbox": 2}
    assert (await saad.post("/desk/import-ops", newer)).status_code == 403
    assert (await saad.post("/desk/import-ops", {"ops": 5})).status_code == 400


async def test_one_broken_op_of_a_file_takes_no_neighbour_with_it(retail):
    await retail.order("900")
    held = await retail.phone("amna")
    op = held.phone.record("manual_fulfillment", manual())
    file = await exported(held)
    file["ops"] = ["{", *file["ops"], '{"id":"x","n":1,"kind":"weigh","body":{}}']
    saad = await retail.device("saad")
    told = (await saad.post("/desk/import-ops", file)).json()["results"]
    assert [(r["status"], r.get("code")) for r in told] == [
        ("parked", "unreadable"),
        ("applied", None),
        ("parked", "unknown_kind"),
    ]
    assert told[1]["id"] == op


async def test_phones_learn_up_to_when_a_backup_reaches_and_keep_their_journal_until_then(retail):
    await retail.order("900")
    held = await retail.phone("amna")
    await held.phone.sync()
    held.phone.record("confirm", {"order_id": "900"})
    await held.phone.sync()
    day = 86_400_000
    retail.server.clock.pass_ms(15 * day)
    await held.phone.sync()
    assert len(held.phone.memory.ops) == 1, "no backup has it"
    now = retail.server.clock()
    await rows_of(retail, f"INSERT INTO backup VALUES ('b1', {now}, {now})")
    await held.phone.sync()
    assert held.phone.memory.backed_up_to == now
    assert held.phone.memory.ops == []


async def test_a_silent_edit_of_the_ledger_is_noticed_by_a_phone_that_saw_it_otherwise(retail):
    await retail.order("900")
    held = await retail.phone("amna")
    held.phone.record("manual_fulfillment", manual())
    await held.phone.sync()
    retail.server.clock.pass_ms(120_000)
    await held.phone.sync()
    assert await findings(retail) == []
    # Somebody with the keys to the database writes an entry anew, with a chain that proves.
    async with retail.server.database.transaction() as connection:
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("UPDATE ledger_entry SET hash = 'forged' || hash, by_staff = 'x'")
        await connection.execute("UPDATE ledger_head SET hash = 'forged' || hash")
    retail.server.clock.pass_ms(120_000)
    await held.phone.sync()
    (shown,) = await desk_rows(retail, "discrepancy/")
    assert (shown["code"], shown["branch_id"]) == ("ledger_differs", LAHORE)
    assert "the first entry that differs is one of" in shown["detail"]
    retail.server.clock.pass_ms(120_000)
    await held.phone.sync()
    assert len(await desk_rows(retail, "discrepancy/")) == 1
    assert any("saw another" in what for what in await findings(retail))


async def test_a_restore_that_nobody_declared_is_noticed_by_a_phone_that_saw_more(retail):
    await retail.order("900")
    held = await retail.phone("amna")
    held.phone.record("manual_fulfillment", manual())
    await held.phone.sync()
    (head,) = await rows_of(retail, "SELECT version FROM ledger_head WHERE branch_id = 'lhr'")
    device = await retail.device("asma")
    (epoch,) = await rows_of(retail, "SELECT id FROM epoch")
    witness = {"lhr": [head["version"] + 3, "x"], "nowhere": [5, "x"], "khi": [0, ""]}
    await device.post("/sync/hello", {"epoch": epoch["id"], "witness": witness})
    (shown,) = await desk_rows(retail, "discrepancy/")
    assert (shown["code"], shown["branch_id"]) == ("ledger_behind", LAHORE)


async def test_what_a_phone_of_another_history_saw_is_no_evidence(retail):
    device = await retail.device("asma")
    await device.post("/sync/hello", {"epoch": "another", "witness": {"lhr": [5, "x"]}})
    assert await desk_rows(retail, "discrepancy/") == []


async def test_numbers_that_neither_side_holds_any_more_are_named_as_a_hole(retail):
    held = await retail.phone("amna")
    await held.phone.sync()
    memory = held.phone.memory
    for _ in range(9):
        held.phone.record("confirm", {"order_id": "x"})
    del memory.ops[2:6]  # no journal does this by itself: somebody edited the phone's storage
    del memory.ops[:2]
    assert await held.phone.sync() == "idle"
    (shown,) = await desk_rows(retail, "discrepancy/")
    assert shown["code"] == "history_hole"
    assert "1 to 6" in shown["detail"]
    (hole,) = await rows_of(retail, "SELECT first_n, last_n FROM history_hole")
    assert (hole["first_n"], hole["last_n"]) == (1, 6)


def test_the_journal_beside_the_database_skips_a_line_that_a_crash_left_unfinished(tmp_path):
    beside = Beside(tmp_path)
    beside.note(taken("acme", "d1", "k1", [(1, "a"), (None, "b"), (2, "c")], 1_000))
    beside.note(DeviceRevoked(shop_id="acme", id="d1", at=2_000))
    (path,) = (tmp_path / "beside").iterdir()
    path.write_bytes(path.read_bytes()[:-5])
    (line,) = beside.read()
    assert line.ops == ((1, "a"), (2, "c"))
    beside.note(DeviceRevoked(shop_id="acme", id="d2", at=3_000))
    assert [type(one) for one in beside.read()] == [OpsTaken, DeviceRevoked]
    beside.note(DeviceRevoked(shop_id="acme", id="d1", at=40 * 86_400_000))
    assert [p.stem for p in (tmp_path / "beside").iterdir()] == ["1970-02-10"]
    assert msgspec.json.encode(line)

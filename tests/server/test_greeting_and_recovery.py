"""Hello and offer: what a phone and a server that lost touch, or lost ops, tell each other."""

import msgspec
import pytest

from sync_protocol import limits
from sync_protocol.shop import Role, Staff
from tests.phone.memory import Memory
from tests.phone.network import Fault
from tests.server.books import balances, findings, rows_of
from tests.server.retail import KURTA, LAHORE, Retail

EPOCHLESS = "UPDATE epoch SET id = gen_random_uuid()::text"


def shipment(number: int) -> dict:
    return {
        "fulfillment_id": f"f{number}",
        "order_id": str(number),
        "branch_id": LAHORE,
        "lines": [{"order_line_id": f"{number}0", "units": 1}],
    }


async def test_a_hello_tells_the_epoch_the_streams_the_limits_and_where_the_log_stands(retail):
    device = await retail.device("amna")
    await device.do("confirm", {"order_id": "nobody-knows"})
    told = (await device.post("/sync/hello", {"incarnation": "k1", "head": device.prev})).json()
    assert told["protocol"] == 1
    assert told["device"] == {"id": device.id, "n": 1, "head": device.prev, "revoked": False}
    assert told["limits"]["push_ops"] == limits.PUSH_OPS_MAX
    assert told["limits"]["op_bytes"] == limits.OP_BYTES_MAX
    assert told["streams"][-1] == "catalog"
    assert told["restored_to"] is None
    other = (await device.post("/sync/hello", {"incarnation": "k2"})).json()
    assert (other["device"]["n"], other["device"]["head"]) == (0, None)


@pytest.mark.parametrize("spoken", [[1, 1], [1, 9], [0, 1], [7, 9]])
async def test_phones_of_any_age_are_greeted_with_a_version_that_is_spoken_here(retail, spoken):
    device = await retail.device("amna")
    told = (await device.post("/sync/hello", {"protocol": spoken})).json()
    assert told["protocol"] == 1


async def test_what_a_phone_says_of_itself_is_kept_for_the_fleet_board(retail):
    device = await retail.device("amna")
    health = {"unsent": 3, "oldest_at": 5, "persisted": True, "free_mb": 812}
    await device.post("/sync/hello", {"app": "1.4.2", "health": health, "future": {"x": 1}})
    (row,) = await rows_of(retail, "SELECT * FROM device WHERE id = $1", device.id)
    assert (row["app"], row["persisted"], row["free_mb"]) == ("1.4.2", True, 812)
    assert row["last_seen_at"] is not None
    assert (row["unsent"], row["oldest_unsent_at"]) == (3, 5)
    await device.post("/sync/push", device.body([], unsent=4, oldest_at=9))
    (row,) = await rows_of(retail, "SELECT * FROM device WHERE id = $1", device.id)
    assert (row["unsent"], row["oldest_unsent_at"]) == (4, 9)


async def test_an_offer_names_what_is_missing_in_the_offered_order_with_the_results_of_the_rest(
    retail,
):
    device = await retail.device("amna")
    await device.do("confirm", {"order_id": "x"}, id="known")
    told = (await device.post("/sync/offer", {"ids": ["z", "known", "a", "z"]})).json()
    assert told["missing"] == ["z", "a", "z"]
    assert told["results"] == device.results
    assert told["epoch"]


async def test_twenty_thousand_ids_may_be_offered_and_no_more(retail):
    device = await retail.device("amna")
    ids = [f"{n:036}" for n in range(limits.OFFER_IDS_MAX)]
    told = await device.post("/sync/offer", {"ids": ids})
    assert told.status_code == 200
    assert told.json()["missing"] == ids
    assert (await device.post("/sync/offer", {"ids": [*ids, "x"]})).status_code == 413


async def test_a_server_restored_from_a_backup_is_healed_by_its_phones(retail):
    """The backup is older than the last answers: phones held the ops, and bring them back (R6, R7)."""
    for number in (900, 901, 902):
        await retail.order(str(number))
    held = await retail.phone("amna")
    await held.phone.sync()
    held.phone.record("create_fulfillment", shipment(900))
    await held.phone.sync()
    await take_backup(retail)
    held.phone.record("pack", {"fulfillment_id": "f900"})
    held.phone.record("create_fulfillment", shipment(901))
    await held.phone.sync()
    held.phone.record("pack", {"fulfillment_id": "f901"})
    await restore_backup(retail)
    held.network.coming.extend([None, None, Fault.LOSE_REPLY])
    await held.phone.sync()
    await held.phone.sync()
    held = held.restarted()
    assert await held.phone.sync() == "idle"
    assert {op.answer.status for op in held.phone.memory.ops} == {"applied"}
    (epoch,) = await rows_of(retail, "SELECT id FROM epoch")
    assert held.phone.memory.epoch == epoch["id"]
    assert held.phone.rows().fulfillments["f901"].state == "packed"
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 8
    assert await findings(retail) == []


async def test_nothing_of_the_old_history_stays_on_a_phone_that_took_over_the_new(retail):
    await retail.order("900")
    held = await retail.phone("amna")
    await held.phone.sync()
    await take_backup(retail)
    await retail.order("901")
    await held.phone.sync()
    assert set(held.phone.rows().orders) == {"900", "901"}
    await restore_backup(retail)
    await held.phone.sync()
    assert set(held.phone.rows().orders) == {"900"}
    fresh = await retail.phone("amna")
    await fresh.phone.sync()
    kept, anew = held.phone.memory.replica.rows, fresh.phone.memory.replica.rows
    shared = [name for name in anew if not name.startswith("device/")]
    assert {name: kept[name] for name in shared} == {name: anew[name] for name in shared}


async def test_a_phone_that_is_ahead_of_the_server_finds_its_way_back(retail):
    """The server lost the tail of one device's log without a new epoch, as after a failed disk."""
    for number in (900, 901):
        await retail.order(str(number))
    held = await retail.phone("amna")
    await held.phone.sync()
    held.phone.record("confirm", {"order_id": "900"})
    await held.phone.sync()
    await rows_of(retail, "DELETE FROM op WHERE device_id = $1", held.phone.memory.device_id)
    await rows_of(
        retail, "DELETE FROM device_log WHERE device_id = $1", held.phone.memory.device_id
    )
    op = held.phone.record("confirm", {"order_id": "901"})
    assert await held.phone.sync() == "idle"
    assert held.phone.result(op).status == "applied"
    ids = {row["id"] for row in await rows_of(retail, "SELECT id FROM op WHERE kind = 'confirm'")}
    assert ids == {one.id for one in held.phone.memory.ops}


async def test_a_lost_answer_to_an_offer_only_costs_another_offer(retail):
    await retail.order("900")
    held = await retail.phone("amna")
    await held.phone.sync()
    copy = held.phone.memory.saved()
    held.phone.record("confirm", {"order_id": "900"})
    await held.phone.sync()
    held = held.restored(copy)
    op = held.phone.record("confirm", {"order_id": "900"})
    for faults in ([None, Fault.LOSE_REPLY], [Fault.LOSE_REPLY], [None, None, Fault.LOSE_REPLY]):
        held.network.coming.clear()
        held.network.coming.extend(faults)
        await held.phone.sync()
        held = held.restarted()
    await held.phone.sync()
    assert held.phone.result(op).status == "noop"


async def take_backup(retail: Retail) -> None:
    """Copy every table aside, in the same database."""
    async with retail.server.database.connection() as connection:
        for table in await _tables(connection):
            await connection.execute(f"CREATE TABLE backup_{table} AS TABLE {table}")


async def restore_backup(retail: Retail) -> None:
    """Put the copies back as a restore would, and begin a new history."""
    now = retail.server.clock()
    async with retail.server.database.transaction() as connection:
        await connection.execute("SET LOCAL session_replication_role = replica")
        for table in await _tables(connection):
            await connection.execute(f"DELETE FROM {table}")
            columns = await connection.fetchval(
                """
                SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
                WHERE table_name = $1 AND identity_generation IS NULL
                """,
                table,
            )
            await connection.execute(
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM backup_{table}"
            )
        await connection.execute(EPOCHLESS)
        await connection.execute("UPDATE epoch SET restored_to = $1", now)


async def _tables(connection) -> list[str]:
    rows = await connection.fetch(
        """
        SELECT tablename FROM pg_tables WHERE schemaname = 'public'
          AND tablename !~ '^(backup_|migration)'
        """
    )
    return [row["tablename"] for row in rows]


def test_a_phone_saved_and_restored_is_the_same_phone():
    staff = Staff(id="amna", name="Amna", role=Role.BRANCH)
    memory = Memory(device_id="d", staff=staff, incarnation="k1")
    assert msgspec.to_builtins(Memory.restored(memory.saved())) == msgspec.to_builtins(memory)

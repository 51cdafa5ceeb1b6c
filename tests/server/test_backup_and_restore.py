"""A backup, and a shop that goes back to it: what phones still hold comes back, and what cannot is listed exactly."""

import zipfile

import msgspec
import pytest

from server.beside import Beside, OpsTaken
from server.db import backups, fleet, restoring
from server.db.pool import Database
from server.sync.catching_up import catch_up_beside
from sync_protocol.ids import Epoch
from tests.phone.transport import HttpTransport
from tests.server.books import balances, findings, rows_of
from tests.server.outside import practice_beside
from tests.server.retail import KURTA, LAHORE, Retail, started_server
from tests.server.test_parking import desk_rows, manual, replay

HOUR = 3_600_000


class Shop:
    """A shop whose database is backed up and put back."""

    def __init__(self, retail: Retail, address, home) -> None:
        self.retail = retail
        self.address = address
        self.beside = Beside(home)
        self.file = home / "shop.backup"

    @property
    def server(self):
        return self.retail.server

    async def back_up(self) -> None:
        clock = self.server.clock
        manifest = await backups.write_backup(self.server.database, self.file, "b1", clock())
        async with self.server.database.connection() as connection:
            await backups.note_backup(connection, manifest, clock())

    async def go_back(
        self, *, beside: Beside | None = None, epoch: str = "E2"
    ) -> restoring.Restored:
        """Stop the server, restore the backup, and start the server on it."""
        clock = self.server.clock
        await self.server.database.close()
        done = await restoring.restore(
            self.address, self.file, Epoch(epoch), beside or self.beside, clock()
        )
        database = Database(self.address)
        await database.open()
        self.retail.server = await started_server(database, clock, self.beside)
        return done

    def hand_over(self, *phones) -> None:
        """Let phones reach the server that runs now."""
        for held in phones:
            held.network._inner = HttpTransport(self.server.http, held.token)


@pytest.fixture
async def shop(database_address, tmp_path):
    database = Database(database_address)
    await database.open()
    server = await started_server(database, beside=Beside(tmp_path))
    made = Shop(Retail(server), database_address, tmp_path)
    await made.retail.set_up(units=50)
    yield made
    await made.server.database.close()


async def synced(held) -> None:
    while await held.phone.sync() not in ("idle", "stopped"):
        pass


async def send_some(retail: Retail, held, orders) -> list[str]:
    ids = []
    for number in orders:
        await retail.order(str(number))
        await synced(held)
        ids.append(held.phone.record("manual_fulfillment", manual(str(number), f"m{number}")))
    await synced(held)
    return ids


async def test_a_shop_an_hour_back_is_healed_by_its_phones_and_names_what_a_lost_phone_had(shop):
    retail = shop.retail
    amna, asma, bilal = [await retail.phone(name) for name in ("amna", "asma", "bilal")]
    await send_some(retail, amna, [900, 901])
    await send_some(retail, asma, [902])
    await shop.back_up()
    shop.server.clock.pass_ms(HOUR)
    ids = await send_some(retail, amna, [903, 904])
    lost = await send_some(retail, asma, [905, 906, 907])
    newcomer = await retail.phone("nasreen")
    ids += await send_some(retail, newcomer, [908])
    saad = await retail.device("saad")
    await saad.post("/desk/revoke-device", {"device_id": bilal.phone.memory.device_id})
    amna.network.cut()
    ids.append(amna.phone.record("edit_contact", {"order_id": "903", "name": "Ayesha"}))

    done = await shop.go_back()
    assert (done.devices_kept, done.revocations_kept) == (2, 1)
    assert done.expected_ops == 6
    for number in range(903, 909):
        await retail.order(str(number))  # the sweep reads them from the store again
    amna.network.mend()
    shop.hand_over(amna, newcomer, bilal)
    for held in (amna, newcomer, bilal):
        await synced(held)
    assert {op.answer.status for op in amna.phone.memory.ops} == {"applied"}
    assert amna.phone.memory.epoch == "E2"
    kept = {row["id"] for row in await rows_of(retail, "SELECT id FROM op")}
    assert set(ids) <= kept
    assert not set(lost) & kept
    async with shop.server.database.connection() as connection:
        missing = await fleet.missing_ranges(connection, retail.id)
    memory = asma.phone.memory
    assert [(m.device_id, m.incarnation, m.first_n, m.last_n) for m in missing] == [
        (memory.device_id, memory.incarnation, 2, 4)
    ]
    await bilal.phone.sync()
    assert bilal.phone.phase == "stopped", "a restore gives no locked-out device its right back"
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 50 - 6
    assert await findings(retail) == []
    shop.hand_over(asma)  # the phone turns up after all
    await synced(asma)
    async with shop.server.database.connection() as connection:
        assert await fleet.missing_ranges(connection, retail.id) == ()
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 50 - 9
    assert await findings(retail) == []


async def test_a_phone_that_was_away_during_two_restores_brings_what_the_first_one_lost(shop):
    retail = shop.retail
    amna = await retail.phone("amna")
    await send_some(retail, amna, [900])
    await shop.back_up()
    shop.server.clock.pass_ms(HOUR)
    (lost,) = await send_some(retail, amna, [901])
    await shop.go_back()
    shop.server.clock.pass_ms(5 * HOUR)
    await retail.order("901")
    shop.file = shop.file.with_name("later.backup")
    await shop.back_up()
    await shop.go_back(epoch="E3")
    shop.hand_over(amna)
    await synced(amna)
    assert await rows_of(retail, f"SELECT id FROM op WHERE id = '{lost}'") == [{"id": lost}]
    assert {op.answer.status for op in amna.phone.memory.ops} == {"applied"}
    assert await findings(retail) == []


async def test_a_revoked_phone_hands_over_what_a_restore_lost_before_it_is_wiped(shop):
    retail = shop.retail
    amna = await retail.phone("amna")
    await send_some(retail, amna, [900])
    await shop.back_up()
    shop.server.clock.pass_ms(HOUR)
    (lost,) = await send_some(retail, amna, [901])
    assert amna.phone.memory.unsent() == []
    await shop.go_back()
    saad = await retail.device("saad")
    await saad.post("/desk/revoke-device", {"device_id": amna.phone.memory.device_id})
    shop.hand_over(amna)
    shop.server.clock.pass_ms(HOUR)
    await amna.phone.sync()
    assert amna.phone.phase == "stopped"
    assert amna.phone.memory.ops == []
    kept = await rows_of(retail, f"SELECT status, code FROM op WHERE id = '{lost}'")
    assert kept == [{"status": "parked", "code": "revoked"}]


async def test_the_author_of_an_op_that_was_let_go_after_the_backup_learns_that_it_waits_again(
    shop,
):
    retail = shop.retail
    amna = await retail.phone("amna")
    await synced(amna)
    waits = amna.phone.record("manual_fulfillment", manual("900", "m900"))
    await synced(amna)
    assert amna.phone.result(waits).status == "parked"
    shop.server.clock.pass_ms(2 * HOUR)
    await shop.back_up()
    shop.server.clock.pass_ms(2 * HOUR)
    await retail.order("900")
    await replay(retail, waits)
    await synced(amna)
    assert amna.phone.result(waits).status == "applied"
    await shop.go_back()
    shop.hand_over(amna)
    shop.server.clock.pass_ms(HOUR)
    await synced(amna)
    assert amna.phone.result(waits).status == "parked"


async def test_a_shipment_that_the_lost_history_told_the_store_is_not_told_again(shop):
    retail = shop.retail
    async with practice_beside(retail) as outside:
        order = outside.place(1)
        number = await outside.take_over(order)
        await shop.back_up()
        amna = await retail.phone("amna")
        await synced(amna)
        lines = [{"order_line_id": str(order.line_items[0].number), "units": 1}]
        named = {"fulfillment_id": "f1"}
        made = named | {"order_id": number, "branch_id": LAHORE, "lines": lines}
        amna.phone.record("create_fulfillment", made)
        amna.phone.record("pack", named)
        amna.phone.record("dispatch", named | {"courier": "tcs", "tracking_number": "7712"})
        await synced(amna)
        outside.fault("timeout_late", "fulfillmentCreate", 1)
        await outside.carry_out(patiently=False)
        await shop.go_back()
        shop.hand_over(amna)
        await synced(amna)
        outside.carrier = msgspec.structs.replace(
            outside.carrier, database=shop.server.database, live=shop.server.live
        )
        await outside.carry_out(patiently=False)
        (waiting,) = await rows_of(retail, "SELECT state, attempts FROM outbox")
        assert (waiting["state"], waiting["attempts"]) == ("pending", 0), (
            "an old call may still land"
        )
        await outside.carry_out()
        assert len(outside.shipments(order)) == 1
        assert (await outside.state())[0] == "confirmed"


async def test_without_the_journal_beside_a_phone_let_in_since_must_be_let_in_again(shop, tmp_path):
    retail = shop.retail
    await shop.back_up()
    newcomer = await retail.phone("amna")
    (op,) = await send_some(retail, newcomer, [900])
    await shop.go_back(beside=Beside(tmp_path / "burnt"))
    await retail.order("900")
    shop.hand_over(newcomer)
    assert await newcomer.phone.sync() == "waiting"
    assert [one.id for one in newcomer.phone.memory.ops] == [op], "nothing is dropped meanwhile"
    again = await retail.phone("amna")
    memory = newcomer.phone.memory
    memory.device_id, newcomer.token = again.phone.memory.device_id, again.token
    shop.hand_over(newcomer)
    await synced(newcomer)
    assert newcomer.phone.result(op).status == "applied"
    assert await findings(retail) == []


async def test_a_backup_has_what_was_committed_before_it_and_its_moment_is_told(shop):
    amna = await shop.retail.phone("amna")
    await send_some(shop.retail, amna, [900])
    assert amna.phone.memory.backed_up_to is None
    before = shop.server.clock()
    await shop.back_up()
    await synced(amna)
    assert amna.phone.memory.backed_up_to >= before
    manifest = backups.read_manifest(shop.file)
    assert manifest.rows["ledger_entry"] == 3
    assert sorted(manifest.tables) == sorted(
        row["relname"]
        for row in await rows_of(
            shop.retail,
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
        )
        if row["relname"] != "migration"
    )


async def test_a_database_in_use_is_not_replaced(shop):
    await shop.back_up()
    with pytest.raises(restoring.StillInUse, match="rawana"):
        await restoring.restore(
            shop.address, shop.file, Epoch("E2"), shop.beside, shop.server.clock()
        )
    names = await rows_of(
        shop.retail, "SELECT datname FROM pg_database WHERE datname ~ '_restored_'"
    )
    assert [n for n in names if n["datname"].startswith(shop.address.database)] == []


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-40])


def one_table_changed(path):
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    path.write_bytes(raw)


def something_else(path):
    path.write_text("hello")


def newer(path):
    with zipfile.ZipFile(path, "w") as file:
        told = {"format": 2, "id": "", "taken_at": 0, "migration": "", "tables": {}, "rows": {}}
        file.writestr("rawana.json", msgspec.json.encode(told))


@pytest.mark.parametrize("damage", [cut_short, one_table_changed, something_else, newer])
async def test_a_damaged_backup_is_refused_before_anything_is_touched(shop, damage):
    await shop.back_up()
    damage(shop.file)
    with pytest.raises(backups.NotABackup):
        backups.read_manifest(shop.file)


async def test_what_a_crash_kept_from_the_journal_beside_is_noted_at_the_next_start(shop):
    """The server died between a commit and its line; the phone learnt the answer some other way."""
    amna = await shop.retail.phone("amna")
    ids = await send_some(shop.retail, amna, [900, 901])
    for path in (shop.file.parent / "beside").iterdir():
        kept = [line for line in path.read_bytes().splitlines() if ids[1].encode() not in line]
        path.write_bytes(b"\n".join(kept) + b"\n")
    assert ids[1] not in noted(shop.beside)
    await catch_up_beside(shop.server.database, shop.beside, shop.server.clock())
    assert set(ids) <= noted(shop.beside)


def noted(beside: Beside) -> set[str]:
    return {op_id for line in beside.read() if isinstance(line, OpsTaken) for _, op_id in line.ops}


async def test_the_desk_sees_at_once_what_is_missing_after_a_restore(shop):
    retail = shop.retail
    await shop.back_up()
    amna = await retail.phone("amna")
    await send_some(retail, amna, [900, 901])
    await shop.go_back()
    shown = {row["id"]: row for row in await desk_rows(retail, "device/")}
    assert shown[amna.phone.memory.device_id]["missing_ops"] == 2
    for number in (900, 901):
        await retail.order(str(number))
    shop.hand_over(amna)
    await synced(amna)
    shown = {row["id"]: row for row in await desk_rows(retail, "device/")}
    assert "missing_ops" not in shown[amna.phone.memory.device_id]

"""Rows come down: all of them, once, however they are paged and whoever else is at work."""

import asyncio

import msgspec

from sync_protocol.messages.pull import Patch
from sync_protocol.replica import Replica
from tests.server.books import rows_of
from tests.server.retail import LAHORE, Device, Retail

SHIP = {
    "fulfillment_id": "f1",
    "order_id": "900",
    "branch_id": LAHORE,
    "lines": [{"order_line_id": "9000", "units": 1}],
}


async def read_anew(device: Device) -> Replica:
    """Return what a fresh phone would have."""
    replica = Replica(cursors={}, rows={})
    await catch_up(device, replica)
    return replica


async def catch_up(device: Device, replica: Replica, max_bytes: int = 524_288) -> int:
    """Pull into `replica` until there is no more; return how many pages it took."""
    pages = 0
    while True:
        told = await device.pull(cursors=replica.cursors, max_bytes=max_bytes)
        pages += 1
        for name in told["resnapshot"]:
            replica.drop(name)
        for patch in msgspec.convert(told["patches"], list[dict]):
            assert replica.apply(msgspec.json.decode(msgspec.json.encode(patch), type=Patch))
        if not told["more"]:
            return pages


async def test_any_page_size_gives_the_same_rows(retail: Retail):
    for number in range(30):
        await retail.order(f"9{number:02}")
    device = await retail.device("saad")
    whole = await read_anew(device)
    for max_bytes in (1, 700, 5_000, 100_000):
        paged = Replica(cursors={}, rows={})
        pages = await catch_up(device, paged, max_bytes)
        assert paged == whole
        assert pages > 1 or max_bytes == 100_000


async def test_a_second_pull_brings_nothing_and_a_later_one_only_what_changed(retail):
    await retail.order()
    device = await retail.device("saad")
    replica = await read_anew(device)
    assert (await device.pull(cursors=replica.cursors))["patches"] == []
    await device.do("create_fulfillment", SHIP)
    patches = (await device.pull(cursors=replica.cursors))["patches"]
    assert {p["stream"]: sorted(row[0] for row in p["rows"]) for p in patches} == {
        "branch/lhr/work": ["fulfillment/f1", "order/900"],
        "branch/lhr/stock": ["stock/501"],
        "inbox": ["order/900"],
    }
    (gone,) = next(p["rows"] for p in patches if p["stream"] == "inbox")
    assert gone[2] is None


async def test_what_was_there_and_went_before_a_phone_came_is_never_mentioned_to_it(retail):
    await retail.order()
    await (await retail.device("amna")).do("create_fulfillment", SHIP)
    device = await retail.device("asma")
    told = await device.pull()
    assert "inbox" not in {p["stream"] for p in told["patches"] if p["rows"]}
    replica = await read_anew(device)
    assert replica.cursors["inbox"] == 2


async def test_a_cursor_from_the_future_or_below_the_floor_starts_that_stream_again(retail):
    for number in ("900", "901"):
        await retail.order(number)
    device = await retail.device("amna")
    replica = await read_anew(device)
    told = await device.pull(cursors=replica.cursors | {"inbox": 99})
    assert told["resnapshot"] == ["inbox"]
    (patch,) = told["patches"]
    assert (patch["stream"], patch["from"], len(patch["rows"])) == ("inbox", 0, 2)
    await rows_of(retail, "UPDATE stream SET floor = 2 WHERE name = 'inbox'")
    assert (await device.pull(cursors=replica.cursors | {"inbox": 1}))["resnapshot"] == ["inbox"]
    assert (await device.pull(cursors=replica.cursors | {"inbox": 0}))["resnapshot"] == []
    held = await retail.phone("amna")
    await held.phone.sync()
    before = held.phone.memory.replica.rows
    held.phone.memory.replica.cursors["inbox"] = 99
    op = held.phone.record("confirm", {"order_id": "900"})
    held.network.cut()
    await held.phone.sync()
    held.network.mend()
    await held.phone.sync()
    assert held.phone.result(op).status == "applied"
    assert set(held.phone.memory.replica.rows["inbox"]) == set(before["inbox"])


async def test_a_pull_that_rides_along_shows_the_push_it_rode_on(retail):
    await retail.order()
    device = await retail.device("amna")
    device.add("create_fulfillment", SHIP)
    answer = await device.post("/sync/push", device.body(pull={"cursors": {}}))
    told = answer.json()
    versions = told["results"][0]["versions"]
    reached = {p["stream"]: p["to"] for p in told["pull"]["patches"]}
    assert all(reached[stream] >= version for stream, version in versions.items())


async def test_no_row_is_missed_and_versions_are_dense_while_eight_phones_push_and_four_pull(
    retail,
):
    for number in range(100, 148):
        await retail.order(str(number), units=(1, 1))
    async with retail.server.database.connection() as connection:
        await connection.execute(LOG_EVERY_VERSION)
    writers = [await retail.device(p) for p in ("amna", "asma", "bilal", "hira") * 2]
    readers = [await retail.device(p) for p in ("saad", "amna", "bilal", "hira")]
    replicas = [await read_anew(reader) for reader in readers]
    done = asyncio.Event()

    async def follow(reader: Device, replica: Replica) -> None:
        while not done.is_set():
            await catch_up(reader, replica, 3_000)

    async def write(place: int, device: Device) -> None:
        branch = "khi" if device.person == "bilal" else "lhr"
        for turn in range(6):
            number = 100 + turn * 8 + place
            made = {
                "fulfillment_id": f"f{number}",
                "order_id": str(number),
                "branch_id": branch,
                "lines": [{"order_line_id": f"{number}{line}", "units": 1} for line in (0, 1)],
            }
            device.add("create_fulfillment", made)
            device.add("pack", {"fulfillment_id": f"f{number}"})
            device.add("confirm", {"order_id": str(100 + (turn * 8 + place * 5) % 48)})
            results = await device.push()
            assert {r["status"] for r in results} <= {"applied", "flagged"}, results

    following = [asyncio.create_task(follow(*pair)) for pair in zip(readers, replicas, strict=True)]
    await asyncio.gather(*(write(*pair) for pair in enumerate(writers)))
    done.set()
    await asyncio.gather(*following)
    for reader, replica in zip(readers, replicas, strict=True):
        await catch_up(reader, replica)
        assert replica == await read_anew(reader)
    for row in await rows_of(retail, DENSITY):
        assert row["counted"] == row["span"], row
    legs = await rows_of(
        retail,
        "SELECT count(*) FROM ledger_entry WHERE shop_id = $1 AND kind = 'ship_smart'",
        retail.id,
    )
    assert legs[0]["count"] == 48


LOG_EVERY_VERSION = """
    CREATE TABLE version_log (shop_id text, stream text, version bigint);
    CREATE FUNCTION log_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO version_log VALUES (NEW.shop_id, NEW.stream, NEW.version);
        RETURN NULL;
    END $$;
    CREATE TRIGGER log_version AFTER INSERT OR UPDATE ON stream_row
        FOR EACH ROW EXECUTE FUNCTION log_version();
"""
DENSITY = """
    SELECT stream, count(DISTINCT l.version) AS counted, max(s.version) - min(l.version) + 1 AS span
    FROM version_log l JOIN stream s ON s.name = l.stream GROUP BY stream
"""


async def test_a_refusal_whose_answer_was_lost_is_told_again_with_the_next_pull(retail):
    await retail.order("900", units=(1,))
    amna, asma = await retail.device("amna"), await retail.device("asma")
    made = {"order_id": "900", "branch_id": "lhr", "lines": [{"order_line_id": "9000", "units": 1}]}
    await amna.do("create_fulfillment", made | {"fulfillment_id": "f1"})
    await asma.pull()
    refused = await asma.do("create_fulfillment", made | {"fulfillment_id": "f2"})
    assert refused["status"] == "refused"
    told = (await asma.pull())["results"]
    assert refused in told

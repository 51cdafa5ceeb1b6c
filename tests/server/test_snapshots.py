"""Large streams begin with parts that never change; old tombstones go, and whoever missed them begins anew."""

import brotli
import msgspec

from server.db import shops, streams
from server.db.pool import run_transaction
from sync_protocol.ids import VariantId
from sync_protocol.shop import Variant
from tests.phone.transport import Answer
from tests.server.books import rows_of
from tests.server.retail import Retail

DAY = 86_400_000


async def stock_up(retail: Retail, count: int = 2_500, first: int = 0) -> None:
    goods = [
        Variant(id=VariantId(str(10_000 + n)), title=f"Kurta {n}") for n in range(first, count)
    ]
    async with retail.server.database.transaction() as connection:
        await shops.store_variants(connection, retail.id, goods, retail.server.clock())


async def parts_for(device) -> list[dict]:
    return (await device.pull(parts=True))["parts"]


async def get(device, part: dict, **headers: str):
    sent = {"Authorization": f"Bearer {device.token}"}
    sent |= {name.replace("_", "-"): text for name, text in headers.items()}
    return await device.server.http.get(f"/sync/parts/{part['hash']}", headers=sent)


async def test_a_phone_that_fetches_parts_ends_up_with_what_pages_give(retail):
    await stock_up(retail)
    by_parts, by_pages = await retail.phone("amna"), await retail.phone("amna")
    fetched = []

    async def fetch(path: str) -> Answer:
        fetched.append(path)
        return await by_parts.network._inner.get(path)

    by_parts.phone._exchanges.fetch = fetch
    await by_parts.phone.sync()
    await by_pages.phone.sync()
    assert len(fetched) == 2
    ours, theirs = by_parts.phone.memory.replica, by_pages.phone.memory.replica
    assert ours.rows["catalog"] == theirs.rows["catalog"]
    assert ours.cursors["catalog"] == theirs.cursors["catalog"]
    assert len(ours.rows["catalog"]) == 2_503


async def test_a_fetch_that_breaks_off_is_finished_by_pages(retail):
    await stock_up(retail)
    held = await retail.phone("amna")
    answers = iter([200, 404])

    async def fetch(path: str) -> Answer:
        if next(answers) == 404:
            return Answer(status=404, body=b"")
        return await held.network._inner.get(path)

    held.phone._exchanges.fetch = fetch
    await held.phone.sync()
    assert len(held.phone.memory.replica.rows["catalog"]) == 2_503


async def test_a_part_is_the_same_for_every_device_and_is_not_sent_twice(retail):
    await stock_up(retail)
    amna, hira = await retail.device("amna"), await retail.device("hira")
    first, second = await parts_for(amna)
    assert await parts_for(hira) == [first, second]
    assert (first["from"], second["from"]) == (0, first["to"])
    one = await get(amna, first, Accept_Encoding="br")
    assert one.headers["content-encoding"] == "br"
    assert "immutable" in one.headers["cache-control"]
    etag = one.headers["etag"]
    again = await get(hira, first, Accept_Encoding="br", If_None_Match=etag)
    assert (again.status_code, again.content) == (304, b"")
    patch = msgspec.json.decode(one.content)
    assert len(patch["rows"]) == 2_000


async def raw(device, part: dict, **headers: str):
    sent = {"Authorization": f"Bearer {device.token}", "Accept-Encoding": "br"}
    sent |= {name.replace("_", "-"): text for name, text in headers.items()}
    request = device.server.http.build_request("GET", f"/sync/parts/{part['hash']}", headers=sent)
    answer = await device.server.http.send(request, stream=True)
    return answer, b"".join([piece async for piece in answer.aiter_raw()])


async def test_a_part_that_broke_off_is_resumed_where_it_broke(retail):
    await stock_up(retail)
    amna = await retail.device("amna")
    part = (await parts_for(amna))[0]
    whole, body = await raw(amna, part)
    etag = whole.headers["etag"]
    rest, tail = await raw(amna, part, Range="bytes=1000-", If_Range=etag)
    assert rest.status_code == 206
    assert rest.headers["content-range"] == f"bytes 1000-{len(body) - 1}/{len(body)}"
    assert brotli.decompress(body[:1000] + tail) == brotli.decompress(body)
    _, middle = await raw(amna, part, Range="bytes=10-19")
    assert middle == body[10:20]
    _, last = await raw(amna, part, Range="bytes=-7")
    assert last == body[-7:]
    other, changed = await raw(amna, part, Range="bytes=1000-", If_Range='"another"')
    assert (other.status_code, changed) == (200, body)
    beyond, _ = await raw(amna, part, Range=f"bytes={len(body)}-")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(body)}")
    for strange in ("bytes=5-1x", "bytes=0-1,3-4", "lines=1-2", "bytes=-"):
        assert (await raw(amna, part, Range=strange))[0].status_code == 200


async def test_parts_of_other_shops_and_of_streams_not_granted_are_not_there(retail):
    await stock_up(retail)
    other = Retail(retail.server, "other")
    await other.set_up()
    part = (await parts_for(await retail.device("amna")))[0]
    for stranger in (await other.device("amna"), await retail.device("imran")):
        assert (await get(stranger, part)).status_code == 404
    assert (await retail.server.http.get(f"/sync/parts/{part['hash']}")).status_code == 401
    assert (await get(await retail.device("amna"), {"hash": "x"})).status_code == 404


async def test_a_snapshot_is_kept_until_a_fifth_of_the_stream_is_newer(retail):
    await stock_up(retail, 1_500)
    amna = await retail.device("amna")
    before = await parts_for(amna)
    await stock_up(retail, 1_600, first=1_500)
    assert await parts_for(amna) == before
    await stock_up(retail, 2_200, first=1_600)
    after = await parts_for(amna)
    assert after != before
    assert (await get(amna, before[0])).status_code == 200, "a phone may be in the middle of it"


async def test_small_streams_and_begun_ones_come_as_patches(retail):
    amna = await retail.device("amna")
    assert await parts_for(amna) == []
    await stock_up(retail)
    told = await amna.pull(parts=True, cursors={"catalog": 1})
    assert told["parts"] == []
    assert (await amna.pull())["parts"] == []


async def test_old_tombstones_go_and_whoever_missed_them_begins_that_stream_anew(retail):
    for number in ("900", "901"):
        await retail.order(number)
    held = await retail.phone("amna")
    await held.phone.sync()
    away = held.restarted()
    held.phone.record(
        "create_fulfillment",
        {
            "fulfillment_id": "f1",
            "order_id": "900",
            "branch_id": "lhr",
            "lines": [{"order_line_id": "9000", "units": 1}],
        },
    )
    await held.phone.sync()
    server = retail.server
    (gone,) = await rows_of(retail, "SELECT version FROM stream_row WHERE body IS NULL")

    async def tidy(before: int) -> int:
        return await run_transaction(
            server.database, lambda connection: streams.forget_tombstones(connection, before)
        )

    assert await tidy(server.clock() - 60 * DAY) == 0
    server.clock.pass_ms(61 * DAY)
    assert await tidy(server.clock() - 60 * DAY) == 1
    (inbox,) = await rows_of(retail, "SELECT floor FROM stream WHERE name = 'inbox'")
    assert inbox["floor"] == gone["version"]
    away.phone.record("edit_contact", {"order_id": "901", "name": "Ayesha"})
    await away.phone.sync()
    assert set(away.phone.memory.replica.rows["inbox"]) == {"order/901"}
    assert [op.answer.status for op in away.phone.memory.ops] == ["applied"]

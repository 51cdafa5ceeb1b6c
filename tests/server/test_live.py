"""The live channel and other things that need a real socket: every change at once, and only to whom it belongs."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import msgspec
import pytest
import websockets
from websockets.asyncio.client import connect

from server.routes import bodies, sync
from server.sync import live
from sync_protocol.messages.pull import Patch
from sync_protocol.replica import Replica
from tests.phone.driver import Phone
from tests.phone.live import LiveLink
from tests.server.retail import LAHORE, Device, Held, Retail
from tests.server.sockets import served
from tests.server.test_pulling import catch_up, read_anew

SHIP = {
    "fulfillment_id": "f1",
    "order_id": "900",
    "branch_id": LAHORE,
    "lines": [{"order_line_id": "9000", "units": 1}],
}
SOON_S = 5.0


@pytest.fixture
async def url(retail: Retail) -> AsyncIterator[str]:
    """The server's address, with its live feed running."""
    async with served(retail.server.front) as address:
        feed = asyncio.create_task(retail.server.live.run())
        yield address
        feed.cancel()
        await asyncio.gather(feed, return_exceptions=True)


def channel(url: str, device: Device, **headers: str):
    wanted = {"Authorization": f"Bearer {device.token}"} | headers
    return connect(
        url.replace("http", "ws", 1) + "/sync/live", additional_headers=wanted, compression=None
    )


async def follow(socket, replica: Replica) -> None:
    """Apply every patch that comes, as a phone would."""
    async for text in socket:
        if "stream" in (told := msgspec.json.decode(text)):
            patch = msgspec.json.decode(msgspec.json.encode(told), type=Patch)
            assert replica.apply(patch), f"{patch.stream} from {patch.from_version}"


async def until(condition, within_s: float = SOON_S) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def test_what_comes_over_live_after_each_op_is_what_a_fresh_pull_shows(retail, url):
    """Apply the changes, and it is as if everything had been loaded again."""
    for number in ("900", "901"):
        await retail.order(number, cod=True)
    watcher, worker = await retail.device("saad"), await retail.device("amna")
    replica = await read_anew(watcher)
    steps = [
        ("confirm", {"order_id": "900"}),
        ("create_fulfillment", SHIP),
        ("pack", {"fulfillment_id": "f1"}),
        ("pack", {"fulfillment_id": "f1"}),
        ("unpack", {"fulfillment_id": "f1"}),
        ("pack", {"fulfillment_id": "f1"}),
        ("dispatch", {"fulfillment_id": "f1", "courier": "tcs", "tracking_number": "77"}),
        ("deliver", {"fulfillment_id": "f1", "cash_paisa": 5}),
        (
            "manual_fulfillment",
            SHIP
            | {
                "fulfillment_id": "m1",
                "order_id": "901",
                "lines": [{"order_line_id": "9010", "units": 1}],
            },
        ),
    ]
    async with channel(url, watcher) as socket:
        following = asyncio.create_task(follow(socket, replica))
        await until(lambda: len(retail.server.live._subscribers) == 1)
        for kind, body in steps:
            assert (await worker.do(kind, body))["status"] in ("applied", "flagged")
            anew = await read_anew(watcher)
            await until(lambda anew=anew: following.done() or replica.cursors == anew.cursors)
            assert not following.done(), following.exception()
            assert replica == anew, kind
        await retail.order("902")
        anew = await read_anew(watcher)
        await until(lambda: replica == anew)
        following.cancel()


async def test_a_supervisors_phone_sees_the_work_of_a_branch_without_pulling(retail, url):
    await retail.order("900")
    supervisor, branch = await retail.phone("saad"), await retail.phone("amna")
    await branch.phone.sync()
    link = LiveLink(supervisor.phone, url, supervisor.token)
    async with running(supervisor, link):
        await until(lambda: supervisor.phone.phase == "idle" and link.connected.is_set())
        await until(lambda: len(retail.server.live._subscribers) == 1)
        await asyncio.sleep(0.1)
        before = len(supervisor.network.sent)
        branch.phone.record("create_fulfillment", SHIP)
        branch.phone.record("pack", {"fulfillment_id": "f1"})
        await branch.phone.sync()
        await until(lambda: "f1" in supervisor.phone.rows().fulfillments)
        assert supervisor.phone.rows().fulfillments["f1"].state == "packed"
        assert supervisor.phone.rows().orders["900"].status == "packed"
        assert supervisor.network.sent[before:] == []


@contextlib.asynccontextmanager
async def running(held: Held, link: LiveLink) -> AsyncIterator[Phone]:
    tasks = [asyncio.create_task(held.phone.run()), asyncio.create_task(link.run())]
    try:
        yield held.phone
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_another_process_wrote_is_seen_within_two_seconds(retail, url):
    """The feed of this process is not told of it; it looks."""
    watcher, worker = await retail.device("saad"), await retail.device("amna")
    await retail.order("900")
    replica = await read_anew(watcher)
    async with channel(url, watcher) as socket:
        following = asyncio.create_task(follow(socket, replica))
        await until(lambda: len(retail.server.live._subscribers) == 1)
        retail.server.live.changed = lambda *_: None
        await worker.do("create_fulfillment", SHIP)
        anew = await read_anew(watcher)
        await until(lambda: replica == anew, 2.5)
        following.cancel()


async def test_a_branch_hears_nothing_of_another_branch_or_of_the_desk(retail, url):
    await retail.order("900")
    listener, worker = await retail.device("bilal"), await retail.device("amna")
    saad = await retail.device("saad")
    heard: list[str] = []

    async def hear(socket) -> None:
        async for text in socket:
            heard.append(text)  # noqa: PERF401 - it never ends

    async with channel(url, listener) as socket, channel(url, saad) as other:
        task = asyncio.create_task(hear(socket))
        replica = await read_anew(saad)
        following = asyncio.create_task(follow(other, replica))
        await until(lambda: len(retail.server.live._subscribers) == 2)
        await worker.do("create_fulfillment", SHIP)
        await worker.do("pack", {"fulfillment_id": "f1"})
        await worker.do("pack", {"fulfillment_id": "f1"})
        anew = await read_anew(saad)
        await until(lambda: replica == anew)
        task.cancel()
        following.cancel()
    streams = {msgspec.json.decode(text).get("stream") for text in heard}
    assert streams <= {"inbox"}
    assert "f1" not in "".join(heard)


@pytest.mark.parametrize("trouble", ["no credential", "a wrong one", "revoked", "a foreign page"])
async def test_whoever_is_not_let_in_is_closed_out(retail, url, trouble):
    device = await retail.device("amna")
    headers = {}
    match trouble:
        case "no credential":
            headers = {"Authorization": ""}
        case "a wrong one":
            headers = {"Authorization": "Bearer rwn_wrong"}
        case "revoked":
            await device.post("/auth/logout", {})
        case _:
            headers = {"Origin": "https://evil.example"}
    with pytest.raises((websockets.ConnectionClosed, websockets.InvalidStatus)) as closed:
        async with channel(url, device, **headers) as socket:
            await socket.recv()
    if isinstance(closed.value, websockets.ConnectionClosed):
        assert closed.value.rcvd.code == sync.CLOSE_NOT_LET_IN


async def test_a_revoked_device_is_cut_off_within_five_seconds(retail, url, monkeypatch):
    assert sync.RECHECK_S <= 5.0
    monkeypatch.setattr(sync, "RECHECK_S", 0.1)
    device = await retail.device("amna")
    async with channel(url, device) as socket:
        await device.post("/auth/logout", {})
        with pytest.raises(websockets.ConnectionClosed):
            await asyncio.wait_for(socket.recv(), SOON_S)
    assert socket.close_code == sync.CLOSE_NOT_LET_IN


async def test_when_grants_change_the_channel_ends_and_the_phone_pulls(retail, url, monkeypatch):
    monkeypatch.setattr(sync, "RECHECK_S", 0.1)
    held = await retail.phone("amna")
    link = LiveLink(held.phone, url, held.token)
    async with running(held, link):
        await until(lambda: link.connected.is_set() and held.phone.phase == "idle")
        async with retail.server.database.connection() as connection:
            await connection.execute("UPDATE staff SET branch_ids = '{khi}' WHERE id = 'amna'")
        await until(lambda: "branch/khi/work" in held.phone.memory.granted)
        await until(lambda: "branch/lhr/stock" not in held.phone.memory.replica.rows)


async def test_a_socket_that_is_silent_is_pinged(retail, url, monkeypatch):
    monkeypatch.setattr(sync, "PING_S", 0.1)
    async with channel(url, await retail.device("amna")) as socket:
        assert "ping" in msgspec.json.decode(await asyncio.wait_for(socket.recv(), SOON_S))


async def test_a_client_that_shouts_is_ignored_and_one_that_sends_too_much_is_cut_off(retail, url):
    device = await retail.device("amna")
    async with channel(url, device) as socket:
        await socket.send("x" * 1_000)
        await socket.send("[" * 10_000)
        await until(lambda: len(retail.server.live._subscribers) == 1)
        await retail.order("900")
        assert "inbox" in await asyncio.wait_for(socket.recv(), SOON_S)
        with contextlib.suppress(websockets.ConnectionClosed):
            await socket.send("x" * 70_000)
            await asyncio.wait_for(socket.recv(), SOON_S)
        await until(lambda: socket.close_code is not None)
    await until(lambda: len(retail.server.live._subscribers) == 0)


async def test_a_client_too_slow_for_what_happens_is_closed_and_pulls(retail, monkeypatch):
    monkeypatch.setattr(live, "QUEUE_MAX", 2)
    granted = frozenset({"inbox"})
    async with retail.server.live.subscription(retail.id, granted) as me:
        for number in range(4):
            await retail.order(str(number))
            await retail.server.live._feed()
        assert me.overrun


async def test_a_patch_larger_than_a_page_comes_in_pieces_that_continue(retail, url, monkeypatch):
    monkeypatch.setattr(live, "PULL_BYTES_MAX", 2_000)
    monkeypatch.setattr(live, "POLL_S", 0.05)
    watcher = await retail.device("saad")
    replica = await read_anew(watcher)
    async with channel(url, watcher) as socket:
        following = asyncio.create_task(follow(socket, replica))
        await until(lambda: len(retail.server.live._subscribers) == 1)
        retail.server.live.changed, changed = (lambda *_: None), retail.server.live.changed
        for number in range(20):
            await retail.order(f"9{number:02}")
        changed(retail.id, {"inbox": 20})
        anew = await read_anew(watcher)
        await until(lambda: following.done() or replica == anew)
        assert not following.done()
        following.cancel()


async def test_a_phone_that_lost_the_channel_misses_nothing(retail, url):
    held, worker = await retail.phone("saad"), await retail.device("amna")
    for number in range(900, 906):
        await retail.order(str(number))
    link = LiveLink(held.phone, url, held.token)
    async with running(held, link):
        for number in range(900, 906):
            await until(link.connected.is_set)
            made = SHIP | {"fulfillment_id": f"f{number}", "order_id": str(number)}
            lines = [{"order_line_id": f"{number}0", "units": 1}]
            await worker.do("create_fulfillment", made | {"lines": lines})
            link.drop()
        await until(lambda: len(held.phone.rows().fulfillments) == 6)
    replica = Replica(cursors={}, rows={})
    await catch_up(Device(retail.server, "", held.token, "saad"), replica)
    for name, rows in replica.rows.items():
        assert held.phone.memory.replica.rows[name] == rows


async def test_a_body_that_dribbles_in_is_given_up(retail, url, monkeypatch):
    monkeypatch.setattr(bodies, "BODY_TIMEOUT_S", 0.5)
    device = await retail.device("amna")
    head = (
        f"POST /sync/push HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nContent-Length: 5000\r\n"
        f"Content-Type: application/json\r\nAuthorization: Bearer {device.token}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    started = time.monotonic()
    writer.write(head.encode())
    with contextlib.suppress(ConnectionError):
        for _ in range(100):
            writer.write(b" ")
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                status = await asyncio.wait_for(reader.readline(), 0.05)
                break
    assert status.split()[1] == b"408"
    assert time.monotonic() - started < 3
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def test_a_client_that_goes_away_in_the_middle_of_its_body_leaves_nothing_behind(retail, url):
    device = await retail.device("amna")
    ops = device.body([device.op("confirm", {"order_id": "900"})])
    head = (
        f"POST /sync/push HTTP/1.1\r\nHost: x\r\nContent-Length: {len(ops)}\r\n"
        f"Content-Type: application/json\r\nAuthorization: Bearer {device.token}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", urlsplit(url).port)) as raw:
        raw.sendall(head.encode() + ops[:-20])
    await asyncio.sleep(0.1)
    answer = await device.post("/sync/push", ops)
    assert answer.status_code == 200

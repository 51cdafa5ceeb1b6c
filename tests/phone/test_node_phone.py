"""The app's own store and sync code, driven from here: it lives through what the reference phone lives through."""

import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import msgspec
import pytest

from server.db.address import DatabaseAddress
from server.db.epochs import read_history
from server.db.pool import Database
from sync_protocol.reading import link_hashes
from tests.conftest import run_on
from tests.phone.both_phones import KINDS, Hand, NodeHand, StillClock, let_in, likened
from tests.phone.dump import Dump
from tests.phone.network import Fault
from tests.phone.node_phone import PROGRAM, NotDone
from tests.server.retail import LAHORE, Retail, Server
from tests.server.test_greeting_and_recovery import restore_backup, shipment, take_backup

Meet = Callable[[str], Awaitable["Met"]]


class Met:
    """One phone of a kind in Amna's hand, on a server and a database of its own."""

    def __init__(self, retail: Retail, device_id: str, hand: Hand) -> None:
        self.retail = retail
        self.device_id = device_id
        self.hand = hand

    def likened(self) -> dict:
        return likened(self.hand.dump(), self.device_id)

    def pass_ms(self, ms: int) -> None:
        self.retail.server.clock.pass_ms(ms)


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    if not PROGRAM.exists():
        pytest.fail("the phone's program is not built: make .make/node-phone/phone.mjs")


@pytest.fixture
def hands() -> Iterator[list[Hand]]:
    made: list[Hand] = []
    yield made
    for hand in made:
        hand.quit()


@pytest.fixture
async def meet(postgres: DatabaseAddress, template: str, hands: list[Hand]) -> AsyncIterator[Meet]:
    """Makes a phone of a kind, before a server on a fresh database."""
    opened: list[tuple[Database, Server, str]] = []

    async def make(kind: str) -> Met:
        name = f"phones_{kind}"
        await run_on(postgres, f"CREATE DATABASE {name} TEMPLATE {template}")
        database = Database(msgspec.structs.replace(postgres, database=name))
        await database.__aenter__()
        async with database.connection() as connection:
            epoch = (await read_history(connection)).epoch
        server = Server(database, StillClock(), epoch)
        opened.append((database, server, name))
        retail = Retail(server)
        await retail.set_up()
        for number in (900, 901, 902):
            await retail.order(str(number))
        welcome = await let_in(retail, "amna")
        hands.append(KINDS[kind](server, welcome))
        return Met(retail, welcome.device_id, hands[-1])

    yield make
    for database, server, name in opened:
        await server.http.aclose()
        await database.__aexit__(None, None, None)
        await run_on(postgres, f"DROP DATABASE {name} WITH (FORCE)")


async def record_offline_and_lose_replies(met: Met) -> None:
    hand = met.hand
    await hand.sync()
    hand.network.cut()
    hand.record("create_fulfillment", shipment(900))
    hand.record("pack", {"fulfillment_id": "f900"})
    assert await hand.sync() == "waiting"
    met.pass_ms(90_000)
    hand.network.mend()
    hand.network.coming.extend([None, Fault.LOSE_REPLY])
    assert await hand.sync() == "waiting"
    hand.network.coming.append(Fault.REPEAT)
    assert await hand.sync() == "idle"


async def fork_by_a_restored_copy(met: Met) -> None:
    hand = met.hand
    copy = hand.saved()
    hand.record("create_fulfillment", shipment(901))
    assert await hand.sync() == "idle"
    hand.restore(copy)
    met.pass_ms(5_000)
    hand.record("confirm", {"order_id": "902", "note": "مغرب کے بعد"})
    hand.record("create_fulfillment", shipment(902))
    assert await hand.sync() == "idle"


async def restore_the_server(met: Met) -> None:
    hand = met.hand
    await take_backup(met.retail)
    met.pass_ms(60_000)
    hand.record("pack", {"fulfillment_id": "f902"})
    assert await hand.sync() == "idle"
    await restore_backup(met.retail)
    hand.record("dispatch", {"fulfillment_id": "f900", "courier": "tcs", "tracking_number": "7712"})
    hand.network.coming.extend([None, None, Fault.LOSE_REPLY])
    await hand.sync()
    hand.restart()
    while await hand.sync() != "idle":
        met.pass_ms(1_000)
    assert await hand.sync() == "idle"


STORY = (record_offline_and_lose_replies, fork_by_a_restored_copy, restore_the_server)


async def test_the_app_and_the_reference_phone_come_through_the_same_story_with_the_same_disk(
    meet: Meet,
) -> None:
    told = {}
    for kind in KINDS:
        met = await meet(kind)
        told[kind] = []
        for chapter in STORY:
            await chapter(met)
            assert_chained(met.hand.dump())
            told[kind].append(met.likened())
    for reference, node in zip(told["reference"], told["node"], strict=True):
        assert node["ops"] == reference["ops"]
        assert node["rows"] == reference["rows"]
        assert node == reference
    last = told["node"][-1]
    assert [op["kind"] for op in last["ops"]] == [
        "create_fulfillment",
        "pack",
        "confirm",
        "create_fulfillment",
        "pack",
        "dispatch",
    ]
    assert {op["answer"]["status"] for op in last["ops"]} == {"applied"}
    assert not any(op["open"] for op in last["ops"])
    assert len({op["life"] for op in last["ops"]}) > 1


def assert_chained(dump: Dump) -> None:
    """Each op of the present life names the very text of the one before it."""
    life = [op for op in dump.ops if op.incarnation == dump.incarnation]
    assert [op.n for op in life] == list(range(1, len(life) + 1))
    for before, op in itertools.pairwise(life):
        assert msgspec.json.decode(op.text)["prev"] in link_hashes(before.text.encode())
    assert dump.n == len(life)


async def test_the_same_seed_gives_the_same_run_to_the_byte(meet: Meet, hands: list[Hand]) -> None:
    met = await meet("node")
    sent = []
    saved = met.hand.saved()
    for _ in range(2):
        again = NodeHand(met.retail.server, await let_in(met.retail, "asma"))
        hands.append(again)
        again.restore(saved)
        for number in range(20):
            again.record("confirm", {"order_id": "900", "note": str(number)})
        again.network.cut()
        assert await again.sync() == "waiting"
        sent.append((again.saved(), again.phone.due_at))
    assert sent[0] == sent[1]


async def test_killed_at_any_request_of_its_disk_it_has_all_or_nothing_of_an_act(
    meet: Meet,
) -> None:
    hand = (await meet("node")).hand
    assert isinstance(hand, NodeHand)
    phone = hand.phone
    await phone.sync()
    phone.record("confirm", {"order_id": "900"})
    for at in range(1, 50):
        before = phone.dump()
        phone.fault(at)
        try:
            op = phone.record("confirm", {"order_id": "901", "note": str(at)})
        except NotDone:
            assert phone.standing.cut
            phone.kill()
            assert phone.dump() == before
            continue
        phone.kill()
        assert [one.id for one in phone.dump().ops] == [*(one.id for one in before.ops), op]
        break
    assert at > 5
    assert await phone.sync() == "idle"
    assert phone.dump().unsent == ()


async def test_killed_at_any_request_of_its_disk_while_it_talks_it_sends_everything_once(
    meet: Meet,
) -> None:
    met = await meet("node")
    hand = met.hand
    assert isinstance(hand, NodeHand)
    await hand.sync()
    made = []
    for at in range(1, 40):
        made.append(hand.record("confirm", {"order_id": "900", "note": str(at)}))
        hand.phone.fault(at)
        with contextlib.suppress(NotDone):
            await hand.sync()
        hand.restart()
    while await hand.sync() != "idle":
        met.pass_ms(1_000)
    assert [op.id for op in hand.dump().ops] == made
    assert hand.dump().unsent == ()
    known = (await met.retail.server.post("/sync/offer", {"ids": made}, token_of(hand))).json()
    assert known["missing"] == []


def token_of(hand: NodeHand) -> str:
    inner = hand.network._inner
    return inner._headers["Authorization"].removeprefix("Bearer ")


async def test_rows_that_the_browser_cleared_come_back_and_unsent_work_never_went(
    meet: Meet,
) -> None:
    hand = (await meet("node")).hand
    assert isinstance(hand, NodeHand)
    await hand.sync()
    rows = hand.dump().rows
    hand.network.cut()
    op = hand.record("confirm", {"order_id": "900"})
    hand.phone.evict(everything=False)
    assert hand.dump().rows == {}
    assert [one.id for one in hand.dump().unsent] == [op]
    hand.network.mend()
    for _ in rows:  # what is less urgent comes with a later page
        await hand.phone.pull()
    assert set(hand.dump().rows) == set(rows)
    assert len(hand.dump().unsent) == 1
    await hand.sync()
    assert hand.dump().unsent == ()
    hand.phone.evict(everything=True)
    assert hand.dump().ops == ()


async def test_what_is_recorded_while_the_app_talks_is_sent_before_it_rests(meet: Meet) -> None:
    met = await meet("node")
    hand = met.hand
    await hand.sync()
    hand.record("confirm", {"order_id": "900"})
    inner, meanwhile = hand.network._deliver, []

    async def deliver(path: str, body: bytes):
        if not meanwhile:
            meanwhile.append(hand.record("create_fulfillment", shipment(901)))
        return await inner(path, body)

    hand.network._deliver = deliver
    assert await hand.sync() == "idle"
    assert hand.dump().unsent == ()
    assert len(hand.dump().ops) == 2


async def test_a_clock_that_runs_wrong_is_measured_against_the_server(meet: Meet) -> None:
    met = await meet("node")
    hand = met.hand
    assert isinstance(hand, NodeHand)
    hand.phone.reset_clock(-3_600_000)
    await hand.sync()
    hand.record("confirm", {"order_id": "900"})
    (op,) = hand.dump().ops
    sent = msgspec.json.decode(op.text)
    assert sent["clock"] == [3_600_000, 0]
    assert sent["at"] == met.retail.server.clock() - 3_600_000
    assert LAHORE in " ".join(sent["seen"])

"""The reference phone by itself, against a server that is made up: what it keeps, and when it talks."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from sync_protocol.ids import DeviceId, Incarnation, OpId, StaffId
from sync_protocol.limits import OP_BYTES_MAX, RETRY_FIRST_MS
from sync_protocol.messages.hello import DeviceHead
from sync_protocol.reading import link_hashes
from sync_protocol.shop import Role, Staff
from tests.phone.driver import Phone, is_resting
from tests.phone.memory import Memory, OpTooLarge
from tests.phone.network import Fault, Network
from tests.phone.surroundings import seeded_surroundings
from tests.phone.transport import Answer

T0 = 1_767_225_600_000


class Clock:
    def __init__(self) -> None:
        self.now_ms = T0

    def __call__(self) -> int:
        return self.now_ms


class Obliging:
    """A server that greets, applies everything it is sent once, and has no rows."""

    def __init__(self) -> None:
        self.epoch = "E1"
        self.asked: list[str] = []
        self.ops: dict[str, dict[str, Any]] = {}
        self.head = DeviceHead(id=DeviceId("d"), n=0, head=None, revoked=False)
        self.problem: dict[str, Any] | None = None
        self.meanwhile: Callable[[], object] = lambda: None
        self.is_silent = False

    async def post(self, path: str, body: bytes) -> Answer:
        self.asked.append(path)
        if self.is_silent:
            await asyncio.Event().wait()
        if self.problem is not None and path == "/sync/push":
            said, self.problem = self.problem, None
            return Answer(status=said["status"], body=msgspec.json.encode(PROBLEM | said))
        request = msgspec.json.decode(body)
        if path == "/sync/push" and request["epoch"] != self.epoch:
            said = PROBLEM | {"status": 409, "problem": "epoch", "epoch": self.epoch}
            return Answer(status=409, body=msgspec.json.encode(said))
        reply = getattr(self, path.rpartition("/")[2])(request)
        return Answer(status=200, body=msgspec.json.encode(reply | {"now": T0}))

    def hello(self, _: dict[str, Any]) -> dict[str, Any]:
        limits = dict.fromkeys(("push_ops", "push_bytes", "op_bytes", "pull_bytes", "pull_rows"), 1)
        told = {"protocol": 1, "epoch": self.epoch, "restored_to": None, "limits": limits}
        return told | {"device": self.head, "streams": ["shop"]}

    def push(self, request: dict[str, Any]) -> dict[str, Any]:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        for op in request["ops"]:
            self.ops.setdefault(op["id"], op)
        results = [{"id": op["id"], "status": "applied"} for op in request["ops"]]
        ride = None if request["pull"] is None else self.pull({}) | {"now": T0}
        return {"results": results, "more": False, "retry_after_ms": 0, "pull": ride}

    def pull(self, _: dict[str, Any]) -> dict[str, Any]:
        empty = {"patches": [], "results": [], "ledger": {}, "resnapshot": [], "more": False}
        return empty | {"epoch": self.epoch, "streams": ["shop"]}

    def offer(self, request: dict[str, Any]) -> dict[str, Any]:
        missing = [i for i in request["ids"] if i not in self.ops]
        return {"epoch": self.epoch, "missing": missing, "results": []}


PROBLEM = {"type": "about:blank", "title": "No", "detail": "no"}


class Hand:
    """A phone with its network, server and clock."""

    def __init__(self) -> None:
        staff = Staff(id=StaffId("amna"), name="Amna", role=Role.BRANCH)
        self.memory = Memory(
            device_id=DeviceId("d"), staff=staff, incarnation=Incarnation("k1"), granted=()
        )
        self.clock = Clock()
        self.server = Obliging()
        self.network = Network(self.server)
        self.around = seeded_surroundings(1, self.clock)
        self.phone = Phone(self.memory, self.around, self.network)

    def note(self, text: str = "") -> OpId:
        return self.phone.record("confirm", {"order_id": "1", "note": text})


@pytest.fixture
def hand() -> Hand:
    return Hand()


def test_recorded_ops_are_numbered_and_each_names_the_one_before(hand: Hand) -> None:
    for _ in range(3):
        hand.note()
    texts = [op.text for op in hand.memory.ops]
    ops = [msgspec.json.decode(text) for text in texts]
    assert [op["n"] for op in ops] == [1, 2, 3]
    assert ops[0]["prev"] is None
    for before, op in zip(texts, ops[1:], strict=False):
        assert op["prev"] in link_hashes(before)


def test_an_op_that_cannot_travel_is_not_kept(hand: Hand) -> None:
    hand.note()
    with pytest.raises(OpTooLarge):
        hand.note("x" * OP_BYTES_MAX)
    hand.note()
    assert [op.n for op in hand.memory.ops] == [1, 2]


async def test_saved_and_restored_it_sends_the_very_bytes_that_it_had_recorded(hand: Hand) -> None:
    hand.note()
    hand.note()
    texts = [op.text for op in hand.memory.ops]
    again = Phone(Memory.restored(hand.memory.saved()), hand.around, hand.network)
    await again.sync()
    (push,) = [body for path, body in hand.network.sent if path == "/sync/push"]
    assert all(text in push for text in texts)


async def test_it_greets_pushes_and_pulls_and_then_arms_its_timer(hand: Hand) -> None:
    hand.note()
    assert await hand.phone.sync() == "idle"
    assert hand.server.asked == ["/sync/hello", "/sync/push"]
    assert hand.phone.due_at is not None
    await hand.phone.sync()
    assert hand.server.asked[2:] == ["/sync/pull"]


async def test_without_a_network_it_waits_longer_each_time_and_work_goes_on(hand: Hand) -> None:
    hand.network.cut()
    waits = []
    for turn in range(4):
        hand.note()
        assert await hand.phone.sync() == "waiting"
        waits.append((hand.phone.due_at or 0) - T0)
        assert waits[-1] < RETRY_FIRST_MS * 2**turn
    hand.network.mend()
    await hand.phone.sync()
    assert len(hand.server.ops) == 4


async def test_what_happens_while_it_talks_is_sent_before_it_rests(hand: Hand) -> None:
    hand.server.meanwhile = hand.note
    hand.note()
    await hand.phone.sync()
    assert len(hand.server.ops) == 2


async def test_away_for_more_than_a_minute_it_greets_again(hand: Hand) -> None:
    await hand.phone.sync()
    hand.clock.now_ms += 61_000
    await hand.phone.sync()
    assert hand.server.asked.count("/sync/hello") == 2


async def test_a_reply_that_was_lost_is_asked_for_again_and_nothing_is_taken_for_done(
    hand: Hand,
) -> None:
    op = hand.note()
    hand.network.coming.extend([None, Fault.LOSE_REPLY])
    assert await hand.phone.sync() == "waiting"
    assert hand.phone.result(op) is None
    await hand.phone.sync()
    told = hand.phone.result(op)
    assert told is not None
    assert told.status == "applied"


@pytest.mark.parametrize(
    ("problem", "steps"),
    [
        ({"status": 409, "problem": "fork"}, ["offer", "push"]),
        ({"status": 409, "problem": "gap"}, ["offer", "push"]),
        ({"status": 409, "problem": "epoch", "epoch": "E2"}, ["offer", "push", "pull"]),
    ],
)
async def test_every_trouble_with_the_log_ends_by_offering_and_a_new_life(
    hand: Hand, problem: dict[str, Any], steps: list[str]
) -> None:
    await hand.phone.sync()
    hand.note()
    hand.server.problem = problem
    hand.server.epoch = problem.get("epoch", "E1")
    before = len(hand.server.asked)
    assert await hand.phone.sync() == "idle"
    assert hand.server.asked[before:] == ["/sync/push", *(f"/sync/{step}" for step in steps)]
    assert hand.memory.incarnation != "k1"
    assert hand.memory.epoch == hand.server.epoch
    assert len(hand.server.ops) == 1


async def test_a_server_that_lost_what_it_had_acknowledged_gets_it_again_in_its_order(
    hand: Hand,
) -> None:
    first, second = hand.note("1"), hand.note("2")
    await hand.phone.sync()
    hand.server.ops.clear()
    hand.server.epoch = "E2"
    third = hand.note("3")
    hand.clock.now_ms += 61_000
    await hand.phone.sync()
    await hand.phone.sync()
    assert list(hand.server.ops) == [first, second, third]
    assert [op["n"] for op in hand.server.ops.values()] == [1, 2, 3]


async def test_told_to_slow_down_it_waits_exactly_as_long_as_it_was_told(hand: Hand) -> None:
    hand.note()
    hand.server.problem = {"status": 429, "problem": "slow_down", "retry_after_ms": 7_000}
    assert await hand.phone.sync() == "waiting"
    assert hand.phone.due_at == T0 + 7_000


async def test_told_that_a_push_is_too_large_it_sends_half_as_many(hand: Hand) -> None:
    for _ in range(100):
        hand.note()
    hand.server.problem = {"status": 413, "problem": "too_large"}
    await hand.phone.sync()
    await hand.phone.sync()
    pushes = [msgspec.json.decode(b)["ops"] for p, b in hand.network.sent if p == "/sync/push"]
    assert [len(ops) for ops in pushes] == [100, 50, 50]


async def test_once_revoked_it_stops_and_keeps_its_work(hand: Hand) -> None:
    hand.note()
    hand.server.problem = {"status": 401, "problem": "revoked"}
    assert await hand.phone.sync() == "stopped"
    asked = len(hand.server.asked)
    assert await hand.phone.sync() == "stopped"
    assert len(hand.server.asked) == asked
    assert len(hand.memory.unsent()) == 1


async def test_broken_off_in_the_middle_of_a_request_it_can_talk_again(hand: Hand) -> None:
    hand.note()
    hand.server.is_silent = True
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(hand.phone.sync(), 0.05)
    hand.server.is_silent = False
    assert is_resting(hand.phone.phase)
    assert await hand.phone.sync() == "idle"


async def test_left_running_it_sends_what_is_recorded_at_once_and_asks_again_by_its_timer(
    hand: Hand,
) -> None:
    running = asyncio.create_task(hand.phone.run())
    await until(lambda: hand.phone.phase == "idle")
    hand.note()
    await until(lambda: len(hand.server.ops) == 1)
    hand.phone.due_at = T0
    pulls = hand.server.asked.count("/sync/pull")
    hand.phone.poke()
    await until(lambda: hand.server.asked.count("/sync/pull") > pulls)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)

"""The steps at which a crash test may have the server die: every one is passed by real work, and none stops any."""

import re
from pathlib import Path

import pytest

from server import points
from tests.server.retail import KURTA, LAHORE

SOURCE = Path(__file__).parents[2] / "server"
IN_ORDER = (
    "push.looked",
    "apply.locked",
    "apply.loaded",
    "apply.decided",
    "apply.work_written",
    "apply.effects_queued",
    "apply.ledger_written",
    "apply.stock_written",
    "apply.rows_written",
    "apply.ops_stored",
    "apply.log_stored",
    "commit.before",
    "commit.after",
    "push.chunk_taken",
    "push.contact_noted",
    "commit.before",
    "commit.after",
    "push.answering",
)


@pytest.fixture
def passed():
    seen: list[str] = []
    points.arm(seen.append)
    yield seen
    points.arm(None)


async def test_a_push_passes_its_steps_in_their_order(retail, passed):
    device = await retail.device("amna")
    passed.clear()
    lines = [{"variant_id": KURTA, "units": 1}]
    await device.do("counter_sale", {"branch_id": LAHORE, "lines": lines})
    assert tuple(passed) == IN_ORDER


async def test_telling_the_store_passes_every_step_that_there_is(outside, passed):
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    passed.clear()
    await outside.carry_out()
    outbox = [name for name in passed if name.startswith("outbox.")]
    assert outbox == [
        "outbox.claimed",
        "outbox.looked",
        "outbox.intent_written",
        "outbox.called",
        "outbox.told",
        "outbox.closed",
    ]
    assert {*outbox, *IN_ORDER} == _named_in_the_source()


def _named_in_the_source() -> set[str]:
    texts = (path.read_text() for path in SOURCE.rglob("*.py"))
    return {name for text in texts for name in re.findall(r'\bpoint\("([a-z._]+)"\)', text)}


def test_a_process_dies_at_the_step_that_its_environment_names(monkeypatch):
    killed = []
    monkeypatch.setattr("server.points.os.kill", lambda pid, number: killed.append(number))
    try:
        points.arm_from({points.ARMED_BY: "2 push. commit."})
        points.point("push.looked")
        points.point("apply.locked")
        assert killed == []
        points.point("commit.before")
        assert killed == [points.signal.SIGKILL]
    finally:
        points.arm(None)


def test_nothing_is_armed_in_a_shop():
    points.arm_from({"PATH": "/bin"})
    assert points._hook is None

"""The auditor is no yes-man: each promise, broken by hand, is found and named."""

import asyncpg
import msgspec
import pytest

from sync_protocol.ids import DeviceId, OpId
from tests.chaos.auditor import Auditor
from tests.chaos.ground import Ground, ground
from tests.chaos.proving import differences, prove

BREAKS = {
    "are not in the database": "DELETE FROM op WHERE id = $1",
    "have another result": "UPDATE op SET result = replace(result, 'applied', 'noop') WHERE id = $1",
    "are kept with another content": """
        UPDATE op SET sent = convert_to(replace(convert_from(sent, 'UTF8'), '"units":', '"units":1'), 'UTF8')
        WHERE id = $1
    """,
    "moved the shelf by something else": """
        UPDATE ledger_leg l SET units = units * 2 FROM ledger_entry e
        WHERE e.op_id = $1 AND (l.branch_id, l.version) = (e.branch_id, e.version)
    """,
    "the ledger of b1 is not dense": "UPDATE ledger_head SET version = version + length($1) - length($1) + 1",
    "the versions of stream branch/b1/stock": """
        UPDATE stream SET version = version + 1
        WHERE name = 'branch/b1/stock' AND EXISTS (SELECT FROM op WHERE id = $1)
    """,
    "the log of device": "UPDATE op SET n = n + 1000 WHERE id = $1",
}


async def worked(on: Ground) -> OpId:
    """Let a phone do and send one thing."""
    await on.server.start()
    await on.let_everybody_in(1)
    (carrier,) = on.fleet.carriers
    lines = [{"variant_id": "510", "units": 2}]
    op_id = carrier.do("receive_stock", {"branch_id": "b1", "lines": lines})
    await carrier.sync_to_the_end()
    return op_id


async def test_each_broken_promise_is_found_and_named():
    async with ground(seed=1, branches=1, people_per_branch=1, orders=2) as on:
        op_id = await worked(on)
        auditor = on.fleet.auditor
        connection = await asyncpg.connect(on.where.dsn)
        assert await prove(connection, auditor) == []
        for named, statement in BREAKS.items():
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(statement, op_id)
            found = await prove(connection, auditor)
            await transaction.rollback()
            assert any(named in each for each in found), (named, found)
        await connection.close()

        (carrier,) = on.fleet.carriers
        assert await on.fleet.compare_with_fresh() == []
        carrier.phone.memory.replica.rows["branch/b1/stock"].popitem()
        assert await on.fleet.compare_with_fresh() == [
            "b1-1 shows branch/b1/stock otherwise than a fresh device"
        ]
        carrier.record()
        assert any(
            "to send" in each for each in differences(carrier.phone.memory, carrier.phone.memory)
        )


@pytest.fixture
def auditor() -> Auditor:
    made = Auditor()
    op = {"id": "a", "n": 1, "kind": "pack", "by": "amna", "at": 1, "body": {"fulfillment_id": "f"}}
    made.note_saved(DeviceId("d"), msgspec.json.encode(op))
    return made


def test_an_op_that_is_told_two_results_is_noticed(auditor):
    for status in ("applied", "applied", "flagged"):
        auditor.note_told([msgspec.Raw(msgspec.json.encode({"id": "a", "status": status}))])
    assert len(auditor.broken) == 1
    assert "was told" in auditor.broken[0]


def test_what_was_saved_and_never_told_is_counted(auditor):
    assert (auditor.acknowledged, auditor.unacknowledged) == (0, 1)
    auditor.note_told([msgspec.Raw(b'{"id":"a","status":"applied"}')])
    assert (auditor.acknowledged, auditor.unacknowledged) == (1, 0)

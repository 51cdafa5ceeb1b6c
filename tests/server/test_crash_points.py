"""A push that breaks anywhere in its middle took nothing, and is taken whole the next time."""

import asyncio

import asyncpg
import pytest
from asyncpg.pool import PoolConnectionProxy

from server.db.availability import DatabaseUnavailable
from tests.server.books import balances, findings, read
from tests.server.retail import KURTA, LAHORE, Device, Retail

METHODS = ("execute", "executemany", "fetch", "fetchrow", "fetchval")


class Breaker:
    """Counts the statements of this process, and breaks at one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.at = 0
        self.error: BaseException = asyncio.CancelledError()
        for name in METHODS:
            monkeypatch.setattr(PoolConnectionProxy, name, self._counting(name))

    def _counting(self, name: str):
        original = getattr(PoolConnectionProxy, name)

        async def counted(connection, *arguments, **more):
            self.count += 1
            if self.count == self.at:
                raise self.error
            return await original(connection, *arguments, **more)

        return counted

    def arm(self, at: int, error: BaseException) -> None:
        self.count, self.at, self.error = 0, at, error


def work(device: Device) -> bytes:
    lines = [{"order_line_id": "9000", "units": 1}]
    made = {"fulfillment_id": "f1", "order_id": "900", "branch_id": LAHORE, "lines": lines}
    return device.body(
        [
            device.op("confirm", {"order_id": "900"}),
            device.op("create_fulfillment", made),
            device.op("pack", {"fulfillment_id": "f1"}),
            device.op("pack", {"fulfillment_id": "f1"}),
            device.op("dispatch", {"fulfillment_id": "f1", "courier": "tcs"}),
        ]
    )


ERRORS = {
    "a bug": (lambda: RuntimeError("a bug"), 500),
    "PostgreSQL gone": (lambda: DatabaseUnavailable("gone"), 503),
    "a connection lost": (lambda: asyncpg.ConnectionDoesNotExistError("gone"), 503),
    "a full disk": (lambda: asyncpg.DiskFullError("No space left on device"), 503),
}


@pytest.mark.parametrize("error", ERRORS)
async def test_breaking_at_any_statement_of_a_push_takes_nothing_and_the_next_push_takes_all(
    server, monkeypatch, error
):
    make, status = ERRORS[error]
    retail = Retail(server)
    await retail.set_up()
    await retail.order(cod=True)
    device = await retail.device("amna")
    body = work(device)
    before = await read(retail)
    breaker = Breaker(monkeypatch)
    for at in range(1, 80):
        breaker.arm(at, make())
        answer = await device.post("/sync/push", body)
        breaker.arm(0, make())
        after = await read(retail)
        if after != before:
            break
        assert answer.status_code == status, (at, answer.text)
    breaker.arm(0, make())
    again = await device.post("/sync/push", body)
    assert at > 20, "the statements of a push are no longer seen by this test"
    assert [r["status"] for r in again.json()["results"]] == [
        "applied",
        "applied",
        "applied",
        "flagged",
        "applied",
    ]
    assert (await balances(retail))[LAHORE, "sellable", KURTA] == 9
    assert await findings(retail) == []


async def test_a_push_onto_a_full_disk_is_told_why_and_when_to_come_back(retail, monkeypatch):
    device = await retail.device("amna")
    breaker = Breaker(monkeypatch)
    breaker.arm(4, asyncpg.DiskFullError("No space left on device"))
    body = device.body([device.op("receive_stock", ONE_KURTA)])
    answer = await device.post("/sync/push", body)
    breaker.arm(0, RuntimeError())
    assert (answer.status_code, answer.json()["problem"]) == (503, "storage_full")
    assert int(answer.headers["retry-after"]) * 1000 == answer.json()["retry_after_ms"] > 0
    assert (await device.post("/sync/push", body)).json()["results"][0]["status"] == "applied"


async def test_a_phone_is_greeted_and_given_its_rows_although_nothing_can_be_written(
    retail, monkeypatch, tmp_path
):
    device = await retail.device("amna")
    retail.server.database._ground = tmp_path
    monkeypatch.setattr("server.db.room.RESERVE_BYTES", 1 << 62)
    hello = {"protocol": [1, 1], "app": "x", "incarnation": "k1", "n": 0, "acked_n": 0}
    greeted = await device.post("/sync/hello", hello)
    assert greeted.status_code == 200, greeted.text
    assert (await device.pull())["patches"]
    op = device.op("receive_stock", ONE_KURTA)
    refused = await device.post("/sync/push", device.body([op]))
    assert (refused.status_code, refused.json()["problem"]) == (503, "storage_full")


ONE_KURTA = {"branch_id": LAHORE, "lines": [{"variant_id": KURTA, "units": 1}]}


async def test_a_lost_connection_to_postgresql_is_503_with_a_time_and_heals_by_itself(retail):
    device = await retail.device("amna")
    await retail.order()
    async with retail.server.database.connection() as connection:
        await connection.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """
        )
    answers = [await device.post("/sync/pull", {}) for _ in range(3)]
    for answer in answers:
        assert answer.status_code in (200, 503)
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) > 0
    assert answers[-1].status_code == 200

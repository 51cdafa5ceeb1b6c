"""A transaction is whole or nothing, and its connection always comes back."""

import asyncio

import anyio
import asyncpg
import pytest

from server.db.availability import DatabaseUnavailable
from server.db.pool import (
    Database,
    NestedTransaction,
    TransactionAborted,
    run_transaction,
    savepoint,
)
from server.db.tables.epoch import Epoch

TABLES = """
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (
    id int PRIMARY KEY,
    parent_id int NOT NULL REFERENCES parent DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE counter (id int PRIMARY KEY, value int NOT NULL);
INSERT INTO counter VALUES (1, 0), (2, 0);
"""
CONNECTIONS = 3


@pytest.fixture
async def small(database_address):
    async with Database(database_address, connections_max=CONNECTIONS) as opened:
        async with opened.connection() as connection:
            await connection.execute(TABLES)
        yield opened


async def assert_nothing_leaked(database):
    """Every connection can be had at once, and none has a transaction open."""
    while database._connections._undoing:  # noqa: ASYNC110 - nothing to wait for
        await asyncio.sleep(0.01)
    async with asyncio.timeout(5):
        taken = [await database._connections.take() for _ in range(CONNECTIONS)]
    for connection in taken:
        assert await connection.fetchval("SELECT 1") == 1
        assert not connection.is_in_transaction()
        await database._connections.give_back(connection)
    assert database.engine.current_transaction.get() is None


async def count(database, table):
    async with database.connection() as connection:
        return await connection.fetchval(f"SELECT count(*) FROM {table}")


async def test_what_a_transaction_wrote_is_there_after_it(small):
    async with small.transaction() as connection:
        await connection.execute("INSERT INTO parent VALUES (1)")
    assert await count(small, "parent") == 1


async def test_an_error_undoes_everything_and_is_raised_as_it_is(small):
    with pytest.raises(KeyError):
        async with small.transaction() as connection:
            await connection.execute("INSERT INTO parent VALUES (1)")
            raise KeyError
    assert await count(small, "parent") == 0


async def test_ten_refused_commits_leak_no_connection(small):
    for number in range(10):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with small.transaction() as connection:
                await connection.execute("INSERT INTO child VALUES ($1, 999)", number)
    assert await count(small, "child") == 0
    await assert_nothing_leaked(small)


async def test_cancelled_tasks_leak_no_connection_wherever_they_are_cancelled(small):
    async def work():
        async with small.transaction() as connection:
            await connection.execute("INSERT INTO parent VALUES (1)")
            await connection.execute("SELECT pg_sleep(0.01)")

    # From before the connection is had up to after the COMMIT.
    for step in range(40):
        task = asyncio.create_task(work())
        await asyncio.sleep(step * 0.0005)
        task.cancel()
        await asyncio.wait([task])
        async with small.connection() as connection:
            await connection.execute("DELETE FROM parent")
    await assert_nothing_leaked(small)


async def test_a_scope_that_cancels_at_every_await_leaks_no_connection(small):
    for _ in range(5):
        with anyio.move_on_after(0.01):
            async with small.transaction() as connection:
                await connection.execute("INSERT INTO parent VALUES (1)")
                await connection.execute("SELECT pg_sleep(5)")
    assert await count(small, "parent") == 0
    await assert_nothing_leaked(small)


async def test_tasks_that_share_a_connection_fail_and_leak_nothing(small):
    for _ in range(5):
        with pytest.raises(asyncpg.InterfaceError, match="another operation"):
            async with small.transaction() as connection:
                await connection.execute("INSERT INTO parent VALUES (1)")
                await asyncio.gather(
                    connection.fetch("SELECT pg_sleep(0.2)"), connection.fetch("SELECT 1")
                )
    assert await count(small, "parent") == 0
    await assert_nothing_leaked(small)


async def test_a_transaction_inside_a_transaction_is_refused(small):
    async with small.transaction():
        with pytest.raises(NestedTransaction):
            async with small.transaction():
                pass
    await assert_nothing_leaked(small)


async def test_a_sibling_task_of_an_open_transaction_gets_none_of_its_own(small):
    async def sibling():
        async with small.transaction():
            pass

    async with small.transaction():
        with pytest.raises(NestedTransaction):
            await asyncio.gather(sibling())


async def test_a_task_that_outlives_its_transaction_may_begin_one(small):
    closed = asyncio.Event()

    async def later():
        await closed.wait()
        async with small.transaction() as connection:
            await connection.execute("INSERT INTO parent VALUES (7)")

    async with small.transaction():
        task = asyncio.create_task(later())
    closed.set()
    await task
    assert await count(small, "parent") == 1


async def test_a_swallowed_error_cannot_pass_for_a_commit(small):
    with pytest.raises(TransactionAborted):
        async with small.transaction() as connection:
            await connection.execute("INSERT INTO parent VALUES (1)")
            with pytest.raises(asyncpg.UniqueViolationError):
                await connection.execute("INSERT INTO parent VALUES (1)")
    assert await count(small, "parent") == 0
    await assert_nothing_leaked(small)


async def test_a_savepoint_undoes_only_its_own_block(small):
    async with small.transaction() as connection:
        await connection.execute("INSERT INTO parent VALUES (1)")
        with pytest.raises(asyncpg.UniqueViolationError):
            async with savepoint(connection):
                await connection.execute("INSERT INTO parent VALUES (2), (1)")
        async with savepoint(connection):
            await connection.execute("INSERT INTO parent VALUES (3)")
    async with small.connection() as connection:
        rows = await connection.fetch("SELECT id FROM parent ORDER BY id")
    assert [row["id"] for row in rows] == [1, 3]


async def test_a_readonly_transaction_cannot_write(small):
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with small.transaction(readonly=True) as connection:
            await connection.execute("INSERT INTO parent VALUES (1)")


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
async def test_the_isolation_asked_for_is_the_isolation_had(small, isolation):
    async with small.transaction(isolation) as connection:
        assert await connection.fetchval("SHOW transaction_isolation") == isolation


async def test_piccolos_own_queries_take_part_in_the_transaction(database):
    with pytest.raises(KeyError):
        async with database.transaction():
            await Epoch.insert(Epoch(id="another", began_at=1))
            assert len(await Epoch.select()) == 2
            raise KeyError
    assert len(await Epoch.select()) == 1


async def add_one(connection, row):
    """Read, think, write: lost updates unless the database forbids them."""
    value = await connection.fetchval("SELECT value FROM counter WHERE id = $1", row)
    await connection.execute("UPDATE counter SET value = $1 WHERE id = $2", value + 1, row)


async def test_serialization_failures_are_tried_again_until_every_one_is_through(small):
    await asyncio.gather(
        *(
            run_transaction(
                small, lambda connection: add_one(connection, 1), isolation="serializable", tries=60
            )
            for _ in range(20)
        )
    )
    async with small.connection() as connection:
        assert await connection.fetchval("SELECT value FROM counter WHERE id = 1") == 20
    await assert_nothing_leaked(small)


async def test_a_deadlock_is_tried_again(small):
    attempts = []
    both_hold_one = asyncio.Barrier(2)

    def crossing(first, second):
        async def work(connection):
            attempts.append(first)
            lock = "SELECT FROM counter WHERE id = $1 FOR UPDATE"
            await connection.execute(lock, first)
            if len(attempts) <= 2:
                await both_hold_one.wait()
            await connection.execute(lock, second)
            return first

        return work

    done = await asyncio.gather(
        run_transaction(small, crossing(1, 2)), run_transaction(small, crossing(2, 1))
    )
    assert done == [1, 2]
    assert len(attempts) == 3


async def test_who_loses_every_time_is_told_to_come_back_later(small):
    waited = []

    async def always_collides(connection):
        raise asyncpg.SerializationError

    def wait_s(attempt):
        waited.append(attempt)
        return 0.0

    with pytest.raises(DatabaseUnavailable):
        await run_transaction(small, always_collides, tries=3, wait_s=wait_s)
    assert waited == [0, 1]


async def test_any_other_error_is_not_tried_again(small):
    attempts = []

    async def refused(connection):
        attempts.append(1)
        await connection.execute("INSERT INTO child VALUES (1, 999)")

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await run_transaction(small, refused)
    assert len(attempts) == 1

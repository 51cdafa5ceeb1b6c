"""PostgreSQL may go away at any moment: one exception says so, and nothing acknowledged is lost."""

import asyncio
import contextlib
import itertools
import os
import signal

import asyncpg
import msgspec
import pytest

from server.db import embedded
from server.db.address import DatabaseAddress
from server.db.availability import DatabaseUnavailable
from server.db.pool import Database
from server.db.postmaster import running_postmaster


@pytest.fixture
async def hurt(own_postgres):
    """A database on a server that the test may kill."""
    async with Database(own_postgres, connections_max=3, acquire_timeout_s=1.0) as opened:
        async with opened.connection() as connection:
            await connection.execute("CREATE TABLE written (id int PRIMARY KEY)")
        yield opened


async def write(database, number):
    async with database.transaction() as connection:
        await connection.execute("INSERT INTO written VALUES ($1)", number)


async def written(database):
    async with database.connection() as connection:
        return {row["id"] for row in await connection.fetch("SELECT id FROM written")}


async def test_no_acknowledged_commit_is_lost_when_the_main_process_is_killed(
    home, hurt, kill_postgres
):
    acknowledged = set()
    numbers = itertools.count()

    async def keep_writing(until):
        while not until.is_set():
            number = next(numbers)
            with contextlib.suppress(DatabaseUnavailable):
                await write(hurt, number)
                acknowledged.add(number)
            await asyncio.sleep(0)

    for _ in range(3):
        stopped = asyncio.Event()
        writers = [asyncio.create_task(keep_writing(stopped)) for _ in range(3)]
        await asyncio.sleep(0.3)
        kill_postgres()
        await asyncio.sleep(0.1)
        stopped.set()
        await asyncio.gather(*writers)
        await asyncio.to_thread(embedded.start, home)
        assert acknowledged <= await written(hurt)
    assert len(acknowledged) > 100


async def test_the_same_database_works_again_after_an_orderly_restart(home, hurt):
    await write(hurt, 1)
    await asyncio.to_thread(embedded.stop, home)
    for _ in range(5):
        with pytest.raises(DatabaseUnavailable):
            await write(hurt, 2)
    await asyncio.to_thread(embedded.start, home)
    await write(hurt, 3)
    assert await written(hurt) == {1, 3}


async def test_a_stop_in_the_middle_of_a_transaction_is_told_and_undone(home, hurt):
    with pytest.raises(DatabaseUnavailable):
        async with hurt.transaction() as connection:
            await connection.execute("INSERT INTO written VALUES (1)")
            await asyncio.to_thread(embedded.stop, home)
            await connection.execute("INSERT INTO written VALUES (2)")
    await asyncio.to_thread(embedded.start, home)
    assert await written(hurt) == set()


async def test_a_connection_that_is_cut_during_commit_is_told(hurt):
    with pytest.raises(DatabaseUnavailable):
        async with hurt.transaction() as connection:
            await connection.execute("INSERT INTO written VALUES (1)")
            connection.terminate()
    assert await written(hurt) == set()


async def test_a_server_that_falls_silent_is_given_up_on_and_found_again(home, own_postgres):
    async with Database(
        own_postgres, connections_max=1, statement_timeout_s=0.1, acquire_timeout_s=1.0
    ) as database:
        async with database.connection() as connection:
            pid = await connection.fetchval("SELECT pg_backend_pid()")
            os.kill(pid, signal.SIGSTOP)
            try:
                with pytest.raises(TimeoutError):
                    await connection.execute("SELECT 1", timeout=0.2)
            finally:
                os.kill(pid, signal.SIGCONT)
        async with database.transaction() as connection:
            assert await connection.fetchval("SELECT 1") == 1


async def test_a_statement_that_waits_too_long_is_told_to_come_back_later(database_address):
    async with Database(database_address, statement_timeout_s=0.1) as database:
        with pytest.raises(DatabaseUnavailable):
            async with database.transaction() as connection:
                await connection.execute("SELECT pg_sleep(5)")
        async with database.transaction() as connection:
            assert await connection.fetchval("SELECT 1") == 1


async def test_when_every_connection_is_out_the_next_caller_is_told(database_address):
    async with (
        Database(database_address, connections_max=1, acquire_timeout_s=0.1) as database,
        database.connection(),
    ):
        with pytest.raises(DatabaseUnavailable):
            async with database.transaction():
                pass


@pytest.mark.parametrize("host", ["/nowhere", "127.0.0.1"])
async def test_a_server_that_never_was_there_shows_at_the_first_use_not_before(host):
    nowhere = DatabaseAddress(host=host, port=1, user="rawana", password="x", database="x")
    async with Database(nowhere) as database:
        with pytest.raises(DatabaseUnavailable):
            async with database.transaction():
                pass
        with pytest.raises(DatabaseUnavailable):
            await database.connect_alone()


async def test_a_wrong_password_is_not_taken_for_an_outage(postgres):
    wrong = msgspec.structs.replace(postgres, password="a-guess")
    async with Database(wrong) as database:
        with pytest.raises(asyncpg.InvalidPasswordError):
            async with database.transaction():
                pass


async def test_a_refused_statement_is_not_taken_for_an_outage(database):
    with pytest.raises(asyncpg.UndefinedTableError):
        async with database.connection() as connection:
            await connection.execute("SELECT * FROM no_such_table")


async def test_closing_waits_for_the_transaction_that_is_open(database_address):
    database = Database(database_address)

    async def work():
        async with database.transaction() as connection:
            await connection.execute("SELECT pg_sleep(0.2)")

    task = asyncio.create_task(work())
    await asyncio.sleep(0.1)
    await database.close()
    await task


def test_the_processes_of_these_tests_are_their_own(home, own_postgres):
    assert running_postmaster(home / "pgdata").socket_folder.parent == home
    assert own_postgres.host == str(home / "socket")

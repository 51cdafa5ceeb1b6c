"""The embedded PostgreSQL is started again by whoever serves from it."""

import asyncio
import contextlib
import time

import pytest

from server.db import embedded
from server.db.availability import DatabaseUnavailable, StorageFull
from server.db.keeping_up import kept_up
from server.db.pool import Database
from server.db.postmaster import running_postmaster

PATIENCE_S = 30.0


async def answers_again(database):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with contextlib.suppress(DatabaseUnavailable):
            async with database.connection() as connection:
                return await connection.fetchval("SELECT 1") == 1
        await asyncio.sleep(0.05)
    return False


async def test_a_killed_postgresql_is_started_again_while_it_is_needed(
    home, own_postgres, kill_postgres
):
    async with kept_up(home, None), Database(own_postgres) as database:
        for _ in range(2):
            kill_postgres()
            assert await answers_again(database)


async def test_a_stopped_postgresql_is_started_again_too(home, own_postgres):
    async with kept_up(home, None), Database(own_postgres) as database:
        await asyncio.to_thread(embedded.stop, home)
        assert await answers_again(database)


async def test_nobody_starts_it_again_once_nobody_needs_it(home, own_postgres, kill_postgres):
    async with kept_up(home, None):
        pass
    kill_postgres()
    await asyncio.sleep(0.5)
    assert running_postmaster((home / "pgdata").resolve()) is None


async def test_when_it_will_not_start_it_is_tried_again(
    home, own_postgres, kill_postgres, monkeypatch
):
    start = embedded.start
    tries = []

    def reluctant(*arguments):
        tries.append(arguments)
        if len(tries) < 3:
            raise embedded.PostgresWontStart("no room for its pid file")
        return start(*arguments)

    monkeypatch.setattr("server.db.keeping_up.TRY_AGAIN_S", 0.01)
    monkeypatch.setattr(embedded, "start", reluctant)
    async with kept_up(home, None), Database(own_postgres) as database:
        kill_postgres()
        assert await answers_again(database)
    assert len(tries) == 3


@pytest.mark.parametrize("where", ["statement", "commit"])
async def test_a_full_disk_is_told_by_its_name_and_undone(database, where):
    """PostgreSQL's own error for a full disk, raised where a real one comes from."""
    async with database.connection() as connection:
        await connection.execute(FULL_AT_STATEMENT if where == "statement" else FULL_AT_COMMIT)
    with pytest.raises(StorageFull):
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO filling VALUES (1)")
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM filling") == 0


async def test_before_the_disk_is_full_writing_is_refused_and_reading_goes_on(
    database_address, tmp_path, monkeypatch
):
    async with Database(database_address, ground=tmp_path) as database:
        async with database.transaction() as connection:
            await connection.execute("CREATE TABLE roomy (id int)")
        monkeypatch.setattr("server.db.room.RESERVE_BYTES", 1 << 62)
        with pytest.raises(StorageFull):
            async with database.transaction() as connection:
                await connection.execute("INSERT INTO roomy VALUES (1)")
        async with database.transaction("repeatable read", readonly=True) as connection:
            assert await connection.fetchval("SELECT count(*) FROM roomy") == 0
        monkeypatch.undo()
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO roomy VALUES (1)")


FULL_AT_STATEMENT = """
CREATE TABLE filling (id int);
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON filling FOR EACH ROW EXECUTE FUNCTION no_room();
"""
FULL_AT_COMMIT = FULL_AT_STATEMENT.replace(
    "CREATE TRIGGER full_disk BEFORE INSERT ON filling",
    "CREATE CONSTRAINT TRIGGER full_disk AFTER INSERT ON filling DEFERRABLE INITIALLY DEFERRED",
)

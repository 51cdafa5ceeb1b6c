"""Migrations run once, whole or not at all, whoever else is at it."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import asyncpg
import msgspec
import pytest

from server.db import migrating, piccolo_conf
from server.db.migrating import PostgresTooOld, migrate
from server.db.pool import Database
from server.db.sql_migration import sql_migration
from tests.conftest import run_on

ROOT = Path(__file__).parents[2]

MIGRATE = """
import asyncio, sys
from server.db.migrating import migrate
print("ready", flush=True)
sys.stdin.readline()
print(len(asyncio.run(migrate(sys.argv[1]))))
"""


@pytest.fixture
async def empty(postgres):
    """The address of a database without a single table."""
    await run_on(postgres, "CREATE DATABASE empty")
    yield msgspec.structs.replace(postgres, database="empty")
    await run_on(postgres, "DROP DATABASE empty WITH (FORCE)")


def a_migration(migration_id, script):
    module = ModuleType("planted")
    module.ID = migration_id

    async def forwards():
        return sql_migration(migration_id, script)

    module.forwards = forwards
    return module


async def tables(address):
    async with (
        Database(address, binds_tables=False) as database,
        database.connection() as connection,
    ):
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {row["tablename"] for row in rows}


async def test_a_second_run_has_nothing_to_do(empty):
    ran = await migrate(empty)
    assert ran == [module.ID for module in migrating._migrations()]
    assert await migrate(empty) == []


async def test_it_prints_nothing(empty, capsys):
    await migrate(empty)
    assert capsys.readouterr() == ("", "")


async def test_three_processes_at_once_run_each_migration_once(empty):
    several = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", MIGRATE, empty.dsn],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in several:
        assert process.stdout.readline() == "ready\n"
    for process in several:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60) for process in several]
    assert [process.returncode for process in several] == [0, 0, 0], told
    assert sorted(int(out) for out, _ in told) == [0, 0, len(migrating._migrations())]


async def test_two_databases_may_be_migrated_by_one_process_at_once(postgres, empty):
    await run_on(postgres, "CREATE DATABASE other")
    other = msgspec.structs.replace(postgres, database="other")
    try:
        ran = await asyncio.gather(migrate(empty), migrate(other))
        assert ran[0] == ran[1] != []
        assert await tables(empty) == await tables(other)
    finally:
        await run_on(postgres, "DROP DATABASE other WITH (FORCE)")


async def test_a_migration_that_fails_leaves_nothing_and_runs_again_when_mended(empty, monkeypatch):
    good = a_migration("9001-good", "CREATE TABLE good (id int)")
    bad = a_migration("9002-bad", "CREATE TABLE bad (id int); SELECT 1/0")
    monkeypatch.setattr(migrating, "_migrations", lambda: [good, bad])
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty)
    assert await tables(empty) == {"migration", "good"}

    mended = a_migration("9002-bad", "CREATE TABLE bad (id int)")
    monkeypatch.setattr(migrating, "_migrations", lambda: [good, mended])
    assert await migrate(empty) == ["9002-bad"]
    assert await tables(empty) == {"migration", "good", "bad"}


async def test_the_lock_is_free_after_a_failure(empty, monkeypatch):
    bad = a_migration("9002-bad", "SELECT 1/0")
    monkeypatch.setattr(migrating, "_migrations", lambda: [bad])
    for _ in range(2):
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with asyncio.timeout(5):
                await migrate(empty)


async def test_a_migration_may_take_longer_than_a_request(empty, monkeypatch):
    slow = a_migration("9001-slow", "SELECT pg_sleep(0.3); SHOW statement_timeout")
    monkeypatch.setattr(migrating, "_migrations", lambda: [slow])
    await run_on(empty, "ALTER DATABASE empty SET statement_timeout = '100ms'")
    assert await migrate(empty) == ["9001-slow"]


async def test_an_old_server_is_refused_in_a_sentence(empty, monkeypatch):
    monkeypatch.setattr(migrating, "OLDEST_MAJOR", 99)
    with pytest.raises(PostgresTooOld, match="needs 99 or newer"):
        await migrate(empty)
    assert await tables(empty) == set()


async def test_piccolo_finds_our_engine_and_nobody_elses(empty):
    assert os.environ["PICCOLO_CONF"] == "server.db.piccolo_conf"
    await migrate(empty)
    assert not hasattr(piccolo_conf, "DB")

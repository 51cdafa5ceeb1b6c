"""`rawana backup`, `restore` and `missing`, as somebody types them."""

import json

import pytest

from tests.server.test_commands import NOT_POSSIBLE, OK, SHOP, USAGE, Commands


@pytest.fixture
def run(database_address, tmp_path) -> Commands:
    return Commands({"RAWANA_DATABASE_URL": database_address.dsn, "RAWANA_HOME": str(tmp_path)})


async def test_a_shop_is_backed_up_and_put_back(run, tmp_path):
    file = str(tmp_path / "acme.backup")
    await run.json(*SHOP)
    told = await run.json("backup", file)
    assert told["rows"]["shop"] == 1
    await run.json("branch", "create", "--shop", "acme", "lhr", "--name", "Lahore")
    done = await run.json("restore", file)
    assert done["restored_to"] == told["taken_at"]
    assert (await run.json("verify"))["ok"]
    said = await run("missing", "--shop", "acme")
    assert (said.exit_code, said.stdout.strip()) == (OK, "Nothing is missing.")
    made = await run("branch", "create", "--shop", "acme", "lhr", "--name", "Lahore")
    assert made.exit_code == OK, "the branch was made after the backup"
    again = await run.json("restore", file)
    assert again["epoch"] != done["epoch"]


async def test_a_database_put_back_by_other_means_is_declared(run):
    await run.json(*SHOP)
    done = await run.json("restore", "--declare", "2026-11-24T08:00:00Z")
    assert done["restored_to"] == 1_795_507_200_000
    assert done.get("kept_aside") is None


async def test_what_cannot_be_meant_is_told_in_one_sentence(run, tmp_path):
    await run.json(*SHOP)
    code, said = await run.stopped("restore")
    assert (code, "--declare" in said) == (USAGE, True)
    code, said = await run.stopped("restore", str(tmp_path / "none.backup"))
    assert code == NOT_POSSIBLE
    assert "is not a whole backup" in said
    code, said = await run.stopped("backup", str(tmp_path / "no folder" / "x"))
    assert (code, "no folder" in said) == (USAGE, True)
    code, said = await run.stopped("missing", "--shop", "nobody")
    assert code == NOT_POSSIBLE
    assert json.dumps(said)

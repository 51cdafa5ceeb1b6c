"""`rawana shop connect` and its neighbours: against a practice store over HTTP, and no secret is ever shown."""

import contextlib
import dataclasses
from collections.abc import AsyncIterator

import pytest

from server.db import stores
from server.db.pool import Database
from server.practice_store.app import asgi_app
from server.practice_store.store import PracticeStore
from server.settings import Settings
from server.vault import Vault
from tests.server.retail import KEY
from tests.server.test_commands import FOUND_WRONG, NOT_POSSIBLE, USAGE, Commands
from tests.shopify.practice import SECRET, TOKEN, new_store, serving

DOMAIN = "acme.myshopify.com"
ID = "practice-client-id"
HOOK = "https://rawana.example/webhooks/shopify"


@pytest.fixture
def run(database_address, tmp_path) -> Commands:
    return Commands(
        {
            "RAWANA_DATABASE_URL": database_address.dsn,
            "RAWANA_HOME": str(tmp_path / "home"),
            "RAWANA_CONNECT_SECRET": SECRET,
            "RAWANA_CONNECT_TOKEN": TOKEN,
        }
    )


@contextlib.asynccontextmanager
async def a_shop_and_its_store(
    run: Commands, **settings
) -> AsyncIterator[tuple[PracticeStore, str]]:
    await run.json("shop", "create", "acme", "--name", "Acme", "--domain", DOMAIN)
    store = new_store(**({"domain": DOMAIN, "stocked": False} | settings))
    async with serving(asgi_app(store)) as url:
        yield store, url


async def kept(run: Commands) -> stores.ShopifyConnection:
    where = run.environ["RAWANA_DATABASE_URL"]
    async with Database(where) as database, database.connection() as connection:
        return await stores.find_store(connection, "acme")


async def test_an_app_of_the_stores_own_organisation_is_connected_and_checked(run, tmp_path):
    async with a_shop_and_its_store(run) as (store, url):
        told = await run.json(
            "shop",
            "connect",
            "acme",
            "--client-id",
            ID,
            "--practice-url",
            url,
            "--webhook-url",
            HOOK,
        )
        assert told["currency"] == "PKR"
        assert {one.uri for one in store.state.subscriptions.values()} == {HOOK}
        connected = await kept(run)
        assert (connected.kind, connected.client_id) == ("client_credentials", ID)
        said = (await run("shop", "connect", "acme", "--check")).stdout
    assert "PKR, API 2026-10" in said
    assert SECRET not in said
    assert (tmp_path / "home" / "secret-key").exists()


async def test_a_token_of_an_admin_made_app_is_connected_from_files(run, tmp_path):
    (tmp_path / "token").write_text(TOKEN + "\n")
    (tmp_path / "secret").write_text("another secret\n")
    files = ("--token-file", str(tmp_path / "token"), "--secret-file", str(tmp_path / "secret"))
    async with a_shop_and_its_store(run) as (_, url):
        await run.json("shop", "connect", "acme", *files, "--practice-url", url)
        connected = await kept(run)
    vault = Vault.of(settings_of(run))
    assert vault.open("acme", "access_token", connected.access_token) == TOKEN
    assert vault.open("acme", "webhook_secret", connected.webhook_secret) == "another secret"


def settings_of(run: Commands) -> Settings:
    return Settings.from_environment(run.environ)


async def test_credentials_that_the_store_refuses_replace_nothing(run):
    async with a_shop_and_its_store(run) as (_, url):
        good = ("shop", "connect", "acme", "--client-id", ID, "--practice-url", url)
        await run.json(*good)
        before = await kept(run)
        run.environ["RAWANA_CONNECT_SECRET"] = "wrong-secret"
        code, said = await run.stopped(*good)
        assert (code, "refused these credentials" in said) == (NOT_POSSIBLE, True)
        assert "wrong-secret" not in said
        assert await kept(run) == before


async def test_another_stores_credentials_are_refused(run):
    async with a_shop_and_its_store(run, domain="rival.myshopify.com") as (_, url):
        code, said = await run.stopped("shop", "connect", "acme", "--token", "--practice-url", url)
    assert (code, "for rival.myshopify.com, not acme" in said) == (NOT_POSSIBLE, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), USAGE, "--client-id, or --token"),
        (("--token", "--client-id", ID), USAGE, "--client-id, or --token"),
        (("--check",), NOT_POSSIBLE, "No store is connected"),
        (("--token", "--domain", "acme.myshopify.com.evil.example"), NOT_POSSIBLE, "looks like"),
        (("--token", "--domain", "Acme.myshopify.com"), NOT_POSSIBLE, "looks like"),
        (("--token", "--domain", "127.0.0.1"), NOT_POSSIBLE, "looks like"),
        (("--token", "--practice-url", "http://10.0.0.1"), NOT_POSSIBLE, "127.0.0.1"),
        (("--token", "--webhook-url", "http://rawana.example"), NOT_POSSIBLE, "https"),
    ],
)
async def test_what_cannot_be_meant_is_refused_before_anybody_is_called(run, words, code, said):
    await run.json("shop", "create", "acme", "--name", "Acme", "--domain", DOMAIN)
    assert await run.stopped("shop", "connect", "acme", *words) == (code, Containing(said))


class Containing(str):
    """Equal to any text that holds it."""

    def __eq__(self, other: object) -> bool:
        return str(self) in str(other)

    __hash__ = str.__hash__


async def test_a_store_without_a_needed_scope_ends_with_a_code_of_its_own(run):
    async with a_shop_and_its_store(run) as (store, url):
        store.state.app = dataclasses.replace(store.state.app, scopes=("read_products",))
        result = await run("shop", "connect", "acme", "--client-id", ID, "--practice-url", url)
    assert result.exit_code == FOUND_WRONG
    assert "read_orders was not granted: orders do not arrive at all" in result.stdout


async def test_a_store_is_given_up_and_connected_again(run):
    async with a_shop_and_its_store(run) as (_, url):
        connecting = ("shop", "connect", "acme", "--client-id", ID, "--practice-url", url)
        await run.json(*connecting)
        await run.json("shop", "disconnect", "acme")
        connected = await kept(run)
        assert connected.gone_why == "disconnected"
        assert (connected.access_token, connected.client_secret) == (None, None)
        assert await run.stopped("shop", "disconnect", "acme") == (
            NOT_POSSIBLE,
            Containing("No store is connected"),
        )
        await run.json(*connecting)
        assert (await kept(run)).gone_at is None


async def test_the_app_gets_a_new_secret_and_webhooks_may_be_signed_with_both(run):
    async with a_shop_and_its_store(run) as (_, url):
        await run.json("shop", "connect", "acme", "--client-id", ID, "--practice-url", url)
        run.environ["RAWANA_CONNECT_SECRET"] = "the new secret"
        told = await run.json("shop", "rotate-secret", "acme")
    connected = await kept(run)
    vault = Vault.of(settings_of(run))
    assert vault.open("acme", "webhook_secret", connected.webhook_secret) == "the new secret"
    assert vault.open("acme", "client_secret", connected.client_secret) == "the new secret"
    assert vault.open("acme", "old_webhook_secret", connected.old_webhook_secret) == SECRET
    assert told["old_secret_until"] == connected.old_secret_until > 0


async def test_the_key_is_changed_by_a_command_and_the_store_is_still_reached(run, tmp_path):
    async with a_shop_and_its_store(run) as (_, url):
        await run.json("shop", "connect", "acme", "--client-id", ID, "--practice-url", url)
        before = await kept(run)
        told = await run.json("keys", "rotate")
        assert told["sealed"] == 3
        after = await kept(run)
        assert after.client_secret != before.client_secret
        await run.json("keys", "rotate", "--drop-old")
        await run.json("shop", "connect", "acme", "--check")
    assert len((tmp_path / "home" / "secret-key").read_text().split()) == 1


async def test_without_the_key_the_command_says_which_is_missing(run):
    async with a_shop_and_its_store(run) as (_, url):
        await run.json("shop", "connect", "acme", "--client-id", ID, "--practice-url", url)
        run.environ["RAWANA_SECRET_KEY"] = KEY
        result = await run("shop", "connect", "acme", "--check")
        assert (result.exit_code, "put that key back" in result.stdout) == (FOUND_WRONG, True)
        result = await run("keys", "rotate")
        assert (result.exit_code, "not in RAWANA_SECRET_KEY" in result.stdout) == (
            FOUND_WRONG,
            True,
        )
        await run.json("shop", "connect", "acme", "--client-id", ID, "--practice-url", url)
        await run.json("shop", "connect", "acme", "--check")

"""The practice store as this server runs it: beside the app for the demo, or alone."""

import asyncio
from pathlib import Path

import click
import msgspec

from server import clock
from server.command.house import listening_socket, read_settings, serve_until_stopped
from server.command.printing import json_option, say
from server.practice_store.app import asgi_app
from server.practice_store.store import PracticeStore, seed_catalogue
from server.practice_store.subscriptions import TOPICS as TOLD_OF
from server.practice_store.trading import trading
from server.shopify.needs import TOPICS

DOMAIN = "rawana-practice.myshopify.com"
SEED = 20_261_001
CONFIGURED = tuple(topic for topic in TOLD_OF if topic in TOPICS)
"""What an app of the store would have configured: all that Rawana needs and this store can tell of."""


class StoreSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """What a store and its app share."""

    access_token: str
    client_secret: str


def open_store(home: Path, secrets: StoreSecrets, webhook_uri: str | None) -> PracticeStore:
    """Return the practice store of this home, as it was left."""
    return PracticeStore(
        domain=DOMAIN,
        seed=SEED,
        client_secret=secrets.client_secret,
        access_token=secrets.access_token,
        clock=clock.now_ms,
        journal=home / "practice-store.jsonl",
        name="Rawana Practice Store",
        webhook_uri=webhook_uri,
        webhook_topics=CONFIGURED,
    )


class PracticeServing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a practice store answers and what an app needs to talk to it."""

    practice_store_url: str
    domain: str
    access_token: str
    webhook_secret: str


@click.command("practice-store")
@click.option("--home", type=click.Path(path_type=Path), help="Where the store keeps its journal.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8788, show_default=True, type=click.IntRange(0, 65535))
@click.option("--webhook-uri", help="Where its webhooks go.")
@click.option("--every", "every_s", type=float, help="An order every so many seconds.")
@json_option
def practice_store(
    *,
    home: Path | None,
    host: str,
    port: int,
    webhook_uri: str | None,
    every_s: float | None,
    as_json: bool,
) -> None:
    """Run a simulated Shopify store alone, for practice and for trying an app."""
    settings = read_settings(home)
    settings.home.mkdir(parents=True, exist_ok=True)
    secrets = read_secrets(settings.home / "practice-store.json")
    store = open_store(settings.home, secrets, webhook_uri)
    seed_catalogue(store)
    bound = listening_socket(host, port)
    url = f"http://{host}:{bound.getsockname()[1]}"
    told = PracticeServing(
        practice_store_url=url,
        domain=DOMAIN,
        access_token=secrets.access_token,
        webhook_secret=secrets.client_secret,
    )

    async def ready() -> None:
        say(told, f"The practice store answers at {url}/practice/", as_json=as_json)

    async def run() -> None:
        async with trading(store, every_s):
            await serve_until_stopped(asgi_app(store), bound, ready)

    asyncio.run(run())


def read_secrets(path: Path) -> StoreSecrets:
    """Return the secrets kept at `path`, making them the first time; nobody else may read the file."""
    if not path.exists():
        made = StoreSecrets(
            access_token="shpat_" + clock.new_token(), client_secret=clock.new_token()
        )
        path.touch(mode=0o600)
        path.write_bytes(msgspec.json.encode(made))
    return msgspec.json.decode(path.read_bytes(), type=StoreSecrets)

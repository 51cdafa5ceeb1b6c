"""`rawana demo`: a whole practice retailer on one port, with orders coming in."""

from pathlib import Path

import click
import msgspec

from server import clock
from server.accounts.credentials import hash_password
from server.accounts.letting_in import invite
from server.app import PRACTICE_PREFIX
from server.command.demo_shop import (
    BRANCHES,
    OWNER,
    PEOPLE,
    SHOP,
    SUPERVISOR_LOGIN,
    opening_stock_ops,
)
from server.command.house import (
    checker_of,
    clients_of,
    listening_socket,
    read_settings,
    run_with_database,
    running_front,
    serve_until_stopped,
)
from server.command.practice import DOMAIN, StoreSecrets, open_store, read_secrets
from server.command.printing import json_option, say
from server.command.serving import PORT
from server.connecting.changing import Connecting, connect
from server.connecting.checking import check_store
from server.db import shops
from server.db.connections import Connection
from server.db.pool import Database
from server.db.stores import ShopifyConnection
from server.intake.catalogue import mirror_variants
from server.practice_store.app import asgi_app
from server.practice_store.cost import Bucket
from server.practice_store.store import seed_catalogue
from server.practice_store.trading import trading
from server.settings import Settings
from server.sync.applying import apply_chunk
from server.vault import Vault
from sync_protocol.ids import DeviceId, Incarnation
from sync_protocol.taking import Sender

FIRST_ORDERS = 60
EVERY_S = 6.0
POINTS, POINTS_A_SECOND = 20_000.0, 1_000.0
"""A Plus store's rate limit: sixty orders come at once, and somebody is watching."""
CODE_LIFE_MS = 7 * 86_400_000
"""A demo is shown to others for days; a real invitation lives ten minutes."""


class SupervisorLogin(msgspec.Struct, frozen=True, kw_only=True):
    """How the demo's supervisor signs in at the desk."""

    login: str
    password: str


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the demo with a fresh code; `branch` is null for those who work everywhere."""

    name: str
    role: str
    branch: str | None
    enrol_code: str


class DemoReady(msgspec.Struct, frozen=True, kw_only=True):
    """All that is needed to try the demo, on one line."""

    url: str
    practice_store_url: str
    shop: str
    webhook_secret: str
    supervisor: SupervisorLogin
    staff: tuple[Invited, ...]


@click.command("demo")
@click.option("--home", type=click.Path(path_type=Path), help="Where the demo keeps everything.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535))
@json_option
def demo(*, home: Path | None, port: int, as_json: bool) -> None:
    """Try everything: a practice store, three branches, people of every role, orders coming in."""
    settings = read_settings(home or read_settings().home / "demo")
    bound = listening_socket("127.0.0.1", port)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"

    async def work(database: Database) -> None:
        secrets = read_secrets(settings.home / "practice-store.json")
        password = read_secrets(settings.home / "supervisor.json").access_token[-16:]
        store = open_store(settings.home, secrets, None)
        store.bucket = Bucket(size=POINTS, restore_rate=POINTS_A_SECOND)
        practice = asgi_app(store, PRACTICE_PREFIX)
        async with running_front(database, settings, practice) as front, trading(store, EVERY_S):

            async def ready() -> None:
                seed_catalogue(store)
                await _prepare(database, settings, url, secrets, password)
                for _ in range(FIRST_ORDERS - len(store.state.orders)):
                    store.place_order()
                told = await _told(database, url, secrets, password)
                say(told, _sentences(told), as_json=as_json)

            await serve_until_stopped(front, bound, ready)

    run_with_database(settings, work, stop_after=True)


async def _prepare(
    database: Database, settings: Settings, url: str, secrets: StoreSecrets, password: str
) -> None:
    """Make the shop once; tell it each time where its store is now."""
    async with database.transaction() as connection:
        if await shops.find_shop(connection, shop_id=SHOP.id) is None:
            await _make_shop(connection, password)
        store = await connect(
            connection,
            Vault.of(settings),
            Connecting(
                shop_id=SHOP.id,
                admin_url=url + PRACTICE_PREFIX,
                token=secrets.access_token,
                webhook_secret=secrets.client_secret,
                webhook_url=f"{url}/webhooks/shopify",
            ),
            clock.now_ms(),
        )
    await _stock_branches(database, settings, store)


async def _make_shop(connection: Connection, password: str) -> None:
    now = clock.now_ms()
    await shops.create_shop(connection, SHOP, now)
    for branch in BRANCHES:
        await shops.create_branch(connection, SHOP.id, branch, now)
    for person in PEOPLE:
        signs_in = person.login is not None
        await shops.create_staff(
            connection,
            SHOP.id,
            person.staff,
            login=person.login,
            password_hash=hash_password(password) if signs_in else None,
            now=now,
        )


async def _stock_branches(database: Database, settings: Settings, store: ShopifyConnection) -> None:
    """Mirror the catalogue over the Admin API, then count the branches' first stock in.

    The counts are ops with fixed ids: on a second start the server knows them and does nothing.
    """
    async with clients_of(database, settings) as clients:
        # Which has the store tell us of its orders from now on.
        await check_store(checker_of(database, settings, clients), store)
        await mirror_variants(database, clients.of(store), SHOP.id, clock.now_ms)
    sender = Sender(
        shop_id=SHOP.id,
        device_id=DeviceId("setup"),
        incarnation=Incarnation(""),
        staff=OWNER.staff,
    )
    async with database.connection() as connection:
        variants = await shops.variants_of(connection, SHOP.id)
    for batch in opening_stock_ops([v.id for v in variants]):
        async with database.transaction() as connection:
            await apply_chunk(connection, sender, batch, clock.now_ms())


async def _told(database: Database, url: str, secrets: StoreSecrets, password: str) -> DemoReady:
    async with database.transaction() as connection:
        now = clock.now_ms()
        invited = [
            Invited(
                name=person.staff.name,
                role=person.staff.role.value,
                branch=next(iter(person.staff.branch_ids), None),
                enrol_code=await invite(connection, SHOP.id, person.staff.id, now, CODE_LIFE_MS),
            )
            for person in PEOPLE
        ]
    return DemoReady(
        url=url,
        practice_store_url=url + PRACTICE_PREFIX,
        shop=DOMAIN,
        webhook_secret=secrets.client_secret,
        supervisor=SupervisorLogin(login=SUPERVISOR_LOGIN, password=password),
        staff=tuple(invited),
    )


def _sentences(told: DemoReady) -> str:
    login = told.supervisor
    lines = [
        "",
        f"  Rawana is at            {told.url}/",
        f"  The practice store is at {told.practice_store_url}/practice/",
        "",
        f"  Desk:  {told.url}/#/login   login {login.login}   password {login.password}",
        "",
        "  Phones: open the link on a phone or in another browser window; each works once.",
    ]
    for person in told.staff:
        where = person.branch or "everywhere"
        who = f"{person.name} ({person.role}, {where})"
        lines.append(f"  {who:<38} {told.url}/#/enrol/{person.enrol_code}")
    return "\n".join([*lines, "", "  Ctrl-C ends it; nothing is lost.", ""])

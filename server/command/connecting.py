"""`shop connect`, `shop disconnect`, `shop rotate-secret`, `keys rotate`: tying a shop to its real store."""

import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypedDict, Unpack
from urllib.parse import urlsplit

import click
import msgspec

from server import clock
from server.command.house import checker_of, clients_of, read_settings, run_with_database
from server.command.printing import Exit, Stopped, json_option, say
from server.command.setting_up import known_shop, shop
from server.connecting import changing
from server.connecting.changing import Connecting, NotPossible, admin_url_of
from server.connecting.checking import Checked, Checker, checked_shop
from server.connecting.rules import Weight
from server.connecting.sealing import rotate
from server.connecting.tying import tie, untie, webhook_url_of
from server.connecting.wording import words_of
from server.db.pool import Database
from server.db.shops import Shop
from server.settings import Settings
from server.shopify.grants import App
from server.vault import Keys, Locked

TOKEN_VARIABLE = "RAWANA_CONNECT_TOKEN"  # noqa: S105 - a variable's name
SECRET_VARIABLE = "RAWANA_CONNECT_SECRET"  # noqa: S105 - a variable's name

_MARKS = {Weight.STOPS: "STOP", Weight.WRONG: "WRONG", Weight.NOTE: "note"}


class Entered(TypedDict):
    """What may be said about a connection; see the options of `shop connect`."""

    domain: str | None
    client_id: str | None
    by_token: bool
    token_file: Path | None
    secret_file: Path | None
    webhook_url: str | None
    practice_url: str | None


@shop.command("connect")
@click.argument("shop_id")
@click.option("--domain", help="The store's myshopify.com name; the shop's own unless given.")
@click.option(
    "--client-id", help="Of an app made in the Dev Dashboard, in the store's organisation."
)
@click.option("--token", "by_token", is_flag=True, help="An admin-made app: a token that stays.")
@click.option("--token-file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--secret-file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--webhook-url", help="Where the store's webhooks reach this server.")
@click.option("--practice-url", help="A practice store on this machine, http://127.0.0.1:…")
@click.option("--check", "only_check", is_flag=True, help="Change nothing, only check.")
@json_option
def connect(*, shop_id: str, only_check: bool, as_json: bool, **entered: Unpack[Entered]) -> None:
    """Connect a shop with its store, and check what it may do there.

    The app's secret (which also signs webhooks) is asked for, unless it is in --secret-file or RAWANA_CONNECT_SECRET; a
    token likewise, in --token-file or RAWANA_CONNECT_TOKEN. Neither is ever an argument: others could read it.
    """
    settings = read_settings()
    by_token = entered["by_token"] or entered["token_file"] is not None
    if not only_check and by_token == (entered["client_id"] is not None):
        raise Stopped("Give --client-id, or --token, or only --check.", Exit.USAGE)
    told: list[Checked] = []

    async def work(checker: Checker, found: Shop) -> None:
        if only_check:
            checked = await checked_shop(checker, found.id)
            if checked is None:
                raise NotPossible("No store is connected.")
        else:
            name = entered["domain"] or found.domain
            checked = await tie(checker, _wanted(settings, found, name, entered), name)
        told.append(checked)

    _run(settings, shop_id, work)
    say(told[0], _sentences(told[0]), as_json=as_json)
    if any(finding.weight is Weight.STOPS for finding in told[0].findings):
        raise SystemExit(Exit.FOUND_WRONG)


def _wanted(settings: Settings, found: Shop, domain: str, entered: Entered) -> Connecting:
    admin_url = _admin_url(domain, entered["practice_url"])
    webhook_url = webhook_url_of(entered["webhook_url"], settings.public_url)
    client_id = entered["client_id"]
    token = None
    if client_id is None:
        token = _secret("Access token", TOKEN_VARIABLE, entered["token_file"])
    secret = _secret("Client secret", SECRET_VARIABLE, entered["secret_file"])
    return Connecting(
        shop_id=found.id,
        admin_url=admin_url,
        token=token,
        webhook_secret=None if token is None else secret,
        app=None if client_id is None else App(client_id=client_id, client_secret=secret),
        webhook_url=webhook_url,
    )


def _admin_url(domain: str, practice_url: str | None) -> str:
    if practice_url is None:
        return admin_url_of(domain)
    where = urlsplit(practice_url)
    if (where.scheme, where.hostname) != ("http", "127.0.0.1"):
        raise NotPossible("A practice store lies at http://127.0.0.1.")
    return practice_url.rstrip("/")


def _secret(name: str, variable: str, file: Path | None) -> str:
    """Return a secret from its file, else the environment, else as typed; it is not shown."""
    if file is not None:
        given = file.read_text("utf-8").strip()
    else:
        given = os.environ.get(variable) or click.prompt(name, hide_input=True, err=True)
    if not given or "\0" in given:
        raise Stopped(f"{name} is empty.", Exit.USAGE)
    return given


def _sentences(checked: Checked) -> str:
    head = f"{checked.store_name or 'The store'}: plan {checked.plan or '?'}, {checked.currency or '?'}, API {checked.version or '?'}."
    lines = [f"  {_MARKS[one.weight]:<6}{words_of(one)}" for one in checked.findings]
    return "\n".join([head, *(lines or ["  All is right."])])


@shop.command("disconnect")
@click.argument("shop_id")
@json_option
def disconnect(*, shop_id: str, as_json: bool) -> None:
    """Give up the connection: our subscriptions and the store's tokens go; orders and books stay."""

    async def work(checker: Checker, found: Shop) -> None:
        await untie(checker, found.id)
        say({"disconnected": found.id}, f"{found.domain} is disconnected.", as_json=as_json)

    _run(read_settings(), shop_id, work)


@shop.command("rotate-secret")
@click.argument("shop_id")
@click.option("--secret-file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def rotate_secret(*, shop_id: str, secret_file: Path | None, as_json: bool) -> None:
    """Take the app's new client secret; webhooks signed with the one before are believed for two more days."""

    async def work(checker: Checker, found: Shop) -> None:
        secret = _secret("New client secret", SECRET_VARIABLE, secret_file)
        async with checker.database.transaction() as connection:
            changed = await changing.change_secret(
                connection, checker.vault, found.id, secret, clock.now_ms()
            )
        told = {"shop": found.id, "old_secret_until": changed.old_secret_until}
        say(
            told,
            "The new secret is in use; revoke the old one in the Dev Dashboard.",
            as_json=as_json,
        )

    _run(read_settings(), shop_id, work)


def _run(
    settings: Settings, shop_id: str, work: Callable[[Checker, Shop], Awaitable[None]]
) -> None:
    async def whole(database: Database) -> None:
        found = await known_shop(database, shop_id)
        async with clients_of(database, settings) as clients:
            await work(checker_of(database, settings, clients), found)

    with _told_plainly():
        run_with_database(settings, whole)


@contextlib.contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except (NotPossible, Locked) as error:
        raise Stopped(str(error), Exit.NOT_POSSIBLE) from error


@click.group()
def keys() -> None:
    """The key that the secrets of stores are locked with."""


class Rotated(msgspec.Struct, frozen=True, kw_only=True):
    """How many secrets were sealed anew, where the key is, and which secrets no key here opens."""

    sealed: int
    key: str
    locked: tuple[str, ...]


@keys.command("rotate")
@click.option("--drop-old", is_flag=True, help="Forget the keys before it at once.")
@json_option
def rotate_keys(*, drop_old: bool, as_json: bool) -> None:
    """Lock all secrets with a new key. The one before is kept until the next time, for servers that run meanwhile.

    With RAWANA_SECRET_KEY set, put the new key before the old one there first, and take the old one out afterwards.
    """
    settings = read_settings()
    kept = Keys(settings.home, settings.secret_key)
    told: list[Rotated] = []

    async def work(database: Database) -> None:
        done = await rotate(database, kept, drop_old=drop_old)
        told.append(Rotated(sealed=done.changed, key=kept.place, locked=done.locked))

    with _told_plainly():
        run_with_database(settings, work)
    lines = [
        f"{told[0].sealed} secrets are locked with the key in {told[0].key}. Keep a copy of it, apart from backups.",
        *told[0].locked,
    ]
    say(told[0], "\n".join(lines), as_json=as_json)
    if told[0].locked:
        raise SystemExit(Exit.FOUND_WRONG)

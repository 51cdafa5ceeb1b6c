"""Looking at a connected store: may we do what we do there, are we told what we must be told? What can be mended is."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
from msgspec import Struct

from server.connecting.rules import (
    Expected,
    Finding,
    FindingCode,
    Mended,
    Seen,
    Weight,
    findings_of,
    findings_of_mending,
    findings_of_privacy,
    mending_of,
)
from server.db import installs, privacy, shops, stores
from server.db.availability import DatabaseUnavailable
from server.db.connections import Connection
from server.db.pool import Database, run_transaction
from server.db.stores import GoneWhy, ShopifyConnection
from server.shopify.client import AdminClient
from server.shopify.clients import Clients
from server.shopify.failures import AccessDenied, Refused, ShopifyError, Unauthorized
from server.shopify.needs import topics_wanted
from server.shopify.operations import API_VERSION, SubscriptionWritten
from server.shopify.store import (
    each_subscription,
    list_recent_contacts,
    mend_subscription,
    read_shop,
    subscribe,
    unsubscribe,
)
from server.vault import Locked, Vault
from sync_protocol.ids import ShopId

_log = logging.getLogger(__name__)

CHECK_EVERY_MS = 3_600_000
AT_ONCE = 6
"""Subscriptions written at a time: a store answers in some tenths of a second, and there are three dozen."""

TAKEN = "Address for this topic has already been taken"
"""What a store says (recorded) when the subscription is there: another of our processes was quicker."""

AGAIN_MS = 300_000
"""After a check that did not get through."""


class Checker(Struct, frozen=True, kw_only=True):
    """What checking needs; `clock` gives epoch ms."""

    database: Database
    clients: Clients
    vault: Vault
    clock: Callable[[], int]


class Checked(Struct, frozen=True, kw_only=True):
    """What the last check found, at epoch ms, and what the store said of itself."""

    at: int
    findings: tuple[Finding, ...]
    store_name: str = ""
    plan: str = ""
    currency: str = ""
    version: str = ""


async def check_due(checker: Checker, *, at_once: bool = False) -> int:
    """Check the stores that are due, or with `at_once` all; return how many were."""
    now = checker.clock()
    async with checker.database.transaction() as connection:
        await stores.forget_old_secrets(connection, now)
        await installs.forget_invitations(connection, now)
        due = await stores.take_due_checks(connection, now, CHECK_EVERY_MS, at_once=at_once)
    for store in due:
        try:
            await check_store(checker, store)
        except DatabaseUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one store that can't be checked must not keep the others waiting
            _log.exception("checking the store of %s failed", store.shop_id)
    return len(due)


async def check_store(checker: Checker, store: ShopifyConnection) -> Checked:
    """Look at one store, mend its subscriptions, and keep what was found."""
    scopes: frozenset[str] | None = None
    try:
        _open_secrets(checker.vault, store)
        client = checker.clients.of(store)
        checked, scopes = await _look(checker, store, client)
    except Locked as error:
        checked = _stopped(checker, FindingCode.SECRETS_LOCKED, str(error))
    except Unauthorized as error:
        if store.uninstall_told_at is not None:
            return await _uninstalled(checker, store)
        checked = _stopped(checker, FindingCode.TOKEN_REFUSED, str(error))
    except ShopifyError as error:
        _log.warning("checking the store of %s: %s", store.shop_id, error)
        checked = _stopped(checker, FindingCode.STORE_SILENT, str(error), Weight.WRONG)
        async with checker.database.connection() as connection:
            again = checker.clock() + AGAIN_MS
            await stores.put_check(connection, store.shop_id, again)
    found = msgspec.json.encode(checked).decode()
    async with checker.database.connection() as connection:
        await stores.note_check(
            connection, store.shop_id, None if scopes is None else sorted(scopes), found
        )
    return checked


def read_checked(text: str | None) -> Checked | None:
    """Return the check that a connection keeps; None before the first, or when another version wrote it."""
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=Checked)
    except msgspec.ValidationError:
        return None


def _open_secrets(vault: Vault, store: ShopifyConnection) -> None:
    """Raises Locked when one can't be opened: webhooks need one secret, calls another."""
    for column in stores.SECRETS:
        sealed = getattr(store, column)
        if sealed is not None:
            vault.open(store.shop_id, column, sealed)


def _stopped(
    checker: Checker, code: FindingCode, words: str, weight: Weight = Weight.STOPS
) -> Checked:
    finding = Finding(code=code, weight=weight, about=(words,))
    return Checked(at=checker.clock(), findings=(finding,))


async def _uninstalled(checker: Checker, store: ShopifyConnection) -> Checked:
    """The store said so by a webhook, and its API says so too."""

    async def work(connection: Connection) -> bool:
        return await stores.end_store(
            connection, store.shop_id, GoneWhy.UNINSTALLED, checker.clock()
        )

    await run_transaction(checker.database, work)
    return Checked(at=checker.clock(), findings=())


async def _look(
    checker: Checker, store: ShopifyConnection, client: AdminClient
) -> tuple[Checked, frozenset[str]]:
    read = await read_shop(client)
    said, now = client.said, checker.clock()
    installed = read.current_app_installation
    scopes = frozenset(one.handle for one in installed.access_scopes) if installed else frozenset()
    seen = Seen(
        domain=read.shop.myshopify_domain,
        currency=read.shop.currency_code,
        scopes=scopes,
        asked_version=API_VERSION,
        answered_version=said.version if said else None,
        ahead_ms=_ahead_ms(said.date if said else None, now),
        contacts=await list_recent_contacts(client) if "read_orders" in scopes else (),
    )
    async with checker.database.connection() as connection:
        shop = await shops.find_shop(connection, shop_id=store.shop_id)
        asked = await privacy.open_requests(connection, store.shop_id)
        branches = await shops.branches_of(connection, store.shop_id)
    assert shop is not None
    expected = Expected(
        domain=shop.domain,
        token_ends_at=store.refresh_expires_at,
        now=now,
        tells_stock=shop.policy.tell_shopify_stock,
    )
    found = [*findings_of(seen, expected), *findings_of_privacy(asked)]
    if seen.domain == shop.domain:
        mapped = any(branch.location_gid is not None for branch in branches)
        topics = topics_wanted(scopes, maps_locations=mapped)
        found += await _mend_webhooks(client, store.webhook_url, topics)
    plan = read.shop.plan.public_display_name if read.shop.plan else None
    checked = Checked(
        at=now,
        findings=tuple(found),
        store_name=read.shop.name,
        plan=plan or "",
        currency=seen.currency,
        version=seen.answered_version or "",
    )
    return checked, scopes


def _ahead_ms(date: str | None, now: int) -> int | None:
    """How far the store's clock is ahead; an answer takes a while, which a minute's tolerance swallows."""
    if date is None:
        return None
    try:
        return int(parsedate_to_datetime(date).timestamp() * 1000) - now
    except ValueError:
        return None


async def _mend_webhooks(
    client: AdminClient, url: str | None, topics: tuple[str, ...]
) -> tuple[Finding, ...]:
    if url is None:
        return (Finding(code=FindingCode.WEBHOOKS_NOWHERE, weight=Weight.WRONG),)
    there = [one async for one in each_subscription(client)]
    todo = mending_of(there, topics, url)
    work = {topic: subscribe(client, topic, url, f"rawana-{topic.lower()}") for topic in todo.make}
    work |= {topic: mend_subscription(client, gid, url) for gid, topic in todo.mend}
    said = await _refused(work)
    done = Mended(
        made=tuple(topic for topic in todo.make if topic not in said),
        mended=tuple(topic for _, topic in todo.mend if topic not in said),
        refused=tuple((topic, words) for topic, words in said.items() if words != TAKEN),
    )
    return findings_of_mending(done)


async def _refused(work: Mapping[str, Coroutine[Any, Any, SubscriptionWritten]]) -> dict[str, str]:
    """Do the work, a few at a time; return topics that the store refused, with its words. They hinder no others.

    Raises:
        Unauthorized, Throttled, NotSent, OutcomeUnknown: the next check goes on from there.
    """
    room = asyncio.Semaphore(AT_ONCE)

    async def words(one: Coroutine[Any, Any, SubscriptionWritten]) -> str | None:
        async with room:
            try:
                written = await one
            except (AccessDenied, Refused) as error:
                return str(error)
        said = [error.message for error in written.user_errors]
        return TAKEN if TAKEN in said else next(iter(said), None)

    told = await asyncio.gather(*(words(one) for one in work.values()), return_exceptions=True)
    for one in told:
        if isinstance(one, BaseException):
            raise one
    return {topic: one for topic, one in zip(work, told, strict=True) if isinstance(one, str)}


async def leave_store(checker: Checker, store: ShopifyConnection) -> None:
    """Take our subscriptions away before a connection is given up.

    Raises:
        ShopifyError: the store could not be told; its deliveries will be refused, and it gives up by itself.
    """
    client = checker.clients.of(store)
    mine = [one async for one in each_subscription(client) if one.uri == store.webhook_url]
    for one in mine:
        await unsubscribe(client, one.id)


async def checked_shop(checker: Checker, shop_id: ShopId) -> Checked | None:
    """Check the shop's store now; None when none is connected."""
    async with checker.database.connection() as connection:
        store = await stores.find_store(connection, shop_id)
    if store is None or store.gone_at is not None:
        return None
    return await check_store(checker, store)

"""Connecting a store whose credentials somebody entered, at the desk or by a command; and giving it up."""

import logging
from urllib.parse import urlsplit

from server.connecting import changing
from server.connecting.changing import Connecting, NotPossible
from server.connecting.checking import Checked, Checker, check_store, leave_store
from server.db import stores
from server.db.connections import Connection
from server.db.pool import run_transaction
from server.db.stores import ShopifyConnection
from server.shopify.failures import ShopifyError, Unauthorized
from server.shopify.grants import own_store
from server.shopify.store import read_shop
from sync_protocol.ids import ShopId

_log = logging.getLogger(__name__)

WEBHOOK_PATH = "/webhooks/shopify"


async def tie(checker: Checker, wanted: Connecting, domain: str) -> Checked:
    """Try the credentials, keep them, and check the store; what worked before is not replaced by what does not.

    Raises:
        NotPossible: the store did not take them, they are another store's, or the domain can't be had.
        Locked: they can't be sealed.
    """
    await _try_out(checker, wanted, domain)

    async def write(connection: Connection) -> ShopifyConnection:
        await changing.take_domain(connection, wanted.shop_id, domain)
        return await changing.connect(connection, checker.vault, wanted, checker.clock())

    return await check_store(checker, await run_transaction(checker.database, write))


async def _try_out(checker: Checker, wanted: Connecting, domain: str) -> None:
    try:
        if wanted.app is not None:
            grant = await checker.clients.ask(wanted.admin_url, own_store(wanted.app))
            token = grant.access_token
        else:
            token = wanted.token or ""
        read = await read_shop(checker.clients.trial(wanted.admin_url, token))
    except Unauthorized as error:
        raise NotPossible(
            f"{domain} refused these credentials. Is the app installed in that store, and in the same organisation?"
        ) from error
    except ShopifyError as error:
        raise NotPossible(f"{domain} could not be asked: {error}") from error
    if read.shop.myshopify_domain != domain:
        raise NotPossible(f"These credentials are for {read.shop.myshopify_domain}, not {domain}.")


async def untie(checker: Checker, shop_id: ShopId) -> None:
    """Take our subscriptions away where the store lets us, and forget its tokens.

    Raises:
        NotPossible: no store is connected.
    """
    async with checker.database.connection() as connection:
        store = await stores.find_store(connection, shop_id)
    if store is None or store.gone_at is not None:
        raise NotPossible("No store is connected.")
    try:
        await leave_store(checker, store)
    except ShopifyError as error:
        _log.warning("the subscriptions at the store of %s stay: %s", shop_id, error)

    async def forget(connection: Connection) -> None:
        await changing.disconnect(connection, shop_id, checker.clock())

    await run_transaction(checker.database, forget)


def webhook_url_of(given: str | None, public_url: str | None) -> str | None:
    """Return where webhooks shall go: what was given, else our public address; None where there is neither.

    Raises:
        NotPossible: a store would not take that address.
    """
    if given is None:
        return None if public_url is None else public_url + WEBHOOK_PATH
    where = urlsplit(given)
    local = where.scheme == "http" and where.hostname == "127.0.0.1"
    if not where.hostname or (where.scheme != "https" and not local):
        raise NotPossible("Webhooks go to an address that begins with https://.")
    return given

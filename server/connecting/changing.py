"""Tying a shop to a store, and untying it: what is written down about it."""

import re

from msgspec import Struct
from msgspec.structs import replace

from server.connecting.keeping_tokens import with_grant
from server.db import shops, stores
from server.db.connections import Connection
from server.db.shops import Taken
from server.db.stores import GoneWhy, ShopifyConnection, StoreKind
from server.shopify.grants import App, Grant
from server.vault import Vault
from sync_protocol.ids import ShopId

OLD_SECRET_MS = 48 * 3_600_000
"""How long the secret before the current one still signs: Shopify repeats a delivery for four hours, and people are slower."""

_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com\Z")
DOMAIN_RULE = (
    "A store's domain looks like my-store.myshopify.com: lower-case letters, digits and dashes."
)


class NotPossible(Exception):
    """What was asked for can't be done; the message says why, in a sentence for people."""


class Connecting(Struct, frozen=True, kw_only=True):
    """What somebody entered: a token that stays with the secret that signs webhooks, or an app's credentials."""

    shop_id: ShopId
    admin_url: str
    token: str | None = None
    webhook_secret: str | None = None
    app: App | None = None
    webhook_url: str | None = None

    def __repr__(self) -> str:
        """Without secrets."""
        return f"Connecting({self.shop_id}, {self.admin_url})"


def admin_url_of(domain: str) -> str:
    """Return where a store answers. Nothing but a myshopify.com name is ever called: it comes from outside.

    Raises:
        NotPossible: it is no such name.
    """
    if len(domain) > 100 or _DOMAIN.fullmatch(domain) is None:
        raise NotPossible(DOMAIN_RULE)
    return f"https://{domain}"


async def take_domain(connection: Connection, shop_id: ShopId, domain: str) -> None:
    """Say that the shop's store is the one of that name.

    Raises:
        NotPossible: another shop has it, or orders of another store are here already.
    """
    shop = await shops.find_shop(connection, shop_id=shop_id)
    assert shop is not None
    if shop.domain == domain:
        return
    known = await stores.find_store(connection, shop_id)
    if known is not None and known.swept_to is not None:
        raise NotPossible(
            f"This shop holds the orders of {shop.domain}; another store needs a shop of its own."
        )
    try:
        await shops.move_shop(connection, shop_id, domain)
    except Taken as error:
        raise NotPossible(f"Another shop on this server has the store {domain}.") from error


async def connect(
    connection: Connection, vault: Vault, wanted: Connecting, now: int
) -> ShopifyConnection:
    """Write a connection with a token that stays, or with an app's credentials, and return it.

    Raises:
        Locked: the secrets can't be sealed.
        NotPossible: neither was given.
    """
    shop_id = wanted.shop_id
    if wanted.app is not None:
        store = _of_app(vault, wanted, wanted.app, StoreKind.CLIENT_CREDENTIALS)
    elif wanted.token is not None and wanted.webhook_secret is not None:
        store = ShopifyConnection(
            shop_id=shop_id,
            admin_url=wanted.admin_url,
            access_token=vault.seal(shop_id, "access_token", wanted.token),
            webhook_secret=vault.seal(shop_id, "webhook_secret", wanted.webhook_secret),
            webhook_url=wanted.webhook_url,
        )
    else:
        raise NotPossible(
            "Give the app's id and secret, or a token and the secret that signs webhooks."
        )
    store = replace(store, connected_at=now)
    await stores.write_store(connection, store)
    return store


async def connect_installed(
    connection: Connection, vault: Vault, wanted: Connecting, grant: Grant, now: int
) -> ShopifyConnection:
    """Write a connection of an app that the store installed, with the tokens that came of it.

    Raises:
        Locked: the secrets can't be sealed.
    """
    assert wanted.app is not None
    store = _of_app(vault, wanted, wanted.app, StoreKind.OFFLINE)
    store = replace(with_grant(store, grant, vault, now), connected_at=now)
    await stores.write_store(connection, store)
    return store


def _of_app(vault: Vault, wanted: Connecting, app: App, kind: StoreKind) -> ShopifyConnection:
    """An app's own secret signs its webhooks."""
    shop_id = wanted.shop_id
    return ShopifyConnection(
        shop_id=shop_id,
        admin_url=wanted.admin_url,
        access_token=None,
        webhook_secret=vault.seal(shop_id, "webhook_secret", app.client_secret),
        kind=kind,
        client_id=app.client_id,
        client_secret=vault.seal(shop_id, "client_secret", app.client_secret),
        webhook_url=wanted.webhook_url,
    )


async def change_secret(
    connection: Connection, vault: Vault, shop_id: ShopId, secret: str, now: int
) -> ShopifyConnection:
    """Take a new secret of the app; the one before still signs webhooks for a while.

    Raises:
        NotPossible: no store is connected.
        Locked: the secrets can't be opened or sealed.
    """
    store = await stores.find_store(connection, shop_id, to_change=True)
    if store is None or store.gone_at is not None:
        raise NotPossible("No store is connected.")
    old = vault.open(shop_id, "webhook_secret", store.webhook_secret)
    if old == secret:
        return store
    has_app = store.client_secret is not None
    changed = replace(
        store,
        webhook_secret=vault.seal(shop_id, "webhook_secret", secret),
        client_secret=vault.seal(shop_id, "client_secret", secret) if has_app else None,
        old_webhook_secret=vault.seal(shop_id, "old_webhook_secret", old),
        old_secret_until=now + OLD_SECRET_MS,
    )
    await stores.note_secrets(connection, changed)
    return changed


async def disconnect(connection: Connection, shop_id: ShopId, now: int) -> None:
    """Forget the store's tokens. The secret that signs stays: the store may still ask us to erase customers.

    Raises:
        NotPossible: no store is connected.
    """
    if not await stores.end_store(connection, shop_id, GoneWhy.DISCONNECTED, now):
        raise NotPossible("No store is connected.")

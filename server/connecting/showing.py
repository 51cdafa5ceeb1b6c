"""A connection as the owner sees it at the desk. No secret is in it, sealed or open."""

from msgspec import Struct

from server.connecting.checking import Checked, read_checked
from server.db import privacy, store_imports, store_reading, stores, webhooks
from server.db.connections import Connection
from server.db.privacy import PrivacyRequest
from server.db.shops import Shop
from server.db.store_imports import StoreImport
from server.db.store_reading import StoreReading
from server.db.stores import GoneWhy, ShopifyConnection, StoreKind
from server.db.webhooks import Unread
from server.shopify.needs import missing_scopes


class StoreShown(Struct, frozen=True, kw_only=True):
    """A shop's store; times in epoch ms. `kind` is None where none was ever connected, `gone_at` where it still is.

    `ends_at` is when it must be connected anew unless its tokens are renewed before, `old_secret_until` how long webhooks
    signed with the app's last secret are believed, `may_install` whether this server has an app for others' stores. How far
    it has been read is `reading` and `imports`; `unread` things wait to be read, some of them `unread_in_vain`.
    """

    domain: str
    may_install: bool
    webhook_url: str | None
    kind: StoreKind | None = None
    client_id: str | None = None
    scopes: tuple[str, ...] = ()
    missing_scopes: tuple[str, ...] = ()
    connected_at: int | None = None
    gone_at: int | None = None
    gone_why: GoneWhy | None = None
    ends_at: int | None = None
    old_secret_until: int | None = None
    checked: Checked | None = None
    privacy: tuple[PrivacyRequest, ...] = ()
    reading: StoreReading | None = None
    imports: tuple[StoreImport, ...] = ()
    unread: int = 0
    unread_in_vain: tuple[Unread, ...] = ()


IN_VAIN_SHOWN = 20


async def show_store(
    connection: Connection, shop: Shop, *, webhook_url: str | None, may_install: bool
) -> StoreShown:
    """Return what is known of the shop's store; `webhook_url` is where webhooks would go if it were connected now."""
    store = await stores.find_store(connection, shop.id)
    asked = await privacy.open_requests(connection, shop.id)
    if store is None:
        return StoreShown(
            domain=shop.domain, may_install=may_install, webhook_url=webhook_url, privacy=asked
        )
    return StoreShown(
        domain=shop.domain,
        may_install=may_install,
        webhook_url=store.webhook_url,
        kind=store.kind,
        client_id=store.client_id,
        scopes=store.scopes,
        missing_scopes=_missing(shop, store),
        connected_at=store.connected_at,
        gone_at=store.gone_at,
        gone_why=store.gone_why,
        ends_at=store.refresh_expires_at,
        old_secret_until=store.old_secret_until,
        checked=read_checked(store.check_found),
        privacy=asked,
        reading=await store_reading.find_reading(connection, shop.id),
        imports=tuple(one.shown() for one in await store_imports.imports_of(connection, shop.id)),
        unread=await webhooks.count_unread(connection, shop.id),
        unread_in_vain=await webhooks.unread_in_vain(connection, shop.id, IN_VAIN_SHOWN),
    )


def _missing(shop: Shop, store: ShopifyConnection) -> tuple[str, ...]:
    """Which are granted is known from the first check on."""
    if not store.scopes:
        return ()
    return missing_scopes(frozenset(store.scopes), tells_stock=shop.policy.tell_shopify_stock)

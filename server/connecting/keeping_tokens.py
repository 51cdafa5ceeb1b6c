"""Keeping access tokens: sealed in the database, renewed by one process at a time."""

from collections.abc import Callable

from msgspec.structs import replace

from server.db import stores
from server.db.pool import Database
from server.db.stores import ShopifyConnection, StoreKind
from server.shopify.failures import Unauthorized
from server.shopify.grants import App, Form, Grant, of_refresh, own_store
from server.shopify.tokens import RENEW_BEFORE_END_MS, Access, Ask, Store
from server.vault import Locked, Sealed, Vault


class Keeper:
    """The TokenKeeper over our database; `clock` gives epoch ms."""

    def __init__(self, database: Database, vault: Vault, clock: Callable[[], int]) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def now(self) -> int:
        """Return the time in epoch ms."""
        return self._clock()

    def open(self, store: Store) -> Access | None:
        """Return the kept token; None when none was fetched yet.

        Raises:
            Unauthorized: it can't be opened; the message says what to do.
        """
        if store.access_token is None:
            return None
        token = self._opened(store.shop_id, "access_token", Sealed(store.access_token))
        return Access(token=token, ends_at=store.expires_at)

    async def renew(self, shop_id: str, refused: str | None, ask: Ask) -> Access | None:
        """Return another token than `refused`; None when none can be had without the owner.

        The row stays locked while the store is asked: a refresh token is good once, and another process asking with the
        same one would void what this one was given.

        Raises:
            ShopifyError: as grants.ask_for_grant.
        """
        async with self._database.transaction() as connection:
            store = await stores.find_store(connection, shop_id, to_change=True)
            if store is None or store.gone_at is not None:
                return None
            kept = self.open(store)
            if kept is not None and kept.token != refused and not self._is_ending(kept):
                return kept
            form = self._form(store)
            if form is None:
                return None
            grant = await ask(store.admin_url, form)
            await stores.note_grant(connection, self._with(store, grant))
        return Access(token=grant.access_token, ends_at=ends_at(grant.expires_in, self._clock()))

    def _form(self, store: ShopifyConnection) -> Form | None:
        """What to ask with; None where there is nothing to ask with."""
        if store.kind is StoreKind.TOKEN or store.client_id is None or store.client_secret is None:
            return None
        secret = self._opened(store.shop_id, "client_secret", store.client_secret)
        app = App(client_id=store.client_id, client_secret=secret)
        if store.kind is StoreKind.CLIENT_CREDENTIALS:
            return own_store(app)
        if store.refresh_token is None:
            return None
        refresh_token = self._opened(store.shop_id, "refresh_token", store.refresh_token)
        return of_refresh(app, refresh_token)

    def _with(self, store: ShopifyConnection, grant: Grant) -> ShopifyConnection:
        try:
            return with_grant(store, grant, self._vault, self._clock())
        except Locked as error:
            raise Unauthorized(str(error)) from error

    def _is_ending(self, access: Access) -> bool:
        return access.ends_at is not None and self.now() >= access.ends_at - RENEW_BEFORE_END_MS

    def _opened(self, shop_id: str, column: str, sealed: Sealed) -> str:
        try:
            return self._vault.open(shop_id, column, sealed)
        except Locked as error:
            raise Unauthorized(str(error)) from error


def with_grant(store: ShopifyConnection, grant: Grant, vault: Vault, now: int) -> ShopifyConnection:
    """Return the connection with a grant's tokens, sealed.

    Raises:
        Locked: they can't be sealed.
    """
    refresh_token = (
        store.refresh_token
        if grant.refresh_token is None
        else vault.seal(store.shop_id, "refresh_token", grant.refresh_token)
    )
    refresh_ends = (
        store.refresh_expires_at
        if grant.refresh_token is None
        else ends_at(grant.refresh_token_expires_in, now)
    )
    return replace(
        store,
        access_token=vault.seal(store.shop_id, "access_token", grant.access_token),
        expires_at=ends_at(grant.expires_in, now),
        refresh_token=refresh_token,
        refresh_expires_at=refresh_ends,
        scopes=grant.scopes or store.scopes,
    )


def ends_at(lasts_s: float | None, now: int) -> int | None:
    """Return when something that lasts so many seconds from now ends, in epoch ms."""
    return None if lasts_s is None else now + int(lasts_s * 1000)

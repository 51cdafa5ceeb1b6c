"""Where the client gets its access token from."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from server.shopify.failures import ShopifyError, Unauthorized
from server.shopify.grants import Form, Grant

_log = logging.getLogger(__name__)

RENEW_BEFORE_END_MS = 300_000
"""A token is renewed this long before its end, so that a request started now does not outlive it."""

Ask = Callable[[str, Form], Awaitable[Grant]]
"""Asks the store at an address for a grant (grants.ask_for_grant)."""


class AccessTokens(Protocol):
    """A source of access tokens for one store."""

    async def current(self) -> str:
        """Return a token believed to be valid."""

    async def renew(self, refused: str) -> str | None:
        """Return another token after the store refused `refused`; None when there is no other."""


class FixedToken:
    """A token that never changes, and that nobody keeps."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def current(self) -> str:
        """Return the token."""
        return self._token

    async def renew(self, refused: str) -> str | None:
        """Return None: there is no other token."""
        return None


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """A token, and its end in epoch ms; None where it has none."""

    token: str
    ends_at: int | None = None

    def __repr__(self) -> str:
        """Without the token."""
        return f"Access(ends_at={self.ends_at})"


class Store(Protocol):
    """What a client must know of a connection. `access_token` is sealed: it only tells one from another here."""

    @property
    def shop_id(self) -> str:
        """Whose store."""

    @property
    def admin_url(self) -> str:
        """Where it answers."""

    @property
    def access_token(self) -> str | None:
        """The token as it is kept."""

    @property
    def expires_at(self) -> int | None:
        """Its end in epoch ms."""


class TokenKeeper(Protocol):
    """Keeps the tokens of all stores, and has them renewed."""

    def open(self, store: Store) -> Access | None:
        """Return the kept token; None when none was fetched yet. Raises Unauthorized when it can't be opened."""

    async def renew(self, shop_id: str, refused: str | None, ask: Ask) -> Access | None:
        """Return another token than `refused`, fetching and keeping one unless another caller has; None if none can be had.

        Raises:
            ShopifyError: as grants.ask_for_grant.
        """

    def now(self) -> int:
        """Return the time in epoch ms."""


class StoreTokens:
    """The tokens of one connected store: renewed before their end and when refused, by one caller at a time."""

    def __init__(self, store: Store, keeper: TokenKeeper, ask: Ask) -> None:
        self._store = store
        self._keeper = keeper
        self._ask = ask
        self._access: Access | None = None
        self._renewing = asyncio.Lock()

    def read_anew(self, store: Store) -> None:
        """Take the connection as it is kept now: somebody may have connected it again, or another process renewed."""
        if store.access_token != self._store.access_token:
            self._access = None
        self._store = store

    async def current(self) -> str:
        """Return the kept token, another when it is about to end.

        Raises:
            ShopifyError: none is kept and none can be had.
        """
        access = self._access = self._access or self._keeper.open(self._store)
        if access is not None and not self._within(access, RENEW_BEFORE_END_MS):
            return access.token
        try:
            token = await self.renew(None if access is None else access.token)
        except ShopifyError as error:
            if access is None or self._within(access, 0):
                raise
            _log.warning(
                "renewing the token of %s: %s; it lasts a little", self._store.shop_id, error
            )
            return access.token
        if token is not None:
            return token
        if access is not None:
            return access.token  # it can't be renewed; the store will say whether it is still good
        raise Unauthorized("the store is not connected any more")

    async def renew(self, refused: str | None) -> str | None:
        """Return another token than the refused one; None when there is no other."""
        async with self._renewing:
            kept = self._access
            if kept is not None and kept.token != refused:
                return kept.token
            self._access = await self._keeper.renew(self._store.shop_id, refused, self._ask)
            return None if self._access is None else self._access.token

    def _within(self, access: Access, ms: int) -> bool:
        """Whether the token ends within so many ms."""
        return access.ends_at is not None and self._keeper.now() >= access.ends_at - ms

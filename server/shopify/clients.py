"""One Admin client per shop, so that what the store said about its rate limit is remembered."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import httpx

from server.shopify.client import AdminClient
from server.shopify.grants import Form, Grant, ask_for_grant
from server.shopify.tokens import FixedToken, Store, StoreTokens, TokenKeeper


class Clients:
    """The clients of this process. `http` is shared and stays open."""

    def __init__(
        self, http: httpx.AsyncClient, monotonic: Callable[[], float], keeper: TokenKeeper
    ) -> None:
        self._http = http
        self._monotonic = monotonic
        self._keeper = keeper
        self._made: dict[str, tuple[str, StoreTokens, AdminClient]] = {}

    def of(self, store: Store) -> AdminClient:
        """Return the client of a connected store; a new address makes a new one.

        Its calls renew the store's token when that is due, and raise Unauthorized while its secrets can't be opened.
        """
        made = self._made.get(store.shop_id)
        if made is None or made[0] != store.admin_url:
            tokens = StoreTokens(store, self._keeper, self.ask)
            client = AdminClient(self._http, store.admin_url, tokens, monotonic=self._monotonic)
            made = self._made[store.shop_id] = (store.admin_url, tokens, client)
        made[1].read_anew(store)
        return made[2]

    def trial(self, admin_url: str, token: str) -> AdminClient:
        """Return a client for credentials that nobody keeps yet."""
        return AdminClient(self._http, admin_url, FixedToken(token), monotonic=self._monotonic)

    async def ask(self, admin_url: str, form: Form) -> Grant:
        """Ask a store for a token; raises as grants.ask_for_grant."""
        return await ask_for_grant(self._http, admin_url, form)


@contextlib.asynccontextmanager
async def opened_clients(keeper: TokenKeeper) -> AsyncIterator[Clients]:
    """Give clients over one connection pool, closed at the end."""
    async with httpx.AsyncClient(follow_redirects=False) as http:
        yield Clients(http, asyncio.get_running_loop().time, keeper)

"""One Admin client per shop, so that what the store said about its rate limit is remembered."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import httpx

from server.shopify.client import AdminClient
from server.shopify.tokens import FixedToken


class Clients:
    """The clients of this process. `http` is shared and stays open."""

    def __init__(self, http: httpx.AsyncClient, monotonic: Callable[[], float]) -> None:
        self._http = http
        self._monotonic = monotonic
        self._made: dict[tuple[str, str], AdminClient] = {}

    def of(self, admin_url: str, access_token: str) -> AdminClient:
        """Return the client of a store; a new address or token makes a new one."""
        key = (admin_url, access_token)
        if key not in self._made:
            self._made[key] = AdminClient(
                self._http, admin_url, FixedToken(access_token), monotonic=self._monotonic
            )
        return self._made[key]


@contextlib.asynccontextmanager
async def opened_clients() -> AsyncIterator[Clients]:
    """Give clients over one connection pool, closed at the end."""
    async with httpx.AsyncClient(follow_redirects=False) as http:
        yield Clients(http, asyncio.get_running_loop().time)

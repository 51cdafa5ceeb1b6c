"""Where the client gets its access token from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import httpx
import msgspec

from server.shopify.failures import BadAnswer, NotSent, OutcomeUnknown, Refused, Unauthorized

# A token is renewed this long before its end, so that a request started now does not outlive it.
RENEW_BEFORE_END_S = 300.0


class AccessTokens(Protocol):
    """A source of access tokens for one store."""

    async def current(self) -> str:
        """Return a token believed to be valid."""

    async def renew(self, refused: str) -> str | None:
        """Return another token after the store refused `refused`; None when there is no other."""


class FixedToken:
    """A token that never changes: an admin-made custom app (`shpat_…`) or the practice store."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def current(self) -> str:
        """Return the token."""
        return self._token

    async def renew(self, refused: str) -> str | None:
        """Return None: there is no other token."""
        return None


class _Grant(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: float = 86_399.0


class ClientCredentials:
    """Tokens of a Dev Dashboard app in the store's own organisation (client credentials grant, about 24 hours).

    Raises the client's own exceptions; a refused client id or secret is `Unauthorized`.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        monotonic: Callable[[], float],
    ) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/admin/oauth/access_token"
        self._form = {
            "client_id": client_id,
            "client_secret": client_secret,
            "grant_type": "client_credentials",
        }
        self._monotonic = monotonic
        self._token: str | None = None
        self._good_until_s = 0.0

    async def current(self) -> str:
        """Return the kept token, or fetch one when it is about to end."""
        if self._token is None or self._monotonic() >= self._good_until_s:
            return await self._fetch()
        return self._token

    async def renew(self, refused: str) -> str | None:
        """Fetch a new token unless another caller already has."""
        if self._token is not None and self._token != refused:
            return self._token
        return await self._fetch()

    async def _fetch(self) -> str:
        try:
            answer = await self._http.post(self._url, json=self._form, follow_redirects=False)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise NotSent(str(error)) from error
        except httpx.TransportError as error:
            raise OutcomeUnknown(str(error)) from error
        if answer.status_code in {400, 401, 403}:
            raise Unauthorized("the store refused the app's client id or secret")
        if answer.status_code != 200:
            raise Refused((f"token request answered {answer.status_code}",))
        try:
            grant = msgspec.json.decode(answer.content, type=_Grant)
        except msgspec.DecodeError as error:
            raise BadAnswer(str(error)) from error
        self._token = grant.access_token
        self._good_until_s = self._monotonic() + grant.expires_in - RENEW_BEFORE_END_S
        return grant.access_token

"""Asking a store for access tokens: the four grants Shopify knows, one address.

Sources: Shopify's pages on client credentials, authorization code, token exchange and offline access tokens.
"""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import msgspec

from server.shopify.failures import (
    BadAnswer,
    NotSent,
    OutcomeUnknown,
    Refused,
    ShopifyError,
    Throttled,
    Unauthorized,
)
from server.shopify.throttle import DEFAULT_RETRY_S

Form = Mapping[str, str | int]

TIMEOUT_S = 10.0
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a name of a kind
_OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"


class App(msgspec.Struct, frozen=True, kw_only=True):
    """An app's own credentials."""

    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        """Without the secret."""
        return f"App({self.client_id})"


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A token with what it allows and how long, in seconds; without `expires_in` it lasts.

    A refresh token comes with an offline token that ends, and is good once.
    """

    access_token: str
    scope: str = ""
    expires_in: float | None = None
    refresh_token: str | None = None
    refresh_token_expires_in: float | None = None

    def __repr__(self) -> str:
        """Without the tokens."""
        return f"Grant(scope={self.scope!r}, expires_in={self.expires_in})"

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return what the token allows, one by one."""
        return tuple(filter(None, (part.strip() for part in self.scope.split(","))))


def own_store(app: App) -> Form:
    """For a store in the app's own organisation: a token for about a day."""
    return {**_named(app), "grant_type": "client_credentials"}


def of_code(app: App, code: str) -> Form:
    """For the code that a merchant's approval came back with: a token for an hour, and a refresh token."""
    return {**_named(app), "code": code, "expiring": 1}


def of_session(app: App, session_token: str) -> Form:
    """For a session token of somebody who has the app open in the store's admin: a token for an hour, and a refresh token."""
    return {
        **_named(app),
        "grant_type": _EXCHANGE,
        "subject_token": session_token,
        "subject_token_type": _ID_TOKEN,
        "requested_token_type": _OFFLINE,
        "expiring": 1,
    }


def of_refresh(app: App, refresh_token: str) -> Form:
    """For a refresh token. The old pair stays good until the new one is used, so that a lost answer does no harm."""
    return {**_named(app), "grant_type": "refresh_token", "refresh_token": refresh_token}


def _named(app: App) -> dict[str, str]:
    return {"client_id": app.client_id, "client_secret": app.client_secret}


async def ask_for_grant(http: httpx.AsyncClient, admin_url: str, form: Form) -> Grant:
    """Return the store's grant.

    Raises:
        Unauthorized: the store refused the app's id or secret, the code, or the token.
        NotSent, OutcomeUnknown, Throttled, Refused: as the client's calls.
    """
    url = f"{admin_url.rstrip('/')}/admin/oauth/access_token"
    headers = {"Accept": "application/json"}
    try:
        answer = await http.post(
            url, json=form, headers=headers, follow_redirects=False, timeout=TIMEOUT_S
        )
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise NotSent(str(error)) from error
    except (httpx.TransportError, httpx.DecodingError) as error:
        raise OutcomeUnknown(str(error)) from error
    failure = _failure(answer.status_code)
    if failure is not None:
        raise failure
    try:
        return msgspec.json.decode(answer.content, type=Grant)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswer("the answer to a token request is none") from error


def _failure(status: int) -> ShopifyError | None:
    if status == 200:
        return None
    if status in {400, 401, 403}:
        # Not in the store's words: they may repeat what was sent.
        return Unauthorized("the store refused the app's client id or secret, or its old token")
    if status == 429:
        return Throttled(DEFAULT_RETRY_S)
    if status >= 500:
        return OutcomeUnknown(f"token request answered {status}")
    return Refused((f"token request answered {status}",))

"""Access tokens: a fixed one, those for an app's id and secret, and those that a merchant's installation gives.

The last are in the journal. One that ends has a refresh token, which is replaced when it is used; the one before it goes
on working until the app uses what it got for it, so that a lost answer costs nothing.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from server.practice_store.commands_platform import GiveToken
from server.practice_store.identity import stable_uuid
from server.practice_store.state import State

TOKEN_LIFE_MS = 86_399_000
OFFLINE_LIFE_MS = 3_600_000
REFRESH_LIFE_MS = 90 * 24 * 3_600_000
# How long a code may be redeemed. Shopify tells no number.
CODE_LIFE_MS = 60_000


@dataclass(frozen=True, kw_only=True, slots=True)
class AppSecrets:
    """What the app and the store share."""

    client_id: str
    client_secret: str
    fixed_token: str

    def are(self, client_id: str, client_secret: str) -> bool:
        """Tell whether somebody knows the app's id and secret."""
        right = hmac.compare_digest(client_id.encode(), self.client_id.encode())
        return right & hmac.compare_digest(client_secret.encode(), self.client_secret.encode())


class Tokens:
    """The tokens this store accepts, and the codes it gave out. `salt` makes them this store's."""

    def __init__(self, *, secrets: AppSecrets, salt: str, state: State) -> None:
        self.secrets = secrets
        self._salt = salt
        self._state = state
        self._given: dict[str, int] = {}
        self._codes: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._used: set[str] = set()
        self._count = 0
        self.life_ms = TOKEN_LIFE_MS
        self.offline_life_ms = OFFLINE_LIFE_MS

    def grant(self, client_id: str, client_secret: str, now_ms: int) -> str | None:
        """Return a new token for the app's own credentials, or None for a wrong id or secret."""
        if not self.secrets.are(client_id, client_secret):
            return None
        token = self._made("shpat", now_ms)
        self._given[token] = now_ms + self.life_ms
        return token

    def offline(
        self,
        now_ms: int,
        *,
        expiring: bool,
        scopes: tuple[str, ...] = (),
        replaces: str | None = None,
    ) -> GiveToken:
        """Return the command that gives an installation's token. No scopes: those the app has."""
        ends_at_ms = now_ms + self.offline_life_ms if expiring else None
        return GiveToken(
            token=self._made("shpat", now_ms),
            ends_at_ms=ends_at_ms,
            refresh_token=self._made("shprt", now_ms) if expiring else None,
            refresh_ends_at_ms=now_ms + REFRESH_LIFE_MS if expiring else None,
            replaces=replaces,
            scopes=scopes,
        )

    def code(self, scopes: tuple[str, ...], now_ms: int) -> str:
        """Return a code that can be redeemed once, soon."""
        code = self._made("code", now_ms).removeprefix("code_")
        self._codes[code] = (now_ms + CODE_LIFE_MS, scopes)
        return code

    def redeem(self, code: str, now_ms: int) -> tuple[str, ...] | None:
        """Return the scopes that a code was given for, or None if it is not good (any more)."""
        ends_at_ms, scopes = self._codes.pop(code, (0, ()))
        return scopes if now_ms < ends_at_ms else None

    def refreshable(self, refresh_token: str, now_ms: int) -> bool:
        """Tell whether a refresh token is good: known, not ended, and not replaced by one that is in use."""
        grants = self._state.grants.values()
        known = any(
            one.refresh_token == refresh_token and now_ms < (one.refresh_ends_at_ms or 0)
            for one in grants
        )
        return known and not any(
            one.replaces == refresh_token and one.token in self._used for one in grants
        )

    def use_refresh(self, refresh_token: str) -> None:
        """Note that a refresh token is in use, which ends the one that it replaced."""
        self._used |= {
            one.token for one in self._state.grants.values() if one.refresh_token == refresh_token
        }

    def end_all(self) -> None:
        """End every token given so far; the fixed one and refresh tokens stay."""
        self._given.clear()
        for token, one in list(self._state.grants.items()):
            self._state.grants[token] = one.ended()

    def accepts(self, token: str, now_ms: int) -> bool:
        """Tell whether a request with this token may pass."""
        if hmac.compare_digest(token.encode(), self.secrets.fixed_token.encode()):
            return True
        kept = self._state.grants.get(token)
        if kept is not None and kept.is_good(now_ms):
            self._used.add(token)
            return True
        return now_ms < self._given.get(token, 0)

    def _made(self, kind: str, now_ms: int) -> str:
        self._count += 1
        count = (self._count, len(self._state.grants))
        secret = self.secrets.client_secret
        return f"{kind}_{stable_uuid(self._salt, secret, kind, now_ms, count).replace('-', '')}"


def give_token(state: State, given: GiveToken, at_ms: int) -> GiveToken:
    """Keep the token of an installation, with the scopes that the merchant agreed to."""
    del at_ms
    state.grants[given.token] = given
    if given.scopes:
        state.app = state.app.with_scopes(given.scopes)
    return given

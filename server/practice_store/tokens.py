"""Access tokens: a fixed one, and those given to an app that shows its client id and secret."""

from __future__ import annotations

import hmac

from server.practice_store.identity import stable_uuid

TOKEN_LIFE_MS = 86_399_000


class Tokens:
    """The tokens this store accepts."""

    def __init__(self, *, fixed: str, client_id: str, client_secret: str, salt: str) -> None:
        self._fixed = fixed
        self._client_id = client_id
        self._client_secret = client_secret
        self._salt = salt
        self._given: dict[str, int] = {}
        self.life_ms = TOKEN_LIFE_MS

    def grant(self, client_id: str, client_secret: str, now_ms: int) -> str | None:
        """Return a new token, or None for a wrong id or secret."""
        right = hmac.compare_digest(client_id.encode(), self._client_id.encode())
        right &= hmac.compare_digest(client_secret.encode(), self._client_secret.encode())
        if not right:
            return None
        token = f"shpat_{stable_uuid(self._salt, now_ms, len(self._given)).replace('-', '')}"
        self._given[token] = now_ms + self.life_ms
        return token

    def end_all(self) -> None:
        """End every token given so far; the fixed one stays."""
        self._given.clear()

    def accepts(self, token: str, now_ms: int) -> bool:
        """Tell whether a request with this token may pass."""
        if hmac.compare_digest(token.encode(), self._fixed.encode()):
            return True
        return now_ms < self._given.get(token, 0)

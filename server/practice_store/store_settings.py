"""How the store is set, over the control API: what the app may do and see, and how fast the store is.

None of it is in the journal: a store that starts again is set as its program sets it.
"""

from __future__ import annotations

import msgspec

from server.practice_store.asgi import Request, Response, json_response
from server.practice_store.cost import Bucket
from server.practice_store.customer_data import CustomerData
from server.practice_store.store import PracticeStore


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set; a part not given is left as it is.

    `scopes` are granted to the app. `served_version` is what answers an API version that has ended, and what webhooks
    are written in. `tokens_end` ends every token given so far. Times are (from, to), or (waiting, taking) of an export;
    `points` are how many the app has and how many come back a second, which depends on the store's plan.
    """

    scopes: list[str] | None = None
    customer_data: CustomerData | None = None
    served_version: str | None = None
    token_life_s: int | None = None
    tokens_end: bool = False
    search_lag_ms: int | None = None
    routing_ms: tuple[int, int] | None = None
    bulk_ms: tuple[int, int] | None = None
    points: tuple[float, float] | None = None


class StoreSettings:
    """Answers `/practice/api/settings`."""

    def __init__(self, store: PracticeStore) -> None:
        self._store = store

    def read(self, request: Request) -> Response:
        """GET settings."""
        del request
        store = self._store
        return json_response(
            Settings(
                scopes=list(store.state.app.scopes),
                customer_data=store.state.customer_data,
                served_version=store.state.served_version,
                token_life_s=store.tokens.life_ms // 1000,
                search_lag_ms=store.search_lag_ms,
                routing_ms=store.routing_ms,
                bulk_ms=store.bulk_ms,
                points=(store.bucket.size, store.bucket.restore_rate),
            )
        )

    def change(self, request: Request) -> Response:
        """PUT settings: sets the parts given."""
        asked = msgspec.json.decode(request.body, type=Settings)
        state = self._store.state
        if asked.scopes is not None:
            state.app = state.app.with_scopes(tuple(asked.scopes))
        if asked.customer_data is not None:
            state.customer_data = asked.customer_data
        if asked.served_version is not None:
            state.served_version = asked.served_version
        if asked.token_life_s is not None:
            self._store.tokens.life_ms = 1000 * asked.token_life_s
        if asked.tokens_end:
            self._store.tokens.end_all()
        for name in ("search_lag_ms", "routing_ms", "bulk_ms"):
            if getattr(asked, name) is not None:
                setattr(self._store, name, getattr(asked, name))
        if asked.points is not None:
            self._store.bucket = Bucket(*asked.points)
        return self.read(request)

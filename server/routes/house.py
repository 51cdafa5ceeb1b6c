"""What every handler needs of the running server."""

from collections.abc import Callable

from msgspec import Struct

from server.accounts.attempts import Attempts
from server.beside import Beside
from server.connecting.checking import Checker
from server.db.pool import Database
from server.shopify.grants import App
from server.sync.live import Live


class House(Struct, eq=False, frozen=True, kw_only=True):
    """The running server: one per process, made at start.

    `checker` talks to the connected stores and opens their secrets; `app` is the one that other
    organisations' stores install, and `public_url` where the outside reaches this server.
    `clock` gives epoch ms; `wake_worker` tells this process's worker, if it runs one, that something is due; `beside` is the
    journal that outlives the database.
    """

    database: Database
    live: Live
    clock: Callable[[], int]
    attempts: Attempts
    wake_worker: Callable[[], None]
    checker: Checker
    beside: Beside | None = None
    app: App | None = None
    public_url: str | None = None

"""The connections to PostgreSQL that a process keeps: taken, given back, never lost."""

import asyncio
import contextlib
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from piccolo.engine.postgres import PostgresEngine

from server.db.address import DatabaseAddress
from server.db.availability import DatabaseUnavailable, StorageFull, means_away

PooledConnection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
LoneConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Connection: TypeAlias = "PooledConnection | LoneConnection"
"""What code that writes SQL takes as its argument."""

_CONNECT_TIMEOUT_S = 5.0
_GIVE_BACK_TIMEOUT_S = 5.0
_CLOSE_TIMEOUT_S = 10.0


class Connections:
    """Piccolo's engine with its pool, of one event loop. Nothing is connected before it is wanted."""

    def __init__(
        self,
        where: DatabaseAddress | str,
        *,
        application_name: str,
        connections_max: int,
        statement_timeout_s: float | None,
        acquire_timeout_s: float,
    ) -> None:
        """`statement_timeout_s` is the server's limit; None for work that may take for ever."""
        self.engine = _Engine(_connect_arguments(where))
        self._settings = {"application_name": application_name, "timezone": "UTC"}
        self._statement_timeout_s = statement_timeout_s
        self._connections_max = connections_max
        self._acquire_timeout_s = acquire_timeout_s
        self._opening = asyncio.Lock()
        self._undoing: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Make the pool if there is none; it connects when a connection is taken."""
        async with self._opening:
            if self.engine.pool is None:
                limit_s = self._statement_timeout_s
                await self.engine.start_connection_pool(
                    min_size=0,
                    max_size=self._connections_max,
                    timeout=_CONNECT_TIMEOUT_S,
                    # The driver's own limit is for a server that says nothing at all any more.
                    command_timeout=None if limit_s is None else limit_s + 5.0,
                    server_settings=self._settings | _server_limit(limit_s),
                    reset=_keep_as_it_is,
                )

    async def close(self) -> None:
        """Wait a little for connections that are out, then close every one."""
        pool, self.engine.pool = self.engine.pool, None
        if pool is None:
            return
        if self._undoing:
            await asyncio.wait(self._undoing, timeout=_GIVE_BACK_TIMEOUT_S)
        with contextlib.suppress(TimeoutError):  # the pool cuts its connections in that case
            await asyncio.wait_for(pool.close(), _CLOSE_TIMEOUT_S)

    async def take(self) -> PooledConnection:
        """A connection of the pool, healed if PostgreSQL was away. Raises DatabaseUnavailable."""
        await self.open()
        assert self.engine.pool is not None
        try:
            connection: PooledConnection = await self.engine.pool.acquire(
                timeout=self._acquire_timeout_s
            )
        except Exception as error:
            if means_away(error, None):
                raise DatabaseUnavailable("PostgreSQL can't be reached, or is too busy.") from error
            raise
        return connection

    async def give_back(self, connection: PooledConnection) -> None:
        """Return a connection on which nothing is open."""
        # By the connection's own pool: close() may have begun to wait for this very one.
        await connection._holder._pool.release(connection)  # noqa: SLF001 - no public way to it

    async def give_back_after(self, error: BaseException, connection: PooledConnection) -> None:
        """Undo what is open on it, or cut it, and return it; the caller raises the error.

        Raises DatabaseUnavailable in its place when that is what the error means. Carries on in a
        task of its own when the caller is cancelled, once, or at every await as anyio does.
        """
        away = means_away(error, connection)
        task = asyncio.create_task(self._undo_and_give_back(connection))
        self._undoing.add(task)
        task.add_done_callback(self._undoing.discard)
        await asyncio.shield(task)
        if isinstance(error, asyncpg.DiskFullError):
            raise StorageFull("There is no room left on the database's disk.") from error
        if away:
            raise DatabaseUnavailable("PostgreSQL went away, or took too long.") from error

    async def connect_alone(self) -> LoneConnection:
        """A connection outside the pool, which the caller closes. Raises DatabaseUnavailable."""
        try:
            connection: LoneConnection = await asyncpg.connect(
                **self.engine.config,
                timeout=_CONNECT_TIMEOUT_S,
                server_settings=self._settings | _server_limit(None),
            )
        except Exception as error:
            if means_away(error, None):
                raise DatabaseUnavailable("PostgreSQL can't be reached.") from error
            raise
        return connection

    async def _undo_and_give_back(self, connection: PooledConnection) -> None:
        try:
            await connection.execute("ROLLBACK", timeout=_GIVE_BACK_TIMEOUT_S)
        except Exception:  # noqa: BLE001 - the caller raises what is really wrong
            # Broken, silent, or still busy for a sibling task: the pool makes a new one.
            with contextlib.suppress(asyncpg.InterfaceError):  # it has noticed by itself
                connection.terminate()
        await self.give_back(connection)


class _Engine(PostgresEngine):
    """Piccolo's engine, which here asks the server nothing when it is made."""

    async def check_version(self) -> None:
        """Left to `migrate`, which refuses an old server."""

    async def prep_database(self) -> None:
        """No extensions are needed."""


def _connect_arguments(where: DatabaseAddress | str) -> dict[str, str | int]:
    if isinstance(where, str):
        return {"dsn": where}
    return {
        "host": where.host,
        "port": where.port,
        "user": where.user,
        "password": where.password,
        "database": where.database,
    }


def _server_limit(statement_timeout_s: float | None) -> dict[str, str]:
    """None is said as well: the database or the role may have a limit set by its owner."""
    return {"statement_timeout": f"{(statement_timeout_s or 0) * 1000:.0f}"}


async def _keep_as_it_is(_: object) -> None:
    """Instead of asyncpg's reset, a round trip at each return: we leave nothing set on a session."""

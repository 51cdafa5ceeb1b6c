"""When PostgreSQL is away: which errors of the driver mean that, said in one exception."""

import asyncpg
from asyncpg.pool import PoolConnectionProxy

_AWAY = (
    asyncpg.PostgresConnectionError,  # also: closed in the middle of a statement
    asyncpg.CannotConnectNowError,  # starting, or replaying its log after a crash
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,  # statement_timeout: it waits for a lock, or has too much to do
    asyncpg.InternalClientError,  # the driver lost the thread when a dying server spoke unasked
)


class DatabaseUnavailable(Exception):
    """PostgreSQL did not answer, or not in time. Trying again later is the right thing to do.

    What a transaction wrote is undone, unless the line broke during COMMIT: then nobody here
    knows, and only what can be sent twice (an op with its id) may be sent again.
    """


class StorageFull(DatabaseUnavailable):
    """The disk under PostgreSQL is full. What is there can be read; writing works again once there is room."""


def means_away(
    error: BaseException, connection: "PoolConnectionProxy[asyncpg.Record] | None"
) -> bool:
    """Whether this error of the driver is about PostgreSQL being away, not about what we asked.

    `connection` is the one the error came over, before it is given back; None while connecting.
    """
    if isinstance(error, (*_AWAY, TimeoutError)):
        return True
    if isinstance(error, OSError | asyncpg.InterfaceError):
        return connection is None or _is_cut(connection)
    return False


def _is_cut(connection: "PoolConnectionProxy[asyncpg.Record]") -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool takes a connection that broke away from its holder
        return True

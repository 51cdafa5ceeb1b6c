"""A PostgreSQL database to work with, and the only way to run a transaction on it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Literal, TypeVar

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from server import clock
from server.db.address import DatabaseAddress
from server.db.availability import DatabaseUnavailable, StorageFull
from server.db.connections import Connection, Connections, LoneConnection, PooledConnection
from server.db.piccolo_app import APP_CONFIG
from server.db.room import has_room
from server.points import point

Result = TypeVar("Result")
Isolation = Literal["read committed", "repeatable read", "serializable"]


class NestedTransaction(Exception):
    """Our bug: a transaction was asked for inside one that is still open. Use `savepoint`."""


class TransactionAborted(Exception):
    """Our bug: the error of a statement was caught and the transaction went on to its COMMIT.

    PostgreSQL answers such a COMMIT with a quiet ROLLBACK: nothing was written.
    """


class Database:
    """One database: opens itself at first use, and heals when PostgreSQL was away.

    Belongs to one event loop. Piccolo's own queries go to the Database that was opened last with
    `binds_tables`, into the transaction that is open in the same task if there is one.
    """

    def __init__(
        self,
        where: DatabaseAddress | str,
        *,
        application_name: str = "rawana",
        connections_max: int = 10,
        statement_timeout_s: float | None = 15.0,
        acquire_timeout_s: float = 5.0,
        binds_tables: bool = True,
        ground: Path | None = None,
    ) -> None:
        """`where` may be a postgresql:// address. Connects to nothing yet.

        `ground` is a folder on the database's disk: no transaction that may write begins while
        that has no room left. None where the disk is none of ours.
        """
        self._ground = ground
        self._connections = Connections(
            where,
            application_name=application_name,
            connections_max=connections_max,
            statement_timeout_s=statement_timeout_s,
            acquire_timeout_s=acquire_timeout_s,
        )
        self._binds_tables = binds_tables

    @property
    def engine(self) -> PostgresEngine:
        """Piccolo's engine, with its pool in `.pool` while open."""
        return self._connections.engine

    async def open(self) -> None:
        """Get ready, without connecting: a PostgreSQL that is away shows at the first use."""
        await self._connections.open()
        if self._binds_tables:
            for table in APP_CONFIG.table_classes:
                table._meta.db = self.engine  # noqa: SLF001 - how Piccolo documents it

    async def close(self) -> None:
        """Wait up to ten seconds for open transactions, then close every connection."""
        await self._connections.close()

    async def __aenter__(self) -> "Database":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def transaction(
        self, isolation: Isolation | None = None, *, readonly: bool = False
    ) -> "Transaction":
        """`async with database.transaction() as connection:` commits at the end, undoes on an error.

        No isolation is read committed. Raises DatabaseUnavailable (StorageFull when there is no
        room to write), NestedTransaction, TransactionAborted, and whatever a COMMIT is refused for.
        Don't keep the connection.
        """
        if not readonly and self._ground is not None and not has_room(self._ground):
            raise StorageFull("Hardly any room is left on the database's disk.")
        return Transaction(self._connections, isolation, readonly=readonly)

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """For statements that are each a transaction of their own. Raises DatabaseUnavailable.

        Leave nothing set on the session (no SET, no advisory lock, no LISTEN): the next one to
        take the connection would have it.
        """
        connection = await self._connections.take()
        try:
            yield connection
        except BaseException as error:
            await self._connections.give_back_after(error, connection)
            raise
        await self._connections.give_back(connection)

    async def connect_alone(self) -> LoneConnection:
        """A connection outside the pool, for LISTEN and for locks of a session; the caller closes it.

        Without a statement timeout: waiting is what it is for. Raises DatabaseUnavailable.
        """
        return await self._connections.connect_alone()


class Transaction(PostgresTransaction):
    """What Piccolo sees as the current transaction, without the faults of its own.

    Piccolo gives a connection back only after a COMMIT that succeeded, and takes a nested
    transaction for a part of the outer one without being able to undo it.
    """

    __slots__ = ("_begin", "_connections", "is_open")
    connection: PooledConnection

    def __init__(
        self, connections: Connections, isolation: Isolation | None, *, readonly: bool
    ) -> None:
        super().__init__(connections.engine)
        self._parent = None  # never a silent part of an outer one, see __aenter__
        self._connections = connections
        self.is_open = False
        level = f" ISOLATION LEVEL {isolation.upper()}" if isolation else ""
        self._begin = f"BEGIN{level}{' READ ONLY' if readonly else ''}"

    async def __aenter__(self) -> PooledConnection:  # type: ignore[override]  # the bare connection
        outer = self.engine.current_transaction.get()
        # A task that outlives the transaction it was born in carries that along, closed.
        if isinstance(outer, Transaction) and outer.is_open:
            raise NestedTransaction("A transaction is open in this task already.")
        connection = await self._connections.take()
        try:
            await connection.execute(self._begin)
        except BaseException as error:
            await self._connections.give_back_after(error, connection)
            raise
        self.connection = connection
        self.is_open = True
        self.engine.current_transaction.set(self)
        return connection

    async def __aexit__(  # type: ignore[override]  # None: never swallows the error
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.is_open = False
        # Not reset with a token: that fails when another task closes than the one that opened.
        self.engine.current_transaction.set(None)
        if error is not None:
            await self._connections.give_back_after(error, self.connection)
            return
        try:
            done = await self.connection.execute("COMMIT")
        except BaseException as failure:
            await self._connections.give_back_after(failure, self.connection)
            raise
        await self._connections.give_back(self.connection)
        if done != "COMMIT":
            raise TransactionAborted("The error of a statement was caught inside the transaction.")


async def run_transaction(
    database: Database,
    work: Callable[[Connection], Awaitable[Result]],
    *,
    isolation: Isolation | None = None,
    tries: int = 5,
    wait_s: Callable[[int], float] = clock.retry_wait_s,
) -> Result:
    """Run `work` in a transaction, again from its beginning when others were in its way.

    That is a serialization failure or a deadlock, so `work` must do nothing outside the database.
    `wait_s` gives the seconds before the next try. Raises DatabaseUnavailable when the `tries`
    are used up, and what `Database.transaction` raises.
    """
    for attempt in range(tries):
        try:
            async with database.transaction(isolation) as connection:
                result = await work(connection)
                point("commit.before")
        except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError) as error:
            if attempt == tries - 1:
                raise DatabaseUnavailable("Others were in the way at every try.") from error
        else:
            point("commit.after")
            return result
        await asyncio.sleep(wait_s(attempt))
    raise AssertionError("tries must be at least 1")


@contextlib.asynccontextmanager
async def savepoint(connection: Connection) -> AsyncIterator[None]:
    """Inside a transaction: undo only what this block wrote when it fails, and raise its error."""
    await connection.execute("SAVEPOINT block")
    try:
        yield
    except Exception:
        await connection.execute("ROLLBACK TO SAVEPOINT block; RELEASE SAVEPOINT block")
        raise
    await connection.execute("RELEASE SAVEPOINT block")

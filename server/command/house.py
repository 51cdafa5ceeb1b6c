"""Starting and leaving: where the database is, and the running server as a whole."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from pathlib import Path

import uvicorn

from server import clock
from server.accounts.attempts import Attempts
from server.app import Front, make_api
from server.beside import Beside
from server.command.printing import Exit, Stopped
from server.connecting.checking import Checker
from server.connecting.keeping_tokens import Keeper
from server.connecting.sealing import seal_what_is_open
from server.db import embedded, epochs
from server.db.address import DatabaseAddress
from server.db.availability import DatabaseUnavailable
from server.db.binaries import NoPostgres
from server.db.keeping_up import kept_up
from server.db.migrating import PostgresTooOld, migrate
from server.db.pool import Database
from server.db.unprivileged import NoAccount
from server.intake.reading import Reader
from server.outbox.carrying_out import Carrier
from server.routes.house import House
from server.routes.static_files import StaticFiles
from server.settings import Settings, SettingsInvalid
from server.shopify.clients import Clients, opened_clients
from server.shopify.grants import App
from server.sync.catching_up import catch_up_beside
from server.sync.live import Live
from server.vault import Vault
from server.worker import Worker

Asgi = Callable[..., Awaitable[None]]

WS_MESSAGE_MAX = 65_536
GRACE_S = 5


def read_settings(home: Path | None = None) -> Settings:
    """Return the settings of the environment, with another home where one is named."""
    environ = dict(os.environ) | ({} if home is None else {"RAWANA_HOME": str(home)})
    try:
        return Settings.from_environment(environ)
    except SettingsInvalid as error:
        raise Stopped(str(error), Exit.USAGE) from error


@contextlib.contextmanager
def database_running(
    settings: Settings, *, stop_after: bool = False
) -> Iterator[DatabaseAddress | str]:
    """Give the address of the database, starting the embedded one where it is meant.

    It is stopped at the end when this call started it, or with `stop_after` in any case: a server that was killed
    leaves its database running, and the next one to end well takes it along. What keeps the database from being used
    is told in one sentence.
    """
    try:
        if settings.database_url is not None:
            yield settings.database_url
            return
        was_running = embedded.is_running(settings.home)
        address = embedded.start(settings.home, settings.pg_bin)
        try:
            yield address
        finally:
            if stop_after or not was_running:
                embedded.stop(settings.home)
    except (NoPostgres, NoAccount, embedded.PostgresWontStart, PostgresTooOld) as error:
        raise Stopped(str(error), Exit.NOT_AVAILABLE) from error
    except DatabaseUnavailable as error:
        raise Stopped(f"The database does not answer: {error}", Exit.NOT_AVAILABLE) from error


def run_with_database(
    settings: Settings, work: Callable[[Database], Awaitable[None]], *, stop_after: bool = False
) -> None:
    """Run `work` against the migrated database; the embedded one is started again should it end meanwhile."""

    async def whole(where: DatabaseAddress | str) -> None:
        await migrate(where)
        if settings.database_url is not None:
            async with Database(where) as database:
                await seal_what_is_open(database, Vault.of(settings))
                await work(database)
            return
        ground = (settings.home / "pgdata").resolve()
        async with (
            kept_up(settings.home, settings.pg_bin),
            Database(where, ground=ground) as database,
        ):
            await seal_what_is_open(database, Vault.of(settings))
            await work(database)

    with database_running(settings, stop_after=stop_after) as where:
        asyncio.run(whole(where))


def listening_socket(host: str, port: int) -> socket.socket:
    """Bind the port (0: any free one), so that it is known before anybody is told of it."""
    # Naming TCP lets asyncio switch Nagle's waiting off, which would cost 40 ms a small answer.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise Stopped(
            f"Port {port} on {host} can't be had ({error.strerror}); choose another with --port.",
            Exit.NOT_AVAILABLE,
        ) from error
    return bound


@contextlib.asynccontextmanager
async def clients_of(database: Database, settings: Settings) -> AsyncIterator[Clients]:
    """Give the clients of the connected stores, closed at the end."""
    keeper = Keeper(database, Vault.of(settings), clock.now_ms)
    async with opened_clients(keeper) as clients:
        yield clients


def checker_of(database: Database, settings: Settings, clients: Clients) -> Checker:
    """Return what checks the connected stores."""
    return Checker(database=database, clients=clients, vault=Vault.of(settings), clock=clock.now_ms)


@contextlib.asynccontextmanager
async def running_worker(
    database: Database, live: Live, clients: Clients, checker: Checker
) -> AsyncIterator[Worker]:
    """Run a worker for as long as the block does."""
    reader = Reader(database=database, live=live, clients=clients, clock=clock.now_ms)
    carrier = Carrier(database=database, live=live, clients=clients, clock=clock.now_ms)
    worker = Worker(reader, carrier, checker)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def running_front(
    database: Database,
    settings: Settings,
    practice: Asgi | None = None,
    *,
    with_worker: bool = True,
) -> AsyncIterator[Front]:
    """Give the whole app with its live feed and, unless told otherwise, a worker."""
    live = Live(database)
    async with contextlib.AsyncExitStack() as stack:
        clients = await stack.enter_async_context(clients_of(database, settings))
        checker = checker_of(database, settings, clients)
        worker = (
            await stack.enter_async_context(running_worker(database, live, clients, checker))
            if with_worker
            else None
        )
        async with database.connection() as connection:
            history = await epochs.read_history(connection)
        beside = Beside(settings.home)
        house = House(
            database=database,
            live=live,
            clock=clock.now_ms,
            attempts=Attempts(),
            wake_worker=(lambda: None) if worker is None else worker.wake,
            beside=beside,
            checker=checker,
            app=_app_of(settings),
            public_url=settings.public_url,
        )
        await catch_up_beside(database, beside, clock.now_ms())
        feed = asyncio.create_task(live.run())
        files = StaticFiles(settings.pwa_dist)
        try:
            yield Front(make_api(house), files, lambda: history.epoch, practice)
        finally:
            feed.cancel()
            await asyncio.gather(feed, return_exceptions=True)


def _app_of(settings: Settings) -> App | None:
    if settings.shopify_client_id is None or settings.shopify_client_secret is None:
        return None
    return App(client_id=settings.shopify_client_id, client_secret=settings.shopify_client_secret)


class _Server(uvicorn.Server):
    """Uvicorn, leaving signals to us: its own handling ends the process before the database is stopped."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self.should_exit = True


async def serve_until_stopped(
    app: Asgi, bound: socket.socket, on_ready: Callable[[], Awaitable[None]]
) -> None:
    """Serve on the socket until SIGINT or SIGTERM; `on_ready` runs once requests are answered."""
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="websockets-sansio",
            ws_max_size=WS_MESSAGE_MAX,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=GRACE_S,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    started = asyncio.create_task(server.is_up.wait())
    await asyncio.wait((serving, started), return_when=asyncio.FIRST_COMPLETED)
    try:
        if started.done():
            await on_ready()
    except BaseException:
        server.should_exit = True
        raise
    finally:
        started.cancel()
        await serving

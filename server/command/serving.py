"""`serve`, `work`, `migrate`: running the server."""

import asyncio
import signal

import click
import msgspec

from server.command.house import (
    checker_of,
    clients_of,
    database_running,
    listening_socket,
    read_settings,
    run_with_database,
    running_front,
    running_worker,
    serve_until_stopped,
)
from server.command.printing import json_option, say
from server.db.migrating import migrate as run_migrations
from server.db.pool import Database
from server.sync.live import Live

PORT = 8787


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """Where a server answers."""

    url: str


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--no-worker", is_flag=True, help="Leave webhooks and Shopify calls to `rawana work`."
)
@json_option
def serve(*, host: str, port: int, no_worker: bool, as_json: bool) -> None:
    """Serve phones and desks; with a worker inside unless told otherwise."""
    settings = read_settings()
    bound = listening_socket(host, port)
    url = f"http://{host}:{bound.getsockname()[1]}"

    async def ready() -> None:
        say(Serving(url=url), f"Rawana serves at {url}", as_json=as_json)

    async def work(database: Database) -> None:
        async with running_front(database, settings, with_worker=not no_worker) as front:
            await serve_until_stopped(front, bound, ready)

    run_with_database(settings, work, stop_after=True)


@click.command("work")
@json_option
def work(*, as_json: bool) -> None:
    """Work off webhooks and Shopify calls, without serving anybody."""
    settings = read_settings()

    async def run(database: Database) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        async with (
            clients_of(database, settings) as clients,
            running_worker(
                database, Live(database), clients, checker_of(database, settings, clients)
            ),
        ):
            say({"status": "working"}, "Working.", as_json=as_json)
            await stop.wait()

    run_with_database(settings, run)


@click.command("migrate")
@json_option
def migrate(*, as_json: bool) -> None:
    """Bring the database up to this version's tables."""
    with database_running(read_settings()) as where:
        done = asyncio.run(run_migrations(where))
    say({"ran": done}, f"Ran: {', '.join(done) or 'nothing was left to run'}", as_json=as_json)

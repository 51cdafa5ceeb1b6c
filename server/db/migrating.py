"""Bringing a database up to this version's tables, safely from several processes at once."""

import contextlib
import importlib
import io
import pkgutil
from types import ModuleType

import asyncpg
from piccolo.apps.migrations.tables import Migration

from server.db import migrations
from server.db.address import DatabaseAddress
from server.db.binaries import OLDEST_MAJOR
from server.db.piccolo_app import APP_CONFIG
from server.db.piccolo_conf import MIGRATED_ENGINE
from server.db.pool import Database

# Any number will do, as long as every version of Rawana takes the same: "rawana" in ASCII.
_LOCK_KEY = 0x726177616E61


class PostgresTooOld(Exception):
    """The server at RAWANA_DATABASE_URL is older than we support; the message says how old."""


async def migrate(where: DatabaseAddress | str, up_to: str | None = None) -> list[str]:
    """Run what has not run yet, each migration whole or not at all; the ids that did run now.

    `up_to` names the last one to run, for a backup of an older version. Waits for another process that is at it. Raises PostgresTooOld or DatabaseUnavailable.
    """
    # A pool of its own: building an index may take longer than a request's statement may.
    async with Database(
        where, connections_max=1, statement_timeout_s=None, binds_tables=False
    ) as database:
        lock = await database.connect_alone()
        chosen = MIGRATED_ENGINE.set(database.engine)
        try:
            _refuse_old_server(lock)
            await lock.execute("SELECT pg_advisory_lock($1)", _LOCK_KEY)
            done = await _ids_that_ran(database)
            todo = [
                module
                for module in _migrations()
                if module.ID not in done and (up_to is None or up_to >= module.ID)
            ]
            for module in todo:
                await _run_migration(database, module)
            return [module.ID for module in todo]
        finally:
            MIGRATED_ENGINE.reset(chosen)
            await lock.close()  # which lets go of the lock


def _refuse_old_server(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    version = connection.get_server_version()
    if version.major < OLDEST_MAJOR:
        raise PostgresTooOld(
            f"The database server is PostgreSQL {version.major}; Rawana needs {OLDEST_MAJOR} or newer."
        )


def _migrations() -> list[ModuleType]:
    found = pkgutil.iter_modules(migrations.__path__)
    modules = [importlib.import_module(f"{migrations.__name__}.{each.name}") for each in found]
    return sorted(modules, key=lambda module: module.ID)


async def _ids_that_ran(database: Database) -> set[str]:
    """From Piccolo's own table of migrations, so that its command line tells the same."""
    async with database.transaction() as connection:
        for statement in Migration.create_table(if_not_exists=True).ddl:
            await connection.execute(statement)
        rows = await connection.fetch(
            "SELECT name FROM migration WHERE app_name = $1", APP_CONFIG.app_name
        )
    return {row["name"] for row in rows}


async def _run_migration(database: Database, module: ModuleType) -> None:
    """In one transaction with the row that says it ran; Piccolo would write that row afterwards."""
    async with database.transaction() as connection:
        migration = await module.forwards()
        with contextlib.redirect_stdout(io.StringIO()):  # Piccolo reports with print
            await migration.run()
        await connection.execute(
            "INSERT INTO migration (name, app_name) VALUES ($1, $2)",
            module.ID,
            APP_CONFIG.app_name,
        )

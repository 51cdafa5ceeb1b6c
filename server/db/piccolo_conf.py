"""Where Piccolo's migrations look for the engine: the one whose migrations run in this task.

Piccolo finds this module through the environment variable PICCOLO_CONF and reads `DB` from it.
"""

import os
from contextvars import ContextVar

import asyncpg
from piccolo.conf.apps import AppRegistry
from piccolo.engine.postgres import PostgresEngine

APP_REGISTRY = AppRegistry(apps=["server.db.piccolo_app"])
MIGRATED_ENGINE: ContextVar[PostgresEngine] = ContextVar("migrated_engine")

os.environ["PICCOLO_CONF"] = __name__


def __getattr__(name: str) -> PostgresEngine:
    """`DB`, which can't be a plain variable: a process may migrate two databases at once."""
    if name == "DB" and (engine := MIGRATED_ENGINE.get(None)) is not None:
        return engine
    raise AttributeError(name)


def current_connection() -> "asyncpg.Connection[asyncpg.Record]":
    """The connection of the transaction in which a migration runs."""
    transaction = MIGRATED_ENGINE.get().current_transaction.get()
    assert transaction is not None
    connection: asyncpg.Connection[asyncpg.Record] = transaction.connection
    return connection

"""How far a store has been read, what is imported from it in bulk, and news per shop."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.db.sql_migration import sql_migration

ID = "0006-intake"

_FORWARDS = """
CREATE TABLE store_reading (
    shop_id text PRIMARY KEY REFERENCES shop,
    began_at bigint NOT NULL,
    swept_at bigint NOT NULL DEFAULT 0,
    deep_swept_at bigint NOT NULL DEFAULT 0,
    deep_counted bigint NOT NULL DEFAULT 0,
    deep_missing bigint NOT NULL DEFAULT 0,
    trouble text
);
CREATE TABLE store_import (
    shop_id text NOT NULL REFERENCES shop,
    kind text NOT NULL CHECK (kind IN ('orders', 'variants')),
    state text NOT NULL CHECK (state IN ('wanted', 'running', 'reading', 'done', 'failed')),
    since text,
    operation_gid text,
    url text,
    object_count bigint NOT NULL DEFAULT 0,
    taken bigint NOT NULL DEFAULT 0,
    left_out bigint NOT NULL DEFAULT 0,
    begun_at bigint NOT NULL,
    moved_at bigint NOT NULL,
    run_at bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    PRIMARY KEY (shop_id, kind)
);
CREATE INDEX webhook_inbox_due ON webhook_inbox (shop_id, run_at) WHERE done_at IS NULL;
CREATE INDEX webhook_inbox_done ON webhook_inbox (received_at) WHERE done_at IS NOT NULL;
DROP INDEX webhook_inbox_open;
"""


async def forwards() -> MigrationManager:
    """Called by server.db.migrating, and by Piccolo's own command."""
    return sql_migration(ID, _FORWARDS)

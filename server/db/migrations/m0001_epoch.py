"""The first epoch."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.db.sql_migration import sql_migration

ID = "0001-epoch"

_FORWARDS = """
CREATE TABLE epoch (
    id text PRIMARY KEY,
    began_at bigint NOT NULL,
    restored_to bigint
);
INSERT INTO epoch (id, began_at)
SELECT gen_random_uuid()::text, floor(extract(epoch FROM clock_timestamp()) * 1000)
WHERE NOT EXISTS (SELECT FROM epoch);
"""


async def forwards() -> MigrationManager:
    """Called by server.db.migrating, and by Piccolo's own command."""
    return sql_migration(ID, _FORWARDS)

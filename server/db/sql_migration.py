"""A migration written as SQL: constraints, triggers and functions come out exactly as written."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.db.piccolo_app import APP_CONFIG
from server.db.piccolo_conf import current_connection


def sql_migration(migration_id: str, script: str) -> MigrationManager:
    """One or more statements, run as a whole inside the migration's transaction."""
    migration = MigrationManager(migration_id=migration_id, app_name=APP_CONFIG.app_name)

    async def run_script() -> None:
        await current_connection().execute(script)

    migration.add_raw(run_script)
    return migration

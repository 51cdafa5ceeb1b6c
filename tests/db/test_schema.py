"""The table classes describe the tables as the migrations made them."""

import importlib
import pkgutil

from server.db import migrations, tables
from server.db.piccolo_app import APP_CONFIG
from server.db.pool import Database

# What Piccolo calls a type, and what PostgreSQL calls it.
SAME_TYPE = {
    "VARCHAR": "character varying",
    "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMPTZ": "timestamp with time zone",
    "DOUBLE PRECISION": "double precision",
}


def described() -> dict[tuple[str, str], tuple[str, bool]]:
    return {
        (table._meta.tablename, column._meta.db_column_name): (
            SAME_TYPE.get(column.column_type, column.column_type.lower()),
            column._meta.null,
        )
        for table in APP_CONFIG.table_classes
        for column in table._meta.columns
    }


async def real(database: Database) -> dict[tuple[str, str], tuple[str, bool]]:
    async with database.connection() as connection:
        rows = await connection.fetch(
            """
            SELECT relname, attname, format_type(atttypid, atttypmod) AS type, attnotnull
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
              AND attnum > 0 AND NOT attisdropped AND relname <> 'migration'
              AND NOT relispartition
            """
        )
    return {(row["relname"], row["attname"]): (row["type"], not row["attnotnull"]) for row in rows}


async def test_every_table_class_has_the_names_types_and_nullability_of_its_table(database):
    assert described() == await real(database)


async def test_every_primary_key_is_described(database):
    async with database.connection() as connection:
        rows = await connection.fetch(
            """
            SELECT conrelid::regclass::text AS relname,
                   (SELECT array_agg(attname ORDER BY ordinality)
                    FROM unnest(conkey) WITH ORDINALITY AS key (attnum, ordinality)
                    JOIN pg_attribute USING (attnum)
                    WHERE attrelid = conrelid) AS columns
            FROM pg_constraint
            WHERE contype = 'p' AND connamespace = 'public'::regnamespace
            """
        )
    real_keys = {row["relname"]: row["columns"] for row in rows if row["relname"] != "migration"}
    assert set(real_keys) == {table._meta.tablename for table in APP_CONFIG.table_classes}


async def test_a_new_database_has_one_epoch_that_was_not_restored(database):
    async with database.connection() as connection:
        (row,) = await connection.fetch("SELECT * FROM epoch")
    assert len(row["id"]) == 36
    assert row["began_at"] > 1_700_000_000_000
    assert row["restored_to"] is None


def test_each_table_has_a_file_of_its_own():
    files = {found.name for found in pkgutil.iter_modules(tables.__path__)}
    homes = {table.__module__.rpartition(".")[2] for table in APP_CONFIG.table_classes}
    assert homes == files


def test_the_ids_of_the_migrations_follow_their_file_names():
    for found in pkgutil.iter_modules(migrations.__path__):
        module = importlib.import_module(f"{migrations.__name__}.{found.name}")
        assert f"m{module.ID.replace('-', '_')}" == found.name

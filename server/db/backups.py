"""A backup of everything as one file, and a database made of it: plain tables, for any PostgreSQL.

The file is a zip of one binary COPY a table, read in one snapshot, and a manifest. What was committed before the
snapshot is in it, and nothing else.
"""

import os
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import asyncpg
import msgspec
from msgspec import Struct

from server.db.connections import Connection
from server.db.pool import Database

MANIFEST = "rawana.json"
FORMAT = 1


class NotABackup(Exception):
    """The file is no backup of ours, or not a whole one; the message says what is wrong with it."""


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup file says of itself: `taken_at` is epoch ms, `tables` their columns in the order in the file.

    `migration` is the last one that had run, `rows` how many rows each table has.
    """

    format: int
    id: str
    taken_at: int
    migration: str
    tables: dict[str, tuple[str, ...]]
    rows: dict[str, int]


async def write_backup(database: Database, path: Path, backup_id: str, taken_at: int) -> Manifest:
    """Write a backup and make it durable before it gets its name; an older file of that name is replaced at the end.

    `taken_at` must have been read before this is called.
    """
    unfinished = path.with_name(path.name + ".unfinished")
    async with database.transaction("repeatable read", readonly=True) as connection:
        await connection.execute("SET LOCAL statement_timeout = 0")
        tables = await _tables(connection)
        migration = await connection.fetchval("SELECT max(name) FROM migration")
        rows: dict[str, int] = {}
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as file:
            for table, columns in tables.items():
                with file.open(table, "w", force_zip64=True) as sink:
                    done = await connection.copy_from_table(
                        table, columns=columns, output=cast("BinaryIO", sink), format="binary"
                    )
                rows[table] = int(done.rpartition(" ")[2])
            manifest = Manifest(
                format=FORMAT,
                id=backup_id,
                taken_at=taken_at,
                migration=migration,
                tables=tables,
                rows=rows,
            )
            file.writestr(MANIFEST, msgspec.json.encode(manifest))
    _make_durable(unfinished, path)
    return manifest


def _make_durable(unfinished: Path, path: Path) -> None:
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


async def note_backup(connection: Connection, manifest: Manifest, now: int) -> None:
    """Let phones know: what they were told before it was taken exists twice."""
    await connection.execute(
        "INSERT INTO backup (id, taken_at, finished_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        manifest.id,
        manifest.taken_at,
        now,
    )


def read_manifest(path: Path) -> Manifest:
    """Return what a backup file says of itself, having checked that all of it is there.

    Raises:
        NotABackup: it is none, is cut off or damaged, or was made by a newer version.
    """
    try:
        with zipfile.ZipFile(path) as file:
            manifest = msgspec.json.decode(file.read(MANIFEST), type=Manifest)
            damaged = file.testzip()
            there = set(file.namelist())
    except (OSError, zipfile.BadZipFile, zlib.error, KeyError, msgspec.DecodeError) as error:
        raise NotABackup(f"{path} is not a whole backup of Rawana: {error}") from error
    if manifest.format != FORMAT:
        raise NotABackup(f"{path} was written by a newer version of Rawana.")
    missing = sorted(set(manifest.tables) - there)
    if damaged is not None or missing:
        raise NotABackup(f"{path} is damaged: {damaged or ', '.join(missing)}.")
    return manifest


async def read_backup(connection: Connection, path: Path, manifest: Manifest) -> None:
    """Fill empty tables, which stand at the backup's own migration, from the file."""
    await connection.execute("SET LOCAL statement_timeout = 0")
    order = await _parents_first(connection, list(manifest.tables))
    # What the migrations themselves put there is the backup's to say.
    await connection.execute("DELETE FROM epoch")
    with zipfile.ZipFile(path) as file:
        for table in order:
            with file.open(table) as source:
                await connection.copy_to_table(
                    table,
                    columns=manifest.tables[table],
                    source=cast("BinaryIO", source),
                    format="binary",
                )
    await connection.execute(
        "SELECT setval(pg_get_serial_sequence('outbox', 'serial'), greatest(1, (SELECT max(serial) FROM outbox)))"
    )


async def _tables(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Return every table of ours with its columns; which migrations ran is told by the manifest."""
    rows = await connection.fetch(
        """
        SELECT relname, array_agg(attname::text ORDER BY attnum) AS columns
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'migration'
          AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
        GROUP BY relname ORDER BY relname
        """
    )
    return {row["relname"]: tuple(row["columns"]) for row in rows}


async def _parents_first(connection: Connection, tables: list[str]) -> list[str]:
    """Order tables so that what a row refers to is there before it."""
    rows = await connection.fetch(
        """
        SELECT conrelid::regclass::text AS child, confrelid::regclass::text AS parent
        FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
        """
    )
    parents: dict[str, set[str]] = {table: set() for table in tables}
    for row in rows:
        if row["child"] != row["parent"] and row["child"] in parents:
            parents[row["child"]].add(row["parent"])
    order: list[str] = []
    while len(order) < len(tables):
        ready = [t for t in tables if t not in order and parents[t] <= set(order)]
        assert ready, "foreign keys go round in a circle"
        order += ready
    return order


async def names_in_use(connection: Connection) -> tuple[str, ...]:
    """Return who else is connected to this database, by the names they gave."""
    rows: list[asyncpg.Record] = await connection.fetch(
        """
        SELECT DISTINCT application_name FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
        """
    )
    return tuple(row["application_name"] or "somebody" for row in rows)

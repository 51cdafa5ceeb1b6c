"""Putting a backup in the place of the database, beginning a new history, and keeping what must not be forgotten."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import msgspec
from msgspec import Struct

from server.beside import Beside, DeviceMade, DeviceRevoked, Line, OpsTaken
from server.db import backups, fleet, shops
from server.db.address import DatabaseAddress
from server.db.backups import Manifest
from server.db.connections import Connection
from server.db.fleet import Expected
from server.db.migrating import migrate
from server.db.pool import Database
from sync_protocol.ids import DeviceId, Epoch, Incarnation, OpId

OUTBOUND_PAUSE_MS = 120_000
"""As long as a call to Shopify may still land whose answer nobody waits for (the outbox's own cool-off)."""

KEPT_ASIDE = "{name}_before_{at}"


class StillInUse(Exception):
    """Somebody is connected to the database that is to be replaced; the message names who."""


class MayNotCreate(Exception):
    """The account may not create and rename databases."""


class Restored(Struct, frozen=True, kw_only=True):
    """What a restore did. `expected_ops` were acknowledged before it and are not here (yet); phones may bring them.

    `kept_aside` is the name under which the database that was replaced is still there.
    """

    epoch: Epoch
    restored_to: int
    devices_kept: int
    revocations_kept: int
    expected_ops: int
    kept_aside: str | None = None


async def restore(
    where: DatabaseAddress | str, path: Path, epoch: Epoch, beside: Beside, now: int
) -> Restored:
    """Make a database of a backup file and put it in the place of the present one, which is kept aside.

    Raises:
        NotABackup: the file can't be used; nothing was changed.
        StillInUse, MayNotCreate: nothing was changed either.
    """
    manifest = backups.read_manifest(path)
    name = _name_of(where)
    fresh, aside = f"{name}_restored_{now}", KEPT_ASIDE.format(name=name, at=now)
    try:
        await _run_alone(where, [f'CREATE DATABASE "{fresh}"'])
    except asyncpg.InsufficientPrivilegeError as error:
        raise MayNotCreate(str(error)) from error
    try:
        done = await _fill(_named(where, fresh), path, manifest, epoch, beside, now)
        await _swap(where, name, fresh, aside)
    except BaseException:
        await _run_alone(where, [f'DROP DATABASE IF EXISTS "{fresh}"'])
        raise
    return msgspec.structs.replace(done, kept_aside=aside)


async def _fill(
    where: DatabaseAddress | str,
    path: Path,
    manifest: Manifest,
    epoch: Epoch,
    beside: Beside,
    now: int,
) -> Restored:
    await migrate(where, up_to=manifest.migration)
    async with (
        Database(where, binds_tables=False, statement_timeout_s=None) as database,
        database.transaction() as connection,
    ):
        await backups.read_backup(connection, path, manifest)
    await migrate(where)
    async with (
        Database(where, binds_tables=False) as database,
        database.transaction() as connection,
    ):
        await backups.note_backup(connection, manifest, now)
        return await begin_history(connection, epoch, manifest.taken_at, beside.read(), now)


async def begin_history(
    connection: Connection, epoch: Epoch, restored_to: int, lines: Iterable[Line], now: int
) -> Restored:
    """Begin a new history in a restored database: its epoch, a pause towards Shopify, and what stood beside.

    A device that was let in since the backup is let in again, one that was locked out stays locked out.
    """
    # Later than every epoch before it, also where this machine's clock was set back.
    await connection.execute(
        """
        INSERT INTO epoch (id, began_at, restored_to, outbound_from)
        SELECT $1, greatest($2, max(began_at) + 1), $3, $4 FROM epoch
        """,
        epoch,
        now,
        restored_to,
        now + OUTBOUND_PAUSE_MS,
    )
    told = list(lines)
    devices = await _keep_devices(connection, [x for x in told if isinstance(x, DeviceMade)])
    revoked = await _keep_revocations(connection, [x for x in told if isinstance(x, DeviceRevoked)])
    expected = 0
    for shop in await shops.all_shops(connection):
        ops = [x for x in told if isinstance(x, OpsTaken) and x.shop_id == shop.id]
        expected += await fleet.expect_ops(connection, shop.id, _expected(ops))
        devices_here = await fleet.all_devices(connection, shop.id)
        await fleet.show_on_board(connection, shop.id, devices_here, now)
    return Restored(
        epoch=epoch,
        restored_to=restored_to,
        devices_kept=devices,
        revocations_kept=revoked,
        expected_ops=expected,
    )


def _expected(lines: Iterable[OpsTaken]) -> list[Expected]:
    found = {
        op_id: Expected(
            op_id=OpId(op_id),
            device_id=DeviceId(line.device_id),
            incarnation=Incarnation(line.incarnation),
            n=n,
        )
        for line in lines
        for n, op_id in line.ops
    }
    return list(found.values())


async def _keep_devices(connection: Connection, made: list[DeviceMade]) -> int:
    kept = 0
    for line in made:
        done = await connection.execute(
            """
            INSERT INTO device (shop_id, id, staff_id, name, token_hash, enrolled_at)
            SELECT $1, $2, id, $4, $5, $6 FROM staff WHERE shop_id = $1 AND id = $3
            ON CONFLICT DO NOTHING
            """,
            line.shop_id,
            line.id,
            line.staff_id,
            line.name,
            line.token_hash,
            line.at,
        )
        kept += done == "INSERT 0 1"
    return kept


async def _keep_revocations(connection: Connection, revoked: list[DeviceRevoked]) -> int:
    kept = 0
    for line in revoked:
        done = await connection.execute(
            "UPDATE device SET revoked_at = $3 WHERE shop_id = $1 AND id = $2 AND revoked_at IS NULL",
            line.shop_id,
            line.id,
            line.at,
        )
        kept += done == "UPDATE 1"
    return kept


async def _swap(where: DatabaseAddress | str, name: str, fresh: str, aside: str) -> None:
    async with Database(where, binds_tables=False) as database, database.connection() as connection:
        others = await backups.names_in_use(connection)
    if others:
        raise StillInUse(", ".join(others))
    await _run_alone(
        where,
        [
            f'ALTER DATABASE "{name}" RENAME TO "{aside}"',
            f'ALTER DATABASE "{fresh}" RENAME TO "{name}"',
        ],
    )


async def _run_alone(where: DatabaseAddress | str, statements: list[str]) -> None:
    """Run statements about whole databases, from the one that every server has."""
    async with Database(_named(where, "postgres"), binds_tables=False) as database:
        connection = await database.connect_alone()
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


def _name_of(where: DatabaseAddress | str) -> str:
    return urlsplit(where).path.lstrip("/") if isinstance(where, str) else where.database


def _named(where: DatabaseAddress | str, name: str) -> DatabaseAddress | str:
    if isinstance(where, str):
        return urlunsplit(urlsplit(where)._replace(path=f"/{name}"))
    return msgspec.structs.replace(where, database=name)

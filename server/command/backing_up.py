"""`backup`, `restore`, `missing`: a second copy of the books, going back to it, and what the phones still hold."""

import asyncio
import datetime as dt
from pathlib import Path

import click
import msgspec

from server import clock
from server.beside import Beside
from server.command.house import database_running, read_settings, run_with_database
from server.command.printing import Exit, Stopped, json_option, say
from server.command.setting_up import known_shop, shop_option
from server.db import backups, fleet, shops
from server.db.backups import Manifest, NotABackup
from server.db.migrating import migrate
from server.db.pool import Database
from server.db.restoring import MayNotCreate, Restored, StillInUse, begin_history, restore
from sync_protocol.ids import Epoch


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def backup(*, file: Path, as_json: bool) -> None:
    """Write everything to FILE, while the server runs; phones are told that they may forget what is in it."""
    made: list[Manifest] = []

    async def work(database: Database) -> None:
        taken_at = clock.now_ms()
        manifest = await backups.write_backup(database, file, clock.new_uuid7(), taken_at)
        async with database.connection() as connection:
            await backups.note_backup(connection, manifest, clock.now_ms())
        made.append(manifest)

    if not file.parent.is_dir():
        raise Stopped(f"There is no folder {file.parent}.", Exit.USAGE)
    run_with_database(read_settings(), work)
    manifest = made[0]
    sentence = f"{sum(manifest.rows.values())} rows of {len(manifest.rows)} tables are in {file}."
    say(manifest, sentence, as_json=as_json)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option(
    "--declare",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ"]),
    help="The database was put back by other means, to this moment (UTC): only say so.",
)
@json_option
def restore_command(*, file: Path | None, declare: dt.datetime | None, as_json: bool) -> None:
    """Put FILE in the place of the database, and begin a new history that phones will notice.

    The server must be stopped. The database that was there is kept under another name. Phones bring what the
    backup lacks; nothing is sent to Shopify for two minutes after.
    """
    if (file is None) == (declare is None):
        raise Stopped("Give a FILE, or --declare with the moment.", Exit.USAGE)
    settings = read_settings()
    epoch, beside, now = Epoch(clock.new_uuid7()), Beside(settings.home), clock.now_ms()
    with database_running(settings) as where:
        try:
            if file is not None:
                done = asyncio.run(restore(where, file, epoch, beside, now))
            else:
                assert declare is not None
                restored_to = int(declare.replace(tzinfo=dt.UTC).timestamp() * 1000)
                done = asyncio.run(_declare(where, epoch, restored_to, beside, now))
        except NotABackup as error:
            raise Stopped(str(error), Exit.NOT_POSSIBLE) from error
        except StillInUse as error:
            sentence = f"The database is in use by {error}; stop the server first."
            raise Stopped(sentence, Exit.NOT_POSSIBLE) from error
        except MayNotCreate as error:
            sentence = f"This account may not create databases ({error}); restore by hand and use --declare."
            raise Stopped(sentence, Exit.NOT_POSSIBLE) from error
    say(done, _sentence(done), as_json=as_json)


async def _declare(
    where: object, epoch: Epoch, restored_to: int, beside: Beside, now: int
) -> Restored:
    await migrate(where)  # type: ignore[arg-type]
    async with Database(where) as database, database.transaction() as connection:  # type: ignore[arg-type]
        return await begin_history(connection, epoch, restored_to, beside.read(), now)


def _sentence(done: Restored) -> str:
    at = dt.datetime.fromtimestamp(done.restored_to / 1000, dt.UTC).isoformat(timespec="seconds")
    kept = "" if done.kept_aside is None else f" What was there is kept as {done.kept_aside}."
    return (
        f"Restored to {at}; {done.devices_kept} devices and {done.revocations_kept} lock-outs since then are kept, "
        f"and {done.expected_ops} acknowledged ops are not here: phones bring theirs.{kept}"
    )


class MissingTold(msgspec.Struct, frozen=True, kw_only=True):
    """What was acknowledged once and is not here, as ranges of numbers of each device's log."""

    missing: tuple[fleet.Missing, ...]


@click.command("missing")
@shop_option
@json_option
def missing(*, shop_id: str, as_json: bool) -> None:
    """List what was acknowledged before a restore and no phone has brought back."""
    told: list[MissingTold] = []

    async def work(database: Database) -> None:
        shop = await known_shop(database, shop_id)
        async with database.connection() as connection:
            told.append(MissingTold(missing=await fleet.missing_ranges(connection, shop.id)))
            people = {s.id: s.name for s in await shops.staff_of(connection, shop.id)}
        lines = [
            f"{one.device_name} of {people[one.staff_id]}: {one.first_n} to {one.last_n} of {one.incarnation}"
            for one in told[0].missing
        ]
        say(told[0], "\n".join(lines) or "Nothing is missing.", as_json=as_json)

    run_with_database(read_settings(), work)

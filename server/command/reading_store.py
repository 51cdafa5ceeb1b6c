"""`shop import`, `shop import-orders`: reading a store whole, and taking in its orders export."""

from pathlib import Path

import click
from msgspec import Struct

from server import clock
from server.command.house import clients_of, read_settings, run_with_database
from server.command.printing import Exit, Stopped, json_option, say
from server.command.setting_up import known_shop, shop
from server.db import shops, store_imports, store_reading, stores
from server.db.pool import Database
from server.db.store_imports import ImportKind, StoreImport
from server.db.store_reading import StoreReading
from server.intake.contacts_import import ContactsImported, import_contacts
from server.intake.importing import want_import
from server.intake.orders_csv import read_orders_csv
from server.intake.reading import Reader
from server.intake.sweeping import WINDOW_MS
from server.sync.live import Live
from sync_protocol.ids import StaffId
from sync_protocol.permissions import DECIDES_ALONE

FILE_BYTES_MAX = 64 * 1024 * 1024


class Progress(Struct, frozen=True, kw_only=True):
    """How far a store has been read, and where its bulk readings stand."""

    reading: StoreReading | None
    imports: tuple[StoreImport, ...]


@shop.command("import")
@click.argument("shop_id")
@click.option("--anew", is_flag=True, help="Read catalogue and orders of 60 days once more.")
@json_option
def import_store(*, shop_id: str, anew: bool, as_json: bool) -> None:
    """Show how far a shop's store has been read; the worker does the reading."""
    settings = read_settings()

    async def work(database: Database) -> None:
        found = await known_shop(database, shop_id)
        async with database.connection() as connection:
            store = await stores.find_store(connection, found.id)
        if store is None:
            raise Stopped(f"Shop {found.id!r} has no store connected.", Exit.NOT_POSSIBLE)
        async with clients_of(database, settings) as clients:
            reader = Reader(
                database=database, live=Live(database), clients=clients, clock=clock.now_ms
            )
            if anew:
                await want_import(reader, store, ImportKind.VARIANTS)
                await want_import(reader, store, ImportKind.ORDERS, clock.now_ms() - WINDOW_MS)
        async with database.connection() as connection:
            imports = await store_imports.imports_of(connection, found.id)
            told = Progress(
                reading=await store_reading.find_reading(connection, found.id),
                imports=tuple(one.shown() for one in imports),
            )
        say(told, _in_words(told), as_json=as_json)

    run_with_database(settings, work)


def _in_words(told: Progress) -> str:
    if told.reading is None and not told.imports:
        return "Nothing has been read yet; is a worker running?"
    lines = [f"{one.kind}: {_where(one)}" for one in told.imports]
    if told.reading is not None and told.reading.deep_swept_at:
        lines.append(
            f"Last comparison: {told.reading.deep_counted} orders, {told.reading.deep_missing} differed."
        )
    if told.reading is not None and told.reading.trouble:
        lines.append(f"Trouble: {told.reading.trouble}")
    return "\n".join(lines)


def _where(one: StoreImport) -> str:
    taken = f"{one.taken} taken in, {one.left_out} of them left alone as they were over before"
    trouble = f" ({one.error})" if one.error else ""
    match one.state:
        case "wanted":
            return f"about to be asked for{trouble}"
        case "running":
            return f"the store is at it: {one.object_count} lines so far{trouble}"
        case "reading":
            return f"being taken in: {taken}{trouble}"
        case "done":
            return f"done: {taken}"
        case _:
            return f"failed{trouble}"


@shop.command("import-orders")
@click.argument("shop_id")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--by", "staff_id", required=True, help="Id of the owner or supervisor.")
@json_option
def import_orders(*, shop_id: str, file: Path, staff_id: str, as_json: bool) -> None:
    """Take names, numbers and addresses from Shopify's orders export, for stores that hide them from apps."""
    settings = read_settings()
    if file.stat().st_size > FILE_BYTES_MAX:
        raise Stopped(f"{file.name} is larger than 64 MiB; split it.", Exit.USAGE)
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Stopped(f"{file.name} is not UTF-8; export it again.", Exit.USAGE) from error
    read = read_orders_csv(text)

    async def work(database: Database) -> None:
        found = await known_shop(database, shop_id)
        async with database.connection() as connection:
            person = await shops.find_staff(connection, found.id, StaffId(staff_id))
        if person is None or not person.active or person.role not in DECIDES_ALONE:
            raise Stopped("Only the owner or a supervisor brings orders in.", Exit.NOT_POSSIBLE)
        async with clients_of(database, settings) as clients:
            reader = Reader(
                database=database, live=Live(database), clients=clients, clock=clock.now_ms
            )
            told = await import_contacts(reader, found.id, person.id, read)
        say(told, _contacts_in_words(told), as_json=as_json)
        if told.bad_rows:
            raise SystemExit(Exit.FOUND_WRONG)

    run_with_database(settings, work)


def _contacts_in_words(told: ContactsImported) -> str:
    asked = f"{told.waiting} asked for in the store, {told.silent} without any contact."
    lines = [f"{told.filled} orders filled in, {told.unchanged} known already, {asked}"]
    lines += [f"  row {bad.row}: {bad.why}" for bad in told.bad]
    return "\n".join(lines)

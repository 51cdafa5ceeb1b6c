"""`stock open` and `stock at`: a branch's first stock from a spreadsheet, and what it held at a moment."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from server import clock
from server.command.house import read_settings, run_with_database
from server.command.printing import Exit, Stopped, json_option, say
from server.command.setting_up import known_shop, shop_option
from server.db import history, op_log, shops
from server.db.connections import Connection
from server.db.pool import Database, run_transaction
from server.intake.opening_csv import read_opening_csv
from server.sync.applying import Applied, apply_locked
from sync_protocol.bodies.keeping import OpeningStock
from sync_protocol.bodies.parts import VariantUnits
from sync_protocol.canonical import canonical, digest_hex
from sync_protocol.ids import BranchId, DeviceId, Incarnation, ShopId, StaffId, VariantId
from sync_protocol.ops import OpKind
from sync_protocol.outcomes import Result
from sync_protocol.permissions import DECIDES_ALONE
from sync_protocol.reading import read_op
from sync_protocol.server_session import Incoming
from sync_protocol.shop import Staff
from sync_protocol.taking import Sender

COMMAND_DEVICE = DeviceId("command")
LINES_PER_OP = 100
SHOWN_MAX = 20


@click.group()
def stock() -> None:
    """What branches hold."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an opening: variants and units, in how many ops."""

    branch_id: BranchId
    variants: int
    units: int
    ops: int


@stock.command("open")
@shop_option
@click.option("--branch", "branch_id", required=True)
@click.option("--by", "staff_id", required=True, help="The owner or supervisor who stands for it.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def stock_open(*, shop_id: str, branch_id: str, staff_id: str, file: Path, as_json: bool) -> None:
    """Take a branch's first stock in from a CSV file: a column sku (or barcode, variant_id) and a column units.

    A file with a row that is not understood is not taken in at all. The same file again counts once.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Stopped(f"{file} is not UTF-8 text; save it as CSV UTF-8.", Exit.USAGE) from error

    async def work(database: Database) -> None:
        shop = await known_shop(database, shop_id)
        async with database.connection() as connection:
            person = await _who(connection, shop.id, staff_id)
            branches = {b.id for b in await shops.branches_of(connection, shop.id)}
            variants = await shops.variants_of(connection, shop.id)
        if BranchId(branch_id) not in branches:
            raise Stopped(f"There is no branch {branch_id!r}.", Exit.NOT_POSSIBLE)
        read = read_opening_csv(text, variants)
        if read.bad:
            rows = "\n".join(f"row {bad.row}: {bad.why}" for bad in read.bad[:SHOWN_MAX])
            raise Stopped(f"Nothing was taken in.\n{rows}", Exit.NOT_POSSIBLE)
        if not read.units:
            raise Stopped("The file names no units.", Exit.NOT_POSSIBLE)
        ops = await _open(database, shop.id, person, BranchId(branch_id), read.units)
        told = Opened(
            branch_id=BranchId(branch_id),
            variants=len(read.units),
            units=sum(read.units.values()),
            ops=ops,
        )
        sentence = f"{branch_id}: {told.units} units of {told.variants} items taken in."
        say(told, sentence, as_json=as_json)

    run_with_database(read_settings(), work)


async def _who(connection: Connection, shop_id: ShopId, staff_id: str) -> Staff:
    person = await shops.find_staff(connection, shop_id, StaffId(staff_id))
    if person is None or person.role not in DECIDES_ALONE:
        raise Stopped(f"{staff_id!r} is no owner or supervisor here.", Exit.NOT_POSSIBLE)
    return person


async def _open(
    database: Database,
    shop_id: ShopId,
    person: Staff,
    branch_id: BranchId,
    units: dict[VariantId, int],
) -> int:
    """Record the opening in ops named after what they say, so that the same file is the same ops."""
    sender = Sender(
        shop_id=shop_id,
        device_id=COMMAND_DEVICE,
        incarnation=Incarnation(""),
        staff=person,
    )
    bodies = list(_bodies(branch_id, units))

    async def work(connection: Connection) -> Applied:
        log = await op_log.lock_log(connection, shop_id, COMMAND_DEVICE, sender.incarnation)
        batch = []
        for place, body in enumerate(bodies, start=1):
            name = digest_hex(canonical(body))[:40]
            raw = msgspec.json.encode(
                {
                    "id": f"opening-{name}",
                    "n": log.n + place,
                    "kind": OpKind.OPENING_STOCK,
                    "by": person.id,
                    "at": clock.now_ms(),
                    "body": body,
                }
            )
            batch.append(Incoming(raw=raw, read=read_op(raw)))
        return await apply_locked(connection, sender, log, batch, clock.now_ms())

    applied = await run_transaction(database, work)
    results = [msgspec.json.decode(text, type=Result) for text in applied.results]
    refused = next((r for r in results if r.status.value not in ("applied", "flagged")), None)
    if applied.problem is not None or refused is not None:
        why = applied.problem or (refused.detail if refused else "")
        raise Stopped(f"The stock was not taken in: {why}", Exit.NOT_POSSIBLE)
    return len(results)


def _bodies(branch_id: BranchId, units: dict[VariantId, int]) -> Iterator[OpeningStock]:
    lines = [VariantUnits(variant_id=v, units=n) for v, n in sorted(units.items())]
    for start in range(0, len(lines), LINES_PER_OP):
        yield OpeningStock(branch_id=branch_id, lines=tuple(lines[start : start + LINES_PER_OP]))


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What a branch held at a moment (ISO 8601, UTC)."""

    branch_id: BranchId
    at: str
    version: int
    stock: tuple[history.PastStock, ...]


@stock.command("at")
@shop_option
@click.option("--branch", "branch_id", required=True)
@click.option("--at", "moment", help="ISO 8601 with a time zone; left out, now.")
@json_option
def stock_at(*, shop_id: str, branch_id: str, moment: str | None, as_json: bool) -> None:
    """Print what a branch held at a moment, by its ledger's word."""
    at_ms = clock.now_ms() if moment is None else _epoch_ms(moment)

    async def work(database: Database) -> None:
        shop = await known_shop(database, shop_id)
        async with database.transaction("repeatable read", readonly=True) as connection:
            branches = {b.id for b in await shops.branches_of(connection, shop.id)}
            if BranchId(branch_id) not in branches:
                raise Stopped(f"There is no branch {branch_id!r}.", Exit.NOT_POSSIBLE)
            version, held = await history.read_stock_at(
                connection, shop.id, BranchId(branch_id), at_ms
            )
        when = dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC).isoformat()
        told = Held(branch_id=BranchId(branch_id), at=when, version=version, stock=tuple(held))
        lines = [f"{s.variant_id}  {s.sellable}  {s.damaged}  {s.quarantine}" for s in held]
        head = (
            f"{branch_id} at {when}, ledger version {version}: item, sellable, damaged, quarantine"
        )
        say(told, "\n".join([head, *lines]), as_json=as_json)

    run_with_database(read_settings(), work)


def _epoch_ms(text: str) -> int:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Stopped(f"{text!r} is no time like 2026-11-24T14:02+05:00.", Exit.USAGE) from error
    if moment.tzinfo is None:
        raise Stopped("Say the time zone too, as in 2026-11-24T14:02+05:00.", Exit.USAGE)
    return int(moment.timestamp() * 1000)

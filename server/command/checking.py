"""`verify` and `export ledger`: the books, proven and shown."""

import sys

import click
import msgspec

from server.command.house import read_settings, run_with_database
from server.command.printing import Exit, Stopped, json_option, say
from server.command.setting_up import known_shop, shop_option
from server.db import ledger, shops
from server.db.pool import Database
from server.sync.verifying import Finding, verify_shop
from sync_protocol.ids import BranchId
from sync_protocol.ledger import LedgerEntry


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a verification found; nothing found means the books are right."""

    ok: bool
    entries: int
    findings: tuple[Finding, ...]


@click.command("verify")
@json_option
def verify(*, as_json: bool) -> None:
    """Re-fold every balance and re-hash every chain; names the first bad row of each branch."""
    verdict: list[Verdict] = []

    async def work(database: Database) -> None:
        findings: list[Finding] = []
        entries = 0
        async with database.transaction("repeatable read", readonly=True) as connection:
            for shop in await shops.all_shops(connection):
                found, count = await verify_shop(connection, shop.id)
                findings += found
                entries += count
        verdict.append(Verdict(ok=not findings, entries=entries, findings=tuple(findings)))

    run_with_database(read_settings(), work)
    told = verdict[0]
    lines = [f"{f.shop_id}/{f.branch_id or '-'}: {f.what}" for f in told.findings]
    sentence = "\n".join(lines) if lines else f"{told.entries} ledger entries: all is right."
    say(told, sentence, as_json=as_json)
    sys.exit(Exit.OK if told.ok else Exit.FOUND_WRONG)


@click.group()
def export() -> None:
    """Data out."""


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger entry with the hash that chains it."""

    entry: LedgerEntry
    hash: str


@export.command("ledger")
@shop_option
@click.option("--branch", "branch_id", help="Only this branch.")
@json_option
def export_ledger(*, shop_id: str, branch_id: str | None, as_json: bool) -> None:
    """Print every ledger entry in order, one a line."""

    async def work(database: Database) -> None:
        shop = await known_shop(database, shop_id)
        async with database.transaction("repeatable read", readonly=True) as connection:
            branches = [b.id for b in await shops.branches_of(connection, shop.id)]
            if branch_id is not None and BranchId(branch_id) not in branches:
                raise Stopped(f"There is no branch {branch_id!r}.", Exit.NOT_POSSIBLE)
            for branch in branches if branch_id is None else [BranchId(branch_id)]:
                async for entry, hash_ in ledger.walk(connection, shop.id, branch):
                    say(Exported(entry=entry, hash=hash_), _line(entry), as_json=as_json)

    run_with_database(read_settings(), work)


def _line(entry: LedgerEntry) -> str:
    legs = "  ".join(f"{leg.account} {leg.variant_id} {leg.units:+d}" for leg in entry.legs)
    about = entry.fulfillment_id or ""
    return f"{entry.branch_id} {entry.version} {entry.kind.value} by {entry.by} {about}  {legs}"

"""`shop policy`, `branch location`: how a shop wants to work."""

import click
import msgspec

from server import clock
from server.command.house import read_settings, run_with_database
from server.command.printing import Exit, Stopped, json_option, say
from server.command.setting_up import branch, known_shop, shop, shop_option
from server.db import shops
from server.db.pool import Database
from sync_protocol.shop import Policy


@shop.command("policy")
@click.argument("shop_id")
@click.argument("choices", nargs=-1, metavar="[NAME=VALUE]...")
@json_option
def policy(*, shop_id: str, choices: tuple[str, ...], as_json: bool) -> None:
    """Show how a shop works, or choose: `tell_shopify_paid=true unreachable_after=4`."""
    wanted = dict(_choice(choice) for choice in choices)

    async def work(database: Database) -> None:
        found = await known_shop(database, shop_id)
        now = msgspec.to_builtins(found.policy)
        unknown = sorted(wanted.keys() - now.keys())
        if unknown:
            raise Stopped(
                f"There is no choice {unknown[0]!r}; there are: {', '.join(now)}.", Exit.USAGE
            )
        try:
            chosen = msgspec.convert(now | wanted, Policy)
        except msgspec.ValidationError as error:
            raise Stopped(f"{error}.", Exit.USAGE) from error
        if chosen != found.policy:
            async with database.transaction() as connection:
                await shops.change_policy(connection, found.id, chosen, clock.now_ms())
        told = msgspec.to_builtins(chosen)
        say(
            chosen,
            "\n".join(f"{name}={_shown(value)}" for name, value in told.items()),
            as_json=as_json,
        )

    run_with_database(read_settings(), work)


def _choice(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Stopped(f"{text!r} is no choice; write NAME=VALUE.", Exit.USAGE)
    if value in ("true", "false"):
        return name, value == "true"
    return name, int(value) if value.isascii() and value.isdigit() else value


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@branch.command("location")
@shop_option
@click.argument("branch_id")
@click.argument("location", required=False)
@json_option
def location(*, shop_id: str, branch_id: str, location: str | None, as_json: bool) -> None:
    """Say which Shopify location stands for a branch, by its number; none without one.

    It matters only where the policy `tell_shopify_stock` is on.
    """
    if location is not None and not location.isdigit():
        raise Stopped("A location's number is the last part of its address in Shopify.", Exit.USAGE)
    gid = None if location is None else f"gid://shopify/Location/{location}"

    async def work(database: Database) -> None:
        found = await known_shop(database, shop_id)
        async with database.transaction() as connection:
            there = {b.id: b for b in await shops.branches_of(connection, found.id)}
            known = next((b for key, b in there.items() if key == branch_id), None)
            if known is None:
                raise Stopped(f"There is no branch {branch_id!r}.", Exit.NOT_POSSIBLE)
            chosen = msgspec.structs.replace(known, location_gid=gid)
            await shops.change_branch(connection, found.id, chosen, clock.now_ms())
        say(chosen, f"{chosen.name}: {gid or 'no location'}", as_json=as_json)

    run_with_database(read_settings(), work)

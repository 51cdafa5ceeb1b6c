"""`history`: what happened to an order, a variant, a branch; what a person did."""

import datetime as dt

import click

from server.command.house import read_settings, run_with_database
from server.command.printing import Exit, Stopped, json_option, say
from server.command.setting_up import known_shop, shop_option
from server.db.history import Event, read_events
from server.db.pool import Database
from sync_protocol.ids import StaffId


@click.command("history")
@shop_option
@click.option("--of", "thing", help="order/900, fulfillment/…, variant/…, branch/…, run/…")
@click.option("--by", "staff_id", help="A person's id.")
@click.option("--most", default=50, type=click.IntRange(1, 1000))
@json_option
def history(
    *, shop_id: str, thing: str | None, staff_id: str | None, most: int, as_json: bool
) -> None:
    """Print who did what, newest first: device's time, server's time, before and after, and why."""
    if thing is None and staff_id is None:
        raise Stopped("Say whose history: --of order/900, or --by a person's id.", Exit.USAGE)

    async def work(database: Database) -> None:
        shop = await known_shop(database, shop_id)
        async with database.transaction("repeatable read", readonly=True) as connection:
            events = await read_events(
                connection,
                shop.id,
                thing=thing,
                by=None if staff_id is None else StaffId(staff_id),
                before=None,
                most=most,
            )
        for event in events:
            say(event, _sentence(event), as_json=as_json)

    run_with_database(read_settings(), work)


def _sentence(event: Event) -> str:
    code = f" ({event.code})" if event.code else ""
    why = f" – {event.why}" if event.why else ""
    head = f"{_time(event.recorded_at)} {event.kind} by {event.by}: {event.status}{code}{why}"
    lines = [f"    {c.thing} {c.field}: {c.before} → {c.after}" for c in event.changes]
    lines += [
        f"    {m.branch_id} v{m.version} {m.account} {m.variant_id} {m.units:+d} ({m.before} → {m.after})"
        for m in event.movements
    ]
    lines += [
        f"    {p.branch_id} v{p.version} {p.account} {p.paisa:+d} paisa" for p in event.payments
    ]
    return "\n".join([head, *lines])


def _time(ms: int) -> str:
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).strftime("%Y-%m-%d %H:%M:%SZ")

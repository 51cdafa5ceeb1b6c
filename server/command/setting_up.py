"""`shop create`, `branch create`, `staff create`, `enrol`: what a retailer needs before the first order."""

import click
import msgspec

from server import clock
from server.accounts.credentials import hash_password
from server.accounts.letting_in import CODE_LIFE_MS, invite
from server.command.house import read_settings, run_with_database
from server.command.printing import Exit, Stopped, json_option, say
from server.db import shops
from server.db.pool import Database
from server.db.shops import IdInvalid, Shop, Taken
from sync_protocol.ids import BranchId, ShopId, StaffId
from sync_protocol.shop import Branch, ConfirmRequired, Policy, Role, Staff

PASSWORD_MIN = 12
ROLES = [role.value for role in Role if role is not Role.SHOPIFY]

shop_option = click.option("--shop", "shop_id", required=True, help="The shop's id.")


async def known_shop(database: Database, shop_id: str) -> Shop:
    """Return the shop, or stop with a sentence that names those there are."""
    async with database.connection() as connection:
        shop = await shops.find_shop(connection, shop_id=shop_id)
        if shop is not None:
            return shop
        there = ", ".join(s.id for s in await shops.all_shops(connection)) or "none yet"
    raise Stopped(f"There is no shop {shop_id!r}; there are: {there}.", Exit.NOT_POSSIBLE)


@click.group()
def shop() -> None:
    """Retailers on this server."""


@shop.command("create")
@click.argument("shop_id")
@click.option("--name", required=True)
@click.option("--domain", required=True, help="The store's myshopify.com name.")
@click.option(
    "--confirm",
    type=click.Choice([c.value for c in ConfirmRequired]),
    default=ConfirmRequired.COD.value,
    help="Which orders are confirmed with the customer first.",
)
@json_option
def shop_create(*, shop_id: str, name: str, domain: str, confirm: str, as_json: bool) -> None:
    """Make a shop."""
    policy = Policy(confirm_required=ConfirmRequired(confirm))
    made = Shop(id=ShopId(shop_id), name=name, domain=domain, policy=policy)

    async def work(database: Database) -> None:
        try:
            async with database.transaction() as connection:
                await shops.create_shop(connection, made, clock.now_ms())
        except Taken as error:
            raise Stopped(f"Id {shop_id!r} or {domain!r} is taken.", Exit.NOT_POSSIBLE) from error
        except IdInvalid as error:
            raise Stopped(_ID_RULE, Exit.USAGE) from error
        say(made, f"Shop {shop_id} made.", as_json=as_json)

    run_with_database(read_settings(), work)


_ID_RULE = "An id is lower-case letters, digits and dashes, at most 63."


@click.group()
def branch() -> None:
    """Places that hold stock."""


@branch.command("create")
@shop_option
@click.argument("branch_id")
@click.option("--name", required=True)
@click.option("--city", default="")
@json_option
def branch_create(*, shop_id: str, branch_id: str, name: str, city: str, as_json: bool) -> None:
    """Make a branch."""
    made = Branch(id=BranchId(branch_id), name=name, city=city)

    async def work(database: Database) -> None:
        found = await known_shop(database, shop_id)
        try:
            async with database.transaction() as connection:
                await shops.create_branch(connection, found.id, made, clock.now_ms())
        except Taken as error:
            raise Stopped(f"Branch {branch_id!r} is there already.", Exit.NOT_POSSIBLE) from error
        except IdInvalid as error:
            raise Stopped(_ID_RULE, Exit.USAGE) from error
        say(made, f"Branch {branch_id} made.", as_json=as_json)

    run_with_database(read_settings(), work)


@click.group()
def staff() -> None:
    """People."""


@staff.command("create")
@shop_option
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--branch", "branches", multiple=True, help="Where they work; may be given again.")
@click.option("--login", help="For people who sign in at a desk.")
@click.option("--password", help=f"At least {PASSWORD_MIN} characters.")
@json_option
def staff_create(
    *,
    shop_id: str,
    name: str,
    role: str,
    branches: tuple[str, ...],
    login: str | None,
    password: str | None,
    as_json: bool,
) -> None:
    """Make a person."""
    if (login is None) != (password is None):
        raise Stopped("Give --login and --password together.", Exit.USAGE)
    if password is not None and len(password) < PASSWORD_MIN:
        raise Stopped(f"A password has at least {PASSWORD_MIN} characters.", Exit.USAGE)
    made = Staff(
        id=StaffId(clock.new_uuid7()),
        name=name,
        role=Role(role),
        branch_ids=tuple(BranchId(b) for b in branches),
    )

    async def work(database: Database) -> None:
        found = await known_shop(database, shop_id)
        await _refuse_unknown_branches(database, found, made)
        secret = None if password is None else hash_password(password)
        try:
            async with database.transaction() as connection:
                await shops.create_staff(
                    connection,
                    found.id,
                    made,
                    login=login,
                    password_hash=secret,
                    now=clock.now_ms(),
                )
        except Taken as error:
            raise Stopped(f"Login {login!r} is taken.", Exit.NOT_POSSIBLE) from error
        say(made, f"{name} ({role}) made: {made.id}", as_json=as_json)

    run_with_database(read_settings(), work)


async def _refuse_unknown_branches(database: Database, found: Shop, made: Staff) -> None:
    async with database.connection() as connection:
        there = {b.id for b in await shops.branches_of(connection, found.id)}
    missing = [b for b in made.branch_ids if b not in there]
    if missing:
        raise Stopped(f"There is no branch {missing[0]!r}.", Exit.NOT_POSSIBLE)


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """A code as it is told once; `expires_at` in epoch ms."""

    staff_id: StaffId
    enrol_code: str
    expires_at: int


@click.command("enrol")
@shop_option
@click.argument("staff_id")
@click.option("--minutes", default=CODE_LIFE_MS // 60_000, type=click.IntRange(1, 1440))
@json_option
def enrol(*, shop_id: str, staff_id: str, minutes: int, as_json: bool) -> None:
    """Make a code that lets one device of a person in, once."""

    async def work(database: Database) -> None:
        found = await known_shop(database, shop_id)
        async with database.transaction() as connection:
            person = await shops.find_staff(connection, found.id, StaffId(staff_id))
            if person is None:
                raise Stopped(f"There is nobody with id {staff_id!r}.", Exit.NOT_POSSIBLE)
            now, life = clock.now_ms(), minutes * 60_000
            code = await invite(connection, found.id, person.id, now, life)
        told = Invitation(staff_id=person.id, enrol_code=code, expires_at=now + life)
        say(told, f"Code for {person.name}, good for {minutes} min: {code}", as_json=as_json)

    run_with_database(read_settings(), work)

"""Setting a shop up: the retailer, its branches, people, couriers, variants and its store's connection."""

import contextlib
from collections.abc import Iterator, Sequence

import asyncpg
import msgspec
from msgspec import Struct

from server.db.connections import Connection
from server.db.streams import write_rows
from sync_protocol.ids import BranchId, RowKey, ShopId, StaffId
from sync_protocol.permissions import CATALOG_STREAM, SHOP_STREAM
from sync_protocol.rows import RowBody, RowChange, RowKind, row_key
from sync_protocol.shop import COURIERS, Branch, Policy, Role, Staff, Variant


class Taken(Exception):
    """Another row has this id, domain or login already."""


class IdInvalid(Exception):
    """An id holds something else than lower-case letters, digits and dashes."""


@contextlib.contextmanager
def _named_refusals() -> Iterator[None]:
    """Say in our words why the database refused a new row."""
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        raise Taken from error
    except asyncpg.CheckViolationError as error:
        raise IdInvalid from error


class Shop(Struct, frozen=True, kw_only=True):
    """A retailer. `domain` is the store's myshopify.com name."""

    id: ShopId
    name: str
    domain: str
    policy: Policy


async def create_shop(connection: Connection, shop: Shop, now: int) -> None:
    """Write a new shop with its policy and the usual couriers.

    Raises:
        Taken: the id or domain.
        IdInvalid: the id.
    """
    with _named_refusals():
        await connection.execute(
            "INSERT INTO shop (id, name, domain, policy, created_at) VALUES ($1, $2, $3, $4, $5)",
            shop.id,
            shop.name,
            shop.domain,
            msgspec.json.encode(shop.policy).decode(),
            now,
        )
    rows = [_row(RowKind.POLICY, "shop", shop.policy)]
    rows += [_row(RowKind.COURIER, courier.code, courier) for courier in COURIERS]
    await write_rows(connection, shop.id, rows, now)


def _row(kind: RowKind, identity: str, body: RowBody) -> RowChange:
    return RowChange(stream=SHOP_STREAM, key=row_key(kind, identity), body=body)


async def find_shop(
    connection: Connection, *, domain: str | None = None, shop_id: str | None = None
) -> Shop | None:
    """Return the shop of that domain or id, or None."""
    row = await connection.fetchrow(
        "SELECT id, name, domain, policy FROM shop WHERE domain = $1 OR id = $2", domain, shop_id
    )
    if row is None:
        return None
    return Shop(
        id=ShopId(row["id"]),
        name=row["name"],
        domain=row["domain"],
        policy=msgspec.json.decode(row["policy"], type=Policy),
    )


async def move_shop(connection: Connection, shop_id: ShopId, domain: str) -> None:
    """Give the shop another myshopify.com name.

    Raises:
        Taken: another shop has it.
    """
    with _named_refusals():
        await connection.execute("UPDATE shop SET domain = $2 WHERE id = $1", shop_id, domain)


async def all_shops(connection: Connection) -> list[Shop]:
    """Return every shop on this server, oldest first."""
    rows = await connection.fetch("SELECT id FROM shop ORDER BY created_at, id")
    found = [await find_shop(connection, shop_id=row["id"]) for row in rows]
    return [shop for shop in found if shop is not None]


async def create_branch(connection: Connection, shop_id: ShopId, branch: Branch, now: int) -> None:
    """Write a new branch and its row.

    Raises:
        Taken: the shop has a branch of that id.
        IdInvalid: the id.
    """
    with _named_refusals():
        await connection.execute(
            """
            INSERT INTO branch (shop_id, id, name, city, active, location_gid)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            shop_id,
            branch.id,
            branch.name,
            branch.city,
            branch.active,
            branch.location_gid,
        )
    await write_rows(connection, shop_id, [_row(RowKind.BRANCH, branch.id, branch)], now)


async def change_branch(connection: Connection, shop_id: ShopId, branch: Branch, now: int) -> None:
    """Write a branch anew, by its id, and its row."""
    await connection.execute(
        """
        UPDATE branch SET name = $3, city = $4, active = $5, location_gid = $6
        WHERE shop_id = $1 AND id = $2
        """,
        shop_id,
        branch.id,
        branch.name,
        branch.city,
        branch.active,
        branch.location_gid,
    )
    await write_rows(connection, shop_id, [_row(RowKind.BRANCH, branch.id, branch)], now)


async def change_policy(connection: Connection, shop_id: ShopId, policy: Policy, now: int) -> None:
    """Write how the shop wants to work, and its row: every phone follows from its next contact."""
    await connection.execute(
        "UPDATE shop SET policy = $2 WHERE id = $1", shop_id, msgspec.json.encode(policy).decode()
    )
    await write_rows(connection, shop_id, [_row(RowKind.POLICY, "shop", policy)], now)


async def branches_of(connection: Connection, shop_id: ShopId) -> tuple[Branch, ...]:
    """Return a shop's branches, in order of id."""
    rows = await connection.fetch(
        """
        SELECT id, name, city, active, location_gid FROM branch WHERE shop_id = $1 ORDER BY id
        """,
        shop_id,
    )
    return tuple(msgspec.convert(dict(row), Branch) for row in rows)


async def create_staff(
    connection: Connection,
    shop_id: ShopId,
    staff: Staff,
    *,
    login: str | None,
    password_hash: str | None,
    now: int,
) -> None:
    """Write a new person and the row by which phones know the name; credentials never become rows.

    Raises:
        Taken: the login.
    """
    with _named_refusals():
        await connection.execute(
            """
            INSERT INTO staff (shop_id, id, name, role, branch_ids, active, login, password_hash)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            shop_id,
            staff.id,
            staff.name,
            staff.role.value,
            list(staff.branch_ids),
            staff.active,
            None if login is None else login.lower(),
            password_hash,
        )
    await write_rows(connection, shop_id, [_row(RowKind.STAFF, staff.id, staff)], now)


async def find_staff(connection: Connection, shop_id: ShopId, staff_id: StaffId) -> Staff | None:
    """Return a person of the shop, or None."""
    row = await connection.fetchrow(
        "SELECT id, name, role, branch_ids, active FROM staff WHERE shop_id = $1 AND id = $2",
        shop_id,
        staff_id,
    )
    return None if row is None else _staff(dict(row))


async def staff_of(connection: Connection, shop_id: ShopId) -> list[Staff]:
    """Return a shop's people, in order of name."""
    rows = await connection.fetch(
        "SELECT id, name, role, branch_ids, active FROM staff WHERE shop_id = $1 ORDER BY name, id",
        shop_id,
    )
    return [_staff(dict(row)) for row in rows]


def _staff(row: dict[str, object]) -> Staff:
    branch_ids = row["branch_ids"]
    assert isinstance(branch_ids, list)
    return Staff(
        id=StaffId(str(row["id"])),
        name=str(row["name"]),
        role=Role(str(row["role"])),
        branch_ids=tuple(BranchId(b) for b in branch_ids),
        active=bool(row["active"]),
    )


async def store_variants(
    connection: Connection, shop_id: ShopId, variants: Sequence[Variant], now: int
) -> int:
    """Mirror variants; only those that are new or have changed get a new row. Return how many."""
    rows = await connection.fetch(
        "SELECT id, body FROM variant WHERE shop_id = $1 AND id = any($2::text[])",
        shop_id,
        [v.id for v in variants],
    )
    known = {row["id"]: msgspec.json.decode(row["body"], type=Variant) for row in rows}
    changed = [v for v in variants if known.get(v.id) != v]
    await connection.executemany(
        """
        INSERT INTO variant (shop_id, id, body) VALUES ($1, $2, $3)
        ON CONFLICT (shop_id, id) DO UPDATE SET body = excluded.body
        """,
        [(shop_id, v.id, msgspec.json.encode(v).decode()) for v in changed],
    )
    keys = [(RowKey(row_key(RowKind.VARIANT, v.id)), v) for v in changed]
    catalog = [RowChange(stream=CATALOG_STREAM, key=key, body=v) for key, v in keys]
    await write_rows(connection, shop_id, catalog, now)
    return len(changed)


async def variants_of(connection: Connection, shop_id: ShopId) -> list[Variant]:
    """Return a shop's catalogue, in order of id."""
    rows = await connection.fetch(
        "SELECT body FROM variant WHERE shop_id = $1 ORDER BY id", shop_id
    )
    return [msgspec.json.decode(row["body"], type=Variant) for row in rows]

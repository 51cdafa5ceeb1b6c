"""A prepared shop in a database: branches, people, goods on the shelves and orders, made by the server's own functions."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from server import clock
from server.accounts.letting_in import invite
from server.connecting.changing import Connecting, connect
from server.db import op_log, shops
from server.db.address import DatabaseAddress
from server.db.connections import Connection
from server.db.migrating import migrate
from server.db.pool import Database, run_transaction
from server.db.shops import Shop
from server.db.stores import ShopifyConnection
from server.settings import Settings
from server.sync.applying import Applied, Sender, apply_locked
from server.sync.news import STORE
from server.vault import Vault
from sync_protocol.bodies.store_news import SeenLine, ShopifyOrder
from sync_protocol.ids import (
    SHOPIFY_DEVICE,
    BranchId,
    DeviceId,
    Incarnation,
    OrderId,
    OrderLineId,
    ShopId,
    StaffId,
    VariantId,
)
from sync_protocol.ops import OpKind
from sync_protocol.orders import Contact
from sync_protocol.reading import read_op
from sync_protocol.server_session import Incoming
from sync_protocol.shop import Branch, Policy, Role, Staff, Variant

SHOP = ShopId("chaos")
OWNER = Staff(id=StaffId("zainab"), name="Zainab", role=Role.OWNER)
SUPERVISOR = Staff(id=StaffId("saad"), name="Saad", role=Role.SUPERVISOR)
CODE_LIFE_MS = 7 * 86_400_000
VARIANTS = tuple(VariantId(str(number)) for number in range(501, 541))
SCARCE = VARIANTS[:4]
PLENTY_UNITS, SCARCE_UNITS = 50_000, 20
LINES_PER_ORDER = 4
NEWS_PER_CHUNK = 25


class Order(Struct, frozen=True):
    """What a phone needs to know to work on an order; each line is one unit."""

    id: OrderId
    lines: tuple[OrderLineId, ...]


class Retailer(Struct, frozen=True, kw_only=True):
    """The shop as it was prepared: who works where, and the orders that wait."""

    branches: tuple[BranchId, ...]
    people: tuple[Staff, ...]
    orders: tuple[Order, ...]


async def prepare(
    where: DatabaseAddress, *, branches: int, people_per_branch: int, orders: int
) -> Retailer:
    """Make everything in a database that has nothing yet."""
    await migrate(where)
    ids = tuple(BranchId(f"b{number}") for number in range(1, branches + 1))
    people = tuple(
        Staff(id=StaffId(f"{b}-{n}"), name=f"{b} {n}", role=Role.BRANCH, branch_ids=(b,))
        for b in ids
        for n in range(1, people_per_branch + 1)
    )
    async with Database(where) as database:
        async with database.transaction() as connection:
            await _make_shop(connection, ids, people)
        await _stock(database, ids)
        made = await place_orders(database, range(1_000, 1_000 + orders))
    return Retailer(branches=ids, people=people, orders=made)


async def code_for(where: DatabaseAddress, staff_id: StaffId) -> str:
    """Make a code that lets one more device of a person in."""
    async with (
        Database(where, binds_tables=False) as database,
        database.transaction() as connection,
    ):
        return await invite(connection, SHOP, staff_id, clock.now_ms(), CODE_LIFE_MS)


async def connect_store(
    where: DatabaseAddress, home: Path, url: str, token: str, secret: str
) -> ShopifyConnection:
    """Tell the shop of the server in `home` where its store answers."""
    vault = Vault.of(Settings(home=home))
    wanted = Connecting(shop_id=SHOP, admin_url=url, token=token, webhook_secret=secret)
    async with Database(where, binds_tables=False) as database, database.connection() as connection:
        return await connect(connection, vault, wanted, clock.now_ms())


async def _make_shop(
    connection: Connection, branches: Sequence[BranchId], people: Sequence[Staff]
) -> None:
    now = clock.now_ms()
    policy = Policy(notify_customer=False)
    shop = Shop(id=SHOP, name="Chaos", domain="chaos.myshopify.com", policy=policy)
    await shops.create_shop(connection, shop, now)
    for branch_id in branches:
        await shops.create_branch(connection, SHOP, Branch(id=branch_id, name=branch_id), now)
    for staff in (OWNER, SUPERVISOR, *people):
        await shops.create_staff(connection, SHOP, staff, login=None, password_hash=None, now=now)
    goods = [Variant(id=v, title=f"Thing {v}") for v in VARIANTS]
    await shops.store_variants(connection, SHOP, goods, now)


async def _stock(database: Database, branches: Sequence[BranchId]) -> None:
    sender = Sender(
        shop_id=SHOP, device_id=DeviceId("setup"), incarnation=Incarnation(""), staff=OWNER
    )
    lines = [
        {"variant_id": v, "units": SCARCE_UNITS if v in SCARCE else PLENTY_UNITS} for v in VARIANTS
    ]
    bodies = [{"branch_id": branch_id, "lines": lines} for branch_id in branches]
    ids = [f"opening-{branch_id}" for branch_id in branches]
    await _apply(database, sender, OpKind.OPENING_STOCK, list(zip(ids, bodies, strict=True)))


async def place_orders(database: Database, numbers: Sequence[int]) -> tuple[Order, ...]:
    """Let the store tell of orders, many in a transaction."""
    sender = Sender(
        shop_id=SHOP, device_id=SHOPIFY_DEVICE, incarnation=Incarnation(""), staff=STORE
    )
    readings = [_reading(number) for number in numbers]
    news = [(f"order-{reading.id}", reading) for reading in readings]
    for start in range(0, len(news), NEWS_PER_CHUNK):
        await _apply(database, sender, OpKind.SHOPIFY_ORDER, news[start : start + NEWS_PER_CHUNK])
    return tuple(Order(r.id, tuple(line.id for line in r.lines)) for r in readings)


async def _apply(
    database: Database, sender: Sender, kind: OpKind, told: Sequence[tuple[str, object]]
) -> None:
    async def work(connection: Connection) -> Applied:
        log = await op_log.lock_log(connection, SHOP, sender.device_id, sender.incarnation)
        numbers = itertools.count(log.n + 1)
        raws = [
            msgspec.json.encode(
                {
                    "id": op_id,
                    "n": next(numbers),
                    "kind": kind,
                    "by": sender.staff.id,
                    "at": clock.now_ms(),
                    "body": body,
                }
            )
            for op_id, body in told
        ]
        batch = [Incoming(raw=raw, read=read_op(raw)) for raw in raws]
        return await apply_locked(connection, sender, log, batch, clock.now_ms())

    applied = await run_transaction(database, work)
    results = [msgspec.json.decode(text) for text in applied.results]
    assert {r["status"] for r in results} == {"applied"}, results[:3]


def is_cod(number: int) -> bool:
    """Every other order is paid at the door, and has to be confirmed first."""
    return number % 2 == 0


def _reading(number: int) -> ShopifyOrder:
    lines = tuple(
        SeenLine(
            id=OrderLineId(f"{number}{place}"),
            variant_id=VARIANTS[(number * LINES_PER_ORDER + place) % len(VARIANTS)],
            title="Thing",
            ordered_units=1,
            current_units=1,
            unit_paisa=250_000,
        )
        for place in range(LINES_PER_ORDER)
    )
    total = sum(line.unit_paisa for line in lines)
    cod = is_cod(number)
    return ShopifyOrder(
        id=OrderId(str(number)),
        gid=f"gid://shopify/Order/{number}",
        name=f"#{number}",
        placed_at=clock.now_ms(),
        updated_at=clock.now_ms(),
        financial_status="pending" if cod else "paid",
        cod=cod,
        total_paisa=total,
        outstanding_paisa=total if cod else 0,
        contact=Contact(name="Ayesha Khan", phone=f"92300{number:07}", address="House 1"),
        lines=lines,
    )

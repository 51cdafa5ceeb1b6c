"""The same random histories of all ops, in memory and on PostgreSQL: every answer, row and balance is the same.

What the pure rules decide over a book in memory is what the server must make of rows locked, loaded, written and read
back. A field that is not loaded, a row that is not written, a stream that is forgotten shows as a difference.
"""

import itertools
import random

import msgspec
import pytest

from server.db import shops
from server.db.shops import Shop
from server.sync.applying import apply_chunk
from server.sync.verifying import verify_shop
from sync_protocol.decide.book import Book, Recorded
from sync_protocol.ids import Incarnation, ShopId
from sync_protocol.outcomes import Discrepancy, ResultStatus
from sync_protocol.reading import read_op
from sync_protocol.rows import read_body
from sync_protocol.server_session import Incoming
from sync_protocol.shop import Variant
from sync_protocol.stock import Stock
from sync_protocol.taking import Sender
from tests.sync_protocol.history_bodies import BODIES
from tests.sync_protocol.history_checks import rows_anew
from tests.sync_protocol.history_world import PEOPLE, STORE, VARIANTS, HistoryWorld
from tests.sync_protocol.test_any_history import LIVELY

SEEDS = 40
STEPS = 45
_set_up = ("shop", "catalog")


class OnPostgres:
    """One shop on the server that is told every op which the world in memory decides."""

    def __init__(self, server, shop_id: str, world: HistoryWorld) -> None:
        self.server = server
        self.shop_id = ShopId(shop_id)
        self.world = world
        self.numbers = {}

    async def set_up(self) -> None:
        shop = Shop(
            id=self.shop_id,
            name=self.shop_id,
            domain=f"{self.shop_id}.myshopify.com",
            policy=self.world.book.policy,
        )
        async with self.server.database.transaction() as connection:
            await shops.create_shop(connection, shop, 1)
            for branch in self.world.book.branches.values():
                await shops.create_branch(connection, self.shop_id, branch, 1)
            for staff in {s.id: s for s in PEOPLE}.values():
                await shops.create_staff(
                    connection, self.shop_id, staff, login=None, password_hash=None, now=1
                )
            goods = [Variant(id=v, title=v) for v in VARIANTS]
            await shops.store_variants(connection, self.shop_id, goods, 1)

    async def tell(self, act: Recorded) -> dict:
        """Apply the op as its device's next; return the result that it gets."""
        sender = Sender(
            shop_id=self.shop_id,
            device_id=act.device_id,
            incarnation=Incarnation("k1"),
            staff=STORE if act.staff.id == STORE.id else act.staff,
        )
        number = self.numbers[act.device_id] = self.numbers.get(act.device_id, 0) + 1
        raw = msgspec.json.encode(msgspec.structs.replace(act.read.op, n=number))
        batch = [Incoming(raw=raw, read=read_op(raw))]
        async with self.server.database.transaction() as connection:
            applied = await apply_chunk(connection, sender, batch, act.now)
        return msgspec.json.decode(applied.results[0])

    async def rows(self) -> dict[tuple[str, str], object]:
        """Return the work and stock rows of all streams, less what is only kept to be read."""
        async with self.server.database.connection() as connection:
            found = await connection.fetch(
                "SELECT stream, key, body FROM stream_row WHERE shop_id = $1 AND body IS NOT NULL",
                self.shop_id,
            )
        rows = {}
        for row in found:
            body = read_body(row["key"], row["body"].encode())
            closed = isinstance(body, Discrepancy) and body.closed_at is not None
            if row["stream"] not in _set_up and not closed:
                rows[row["stream"], row["key"]] = without_version(body)
        return rows

    async def findings(self) -> list[str]:
        async with self.server.database.connection() as connection:
            found, _ = await verify_shop(connection, self.shop_id)
        return [f.what for f in found]


def without_version(body: object) -> object:
    """The version of a shelf's last movement is given by the server alone."""
    return msgspec.structs.replace(body, ledger_version=0) if isinstance(body, Stock) else body


def expected_rows(book: Book) -> dict[tuple[str, str], object]:
    untouched = Stock(branch_id="", variant_id="")
    return {
        place: without_version(body)
        for place, body in rows_anew(book).items()
        if not (isinstance(body, Stock) and is_blank(body, untouched))
    }


def is_blank(stock: Stock, untouched: Stock) -> bool:
    same = msgspec.structs.replace(
        untouched, branch_id=stock.branch_id, variant_id=stock.variant_id
    )
    return without_version(stock) == same


_serial = itertools.count(1)


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_the_server_makes_of_any_history_what_the_rules_say(server, seed):
    chance = random.Random(seed)
    world = HistoryWorld(BODIES)
    shop = OnPostgres(server, f"shop-{next(_serial)}", world)
    told: list = []
    world.recorded = lambda act, decision: told.append((act, decision))
    await shop.set_up()
    world.begin()
    for _ in range(STEPS):
        world.step(chance.choice(LIVELY), tuple(chance.randint(0, 11) for _ in range(8)))
        for act, decision in told:
            if decision.status is ResultStatus.PARKED:
                continue  # on the server it would hold up what this device does to the same thing later
            result = await shop.tell(act)
            said = (act.read.op.kind, result["status"], result.get("code"), result.get("detail"))
            code = None if decision.code is None else decision.code.value
            assert said == (act.read.op.kind, decision.status.value, code, decision.detail)
        told.clear()
    rows = {
        place: body
        for place, body in (await shop.rows()).items()
        if not (isinstance(body, Stock) and is_blank(body, Stock(branch_id="", variant_id="")))
    }
    assert rows == expected_rows(world.book)
    assert await shop.findings() == []

"""How fast pushes and pulls are, against what this machine's PostgreSQL could do at most, taken in turns.

Prints per round: rows a second that bare SQL inserts into a ledger-like table (50 a statement, as one push has ops), ops a
second through `/sync/push` over real HTTP, the same in process, and the medians of their ratios.
"""

import asyncio
import json
import statistics
import time
from pathlib import Path

import httpx
import uvicorn

from server import clock
from server.accounts.letting_in import enrol, invite
from server.command.house import listening_socket, running_front
from server.db import embedded, shops
from server.db.migrating import migrate
from server.db.pool import Database
from server.db.shops import Shop
from server.settings import Settings
from server.sync.live import Live
from server.sync.news import Told, tell
from sync_protocol.bodies.store_news import SeenLine, ShopifyOrder
from sync_protocol.ids import BranchId, OpId, OrderId, OrderLineId, ShopId, StaffId, VariantId
from sync_protocol.ops import OpKind
from sync_protocol.orders import Contact
from sync_protocol.shop import Branch, Policy, Role, Staff, Variant
from tests.conftest import make_home, remove_home

ROUNDS = 5
PUSHES = 20
ORDERS_PER_PUSH = 10
SHOP, BRANCH, STAFF = ShopId("bench"), BranchId("lhr"), StaffId("amna")
RAW_DDL = """
CREATE TABLE bare (branch text, version bigint, op text UNIQUE, variant text, units bigint,
                   PRIMARY KEY (branch, version))
"""
RAW = """
INSERT INTO bare SELECT 'b', * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[])
"""


def reading(number: int) -> ShopifyOrder:
    """One order of one line as the store would show it."""
    return ShopifyOrder(
        id=OrderId(str(number)),
        gid=f"gid://shopify/Order/{number}",
        name=f"#{number}",
        placed_at=1,
        updated_at=1,
        financial_status="pending",
        cod=True,
        total_paisa=100,
        outstanding_paisa=100,
        contact=Contact(name="Ayesha Khan", phone="923001234567", address="House 1", city="Lahore"),
        lines=(
            SeenLine(
                id=OrderLineId(f"{number}1"),
                variant_id=VariantId(str(number % 200)),
                title="Kurta",
                ordered_units=1,
                current_units=1,
                unit_paisa=100,
            ),
        ),
    )


async def set_up(database: Database) -> None:
    """Make a shop with one branch, one person and 200 variants."""
    now = clock.now_ms()
    async with database.transaction() as connection:
        await connection.execute(RAW_DDL)
        shop = Shop(id=SHOP, name="Bench", domain="bench.myshopify.com", policy=Policy())
        await shops.create_shop(connection, shop, now)
        await shops.create_branch(connection, SHOP, Branch(id=BRANCH, name="Lahore"), now)
        amna = Staff(id=STAFF, name="Amna", role=Role.BRANCH, branch_ids=(BRANCH,))
        await shops.create_staff(connection, SHOP, amna, login=None, password_hash=None, now=now)
        variants = [Variant(id=VariantId(str(n)), title="Kurta") for n in range(200)]
        await shops.store_variants(connection, SHOP, variants, now)


class Pusher:
    """A phone that pushes orders from confirmation to delivery, 50 ops a push."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.n = 0

    def ops(self, numbers: range) -> list[dict[str, object]]:
        made = []
        for number in numbers:
            shipment = {"fulfillment_id": f"f-{number}"}
            line = {"order_line_id": f"{number}1", "units": 1}
            place = {"order_id": str(number), "branch_id": BRANCH, "lines": [line]}
            for kind, body in (
                (OpKind.CONFIRM, {"order_id": str(number)}),
                (OpKind.CREATE_FULFILLMENT, shipment | place),
                (OpKind.PACK, shipment),
                (OpKind.DISPATCH, shipment | {"courier": "tcs", "tracking_number": f"T{number}"}),
                (OpKind.DELIVER, shipment | {"cash_paisa": 100}),
            ):
                self.n += 1
                envelope = {"id": clock.new_uuid7(), "n": self.n, "kind": kind, "v": 1, "by": STAFF}
                made.append(envelope | {"at": clock.now_ms(), "body": body})
        return made

    async def push(self, ops: list[dict[str, object]]) -> None:
        body = json.dumps({"incarnation": "k1", "ops": ops})
        headers = {"content-type": "application/json"}
        answer = await self.http.post("/sync/push", content=body, headers=headers)
        odd = [r for r in answer.json()["results"] if r["status"] not in ("applied", "flagged")]
        assert not odd, odd


async def raw_rows_per_s(database: Database, start: int) -> float:
    """Insert as many rows as the pushes have ops, 50 a statement, each durable."""
    count = 5 * ORDERS_PER_PUSH
    began = time.perf_counter()
    async with database.connection() as connection:
        for turn in range(PUSHES):
            first = start + turn * count
            numbers = list(range(first, first + count))
            ids = [clock.new_uuid7() for _ in numbers]
            await connection.execute(RAW, numbers, ids, ["v"] * count, [1] * count)
    return PUSHES * count / (time.perf_counter() - began)


async def push_ops_per_s(pusher: Pusher, start: int) -> float:
    """Push prepared batches one after the other."""
    batches = [
        pusher.ops(range(start + turn * ORDERS_PER_PUSH, start + (turn + 1) * ORDERS_PER_PUSH))
        for turn in range(PUSHES)
    ]
    began = time.perf_counter()
    for batch in batches:
        await pusher.push(batch)
    return PUSHES * 5 * ORDERS_PER_PUSH / (time.perf_counter() - began)


async def pull_rows_per_s(http: httpx.AsyncClient) -> float:
    """Pull everything anew, as a fresh phone does."""
    cursors: dict[str, int] = {}
    rows = 0
    began = time.perf_counter()
    while True:
        page = (await http.post("/sync/pull", json={"cursors": cursors})).json()
        for patch in page["patches"]:
            cursors[patch["stream"]] = patch["to"]
            rows += len(patch["rows"])
        if not page["more"]:
            return rows / (time.perf_counter() - began)


async def run(home: Path) -> None:
    """Take turns and print."""
    address = embedded.start(home)
    await migrate(address)
    settings = Settings(home=home)
    async with Database(address) as database:
        await set_up(database)
        async with database.transaction() as connection:
            code = await invite(connection, SHOP, STAFF, clock.now_ms())
        welcome = await enrol(database, code, "bench", clock.now_ms())
        assert welcome is not None
        bound = listening_socket("127.0.0.1", 0)
        async with running_front(database, settings, with_worker=False) as front:
            server = uvicorn.Server(
                uvicorn.Config(front, lifespan="off", log_level="error", access_log=False)
            )
            serving = asyncio.create_task(server.serve(sockets=[bound]))
            auth = {"Authorization": f"Bearer {welcome.token}"}
            url = f"http://127.0.0.1:{bound.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=url, headers=auth) as http:
                await take_turns(database, http)
            server.should_exit = True
            await serving


async def take_turns(database: Database, http: httpx.AsyncClient) -> None:
    """Measure limit and target back to back, so that a noisy neighbour disturbs both."""
    pusher = Pusher(http)
    ratios = []
    for turn in range(ROUNDS):
        start = 1_000_000 + turn * PUSHES * ORDERS_PER_PUSH
        live = Live(database)
        for number in range(start, start + PUSHES * ORDERS_PER_PUSH):
            told = Told(id=OpId(f"n-{number}"), kind=OpKind.SHOPIFY_ORDER, body=reading(number))
            await tell(database, live, SHOP, told, clock.now_ms())
        raw = await raw_rows_per_s(database, start * 50)
        pushed = await push_ops_per_s(pusher, start)
        pulled = await pull_rows_per_s(http)
        ratios.append(pushed / raw)
        print(
            f"round {turn + 1}: bare {raw:8.0f} rows/s   push {pushed:6.0f} ops/s   pull {pulled:7.0f} rows/s"
        )
    print(f"push ops/s : bare rows/s, median {statistics.median(ratios):.3f}")


async def main() -> None:
    """Run on a database of its own."""
    home = make_home("bench")
    try:
        await run(home)
    finally:
        remove_home(home)

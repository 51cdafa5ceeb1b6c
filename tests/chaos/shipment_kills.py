"""Two thousand shipments to a store that loses a third of its answers, by a worker that is killed a hundred times.

Of the calls that get no answer a third is carried out seconds later, when nobody waits any more. After calm the store must
have each shipment exactly once.
"""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator

import asyncpg
import httpx

from server import clock
from server.command.house import clients_of
from server.db import stores
from server.db.pool import Database
from server.intake.catalogue import mirror_variants
from server.intake.importing import advance_imports
from server.intake.inbox import work_off_news
from server.intake.reading import Reader
from server.intake.sweeping import sweep
from server.settings import Settings
from server.sync.live import Live
from sync_protocol.ids import OrderId
from tests.chaos.ground import OPEN_EFFECTS, Ground, ground
from tests.chaos.processes import ServerProcess
from tests.chaos.retailer import SHOP, connect_store
from tests.demo_server import free_port
from tests.journey.travelling import until

SHIPMENTS = 2_000
KILLS_PER_SHIPMENT = 1 / 20
PLACED_AT_ONCE = 200
PUSHED_AT_ONCE = 100

LATE_MS = 3_000
LANDED_S = 6.0
"""Seconds after which whatever was sent has landed, late commits too: only then the cool-off is let pass."""

ALIVE_S = (0.4, 1.6)
PATIENCE_S = 600.0
UNKNOWN = (
    {"kind": "late_commit", "share": 0.10, "delay_ms": LATE_MS},
    {"kind": "error_after", "share": 0.07},
    {"kind": "drop_after", "share": 0.08},
    {"kind": "drop_before", "share": 0.09},
)
"""Shares of what the ones before left over: 30 of 100 creations get no answer, ten of them are carried out late."""


async def run(cycles: int = SHIPMENTS, seed: int = 1) -> dict[str, object]:
    """Send `cycles` shipments, killing the worker once for every twenty."""
    async with (
        ground(seed=seed, branches=1, people_per_branch=1, orders=1, serve=("--no-worker",)) as on,
        _store_beside(on) as store,
    ):
        await on.server.start()
        await on.let_everybody_in(1)
        told = await store.dispatch(cycles)
        await store.kill_over_and_over(max(5, int(cycles * KILLS_PER_SHIPMENT)), seed)
        await store.calm()
        broken = await store.verdict(told)
        return store.figures() | {"shipments": len(told), "broken": broken}


@contextlib.asynccontextmanager
async def _store_beside(on: Ground) -> AsyncIterator["_Storm"]:
    home = on.home / "store"
    home.mkdir()
    process = ServerProcess(on.nursery, home, "practice-store", port=free_port())
    await process.start()
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{process.port}/practice/api", timeout=60
    ) as http:
        storm = _Storm(on, process, http)
        try:
            yield storm
        finally:
            await storm.worker.kill()
            await process.kill()


class _Storm:
    """The store and the worker that dies."""

    def __init__(self, on: Ground, process: ServerProcess, http: httpx.AsyncClient) -> None:
        self._on = on
        self._process = process
        self._http = http
        self.worker = ServerProcess(on.nursery, on.home, "work")
        self._kills = 0
        self._open_at_kills: list[int] = []

    async def dispatch(self, count: int) -> list[int]:
        """Let customers order, read it all in bulk, and hand every order over; return the orders' numbers."""
        await self._http.put("/settings", json={"points": [1e6, 1e6], "routing_ms": [0, 0]})
        for start in range(0, count, PLACED_AT_ONCE):
            wanted = {"count": min(PLACED_AT_ONCE, count - start)}
            (await self._http.post("/orders", json=wanted)).raise_for_status()
        await self._read_everything(count)
        carrier = self._on.fleet.carriers[0]
        await carrier.sync_to_the_end()
        orders = carrier.phone.rows().orders
        ours = sorted(
            (order for key, order in orders.items() if OrderId(key) != "1000"),
            key=lambda order: order.name,
        )[:count]
        for place, order in enumerate(ours):
            parcel = {"fulfillment_id": carrier.around.new_id()}
            lines = [
                {"order_line_id": line.id, "units": line.current_units}
                for line in order.lines
                if line.ships
            ]
            where = {"order_id": order.id, "branch_id": "b1", "lines": lines}
            if order.cod:
                carrier.do("confirm", {"order_id": order.id})
            carrier.do("create_fulfillment", parcel | where)
            carrier.do("pack", parcel)
            number = f"TCS{place:010d}"
            carrier.do("dispatch", parcel | {"courier": "tcs", "tracking_number": number})
            if place % PUSHED_AT_ONCE == 0:
                await carrier.sync_to_the_end()
        await carrier.sync_to_the_end()
        return [int(order.name.lstrip("#")) for order in ours]

    async def _read_everything(self, count: int) -> None:
        told = json.loads((self._on.home / "store" / "practice-store.json").read_text())
        url = f"http://127.0.0.1:{self._process.port}"
        token, secret = told["access_token"], told["client_secret"]
        await connect_store(self._on.where, self._on.home, url, token, secret)
        settings = Settings(home=self._on.home)
        async with Database(self._on.where) as database, clients_of(database, settings) as clients:
            reader = Reader(
                database=database, live=Live(database), clients=clients, clock=clock.now_ms
            )
            async with database.connection() as connection:
                (store,) = await stores.store_connections(connection)
            await mirror_variants(database, clients.of(store), SHOP, clock.now_ms)
            await sweep(reader, store)

            async def all_here() -> bool:
                await advance_imports(reader)
                await work_off_news(reader)
                async with database.connection() as connection:
                    here = await connection.fetchval("SELECT count(*) FROM customer_order")
                return bool(here >= count)

            await until(all_here, "every order to be read", PATIENCE_S)

    async def kill_over_and_over(self, kills: int, seed: int) -> None:
        """Let the worker live for moments; most of the time it dies in the middle of a call."""
        faults = [
            {"operation": "FulfillmentCreate", "times": None, "delay_ms": 0} | fault
            for fault in UNKNOWN
        ]
        (await self._http.put("/faults", json={"api": faults})).raise_for_status()
        chance = random.Random(f"kills/{seed}")
        while self._kills < kills:
            await self.worker.start()
            await asyncio.sleep(chance.uniform(*ALIVE_S))
            await self.worker.kill()
            self._kills += 1
            self._open_at_kills.append(await self._open())
            await self._let_pass()

    async def _open(self) -> int:
        connection = await asyncpg.connect(self._on.where.dsn)
        count: int = await connection.fetchval(OPEN_EFFECTS)
        await connection.close()
        return count

    async def _let_pass(self) -> None:
        """The dead hold no leases; what has been waiting since its request must have landed may go on."""
        connection = await asyncpg.connect(self._on.where.dsn)
        await connection.execute("UPDATE outbox SET lease_until = 0 WHERE lease_until > 0")
        await connection.execute(
            """
            UPDATE outbox SET run_at = 0 WHERE state = 'unknown' AND coalesce(sent_at, 0) < $1
            """,
            clock.now_ms() - int(LANDED_S * 1_000),
        )
        await connection.close()

    async def calm(self) -> None:
        """Nothing fails any more, and nobody dies."""
        (await self._http.put("/faults", json={"api": []})).raise_for_status()
        await self.worker.start()

        async def over() -> bool:
            await asyncio.sleep(0.2)
            await self._let_pass()
            return await self._open() == 0

        await until(over, "every shipment to be told", PATIENCE_S)
        await self.worker.kill()
        await asyncio.sleep(LATE_MS / 1_000 + 1)  # whatever would still land has landed

    async def verdict(self, told: list[int]) -> list[str]:
        """Return each order that the store does not have exactly one standing shipment of ours for."""
        wrong = []
        for number in told:
            order = (await self._http.get(f"/orders/{number}")).json()
            made = [f for f in order["fulfillments"] if f["by"] == "app"]
            standing = [f for f in made if f["status"] == "SUCCESS"]
            if len(standing) != 1 or len(made) != 1:
                wrong.append(f"#{number} has {len(made)} shipments of ours, {len(standing)} stand")
        connection = await asyncpg.connect(self._on.where.dsn)
        rows = await connection.fetch(
            "SELECT body->>'shopify_state' AS state, count(*) AS n FROM fulfillment GROUP BY 1"
        )
        self._states = {row["state"]: row["n"] for row in rows}
        tries = await connection.fetchrow(
            "SELECT max(attempts) AS most, sum(attempts) AS all FROM outbox"
        )
        self._tries = {"tries": int(tries["all"]), "most_tries": tries["most"]}
        await connection.close()
        return wrong[:10]

    def figures(self) -> dict[str, object]:
        """What happened."""
        busy = sum(count > 0 for count in self._open_at_kills)
        return self._tries | {
            "kills": self._kills,
            "kills_with_work_open": busy,
            "shopify_states": self._states,
        }


def too_tame(figures: dict) -> list[str]:
    """Say what makes a run prove less than it claims."""
    found = []
    if figures["kills_with_work_open"] < figures["kills"] // 2:
        found.append("the worker was through before it was killed half the time")
    if figures["tries"] < figures["shipments"] * 1.2:
        found.append("too few tries were repeated")
    return found

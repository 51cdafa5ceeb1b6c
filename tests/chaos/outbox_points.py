"""The worker dies at every named step of telling the store of a shipment, and again in each recovery."""

import json
from collections.abc import Callable

import asyncpg
import httpx

from server import clock
from server.command.house import clients_of
from server.db import stores
from server.db.pool import Database
from server.intake.catalogue import mirror_variants
from server.intake.inbox import work_off_news
from server.intake.reading import Reader
from server.intake.sweeping import sweep
from server.points import ARMED_BY
from server.settings import Settings
from server.sync.live import Live
from sync_protocol.ids import OrderId
from tests.chaos.ground import MINUTES_LATER, OPEN_EFFECTS, Ground
from tests.chaos.processes import ServerProcess
from tests.chaos.retailer import SHOP, connect_store
from tests.demo_server import free_port
from tests.journey.travelling import until

STEPS = tuple(
    f"outbox.{step}" for step in ("claimed", "looked", "intent_written", "called", "told", "closed")
)
ORDERS_AT_ONCE = 20
PATIENCE_S = 30.0


class OutboxWalk:
    """A practice store that runs on, a server that serves on, and a worker that dies."""

    def __init__(self, on: Ground, seconds: int) -> None:
        self._on = on
        self._seconds = seconds
        self._carrier = on.fleet.carriers[0]
        store_home = on.home / "store"
        store_home.mkdir()
        self._store = ServerProcess(on.nursery, store_home, "practice-store", port=free_port())
        self._store_url = f"http://127.0.0.1:{self._store.port}"
        self._worker = ServerProcess(on.nursery, on.home, "work")
        self._waiting: list[dict] = []
        self._told: list[int] = []
        self.cases = 0
        self.first_crashes = 0
        self.second_crashes = 0

    async def walk(self) -> None:
        """Crash at each step, and in each recovery at each of its steps."""
        await self._store.start()
        if not self._on.server.is_alive:
            await self._on.server.start()
        await self._end_what_is_open()
        await self._connect()
        try:
            await self._walk()
        finally:
            await self._worker.kill()

    async def _walk(self) -> None:
        for first in STEPS:
            for second in (None, *STEPS[: self._seconds]):
                await self._case(first, second)

    async def _case(self, first: str, second: str | None) -> None:
        self.cases += 1
        await self._dispatch_one()
        self.first_crashes += await self._work_dying_at(first)
        if second is not None:
            self.second_crashes += await self._work_dying_at(second)
        await self._work_to_the_end()

    async def _work_dying_at(self, step: str) -> bool:
        """Let a worker carry on that dies at this step; whether it did, or was through without passing it."""
        await self._let_minutes_pass()
        await self._worker.start(**{ARMED_BY: f"1 {step}"})
        await self._until_all_is_told(lambda: not self._worker.is_alive)
        died = not self._worker.is_alive
        await self._worker.kill()
        return died

    async def _work_to_the_end(self) -> None:
        await self._let_minutes_pass()
        await self._worker.start()
        await self._until_all_is_told(lambda: False)
        await self._worker.kill()

    async def _let_minutes_pass(self) -> None:
        """Whoever held a lease is dead, and before the next worker looks its lease has ended."""
        connection = await asyncpg.connect(self._on.where.dsn)
        await connection.execute(MINUTES_LATER)
        await connection.close()

    async def _until_all_is_told(self, or_else: Callable[[], bool]) -> None:
        """Wait; the cool-off after an unknown outcome comes as if minutes had gone by."""
        connection = await asyncpg.connect(self._on.where.dsn)
        now_waits = "SELECT count(*) FROM outbox WHERE state IN ('unknown', 'sent') AND run_at > $1"

        async def over() -> bool:
            if or_else():
                return True
            if await connection.fetchval(now_waits, clock.now_ms() + 30_000):
                await connection.execute(MINUTES_LATER)
            return await connection.fetchval(OPEN_EFFECTS) == 0

        try:
            await until(over, "the store to be told", PATIENCE_S)
        finally:
            await connection.close()

    # What has to be there before

    async def _end_what_is_open(self) -> None:
        """The push walk left shipments that no store was told of; without a store they fail."""
        await self._work_to_the_end()

    async def _connect(self) -> None:
        secrets = self._on.home / "store" / "practice-store.json"
        told = json.loads(secrets.read_text())
        url = self._store_url
        token, secret = told["access_token"], told["client_secret"]
        store = await connect_store(self._on.where, self._on.home, url, token, secret)
        settings = Settings(home=self._on.home)
        async with Database(self._on.where) as database, clients_of(database, settings) as clients:
            await mirror_variants(database, clients.of(store), SHOP, clock.now_ms)

    async def _dispatch_one(self) -> None:
        """One more parcel is handed over at b1, which nobody has told the store of yet."""
        if not self._waiting:
            await self._place_orders()
        order = self._waiting.pop()
        self._told.append(order["number"])
        parcel = {"fulfillment_id": self._carrier.around.new_id()}
        place = {"order_id": order["id"], "branch_id": "b1", "lines": order["lines"]}
        self._carrier.do("confirm", {"order_id": order["id"]})
        self._carrier.do("create_fulfillment", parcel | place)
        self._carrier.do("pack", parcel)
        number = f"TCS{parcel['fulfillment_id'][-10:]}"
        self._carrier.do("dispatch", parcel | {"courier": "tcs", "tracking_number": number})
        await self._carrier.sync_to_the_end()

    async def _place_orders(self) -> None:
        """Customers order; the server reads it in a sweep of ours, so that no worker has to run for it."""
        async with httpx.AsyncClient(base_url=self._store_url) as http:
            placed = [
                (await http.post("/practice/api/orders", json={})).raise_for_status().json()
                for _ in range(ORDERS_AT_ONCE)
            ]
        settings = Settings(home=self._on.home)
        async with Database(self._on.where) as database, clients_of(database, settings) as clients:
            live = Live(database)
            reader = Reader(database=database, live=live, clients=clients, clock=clock.now_ms)
            async with database.connection() as connection:
                (store,) = await stores.store_connections(connection)
            await sweep(reader, store)
            while await work_off_news(reader):
                pass
        await self._carrier.sync_to_the_end()
        orders = self._carrier.phone.rows().orders
        for (order,) in (each["orders"] for each in placed):
            ours = orders[OrderId(order["id"].rpartition("/")[2])]
            lines = [
                {"order_line_id": line.id, "units": line.current_units}
                for line in ours.lines
                if line.ships
            ]
            number = int(order["name"].lstrip("#"))
            self._waiting.append({"id": ours.id, "number": number, "lines": lines})

    async def verdict(self) -> list[str]:
        """Return each order that the store does not have exactly one shipment of ours for."""
        broken = []
        async with httpx.AsyncClient(base_url=self._store_url) as http:
            for number in self._told:
                order = (await http.get(f"/practice/api/orders/{number}")).json()
                made = [f for f in order["fulfillments"] if f["by"] == "app"]
                if len(made) != 1 or made[0]["status"] != "SUCCESS":
                    broken.append(f"the store has {len(made)} shipments of ours for #{number}")
        return broken

    async def close(self) -> None:
        """Close the store."""
        await self._store.kill()

    def figures(self) -> dict[str, object]:
        """What happened."""
        return {
            "outbox_cases": self.cases,
            "outbox_first_crashes": self.first_crashes,
            "outbox_second_crashes": self.second_crashes,
        }

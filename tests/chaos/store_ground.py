"""A shop and its store in this process, on a clock that the run moves: days go by in minutes, rate limits and all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from msgspec.structs import replace

from server.db import embedded, store_news
from server.db.migrating import migrate
from server.db.pool import Database
from server.intake.importing import advance_imports
from server.intake.reading import news_of_reading
from server.intake.sweeping import sweep, sweep_returns
from server.practice_store.deliveries import WebhookSender
from server.practice_store.subscriptions import TOPICS
from server.shopify.change_answers import Changes
from server.shopify.failures import ShopifyError
from server.shopify.order_changes import read_changes, went_through_changes
from server.shopify.orders import read_order
from server.shopify.translate import seen_order
from server.worker import SWEEP_EVERY_S
from sync_protocol.ids import OrderId
from tests.chaos.ground import make_log
from tests.conftest import make_home, remove_home
from tests.server.outside import Outside, practice_beside
from tests.server.retail import Retail, started_server

HOOK = "http://127.0.0.1/webhooks/shopify"
CALL_MS = 120
"""How long a call to the store takes, on the run's clock."""


class StoreGround:
    """The shop, its store, what delivers webhooks, and the worker's loops driven by hand as their times come."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.clock = outside.retail.server.clock
        self.store = outside.store
        self.sender = WebhookSender(self.store, outside.retail.server.http)
        self.reader = replace(outside.reader, sleep=self._sleep)
        outside.transport.on_call = lambda: self.clock.pass_ms(CALL_MS)
        self.read = 0
        self._sweep_at = 0

    async def _sleep(self, seconds: float) -> None:
        self.clock.pass_ms(int(seconds * 1000))
        await asyncio.sleep(0)

    async def work(self) -> int:
        """One look of the worker at everything; return how many readings were due."""
        now = self.clock.now_ms
        if now >= self._sweep_at:
            self._sweep_at = now + int(SWEEP_EVERY_S * 1000)
            with contextlib.suppress(ShopifyError):
                store = await self.outside.connected()
                await sweep(self.reader, store)
                await sweep_returns(self.reader, store)
        await advance_imports(self.reader)
        done = await self.outside.read_with(self.reader)
        self.read += done
        return done

    async def is_level(self) -> bool:
        """Whether every order of the store that is still open to change is here just as the store shows it."""
        return not await self.differing(stop_at=1)

    async def differing(self, stop_at: int = 1_000_000) -> list[str]:
        """Return the orders that are not here as the store shows them now, by reading each anew."""
        found: list[str] = []
        for order in self.store.state.orders.values():
            if not await self._is_known(order.number):
                found.append(order.name)
            if len(found) >= stop_at:
                break
        return found

    async def _is_known(self, number: int) -> bool:
        """Read past the rate limit: this is the run's own look, not the worker's."""
        self.store.bucket.give_back(1_000, self.clock.now_ms)
        gid = f"gid://shopify/Order/{number}"
        order = await read_order(self.outside.client, gid)
        assert order is not None
        changed = went_through_changes(order)
        changes = await read_changes(self.outside.client, gid) if changed else Changes()
        async with self.reader.database.connection() as connection:
            last = await store_news.last_told(
                connection, self.outside.retail.id, OrderId(str(number))
            )
        return last is not None and news_of_reading(seen_order(order, changes), last) is None

    async def count_known(self) -> int:
        """How many of the store's orders are here."""
        async with self.reader.database.connection() as connection:
            count: int = await connection.fetchval("SELECT count(*) FROM customer_order")
        return count


@contextlib.asynccontextmanager
async def store_ground(seed: int) -> AsyncIterator[StoreGround]:
    """Prepare it on a database of its own; everything is stopped and removed at the end."""
    home, log = make_home("store-chaos"), make_log()
    try:
        where = await asyncio.to_thread(embedded.start, home)
        await migrate(where)
        async with Database(where) as database:
            server = await started_server(database)
            retail = Retail(server)
            await retail.set_up()
            topics = sorted(topic for topic in TOPICS if topic.startswith(FAMILIES))
            async with practice_beside(
                retail, seed=seed, webhook_uri=HOOK, webhook_topics=topics
            ) as outside:
                yield StoreGround(outside)
            await server.http.aclose()
    finally:
        remove_home(home)
        log.unlink(missing_ok=True)


FAMILIES = ("ORDERS_", "FULFILLMENTS_", "REFUNDS_", "RETURNS_", "BULK_OPERATIONS_")

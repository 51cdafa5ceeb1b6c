"""The worker: news from the store in, effects out, sweeps for what no webhook told of, and what time brings about.

Any number may run, in one process or several: what is due is claimed under leases. Each shop's work runs by itself, so
that a store that is slow or away costs the other shops nothing.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from server.connecting.checking import Checker, check_due
from server.db import outbox, store_reading, stores, streams, webhooks
from server.db.availability import DatabaseUnavailable
from server.db.connections import Connection
from server.db.pool import run_transaction
from server.db.stores import ShopifyConnection
from server.intake.importing import advance_imports
from server.intake.inbox import work_off_news
from server.intake.reading import Reader
from server.intake.replaying import replay_what_may_go
from server.intake.sweeping import (
    RETURNS_EVERY_MS,
    sweep,
    sweep_deeply_when_due,
    sweep_returns,
)
from server.intake.waking import wake_due_orders
from server.lanes import ShopLanes
from server.outbox.carrying_out import Carrier, carry_out_due
from server.shopify.failures import ShopifyError
from sync_protocol.ids import ShopId
from sync_protocol.limits import TOMBSTONE_DAYS

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
SWEEP_EVERY_S = 180.0
SWEEPS_LOOK_S = 3.0
"""A store that was connected just now is read at once, and not after the next three minutes."""
IMPORTS_EVERY_S = 2.0
CHECKS_EVERY_S = 30.0
MOMENTS_EVERY_S = 5.0
TIDY_EVERY_S = 3_600.0
AWAY_S = 2.0
DELIVERIES_KEPT_MS = 7 * 86_400_000
"""Bodies of webhooks hold names and addresses: they are kept for a week, to look into what went wrong."""


class Worker:
    """Loops over one database. `wake` makes them look at once."""

    def __init__(self, reader: Reader, carrier: Carrier, checker: Checker) -> None:
        self._reader = reader
        self._carrier = carrier
        self._checker = checker
        self._has_checked = False
        self._woken: list[asyncio.Event] = []
        self._readings = ShopLanes(self._read_news_of, self.wake)
        self._effects = ShopLanes(self._carry_out_of, self.wake)
        self._sweeps = ShopLanes(self._sweep, lambda: None)
        self._tried_at: dict[ShopId, int] = {}
        self._returns_at: dict[ShopId, int] = {}

    def wake(self) -> None:
        """Something may be due."""
        for loop in self._woken:
            loop.set()

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._loop(self._start_readings))
                loops.create_task(self._loop(self._start_effects))
                loops.create_task(self._loop(self._start_sweeps, SWEEPS_LOOK_S))
                loops.create_task(self._loop(self._imports, IMPORTS_EVERY_S))
                loops.create_task(self._loop(self._check_stores, CHECKS_EVERY_S))
                loops.create_task(self._loop(self._moments, MOMENTS_EVERY_S))
                loops.create_task(self._loop(self._tidying, TIDY_EVERY_S))
        finally:
            for lanes in (self._readings, self._effects, self._sweeps):
                await lanes.stop()

    async def _loop(
        self, work: Callable[[], Awaitable[int]], every_s: float = LOOK_EVERY_S
    ) -> None:
        woken = asyncio.Event()
        if every_s <= LOOK_EVERY_S:
            self._woken.append(woken)
        while True:
            woken.clear()
            try:
                busy = await work()
            except DatabaseUnavailable as error:
                _log.warning("%s: %s; trying again in %.0f s", work.__name__, error, AWAY_S)
                await asyncio.sleep(AWAY_S)
                continue
            except Exception:  # noqa: BLE001 - the loop outlives any one piece of work
                _log.exception("%s failed", work.__name__)
                await asyncio.sleep(AWAY_S)
                continue
            if not busy:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), every_s)

    async def _start_readings(self) -> int:
        async with self._reader.database.connection() as connection:
            due = await webhooks.shops_with_news(connection, self._reader.clock())
        self._readings.start(due)
        return 0

    async def _read_news_of(self, shop_id: ShopId) -> int:
        return await work_off_news(self._reader, shop_id=shop_id)

    async def _start_effects(self) -> int:
        async with self._carrier.database.connection() as connection:
            due = await outbox.shops_with_effects(connection, self._carrier.clock())
        self._effects.start(due)
        return 0

    async def _carry_out_of(self, shop_id: ShopId) -> int:
        return await carry_out_due(self._carrier, shop_id=shop_id)

    async def _start_sweeps(self) -> int:
        async with self._reader.database.connection() as connection:
            connected = await stores.store_connections(connection)
        now = self._reader.clock()
        due = [
            store.shop_id
            for store in connected
            if now - self._tried_at.get(store.shop_id, 0) >= SWEEP_EVERY_S * 1_000
        ]
        self._tried_at |= dict.fromkeys(due, now)
        self._sweeps.start(due)
        return 0

    async def _sweep(self, shop_id: ShopId) -> int:
        """Sweep one store, and deeply when it is time; what went wrong is kept for people to see."""
        async with self._reader.database.connection() as connection:
            connected = {s.shop_id: s for s in await stores.store_connections(connection)}
        store = connected.get(shop_id)
        if store is None:
            return 0
        try:
            await sweep(self._reader, store)
            await self._sweep_returns_when_due(store)
            await sweep_deeply_when_due(self._reader, store)
        except ShopifyError as error:
            _log.warning("sweeping the store of %s: %s", shop_id, error)
            async with self._reader.database.connection() as connection:
                await store_reading.note_trouble(connection, shop_id, str(error))
        return 0

    async def _sweep_returns_when_due(self, store: ShopifyConnection) -> None:
        now = self._reader.clock()
        if now - self._returns_at.get(store.shop_id, 0) >= RETURNS_EVERY_MS:
            await sweep_returns(self._reader, store)
            self._returns_at[store.shop_id] = now

    async def _imports(self) -> int:
        return await advance_imports(self._reader)

    async def _check_stores(self) -> int:
        """Check each store once an hour, and all of them when this process has just started."""
        at_once, self._has_checked = not self._has_checked, True
        return await check_due(self._checker, at_once=at_once)

    async def _moments(self) -> int:
        reader = self._reader
        freed = await replay_what_may_go(reader.database, reader.live, reader.clock)
        return freed + await wake_due_orders(reader.database, reader.live, reader.clock)

    async def _tidying(self) -> int:
        """Let go of tombstones that no phone needs any more, and of deliveries that were worked off long ago."""
        now = self._reader.clock()

        async def work(connection: Connection) -> int:
            gone = await streams.forget_tombstones(connection, now - TOMBSTONE_DAYS * 86_400_000)
            return gone + await webhooks.forget_read_news(connection, now - DELIVERIES_KEPT_MS)

        await run_transaction(self._reader.database, work)
        return 0

"""The worker: news from the store in, effects out, a sweep for what no webhook told of, and what time brings about.

Any number may run, in one process or several: what is due is claimed under leases.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from server.db import shops, streams
from server.db.availability import DatabaseUnavailable
from server.db.connections import Connection
from server.db.pool import run_transaction
from server.intake.reading import Reader, sweep, work_off_news
from server.intake.replaying import replay_what_may_go
from server.intake.waking import wake_due_orders
from server.outbox.carrying_out import Carrier, carry_out_due
from server.shopify.failures import ShopifyError
from sync_protocol.limits import TOMBSTONE_DAYS

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
SWEEP_EVERY_S = 180.0
MOMENTS_EVERY_S = 5.0
TIDY_EVERY_S = 3_600.0
AWAY_S = 2.0


class Worker:
    """Five loops over one database. `wake` makes them look at once."""

    def __init__(self, reader: Reader, carrier: Carrier) -> None:
        self._reader = reader
        self._carrier = carrier
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something may be due."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._loop(self._news))
            loops.create_task(self._loop(self._effects))
            loops.create_task(self._loop(self._sweeps, SWEEP_EVERY_S))
            loops.create_task(self._loop(self._moments, MOMENTS_EVERY_S))
            loops.create_task(self._loop(self._tidying, TIDY_EVERY_S))

    async def _loop(
        self, work: Callable[[], Awaitable[int]], every_s: float = LOOK_EVERY_S
    ) -> None:
        while True:
            try:
                busy = await work()
            except (DatabaseUnavailable, ShopifyError) as error:
                _log.warning("%s: %s; trying again in %.0f s", work.__name__, error, AWAY_S)
                await asyncio.sleep(AWAY_S)
                continue
            except Exception:  # noqa: BLE001 - the loop outlives any one piece of work
                _log.exception("%s failed", work.__name__)
                await asyncio.sleep(AWAY_S)
                continue
            if not busy:
                await self._pause(every_s)

    async def _pause(self, seconds: float) -> None:
        if seconds > LOOK_EVERY_S:
            await asyncio.sleep(seconds)
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()

    async def _news(self) -> int:
        return await work_off_news(self._reader)

    async def _effects(self) -> int:
        return await carry_out_due(self._carrier)

    async def _moments(self) -> int:
        reader = self._reader
        freed = await replay_what_may_go(reader.database, reader.live, reader.clock)
        return freed + await wake_due_orders(reader.database, reader.live, reader.clock)

    async def _tidying(self) -> int:
        """Let go of tombstones that no phone needs any more."""
        before = self._reader.clock() - TOMBSTONE_DAYS * 86_400_000

        async def work(connection: Connection) -> int:
            return await streams.forget_tombstones(connection, before)

        return await run_transaction(self._reader.database, work)

    async def _sweeps(self) -> int:
        async with self._reader.database.connection() as connection:
            stores = await shops.store_connections(connection)
        trouble: ShopifyError | None = None
        for store in stores:
            try:
                await sweep(self._reader, store)
            except ShopifyError as error:  # one store's trouble must not keep the others waiting
                trouble = error
        if trouble is not None:
            raise trouble
        return 0

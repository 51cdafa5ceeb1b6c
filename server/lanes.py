"""Work per shop, side by side: a shop whose store is slow keeps nobody else waiting, and no shop is worked on twice at once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from sync_protocol.ids import ShopId

_log = logging.getLogger(__name__)

AT_ONCE = 20
"""Shops worked on at the same time: each holds a database connection only for moments, but does hold memory."""


class ShopLanes:
    """At most one task per shop. `work` gets a shop and does a batch of what is due there."""

    def __init__(
        self, work: Callable[[ShopId], Awaitable[int]], on_end: Callable[[], None]
    ) -> None:
        self._work = work
        self._on_end = on_end
        self._running: dict[ShopId, asyncio.Task[None]] = {}

    def start(self, due: Iterable[ShopId]) -> int:
        """Start a batch for each of these shops that has none running; return how many were started.

        Those that find no room are due again at the next look; whoever ends wakes it.
        """
        started = 0
        for shop_id in due:
            if shop_id in self._running or len(self._running) >= AT_ONCE:
                continue
            self._running[shop_id] = asyncio.create_task(self._run(shop_id))
            started += 1
        return started

    async def _run(self, shop_id: ShopId) -> None:
        try:
            busy = await self._work(shop_id)
        except Exception:  # noqa: BLE001 - what is due stays due, and its lease ends by itself
            _log.exception("work for %s failed", shop_id)
            busy = 0
        finally:
            del self._running[shop_id]
        if busy:
            self._on_end()

    async def stop(self) -> None:
        """Cancel what is running and wait for its end."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

"""Orders that come in by themselves, for trying Rawana out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from server.practice_store.store import PracticeStore


async def arrivals(
    store: PracticeStore,
    every_s: float,
    up_to: int = 500,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Place a random order every `every_s` seconds until the store has `up_to` orders, those of earlier runs included."""
    while len(store.state.orders) < up_to:
        await sleep(every_s)
        store.place_order()

"""A store that is open: its webhooks go out and, where wanted, people order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx

from server.practice_store.arrivals import arrivals
from server.practice_store.deliveries import WebhookSender
from server.practice_store.store import PracticeStore


@contextlib.asynccontextmanager
async def trading(
    store: PracticeStore, every_s: float | None = None, up_to: int = 500
) -> AsyncIterator[None]:
    """Keep the store open for as long as the block runs, with an order every `every_s` seconds; then close it."""
    async with httpx.AsyncClient() as http:
        tasks = [asyncio.create_task(WebhookSender(store, http).run())]
        if every_s is not None:
            tasks.append(asyncio.create_task(arrivals(store, every_s, up_to)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            store.close()

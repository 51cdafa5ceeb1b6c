"""Sending webhooks: one request an attempt, and the store's schedule of further attempts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx

from server.practice_store.commands import DropSubscription
from server.practice_store.store import PracticeStore
from server.practice_store.webhooks import Webhook

CONNECT_S = 1.0
TOTAL_S = 5.0
# Eight further attempts within four hours.
RETRY_AFTER_MS = tuple(1000 * s for s in (10, 30, 90, 300, 900, 1800, 3600, 7200))
# How often the loop looks when nothing wakes it: the clock is the caller's, so it cannot sleep until a time.
LOOK_EVERY_S = 0.25


class WebhookSender:
    """Sends what is due. `http` stays the caller's to close."""

    def __init__(
        self,
        store: PracticeStore,
        http: httpx.AsyncClient,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._http = http
        self._sleep = sleep

    async def run(self) -> None:
        """Send for ever, soon after something happens; cancel to end."""
        woken = asyncio.Event()
        self._store.wake_sender = woken.set
        while True:
            woken.clear()
            await self.deliver_due()
            look = asyncio.ensure_future(self._sleep(LOOK_EVERY_S))
            wake = asyncio.ensure_future(woken.wait())
            try:
                await asyncio.wait((look, wake), return_when=asyncio.FIRST_COMPLETED)
            finally:
                look.cancel()
                wake.cancel()

    async def deliver_due(self) -> int:
        """Make one attempt at every webhook that is due; return how many."""
        self._store.settle()
        due = self._store.webhooks.take_due(self._store.clock())
        for webhook in due:
            await self._attempt(webhook)
        return len(due)

    async def _attempt(self, webhook: Webhook) -> None:
        webhook.attempts += 1
        status: int | None = None
        error: str | None = None
        try:
            async with asyncio.timeout(TOTAL_S):
                answer = await self._http.post(
                    webhook.subscription.uri,
                    content=webhook.body,
                    headers=webhook.headers(self._store.domain, self._store.client_secret),
                    timeout=httpx.Timeout(TOTAL_S, connect=CONNECT_S),
                    follow_redirects=False,
                )
            status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as failure:
            error = type(failure).__name__
        except asyncio.CancelledError:
            # The loop is being ended in the middle of an attempt: whether it arrived is unknown, so it stays waiting.
            self._store.webhooks.waiting.append(webhook)
            raise
        self._note(webhook, status, error)

    def _note(self, webhook: Webhook, status: int | None, error: str | None) -> None:
        now_ms = self._store.clock()
        queue = self._store.webhooks
        if status is not None and 200 <= status < 300:
            queue.finish(webhook)
            queue.note(webhook, "delivered", now_ms, status=status)
            return
        if webhook.attempts > len(RETRY_AFTER_MS):
            queue.finish(webhook)
            queue.note(webhook, "gave_up", now_ms, status=status, error=error)
            if (
                webhook.subscription.number in self._store.state.subscriptions
                and webhook.subscription.by_api
            ):
                self._store.execute(DropSubscription(subscription=webhook.subscription.number))
            return
        queue.note(webhook, "failed", now_ms, status=status, error=error)
        webhook.due_at_ms = now_ms + RETRY_AFTER_MS[webhook.attempts - 1]
        queue.waiting.append(webhook)

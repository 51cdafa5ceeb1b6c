"""Turning what happened into webhooks to send: bodies, headers, ids and the waiting list."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

from server.practice_store.chance import Chance
from server.practice_store.customer_data import without_customer_data
from server.practice_store.faults import WebhookFaults
from server.practice_store.identity import stable_uuid
from server.practice_store.orders import Order
from server.practice_store.shop import API_VERSION
from server.practice_store.state import Announcement, State
from server.practice_store.subscriptions import WebhookSubscription
from server.practice_store.timestamps import triggered_time
from server.practice_store.webhook_bodies import body_of
from server.shopify.signature import sign

Outcome = Literal["delivered", "failed", "gave_up", "dropped"]
LOG_ENTRIES = 2000


@dataclass(kw_only=True, eq=False, slots=True)
class Webhook:
    """One webhook for one subscription. The body is the one of the moment it happened, at every attempt."""

    key: str
    subscription: WebhookSubscription
    body: bytes
    event_id: str
    webhook_id: str
    triggered_at: str
    order_number: int | None
    due_at_ms: int
    api_version: str = API_VERSION
    attempts: int = 0

    def headers(self, domain: str, secret: str) -> dict[str, str]:
        """Return the request's headers, signed over the raw body."""
        subscription = self.subscription
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": subscription.header_topic,
            "X-Shopify-Hmac-Sha256": sign(secret, self.body),
            "X-Shopify-Shop-Domain": domain,
            "X-Shopify-API-Version": self.api_version,
            "X-Shopify-Webhook-Id": self.webhook_id,
            "X-Shopify-Event-Id": self.event_id,
            "X-Shopify-Triggered-At": self.triggered_at,
            "X-Shopify-Test": "false",
        }
        if subscription.name:
            headers["X-Shopify-Name"] = subscription.name
        if self.order_number is not None:
            headers["X-Shopify-Order-Id"] = str(self.order_number)
        return headers


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the delivery log. `status` is the receiver's HTTP status; None when no answer came."""

    at_ms: int
    topic: str
    uri: str
    event_id: str
    webhook_id: str
    attempt: int
    outcome: Outcome
    status: int | None = None
    error: str | None = None


@dataclass(kw_only=True, eq=False, slots=True)
class WebhookQueue:
    """Webhooks waiting to be sent, and the log of attempts.

    `finished` are the keys of those that need no further attempt; they keep a replayed history from being sent again.
    `remember` is told each of them.
    """

    domain: str
    faults: WebhookFaults
    chance: Chance
    remember: Callable[[str], None]
    waiting: list[Webhook] = field(default_factory=list)
    finished: set[str] = field(default_factory=set)
    log: deque[Attempt] = field(default_factory=lambda: deque(maxlen=LOG_ENTRIES))

    def add(self, announced: Announcement, state: State, cause: str) -> None:
        """Queue a webhook for every subscription to the topic. `cause` becomes the event id that they share."""
        event_id = stable_uuid(self.domain, "event", announced.cause or cause)
        for subscription in state.subscriptions.values():
            if subscription.topic != announced.topic:
                continue
            subject = getattr(announced.subject, "announced_as", announced.subject.number)
            key = f"{event_id}:{announced.topic}:{subject}:{subscription.number}"
            if key in self.finished:
                continue
            body = body_of(subscription.header_topic, announced.subject, state)
            if state.customer_data != "shown":
                body = without_customer_data(body)
            if subscription.wants(body):
                sent = subscription.fields_of(body)
                self._queue(self._webhook(key, event_id, announced, subscription, state, sent))

    def take_due(self, now_ms: int) -> list[Webhook]:
        """Remove and return what is due, in the order it is to be sent."""
        due = [webhook for webhook in self.waiting if webhook.due_at_ms <= now_ms]
        self.waiting = [webhook for webhook in self.waiting if webhook.due_at_ms > now_ms]
        due.sort(key=lambda webhook: webhook.due_at_ms)
        if self.faults.reorder:
            self.chance.shuffle(due)
        return due

    def finish(self, webhook: Webhook) -> None:
        """Note that a webhook needs no further attempt."""
        if webhook.key not in self.finished:
            self.finished.add(webhook.key)
            self.remember(webhook.key)

    def note(self, webhook: Webhook, outcome: Outcome, at_ms: int, **answer: object) -> None:
        """Write a line of the log."""
        self.log.append(
            msgspec.convert(
                {
                    "at_ms": at_ms,
                    "topic": webhook.subscription.header_topic,
                    "uri": webhook.subscription.uri,
                    "event_id": webhook.event_id,
                    "webhook_id": webhook.webhook_id,
                    "attempt": webhook.attempts,
                    "outcome": outcome,
                    **answer,
                },
                Attempt,
            )
        )

    def next_due_ms(self) -> int | None:
        """When the next webhook is due; None with nothing waiting."""
        return min((webhook.due_at_ms for webhook in self.waiting), default=None)

    def _webhook(
        self,
        key: str,
        event_id: str,
        announced: Announcement,
        subscription: WebhookSubscription,
        state: State,
        body: dict[str, object],
    ) -> Webhook:
        subject = announced.subject
        nanoseconds = int(stable_uuid(key)[:5], 16)
        return Webhook(
            key=key,
            subscription=subscription,
            body=msgspec.json.encode(body),
            event_id=event_id,
            webhook_id=stable_uuid(self.domain, "webhook", key),
            triggered_at=triggered_time(announced.at_ms, nanoseconds),
            order_number=subject.number if isinstance(subject, Order) else None,
            due_at_ms=announced.at_ms,
            api_version=state.served_version,
        )

    def _queue(self, webhook: Webhook) -> None:
        faults = self.faults
        if faults.topics and webhook.subscription.header_topic not in faults.topics:
            self.waiting.append(webhook)
            return
        silent = webhook.due_at_ms < faults.silent_until_ms
        if self.chance.random() < faults.drop or silent:
            self.note(webhook, "dropped", webhook.due_at_ms)
            self.finish(webhook)
            return
        if faults.delay_ms:
            webhook.due_at_ms += self.chance.randint(0, faults.delay_ms)
        self.waiting.append(webhook)
        if self.chance.random() < faults.duplicate:
            self.waiting.append(replace(webhook))

import asyncio
from collections import Counter

import httpx
import pytest

from server.practice_store.commands import Subscribe
from server.practice_store.deliveries import RETRY_AFTER_MS, WebhookSender
from server.practice_store.faults import WebhookFaults
from server.practice_store.subscriptions import TOPICS
from server.shopify.signature import is_signed
from tests.practice_store.receiver import Receiver
from tests.shopify.practice import HOOK, SECRET, Clock, new_store, subscribed

TWO_AN_ORDER = ("ORDERS_CREATE", "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE")


async def test_what_happened_is_delivered_once_signed_and_logged():
    store, receiver = subscribed(topics=TWO_AN_ORDER), Receiver()
    store.place_order()
    sender = WebhookSender(store, receiver.http)
    assert await sender.deliver_due() == 2
    assert await sender.deliver_due() == 0
    assert [str(request.url) for request in receiver.got] == [HOOK, HOOK]
    for request in receiver.got:
        assert is_signed(request.content, request.headers["X-Shopify-Hmac-Sha256"], [SECRET])
    assert [(one.topic, one.outcome, one.status) for one in store.webhooks.log] == [
        ("orders/create", "delivered", 200),
        ("fulfillment_orders/order_routing_complete", "delivered", 200),
    ]


@pytest.mark.parametrize(
    "answer", [500, 404, 301, httpx.ConnectError("no"), httpx.ReadTimeout("slow")]
)
async def test_a_failed_delivery_is_repeated_with_the_same_body_and_ids(answer):
    clock = Clock()
    store, receiver = subscribed(clock), Receiver(answer)
    store.place_order()
    sender = WebhookSender(store, receiver.http)
    await sender.deliver_due()
    clock.pass_ms(RETRY_AFTER_MS[0] - 1)
    assert await sender.deliver_due() == 0
    clock.pass_ms(1)
    assert await sender.deliver_due() == 1
    first, again = receiver.got[0], receiver.got[-1]
    assert first.content == again.content
    assert first.headers["X-Shopify-Webhook-Id"] == again.headers["X-Shopify-Webhook-Id"]
    assert first.headers["X-Shopify-Triggered-At"] == again.headers["X-Shopify-Triggered-At"]


async def test_after_eight_repetitions_within_four_hours_the_store_gives_up_and_drops_the_subscription():
    assert len(RETRY_AFTER_MS) == 8
    assert sum(RETRY_AFTER_MS) <= 4 * 3_600_000
    clock = Clock()
    store, receiver = new_store(clock), Receiver(*[500] * 100)
    store.execute(Subscribe(topic="ORDERS_CREATE", uri="https://rawana.example/hook"))
    store.place_order()
    sender = WebhookSender(store, receiver.http)
    for wait_ms in (0, *RETRY_AFTER_MS):
        clock.pass_ms(wait_ms)
        await sender.deliver_due()
    assert len(receiver.got) == 9
    assert store.webhooks.log[-1].outcome == "gave_up"
    assert store.webhooks.waiting == []
    assert store.state.subscriptions == {}


async def test_a_configured_subscription_outlives_any_failure():
    clock = Clock()
    store, receiver = subscribed(clock), Receiver(*[500] * 100)
    store.place_order()
    sender = WebhookSender(store, receiver.http)
    for wait_ms in (0, *RETRY_AFTER_MS):
        clock.pass_ms(wait_ms)
        await sender.deliver_due()
    assert len(store.state.subscriptions) == len(TOPICS)


async def test_duplicates_have_the_same_ids_and_drops_never_arrive():
    store, receiver = subscribed(topics=TWO_AN_ORDER), Receiver()
    store.webhooks.faults = WebhookFaults(duplicate=0.3, drop=0.2)
    for _ in range(200):
        store.place_order()
    while await WebhookSender(store, receiver.http).deliver_due():
        pass
    arrived = Counter(receiver.ids)
    dropped = [one for one in store.webhooks.log if one.outcome == "dropped"]
    assert len(arrived) + len(dropped) == 400
    assert 40 < len(dropped) < 120
    assert 60 < sum(1 for count in arrived.values() if count == 2) < 140


async def test_delays_hold_webhooks_back_and_reordering_shuffles_them():
    clock = Clock()
    store, receiver = subscribed(clock, TWO_AN_ORDER), Receiver()
    store.webhooks.faults = WebhookFaults(delay_ms=10_000, reorder=True)
    for _ in range(30):
        store.place_order()
    sender = WebhookSender(store, receiver.http)
    at_once = await sender.deliver_due()
    assert at_once < 10
    clock.pass_ms(10_000)
    await sender.deliver_due()
    assert len(receiver.got) == 60
    orders = [
        request.headers["X-Shopify-Order-Id"]
        for request in receiver.got
        if "X-Shopify-Order-Id" in request.headers
    ]
    assert orders != sorted(orders)


async def test_the_same_seed_misbehaves_in_the_same_way():
    def run() -> list[str]:
        store = subscribed()
        store.webhooks.faults = WebhookFaults(duplicate=0.3, drop=0.3)
        for _ in range(20):
            store.place_order()
        return [one.webhook_id for one in store.webhooks.waiting]

    assert run() == run()


async def test_the_loop_sends_soon_after_something_happens_and_ends_when_cancelled():
    store, receiver = subscribed(), Receiver()
    task = asyncio.create_task(WebhookSender(store, receiver.http).run())
    await asyncio.sleep(0)
    store.place_order()
    async with asyncio.timeout(2):
        while len(receiver.got) < 2:  # noqa: ASYNC110 - the receiver is a plain function
            await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

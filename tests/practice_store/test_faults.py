"""A store that misbehaves does so as told, and in the same way for the same seed."""

import asyncio
import contextlib

import httpx
import pytest

from server.practice_store.commands_platform import RunBulkQuery
from server.practice_store.faults import ApiFault, WebhookFaults
from server.practice_store.graphql_api import GraphqlApi
from tests.shopify.practice import (
    HOOK,
    TOKEN,
    Clock,
    http_to,
    new_store,
    some_lines,
    subscribed,
)

API = "/admin/api/2026-10/graphql.json"
HEADERS = {"X-Shopify-Access-Token": TOKEN}
READ = {"query": "query ShopRead { shop { id } }", "operationName": "ShopRead"}
PAY = "mutation Pay($input: OrderMarkAsPaidInput!) { orderMarkAsPaid(input: $input) { order { id } userErrors { message } } }"


async def statuses(store, count: int) -> list[int]:
    async with http_to(store) as http:
        return [
            (await http.post(API, json=READ, headers=HEADERS)).status_code for _ in range(count)
        ]


async def test_a_share_of_the_calls_fails_in_the_same_places_for_the_same_seed():
    seen = []
    for _ in range(2):
        store = new_store(stocked=False)
        store.api_faults.coming = [ApiFault(kind="http_503", share=0.3, times=None)]
        seen.append(await statuses(store, 40))
    assert seen[0] == seen[1]
    assert 5 <= seen[0].count(503) <= 20
    assert set(seen[0]) == {200, 503}


async def test_a_fault_without_a_number_of_times_stays_until_it_is_switched_off():
    store = new_store(stocked=False)
    store.api_faults.coming = [ApiFault(kind="http_500", operation="ShopRead", times=None)]
    assert await statuses(store, 3) == [500] * 3
    async with http_to(store) as http:
        await http.put("/practice/api/faults", json={"api": []})
    assert await statuses(store, 1) == [200]


def call_of(order):
    variables = {"input": {"id": order.id}}
    return {"query": PAY, "variables": variables, "operationName": "Pay"}


async def call_and_hang_up(store, sent) -> None:
    """Send a call that is never answered, and give up waiting."""
    async with http_to(store) as http:
        call = asyncio.create_task(http.post(API, json=sent, headers=HEADERS))
        while not store.state.late_calls:  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


async def test_a_late_commit_happens_by_the_clock_when_the_caller_has_long_gone():
    clock = Clock()
    store = new_store(clock)
    order = store.place_order(some_lines(store, 1))
    store.api_faults.coming = [ApiFault(kind="late_commit", delay_ms=5000)]
    await call_and_hang_up(store, call_of(order))
    clock.pass_ms(4999)
    store.settle()
    assert not order.fully_paid
    clock.pass_ms(1)
    store.settle()
    assert order.fully_paid
    store.settle()
    assert len([one for one in order.payments if one.status == "SUCCESS"]) == 1


async def test_a_late_commit_outlives_a_kill_of_the_store_and_happens_once(tmp_path):
    clock = Clock()
    journal = tmp_path / "store.jsonl"
    store = new_store(clock, journal=journal)
    order = store.place_order(some_lines(store, 1))
    store.api_faults.coming = [ApiFault(kind="late_commit", delay_ms=5000)]
    await call_and_hang_up(store, call_of(order))
    store.close()
    clock.pass_ms(60_000)
    for _ in range(2):
        with contextlib.closing(new_store(clock, journal=journal)) as again:
            GraphqlApi(again)
            again.settle()
            paid = again.state.orders[order.number].payments
            assert [one.status for one in paid].count("SUCCESS") == 1
            assert again.state.late_calls == {}


async def test_a_late_commit_comes_before_whatever_is_asked_after_its_time():
    clock = Clock()
    store = new_store(clock)
    order = store.place_order(some_lines(store, 1))
    store.api_faults.coming = [ApiFault(kind="late_commit", delay_ms=5000)]
    await call_and_hang_up(store, call_of(order))
    clock.pass_ms(5000)
    async with http_to(store) as http:
        answer = (await http.post(API, json=call_of(order), headers=HEADERS)).json()
    (refusal,) = answer["data"]["orderMarkAsPaid"]["userErrors"]
    assert refusal["message"] == "Order cannot be marked as paid."


async def test_a_late_commit_happens_although_the_app_has_used_up_its_points_since():
    clock = Clock()
    store = new_store(clock)
    order = store.place_order(some_lines(store, 1))
    store.api_faults.coming = [ApiFault(kind="late_commit", delay_ms=1)]
    await call_and_hang_up(store, call_of(order))
    clock.pass_ms(1)
    store.bucket.take(store.bucket.size, clock.now_ms)
    store.settle()
    assert order.fully_paid


async def test_no_webhook_is_sent_within_a_silent_window_and_all_are_after_it():
    clock = Clock()
    store = subscribed(clock, topics=("ORDERS_CREATE",))
    until = clock.now_ms + 60_000
    async with http_to(store) as http:
        await http.put("/practice/api/faults", json={"webhooks": {"silent_until_ms": until}})
    store.place_order()
    assert [(one.outcome, one.uri) for one in store.webhooks.log] == [("dropped", HOOK)]
    assert store.webhooks.waiting == []
    clock.pass_ms(60_000)
    store.place_order()
    assert len(store.webhooks.waiting) == 1


def test_webhook_faults_can_be_narrowed_to_topics():
    store = subscribed(topics=("ORDERS_CREATE", "ORDERS_PAID"))
    store.webhooks.faults = WebhookFaults(drop=1.0, topics=["orders/create"])
    store.place_order(some_lines(store, 1), paid=True)
    assert [one.subscription.topic for one in store.webhooks.waiting] == ["ORDERS_PAID"]


async def test_the_file_of_an_export_can_break_off_be_refused_and_be_something_else():
    clock = Clock()
    store = new_store(clock, bulk_ms=(0, 0))
    GraphqlApi(store)
    export = store.execute(RunBulkQuery(query="{ productVariants { edges { node { id } } } }"))
    store.settle()
    assert export.status == "COMPLETED"
    kinds = ("drop_after", "http_503", "garbage")
    store.api_faults.coming = [ApiFault(kind=kind, operation="BulkFile") for kind in kinds]
    async with http_to(store) as http:
        with pytest.raises((httpx.HTTPError, AssertionError)):
            await http.get(export.url)
        assert (await http.get(export.url)).status_code == 503
        assert (await http.get(export.url)).text == "<html>Sorry</html>"
        assert (await http.get(export.url)).content == export.rows

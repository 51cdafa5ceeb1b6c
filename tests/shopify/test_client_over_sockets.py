"""The same over real connections: what the transport in the process cannot show."""

import socket

import httpx
import pytest

from server.practice_store.app import asgi_app
from server.practice_store.faults import ApiFault
from server.shopify.failures import NotSent, OutcomeUnknown
from server.shopify.store import read_shop
from tests.shopify.practice import LOCAL, Clock, client_to, new_store, serving, ship


async def test_a_refused_connection_means_that_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with httpx.AsyncClient() as http:
        with pytest.raises(NotSent):
            await read_shop(client_to(new_store(stocked=False), http, url=f"{LOCAL}:{port}"))


async def test_a_name_that_does_not_resolve_means_that_nothing_was_sent():
    async with httpx.AsyncClient() as http:
        client = client_to(new_store(stocked=False), http, url="https://no-such-shop.invalid")
        with pytest.raises(NotSent):
            await read_shop(client)


async def test_a_store_that_accepts_and_says_nothing_leaves_the_outcome_unknown():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"{LOCAL}:{silent.getsockname()[1]}"
        async with httpx.AsyncClient() as http:
            client = client_to(new_store(stocked=False), http, url=url, total_s=0.2)
            with pytest.raises(OutcomeUnknown):
                await read_shop(client)


@pytest.mark.parametrize(
    ("kind", "shipped"),
    [("drop_before", 0), ("drop_after", 1), ("timeout_before", 0), ("timeout_after", 1)],
)
async def test_a_broken_or_silent_connection_leaves_the_outcome_unknown(kind, shipped):
    store = new_store()
    order = store.place_order()
    store.api_faults.coming = [ApiFault(kind=kind)]
    async with serving(asgi_app(store)) as url, httpx.AsyncClient() as http:
        with pytest.raises(OutcomeUnknown):
            await ship(client_to(store, http, url=url, total_s=1.0), order)
    assert len(order.shipments) == shipped


async def test_a_late_commit_ships_after_the_caller_has_given_up():
    clock = Clock()
    store = new_store(clock)
    order = store.place_order()
    store.api_faults.coming = [ApiFault(kind="late_commit", delay_ms=1500)]
    async with serving(asgi_app(store)) as url, httpx.AsyncClient() as http:
        with pytest.raises(OutcomeUnknown):
            await ship(client_to(store, http, url=url, total_s=0.5), order)
        store.settle()
        assert order.shipments == []
        clock.pass_ms(1500)
        store.settle()
    assert len(order.shipments) == 1


async def test_a_store_mounted_under_a_path_is_reached_there():
    store = new_store(stocked=False)
    async with serving(asgi_app(store, "/practice-store")) as url, httpx.AsyncClient() as http:
        shop = await read_shop(client_to(store, http, url=f"{url}/practice-store/"))
        page = await http.get(f"{url}/practice-store/practice/")
    assert shop.shop.myshopify_domain == store.domain
    assert 'action="/practice-store/practice/page/orders"' in page.text

"""Tokens of a connected store end, are refused in mid-work, and are renewed once however many ask, also in two processes."""

import asyncio

import httpx
import pytest

from server.connecting.changing import Connecting, change_secret, connect
from server.connecting.keeping_tokens import Keeper
from server.db import stores
from server.intake.inbox import work_off_news
from server.practice_store.app import asgi_app
from server.shopify.clients import Clients
from server.shopify.failures import Unauthorized
from server.shopify.grants import App
from server.shopify.store import read_shop
from tests.server.outside import Outside
from tests.server.retail import SECRET
from tests.server.test_connect_commands import ID
from tests.shopify.practice import LOCAL


class TwoProcesses:
    """Two servers on one database, each with clients of its own, and a count of token requests."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.asked = 0
        transport = httpx.ASGITransport(asgi_app(outside.store))

        async def counting(request: httpx.Request) -> httpx.Response:
            self.asked += request.url.path.endswith("access_token")
            await asyncio.sleep(0.01)  # the other comes meanwhile
            return await transport.handle_async_request(request)

        server = outside.retail.server
        self.clients = [
            Clients(
                httpx.AsyncClient(transport=httpx.MockTransport(counting)),
                lambda: server.clock.now_ms / 1000,
                Keeper(server.database, server.vault, server.clock),
            )
            for _ in range(2)
        ]

    async def store(self) -> stores.ShopifyConnection:
        async with self.outside.retail.server.database.connection() as connection:
            (store,) = await stores.store_connections(connection)
        return store

    async def read(self, place: int) -> None:
        await read_shop(self.clients[place].of(await self.store()))


@pytest.fixture
async def both(outside: Outside) -> TwoProcesses:
    retail = outside.retail
    wanted = Connecting(
        shop_id=retail.id,
        admin_url=LOCAL,
        app=App(client_id=ID, client_secret=SECRET),
    )
    async with retail.server.database.connection() as connection:
        await connect(connection, retail.server.vault, wanted, retail.server.clock())
    return TwoProcesses(outside)


async def test_callers_of_two_processes_fetch_one_token(both):
    await asyncio.gather(*(both.read(place) for place in (0, 1, 0, 1, 0, 1)))
    assert both.asked == 1
    assert (await both.store()).access_token is not None


async def test_a_token_that_one_process_renewed_is_taken_by_the_other(both):
    await both.read(0)
    both.outside.store.tokens.end_all()
    await both.read(0)
    await both.read(1)
    assert both.asked == 2


async def test_a_token_that_ends_in_mid_work_costs_no_order(both):
    outside = both.outside
    outside.reader = type(outside.reader)(
        database=outside.reader.database,
        live=outside.reader.live,
        clients=both.clients[0],
        clock=outside.reader.clock,
    )
    await both.read(0)
    orders = [outside.place() for _ in range(3)]
    for order in orders:
        await outside.tell_of(order)
    outside.store.tokens.end_all()
    while await work_off_news(outside.reader):
        pass
    async with outside.retail.server.database.connection() as connection:
        kept = await connection.fetchval("SELECT count(*) FROM customer_order")
    assert kept == 3
    assert both.asked == 2


async def test_a_secret_that_was_changed_in_the_store_alone_is_unauthorized_until_it_is_changed_here(
    both,
):
    await both.read(0)
    both.outside.store.tokens.end_all()
    secrets = both.outside.store.tokens.secrets
    both.outside.store.tokens.secrets = type(secrets)(
        client_id=secrets.client_id, client_secret="new", fixed_token=secrets.fixed_token
    )
    with pytest.raises(Unauthorized):
        await both.read(0)
    retail = both.outside.retail
    async with retail.server.database.transaction() as connection:
        now = retail.server.clock()
        await change_secret(connection, retail.server.vault, retail.id, "new", now)
    await both.read(0)


async def test_a_connection_that_was_given_up_meanwhile_is_not_renewed(both):
    await both.read(0)
    store = await both.store()
    retail = both.outside.retail
    async with retail.server.database.connection() as connection:
        await stores.end_store(connection, retail.id, stores.GoneWhy.DISCONNECTED, 1)
    both.outside.store.tokens.end_all()
    with pytest.raises(Unauthorized):
        await read_shop(both.clients[0].of(store))
    assert both.asked == 1

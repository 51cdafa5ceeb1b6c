"""Tokens end, are refused in mid-work, and are renewed by one caller at a time."""

import asyncio

import httpx
import pytest

from server.practice_store.app import asgi_app
from server.shopify.clients import Clients
from server.shopify.failures import BadAnswer, OutcomeUnknown, Refused, Throttled, Unauthorized
from server.shopify.grants import App, Grant, ask_for_grant, own_store
from server.shopify.store import read_shop
from server.shopify.tokens import Access
from tests.shopify.practice import LOCAL, SECRET, Clock, new_store

APP = App(client_id="practice-client-id", client_secret=SECRET)
HOUR_MS = 3_600_000


class Connected:
    """A connection as a client sees it."""

    shop_id = "acme"
    admin_url = LOCAL
    access_token: str | None = None
    expires_at: int | None = None


class MemoryKeeper:
    """Keeps one store's token in memory, renewed with the app's credentials."""

    def __init__(self, clock: Clock, app: App | None = APP, access: Access | None = None) -> None:
        self.clock = clock
        self.app = app
        self.access = access
        self.asked = 0

    def now(self) -> int:
        return self.clock()

    def open(self, store) -> Access | None:
        return self.access

    async def renew(self, shop_id, refused, ask) -> Access | None:
        if self.app is None:
            return None
        self.asked += 1
        await asyncio.sleep(0)  # others come meanwhile
        grant = await ask(LOCAL, own_store(self.app))
        self.access = Access(
            token=grant.access_token, ends_at=self.now() + int(grant.expires_in * 1000)
        )
        return self.access


class Ground:
    def __init__(self, **keeping) -> None:
        self.clock = Clock()
        self.store = new_store(self.clock, stocked=False)
        self.keeper = MemoryKeeper(self.clock, **keeping)
        http = httpx.AsyncClient(transport=httpx.ASGITransport(asgi_app(self.store)))
        self.clients = Clients(http, self.clock.monotonic, self.keeper)
        self.connected = Connected()

    async def read(self) -> str:
        return (await read_shop(self.clients.of(self.connected))).shop.myshopify_domain


async def test_the_first_call_fetches_a_token_and_the_next_ones_use_it():
    ground = Ground()
    for _ in range(3):
        assert await ground.read() == ground.store.domain
    assert ground.keeper.asked == 1


async def test_a_token_about_to_end_is_renewed_before_the_store_refuses_it():
    ground = Ground()
    await ground.read()
    first = ground.keeper.access.token
    ground.clock.pass_ms(23 * HOUR_MS)
    await ground.read()
    assert ground.keeper.access.token == first
    ground.clock.pass_ms(HOUR_MS - 60_000)
    await ground.read()
    assert ground.keeper.access.token != first


async def test_a_token_that_the_store_refuses_in_mid_work_is_renewed_and_the_call_succeeds():
    ground = Ground(access=Access(token="shpat_revoked"))
    assert await ground.read() == ground.store.domain
    assert ground.keeper.asked == 1


async def test_callers_that_meet_the_end_together_renew_once():
    ground = Ground(access=Access(token="shpat_revoked"))
    assert len(await asyncio.gather(*(ground.read() for _ in range(8)))) == 8
    assert ground.keeper.asked == 1


async def test_a_token_that_nobody_can_renew_is_unauthorized():
    ground = Ground(app=None, access=Access(token="shpat_revoked"))
    with pytest.raises(Unauthorized):
        await ground.read()


async def test_a_wrong_client_secret_is_unauthorized_and_its_words_hold_no_secret():
    wrong = App(client_id="practice-client-id", client_secret="not-the-secret")
    ground = Ground(app=wrong)
    with pytest.raises(Unauthorized) as raised:
        await ground.read()
    assert "not-the-secret" not in str(raised.value) + repr(wrong)


async def test_while_the_store_cannot_be_asked_a_token_is_used_to_its_end():
    ground = Ground()
    await ground.read()
    token = ground.keeper.access.token
    ground.keeper.app = App(client_id="practice-client-id", client_secret="rotated away")
    ground.clock.pass_ms(24 * HOUR_MS - 60_000)
    assert await ground.clients.of(ground.connected)._tokens.current() == token
    ground.clock.pass_ms(60_000)
    with pytest.raises(Unauthorized):
        await ground.read()


async def test_a_store_that_was_connected_anew_is_called_with_the_new_token():
    ground = Ground(app=None, access=Access(token="shpat_revoked"))
    with pytest.raises(Unauthorized):
        await ground.read()
    ground.keeper.access = Access(token="shpat_practice")
    ground.connected.access_token = "sealed anew"
    assert await ground.read() == ground.store.domain


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, Unauthorized),
        (401, Unauthorized),
        (403, Unauthorized),
        (404, Refused),
        (302, Refused),
        (429, Throttled),
        (502, OutcomeUnknown),
    ],
)
async def test_a_token_request_fails_by_name(status, failure):
    answer = httpx.Response(
        status, json={"error": SECRET}, headers={"Location": "https://elsewhere.example/"}
    )
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer))
    with pytest.raises(failure) as raised:
        await ask_for_grant(http, LOCAL, own_store(APP))
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b'{"access_token":7}'])
async def test_an_answer_without_a_token_is_a_bad_one(body):
    http = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    )
    with pytest.raises(BadAnswer):
        await ask_for_grant(http, LOCAL, own_store(APP))


def test_no_secret_is_in_what_is_printed_of_a_grant():
    grant = Grant(access_token="shpat_secret", refresh_token="shprt_secret", scope="read_orders")
    assert "secret" not in repr(grant) + str(Access(token="shpat_secret"))
    assert grant.scopes == ("read_orders",)

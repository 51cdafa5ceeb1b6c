"""A store of another organisation installs the app: only by an owner's invitation, and nothing forged gets through."""

import logging
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import msgspec
import pytest

from server.app import make_api
from server.db import stores
from server.practice_store.app import asgi_app
from server.practice_store.oauth_http import signed_query
from server.practice_store.session_token import claims_for, signed_token
from server.practice_store.store import PracticeStore
from server.shopify.needs import SCOPES
from server.shopify.store import read_shop
from tests.server.books import rows_of
from tests.server.retail import APP, Retail
from tests.server.test_sealing import opened
from tests.shopify.practice import new_store

SECRET = APP.client_secret
CALLBACK = "https://rawana.test/shopify/callback"


class Installation:
    """A merchant's browser between the owner's desk and the store."""

    def __init__(self, retail: Retail, store: PracticeStore) -> None:
        self.retail = retail
        self.store = store
        self.browser = retail.server.http
        transport = httpx.ASGITransport(asgi_app(store))
        self.shopify = httpx.AsyncClient(transport=transport)
        retail.server.answering = transport.handle_async_request

    async def invited(self, domain: str | None = None) -> str:
        """The owner makes a link; return its path and query."""
        owner = await self.retail.device("zainab")
        answer = await owner.post(
            "/desk/store/install-link", {"domain": domain or self.retail.domain}
        )
        assert answer.status_code == 200, answer.text
        parts = urlsplit(answer.json()["url"])
        assert parts.netloc == "rawana.test"
        return f"{parts.path}?{parts.query}"

    async def approved(self, link: str) -> str:
        """The merchant follows the link and approves; return the query that the browser comes back with."""
        sent = await self.browser.get(link, headers={"Cookie": ""})
        assert sent.status_code == 302, sent.text
        back = await self.shopify.get(sent.headers["location"])
        assert back.status_code == 302, back.text
        assert back.headers["location"].startswith(CALLBACK + "?")
        return urlsplit(back.headers["location"]).query

    async def back(self, query: str, begun: str | None = "") -> httpx.Response:
        """The browser comes back, with the cookie that it was given at the start."""
        state = dict(parse_qsl(query)).get("state", "") if begun == "" else begun
        cookie = {} if state is None else {"Cookie": f"rawana_install={state}"}
        self.browser.cookies.clear()
        return await self.browser.get(f"/shopify/callback?{query}", headers=cookie)

    async def connected(self) -> stores.ShopifyConnection | None:
        async with self.retail.server.database.connection() as connection:
            return await stores.find_store(connection, self.retail.id)

    def signed(self, **changes: str | None) -> str:
        """What a store might send back, signed with the app's secret."""
        now_s = self.retail.server.clock.now_ms // 1000
        sent = {"code": "c", "shop": self.retail.domain, "state": "s", "timestamp": str(now_s)}
        kept = {name: value for name, value in (sent | changes).items() if value is not None}
        return signed_query(kept, SECRET)


@pytest.fixture
async def installation(retail: Retail) -> Installation:
    store = new_store(
        retail.server.clock,
        stocked=False,
        domain=retail.domain,
        client_secret=SECRET,
        client_id=APP.client_id,
    )
    return Installation(retail, store)


async def test_a_store_is_tied_to_the_shop_whose_owner_invited_it(installation):
    query = await installation.approved(await installation.invited())
    answer = await installation.back(query)
    assert (answer.status_code, answer.headers.get("location")) == (302, "/#/desk/store")
    store = await installation.connected()
    assert (store.kind, store.client_id) == ("offline", APP.client_id)
    assert store.admin_url == f"https://{installation.retail.domain}"
    assert store.webhook_url == "https://rawana.test/webhooks/shopify"
    assert set(store.scopes) == set(SCOPES)
    now = installation.retail.server.clock.now_ms
    assert now < store.expires_at <= now + 3_600_000
    assert store.refresh_expires_at > now + 80 * 86_400_000
    token, webhook_secret = await opened(installation.retail, installation.retail.server.vault)
    assert token.startswith("shpat_")
    assert webhook_secret == SECRET


async def test_a_token_of_an_installation_is_renewed_with_its_refresh_token(installation):
    await installation.back(await installation.approved(await installation.invited()))
    server = installation.retail.server
    before = await installation.connected()
    server.clock.pass_ms(3_400_000)
    client = server.clients.of(before)
    await read_shop(client)
    after = await installation.connected()
    assert after.access_token != before.access_token
    assert after.refresh_token != before.refresh_token
    assert after.expires_at > before.expires_at
    server.clock.pass_ms(3_400_000)
    await read_shop(server.clients.of(after))


async def test_a_lost_renewal_is_made_up_with_the_refresh_token_from_before(installation):
    """The store keeps the old pair until the new one is used; our row still has it when we died before writing."""
    await installation.back(await installation.approved(await installation.invited()))
    server = installation.retail.server
    before = await installation.connected()
    server.clock.pass_ms(3_400_000)
    real, lost = server.answering, []

    async def losing(request: httpx.Request) -> httpx.Response:
        answer = await real(request)
        if request.url.path.endswith("access_token") and not lost:
            lost.append(request)
            raise httpx.ReadError("lost")
        return answer

    server.answering = losing
    await read_shop(server.clients.of(before))
    assert lost
    server.clock.pass_ms(100_000)
    await read_shop(server.clients.of(await installation.connected()))
    assert (await installation.connected()).refresh_token != before.refresh_token


async def test_an_invitation_is_good_once(installation):
    query = await installation.approved(await installation.invited())
    assert (await installation.back(query)).status_code == 302
    again = await installation.back(query)
    assert (again.status_code, "The owner makes a new one" in again.text) == (409, True)


async def test_an_invitation_ends_after_a_quarter_of_an_hour(installation):
    link = await installation.invited()
    installation.retail.server.clock.pass_ms(15 * 60_000)
    assert (await installation.browser.get(link)).status_code == 403


async def test_an_invitation_of_somebody_who_is_no_owner_any_more_is_worth_nothing(installation):
    link = await installation.invited()
    async with installation.retail.server.database.connection() as connection:
        await connection.execute("UPDATE staff SET role = 'supervisor' WHERE id = 'zainab'")
    assert (await installation.browser.get(link)).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "",
        "shop=acme.myshopify.com",
        "shop=acme.myshopify.com&state=guessed",
        "shop=rival.myshopify.com&state={state}",
        "shop=evil.example&state={state}",
        "shop=acme.myshopify.com.evil.example&state={state}",
        "shop=https://acme.myshopify.com&state={state}",
        "shop=acme.myshopify.com%2f..&state={state}",
    ],
)
async def test_nobody_is_sent_to_a_store_that_was_not_invited(installation, query):
    state = dict(parse_qsl(urlsplit(await installation.invited()).query))["state"]
    answer = await installation.browser.get(f"/shopify/install?{query.format(state=state)}")
    assert (answer.status_code, answer.headers.get("location")) == (403, None)


@pytest.mark.parametrize("part", ["code", "shop", "state", "timestamp", "host", "hmac"])
async def test_no_part_of_a_callback_can_be_altered_left_out_or_doubled(installation, part):
    query = await installation.approved(await installation.invited())
    asked = dict(parse_qsl(query))
    altered = urlencode(asked | {part: asked[part][:-1] + ("1" if asked[part][-1] != "1" else "2")})
    left_out = urlencode({name: value for name, value in asked.items() if name != part})
    for forged in (altered, left_out, f"{query}&{part}={asked[part]}", f"{query}&more=1"):
        answer = await installation.back(forged, asked["state"])
        assert answer.status_code == 403, forged
    assert await installation.connected() is None
    assert (await installation.back(query)).status_code == 302


@pytest.mark.parametrize("begun", [None, "", "another"])
async def test_an_approval_that_another_browser_began_is_refused(installation, begun):
    query = await installation.approved(await installation.invited())
    answer = await installation.back(query, begun if begun != "" else "x")
    assert answer.status_code == 403
    assert await installation.connected() is None


@pytest.mark.parametrize("change", [{"code": None}, {"shop": None}, {"state": None}, {"code": ""}])
async def test_a_signed_callback_that_lacks_a_part_is_refused(installation, change):
    assert (await installation.back(installation.signed(**change), "s")).status_code == 403


@pytest.mark.parametrize("seconds", [-601, 601])
async def test_an_old_callback_is_refused(installation, seconds):
    stamp = installation.retail.server.clock.now_ms // 1000 + seconds
    answer = await installation.back(installation.signed(timestamp=str(stamp)), "s")
    assert answer.status_code == 403


async def test_a_callback_signed_by_another_app_is_refused(installation):
    query = await installation.approved(await installation.invited())
    asked = {name: value for name, value in parse_qsl(query) if name != "hmac"}
    answer = await installation.back(signed_query(asked, "another app's secret"))
    assert answer.status_code == 403


async def test_a_code_that_the_store_does_not_know_ties_nothing(installation):
    state = dict(parse_qsl(urlsplit(await installation.invited()).query))["state"]
    answer = await installation.back(installation.signed(state=state, code="guessed"))
    assert (answer.status_code, "gave no access" in answer.text) == (409, True)
    assert await installation.connected() is None


async def test_a_store_of_another_shop_here_is_not_taken_over(installation, server):
    rival = Retail(server, "rival")
    await rival.set_up(units=0)
    link = await installation.invited("rival.myshopify.com")
    installation.store.domain = "rival.myshopify.com"
    answer = await installation.back(await installation.approved(link))
    assert (answer.status_code, "Another shop" in answer.text) == (409, True)


# -- session tokens ----------------------------------------------------------------------------


def token_for(installation: Installation, secret: str = SECRET, **changes: object) -> str:
    now = installation.retail.server.clock.now_ms
    claims = claims_for(installation.retail.domain, APP.client_id, now)
    return signed_token(msgspec.structs.replace(claims, **changes), secret)


async def exchange(
    installation: Installation, token: str, state: str | None = None
) -> httpx.Response:
    return await installation.retail.server.post("/shopify/session", {"state": state}, token)


async def state_of(installation: Installation) -> str:
    return dict(parse_qsl(urlsplit(await installation.invited()).query))["state"]


async def test_a_session_token_with_an_invitation_ties_the_store(installation):
    state = await state_of(installation)
    answer = await exchange(installation, token_for(installation), state)
    assert answer.status_code == 200, answer.text
    assert (await installation.connected()).kind == "offline"


async def test_a_session_token_without_an_invitation_ties_nothing_but_renews_what_is_tied(
    installation,
):
    assert (await exchange(installation, token_for(installation))).status_code == 409
    assert await installation.connected() is None
    await exchange(installation, token_for(installation), await state_of(installation))
    before = await installation.connected()
    assert (await exchange(installation, token_for(installation))).status_code == 200
    assert (await installation.connected()).access_token != before.access_token
    owner = await installation.retail.device("zainab")
    await owner.post("/desk/store/disconnect", {})
    assert (await exchange(installation, token_for(installation))).status_code == 409


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-app"},
        {"dest": "https://rival.myshopify.com"},
        {"dest": "https://evil.example", "iss": "https://evil.example/admin"},
        {"iss": "https://rival.myshopify.com/admin"},
        {"dest": "acme.myshopify.com"},
        {"exp": 1},
        {"nbf": 4_000_000_000},
        {"secret": "another app's secret"},
    ],
)
async def test_a_session_token_that_is_not_ours_or_not_now_is_refused(installation, changes):
    state = await state_of(installation)
    answer = await exchange(installation, token_for(installation, **changes), state)
    assert answer.status_code in (401, 409)
    assert await installation.connected() is None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
async def test_what_is_no_session_token_is_refused(installation, token):
    assert (await exchange(installation, token)).status_code == 401


async def test_no_secret_is_kept_openly_or_logged_by_an_installation(installation, caplog):
    caplog.set_level(logging.DEBUG, logger="server")
    caplog.set_level(logging.INFO)
    link = await installation.invited()
    state = dict(parse_qsl(urlsplit(link).query))["state"]
    query = await installation.approved(link)
    await installation.back(query)
    await installation.back(query)
    token, _ = await opened(installation.retail, installation.retail.server.vault)
    code = dict(parse_qsl(query))["code"]
    rows = await rows_of(installation.retail, "SELECT * FROM shopify_install")
    rows += await rows_of(installation.retail, "SELECT * FROM shopify_connection")
    # The test's own browser and store write down addresses; the server's words are looked at.
    said = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("http"))
    for secret in (state, token, code, SECRET):
        assert secret not in said
        assert secret not in str(rows)


async def test_without_an_app_of_its_own_the_server_installs_nothing(installation):
    house = installation.retail.server.house
    bare = msgspec.structs.replace(house, app=None)
    http = httpx.AsyncClient(
        transport=httpx.ASGITransport(make_api(bare)), base_url="http://rawana.test"
    )
    assert (await http.get("/shopify/install?shop=acme.myshopify.com")).status_code == 404
    assert (await http.get("/shopify/callback")).status_code == 404

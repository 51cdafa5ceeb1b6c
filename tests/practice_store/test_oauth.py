"""How an app comes by a token: by its own credentials, a merchant's agreement, or a session token."""

import contextlib
import hmac
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import pytest

from server.practice_store.faults import ApiFault
from server.practice_store.session_token import claims_for, signed_token
from tests.shopify.practice import DOMAIN, SECRET, Clock, http_to, new_store

CLIENT = {"client_id": "practice-client-id", "client_secret": SECRET}
BACK = "https://app.example/back?from=shop"
TOKENS = "/admin/oauth/access_token"
EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
    "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
}


async def agree(http, **more):
    query = {"client_id": CLIENT["client_id"], "redirect_uri": BACK, "state": "nonce"} | more
    return await http.get(f"/admin/oauth/authorize?{urlencode(query)}")


async def code_from(http, **more) -> str:
    answer = await agree(http, **more)
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))["code"]


async def token_for(http, **asked):
    return await http.post(TOKENS, json=CLIENT | asked)


async def works(http, token: str) -> bool:
    headers = {"X-Shopify-Access-Token": token}
    document = {"query": "{ shop { id } }"}
    answer = await http.post("/admin/api/2026-10/graphql.json", json=document, headers=headers)
    assert answer.status_code in {200, 401}
    return answer.status_code == 200


async def test_a_merchants_agreement_leads_back_with_a_code_signed_by_the_apps_secret():
    async with http_to(new_store()) as http:
        answer = await agree(http)
    assert answer.status_code == 302
    back = urlsplit(answer.headers["Location"])
    assert (back.scheme, back.netloc, back.path) == ("https", "app.example", "/back")
    told = dict(parse_qsl(back.query))
    assert told.pop("from") == "shop"
    signature = told.pop("hmac")
    said = urlencode(sorted(told.items()))
    assert hmac.new(SECRET.encode(), said.encode(), sha256).hexdigest() == signature
    assert told.keys() == {"code", "host", "shop", "state", "timestamp"}
    assert (told["shop"], told["state"]) == (DOMAIN, "nonce")


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "somebody"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "https://\u6f22.example/"},
        {"redirect_uri": "https://"},
        {"redirect_uri": "https://elsewhere.example/back"},
    ],
)
async def test_an_agreement_for_an_unknown_app_or_a_foreign_address_leads_nowhere(wrong):
    async with http_to(new_store(redirect_uris=[BACK])) as http:
        answer = await agree(http, **wrong)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


async def test_a_code_is_redeemed_once_for_a_token_with_the_scopes_agreed_to():
    store = new_store()
    async with http_to(store) as http:
        code = await code_from(http, scope="read_orders,write_orders")
        given = (await token_for(http, code=code)).json()
        assert given["scope"] == "read_orders,write_orders"
        assert given.keys() == {"access_token", "scope"}
        assert await works(http, given["access_token"])
        again = await token_for(http, code=code)
    assert again.status_code == 400
    assert again.json()["error"] == "invalid_request"
    assert store.state.app.scopes == ("read_orders", "write_orders")


async def test_a_code_that_is_old_made_up_or_shown_with_a_wrong_secret_gives_nothing():
    clock = Clock()
    async with http_to(new_store(clock)) as http:
        code = await code_from(http)
        wrong = await token_for(http, code=code, client_secret="guess")
        assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_client")
        assert (await token_for(http, code="made-up")).status_code == 400
        clock.pass_ms(60_000)
        assert (await token_for(http, code=code)).status_code == 400


async def test_a_token_request_may_be_a_form_as_well_as_json():
    async with http_to(new_store()) as http:
        form = CLIENT | {"code": await code_from(http), "expiring": "1"}
        given = (await http.post(TOKENS, data=form)).json()
        assert await works(http, given["access_token"])
        assert given["expires_in"] == 3600
        assert (await http.post(TOKENS, content=b"{")).status_code == 400


async def test_a_token_that_ends_is_renewed_by_its_refresh_token():
    clock = Clock()
    async with http_to(new_store(clock)) as http:
        code = await code_from(http)
        first = (await token_for(http, code=code, expiring="1")).json()
        clock.pass_ms(3_599_000)
        assert await works(http, first["access_token"])
        clock.pass_ms(1000)
        assert not await works(http, first["access_token"])
        refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        second = (await token_for(http, **refresh)).json()
        assert await works(http, second["access_token"])
        assert second["refresh_token"] != first["refresh_token"]


async def test_a_refresh_whose_answer_was_lost_can_be_repeated_until_its_token_is_used():
    async with http_to(new_store()) as http:
        first = (await token_for(http, code=await code_from(http), expiring="1")).json()
        refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        assert (await token_for(http, **refresh)).status_code == 200
        second = (await token_for(http, **refresh)).json()
        assert await works(http, second["access_token"])
        late = await token_for(http, **refresh)
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")


async def test_a_refresh_token_ends_after_ninety_days():
    clock = Clock()
    async with http_to(new_store(clock)) as http:
        first = (await token_for(http, code=await code_from(http), expiring="1")).json()
        refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        clock.pass_ms(90 * 24 * 3_600_000)
        assert (await token_for(http, **refresh)).status_code == 400


async def test_a_session_token_is_exchanged_for_a_token_that_stays():
    clock = Clock()
    async with http_to(new_store(clock)) as http:
        session = (await http.post("/practice/api/session-token")).json()["session_token"]
        given = (await token_for(http, **EXCHANGE, subject_token=session)).json()
        assert "expires_in" not in given
        clock.pass_ms(365 * 24 * 3_600_000)
        assert await works(http, given["access_token"])


def forged(clock, domain=DOMAIN, client="practice-client-id", secret=SECRET, **changed) -> str:
    claims = claims_for(domain, client, clock.now_ms)
    return signed_token(msgspec.structs.replace(claims, **changed), secret)


@pytest.mark.parametrize(
    "wrong",
    [
        {"domain": "other.myshopify.com"},
        {"client": "other-app"},
        {"secret": "guess"},
        {"exp": 0},
        {"nbf": 2**40},
    ],
)
async def test_a_session_token_of_another_shop_app_secret_or_time_is_refused(wrong):
    clock = Clock()
    async with http_to(new_store(clock)) as http:
        token = forged(clock, **wrong)
        answer = await token_for(http, **EXCHANGE, subject_token=token)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_subject_token")
        for nonsense in ("", "a.b", "a.b.c", "é.é.é"):
            answer = await token_for(http, **EXCHANGE, subject_token=nonsense)
            assert answer.json()["error"] == "invalid_subject_token"


async def test_the_apps_own_token_ends_after_what_it_was_told():
    clock = Clock()
    store = new_store(clock)
    async with http_to(store) as http:
        given = (await token_for(http, grant_type="client_credentials")).json()
        assert given["expires_in"] == 86_399
        clock.pass_ms(86_398_000)
        assert await works(http, given["access_token"])
        clock.pass_ms(1000)
        assert not await works(http, given["access_token"])
        unknown = await token_for(http, grant_type="password")
        assert unknown.json()["error"] == "unsupported_grant_type"


async def test_all_tokens_given_can_be_ended_at_once():
    async with http_to(new_store()) as http:
        mine = (await token_for(http, grant_type="client_credentials")).json()
        merchants = (await token_for(http, code=await code_from(http))).json()
        await http.put("/practice/api/settings", json={"tokens_end": True})
        assert not await works(http, mine["access_token"])
        assert not await works(http, merchants["access_token"])


async def test_an_installation_outlives_a_kill_of_the_store(tmp_path):
    journal = tmp_path / "store.jsonl"
    with contextlib.closing(new_store(journal=journal)) as store:
        async with http_to(store) as http:
            given = (await token_for(http, code=await code_from(http), expiring="1")).json()
    with contextlib.closing(new_store(journal=journal)) as again:
        async with http_to(again) as http:
            assert await works(http, given["access_token"])
            refresh = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
            assert (await token_for(http, **refresh)).status_code == 200


async def test_the_answer_with_a_token_can_get_lost_and_nothing_is_lost_by_it():
    store = new_store()
    async with http_to(store) as http:
        first = (await token_for(http, code=await code_from(http), expiring="1")).json()
        store.api_faults.coming = [
            ApiFault(kind="error_after", operation="AccessToken"),
            ApiFault(kind="http_503", operation="AccessToken"),
        ]
        refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        assert [(await token_for(http, **refresh)).status_code for _ in range(2)] == [502, 503]
        assert len(store.state.grants) == 2
        again = (await token_for(http, **refresh)).json()
        assert await works(http, again["access_token"])


async def test_a_fault_that_names_no_operation_leaves_tokens_alone():
    store = new_store()
    store.api_faults.coming = [ApiFault(kind="http_500")]
    async with http_to(store) as http:
        given = await token_for(http, grant_type="client_credentials")
    assert given.status_code == 200
    assert store.api_faults.coming

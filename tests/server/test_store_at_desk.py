"""The owner connects the store at the desk, sees what is wrong with it, and nobody else does."""

import logging

import httpx
import msgspec
import pytest

from server.connecting.rules import FindingCode
from server.db import privacy, stores
from server.practice_store.app import asgi_app
from server.practice_store.store import PracticeStore
from server.shopify.needs import SCOPES
from tests.server.retail import PEOPLE, SECRET, Retail
from tests.server.test_connect_commands import ID
from tests.server.test_webhooks import deliver
from tests.shopify.practice import TOKEN, new_store

READS = ("/desk/store",)
CHANGES = (
    "/desk/store/check",
    "/desk/store/connect",
    "/desk/store/disconnect",
    "/desk/store/install-link",
    "/desk/store/privacy-done",
)


@pytest.fixture
def store(retail: Retail) -> PracticeStore:
    made = new_store(retail.server.clock, domain=retail.domain, client_secret=SECRET)
    retail.server.answering = httpx.ASGITransport(asgi_app(made)).handle_async_request
    return made


class Desk:
    """A person at the desk."""

    def __init__(self, device) -> None:
        self.device = device
        self.answers: list[str] = []

    async def get(self) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.device.token}"}
        return self._kept(await self.device.server.http.get("/desk/store", headers=headers))

    async def post(self, path: str, body: object = None) -> httpx.Response:
        return self._kept(await self.device.post(f"/desk/store/{path}", body or {}))

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        self.answers.append(answer.text)
        return answer


@pytest.fixture
async def owner(retail: Retail) -> Desk:
    return Desk(await retail.device("zainab"))


def app_of(retail: Retail, secret: str = SECRET) -> dict[str, str]:
    return {"domain": retail.domain, "client_id": ID, "secret": secret}


@pytest.mark.parametrize("person", sorted(set(PEOPLE) - {"zainab"}))
async def test_nobody_but_the_owner_sees_or_changes_the_connection(retail, person):
    desk = Desk(await retail.device(person))
    assert (await desk.get()).status_code == 403
    for path in CHANGES:
        assert (await desk.post(path.removeprefix("/desk/store/"))).status_code == 403


async def test_without_signing_in_nothing_is_shown_and_nothing_changed(retail):
    http = retail.server.http
    assert (await http.get("/desk/store")).status_code == 401
    for path in CHANGES:
        assert (await retail.server.post(path, {})).status_code == 401
        foreign = await retail.server.post(path, {}, "rwn_x", Origin="https://evil.example")
        assert foreign.status_code == 403


async def test_before_anything_is_connected_the_owner_sees_where_to_begin(retail, owner):
    shown = (await owner.get()).json()
    assert (shown["domain"], shown["kind"], shown["checked"]) == (retail.domain, None, None)
    assert shown["may_install"]
    assert shown["webhook_url"] == "https://rawana.test/webhooks/shopify"


async def test_an_apps_credentials_connect_the_store_and_no_answer_holds_a_secret(
    retail, owner, store, caplog
):
    caplog.set_level(logging.DEBUG, logger="server")
    shown = (await owner.post("connect", app_of(retail))).json()
    assert (shown["kind"], shown["client_id"], shown["gone_at"]) == ("client_credentials", ID, None)
    assert set(shown["scopes"]) >= set(SCOPES)
    assert shown["missing_scopes"] == []
    assert shown["checked"]["store_name"] == store.state.shop.name
    await owner.get()
    await owner.post("check")
    await owner.post("disconnect")
    await owner.get()
    granted = list(store.tokens._given)
    assert granted
    for secret in (SECRET, "sealed:", *granted):
        assert not any(secret in answer for answer in owner.answers)
        assert secret not in caplog.text


async def test_a_token_and_the_secret_that_signs_connect_the_store(retail, owner, store):
    asked = {"domain": retail.domain, "token": TOKEN, "secret": SECRET}
    shown = (await owner.post("connect", asked)).json()
    assert shown["kind"] == "token"
    assert (await deliver(retail)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"secret": "wrong"}, 409, "refused these credentials"),
        ({"domain": "127.0.0.1"}, 409, "looks like"),
        ({"domain": "http://acme.myshopify.com"}, 409, "looks like"),
        ({"domain": "acme.myshopify.com@evil.example"}, 409, "looks like"),
        ({"domain": "other.myshopify.com"}, 409, "not other.myshopify.com"),
        ({"token": TOKEN}, 400, "or a token"),
        ({"client_id": None}, 400, "or a token"),
        ({"secret": ""}, 400, "secret"),
        ({"more": 1}, 400, "more"),
    ],
)
async def test_what_does_not_connect_says_why_and_keeps_nothing(
    retail, owner, store, changes, status, words
):
    answer = await owner.post("connect", app_of(retail) | changes)
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True)
    assert (await owner.get()).json()["kind"] is None


async def test_what_is_wrong_with_the_store_is_shown_and_gone_when_it_is_mended(
    retail, owner, store
):
    await owner.post("connect", app_of(retail))
    for _ in range(3):
        store.place_order()
    scopes = tuple(one for one in SCOPES if "fulfillments" not in one)
    store.state.app = store.state.app.with_scopes(scopes)
    store.state.customer_data = "withheld"
    store.state.served_version = "2027-01"
    shown = (await owner.post("check")).json()
    found = {(one["code"], *one["about"][:1]) for one in shown["checked"]["findings"]}
    assert (FindingCode.SCOPE_MISSING, "write_fulfillments") in found
    assert (FindingCode.CUSTOMERS_HIDDEN, "3") in found
    assert (FindingCode.VERSION_FELL, "2026-10") in found
    assert shown["missing_scopes"] == ["read_fulfillments", "write_fulfillments"]
    store.state.app = store.state.app.with_scopes(SCOPES)
    store.state.customer_data = "shown"
    store.state.served_version = "2026-10"
    shown = (await owner.post("check")).json()
    wrong = {one["code"] for one in shown["checked"]["findings"] if one["weight"] != "note"}
    assert wrong <= {FindingCode.WEBHOOK_REFUSED}


async def test_customer_data_that_the_app_is_not_approved_for_is_found(retail, owner, store):
    await owner.post("connect", app_of(retail))
    store.place_order()
    store.state.customer_data = "denied"
    found = (await owner.post("check")).json()["checked"]["findings"]
    assert FindingCode.CUSTOMERS_HIDDEN in {one["code"] for one in found}


async def test_a_store_that_was_given_up_is_shown_as_gone_and_can_be_connected_again(
    retail, owner, store
):
    assert (await owner.post("check")).status_code == 409
    await owner.post("connect", app_of(retail))
    shown = (await owner.post("disconnect")).json()
    assert (shown["gone_why"], shown["gone_at"] is not None) == ("disconnected", True)
    assert (await owner.post("disconnect")).status_code == 409
    assert (await owner.post("check")).status_code == 409
    assert (await owner.post("connect", app_of(retail))).json()["gone_at"] is None


async def test_a_store_with_orders_here_is_not_exchanged_for_another(retail, owner, store):
    await owner.post("connect", app_of(retail))
    async with retail.server.database.connection() as connection:
        await stores.note_sweep(connection, retail.id, "2026-11-23T08:00:00Z")
    store.domain = "other.myshopify.com"
    store.state.shop = type(store.state.shop)(
        number=1, name="Other", myshopify_domain="other.myshopify.com"
    )
    asked = app_of(retail) | {"domain": "other.myshopify.com"}
    answer = await owner.post("connect", asked)
    assert (answer.status_code, "a shop of its own" in answer.json()["detail"]) == (409, True)


async def test_what_a_customer_asks_about_privacy_is_shown_until_it_is_done(retail, owner, store):
    await owner.post("connect", app_of(retail))
    body = msgspec.json.encode({"orders_to_redact": [900], "customer": {"phone": "0300-1234567"}})
    await deliver(retail, body, X_Shopify_Topic=privacy.PrivacyTopic.CUSTOMER_REDACT.value)
    (asked,) = (await owner.get()).json()["privacy"]
    assert (asked["topic"], asked["order_ids"]) == ("customers/redact", ["900"])
    assert "0300" not in owner.answers[-1]
    found = (await owner.post("check")).json()["checked"]["findings"]
    assert [one["about"][2] for one in found if one["code"] == "privacy_request"] == ["900"]
    assert (await owner.post("privacy-done", {"id": asked["id"]})).json()["privacy"] == []
    assert (await owner.post("privacy-done", {"id": asked["id"]})).status_code == 404


async def test_secrets_that_cannot_be_opened_are_shown_with_what_to_do(retail, owner, store):
    await owner.post("connect", app_of(retail))
    async with retail.server.database.connection() as connection:
        await connection.execute(
            "UPDATE shopify_connection SET client_secret = overlay(client_secret placing 'AAAA' from 30)"
        )
    (finding,) = (await owner.post("check")).json()["checked"]["findings"]
    assert finding["code"] == FindingCode.SECRETS_LOCKED
    assert "was altered: connect the store again" in finding["about"][0]

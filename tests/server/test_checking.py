"""A connected store is looked at: what is missing is found, and what can be mended is mended."""

import asyncio

import httpx
import msgspec
import pytest

from server.connecting import checking
from server.connecting.checking import Checker, check_due, check_store, read_checked
from server.connecting.rules import FindingCode
from server.connecting.tying import untie
from server.db import stores
from server.practice_store.faults import ApiFault
from server.shopify.needs import SCOPES, topics_wanted
from server.vault import Keys, Vault
from tests.server.outside import Outside
from tests.server.retail import Retail
from tests.shopify.practice import LOCAL, TOKEN

URL = "http://127.0.0.1:9/webhooks/shopify"


@pytest.fixture
def checker(outside: Outside) -> Checker:
    server = outside.retail.server
    return Checker(
        database=server.database,
        clients=outside.reader.clients,
        vault=server.vault,
        clock=server.clock,
    )


async def connected(outside: Outside, **more) -> stores.ShopifyConnection:
    return await outside.retail.connect_store(LOCAL, TOKEN, **({"webhook_url": URL} | more))


async def kept(retail: Retail) -> stores.ShopifyConnection:
    async with retail.server.database.connection() as connection:
        return await stores.find_store(connection, retail.id)


async def test_a_check_subscribes_to_every_topic_that_the_store_can_tell_of(outside, checker):
    checked = await check_store(checker, await connected(outside))
    there = {one.topic for one in outside.store.state.subscriptions.values() if one.uri == URL}
    refused = {one.about[0] for one in checked.findings if one.code == FindingCode.WEBHOOK_REFUSED}
    assert there | refused == set(topics_wanted(frozenset(SCOPES)))
    assert "ORDERS_CREATE" in there
    again = await check_store(checker, await kept(outside.retail))
    assert FindingCode.WEBHOOKS_MADE not in {one.code for one in again.findings}


async def test_a_subscription_that_was_deleted_is_made_again(outside, checker):
    await check_store(checker, await connected(outside))
    state = outside.store.state
    gone = next(one for one in state.subscriptions.values() if one.topic == "ORDERS_CREATE")
    del state.subscriptions[gone.number]
    checked = await check_store(checker, await kept(outside.retail))
    (made,) = [one for one in checked.findings if one.code == FindingCode.WEBHOOKS_MADE]
    assert made.about == ("ORDERS_CREATE",)


async def test_without_an_address_nothing_is_subscribed_and_the_owner_is_told(outside, checker):
    checked = await check_store(checker, await connected(outside, webhook_url=None))
    assert [one.code for one in checked.findings] == [FindingCode.WEBHOOKS_NOWHERE]
    assert not outside.store.state.subscriptions


async def test_what_was_found_is_kept_with_the_scopes_and_what_the_store_is(outside, checker):
    await connected(outside, webhook_url=None)
    assert await check_due(checker) == 1
    store = await kept(outside.retail)
    checked = read_checked(store.check_found)
    assert checked.currency == "PKR"
    assert checked.version == "2026-10"
    assert set(store.scopes) >= set(SCOPES)
    assert await check_due(checker) == 0
    assert await check_due(checker, at_once=True) == 1
    outside.retail.server.clock.pass_ms(3_600_001)
    assert await check_due(checker) == 1


async def test_a_token_that_the_store_refuses_is_found(outside, checker):
    await outside.retail.connect_store(LOCAL, "shpat_wrong", webhook_url=URL)
    checked = await check_store(checker, await kept(outside.retail))
    assert [one.code for one in checked.findings] == [FindingCode.TOKEN_REFUSED]


async def test_a_store_that_does_not_answer_is_tried_again_in_minutes(outside, checker):
    await connected(outside)
    outside.store.api_faults.coming.append(ApiFault(kind="http_503"))
    await check_due(checker)
    checked = read_checked((await kept(outside.retail)).check_found)
    assert [one.code for one in checked.findings] == [FindingCode.STORE_SILENT]
    outside.retail.server.clock.pass_ms(300_001)
    assert await check_due(checker) == 1
    checked = read_checked((await kept(outside.retail)).check_found)
    assert FindingCode.STORE_SILENT not in {one.code for one in checked.findings}


async def test_secrets_that_cannot_be_opened_are_found_with_what_to_do(outside, checker, tmp_path):
    store = await connected(outside)
    stranger = msgspec.structs.replace(checker, vault=Vault(Keys(tmp_path)))
    checked = await check_store(stranger, store)
    (finding,) = checked.findings
    assert finding.code == FindingCode.SECRETS_LOCKED
    assert "put that key back" in finding.about[0]


async def test_an_uninstalled_app_is_believed_when_the_stores_api_says_so_too(outside, checker):
    retail = outside.retail
    await connected(outside)
    async with retail.server.database.connection() as connection:
        await stores.note_uninstall_told(connection, retail.id, retail.server.clock())
    await check_store(checker, await kept(retail))
    assert (await kept(retail)).gone_why is None
    await retail.connect_store(LOCAL, "shpat_wrong", webhook_url=URL)
    async with retail.server.database.connection() as connection:
        await stores.note_uninstall_told(connection, retail.id, retail.server.clock())
    assert await check_due(checker) == 1
    store = await kept(retail)
    assert store.gone_why == "uninstalled"
    assert store.access_token is None
    async with retail.server.database.connection() as connection:
        assert await stores.store_connections(connection) == []


async def test_one_stores_trouble_keeps_no_other_store_from_being_checked(outside, checker, server):
    await connected(outside)
    rival = Retail(server, "aaa-rival")
    await rival.set_up(units=0)
    await rival.connect_store(LOCAL, "shpat_wrong")
    assert await check_due(checker, at_once=True) == 2
    assert read_checked((await kept(outside.retail)).check_found).currency == "PKR"


async def test_hidden_customer_data_is_found(outside, checker):
    """Until the practice store can hide them, an answer as a store with a small plan gives it."""
    node = {"id": "gid://shopify/Order/1", "shippingAddress": {"countryCodeV2": "PK"}}
    shop = {"id": "1", "name": "A", "myshopifyDomain": outside.retail.domain, "currencyCode": "PKR"}
    installed = {"id": "1", "accessScopes": [{"handle": scope} for scope in SCOPES]}
    data = {
        "orders": {"nodes": [node]},
        "shop": shop,
        "currentAppInstallation": installed,
    }
    denied = {"message": "not approved", "extensions": {"code": "ACCESS_DENIED"}}
    answer = {"data": data, "errors": [denied]}

    async def answering(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=answer, headers={"X-Shopify-API-Version": "2027-01"})

    retail = outside.retail
    retail.server.answering = answering
    store = await connected(outside, webhook_url=None)
    checked = await check_store(retail.server.checker, store)
    assert {one.code for one in checked.findings} == {
        FindingCode.CUSTOMERS_HIDDEN,
        FindingCode.VERSION_FELL,
        FindingCode.WEBHOOKS_NOWHERE,
    }


async def test_subscriptions_that_lead_elsewhere_are_led_here(outside, checker):
    elsewhere = "https://old.example/webhooks"
    await check_store(checker, await connected(outside, webhook_url=elsewhere))
    before = {one.id for one in outside.store.state.subscriptions.values()}
    checked = await check_store(checker, await connected(outside))
    (mended,) = [one for one in checked.findings if one.code == FindingCode.WEBHOOKS_MENDED]
    subscriptions = outside.store.state.subscriptions.values()
    assert {one.uri for one in subscriptions} == {URL}
    assert {one.id for one in subscriptions} == before
    assert len(mended.about) == len(before)


async def test_a_store_that_is_given_up_has_no_subscription_of_ours_left(outside, checker):
    await check_store(checker, await connected(outside))
    others = next(iter(outside.store.state.subscriptions.values()))
    others.uri = "https://another-app.example/"
    await untie(checker, outside.retail.id)
    assert list(outside.store.state.subscriptions.values()) == [others]


async def test_two_processes_that_check_at_once_find_nothing_refused(outside, checker):
    store = await connected(outside)
    both = await asyncio.gather(check_store(checker, store), check_store(checker, store))
    found = {one.code for checked in both for one in checked.findings}
    assert found == {FindingCode.WEBHOOKS_MADE}
    topics = [one.topic for one in outside.store.state.subscriptions.values()]
    assert len(topics) == len(set(topics))


async def test_a_store_that_cannot_be_checked_keeps_no_other_waiting(
    outside, checker, server, monkeypatch, caplog
):
    await connected(outside)
    rival = Retail(server, "aaa-rival")
    await rival.set_up(units=0)
    await rival.connect_store(LOCAL, TOKEN)
    real = checker.clients.of

    def failing(store: stores.ShopifyConnection):
        if store.shop_id == rival.id:
            raise RuntimeError("our bug")
        return real(store)

    monkeypatch.setattr(checker.clients, "of", failing)
    assert await check_due(checker, at_once=True) == 2
    assert read_checked((await kept(outside.retail)).check_found) is not None
    assert "our bug" in caplog.text


def test_what_another_version_found_is_not_shown():
    assert read_checked('{"at":1,"findings":[{"code":"of_next_year","weight":"note"}]}') is None


async def test_a_subscription_that_another_process_was_quicker_to_make_is_not_refused(
    outside, checker, monkeypatch
):
    await check_store(checker, await connected(outside))

    async def none_seen_yet(_):
        return
        yield

    monkeypatch.setattr(checking, "each_subscription", none_seen_yet)
    checked = await check_store(checker, await kept(outside.retail))
    assert checked.findings == ()

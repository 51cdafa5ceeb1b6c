"""What a store says about the connection itself: two secrets while one is changed, uninstalling, customers' privacy."""

import msgspec
import pytest

from server.connecting.changing import OLD_SECRET_MS, change_secret, disconnect
from server.connecting.checking import check_due
from server.db import privacy, stores
from tests.server.retail import START_MS, Retail
from tests.server.test_webhooks import deliver
from tests.shopify.shopify_data import shopify_file

OLD, NEW = "the old secret", "the new secret"


@pytest.fixture
async def connected(retail: Retail) -> Retail:
    await retail.connect_store("http://127.0.0.1:9", "shpat_x", OLD)
    return retail


async def change(retail: Retail, secret: str) -> None:
    async with retail.server.database.transaction() as connection:
        vault, now = retail.server.vault, retail.server.clock()
        await change_secret(connection, vault, retail.id, secret, now)


async def store_of(retail: Retail) -> stores.ShopifyConnection:
    async with retail.server.database.connection() as connection:
        return await stores.find_store(connection, retail.id)


async def requests(retail: Retail) -> tuple[privacy.PrivacyRequest, ...]:
    async with retail.server.database.connection() as connection:
        return await privacy.open_requests(connection, retail.id)


async def test_while_the_secret_is_changed_both_sign_and_then_only_the_new_one(connected):
    await change(connected, NEW)
    for place, secret in enumerate((NEW, OLD)):
        answer = await deliver(connected, secret=secret, X_Shopify_Event_Id=f"both-{place}")
        assert answer.status_code == 200
    connected.server.clock.pass_ms(OLD_SECRET_MS)
    assert (await deliver(connected, secret=OLD, X_Shopify_Event_Id="late")).status_code == 401
    assert (await deliver(connected, secret=NEW, X_Shopify_Event_Id="new")).status_code == 200
    await check_due(connected.server.checker)
    assert (await store_of(connected)).old_webhook_secret is None


async def test_entering_the_same_secret_again_keeps_the_one_before_it(connected):
    await change(connected, NEW)
    await change(connected, NEW)
    assert (await deliver(connected, secret=OLD)).status_code == 200


async def test_uninstalling_is_noted_for_the_check_that_is_then_due(connected):
    async with connected.server.database.connection() as connection:
        await stores.put_check(connection, connected.id, START_MS + 10**9)
    topic = {"X_Shopify_Topic": "app/uninstalled", "X_Shopify_Triggered_At": "2026-11-23T09:00:00Z"}
    assert (await deliver(connected, b"{}", secret=OLD, **topic)).status_code == 200
    assert (await store_of(connected)).uninstall_told_at is not None
    async with connected.server.database.connection() as connection:
        due = await stores.take_due_checks(connection, connected.server.clock(), 1)
    assert [one.shop_id for one in due] == [connected.id]


@pytest.mark.parametrize("triggered_at", ["2026-11-23T07:59:59.123456789Z", "2020-01-01T00:00:00Z"])
async def test_an_uninstalling_from_before_this_connection_is_not_about_it(connected, triggered_at):
    topic = {"X_Shopify_Topic": "app/uninstalled", "X_Shopify_Triggered_At": triggered_at}
    assert (await deliver(connected, b"{}", secret=OLD, **topic)).status_code == 200
    assert (await store_of(connected)).uninstall_told_at is None


@pytest.mark.parametrize("triggered_at", ["-", "", "yesterday"])
async def test_an_uninstalling_that_does_not_say_when_counts_as_now(connected, triggered_at):
    topic = {"X_Shopify_Topic": "app/uninstalled", "X_Shopify_Triggered_At": triggered_at}
    await deliver(connected, b"{}", secret=OLD, **topic)
    assert (await store_of(connected)).uninstall_told_at is not None


@pytest.mark.parametrize(
    ("topic", "orders"),
    [
        ("customers/data_request", ("299938", "280263", "220458")),
        ("customers/redact", ("299938", "280263", "220458")),
        ("shop/redact", ()),
    ],
)
async def test_a_request_about_privacy_is_kept_once_for_the_owner(connected, topic, orders):
    file = topic.replace("/", "__") + ".json"
    body = shopify_file("webhooks", "official_2026-07_exact_ids", file).read_bytes()
    for _ in range(2):
        answer = await deliver(connected, body, secret=OLD, X_Shopify_Topic=topic)
        assert answer.status_code == 200
    (request,) = await requests(connected)
    assert (request.topic, request.order_ids) == (topic, orders)
    async with connected.server.database.connection() as connection:
        assert await privacy.close_request(connection, connected.id, request.id, 1)
        assert not await privacy.close_request(connection, connected.id, request.id, 1)
    assert await requests(connected) == ()


async def test_a_store_that_was_given_up_may_still_ask_for_its_customers_to_be_erased(connected):
    async with connected.server.database.transaction() as connection:
        await disconnect(connection, connected.id, connected.server.clock())
    body = msgspec.json.encode({"shop_id": 1})
    answer = await deliver(connected, body, secret=OLD, X_Shopify_Topic="shop/redact")
    assert answer.status_code == 200
    assert len(await requests(connected)) == 1
    assert (await deliver(connected, body, secret="other")).status_code == 401


@pytest.mark.parametrize("body", [b"[]", b"null", b'{"orders_to_redact":["x"]}', b"\xff"])
async def test_a_request_that_names_no_order_we_can_read_is_kept_all_the_same(connected, body):
    await deliver(connected, body, secret=OLD, X_Shopify_Topic="customers/redact")
    (request,) = await requests(connected)
    assert request.order_ids == ()

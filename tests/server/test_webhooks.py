"""What the store tells us of: signed, kept once, and only ever a hint."""

import asyncio
import base64
import hashlib
import hmac

import httpx
import msgspec
import pytest

from tests.server.books import rows_of
from tests.server.retail import SECRET, Retail

ORDER = b'{"id":9007199254740993,"name":"#1001"}'


@pytest.fixture
async def connected(retail: Retail) -> Retail:
    await retail.connect_store("http://127.0.0.1:9", "shpat_x")
    retail.server.woken = 0
    return retail


def signed(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


async def deliver(
    shop: Retail,
    body: bytes = ORDER,
    *,
    signature: str | None = None,
    secret: str = SECRET,
    **headers: str,
) -> httpx.Response:
    sent = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": shop.domain,
        "X-Shopify-Event-Id": "event-1",
        "X-Shopify-Webhook-Id": "webhook-1",
        "X-Shopify-Triggered-At": "2026-11-23T08:00:00Z",
        "X-Shopify-Hmac-Sha256": signed(body, secret) if signature is None else signature,
    } | {name.replace("_", "-"): text for name, text in headers.items()}
    return await shop.server.http.post(
        "/webhooks/shopify",
        content=body,
        headers={k: v.encode("latin-1") for k, v in sent.items() if v != "-"},
    )


async def kept(shop: Retail) -> list[dict]:
    return await rows_of(
        shop, "SELECT topic, event_id, resource_gid, done_at FROM webhook_inbox ORDER BY topic"
    )


async def test_a_signed_webhook_is_kept_and_the_worker_is_woken(connected):
    answer = await deliver(connected)
    assert (answer.status_code, answer.content) == (200, b"")
    assert await kept(connected) == [
        {
            "topic": "orders/create",
            "event_id": "event-1",
            "resource_gid": "gid://shopify/Order/9007199254740993",
            "done_at": None,
        }
    ]
    assert connected.server.woken == 1


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "-",
        "wrong",
        "0000",
        signed(ORDER, "another secret"),
        signed(ORDER + b" "),
        "ü",
        "=" * 44,
    ],
)
async def test_a_wrong_signature_is_401_with_nothing_said_and_nothing_stored(connected, signature):
    answer = await deliver(connected, signature=signature)
    assert (answer.status_code, answer.content) == (401, b"")
    assert await kept(connected) == []
    assert connected.server.woken == 0


async def test_a_signature_of_hex_or_another_shops_secret_is_wrong(server, connected):
    other = Retail(server, "rival")
    await other.set_up(units=0)
    await other.connect_store("http://127.0.0.1:9", "shpat_y", secret="their secret")
    hexed = hmac.new(SECRET.encode(), ORDER, hashlib.sha256).hexdigest()
    assert (await deliver(connected, signature=hexed)).status_code == 401
    theirs = signed(ORDER, "their secret")
    assert (await deliver(connected, signature=theirs)).status_code == 401
    assert (await deliver(other, signature=signed(ORDER))).status_code == 401
    assert await kept(connected) == []
    assert (await deliver(other, signature=theirs)).status_code == 200


async def test_a_shop_that_is_not_connected_here_is_401_even_with_an_empty_secret(retail):
    for secret in (SECRET, ""):
        answer = await deliver(retail, signature=signed(ORDER, secret))
        assert answer.status_code == 401
        answer = await deliver(
            retail, signature=signed(ORDER, secret), X_Shopify_Shop_Domain="x.myshopify.com"
        )
        assert answer.status_code == 401
    assert await kept(retail) == []


async def test_the_same_event_twice_is_kept_once_also_when_both_come_at_once(connected):
    answers = [await deliver(connected)]
    answers += await asyncio.gather(*(deliver(connected) for _ in range(4)))
    assert {a.status_code for a in answers} == {200}
    assert len(await kept(connected)) == 1


async def test_one_event_in_two_topics_is_two_things_to_hear(connected):
    await deliver(connected)
    await deliver(connected, X_Shopify_Topic="orders/updated")
    assert [row["topic"] for row in await kept(connected)] == ["orders/create", "orders/updated"]


GARBAGE = (
    b"",
    b"not json",
    b"[1,2]",
    b"null",
    b'{"id":"x"}',
    b'{"id":-4}',
    b'{"id":1e999}',
    b'{"id":true}',
    b"\xff\x00",
    b"[" * 20_000 + b"]" * 20_000,
)


async def test_garbage_that_is_rightly_signed_is_kept_and_leads_nowhere(connected):
    for place, body in enumerate(GARBAGE):
        answer = await deliver(connected, body, X_Shopify_Event_Id=f"event-{place}")
        assert answer.status_code == 200, body[:40]
    rows = await kept(connected)
    assert len(rows) == len(GARBAGE)
    assert all(row["done_at"] is not None and row["resource_gid"] is None for row in rows)


async def test_a_webhook_without_an_event_id_is_known_by_its_webhook_id(connected):
    for webhook in ("a", "a", "b"):
        await deliver(connected, X_Shopify_Event_Id="-", X_Shopify_Webhook_Id=webhook)
    assert len(await kept(connected)) == 2


async def test_a_body_of_two_mebibytes_is_too_large(connected):
    body = msgspec.json.encode({"id": 1, "note": "x" * 2_100_000})
    assert (await deliver(connected, body)).status_code == 413
    assert await kept(connected) == []

"""Each way a call can go wrong, told apart by what the store did: the practice store is asked afterwards."""

import httpx
import msgspec
import pytest

from server.practice_store.faults import ApiFault
from server.shopify.client import MAX_ANSWER_BYTES, AdminClient
from server.shopify.failures import (
    AccessDenied,
    BadAnswer,
    OutcomeUnknown,
    Refused,
    ShopifyError,
    Throttled,
    Unauthorized,
)
from server.shopify.fulfillments import Work, create_fulfillment
from server.shopify.operations import ORDER_READ, Operation, ShopRead
from server.shopify.orders import read_order
from server.shopify.store import read_shop
from server.shopify.tokens import FixedToken
from tests.shopify.practice import (
    TOKEN,
    TRACKING,
    Clock,
    client_to,
    new_store,
    ship,
)


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        ("http_429", Throttled),
        ("throttled", Throttled),
        ("http_500", OutcomeUnknown),
        ("http_503", OutcomeUnknown),
        ("internal_error", OutcomeUnknown),
        ("timeout_before", OutcomeUnknown),
    ],
)
async def test_a_call_that_goes_wrong_before_it_runs_ships_nothing(kind, failure):
    store = new_store()
    order = store.place_order()
    store.api_faults.coming = [ApiFault(kind=kind)]
    client = client_to(store, total_s=0.05)
    with pytest.raises(ShopifyError) as raised:
        await ship(client, order)
    assert type(raised.value) is failure
    assert order.shipments == []
    await ship(client, order)
    assert len(order.shipments) == 1


@pytest.mark.parametrize(
    ("kind", "failure"),
    [("error_after", OutcomeUnknown), ("timeout_after", OutcomeUnknown), ("garbage", BadAnswer)],
)
async def test_a_call_that_loses_its_answer_has_shipped_and_its_outcome_is_unknown(kind, failure):
    store = new_store()
    order = store.place_order()
    store.api_faults.coming = [ApiFault(kind=kind)]
    with pytest.raises(OutcomeUnknown) as raised:
        await ship(client_to(store, total_s=0.05), order)
    assert type(raised.value) is failure
    assert [one.parcel.numbers for one in order.shipments] == [("779412345678",)]


async def test_after_an_unknown_outcome_a_read_shows_whether_the_shipment_is_there():
    store = new_store()
    order = store.place_order()
    store.api_faults.coming = [ApiFault(kind="timeout_after", operation="FulfillmentCreate")]
    client = client_to(store, total_s=0.05)
    with pytest.raises(OutcomeUnknown):
        await ship(client, order)
    seen = await read_order(client, order.id)
    assert [one.tracking_info[0].number for one in seen.fulfillments] == ["779412345678"]


async def test_a_refusal_by_the_stores_rules_is_a_value():
    store = new_store()
    order = store.place_order()
    client = client_to(store)
    await ship(client, order)
    written = await create_fulfillment(
        client, [Work(fulfillment_order_id=order.work[0].id)], TRACKING, notify_customer=False
    )
    assert written.fulfillment is None
    assert [error.message for error in written.user_errors] == [
        f"Fulfillment order {order.work[0].number} has an unfulfillable status= closed."
    ]


async def test_http_429_says_for_how_long():
    store = new_store()
    store.api_faults.coming = [ApiFault(kind="http_429", retry_after_s=3.5)]
    with pytest.raises(Throttled) as raised:
        await read_shop(client_to(store))
    assert raised.value.retry_after_s == 3.5


async def test_an_empty_bucket_says_for_how_long_and_has_room_then():
    clock = Clock()
    store = new_store(clock)
    order = store.place_order()
    client = client_to(store)
    store.bucket.take(1900, clock())
    with pytest.raises(Throttled) as raised:
        await read_order(client, order.id)
    assert raised.value.retry_after_s == pytest.approx(0.85)
    assert client.wait_s_for(ORDER_READ.cost_points) == pytest.approx(0.85)
    clock.pass_ms(850)
    assert await read_order(client, order.id) is not None


async def test_a_wrong_token_is_unauthorized():
    with pytest.raises(Unauthorized):
        await read_shop(client_to(new_store(), tokens=FixedToken("shpat_wrong")))


@pytest.mark.parametrize(
    "url", ["http://shop.myshopify.com", "http://127.0.0.1.evil.example", "ftp://127.0.0.1", "shop"]
)
def test_a_store_is_called_over_https_only(url):
    with pytest.raises(ValueError, match="https"):
        client_to(new_store(stocked=False), url=url)


def answering(
    content: bytes | dict, status: int = 200, headers: dict[str, str] | None = None
) -> AdminClient:
    """A client whose store always gives this answer."""
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body, headers=headers))
    return AdminClient(
        httpx.AsyncClient(transport=transport),
        "https://shop.myshopify.com",
        FixedToken(TOKEN),
        monotonic=lambda: 0.0,
    )


def error(code: str | None, message: str = "no") -> dict:
    return {"message": message, "extensions": {"code": code} if code else {}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"{}",
        b'{"data":null}',
        b'{"data":{"shop":{"id":7}}}',
        b'{"data":{"shop":' + b"[" * 100_000,
        b'{"errors":{"message":"no"}}',
        b'{"errors":"\xff"}',
    ],
)
async def test_an_answer_that_is_not_the_apis_is_a_bad_one(content):
    with pytest.raises(BadAnswer):
        await read_shop(answering(content))


async def test_an_answer_beyond_bounds_is_not_read_to_its_end():
    with pytest.raises(BadAnswer, match="bytes"):
        await read_shop(answering(b" " * (MAX_ANSWER_BYTES + 1)))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(status):
    with pytest.raises(BadAnswer, match=str(status)):
        await read_shop(answering(b"", status, {"Location": "https://elsewhere.example/"}))


@pytest.mark.parametrize("status", [400, 402, 403, 404, 423, 430])
async def test_a_store_that_is_frozen_locked_or_not_there_refuses(status):
    with pytest.raises(Refused, match=str(status)):
        await read_shop(answering({"errors": "Unavailable Shop"}, status))


async def test_a_missing_scope_says_which():
    sentence = "Access denied for shop field. Required access: `read_orders` access scope."
    client = answering({"data": {"shop": None}, "errors": [error("ACCESS_DENIED", sentence)]})
    with pytest.raises(AccessDenied) as raised:
        await read_shop(client)
    assert raised.value.missing == (sentence,)


@pytest.mark.parametrize("code", ["undefinedField", "INVALID_VARIABLE", "MAX_COST_EXCEEDED", None])
async def test_a_request_that_the_schema_rejects_is_our_bug(code):
    with pytest.raises(Refused, match="no such field"):
        await read_shop(answering({"errors": [error(code, "no such field")]}))


async def test_errors_as_one_sentence_are_understood():
    with pytest.raises(Refused, match="Not Found"):
        await read_shop(answering({"errors": "Not Found"}))


async def test_customer_data_that_the_plan_hides_is_missing_from_an_order_that_still_arrives():
    order = {
        "id": "gid://shopify/Order/1",
        "name": "#1001",
        "createdAt": "2026-11-23T08:00:00Z",
        "updatedAt": "2026-11-23T08:00:00Z",
        "customer": None,
        "shippingAddress": {"city": None, "countryCodeV2": "PK"},
        "displayFulfillmentStatus": "A_STATUS_OF_NEXT_YEAR",
        "aFieldOfNextYear": 1,
    }
    denied = error("ACCESS_DENIED", "This app is not approved to access the Customer object.")
    seen = await read_order(answering({"data": {"order": order}, "errors": [denied]}), order["id"])
    assert seen.customer is None
    assert seen.phone is None
    assert seen.display_fulfillment_status == "A_STATUS_OF_NEXT_YEAR"


async def test_ids_beyond_2_to_the_53_arrive_exactly():
    store = new_store(first_number=2**53 + 1)
    order = store.place_order()
    seen = await read_order(client_to(store), order.id)
    assert int(seen.legacy_resource_id) == order.number > 2**53
    assert seen.id.endswith(str(order.number))


async def test_a_document_of_ours_that_the_store_does_not_know_is_refused():
    wrong = Operation(
        name="Wrong", document="query Wrong { shop { colour } }", reply=ShopRead, cost_points=1
    )
    with pytest.raises(Refused, match="Field 'colour' doesn't exist on type 'Shop'"):
        await client_to(new_store()).call(wrong, {})


@pytest.mark.parametrize(
    "url",
    [
        "http://storage.googleapis.com/x",
        "https://evil.example/x",
        "https://storage.googleapis.com.evil.example/x",
        "https://storage.googleapis.com:8443/x",
        "https://me@storage.googleapis.com/x",
        "https://10.0.0.1/x",
        "file:///etc/passwd",
        "https://shopify.com.evil.example/x",
        "",
    ],
)
async def test_a_result_is_fetched_from_where_results_lie_and_from_nowhere_else(url):
    client = answering(b"{}")
    with pytest.raises(Refused, match="never lie"):
        _ = [line async for line in client.download_lines(url, 100)]


async def test_a_result_comes_line_by_line_and_a_line_without_end_is_cut_off():
    where = "https://storage.googleapis.com/bucket/result.jsonl?Expires=1"
    content = b'{"a":1}\n\n{"b":2}\n{"c":3}'
    lines = [line async for line in answering(content).download_lines(where, 100)]
    assert lines == [b'{"a":1}', b'{"b":2}', b'{"c":3}']
    with pytest.raises(BadAnswer, match="above 5 bytes"):
        _ = [line async for line in answering(b"x" * 100).download_lines(where, 5)]
    with pytest.raises(Refused, match="403"):
        _ = [line async for line in answering(b"", status=403).download_lines(where, 5)]

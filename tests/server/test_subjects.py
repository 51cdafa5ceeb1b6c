"""Shopify's own sample of every topic: each is accepted, kept, and leads to what is to be read."""

import msgspec
import pytest

from server.intake.subjects import subject_of
from tests.server.books import rows_of
from tests.server.outside import Outside
from tests.shopify.shopify_data import data_folder, shopify_file

SAMPLES = sorted(data_folder().glob("webhooks/official_2026-07_exact_ids/*.json"))
each_sample = pytest.mark.parametrize("path", SAMPLES or [None], ids=lambda one: one and one.stem)

ORDER = "gid://shopify/Order/820982911946154508"
RETURN = "gid://shopify/Return/123134564567890"
WORK = "gid://shopify/FulfillmentOrder/"
PRODUCT = "gid://shopify/Product/788032119674292922"
LEADS_TO = {
    "orders/": ORDER,
    "fulfillments/": ORDER,
    "fulfillment_events/": ORDER,
    "refunds/": ORDER,
    "order_transactions/": ORDER,
    "returns/": (RETURN, "gid://shopify/Order/"),
    "fulfillment_orders/": WORK,
    "fulfillment_holds/": WORK,
    "products/": PRODUCT,
    "variants/": PRODUCT,
    "bulk_operations/": "gid://shopify/BulkOperation/",
}
NOTHING_TO_READ = {
    "orders/link_requested": "its sample is an order like any other; listed to show that it is not left out",
    "orders/risk_assessment_changed": "the sample names no order",
    "orders/shopify_protect_eligibility_changed": "the sample's order is 1",
    "returns/process": "the sample is empty",
    "fulfillment_orders/merged": "the fulfillment order that is left lies one level deeper",
}


def topic_of(path) -> str:
    return path.stem.replace("__", "/")


@each_sample
async def test_every_sample_of_shopifys_own_is_accepted_and_kept(outside: Outside, path):
    shopify_file("webhooks")
    body = path.read_bytes()
    answer = await outside.webhook(body, topic_of(path))
    assert answer.status_code == 200
    (kept,) = await rows_of(outside.retail, "SELECT topic, body FROM webhook_inbox")
    assert (kept["topic"], kept["body"]) == (topic_of(path), body)
    # Nothing of it is in our practice store: what it leads to is asked for, and the asking comes to an end.
    for _ in range(3):
        await outside.read()
    (row,) = await rows_of(outside.retail, "SELECT done_at, last_error FROM webhook_inbox")
    assert row["done_at"] is not None, row["last_error"]


@each_sample
def test_every_sample_leads_to_what_its_family_is_about(path):
    shopify_file("webhooks")
    topic, found = topic_of(path), subject_of(topic_of(path), path.read_bytes())
    family = topic.partition("/")[0] + "/"
    if topic in NOTHING_TO_READ and found is None:
        return
    wanted = LEADS_TO.get(family)
    if wanted is None:
        assert found is None
    else:
        assert found is not None
        assert found.startswith(wanted) or topic in NOTHING_TO_READ


@pytest.mark.parametrize(
    ("topic", "body", "gid"),
    [
        ("orders/edited", {"order_edit": {"order_id": 7, "id": 8}}, "gid://shopify/Order/7"),
        ("orders/updated", {"id": 2**63 - 1}, f"gid://shopify/Order/{2**63 - 1}"),
        ("orders/updated", {"id": 9_007_199_254_740_993}, "gid://shopify/Order/9007199254740993"),
        ("orders/updated", {"id": True}, None),
        ("orders/updated", {"id": "7"}, None),
        ("orders/updated", {"id": -7}, None),
        ("orders/updated", {"id": 7.5}, None),
        ("orders/updated", {}, None),
        ("orders/updated", [], None),
        ("orders/updated", None, None),
        (
            "returns/update",
            {"admin_graphql_api_id": "gid://shopify/Return/9"},
            "gid://shopify/Return/9",
        ),
        ("returns/update", {"admin_graphql_api_id": "gid://shopify/Order/9"}, None),
        ("returns/update", {"admin_graphql_api_id": "gid://shopify/Return/9;drop"}, None),
        ("returns/close", {"order_id": 5, "id": 9}, "gid://shopify/Order/5"),
        ("returns/approve", {"order": {"id": 5}, "id": 9}, "gid://shopify/Order/5"),
        ("fulfillment_orders/moved", {"moved_fulfillment_order": {"id": WORK + "3"}}, WORK + "3"),
        ("fulfillment_orders/x", {"fulfillment_order": {"id": 3}}, None),
        ("carts/update", {"id": 7}, None),
        ("a topic that nobody knows", {"id": 7}, None),
        ("", {"id": 7}, None),
    ],
)
def test_what_a_body_says_it_is_about(topic, body, gid):
    assert subject_of(topic, msgspec.json.encode(body)) == gid


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"id":' + b"[" * 100_000])
def test_a_body_that_is_no_json_is_about_nothing(body):
    assert subject_of("orders/create", body) is None

from collections import Counter

import pytest
from graphql import GraphQLSyntaxError, parse

from server.practice_store.cost import Bucket, requested_points
from server.practice_store.graphql_api import GraphqlApi, load_schema
from tests.practice_store.asking import ask
from tests.shopify.practice import Clock, new_store
from tests.shopify.shopify_data import full_schema, shopify_json


def test_the_model_gives_nine_of_ten_recorded_costs_exactly():
    schema = full_schema()
    fates = Counter()
    for recorded in shopify_json("conformance", "QUERY_COSTS.json"):
        try:
            document = parse(recorded["query"])
        except GraphQLSyntaxError:
            fates["unreadable"] += 1
            continue
        points = requested_points(schema, document, recorded["variables"] or {})
        fates["equal" if points == recorded["requested"] else "differs"] += 1
    assert fates["equal"] >= 0.9 * fates.total(), fates


@pytest.mark.parametrize(
    ("document", "points"),
    [
        ("{ shop { name } }", 1),
        ('{ order(id: "x") { name totalOutstandingSet { shopMoney { amount } } } }', 1),
        ("{ orders(first: 1) { nodes { id } } }", 3),
        ("{ orders(first: 50) { nodes { id } } }", 9),
        ("query ($n: Int = 50) { orders(first: $n) { nodes { id } } }", 9),
        (
            'mutation { fulfillmentCancel(id: "x") { fulfillment { id } userErrors { message } } }',
            10,
        ),
        (
            "{ orders(first: 10) { nodes { lineItems(first: 10) { nodes { product { id } } } } } }",
            46,
        ),
    ],
)
def test_what_a_document_costs(document, points):
    assert requested_points(load_schema(), parse(document), {}) == points


def test_the_bucket_refills_a_hundred_points_a_second_up_to_its_size():
    bucket = Bucket()
    assert bucket.take(1900, 0)
    assert not bucket.take(200, 500)
    assert bucket.take(200, 1000)
    assert bucket.available(3_600_000) == 2000


def test_a_run_is_charged_for_what_it_touched_and_not_for_what_it_might_have():
    store = new_store()
    store.place_order()
    answer = ask(
        store, "{ orders(first: 250) { nodes { id lineItems(first: 50) { nodes { id } } } } }"
    )
    cost = answer["extensions"]["cost"]
    lines = len(next(iter(store.state.orders.values())).line_items)
    assert cost["requestedQueryCost"] == 112
    assert cost["actualQueryCost"] == 2 + 1 + 2 + lines
    assert cost["throttleStatus"]["currentlyAvailable"] == 2000 - cost["actualQueryCost"]


def test_a_call_beyond_the_bucket_is_throttled_with_http_200_and_runs_nothing():
    clock = Clock()
    store = new_store(clock)
    order = store.place_order()
    store.bucket.take(1995, clock())
    document = 'mutation { fulfillmentCreate(fulfillment: {lineItemsByFulfillmentOrder: [{fulfillmentOrderId: "%s"}]}) { userErrors { message } } }'
    answer = ask(store, document % order.work[0].id)
    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "data" not in answer
    assert order.shipments == []


def test_a_call_above_a_thousand_points_is_refused():
    inner = "lineItems(first: 250) { nodes { id lineItem { id } } }"
    document = (
        "{ orders(first: 250) { nodes { fulfillmentOrders(first: 250) { nodes { id %s } } } } }"
    )
    answer = GraphqlApi(new_store(stocked=False)).answer(document % inner, None, None)
    assert answer["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"

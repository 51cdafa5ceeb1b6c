import gc
import subprocess
import sys
import time

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, is_introspection_type, validate_schema

from server.practice_store import subset_schema
from server.practice_store.graphql_api import load_schema
from tests.practice_store.asking import ask
from tests.shopify.practice import new_store, some_lines
from tests.shopify.shopify_data import CHECKOUT, full_schema, shopify_file

NUMBERED_0 = """mutation {
  fulfillmentCreate(
    fulfillment: {lineItemsByFulfillmentOrder: [{fulfillmentOrderId: "gid://shopify/FulfillmentOrder/0"}]}
  ) { fulfillment { id } }
}"""
HAPPENED_YESTERDAY = """mutation {
  fulfillmentEventCreate(
    fulfillmentEvent: {fulfillmentId: "x", status: DELIVERED, happenedAt: "yesterday"}
  ) { userErrors { message } }
}"""


def test_the_shipped_schema_is_what_the_script_writes_from_the_real_one():
    full = shopify_file("admin_2026-10.graphql").read_text("utf-8")
    written = subset_schema.subset_of(full, subset_schema.read_documents())
    assert subset_schema.SUBSET.read_text("utf-8") == written


def test_the_script_says_whether_the_shipped_schema_is_up_to_date(tmp_path, monkeypatch):
    # What the documents reach of the subset is the whole subset.
    full = str(subset_schema.SUBSET)
    assert subset_schema.main([full, "--check"]) == 0
    other = tmp_path / "schema.graphql"
    monkeypatch.setattr(subset_schema, "SUBSET", other)
    assert subset_schema.main([full, "--check"]) == 1
    assert subset_schema.main([full]) == 0
    assert subset_schema.main([full, "--check"]) == 0
    assert subset_schema.main([]) == 2


def test_the_shipped_schema_says_the_same_as_the_real_one_about_all_that_it_keeps():
    real, shipped = full_schema(), load_schema()
    assert validate_schema(shipped) == []
    for name, kept in shipped.type_map.items():
        if not isinstance(kept, GraphQLObjectType | GraphQLInterfaceType) or is_introspection_type(
            kept
        ):
            continue
        for field_name, field in kept.fields.items():
            original = real.type_map[name].fields[field_name]
            assert str(field.type) == str(original.type)
            assert {key: str(one.type) for key, one in field.args.items()} == {
                key: str(one.type) for key, one in original.args.items()
            }


def test_the_shipped_schema_holds_names_and_types_and_no_text_of_shopifys():
    text = subset_schema.SUBSET.read_text("utf-8")
    assert '"""' not in text
    assert "@deprecated" not in text
    assert len(text) < 120_000


def test_a_schema_to_start_with_is_built_in_less_than_a_third_of_a_second():
    load_schema.cache_clear()
    # Of the processor's time: what else the machine does is not the store's doing.
    # What other tests keep in memory is not to be searched for garbage meanwhile.
    gc.freeze()
    start = time.process_time()
    load_schema()
    took_s = time.process_time() - start
    gc.unfreeze()
    assert took_s < 0.3


def test_the_store_and_its_schema_come_without_the_rest_of_the_server():
    code = (
        "import sys, server.practice_store.app, server.practice_store.deliveries\n"
        "loaded = {name.split('.')[1] for name in sys.modules if name.startswith('server.')}\n"
        "assert loaded == {'practice_store', 'shopify'}, loaded\n"
        "assert 'server.shopify.client' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ shop { colour } }", "undefinedField"),
        ("mutation { fulfillmentCancel { fulfillment { id } } }", "missingRequiredArguments"),
        (
            "mutation { fulfillmentCancel(id: null) { fulfillment { id } } }",
            "argumentLiteralsIncompatible",
        ),
        ("query ($id: ID!) { order(id: $id) { id } }", "INVALID_VARIABLE"),
        ('{ orders(first: 1, query: "colour:red") { nodes { id } } }', "BAD_USER_INPUT"),
        ('{ orders(first: 1, query: "red") { nodes { id } } }', "BAD_USER_INPUT"),
        ("{ orders { nodes { id } } }", "BAD_REQUEST"),
        ("{ orders(first: 1, last: 1) { nodes { id } } }", "BAD_REQUEST"),
        ("{ orders(first: 251) { nodes { id } } }", "BAD_REQUEST"),
        ('{ orders(first: 1, after: "x") { nodes { id } } }', "BAD_REQUEST"),
        ("{ shop }", "selectionMismatch"),
        ("{ shop", "PARSE_ERROR"),
        (
            NUMBERED_0,
            "RESOURCE_NOT_FOUND",
        ),
        (
            HAPPENED_YESTERDAY,
            "BAD_USER_INPUT",
        ),
    ],
)
def test_a_request_that_cannot_be_answered_says_why_with_a_code(document, code):
    answer = ask(new_store(stocked=False), document)
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]


def test_a_document_that_is_no_graphql_is_an_error_and_no_crash():
    answer = ask(new_store(stocked=False), "{ shop ")
    assert "Syntax Error" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name:#1002", ["#1002"]),
        ("name:1002", ["#1002"]),
        ("created_at:>='2026-11-23T08:00:00Z' AND financial_status:pending", ["#1001", "#1002"]),
        ("fulfillment_status:unshipped", ["#1001", "#1002"]),
        ("status:cancelled", []),
        ("status:open tag:none", []),
        (None, ["#1001", "#1002"]),
    ],
)
def test_orders_are_found_by_the_terms_that_the_store_knows(query, found):
    store = new_store()
    for _ in range(2):
        store.place_order(some_lines(store, 1))
    document = (
        "query ($q: String) { orders(first: 5, query: $q, sortKey: CREATED_AT) { nodes { name } } }"
    )
    answer = ask(store, document, q=query)
    assert [node["name"] for node in answer["data"]["orders"]["nodes"]] == found

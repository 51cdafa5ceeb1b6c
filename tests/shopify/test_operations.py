import re
from pathlib import Path

import msgspec
import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)

from server.db.store_imports import ImportKind
from server.practice_store.cost import MAX_POINTS, requested_points
from server.practice_store.graphql_api import load_schema
from server.practice_store.shop import API_VERSION as PRACTICE_VERSION
from server.shopify.bulk import bulk_query
from server.shopify.operations import ALL, API_VERSION, LINES_A_PAGE, Operation
from tests.shopify.shopify_data import CHECKOUT, full_schema

FOLDER = CHECKOUT / "server" / "shopify" / "operations"
each_operation = pytest.mark.parametrize("operation", ALL, ids=lambda one: one.name)


@each_operation
def test_every_document_is_valid_in_the_real_schema_and_asks_for_nothing_deprecated(operation):
    rules = [*specified_rules, NoDeprecatedCustomRule]
    assert validate(full_schema(), parse(operation.document), rules) == []


@pytest.mark.parametrize("kind", ["orders", "variants"])
def test_every_bulk_query_is_valid_in_the_real_schema_and_keeps_to_what_bulk_allows(kind):
    document = parse(bulk_query(kind, "updated_at:>='2026-11-23T08:00:00Z' note:\"a\""))
    rules = [*specified_rules, NoDeprecatedCustomRule]
    assert validate(full_schema(), document, rules) == []
    (query,) = document.definitions
    assert deepest_connections(query.selection_set) <= 2


def deepest_connections(selection) -> int:
    """How many connections lie in one another; bulk operations take two."""
    depths = [
        deepest_connections(node.selection_set) + (node.name.value == "edges")
        for node in selection.selections
        if isinstance(node, FieldNode) and node.selection_set
    ]
    return max(depths, default=0)


def test_every_bulk_query_in_the_folder_is_one_that_an_import_runs():
    folder = CHECKOUT / "server" / "shopify" / "bulk_queries"
    assert {path.stem for path in folder.glob("*.graphql")} == {kind.value for kind in ImportKind}


def test_no_document_is_sent_that_lies_anywhere_else():
    """What is sent is bound in operations.py or a bulk query; nobody writes GraphQL in between the code."""
    sources = [
        path
        for path in (CHECKOUT / "server").rglob("*.py")
        if "practice_store" not in path.parts and path.is_file()
    ]
    assert not [path.name for path in sources if holds_a_document(path)]


def holds_a_document(path: Path) -> bool:
    text = path.read_text("utf-8")
    return re.search(r"\b(?:query|mutation)\s+\w+\s*(?:\([^)]*\))?\s*\{", text) is not None


@each_operation
def test_every_document_is_valid_in_the_schema_that_the_practice_store_ships_with(operation):
    assert validate(load_schema(), parse(operation.document)) == []


@each_operation
def test_the_operation_in_each_document_has_the_name_that_is_sent_with_it(operation):
    definitions = parse(operation.document).definitions
    names = [one.name.value for one in definitions if isinstance(one, OperationDefinitionNode)]
    assert names == [operation.name]


def test_every_document_in_the_folder_is_an_operation_that_the_code_uses():
    texts = {path.read_text("utf-8") for path in FOLDER.glob("*.graphql")}
    assert texts == {operation.document for operation in ALL}


def test_the_version_is_pinned_and_the_practice_store_speaks_it():
    assert API_VERSION == PRACTICE_VERSION == "2026-10"


@each_operation
def test_the_cost_declared_for_an_operation_is_the_models_and_is_allowed(operation):
    first = 100 if operation.name == "WebhookSubscriptionsPage" else 50
    variables = {"first": first, "lines": LINES_A_PAGE}
    points = requested_points(load_schema(), parse(operation.document), variables, operation.name)
    assert operation.cost_points == points < MAX_POINTS


@each_operation
def test_a_reply_reads_what_its_document_asks_for_and_a_query_asks_for_all_that_is_read(operation):
    document = parse(operation.document)
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    query = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    info = msgspec.inspect.type_info(operation.reply)
    wanted, decoded = asked(query.selection_set, fragments, ""), read(info, "")
    assert wanted <= decoded
    if query.operation is OperationType.QUERY:
        # An order has one shipping line, seldom two: its connection is not paged.
        unasked = {path for path in decoded - wanted if "/shippingLines/pageInfo" not in path}
        assert not unasked


def asked(selection, fragments, at: str) -> set[str]:
    """The paths of all selected fields."""
    paths: set[str] = set()
    for node in selection.selections:
        if isinstance(node, FragmentSpreadNode):
            paths |= asked(fragments[node.name.value].selection_set, fragments, at)
        elif isinstance(node, InlineFragmentNode):
            paths |= asked(node.selection_set, fragments, at)
        elif isinstance(node, FieldNode):
            path = f"{at}/{node.name.value}"
            paths.add(path)
            if node.selection_set:
                paths |= asked(node.selection_set, fragments, path)
    return paths


def read(info: msgspec.inspect.Type, at: str) -> set[str]:
    """The paths of all fields that a struct decodes."""
    if isinstance(info, msgspec.inspect.UnionType):
        return set().union(*(read(one, at) for one in info.types))
    if isinstance(info, msgspec.inspect.VarTupleType):
        return read(info.item_type, at)
    if not isinstance(info, msgspec.inspect.StructType):
        return set()
    paths: set[str] = set()
    for field in info.fields:
        path = f"{at}/{field.encode_name}"
        paths |= {path} | read(field.type, path)
    return paths


def test_operations_can_be_told_apart_by_name():
    assert len({operation.name for operation in ALL}) == len(ALL)
    assert all(isinstance(operation, Operation) for operation in ALL)


SWITCHED_ON = {
    "orderMarkAsPaid",
    "tagsAdd",
    "tagsRemove",
    "fulfillmentOrderReportProgress",
    "inventoryAdjustQuantities",
}
"""What a shop's policy may add; every one is off until it does."""


def test_the_only_writes_are_about_shipments_but_for_what_a_shop_switches_on():
    written = {
        node.name.value
        for operation in ALL
        for one in parse(operation.document).definitions
        if isinstance(one, OperationDefinitionNode) and one.operation is OperationType.MUTATION
        for node in one.selection_set.selections
        if isinstance(node, FieldNode)
    }
    assert written - SWITCHED_ON == {
        "fulfillmentCreate",
        "fulfillmentCancel",
        "fulfillmentEventCreate",
        "fulfillmentTrackingInfoUpdate",
        "webhookSubscriptionCreate",
        "bulkOperationRunQuery",
        "webhookSubscriptionDelete",
        "webhookSubscriptionUpdate",
    }

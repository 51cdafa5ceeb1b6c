"""What a store may answer and no one hopes for: each has its outcome, the worker lives on, and a person can see it."""

import copy
from collections.abc import Callable, Iterator

import msgspec
import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_named_type,
    parse,
)

from server.practice_store.graphql_api import load_schema
from server.shopify.operations import ORDER_READ
from sync_protocol.limits import TEXT_MAX
from tests.server.books import rows_of
from tests.server.outside import Outside

Change = Callable[[dict], object]


def nullable_paths() -> list[tuple[str, ...]]:
    """Every field of an order's reading that the schema allows to be null, as a path from the order."""
    document = parse(ORDER_READ.document)
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    query = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    root = load_schema().query_type
    (order,) = query.selection_set.selections

    def walk(selection, parent: GraphQLObjectType, at: tuple[str, ...]) -> Iterator[tuple]:
        for node in selection.selections:
            if isinstance(node, FragmentSpreadNode):
                yield from walk(fragments[node.name.value].selection_set, parent, at)
            elif isinstance(node, FieldNode):
                field = parent.fields[node.name.value]
                path = (*at, node.name.value)
                if not isinstance(field.type, GraphQLNonNull):
                    yield path
                if node.selection_set:
                    yield from walk(node.selection_set, get_named_type(field.type), path)

    return sorted(set(walk(order.selection_set, get_named_type(root.fields["order"].type), ())))


def set_at(value: object, path: tuple[str, ...], new: object) -> None:
    """Set what lies at a path, in every element of the lists on the way."""
    if isinstance(value, list):
        for one in value:
            set_at(one, path, new)
    elif isinstance(value, dict) and path[0] in value:
        if len(path) == 1:
            value[path[0]] = new
        else:
            set_at(value[path[0]], path[1:], new)


async def read_changed(outside: Outside, order, change: Change) -> tuple[dict | None, str | None]:
    """Read an order of which the store tells something else; return its row, and what went wrong."""

    def changed(operation: str, answer: dict) -> dict:
        if operation == "OrderRead":
            change(answer["data"]["order"])
        return answer

    outside.transport.rewrite = changed
    await outside.take_over(order)
    outside.transport.rewrite = None
    (news,) = await rows_of(
        outside.retail,
        "SELECT done_at, last_error FROM webhook_inbox ORDER BY received_at DESC LIMIT 1",
    )
    rows = await rows_of(
        outside.retail, "SELECT body::text FROM customer_order WHERE id = $1", str(order.number)
    )
    row = msgspec.json.decode(rows[0]["body"]) if rows else None
    return row, None if news["done_at"] else news["last_error"]


async def still_works(outside: Outside) -> None:
    """The next order comes in as if nothing had happened."""
    order = outside.place()
    await outside.take_over(order)
    rows = await rows_of(
        outside.retail, "SELECT FROM customer_order WHERE id = $1", str(order.number)
    )
    assert len(rows) == 1


async def test_null_wherever_the_schema_allows_it_is_survived(outside):
    paths = nullable_paths()
    assert len(paths) > 60
    lost = []
    for path in paths:
        order = outside.store.place_order()
        _, wrong = await read_changed(outside, order, lambda seen, p=path: set_at(seen, p, None))
        if wrong is not None:
            lost.append((path, wrong))
        outside.retail.server.clock.pass_ms(1_000)
    assert lost == []
    await still_works(outside)


def change_line(**fields: object) -> Change:
    def change(seen: dict) -> None:
        for line in seen["lineItems"]["nodes"]:
            line.update(copy.deepcopy(fields))

    return change


def change_order(**fields: object) -> Change:
    return lambda seen: seen.update(copy.deepcopy(fields))


def money(amount: str, currency: str = "PKR") -> dict:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


TAKEN = {
    "an unknown payment status": (
        change_order(displayFinancialStatus="LENT_BY_THE_MOON"),
        lambda row: row["financial_status"] == "lent_by_the_moon",
    ),
    "an unknown fulfillment status": (
        change_order(displayFulfillmentStatus="TELEPORTED"),
        lambda row: row["status"] is not None,
    ),
    "an amount with one decimal": (
        change_order(currentTotalPriceSet=money("1909.9")),
        lambda row: row["total_paisa"] == 190_990,
    ),
    "an amount with two decimals": (
        change_order(currentTotalPriceSet=money("1909.90")),
        lambda row: row["total_paisa"] == 190_990,
    ),
    "an amount below zero": (
        change_order(totalOutstandingSet=money("-5.0")),
        lambda row: row["outstanding_paisa"] == 0,
    ),
    "an amount that no one owns": (
        change_order(currentTotalPriceSet=money("9" * 40)),
        lambda row: row["total_paisa"] > 0,
    ),
    "a foreign currency": (
        change_order(currencyCode="EUR"),
        lambda row: row["currency"] == "EUR",
    ),
    "a huge note": (
        change_order(note="x" * 1_000_000),
        lambda row: len(row["note"]) == TEXT_MAX,
    ),
    "HTML in a name": (
        change_order(shippingAddress={"name": "<script>alert(1)</script>"}),
        lambda row: row["contact"]["name"] == "<script>alert(1)</script>",
    ),
    "a NUL in a note": (change_order(note="a\x00b"), lambda row: row["note"] == "ab"),
    "no lines at all": (
        change_order(lineItems={"nodes": [], "pageInfo": {"hasNextPage": False}}),
        lambda row: row["lines"] == [],
    ),
    "a line whose variant was deleted": (
        change_line(variant=None),
        lambda row: row["lines"][0]["variant_id"] is None,
    ),
    "a gift card": (change_line(isGiftCard=True), lambda row: row["lines"][0]["ships"] is False),
    "a tip": (
        change_line(variant=None, sku=None, requiresShipping=False, title="Tip"),
        lambda row: row["lines"][0]["ships"] is False,
    ),
    "a field of next year": (
        change_order(aFieldOfNextYear={"deep": [1]}),
        lambda row: row["name"] is not None,
    ),
}


@pytest.mark.parametrize("name", TAKEN)
async def test_an_odd_order_is_taken_over_as_it_is(outside, name):
    change, holds = TAKEN[name]
    row, wrong = await read_changed(outside, outside.place(), change)
    assert wrong is None
    assert holds(row)
    await still_works(outside)


WAITING = {
    "an amount that is no number": change_order(currentTotalPriceSet=money("NaN")),
    "an amount in words": change_order(totalOutstandingSet=money("a lot")),
    "a time that is none": change_order(updatedAt="yesterday"),
    "an id without a number": change_line(id="gid://shopify/LineItem/seven"),
    "a quantity that is a text": change_line(quantity="two"),
    "no lines where the schema promises them": change_order(lineItems=None),
    "a list where an order should be": lambda seen: seen.update({"lineItems": [1, 2]}),
}


@pytest.mark.parametrize("name", WAITING)
async def test_an_order_that_cannot_be_understood_waits_and_says_why(outside, name):
    order = outside.place()
    row, wrong = await read_changed(outside, order, WAITING[name])
    assert row is None
    assert wrong
    await still_works(outside)
    outside.retail.server.clock.pass_ms(600_000)
    await outside.read()
    (here,) = await rows_of(
        outside.retail, "SELECT name FROM customer_order WHERE id = $1", str(order.number)
    )
    assert here["name"] == order.name


async def test_quantities_that_no_order_has_park_the_news_for_a_person(outside):
    row, wrong = await read_changed(outside, outside.place(), change_line(quantity=-1))
    assert (row, wrong) == (None, None)
    (parked,) = await rows_of(outside.retail, "SELECT code FROM op WHERE status = 'parked'")
    assert parked["code"] == "invalid"
    await still_works(outside)

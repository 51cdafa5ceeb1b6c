"""Exports: asked for as documents, carried out over the whole store, fetched as JSON lines."""

from itertools import groupby

import msgspec
import pytest

from server.practice_store.faults import BulkFault
from server.practice_store.graphql_api import GraphqlApi
from server.practice_store.subset_schema import HERE
from tests.practice_store.asking import ask
from tests.shopify.practice import (
    TOKEN,
    Clock,
    http_to,
    new_store,
    some_lines,
    subscribed,
)

CATALOGUE = (HERE / "also_answered" / "bulk_variants_inventory.graphql").read_text("utf-8")
ORDERS = (HERE / "also_answered" / "bulk_open_orders.graphql").read_text("utf-8")
DOCUMENTS = (HERE / "also_answered" / "bulk_operations.graphql").read_text("utf-8")
SOME = "{ productVariants { edges { node { id sku } } } }"
API = "/admin/api/2026-10/graphql.json"


def asked(store, name, **variables):
    """What a document answers under its one root."""
    answer = GraphqlApi(store).answer(DOCUMENTS, variables, name)
    (told,) = answer["data"].values()
    return told


def begun(store, query=SOME, **more) -> str:
    told = asked(store, "BulkOperationRunQuery", query=query, **more)
    assert told["userErrors"] == []
    return told["bulkOperation"]["id"]


def finished(store, clock, query, **more):
    """The export after its time has passed."""
    gid = begun(store, query, **more)
    clock.pass_ms(300)
    store.settle()
    clock.pass_ms(1200)
    return asked(store, "BulkOperationRead", id=gid)


async def rows(store, address):
    async with http_to(store) as http:
        fetched = await http.get(address)
    assert fetched.status_code == 200, fetched.text
    assert fetched.headers["content-type"] == "application/jsonl"
    return [msgspec.json.decode(line) for line in fetched.content.splitlines()]


def test_an_export_is_created_runs_and_completes_as_the_clock_goes():
    clock = Clock()
    store = new_store(clock)
    gid = begun(store)
    seen = []
    for ms in (0, 299, 1, 1199, 1):
        clock.pass_ms(ms)
        told = asked(store, "BulkOperationRead", id=gid)
        seen.append((told["status"], told["completedAt"] is not None, told["url"] is not None))
    assert seen == [
        ("CREATED", False, False),
        ("CREATED", False, False),
        ("RUNNING", False, False),
        ("RUNNING", False, False),
        ("COMPLETED", True, True),
    ]
    count = str(len(store.state.variants))
    assert (told["objectCount"], told["rootObjectCount"]) == (count, count)


async def test_every_node_is_a_line_and_names_the_node_it_belongs_to():
    clock = Clock()
    store = new_store(clock)
    done = finished(store, clock, CATALOGUE)
    lines = await rows(store, done["url"])
    variants = [line for line in lines if "__parentId" not in line]
    levels = [line for line in lines if "__parentId" in line]
    assert len(variants) == len(store.state.variants) == int(done["rootObjectCount"])
    assert len(lines) == int(done["objectCount"])
    places = len(store.state.locations)
    assert {line["__parentId"] for line in levels} == {line["id"] for line in variants}
    assert len(levels) == places * len(variants)
    assert set(variants[0]["inventoryItem"]) == {"id", "tracked"}
    at = {line["id"]: place for place, line in enumerate(lines) if "__parentId" not in line}
    assert all(
        at[line["__parentId"]] < place for place, line in enumerate(lines) if "__parentId" in line
    )


async def test_a_grouped_export_puts_everything_right_behind_what_it_belongs_to():
    clock = Clock()
    store = new_store(clock)
    for _ in range(3):
        store.place_order(some_lines(store, 2))
    done = finished(store, clock, ORDERS, grouped=True)
    lines = await rows(store, done["url"])
    order = None
    for line in lines:
        if "__parentId" not in line:
            order = line
            inside = {order["id"]}
        else:
            assert line["__parentId"] in inside
            inside.add(line.get("id"))
    assert sum("__parentId" not in line for line in lines) == 3


async def test_an_export_that_is_not_grouped_keeps_many_parents_together():
    clock = Clock()
    store = new_store(clock)
    done = finished(store, clock, CATALOGUE)
    lines = await rows(store, done["url"])
    runs = [len(list(run)) for _, run in groupby(lines, key=lambda line: "__parentId" in line)]
    assert runs[0] == 100


async def test_lines_of_two_levels_name_the_nearest_one():
    clock = Clock()
    store = new_store(clock)
    order = store.place_order(some_lines(store, 2))
    lines = await rows(store, finished(store, clock, ORDERS)["url"])
    kinds = {line["id"].split("/")[3] for line in lines}
    assert kinds == {"Order", "LineItem", "FulfillmentOrder", "FulfillmentOrderLineItem"}
    parents = {line["id"]: line.get("__parentId") for line in lines}
    (work,) = order.work
    assert parents[work.id] == order.id
    assert {parents[one.id] for one in work.line_items} == {work.id}


async def test_what_changes_while_it_runs_is_not_in_it():
    clock = Clock()
    store = new_store(clock)
    store.place_order(some_lines(store, 1))
    gid = begun(store, "{ orders { edges { node { id } } } }")
    clock.pass_ms(300)
    store.place_order(some_lines(store, 1))
    clock.pass_ms(1200)
    done = asked(store, "BulkOperationRead", id=gid)
    assert len(await rows(store, done["url"])) == 1


def test_an_export_without_a_row_has_no_address():
    clock = Clock()
    done = finished(new_store(clock), clock, "{ orders { edges { node { id } } } }")
    assert (done["status"], done["objectCount"], done["url"], done["fileSize"]) == (
        "COMPLETED",
        "0",
        None,
        None,
    )


async def test_the_file_is_fetched_without_a_token_for_seven_days_from_an_address_nobody_can_make_up():
    clock = Clock()
    store = new_store(clock)
    done = finished(store, clock, SOME)
    address = done["url"]
    async with http_to(store) as http:
        fetched = await http.get(address)
        assert len(fetched.content) == int(done["fileSize"])
        assert (await http.get(address.replace("Signature=", "Signature=0"))).status_code == 403
        assert (await http.get(address.split("?")[0])).status_code == 403
        clock.pass_ms(7 * 24 * 3_600_000)
        assert (await http.get(address)).status_code == 400
    gid = done["id"]
    late = asked(store, "BulkOperationRead", id=gid)
    assert (late["status"], late["url"]) == ("EXPIRED", None)


async def test_the_address_is_where_the_app_asked_also_under_a_prefix():
    clock = Clock()
    store = new_store(clock)
    async with http_to(store, prefix="/practice-store") as http:
        headers = {"X-Shopify-Access-Token": TOKEN}

        async def ask_for(name, **variables):
            sent = {"query": DOCUMENTS, "variables": variables, "operationName": name}
            answer = await http.post(f"/practice-store{API}", json=sent, headers=headers)
            return next(iter(answer.json()["data"].values()))

        begun = await ask_for("BulkOperationRunQuery", query=SOME)
        gid = begun["bulkOperation"]["id"]
        clock.pass_ms(300)
        store.settle()
        clock.pass_ms(1200)
        done = await ask_for("BulkOperationRead", id=gid)
        assert done["url"].startswith("http://127.0.0.1/practice-store/bulk-operation-outputs/")
        assert (await http.get(done["url"])).status_code == 200


def test_six_exports_are_one_too_many_until_one_has_ended():
    clock = Clock()
    store = new_store(clock)
    running = [begun(store) for _ in range(5)]
    told = asked(store, "BulkOperationRunQuery", query=SOME)
    assert told["userErrors"] == [
        {
            "field": None,
            "message": f"A bulk query operation for this app and shop is already in progress: {', '.join(running)}.",
            "code": "OPERATION_IN_PROGRESS",
        }
    ]
    clock.pass_ms(300)
    store.settle()
    clock.pass_ms(1200)
    begun(store)


def test_a_cancelled_export_ends_soon_and_an_ended_one_is_not_cancelled():
    clock = Clock()
    store = new_store(clock)
    gid = begun(store)
    told = asked(store, "BulkOperationCancel", id=gid)
    assert (told["bulkOperation"]["status"], told["userErrors"]) == ("CANCELING", [])
    assert asked(store, "BulkOperationCancel", id=gid)["userErrors"] == []
    clock.pass_ms(500)
    assert asked(store, "BulkOperationRead", id=gid)["status"] == "CANCELED"
    again = asked(store, "BulkOperationCancel", id=gid)
    assert again["userErrors"] == [
        {"field": None, "message": "A bulk operation cannot be canceled when it is canceled"}
    ]
    assert again["bulkOperation"]["id"] == gid
    nobody = asked(store, "BulkOperationCancel", id="gid://shopify/BulkOperation/0")
    assert nobody["userErrors"] == [{"field": ["id"], "message": "Bulk operation does not exist"}]


async def test_an_export_that_fails_tells_why_and_keeps_some_of_its_rows():
    clock = Clock()
    store = new_store(clock)
    store.bulk_faults = [BulkFault(error="TIMEOUT", kept_share=0.25), BulkFault()]
    failed = finished(store, clock, SOME)
    assert (failed["status"], failed["errorCode"], failed["url"]) == ("FAILED", "TIMEOUT", None)
    kept = await rows(store, failed["partialDataUrl"])
    assert len(kept) == len(store.state.variants) // 4 == int(failed["objectCount"])
    nothing = finished(store, clock, SOME)
    assert (nothing["errorCode"], nothing["partialDataUrl"]) == ("INTERNAL_SERVER_ERROR", None)
    assert finished(store, clock, SOME)["status"] == "COMPLETED"


def test_the_end_of_an_export_is_told_by_webhook_once():
    clock = Clock()
    store = subscribed(clock, topics=("BULK_OPERATIONS_FINISH",))
    done = finished(store, clock, SOME)
    store.settle()
    (webhook,) = store.webhooks.waiting
    body = msgspec.json.decode(webhook.body)
    assert body["admin_graphql_api_id"] == done["id"]
    assert (body["status"], body["type"], body["error_code"]) == ("completed", "query", None)
    assert "url" not in body


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "Invalid bulk query: syntax error, unexpected end of file"),
        ("{ shop { id } }", "Bulk queries must contain at least one connection."),
        (
            "{ shop { colour } }",
            "Invalid bulk query: Field 'colour' doesn't exist on type 'Shop'",
        ),
        (
            "{ orders { edges { node { name lineItems { edges { node { id } } } } } } }",
            (
                "The parent 'node' field for a nested connection must select the 'id' field without an alias and"
                " must be of 'ID' return type. Connection fields without 'id': orders."
            ),
        ),
        (
            "{ orders { edges { node { id lineItems { nodes { id } } } } } }",
            (
                "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g:"
                " 'lineItems { edges { node {'. Selecting via 'nodes' is not supported."
                " Invalid connection fields: 'lineItems'."
            ),
        ),
        (
            f"# {'x' * 65_534}",
            "Query is too large (65536 bytes; maximum is 65535 bytes)",
        ),
    ],
)
def test_a_query_that_cannot_be_exported_is_refused_with_the_reason(query, message):
    told = asked(new_store(stocked=False), "BulkOperationRunQuery", query=query)
    assert told["bulkOperation"] is None
    assert told["userErrors"] == [{"field": ["query"], "message": message, "code": "INVALID"}]


def test_an_id_of_something_else_is_no_export():
    answer = ask(new_store(), '{ bulkOperation(id: "gid://shopify/Order/1") { id } }')
    assert answer["data"] == {"bulkOperation": None}
    (error,) = answer["errors"]
    assert error["message"] == "Invalid id: gid://shopify/Order/1"
    assert error["extensions"]["code"] == "RESOURCE_NOT_FOUND"


async def test_a_store_that_was_killed_still_has_its_exports_as_they_were(tmp_path):
    clock = Clock()
    journal = tmp_path / "store.jsonl"
    store = new_store(clock, journal=journal)
    done = finished(store, clock, SOME)
    before = await rows(store, done["url"])
    waiting = begun(store)
    store.close()
    again = new_store(clock, journal=journal)
    again.state.storage.address = store.state.storage.address
    assert asked(again, "BulkOperationRead", id=done["id"]) == done
    assert await rows(again, done["url"]) == before
    clock.pass_ms(300)
    again.settle()
    clock.pass_ms(1200)
    assert asked(again, "BulkOperationRead", id=waiting)["status"] == "COMPLETED"
    again.close()


def test_exports_are_listed_newest_first_and_by_state():
    clock = Clock()
    store = new_store(clock)
    first = finished(store, clock, SOME)["id"]
    second = begun(store)
    page = asked(store, "BulkOperationsPage", first=5)
    assert [one["id"] for one in page["nodes"]] == [second, first]
    page = asked(store, "BulkOperationsPage", first=5, query="status:completed")
    assert [one["id"] for one in page["nodes"]] == [first]
    page = asked(store, "BulkOperationsPage", first=1)
    rest = asked(store, "BulkOperationsPage", first=1, after=page["pageInfo"]["endCursor"])
    assert [one["id"] for one in rest["nodes"]] == [first]

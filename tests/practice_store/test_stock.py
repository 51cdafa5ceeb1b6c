"""Stock at locations: what orders and apps do to it, and who hears of it."""

import contextlib

import msgspec
import pytest

from server.practice_store.commands import (
    CancelFulfillment,
    CancelOrder,
    CreateFulfillment,
    MarkPaid,
    ShipGroup,
)
from server.practice_store.commands_edits import BeginEdit, CommitEdit, SetEditQuantity
from server.practice_store.commands_refunds import CreateRefund, RefundedLine
from server.practice_store.commands_returns import DisposeReturned, WantedDisposition
from server.practice_store.commands_work import MoveWork
from server.practice_store.graphql_api import GraphqlApi
from server.practice_store.subset_schema import HERE
from tests.practice_store.order_steps import opened, shipped
from tests.shopify.practice import Clock, new_store, some_lines, subscribed

CHANGES = (HERE / "also_answered" / "inventory_changes.graphql").read_text("utf-8")
LEVELS = (HERE / "also_answered" / "inventory_levels.graphql").read_text("utf-8")


def asked(store, name, document=CHANGES, **variables):
    """What a document answers under its one root."""
    answer = GraphqlApi(store).answer(document, variables, name)
    assert "errors" not in answer, answer
    (told,) = answer["data"].values()
    return told


class Shelf:
    """The first variant's level at the location that orders ship from."""

    def __init__(self, store) -> None:
        variant = next(iter(store.state.variants.values()))
        self.store = store
        self.item = variant.inventory_item
        self.level = self.item.levels[store.state.first_location().number]
        self.location = self.level.location
        self.start = self.counts()

    def counts(self) -> tuple[int, int, int]:
        return tuple(self.level.units(name) for name in ("available", "committed", "on_hand"))

    def moved(self) -> tuple[int, ...]:
        """By how much available, committed and on hand differ from the start."""
        return tuple(now - then for now, then in zip(self.counts(), self.start, strict=True))

    def adjust(self, delta: int, key: str, change_from: int | None = None, **more):
        change = {
            "inventoryItemId": self.item.id,
            "locationId": self.location.id,
            "delta": delta,
            "changeFromQuantity": change_from,
        }
        sent = {"name": "available", "reason": "correction", "changes": [change]} | more
        return asked(self.store, "InventoryAdjust", input=sent, idempotencyKey=key)


def codes(told) -> list[str]:
    return [error["code"] for error in told["userErrors"]]


def test_an_order_commits_its_units_and_a_shipment_takes_them_off_the_shelf():
    store = new_store()
    shelf = Shelf(store)
    order = store.place_order(some_lines(store, 1, quantity=3))
    assert shelf.moved() == (-3, 3, 0)
    (work,) = order.work
    shipment = store.execute(CreateFulfillment(groups=(ShipGroup(fulfillment_order=work.id),)))
    assert shelf.moved() == (-3, 0, -3)
    store.execute(CancelFulfillment(fulfillment=shipment.id))
    assert shelf.moved() == (-3, 3, 0)
    store.execute(CancelOrder(order=order.number, restock=True))
    assert shelf.moved() == (0, 0, 0)


def test_an_order_cancelled_without_restocking_takes_its_units_with_it():
    store = new_store()
    shelf = Shelf(store)
    order = store.place_order(some_lines(store, 1, quantity=3))
    store.execute(CancelOrder(order=order.number, restock=False))
    assert shelf.moved() == (-3, 0, -3)


@pytest.mark.parametrize(("restock", "moved"), [(True, (-1, 1, 0)), (False, (-3, 1, -2))])
def test_units_edited_out_go_back_on_the_shelf_only_if_the_edit_says_so(restock, moved):
    store = new_store()
    shelf = Shelf(store)
    order = store.place_order(some_lines(store, 1, quantity=3))
    edit = store.execute(BeginEdit(order=order.id))
    line = edit.line_items[0].id
    store.execute(SetEditQuantity(edit=edit.id, line=line, quantity=1, restock=restock))
    store.execute(CommitEdit(edit=edit.id))
    assert shelf.moved() == moved


def test_work_moved_to_another_location_is_committed_there():
    store = new_store()
    shelf = Shelf(store)
    order = store.place_order(some_lines(store, 1, quantity=3))
    other = list(store.state.locations.values())[-1]
    there = shelf.item.levels[other.number]
    before = there.units("available")
    moved = store.execute(MoveWork(work=order.work[0].id, location=other.id))
    assert not isinstance(moved, list), moved
    assert shelf.moved() == (0, 0, 0)
    assert (there.units("available"), there.units("committed")) == (before - 3, 3)


def test_goods_that_come_back_are_on_the_shelf_once_somebody_puts_them_there():
    store = new_store()
    shelf = Shelf(store)
    order = shipped(store, some_lines(store, 1, quantity=3))
    back = opened(store, order, 2)
    assert shelf.moved() == (-3, 0, -3)
    part = back.reverse_fulfillment_orders[0].line_items[0]
    for kind, moved in (("MISSING", (-3, 0, -3)), ("RESTOCKED", (-2, 0, -2))):
        wanted = WantedDisposition(line=part.id, quantity=1, type=kind, location=shelf.location.id)
        store.execute(DisposeReturned(dispositions=(wanted,)))
        assert shelf.moved() == moved


def test_a_refund_puts_back_what_it_says_it_takes_back():
    store = new_store()
    shelf = Shelf(store)
    order = shipped(store, some_lines(store, 1, quantity=3))
    store.execute(MarkPaid(order=order.number))
    line = order.line_items[0].id
    for restock, moved in (("NO_RESTOCK", (-3, 0, -3)), ("RETURN", (-2, 0, -2))):
        taken = RefundedLine(line=line, quantity=1, restock=restock, location=shelf.location.id)
        refund = store.execute(CreateRefund(order=order.id, lines=(taken,)))
        assert not isinstance(refund, list), refund
        assert shelf.moved() == moved


def test_more_can_be_ordered_than_there_is():
    store = new_store()
    shelf = Shelf(store)
    store.place_order(some_lines(store, 1, quantity=1000))
    assert shelf.level.units("available") < 0
    assert shelf.moved() == (-1000, 1000, 0)


def test_an_adjustment_is_told_with_what_is_on_hand_and_counts_once_for_a_key():
    store = new_store()
    shelf = Shelf(store)
    first = shelf.adjust(4, "a", referenceDocumentUri="rawana://ledger/7")
    group = first["inventoryAdjustmentGroup"]
    assert [
        (one["name"], one["delta"], one["quantityAfterChange"]) for one in group["changes"]
    ] == [
        ("available", 4, None),
        ("on_hand", 4, None),
    ]
    assert group["referenceDocumentUri"] == "rawana://ledger/7"
    again = shelf.adjust(4, "a", referenceDocumentUri="rawana://ledger/7")
    assert again == first
    assert shelf.moved() == (4, 0, 4)


def test_a_key_used_for_something_else_is_refused():
    shelf = Shelf(new_store())
    shelf.adjust(4, "a")
    assert codes(shelf.adjust(5, "a")) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
    assert shelf.moved() == (4, 0, 4)


def test_a_key_whose_attempt_failed_is_spent():
    shelf = Shelf(new_store())
    assert codes(shelf.adjust(4, "a", reason="because")) == ["INVALID_REASON"]
    assert codes(shelf.adjust(4, "a", reason="because")) == ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]
    assert codes(shelf.adjust(4, "b")) == []


def test_a_key_is_remembered_by_a_store_that_was_killed(tmp_path):
    journal = tmp_path / "store.jsonl"
    with contextlib.closing(new_store(journal=journal)) as store:
        first = Shelf(store).adjust(4, "a")
    with contextlib.closing(new_store(journal=journal)) as again:
        shelf = Shelf(again)
        assert shelf.adjust(4, "a") == first
        assert shelf.moved() == (0, 0, 0)
        assert codes(shelf.adjust(5, "a")) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]


@pytest.mark.parametrize("key", [None, " "])
def test_a_change_without_a_key_is_an_error(key):
    store = new_store()
    shelf = Shelf(store)
    directive = f'@idempotent(key: "{key}")' if key else ""
    document = f"""mutation ($input: InventoryAdjustQuantitiesInput!) {{
      inventoryAdjustQuantities(input: $input) {directive} {{ userErrors {{ message }} }}
    }}"""
    change = {
        "inventoryItemId": shelf.item.id,
        "locationId": shelf.location.id,
        "delta": 1,
        "changeFromQuantity": None,
    }
    sent = {"name": "available", "reason": "correction", "changes": [change]}
    answer = GraphqlApi(store).answer(document, {"input": sent}, None)
    assert answer["data"] == {"inventoryAdjustQuantities": None}
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert shelf.moved() == (0, 0, 0)


def test_what_is_there_now_must_be_told_and_must_be_right():
    store = new_store()
    shelf = Shelf(store)
    available = shelf.level.units("available")
    stale = shelf.adjust(1, "a", change_from=available + 1)
    assert codes(stale) == ["CHANGE_FROM_QUANTITY_STALE"]
    assert codes(shelf.adjust(1, "b", change_from=available)) == []
    change = {"inventoryItemId": shelf.item.id, "locationId": shelf.location.id, "delta": 1}
    sent = {"name": "available", "reason": "correction", "changes": [change]}
    answer = GraphqlApi(store).answer(
        CHANGES, {"input": sent, "idempotencyKey": "c"}, "InventoryAdjust"
    )
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"
    assert "changeFromQuantity" in error["message"]


def test_what_is_on_hand_is_set_by_what_is_available():
    store = new_store()
    shelf = Shelf(store)
    store.place_order(some_lines(store, 1, quantity=2))
    goal = {
        "inventoryItemId": shelf.item.id,
        "locationId": shelf.location.id,
        "quantity": 100,
        "changeFromQuantity": shelf.level.units("on_hand"),
    }
    sent = {"name": "on_hand", "reason": "cycle_count_available", "quantities": [goal]}
    told = asked(store, "InventorySet", input=sent, idempotencyKey="a")
    assert told["userErrors"] == []
    assert shelf.counts() == (98, 2, 100)
    nothing = asked(
        store,
        "InventorySet",
        input=sent | {"quantities": [goal | {"changeFromQuantity": 100}]},
        idempotencyKey="b",
    )
    assert nothing == {"inventoryAdjustmentGroup": None, "userErrors": []}


def test_units_move_from_a_state_to_another():
    store = new_store()
    shelf = Shelf(store)
    available = shelf.level.units("available")
    stand = {"locationId": shelf.location.id, "changeFromQuantity": None}
    move = {
        "inventoryItemId": shelf.item.id,
        "quantity": 2,
        "from": stand | {"name": "available"},
        "to": stand | {"name": "damaged", "ledgerDocumentUri": "rawana://ledger/8"},
    }
    uri = "rawana://ledger/8"
    sent = {"reason": "damaged", "changes": [move], "referenceDocumentUri": uri}
    told = asked(store, "InventoryMove", input=sent, idempotencyKey="a")
    assert told["userErrors"] == []
    assert (shelf.level.units("available"), shelf.level.units("damaged")) == (available - 2, 2)
    assert shelf.moved()[2] == 0
    same = sent | {"changes": [move | {"to": stand | {"name": "available"}}]}
    told = asked(store, "InventoryMove", input=same, idempotencyKey="b")
    assert codes(told) == ["SAME_QUANTITY_NAME"]


def test_a_level_that_is_not_stocked_any_more_keeps_its_units_and_is_shown_when_asked_for():
    store = new_store()
    shelf = Shelf(store)
    gid = shelf.level.id
    assert asked(store, "InventoryDeactivate", inventoryLevelId=gid)["userErrors"] == []
    read = asked(store, "InventoryLevelRead", LEVELS, id=gid)
    assert read["isActive"] is False
    assert read["quantities"][0]["quantity"] == shelf.start[0]
    assert gid not in [one.id for one in shelf.item.inventory_levels()]
    assert gid in [one.id for one in shelf.item.inventory_levels(include_inactive=True)]
    others = shelf.item.inventory_levels()
    assert read["item"]["variant"]["inventoryQuantity"] == sum(
        one.units("available") for one in others
    )
    told = asked(
        store,
        "InventoryActivate",
        inventoryItemId=shelf.item.id,
        locationId=shelf.location.id,
        idempotencyKey="a",
    )
    assert told["userErrors"] == []
    assert asked(store, "InventoryLevelRead", LEVELS, id=gid)["isActive"] is True


def test_the_last_place_that_stocks_something_stays():
    store = new_store()
    shelf = Shelf(store)
    for level in list(shelf.item.levels.values()):
        if level is not shelf.level:
            asked(store, "InventoryDeactivate", inventoryLevelId=level.id)
    (error,) = asked(store, "InventoryDeactivate", inventoryLevelId=shelf.level.id)["userErrors"]
    assert error["message"].endswith("products need to be stocked at a minimum of 1 location.")


def test_levels_are_read_by_the_ids_of_their_items_and_what_is_unknown_is_null():
    store = new_store()
    shelf = Shelf(store)
    read = asked(
        store,
        "InventoryLevels",
        LEVELS,
        ids=[shelf.item.id, "gid://shopify/InventoryItem/9", "gid://shopify/Moon/1"],
    )
    assert read[0]["sku"] == shelf.item.sku
    levels = read[0]["inventoryLevels"]["nodes"]
    assert len(levels) == len(store.state.locations)
    assert read[1:] == [None, None]
    mine = next(one for one in levels if one["id"] == shelf.level.id)
    quantities = {one["name"]: one["quantity"] for one in mine["quantities"]}
    assert (quantities["available"], quantities["on_hand"]) == shelf.start[::2]


def test_each_level_that_changes_is_told_once_a_command_with_what_is_available_then():
    clock = Clock()
    store = subscribed(clock, topics=("INVENTORY_LEVELS_UPDATE",))
    shelf = Shelf(store)
    store.webhooks.waiting.clear()
    store.place_order([*some_lines(store, 2), *some_lines(store, 1)])
    sent = [msgspec.json.decode(one.body) for one in store.webhooks.waiting]
    assert len(sent) == 2
    assert len({one.webhook_id for one in store.webhooks.waiting}) == 2
    mine = next(one for one in sent if one["inventory_item_id"] == shelf.item.number)
    assert mine["available"] == shelf.start[0] - 2
    assert mine["location_id"] == shelf.location.number
    assert mine["admin_graphql_api_id"] == shelf.level.id

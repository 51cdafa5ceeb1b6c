"""What the team does with an order after it was placed, over the control API as tests and demonstrations do it."""

from decimal import Decimal

import pytest

from server.practice_store.commands import MarkPaid
from tests.practice_store.order_steps import shipped
from tests.shopify.practice import custom_line, http_to, new_store, some_lines

API = "/practice/api"


async def post(store, path: str, **asked):
    answer = await http_to(store).post(f"{API}/{path}", json=asked)
    return answer.status_code, answer.json()


def sku_of(store, place: int) -> str:
    return list(store.state.variants.values())[place].sku


async def test_the_team_exchanges_a_line_before_it_is_shipped():
    store = new_store()
    order = store.place_order(some_lines(store, 1, quantity=2))
    status, shown = await post(
        store,
        "orders/1001/edit",
        lines=[{"line": order.line_items[0].sku, "quantity": 0}],
        add=[{"sku": sku_of(store, 4)}, {"title": "Wrap", "price": "50", "quantity": 2}],
        notify_customer=True,
    )
    assert (status, shown["edited"]) == (200, True)
    assert [line["current_quantity"] for line in shown["lines"]] == [0, 1, 2]
    assert [work["status"] for work in shown["work"]] == ["CLOSED", "OPEN"]
    assert store.state.notifications[-1].kind == "invoice"


@pytest.mark.parametrize(
    "asked",
    [
        {"lines": [{"line": "NO-SUCH", "quantity": 1}]},
        {"add": [{"sku": "NO-SUCH"}]},
        {"add": [{"title": ""}]},
        {},
    ],
)
async def test_an_edit_that_cannot_be_says_why_and_changes_nothing(asked):
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    status, shown = await post(store, "orders/1001/edit", **asked)
    assert status == 422
    assert shown["errors"][0]["message"]
    assert (order.edited, len(order.line_items)) == (False, 1)


async def test_the_team_holds_a_part_and_releases_it():
    store = new_store()
    order = store.place_order(some_lines(store, 1, quantity=3))
    part = [{"line": order.line_items[0].id, "quantity": 1}]
    _, held = await post(store, "orders/1001/hold", lines=part, reason="AWAITING_PAYMENT")
    assert [(one["status"], one["holds"]) for one in held["work"]] == [
        ("ON_HOLD", ["Awaiting payment"]),
        ("OPEN", []),
    ]
    assert not order.work[0].fulfillment_holds[0].held_by_requesting_app
    _, free = await post(store, "orders/1001/release", work=held["work"][0]["number"])
    assert [(one["status"], one["lines"][0]["quantity"]) for one in free["work"]] == [
        ("OPEN", 3),
        ("CLOSED", 0),
    ]


async def test_the_team_moves_splits_and_works_on_what_is_to_ship():
    store = new_store()
    order = store.place_order(some_lines(store, 1, quantity=3))
    place = list(store.state.locations.values())[1]
    _, moved = await post(store, "orders/1001/move", location=place.number)
    assert [one["location"] for one in moved["work"]] == [place.name]
    one = [{"line": order.line_items[0].sku, "quantity": 1}]
    _, split = await post(store, "orders/1001/split", lines=one)
    assert [work["lines"][0]["quantity"] for work in split["work"]] == [2, 1]
    _, busy = await post(store, "orders/1001/progress", notes="packing")
    assert busy["fulfillment_status"] == "IN_PROGRESS"
    _, idle = await post(store, "orders/1001/stop-progress")
    assert idle["fulfillment_status"] == "UNFULFILLED"
    status, _ = await post(store, "orders/1001/move", location=1)
    assert status == 422


async def test_the_team_takes_goods_back_exchanges_them_and_gives_money_back():
    store = new_store()
    order = shipped(store, some_lines(store, 1, quantity=2))
    store.execute(MarkPaid(order=order.number))
    line = order.line_items[0]
    _, shown = await post(
        store,
        "orders/1001/return",
        lines=[{"line": line.sku, "quantity": 1}],
        exchange=[{"sku": sku_of(store, 4)}],
    )
    [made] = shown["returns"]
    assert (made["status"], made["units"], shown["return_status"]) == ("OPEN", 1, "IN_PROGRESS")
    status, done = await post(store, f"returns/{made['number']}/process", amount=str(line.price))
    assert (status, done["returns"][0]["processed"]) == (200, 1)
    assert (line.current_quantity, order.given_back) == (1, line.price)
    assert done["refunds"][0]["units"] == 1
    _, closed = await post(store, f"returns/{made['number']}/close")
    assert closed["return_status"] == "RETURNED"


@pytest.mark.parametrize(
    ("deed", "status"), [("approve", "OPEN"), ("decline", "DECLINED"), ("cancel", "CANCELED")]
)
async def test_a_customers_wish_to_return_is_answered(deed, status):
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 1)])
    wanted = [{"line": order.line_items[0].id, "quantity": 1}]
    _, shown = await post(store, "orders/1001/return", lines=wanted, requested=True)
    assert shown["return_status"] == "RETURN_REQUESTED"
    number = shown["returns"][0]["number"]
    _, answered = await post(store, f"returns/{number}/{deed}")
    assert answered["returns"][0]["status"] == status


async def test_more_than_was_shipped_does_not_come_back():
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 1)])
    wanted = [{"line": order.line_items[0].id, "quantity": 2}]
    status, shown = await post(store, "orders/1001/return", lines=wanted)
    assert (status, order.returned) == (422, [])
    assert "were shipped and not returned" in shown["errors"][0]["message"]
    assert (await post(store, "returns/7/close"))[0] == 404


async def test_the_team_refunds_and_notes_payments():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 2, "10")])
    total = order.total
    await post(store, "orders/1001/payments", amount="5")
    assert order.outstanding == total - 5
    await post(store, "orders/1001/payments")
    assert order.display_financial_status == "PAID"
    line = [{"line": order.line_items[0].id, "quantity": 1}]
    _, shown = await post(
        store, "orders/1001/refund", lines=line, restock="CANCEL", amount="5", note="Torn"
    )
    assert (shown["refunds"][0]["total"], order.given_back) == ("5.00", Decimal(5))
    status, _ = await post(store, "orders/1001/refund", amount="1000000")
    assert status == 422


async def test_a_cancelled_order_gives_its_money_back_when_the_team_says_so():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 2, "10")])
    store.execute(MarkPaid(order=order.number))
    _, shown = await post(store, "orders/1001/cancel", refund=True)
    assert (shown["financial_status"], order.given_back) == ("REFUNDED", order.received)


async def test_the_team_archives_takes_back_and_deletes():
    store = new_store()
    store.place_order(some_lines(store, 1))
    assert (await post(store, "orders/1001/close"))[1]["closed"] is True
    assert (await post(store, "orders/1001/open"))[1]["closed"] is False
    gone = await http_to(store).delete(f"{API}/orders/1001")
    assert (gone.status_code, store.state.orders, store.state.work) == (200, {}, {})
    assert (await post(store, "orders/1001/edit"))[0] == 404

"""Returns: units that come back after they were shipped, and what is sent in exchange."""

from decimal import Decimal

import msgspec
import pytest

from server.practice_store.commands import CancelOrder, MarkPaid
from server.practice_store.commands_refunds import RefundedMoney
from server.practice_store.commands_returns import (
    ApproveReturn,
    CancelReturn,
    CloseReturn,
    DeclineReturn,
    DisposeReturned,
    OpenReturn,
    ProcessedLine,
    ProcessReturn,
    RemoveFromReturn,
    ReopenReturn,
    RequestReturn,
    Units,
    WantedDisposition,
    WantedExchangeLine,
)
from tests.practice_store.order_steps import asked, message, opened, shipped, wanted_back
from tests.shopify.practice import Clock, custom_line, new_store, some_lines, subscribed


def processed(store, made, *quantities: int, **more):
    lines = tuple(
        ProcessedLine(line=line.id, quantity=units)
        for line, units in zip(made.return_line_items, quantities, strict=False)
    )
    return store.execute(ProcessReturn(of_return=made.id, lines=lines, **more))


def exchange_of(store, place: int = 5, quantity: int = 1) -> WantedExchangeLine:
    variant = list(store.state.variants.values())[place]
    return WantedExchangeLine(variant=variant.id, quantity=quantity)


def test_a_return_is_open_at_once_with_a_way_back_for_its_goods():
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 2), custom_line("Cap", 1)])
    made = opened(store, order, 1, 1)
    assert (made.name, made.status, made.total_quantity) == ("#1001-R1", "OPEN", 2)
    assert order.return_status == "IN_PROGRESS"
    [back] = made.reverse_fulfillment_orders
    assert (back.status, [part.total_quantity for part in back.line_items]) == ("OPEN", [1, 1])


def test_units_are_off_the_order_once_the_return_is_processed_and_not_before():
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 2, "10")])
    store.execute(MarkPaid(order=order.number))
    made = opened(store, order, 1)
    line = order.line_items[0]
    total = order.total
    assert (line.current_quantity, order.outstanding) == (2, 0)
    processed(store, made, 1)
    assert (line.current_quantity, line.unfulfilled_quantity) == (1, 0)
    assert (order.total, order.outstanding) == (total - 10, Decimal(-10))
    assert order.display_fulfillment_status == "FULFILLED"


def test_asking_opening_and_closing_leave_the_orders_time_of_change_alone():
    clock = Clock()
    store = subscribed(clock, topics=("ORDERS_UPDATED",))
    order = shipped(store, [custom_line("Kurta", 1)])
    before, told = order.updated_at, len(store.webhooks.waiting)
    clock.pass_ms(60_000)
    made = store.execute(RequestReturn(order=order.id, lines=wanted_back(order, 1)))
    store.execute(ApproveReturn(of_return=made.id))
    store.execute(CloseReturn(of_return=made.id))
    store.execute(ReopenReturn(of_return=made.id))
    assert (order.updated_at, len(store.webhooks.waiting)) == (before, told)
    processed(store, made, 1)
    assert order.updated_at == before + 60_000


@pytest.mark.parametrize(
    ("steps", "status", "shown"),
    [
        ([], "REQUESTED", "RETURN_REQUESTED"),
        ([ApproveReturn], "OPEN", "IN_PROGRESS"),
        ([DeclineReturn], "DECLINED", "NO_RETURN"),
        ([CancelReturn], "CANCELED", "NO_RETURN"),
        ([ApproveReturn, CloseReturn], "CLOSED", "RETURNED"),
        ([ApproveReturn, CloseReturn, ReopenReturn], "OPEN", "IN_PROGRESS"),
        ([ApproveReturn, CancelReturn], "CANCELED", "NO_RETURN"),
    ],
)
def test_the_order_shows_how_its_returns_stand(steps, status, shown):
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 1)])
    made = store.execute(RequestReturn(order=order.id, lines=wanted_back(order, 1)))
    for step in steps:
        more = {"reason": "OTHER"} if step is DeclineReturn else {}
        assert store.execute(step(of_return=made.id, **more)) is made
    assert (made.status, order.return_status) == (status, shown)


def test_only_what_was_shipped_and_is_not_coming_back_already_can_be_returned():
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 2)])
    first = opened(store, order, 1)
    assert message(opened(store, order, 2)) == "Return line item has an invalid quantity."
    store.execute(CancelReturn(of_return=first.id))
    assert opened(store, order, 2).status == "OPEN"
    unsent = store.place_order([custom_line("Cap", 1)])
    lines = wanted_back(order, 1)
    refused = store.execute(OpenReturn(order=unsent.id, lines=lines))
    assert message(refused) == "Fulfillment Line Item was not found."
    assert asked(store, "returnable_fulfillments", orderId=order.id) == {
        "returnableFulfillments": {"nodes": []}
    }


def test_a_processed_return_cannot_be_called_off():
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 2)])
    made = opened(store, order, 2)
    processed(store, made, 1)
    assert message(store.execute(CancelReturn(of_return=made.id))) == "Return is not cancelable."
    assert message(processed(store, made, 2)) == "Return line item has an invalid quantity."


def test_an_order_with_a_return_cannot_be_cancelled():
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 1)])
    opened(store, order, 1)
    refused = store.execute(CancelOrder(order=order.number))
    assert message(refused) == "Cannot cancel an order that has returns"


def test_what_is_sent_in_exchange_is_a_new_line_with_open_work_of_its_own():
    store = new_store()
    order = shipped(store, some_lines(store, 1))
    made = opened(store, order, 1, exchange=(exchange_of(store),))
    [exchange] = made.exchange_line_items
    [added] = exchange.line_items
    assert order.line_items[-1] is added
    assert (exchange.processed_quantity, exchange.unprocessed_quantity) == (1, 0)
    assert [(work.status, work.remaining_units) for work in order.work] == [
        ("CLOSED", 0),
        ("OPEN", 1),
    ]
    assert order.display_fulfillment_status == "PARTIALLY_FULFILLED"


def test_an_exchange_left_unprocessed_comes_onto_the_order_when_it_is_processed():
    store = new_store()
    order = shipped(store, some_lines(store, 1))
    made = opened(store, order, 1, exchange=(exchange_of(store),), unprocessed=True)
    assert len(order.line_items) == len(order.work) == 1
    [exchange] = made.exchange_line_items
    processed(store, made, 1, exchange=(Units(line=exchange.id, quantity=1),))
    assert [line.current_quantity for line in order.line_items] == [0, 1]
    assert order.work[1].status == "OPEN"
    assert order.total == order.line_items[1].price + order.shipping


def test_agreements_tell_a_return_and_its_exchange_with_their_money():
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 2, "1000", discount=Decimal(100))])
    made = opened(store, order, 1, exchange=(exchange_of(store),), unprocessed=True)
    exchange = made.exchange_line_items[0]
    processed(store, made, 1, exchange=(Units(line=exchange.id, quantity=1),))
    shown = asked(store, "order_agreements", id=order.id)["order"]["agreements"]["nodes"]
    told = [
        (
            one["__typename"],
            one["return"]["id"],
            [
                (sale["actionType"], sale["quantity"], sale["totalAmount"]["shopMoney"]["amount"])
                for sale in one["sales"]["nodes"]
            ],
        )
        for one in shown[1:]
    ]
    assert told == [
        ("ReturnAgreement", made.id, [("RETURN", -1, "-950.0")]),
        ("ReturnAgreement", made.id, [("ORDER", 1, f"{exchange.variant.price:.1f}")]),
    ]
    sales = [sale.amount for one in order.agreed for sale in one.sales]
    assert sum(sales) == order.total


def test_money_goes_back_with_a_processed_return():
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 2, "10")])
    store.execute(MarkPaid(order=order.number))
    made = opened(store, order, 1)
    money = (RefundedMoney(amount=Decimal(10), parent=order.payments[-1].id),)
    processed(store, made, 1, money=money)
    assert (order.given_back, order.outstanding) == (Decimal(10), 0)
    assert order.display_financial_status == "PARTIALLY_REFUNDED"
    shown = asked(store, "return_read", id=made.id)["return"]
    [refund] = shown["refunds"]["nodes"]
    read = asked(store, "refund_read", id=refund["id"])["refund"]
    assert (read["return"]["id"], read["totalRefundedSet"]["shopMoney"]["amount"]) == (
        made.id,
        "10.0",
    )
    too_much = (RefundedMoney(amount=Decimal(1000), parent=money[0].parent),)
    other = opened(store, order, 1)
    refused = message(processed(store, other, 1, money=too_much))
    assert refused.startswith("Refund amount $1000.00 is greater than net payment received $")
    assert other.return_line_items[0].processed_quantity == 0


def test_goods_that_came_back_are_put_somewhere_once():
    store = new_store()
    order = shipped(store, some_lines(store, 1, quantity=2))
    made = opened(store, order, 2)
    [back] = made.reverse_fulfillment_orders
    part = back.line_items[0]
    place = next(iter(store.state.locations.values()))

    def dispose(quantity: int, kind: str, location: str | None):
        wanted = WantedDisposition(line=part.id, quantity=quantity, type=kind, location=location)
        return store.execute(DisposeReturned(dispositions=(wanted,)))

    assert message(dispose(1, "RESTOCKED", None)) == "Location not found."
    dispose(1, "RESTOCKED", place.id)
    assert back.status == "OPEN"
    assert isinstance(dispose(2, "MISSING", None), list)
    dispose(1, "MISSING", None)
    assert back.status == "CLOSED"
    assert [(one.type, one.quantity) for one in part.dispositions] == [
        ("RESTOCKED", 1),
        ("MISSING", 1),
    ]


def test_what_is_no_variant_cannot_go_back_on_a_shelf():
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 1)])
    made = opened(store, order, 1)
    part = made.reverse_fulfillment_orders[0].line_items[0]
    place = next(iter(store.state.locations.values()))
    wanted = WantedDisposition(line=part.id, quantity=1, type="RESTOCKED", location=place.id)
    refused = message(store.execute(DisposeReturned(dispositions=(wanted,))))
    assert refused == "RESTOCKED is an invalid disposition type for a custom line item."


def test_units_taken_out_of_a_return_do_not_come_back():
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 3), custom_line("Cap", 1)])
    made = opened(store, order, 3, 1)
    kurta, cap = made.return_line_items

    def less(line, quantity: int):
        units = (Units(line=line.id, quantity=quantity),)
        return store.execute(RemoveFromReturn(of_return=made.id, lines=units))

    assert message(less(kurta, 4)) == "Return line item has an invalid quantity."
    assert message(less(kurta, 0)) == "Quantity must be greater than 0"
    less(kurta, 1)
    less(cap, 1)
    assert (made.total_quantity, made.return_line_items) == (2, [kurta])
    assert made.reverse_fulfillment_orders[0].line_items[0].total_quantity == 2


def test_a_return_is_made_and_read_over_the_api():
    store = new_store()
    order = shipped(store, some_lines(store, 1, quantity=2))
    part = order.shipments[0].fulfillment_line_items[0]
    variant = list(store.state.variants.values())[3]
    wanted = {
        "orderId": order.id,
        "returnLineItems": [
            {
                "fulfillmentLineItemId": part.id,
                "quantity": 1,
                "returnReasonDefinitionId": "gid://shopify/ReturnReasonDefinition/7",
            }
        ],
        "exchangeLineItems": [{"variantId": variant.id, "quantity": 1}],
    }
    made = asked(store, "return_create", returnInput=wanted)["returnCreate"]
    assert made["userErrors"] == []
    read = asked(store, "return_read", id=made["return"]["id"])["return"]
    line = read["returnLineItems"]["nodes"][0]
    assert (read["status"], line["unprocessedQuantity"]) == ("OPEN", 1)
    assert line["fulfillmentLineItem"]["lineItem"]["id"] == order.line_items[0].id
    assert read["exchangeLineItems"]["nodes"][0]["lineItems"] == [{"id": order.line_items[1].id}]
    given = {
        "returnId": made["return"]["id"],
        "returnLineItems": [{"id": line["id"], "quantity": 1}],
    }
    assert asked(store, "return_process", input=given)["returnProcess"]["userErrors"] == []
    assert order.line_items[0].current_quantity == 1
    full = asked(store, "order_full", id=order.id)["order"]
    assert full["returnStatus"] == "IN_PROGRESS"


def test_each_step_of_a_return_is_told_under_its_own_topic():
    topics = {
        "RETURNS_REQUEST": "requested",
        "RETURNS_APPROVE": "open",
        "RETURNS_CLOSE": "closed",
        "RETURNS_REOPEN": "open",
        "RETURNS_PROCESS": None,
    }
    store = subscribed(topics=tuple(topics))
    order = shipped(store, [custom_line("Kurta", 1)])
    made = store.execute(RequestReturn(order=order.id, lines=wanted_back(order, 1)))
    for step in (ApproveReturn, CloseReturn, ReopenReturn):
        store.execute(step(of_return=made.id))
    processed(store, made, 1)
    told = [
        (one.subscription.topic, msgspec.json.decode(one.body).get("status"))
        for one in store.webhooks.waiting
    ]
    assert told == list(topics.items())

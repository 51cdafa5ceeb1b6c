"""Refunds: units taken out of an order and money given back."""

from decimal import Decimal

import pytest

from server.practice_store.commands import MarkPaid
from server.practice_store.commands_refunds import CreateRefund, RefundedLine, RefundedMoney
from tests.practice_store.asking import ask
from tests.practice_store.order_steps import asked, message, shipped
from tests.shopify.practice import custom_line, new_store, subscribed


def paid(store, lines):
    order = store.place_order(lines)
    store.execute(MarkPaid(order=order.number))
    return order


def money(order, amount) -> tuple[RefundedMoney, ...]:
    payment = next(one for one in order.payments if one.pays)
    return (RefundedMoney(amount=Decimal(amount), parent=payment.id),)


def units(line, quantity: int, restock: str) -> tuple[RefundedLine, ...]:
    return (RefundedLine(line=line.id, quantity=quantity, restock=restock),)


def test_an_unpaid_order_has_nothing_to_refund():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 1, "10")])
    payment = order.payments[0]
    wanted = (RefundedMoney(amount=Decimal(1), parent=payment.id),)
    refused = store.execute(CreateRefund(order=order.id, money=wanted))
    assert message(refused) == "Transactions require a parent_id associated with the order"


def test_more_than_was_paid_is_refused_in_the_recorded_words():
    store = new_store()
    order = paid(store, [custom_line("Kurta", 1, "15")])
    received = order.received
    refused = store.execute(CreateRefund(order=order.id, money=money(order, received + 10)))
    assert message(refused) == (
        f"Refund amount ${received + 10:.2f} is greater than net payment received ${received:.2f}"
    )
    assert (order.refunded, order.given_back) == ([], 0)


@pytest.mark.parametrize(("restock", "to_ship"), [("CANCEL", 1), ("NO_RESTOCK", 2), ("RETURN", 2)])
def test_only_cancelled_units_need_not_be_shipped_any_more(restock, to_ship):
    store = new_store()
    order = paid(store, [custom_line("Kurta", 2, "10")])
    line = order.line_items[0]
    store.execute(
        CreateRefund(order=order.id, lines=units(line, 1, restock), money=money(order, 10))
    )
    assert (line.current_quantity, line.unfulfilled_quantity) == (1, to_ship)
    assert order.work[0].remaining_units == to_ship
    assert (order.outstanding, order.display_financial_status) == (0, "PARTIALLY_REFUNDED")


def test_shipped_units_cannot_be_cancelled_by_a_refund():
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 1, "10")])
    refused = store.execute(
        CreateRefund(order=order.id, lines=units(order.line_items[0], 1, "CANCEL"))
    )
    assert message(refused) == "Quantity cannot refund more items than were purchased"


def test_all_sales_still_come_to_the_total_after_a_refund_of_more_than_its_lines():
    store = new_store()
    order = paid(store, [custom_line("Kurta", 2, "10")])
    store.execute(
        CreateRefund(
            order=order.id,
            lines=units(order.line_items[0], 1, "CANCEL"),
            money=money(order, 12),
            shipping=Decimal(0),
        )
    )
    sales = [sale.amount for one in order.agreed for sale in one.sales]
    assert sum(sales) == order.total
    assert order.outstanding == 0


def test_the_delivery_charge_is_given_back_once():
    store = new_store()
    order = paid(store, None)
    while not order.ordered_shipping:
        order = paid(store, None)
    charge = order.ordered_shipping
    store.execute(CreateRefund(order=order.id, money=money(order, charge), shipping=None))
    assert (order.shipping, order.outstanding) == (0, 0)
    assert order.agreed[-1].sales[0].amount == -charge
    store.execute(CreateRefund(order=order.id, shipping=None))
    assert order.refunded_shipping == charge


def test_a_refund_asked_for_twice_under_one_key_is_given_once():
    store = new_store()
    order = paid(store, [custom_line("Kurta", 1, "10")])
    transaction = {
        "amount": "4.00",
        "gateway": "manual",
        "kind": "REFUND",
        "orderId": order.id,
        "parentId": order.payments[-1].id,
    }
    wanted = {"orderId": order.id, "transactions": [transaction]}
    answers = [asked(store, "refund_create", input=wanted, idempotencyKey="one") for _ in range(2)]
    assert answers[0] == answers[1]
    assert order.given_back == 4
    other = {**wanted, "note": "other"}
    again = asked(store, "refund_create", input=other, idempotencyKey="one")["refundCreate"]
    assert (again["refund"], len(again["userErrors"])) == (None, 1)
    asked(store, "refund_create", input=other, idempotencyKey="two")
    assert order.given_back == 8


def test_a_refund_needs_a_key():
    store = new_store()
    order = paid(store, [custom_line("Kurta", 1, "10")])
    document = 'mutation { refundCreate(input: {orderId: "%s"})%s { refund { id } } }'
    answer = ask(store, document % (order.id, ""))
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert answer["errors"][0]["message"] == (
        "The @idempotent directive is required for this mutation but was not provided."
    )
    blank = ask(store, document % (order.id, ' @idempotent(key: " ")'))
    assert blank["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert order.refunded == []


def test_a_refund_and_its_money_are_told():
    topics = ("ORDER_TRANSACTIONS_CREATE", "REFUNDS_CREATE", "ORDERS_UPDATED")
    store = subscribed(topics=topics)
    order = paid(store, [custom_line("Kurta", 1, "10")])
    before = len(store.webhooks.waiting)
    store.execute(CreateRefund(order=order.id, money=money(order, 3)))
    told = [one.subscription.topic for one in store.webhooks.waiting[before:]]
    assert told == list(topics)


def test_a_suggestion_tells_what_units_could_bring_back_and_the_way():
    store = new_store()
    order = paid(store, [custom_line("Kurta", 3, "10", discount=Decimal(3)), custom_line("Cap")])
    units_of = [{"lineItemId": order.line_items[0].id, "quantity": 2}]
    told = asked(store, "suggested_refund", id=order.id, lines=units_of)["order"]
    shown = told["suggestedRefund"]
    assert shown["amountSet"]["shopMoney"]["amount"] == "18.0"
    [transaction] = shown["suggestedTransactions"]
    assert transaction["parentTransaction"]["id"] == order.payments[-1].id
    assert order.given_back == 0


def test_nothing_is_suggested_for_what_was_never_paid():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 3, "10")])
    units_of = [{"lineItemId": order.line_items[0].id, "quantity": 2}]
    shown = asked(store, "suggested_refund", id=order.id, lines=units_of)["order"]
    assert shown["suggestedRefund"]["suggestedTransactions"] == []

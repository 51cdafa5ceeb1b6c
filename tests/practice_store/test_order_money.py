"""What becomes of an order as a whole: cancelled with or without its money, paid in parts, archived, corrected."""

from decimal import Decimal

import pytest

from server.practice_store.commands import CancelOrder, MarkPaid
from server.practice_store.commands_refunds import CloseOrder, OpenOrder, RecordPayment
from tests.practice_store.asking import ask
from tests.practice_store.order_steps import asked, exchanged, message, ship, shipped
from tests.shopify.practice import custom_line, new_store, some_lines, subscribed


def test_a_cancelled_order_has_no_units_and_comes_to_nothing():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 2, "10")])
    total = order.total
    store.execute(CancelOrder(order=order.number, restock=True))
    line = order.line_items[0]
    assert (line.quantity, line.current_quantity, line.unfulfilled_quantity) == (2, 0, 0)
    assert (order.total, order.ordered_total, order.outstanding) == (0, total, 0)
    assert order.display_financial_status == "VOIDED"
    sales = [sale.amount for one in order.agreed for sale in one.sales]
    assert sum(sales) == 0
    shown = asked(store, "order_agreements", id=order.id)["order"]["agreements"]["nodes"]
    assert [one["__typename"] for one in shown] == ["OrderAgreement", "RefundAgreement"]


@pytest.mark.parametrize(
    ("back", "status", "given"), [(True, "REFUNDED", True), (False, "PAID", False)]
)
def test_a_cancellation_gives_back_what_was_paid_when_asked_to(back, status, given):
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    store.execute(MarkPaid(order=order.number))
    paid = order.received
    store.execute(CancelOrder(order=order.number, refund=back, restock=False))
    assert order.display_financial_status == status
    assert order.given_back == (paid if given else 0)
    assert order.outstanding == (0 if given else -paid)
    assert order.refunded[0].refund_line_items[0].restock_type == "NO_RESTOCK"


def test_a_cancellation_is_asked_for_with_one_way_of_giving_back():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    document = (
        'mutation { orderCancel(orderId: "%s", reason: OTHER, restock: true, refund: true,'
        " refundMethod: {originalPaymentMethodsRefund: true})"
        " { job { id } orderCancelUserErrors { field message } } }"
    )
    refused = ask(store, document % order.id)["data"]["orderCancel"]
    assert refused["orderCancelUserErrors"] == [
        {
            "field": ["refund"],
            "message": "Only one of the arguments `refund` or `refund_method` is allowed.",
        }
    ]
    method = {"originalPaymentMethodsRefund": True}
    done = asked(
        store, "order_cancel", orderId=order.id, reason="OTHER", restock=True, refundMethod=method
    )
    assert done["orderCancel"]["job"]["id"].startswith("gid://shopify/Job/")
    assert order.cancelled_at is not None


def test_an_order_is_paid_in_parts():
    store = new_store()
    order = shipped(store, [custom_line("Kurta", 2, "10")])
    total = order.total
    store.execute(RecordPayment(order=order.id, amount=Decimal(5)))
    assert (order.display_financial_status, order.outstanding) == ("PARTIALLY_PAID", total - 5)
    too_much = RecordPayment(order=order.id, amount=total)
    assert message(store.execute(too_much)) == "Order cannot be marked as paid."
    assert not order.closed
    store.execute(RecordPayment(order=order.id))
    assert (order.display_financial_status, order.closed) == ("PAID", True)


def test_an_order_whose_last_unshipped_units_are_edited_out_closes_by_itself():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 1, "10"), *some_lines(store, 1)])
    exchanged(store, order, list(store.state.variants)[3])
    ship(store, order)
    store.execute(RecordPayment(order=order.id))
    assert (order.closed, order.display_fulfillment_status) == (True, "FULFILLED")


def test_an_order_is_archived_and_taken_back_once_each():
    store = subscribed(topics=("ORDERS_UPDATED",))
    order = store.place_order(some_lines(store, 1))
    for command, closed in ((CloseOrder, True), (CloseOrder, True), (OpenOrder, False)):
        store.execute(command(order=order.id))
        assert order.closed is closed
    assert len(store.webhooks.waiting) == 2
    gone = store.execute(OpenOrder(order="gid://shopify/Order/1"))
    assert message(gone) == "Order does not exist"


def test_a_correction_writes_over_what_it_names_and_nothing_else():
    store = new_store()
    order = store.place_order(some_lines(store, 1), note="Call first")
    wanted = {
        "id": order.id,
        "tags": ["vip", "confirmed"],
        "phone": "+923001234567",
        "poNumber": "7",
        "customAttributes": [{"key": "branch", "value": "Gulberg"}],
    }
    answer = asked(store, "order_update", input=wanted)["orderUpdate"]
    assert (answer["order"]["tags"], answer["order"]["note"]) == (
        ["confirmed", "vip"],
        "Call first",
    )
    assert (order.po_number, order.custom_attributes[0].value) == ("7", "Gulberg")
    none = asked(store, "order_update", input={"id": "gid://shopify/Order/1", "note": "x"})
    assert none["orderUpdate"]["userErrors"][0]["message"] == "Order does not exist"

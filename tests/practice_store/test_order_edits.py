"""Order edits: what the team takes out of an order or puts in before it is shipped, and what the API shows of it."""

from decimal import Decimal

import msgspec
import pytest

from server.practice_store.commands import (
    CancelOrder,
    CreateFulfillment,
    MarkPaid,
    ShipGroup,
    ShipLine,
)
from server.practice_store.commands_edits import (
    AddEditCustomItem,
    BeginEdit,
    CommitEdit,
    SetEditQuantity,
)
from tests.practice_store.order_steps import asked, exchanged, message
from tests.shopify.practice import custom_line, new_store, some_lines, subscribed


def begun(store, order):
    return store.execute(BeginEdit(order=order.id))


def reduced(store, order, to: int, place: int = 0):
    """Edit one line of an order down (or up) to so many units."""
    edit = begun(store, order)
    line = edit.line_items[place]
    assert store.execute(SetEditQuantity(edit=edit.id, line=line.id, quantity=to)) is line
    return store.execute(CommitEdit(edit=edit.id))


def test_a_removed_line_stays_on_the_order_with_no_units_left():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 2), custom_line("Cap", 1)])
    reduced(store, order, 0)
    kurta, cap = order.line_items
    assert (kurta.quantity, kurta.current_quantity, kurta.unfulfilled_quantity) == (2, 0, 0)
    assert (cap.quantity, cap.current_quantity) == (1, 1)
    assert [part.total_quantity for part in order.work[0].line_items] == [0, 1]
    assert order.work[0].status == "OPEN"


def test_work_of_which_nothing_is_left_is_closed():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 2)])
    edit = begun(store, order)
    store.execute(SetEditQuantity(edit=edit.id, line=edit.line_items[0].id, quantity=0))
    store.execute(
        AddEditCustomItem(
            edit=edit.id, title="Cap", quantity=1, price=Decimal(3), currency=order.currency_code
        )
    )
    store.execute(CommitEdit(edit=edit.id))
    assert [(work.status, work.remaining_units) for work in order.work] == [
        ("CLOSED", 0),
        ("OPEN", 1),
    ]


def test_an_added_variant_is_a_new_line_with_open_work_of_its_own():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    added = list(store.state.variants)[5]
    exchanged(store, order, added)
    assert [line.current_quantity for line in order.line_items] == [0, 1]
    assert order.line_items[1].variant.number == added
    assert [work.status for work in order.work] == ["CLOSED", "OPEN"]
    assert order.work[1].line_items[0].line_item is order.line_items[1]


def test_more_units_of_a_line_get_work_of_their_own_at_the_same_discount():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 2, "100", discount=Decimal(20))])
    reduced(store, order, 3)
    assert [work.remaining_units for work in order.work] == [2, 1]
    assert order.line_items[0].quantity == order.line_items[0].current_quantity == 3
    assert order.total == Decimal(270)


def test_money_follows_an_edit_of_a_paid_order():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 2, "10"), custom_line("Cap", 1, "5")])
    assert order.outstanding == order.total
    total = order.total
    store.execute(MarkPaid(order=order.number))
    edit = begun(store, order)
    store.execute(
        AddEditCustomItem(
            edit=edit.id, title="Shawl", quantity=1, price=Decimal(7), currency=order.currency_code
        )
    )
    assert edit.total == total + 7
    assert order.total == total
    store.execute(CommitEdit(edit=edit.id))
    assert (order.outstanding, order.display_financial_status) == (Decimal(7), "PARTIALLY_PAID")
    reduced(store, order, 0)
    assert (order.outstanding, order.display_financial_status) == (Decimal(-13), "PAID")
    assert order.original_total_price_set.shop_money.amount == total
    assert order.total_price_set.shop_money.amount == total + 7


def test_agreements_tell_what_each_edit_changed_with_its_money():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 2, "1000", discount=Decimal(100))])
    exchanged(store, order, next(iter(store.state.variants)))
    shown = asked(store, "order_agreements", id=order.id)["order"]
    assert shown["edited"] is True
    told = [
        (
            one["__typename"],
            one["reason"],
            [
                (
                    sale["__typename"],
                    sale["actionType"],
                    sale["quantity"],
                    sale["totalAmount"]["shopMoney"]["amount"],
                )
                for sale in one["sales"]["nodes"]
                if sale["lineType"] == "PRODUCT"
            ],
        )
        for one in shown["agreements"]["nodes"]
    ]
    price = order.line_items[1].price
    assert told == [
        ("OrderAgreement", "ORDER", [("ProductSale", "ORDER", 2, "1900.0")]),
        (
            "OrderEditAgreement",
            "ORDER_EDIT",
            [
                ("ProductSale", "RETURN", -2, "-1900.0"),
                ("ProductSale", "ORDER", 1, f"{price:.1f}"),
            ],
        ),
    ]


def test_all_sales_of_an_order_come_to_its_total():
    store = new_store()
    order = store.place_order()
    for variant in list(store.state.variants)[7:9]:
        exchanged(store, order, variant)
    reduced(store, order, 3, place=-1)
    sales = [sale for one in order.agreed for sale in one.sales]
    assert sum(sale.amount for sale in sales) == order.total
    assert len({sale.id for sale in sales}) == len(sales)
    for line in order.line_items:
        units = [sale.quantity for sale in sales if getattr(sale, "line_item", None) is line]
        assert sum(units) == line.current_quantity


def test_what_is_shipped_cannot_be_edited_out():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 3)])
    part = order.work[0].line_items[0]
    ship = ShipGroup(fulfillment_order=order.work[0].id, lines=(ShipLine(id=part.id, quantity=2),))
    store.execute(CreateFulfillment(groups=(ship,)))
    edit = begun(store, order)
    line = edit.line_items[0]
    assert (line.quantity, line.editable_quantity) == (3, 1)
    refused = store.execute(SetEditQuantity(edit=edit.id, line=line.id, quantity=1))
    assert message(refused) == "must be greater than or equal to 2"
    store.execute(SetEditQuantity(edit=edit.id, line=line.id, quantity=2))
    store.execute(CommitEdit(edit=edit.id))
    assert order.display_fulfillment_status == "FULFILLED"
    assert [(work.status, work.remaining_units) for work in order.work] == [("CLOSED", 0)]


def test_what_was_shipped_while_an_edit_was_open_stands_in_its_way():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 1)])
    edit = begun(store, order)
    store.execute(SetEditQuantity(edit=edit.id, line=edit.line_items[0].id, quantity=0))
    store.execute(CreateFulfillment(groups=(ShipGroup(fulfillment_order=order.work[0].id),)))
    assert message(store.execute(CommitEdit(edit=edit.id))) == "The order cannot be edited."
    assert order.line_items[0].current_quantity == 1


def test_a_cancelled_order_cannot_be_edited():
    store = new_store()
    order = store.place_order()
    edit = begun(store, order)
    store.execute(CancelOrder(order=order.number))
    assert message(begun(store, order)) == "The order cannot be edited."
    assert message(store.execute(CommitEdit(edit=edit.id))) == "The order cannot be edited."
    shown = asked(store, "order_full", id=order.id)["order"]
    assert (shown["merchantEditable"], len(shown["merchantEditableErrors"])) == (False, 1)


def test_an_edit_counts_once():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 2)])
    edit = begun(store, order)
    nothing = store.execute(CommitEdit(edit=edit.id))
    assert message(nothing) == "There must be at least one change to be made."
    reduced(store, order, 1)
    store.execute(SetEditQuantity(edit=edit.id, line=edit.line_items[0].id, quantity=1))
    again = store.execute(CommitEdit(edit=edit.id))
    assert message(again) == "There must be at least one change to be made."


@pytest.mark.parametrize("notify", [False, True])
def test_the_customer_hears_of_an_edit_only_when_the_team_says_so(notify):
    store = new_store()
    order = store.place_order([custom_line("Kurta", 2)])
    edit = begun(store, order)
    store.execute(SetEditQuantity(edit=edit.id, line=edit.line_items[0].id, quantity=1))
    done = store.execute(CommitEdit(edit=edit.id, notify_customer=notify))
    assert [one.kind for one in store.state.notifications] == (["invoice"] if notify else [])
    assert ("Invoice sent" in done.outcome) is notify


def test_an_edit_is_made_and_read_over_the_api():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 2, "10")])
    begin = asked(store, "order_edit_begin", id=order.id)["orderEditBegin"]
    edit = begin["calculatedOrder"]["id"]
    line = begin["calculatedOrder"]["lineItems"]["nodes"][0]
    assert (line["quantity"], line["editableQuantity"]) == (2, 2)
    less = asked(store, "order_edit_set_quantity", id=edit, lineItemId=line["id"], quantity=1)
    assert less["orderEditSetQuantity"]["calculatedLineItem"]["quantity"] == 1
    variant = next(iter(store.state.variants.values()))
    for duplicates in (False, True):
        more = asked(
            store,
            "order_edit_add_variant",
            id=edit,
            variantId=variant.id,
            quantity=1,
            allowDuplicates=duplicates,
        )
        assert more["orderEditAddVariant"]["userErrors"] == []
    twice = asked(store, "order_edit_add_variant", id=edit, variantId=variant.id, quantity=1)
    assert twice["orderEditAddVariant"]["userErrors"][0]["message"].endswith(
        "was not added because it's already on the order."
    )
    price = {"amount": "3.00", "currencyCode": order.currency_code}
    asked(store, "order_edit_add_custom_item", id=edit, title="Wrap", quantity=1, price=price)
    done = asked(store, "order_edit_commit", id=edit, notifyCustomer=False, staffNote="size")
    assert done["orderEditCommit"]["order"]["edited"] is True
    shown = asked(store, "order_full", id=order.id)["order"]
    assert (shown["name"], shown["number"]) == ("#1001", 1001)
    assert [(one["quantity"], one["currentQuantity"]) for one in shown["lineItems"]["nodes"]] == [
        (2, 1),
        (1, 1),
        (1, 1),
        (1, 1),
    ]


def test_an_edit_is_announced_with_the_units_of_each_line_and_the_order_with_it():
    store = subscribed(topics=("ORDERS_EDITED", "ORDERS_UPDATED"))
    order = store.place_order([custom_line("Kurta", 3)])
    exchanged(store, order, next(iter(store.state.variants)))
    edited, updated = store.webhooks.waiting
    assert edited.event_id == updated.event_id
    assert (edited.subscription.header_topic, updated.subscription.header_topic) == (
        "orders/edited",
        "orders/updated",
    )
    told = msgspec.json.decode(edited.body)["order_edit"]
    assert (told["order_id"], told["line_items"]) == (
        order.number,
        {
            "additions": [{"id": order.line_items[1].number, "delta": 1}],
            "removals": [{"id": order.line_items[0].number, "delta": 3}],
        },
    )

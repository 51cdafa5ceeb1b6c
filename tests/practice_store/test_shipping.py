"""The rules of shipping, where the recordings are about more than the store does yet or say nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.practice_store.commands import (
    CancelFulfillment,
    CancelOrder,
    CreateEvent,
    CreateFulfillment,
    LineDraft,
    MarkPaid,
    Parcel,
    ShipGroup,
    ShipLine,
    UpdateTracking,
)
from tests.shopify.practice import Clock, custom_line, new_store, some_lines


def group(work, *quantities: int) -> ShipGroup:
    lines = [
        ShipLine(id=line.id, quantity=units)
        for line, units in zip(work.line_items, quantities, strict=False)
    ]
    return ShipGroup(fulfillment_order=work.id, lines=tuple(lines) or None)


def message(result) -> str:
    assert isinstance(result, list), result
    return result[0].message


def from_two_places(store):
    first, second = list(store.state.locations)[:2]
    numbers = list(store.state.variants)[:2]
    lines = [
        LineDraft(variant=numbers[0], location=first),
        LineDraft(variant=numbers[1], location=second),
    ]
    return store.place_order(lines)


def test_a_fulfillment_is_of_one_order():
    store = new_store()
    one, other = store.place_order(), store.place_order()
    result = store.execute(CreateFulfillment(groups=(group(one.work[0]), group(other.work[0]))))
    assert message(result) == (
        "All fulfillment orders must belong to the same order."
        f" Multiple orders with ids [{one.number}, {other.number}] were found."
    )


def test_a_fulfillment_is_from_one_location():
    store = new_store()
    order = from_two_places(store)
    assert len(order.work) == 2
    result = store.execute(CreateFulfillment(groups=tuple(group(work) for work in order.work)))
    places = sorted(work.location.number for work in order.work)
    assert message(result) == (
        "All fulfillment orders must be assigned to a single location."
        f" Multiple locations with ids {places} were found."
    )


def test_each_location_ships_its_own_part():
    store = new_store()
    order = from_two_places(store)
    first = store.execute(CreateFulfillment(groups=(group(order.work[0]),)))
    assert order.display_fulfillment_status == "PARTIALLY_FULFILLED"
    second = store.execute(CreateFulfillment(groups=(group(order.work[1]),)))
    assert order.display_fulfillment_status == "FULFILLED"
    assert [first.name, second.name] == ["#1001-F1", "#1001-F2"]
    assert first.location is not second.location


@pytest.mark.parametrize(
    ("quantity", "refusal"),
    [
        (0, "Quantity must be greater than 0"),
        (3, "Invalid fulfillment order line item quantity requested."),
    ],
)
def test_a_fulfillment_takes_what_is_there_and_at_least_one(quantity, refusal):
    store = new_store()
    order = store.place_order(some_lines(store, 1, quantity=2))
    result = store.execute(CreateFulfillment(groups=(group(order.work[0], quantity),)))
    assert message(result) == refusal
    assert order.work[0].remaining_units == 2


def test_a_quantity_below_one_is_seen_before_anything_else_that_is_wrong():
    store = new_store(stocked=False)
    wrong = ShipGroup(
        fulfillment_order="gid://shopify/FulfillmentOrder/9", lines=(ShipLine(id="x", quantity=0),)
    )
    result = store.execute(CreateFulfillment(groups=(wrong,)))
    assert message(result) == "Quantity must be greater than 0"
    assert result[0].field[-1] == "quantity"


def test_units_asked_for_twice_in_one_fulfillment_are_counted_together():
    store = new_store()
    order = store.place_order(some_lines(store, 1, quantity=2))
    twice = (group(order.work[0], 1), group(order.work[0], 2))
    assert message(store.execute(CreateFulfillment(groups=twice))).startswith(
        "Invalid fulfillment order line item"
    )
    assert order.shipments == []


def test_an_order_lines_id_is_no_fulfillment_order_lines_id():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    wrong = ShipGroup(
        fulfillment_order=order.work[0].id, lines=(ShipLine(id=order.line_items[0].id, quantity=1),)
    )
    assert (
        message(store.execute(CreateFulfillment(groups=(wrong,))))
        == "Fulfillment order line item does not exist."
    )


def test_what_is_not_routed_yet_cannot_be_shipped():
    clock = Clock()
    store = new_store(clock, routing_ms=(1000, 1000))
    order = store.place_order()
    command = CreateFulfillment(groups=(group(order.work[0]),))
    assert message(store.execute(command)) == "Fulfillment order does not exist."
    clock.pass_ms(1000)
    assert store.execute(command).status == "SUCCESS"


def test_a_cancelled_order_cannot_be_shipped_and_a_shipped_one_not_be_cancelled():
    store = new_store()
    gone, sent = store.place_order(), store.place_order()
    store.execute(CancelOrder(order=gone.number))
    assert "unfulfillable status= closed" in message(
        store.execute(CreateFulfillment(groups=(group(gone.work[0]),)))
    )
    store.execute(CreateFulfillment(groups=(group(sent.work[0]),)))
    assert message(store.execute(CancelOrder(order=sent.number))) == (
        "Cannot cancel an order that has outstanding fulfillments"
    )
    assert message(store.execute(CancelOrder(order=gone.number))) == (
        "Cannot cancel an order that has already been canceled"
    )


def test_a_second_fulfillment_of_the_same_work_is_a_second_shipment_not_the_first_again():
    store = new_store()
    order = store.place_order(some_lines(store, 1, quantity=2))
    for _ in range(2):
        store.execute(
            CreateFulfillment(groups=(group(order.work[0], 1),), parcel=Parcel(numbers=("7",)))
        )
    assert [one.name for one in order.shipments] == ["#1001-F1", "#1001-F2"]


def test_cancelling_part_of_open_work_puts_its_units_back_where_they_were():
    store = new_store()
    order = store.place_order(some_lines(store, 1, quantity=2))
    part = store.execute(CreateFulfillment(groups=(group(order.work[0], 1),)))
    assert order.work[0].status == "IN_PROGRESS"
    store.execute(CancelFulfillment(fulfillment=part.id))
    assert [(work.status, work.remaining_units) for work in order.work] == [("OPEN", 2)]


def test_cancelling_all_of_closed_work_makes_new_work_and_leaves_the_old_closed():
    store = new_store()
    order = store.place_order(some_lines(store, 1, quantity=2))
    whole = store.execute(CreateFulfillment(groups=(group(order.work[0]),)))
    for _ in range(2):
        assert store.execute(CancelFulfillment(fulfillment=whole.id)).status == "CANCELLED"
    assert [(work.status, work.remaining_units) for work in order.work] == [
        ("CLOSED", 2),
        ("OPEN", 2),
    ]
    assert store.execute(CreateFulfillment(groups=(group(order.work[1]),))).name == "#1001-F2"


def test_a_shipped_and_paid_order_is_closed_and_opens_again_with_a_cancel():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    whole = store.execute(CreateFulfillment(groups=(group(order.work[0]),)))
    assert order.closed_at is None
    store.execute(MarkPaid(order=order.number))
    assert order.closed_at is not None
    store.execute(CancelFulfillment(fulfillment=whole.id))
    assert order.closed_at is None
    assert message(store.execute(MarkPaid(order=order.number))) == "Order cannot be marked as paid."


def test_the_store_writes_to_the_customer_only_when_asked_to():
    store = new_store()
    order = store.place_order(some_lines(store, 1, quantity=2))
    parcel = Parcel(company="TCS", numbers=("77",))
    store.execute(CreateFulfillment(groups=(group(order.work[0], 1),), parcel=parcel))
    assert store.state.notifications == []
    sent = store.execute(
        CreateFulfillment(groups=(group(order.work[0], 1),), parcel=parcel, notify_customer=True)
    )
    store.execute(
        UpdateTracking(fulfillment=sent.id, parcel=Parcel(numbers=("78",)), notify_customer=True)
    )
    store.execute(CreateEvent(fulfillment=sent.id, status="DELIVERED"))
    assert [(one.kind, one.order, one.tracking) for one in store.state.notifications] == [
        ("shipped", "#1001", ("77",)),
        ("tracking_changed", "#1001", ("78",)),
    ]


@settings(max_examples=60, deadline=None)
@given(
    units=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(1, 3)), max_size=12),
)
def test_no_unit_is_lost_or_doubled_by_any_order_of_shipping_and_cancelling(units, steps):
    store = new_store(stocked=False)
    order = store.place_order([custom_line(quantity=count) for count in units])
    for ships, which, quantity in steps:
        if ships:
            work = order.work[which % len(order.work)]
            store.execute(CreateFulfillment(groups=(group(work, quantity),)))
        elif order.shipments:
            shipment = order.shipments[which % len(order.shipments)]
            store.execute(CancelFulfillment(fulfillment=shipment.id))
        for line in order.line_items:
            waiting = sum(
                part.remaining_quantity
                for work in order.work
                if work.status != "CLOSED"
                for part in work.line_items
                if part.line_item is line
            )
            assert waiting + order.shipped_units(line) == line.quantity
            assert waiting == line.unfulfilled_quantity

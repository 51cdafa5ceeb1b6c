"""Fulfillment orders before they are shipped: held, moved, split, worked on, given back."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from server.practice_store.commands import (
    CancelFulfillment,
    CreateFulfillment,
    LineDraft,
    ShipGroup,
    ShipLine,
)
from server.practice_store.commands_work import (
    CancelWork,
    HoldWork,
    MoveWork,
    OpenWork,
    ReleaseHold,
    ReportProgress,
    SplitWork,
    WantedSplit,
)
from tests.practice_store.asking import ask
from tests.practice_store.order_steps import DOCUMENTS, asked, message
from tests.shopify.practice import custom_line, new_store, some_lines, subscribed


def lines_of(work, *quantities: int) -> tuple[ShipLine, ...]:
    return tuple(
        ShipLine(id=part.id, quantity=units)
        for part, units in zip(work.line_items, quantities, strict=False)
        if units
    )


def hold(store, work, *quantities: int, **more):
    lines = lines_of(work, *quantities)
    return store.execute(HoldWork(work=work.id, reason="OTHER", lines=lines, **more))


def ship(store, work):
    return store.execute(CreateFulfillment(groups=(ShipGroup(fulfillment_order=work.id),)))


def stand(order):
    return [(work.status, work.remaining_units) for work in order.work]


def test_work_on_hold_cannot_be_shipped_and_shows_so_on_the_order():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 2)])
    [work] = order.work
    hold(store, work)
    assert (work.status, order.display_fulfillment_status) == ("ON_HOLD", "ON_HOLD")
    assert order.line_items[0].fulfillable_quantity == 0
    assert message(ship(store, work)).endswith("has an unfulfillable status= on_hold.")
    store.execute(ReleaseHold(work=work.id))
    assert ship(store, work).status == "SUCCESS"


def test_work_is_free_when_the_last_of_its_holds_is_released():
    store = new_store()
    [work] = store.place_order([custom_line("Kurta", 2)]).work
    first = hold(store, work, handle="a").hold
    hold(store, work, handle="b", by="staff")
    assert [one.held_by_requesting_app for one in work.fulfillment_holds] == [True, False]
    store.execute(ReleaseHold(work=work.id, holds=(first.id,)))
    assert work.status == "ON_HOLD"
    store.execute(ReleaseHold(work=work.id))
    assert (work.status, work.fulfillment_holds) == ("OPEN", [])


def test_an_app_has_ten_holds_on_one_work_at_most_and_each_handle_once():
    store = new_store()
    [work] = store.place_order([custom_line("Kurta", 2)]).work
    for number in range(10):
        hold(store, work, handle=f"h{number}")
    assert hold(store, work, handle="h0")[0].code == "DUPLICATE_FULFILLMENT_HOLD_HANDLE"
    assert hold(store, work, handle="x")[0].code == "FULFILLMENT_ORDER_HOLD_LIMIT_REACHED"
    assert len(work.fulfillment_holds) == 10


def test_of_work_held_in_part_the_rest_can_be_shipped_and_both_come_together_again():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 5)])
    [work] = order.work
    rest = hold(store, work, 2).other
    assert (stand(order), rest.remaining_units) == ([("ON_HOLD", 2), ("OPEN", 3)], 3)
    assert order.line_items[0].fulfillable_quantity == 3
    store.execute(ReleaseHold(work=work.id))
    assert stand(order) == [("OPEN", 5), ("CLOSED", 0)]


def test_the_rest_that_was_shipped_meanwhile_does_not_come_back():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 5)])
    [work] = order.work
    ship(store, hold(store, work, 2).other)
    store.execute(ReleaseHold(work=work.id))
    assert stand(order) == [("OPEN", 2), ("CLOSED", 0)]


def second_place(store):
    return list(store.state.locations.values())[1]


def test_work_moved_as_a_whole_keeps_its_number():
    store = new_store()
    order = store.place_order(some_lines(store, 2))
    [work] = order.work
    place = second_place(store)
    done = store.execute(MoveWork(work=work.id, location=place.id))
    assert (done.moved, done.remaining, work.location) == (work, None, place)
    assert message(store.execute(MoveWork(work=work.id, location=place.id))) == (
        "Cannot change location."
    )


def test_of_work_moved_in_part_the_part_is_new_work():
    store = new_store()
    order = store.place_order(some_lines(store, 2, quantity=3))
    [work] = order.work
    done = store.execute(
        MoveWork(work=work.id, location=second_place(store).id, lines=lines_of(work, 3, 1))
    )
    assert done.moved is order.work[1]
    assert (done.moved.location, done.original.location is work.location) == (
        second_place(store),
        True,
    )
    assert [part.total_quantity for part in work.line_items] == [2]
    assert [part.total_quantity for part in done.moved.line_items] == [3, 1]


def test_work_that_joins_other_work_at_a_location_is_new_work_and_both_old_ones_are_closed():
    store = new_store()
    places, variants = list(store.state.locations), list(store.state.variants)
    order = store.place_order(
        [
            LineDraft(variant=variants[0], location=places[0]),
            LineDraft(variant=variants[1], location=places[1]),
        ]
    )
    first, second = order.work
    done = store.execute(MoveWork(work=first.id, location=second.location.id))
    assert done.moved not in (first, second)
    assert stand(order) == [("CLOSED", 0), ("CLOSED", 0), ("OPEN", 2)]


def test_work_does_not_move_where_its_goods_are_not_stocked():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    [work] = order.work
    place = second_place(store)
    order.line_items[0].variant.inventory_item.levels.pop(place.number)
    moved = store.execute(MoveWork(work=work.id, location=place.id))
    assert message(moved) == "Cannot change location."
    nodes = asked(store, "locations_for_move", id=work.id)["fulfillmentOrder"]["locationsForMove"]
    assert [
        (one["location"]["id"], one["movable"], one["unavailableLineItemsCount"]["count"])
        for one in nodes["nodes"]
    ] == [(place.id, False, 1), (list(store.state.locations.values())[2].id, True, 0)]


def test_work_that_somebody_is_at_does_not_move():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    [work] = order.work
    store.execute(ReportProgress(work=work.id, notes="packing"))
    assert (work.status, order.display_fulfillment_status) == ("IN_PROGRESS", "IN_PROGRESS")
    move = MoveWork(work=work.id, location=second_place(store).id)
    assert store.execute(move)[0].code == "CANNOT_MOVE_FULFILLMENT_ORDER_WITH_REPORTED_PROGRESS"
    store.execute(OpenWork(work=work.id))
    assert (work.status, store.execute(move).moved) == ("OPEN", work)
    assert message(store.execute(OpenWork(work=work.id))) == (
        "Expected fulfillment order status to be valid but it was open."
    )


def test_split_work_is_shipped_in_two():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 3)])
    [work] = order.work
    split = WantedSplit(work=work.id, lines=lines_of(work, 1))
    [result] = store.execute(SplitWork(splits=(split,)))
    assert stand(order) == [("OPEN", 2), ("OPEN", 1)]
    assert result.remaining_fulfillment_order is order.work[1]
    for one in order.work:
        ship(store, one)
    assert order.display_fulfillment_status == "FULFILLED"


def test_nothing_is_split_when_one_of_several_splits_is_refused():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 3)])
    [work] = order.work
    splits = tuple(WantedSplit(work=work.id, lines=lines_of(work, units)) for units in (1, 3))
    assert message(store.execute(SplitWork(splits=splits))) == (
        "Invalid fulfillment order line item quantity requested."
    )
    assert stand(order) == [("OPEN", 3)]


def test_work_given_back_is_done_as_work_of_another_number():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 3)])
    [work] = order.work
    store.execute(CancelWork(work=work.id))
    assert stand(order) == [("CLOSED", 0), ("OPEN", 3)]
    assert message(store.execute(CancelWork(work=work.id))).startswith("Fulfillment order is not")


def test_work_that_cannot_be_is_told_from_work_that_is_not():
    store = new_store()
    document = (DOCUMENTS / "fulfillment_order_open.graphql").read_text("utf-8")
    answer = ask(store, document, id="gid://shopify/FulfillmentOrder/0")
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "RESOURCE_NOT_FOUND"
    none = asked(store, "fulfillment_order_open", id="gid://shopify/FulfillmentOrder/99999")
    assert none["fulfillmentOrderOpen"]["userErrors"][0]["message"] == (
        "Fulfillment order does not exist."
    )


def test_work_is_held_and_released_over_the_api():
    store = new_store()
    order = store.place_order([custom_line("Kurta", 2)])
    [work] = order.work
    wanted = {"reason": "AWAITING_PAYMENT", "reasonNotes": "COD", "handle": "rawana"}
    held = asked(store, "fulfillment_order_hold", id=work.id, hold=wanted)["fulfillmentOrderHold"]
    assert (held["fulfillmentOrder"]["status"], held["userErrors"]) == ("ON_HOLD", [])
    left = asked(store, "fulfillment_orders_open")["fulfillmentOrders"]["nodes"]
    assert [(one["id"], one["status"], one["orderName"]) for one in left] == [
        (work.id, "ON_HOLD", "#1001")
    ]
    holds = [held["fulfillmentHold"]["id"]]
    free = asked(store, "fulfillment_order_release_hold", id=work.id, holdIds=holds)
    assert free["fulfillmentOrderReleaseHold"]["fulfillmentOrder"]["status"] == "OPEN"


def test_a_hold_is_told_under_the_works_topic_and_its_own():
    topics = ("FULFILLMENT_ORDERS_PLACED_ON_HOLD", "FULFILLMENT_HOLDS_ADDED")
    store = subscribed(topics=topics)
    [work] = store.place_order([custom_line("Kurta", 2)]).work
    hold(store, work, 1, notes="COD", handle="rawana")
    placed, added = (msgspec.json.decode(one.body) for one in store.webhooks.waiting)
    assert placed["held_fulfillment_order_line_items"][0]["quantity"] == 1
    assert placed["remaining_fulfillment_order"]["status"] == "open"
    assert added["fulfillment_hold"]["handle"] == "rawana"


def take_step(store, order, kind: str, which: int, quantity: int):
    """Do one of the things that can be done with work, whether it is allowed or not."""
    work = order.work[which % len(order.work)]
    lines = lines_of(work, quantity)
    place = list(store.state.locations.values())[quantity % len(store.state.locations)]
    group = ShipGroup(fulfillment_order=work.id, lines=lines or None)
    command = {
        "hold": HoldWork(work=work.id, reason="OTHER", lines=lines),
        "release": ReleaseHold(work=work.id),
        "move": MoveWork(work=work.id, location=place.id, lines=lines),
        "split": SplitWork(splits=(WantedSplit(work=work.id, lines=lines),)),
        "report": ReportProgress(work=work.id),
        "open": OpenWork(work=work.id),
        "give back": CancelWork(work=work.id),
        "ship": CreateFulfillment(groups=(group,)),
    }.get(kind)
    if command is None and order.shipments:
        shipment = order.shipments[which % len(order.shipments)]
        command = CancelFulfillment(fulfillment=shipment.id)
    if command is not None:
        store.execute(command)


STEPS = ("hold", "release", "move", "split", "report", "open", "give back", "ship", "take back")


@settings(max_examples=80, deadline=None)
@given(
    units=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    steps=st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, 9), st.integers(0, 4)), max_size=14
    ),
)
def test_no_unit_is_lost_or_doubled_by_any_order_of_what_is_done_with_work(units, steps):
    store = new_store()
    variants = list(store.state.variants)
    order = store.place_order(
        [LineDraft(variant=variants[at], quantity=count) for at, count in enumerate(units)]
    )
    for step in steps:
        take_step(store, order, *step)
        for line in order.line_items:
            waiting = sum(
                part.remaining_quantity
                for one in order.work
                if one.status != "CLOSED"
                for part in one.line_items
                if part.line_item is line
            )
            assert waiting + order.shipped_units(line) == line.quantity

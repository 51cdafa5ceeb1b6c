"""Goods that left in the store get their branch afterwards, once, whoever else wrote them down (S12–S20, A4, A14)."""

import pytest

from sync_protocol.shop import Policy
from tests.vectors.world import (
    AMNA,
    BEFORE,
    F1,
    FULFILLED,
    HOUR,
    KARACHI,
    LAHORE,
    NEW_RUN,
    RUN,
    SAAD,
    SHOE,
    STORE,
    World,
    came,
    create,
    in_store,
    receive,
    store_fulfilled,
    units,
)


def seen(*steps, lines: dict[str, int] | None = None) -> World:
    world = World()
    world.news(store_fulfilled(lines))
    return world.steps(*steps)


def test_a_fulfillment_in_the_store_is_a_status_and_moves_nothing():
    world = seen()
    assert (world.order.status, world.sellable()) == ("branch_sync", 5)
    assert world.order.queues == ("to_confirm", "branch_sync")
    assert world.units_at == {}


def test_confirming_the_branch_deducts_there_with_courier_and_number():
    world = seen()
    decision = world.do("branch_sync", create(branch=KARACHI), SAAD)
    [posting] = decision.postings
    assert (posting.kind, posting.branch_id, posting.order_id) == (
        "ship_branch_sync",
        KARACHI,
        "900",
    )
    assert (world.sellable(), world.sellable(KARACHI)) == (5, 4)
    record = world.parcel()
    assert (record.courier, record.tracking_number, record.workflow) == (
        "TCS",
        "S-1",
        "branch_sync",
    )
    assert (world.order.status, decision.effects) == ("done", ())


def test_what_left_from_two_branches_is_recorded_twice_each_with_its_lines():
    world = seen(
        ("branch_sync", create(lines=units("72", 1)), SAAD),
        ("branch_sync", create("f-2", KARACHI, units("71", 1) + units("72", 1)), SAAD),
    )
    assert [world.sellable(b, SHOE) for b in (LAHORE, KARACHI)] == [4, 4]
    nothing = world.do("branch_sync", create("f-3"), SAAD)
    assert (nothing.status.value, nothing.code) == ("noop", "nothing_left")


def test_more_than_the_store_shows_is_not_deducted_but_asked_about():
    world = seen(lines={"72": 1})
    decision = world.do("branch_sync", create(), SAAD)
    assert (decision.status.value, decision.code) == ("flagged", "not_fulfilled_in_shopify")
    assert [d.units for d in decision.discrepancies] == [2]
    assert (world.sellable(), world.sellable(LAHORE, SHOE)) == (5, 4)


def test_a_manual_record_covers_a_later_fulfillment_in_the_store():
    world = World().steps(("manual_fulfillment", create()))
    world.news(store_fulfilled(at=world.now))
    assert world.order.status == "done"
    assert "branch_sync" not in world.order.queues


def test_a_manual_record_of_what_the_store_sync_deducted_is_a_possible_double():
    world = seen(("branch_sync", create(), SAAD))
    decision = world.do("manual_fulfillment", create("f-2"))
    assert (decision.status.value, decision.code) == ("flagged", "possible_double_deduct")
    assert decision.postings == ()
    assert world.order.status == "conflict"


def test_a_manual_record_that_covers_a_part_leaves_the_rest_to_be_assigned():
    world = World().steps(("manual_fulfillment", create(lines=units("72", 1))))
    world.news(store_fulfilled(at=world.now))
    decision = world.do("branch_sync", create("f-2"), SAAD)
    assert decision.code == "not_fulfilled_in_shopify"
    assert [x.units for x in world.parcel("f-2").lines] == [1, 1]
    assert [line.out_units for line in world.order.lines] == [1, 2, 0]


def promised_then_seen(lines) -> World:
    """The branch had promised the goods, the store said that they left, the desk named the branch."""
    world = World().steps(*BEFORE["pending"])
    world.news(store_fulfilled(at=world.now))
    return world.steps(("branch_sync", create("f-2", lines=lines), SAAD))


@pytest.mark.parametrize("late", ["pack", "load_parcel", "dispatch", "deliver"])
def test_the_late_recording_of_the_same_parcel_is_linked_and_deducts_nothing(late):
    world = promised_then_seen([*units("71", 1), *units("72", 2)])
    assert world.parcel().state == "cancelled", "what had left could not stay promised"
    world.do("create_run", NEW_RUN)
    body = {
        "pack": F1,
        "load_parcel": RUN | F1,
        "dispatch": F1 | {"courier": "tcs", "tracking_number": "S-1"},
        "deliver": F1,
    }[late]
    decision = world.do(late, body)
    assert [p for p in decision.postings if p.legs] == []
    assert world.parcel("f-2").state == "voided"
    assert world.parcel().goods_out
    assert world.parcel().shopify_state == "confirmed"
    assert (world.sellable(), world.sellable(LAHORE, SHOE)) == (4, 3)
    assert [(x.pending_units, x.out_units) for x in world.order.lines[:2]] == [(0, 1), (0, 2)]
    assert decision.effects == (), "the store knows already"
    assert (decision.code, decision.status.value) in (
        ("linked", "applied"),
        ("implied_dispatch", "flagged"),
        (None, "applied"),
    )


def test_a_linked_parcel_is_unpacked_as_exactly_what_had_left():
    world = promised_then_seen([*units("71", 1), *units("72", 2)])
    world.do("pack", F1)
    undone = world.do("unpack", F1)
    assert undone.postings[0].reverses is not None
    assert (world.sellable(), world.sellable(LAHORE, SHOE)) == (5, 5)


def test_a_record_of_which_something_came_back_is_another_parcel_than_a_late_one():
    world = promised_then_seen([*units("71", 1), *units("72", 2)])
    world.do("return_receive", receive(came("72", 1), parcel="f-2"))
    assert world.do("pack", F1 | {"lines": [*units("71", 1), *units("72", 1)]}).code != "linked"


def test_a_late_pack_of_the_same_parcel_at_another_branch_is_a_double():
    world = World().steps(*BEFORE["pending"])
    world.news(store_fulfilled(at=world.now))
    world.do("branch_sync", create("f-2", branch=KARACHI), SAAD)
    assert world.do("pack", F1).code == "double_pack"


def test_only_the_desk_names_the_branch():
    world = seen()
    assert world.do("branch_sync", create(), AMNA).code == "authority"


def test_what_nobody_assigned_in_time_is_a_case_to_fix():
    world = World(policy=Policy(sync_fix_after_h=24))
    world.news(store_fulfilled())
    since = world.order.needs_branch_since
    assert world.order.wake_at == since + 24 * HOUR
    world.now = since + 23 * HOUR
    assert world.do("time_passed", {"order_id": "900"}, STORE).status.value == "noop"
    world.now = since + 24 * HOUR
    world.do("time_passed", {"order_id": "900"}, STORE)
    assert world.order.status == "fix_branch_stock"
    assert "fix_branch_stock" in world.order.queues
    world.do("branch_sync", create(), SAAD)
    assert (world.order.sync_overdue, world.order.needs_branch_since) == (False, None)


def test_a_fulfillment_that_is_cancelled_in_the_store_is_asked_about_while_its_goods_are_out():
    world = seen(("branch_sync", create(), SAAD))
    cancelled = world.reading(
        updated_at=world.now, fulfillments=[in_store(lines=FULFILLED, live=False)]
    )
    assert world.news(cancelled).code == "unfulfilled_in_shopify"
    assert world.news(cancelled | {"updated_at": world.now + 1}).code != "unfulfilled_in_shopify"
    assert world.open_codes() == ["unfulfilled_in_shopify"]


def test_our_own_fulfillment_seen_in_the_store_asks_for_no_branch():
    world = World().steps(*BEFORE["dispatched"])
    told = {"state": "confirmed", "shopify_fulfillment_gid": "gid://shopify/Fulfillment/1"}
    world.do("shopify_outcome", F1 | told, STORE)
    world.news(store_fulfilled(at=world.now))
    assert world.order.status == "dispatched"
    assert world.order.needs_branch_since is None

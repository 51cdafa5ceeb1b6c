"""What comes back: nothing moves before it is received, and then each unit goes where it belongs (A7, I5)."""

import pytest

from tests.vectors.world import (
    BEFORE,
    BILAL,
    F1,
    HOUR,
    KARACHI,
    KURTA,
    LAHORE,
    ONE,
    R1,
    SAAD,
    SHAWL,
    SHOE,
    TWO,
    World,
    came,
    create,
    receive,
    units,
)


def after(state: str, *steps) -> World:
    return World().steps(*BEFORE[state], *steps)


def line(world: World, name: str = "71"):
    return next(x for x in world.order.lines if x.id == name)


@pytest.mark.parametrize("state", ["dispatched", "delivered", "recorded", "synced"])
def test_announcing_a_return_moves_nothing(state):
    world = after(state)
    decision = world.do("initiate_return", R1 | {"return_kind": "customer"})
    assert (decision.status.value, decision.postings) == ("applied", ())
    assert world.parcel().state == "returning"
    assert line(world).out_units == 1


GOES = {
    # disposition: what the receiving shelf has more, sellable, damaged, quarantine; and what is lost
    "sellable": (1, 0, 0, 0),
    "damaged": (0, 1, 0, 0),
    "quarantine": (0, 0, 1, 0),
    "missing": (0, 0, 0, 1),
    "wrong_item": (0, 0, 0, 1),
}


@pytest.mark.parametrize("branch", [LAHORE, KARACHI])
@pytest.mark.parametrize("disposition", GOES)
def test_a_unit_goes_where_it_belongs_at_the_branch_that_opened_the_parcel(disposition, branch):
    world = after("returning")
    decision = world.do("return_receive", receive(came("71", 1, disposition), branch=branch), SAAD)
    moved = world.units_at
    assert (
        moved[branch, "sellable", KURTA] - (-1 if branch == LAHORE else 0) == GOES[disposition][0]
    )
    assert moved[branch, "damaged", KURTA] == GOES[disposition][1]
    assert moved[branch, "quarantine", KURTA] == GOES[disposition][2]
    assert moved["", "lost", KURTA] == GOES[disposition][3]
    assert moved["", "out/71", KURTA] == 0
    asked = {"missing": "return_missing", "wrong_item": "return_wrong_item"}.get(disposition)
    assert decision.code == asked
    assert world.parcel().state == "returning", "the shoes are still on their way"


def test_a_wrong_item_lies_in_quarantine_under_its_own_name():
    world = after("returning")
    wrong = came("71", 1, "wrong_item", came_variant_id=SHAWL)
    world.do("return_receive", receive(wrong))
    assert world.book.stock_of(LAHORE, SHAWL).quarantine == 1
    assert world.units_at["", "ext", SHAWL] == -1


def test_a_return_may_come_in_parts_and_at_different_branches():
    world = after("returning", ("return_receive", receive(came("72", 1))))
    assert world.parcel().state == "returning"
    parts = receive(came("71", 1), came("72", 1), branch=KARACHI)
    world.do("return_receive", parts, BILAL)
    assert world.parcel().state == "returned"
    assert [world.sellable(b, SHOE) for b in (LAHORE, KARACHI)] == [4, 6]
    assert world.sellable(KARACHI) == 6
    assert {r.branch_id for r in world.parcel().returns[0].receipts} == {LAHORE, KARACHI}


def test_a_return_expected_at_another_branch_is_work_of_that_branch_too():
    world = after("dispatched", ("initiate_return", R1 | {"to_branch_id": KARACHI}))
    assert world.order.shipments[0].return_branch_id == KARACHI


@pytest.mark.parametrize("state", ["returned", "lost", "delivered", "dispatched"])
def test_more_than_was_out_is_asked_about_and_not_invented(state):
    world = after(state)
    decision = world.do(
        "return_receive", receive(came("71", 3), return_kind="customer", name="r-2")
    )
    left = 0 if state == "returned" else 1
    assert decision.code == "return_excess"
    assert [d.units for d in decision.discrepancies if d.code == "return_excess"] == [3 - left]
    assert sum(leg.units for p in decision.postings for leg in p.legs if leg.units > 0) == left
    assert line(world).out_units == 0


def test_the_same_line_twice_in_one_receipt_counts_up_to_what_was_out():
    world = after("returning")
    twice = receive(came("72", 1), came("72", 1, "damaged"), came("72", 1))
    decision = world.do("return_receive", twice)
    assert decision.code == "return_excess"
    held = world.book.stock_of(LAHORE, SHOE)
    assert (held.sellable, held.damaged) == (4, 1)


def test_what_came_back_undelivered_may_be_sent_again_and_what_the_customer_gave_back_may_not():
    undelivered = after("returned")
    assert undelivered.do("create_fulfillment", create("f-2")).status.value == "applied"
    given_back = after("delivered", ("return_receive", receive(return_kind="customer")))
    assert given_back.parcel().state == "returned"
    refused = given_back.do("create_fulfillment", create("f-2"))
    assert (refused.status.value, refused.code) == ("refused", "lines_taken")


def test_what_the_customer_gave_back_and_the_store_took_off_is_not_counted_off_twice():
    world = after("delivered", ("return_receive", receive(came("72", 1), return_kind="customer")))
    world.news(world.reading(updated_at=world.now, current={"72": 1}))
    world.do("confirm", {"order_id": "900"})
    refused = world.do("create_fulfillment", create("f-2", lines=units("72", 1)))
    assert refused.code == "lines_taken", "one is with the customer, one is neither wanted nor owed"


@pytest.mark.parametrize("kind", ["rto", "customer"])
def test_a_parcel_that_gets_lost_on_its_way_back_is_owed_again_only_if_never_delivered(kind):
    state = "dispatched" if kind == "rto" else "delivered"
    world = after(state, ("initiate_return", R1 | {"return_kind": kind}), ("mark_lost", F1, SAAD))
    assert world.parcel().state == "lost"
    again = world.do("create_fulfillment", create("f-2"))
    assert again.status.value == ("applied" if kind == "rto" else "refused")


def test_of_a_part_that_comes_back_only_that_part_can_get_lost():
    world = after("delivered")
    world.do("initiate_return", R1 | {"return_kind": "customer", "lines": units("72", 1)})
    lost = world.do("mark_lost", F1 | {"claim_reference": "C-7"}, SAAD)
    assert [(x.account, x.units) for x in lost.postings[0].legs] == [("out/72", -1), ("lost", 1)]
    assert world.parcel().state == "delivered", "the customer has the rest"
    assert (line(world).delivered_units, line(world, "72").delivered_units) == (1, 1)


def test_a_lost_parcel_that_turns_up_is_taken_in_out_of_what_was_lost():
    world = after("lost")
    assert world.units_at["", "lost", KURTA] == 1
    world.do("return_receive", receive(came("72", 1)))
    assert world.parcel().state == "lost", "a shoe and the kurta are still missing"
    world.do("return_receive", receive(came("71", 1), came("72", 1), name="r-2"))
    assert world.parcel().state == "returned"
    assert world.units_at["", "lost", KURTA] == world.units_at["", "lost", SHOE] == 0
    assert (world.sellable(), world.sellable(LAHORE, SHOE)) == (5, 5)


def test_a_return_that_is_called_off_before_anything_came_puts_the_parcel_back_on_its_way():
    world = after("returning", ("resume_delivery", F1))
    assert (world.parcel().state, world.parcel().open_return) == ("dispatched", None)
    assert world.do("deliver", F1).status.value == "applied"


def test_a_return_of_which_something_came_cannot_be_called_off():
    world = after("partly_returned")
    decision = world.do("resume_delivery", F1)
    assert (decision.status.value, decision.code) == ("flagged", "not_dispatched")
    assert world.parcel().state == "returning"


@pytest.mark.parametrize("state", ["returning", "returned"])
def test_a_delivery_of_what_came_back_keeps_both_and_its_cash(state):
    world = after(state)
    decision = world.do("deliver", F1 | {"cash_paisa": 475_000})
    assert decision.code == "deliver_vs_return"
    assert world.parcel().state == state
    assert world.cash["courier/tcs"] == 475_000
    assert world.order.status == "conflict"
    world.do("deliver", F1 | {"cash_paisa": 475_000})
    assert world.cash["courier/tcs"] == 475_000, "the same cash was not taken twice"


def test_a_return_of_what_was_delivered_keeps_both_unless_the_customer_gives_it_back():
    courier = after("delivered").do("initiate_return", R1)
    assert courier.code == "deliver_vs_return"
    customer = after("delivered").do("initiate_return", R1 | {"return_kind": "customer"})
    assert customer.status.value == "applied"


def test_calling_the_return_off_settles_the_doubt_whether_it_was_delivered():
    world = after("delivered", ("initiate_return", R1))
    assert world.open_codes() == ["deliver_vs_return"]
    world.do("resume_delivery", F1)
    assert (world.open_codes(), world.parcel().state) == ([], "delivered")


def test_a_part_kept_at_the_door_leaves_the_rest_on_its_way_back():
    world = after("partly_delivered")
    back = world.parcel().open_return
    assert [(x.order_line_id, x.units) for x in back.lines] == [("72", 2)]
    world.do("return_receive", receive(came("72", 2), parcel="f-1"))
    assert world.parcel().state == "delivered"
    assert (line(world).delivered_units, line(world, "72").out_units) == (1, 0)
    assert world.cash["courier/tcs"] == 270_000


@pytest.mark.parametrize("kept", [ONE + TWO, []])
def test_all_of_it_kept_is_simply_delivered(kept):
    world = after("dispatched", ("deliver", F1 | {"lines": kept}))
    assert (world.parcel().state, world.parcel().returns) == ("delivered", ())


def test_goods_in_quarantine_are_let_out_for_sale_or_to_the_damaged_ones():
    world = after("returning", ("return_receive", receive(came("72", 2, "quarantine"))))
    looked = [
        {"variant_id": SHOE, "units": 1, "sellable": True},
        {"variant_id": SHOE, "units": 1, "sellable": False},
    ]
    decision = world.do("inspect", {"branch_id": LAHORE, "lines": looked})
    assert decision.status.value == "applied"
    held = world.book.stock_of(LAHORE, SHOE)
    assert (held.sellable, held.damaged, held.quarantine) == (4, 1, 0)
    thrown = {"branch_id": LAHORE, "lines": [{"variant_id": SHOE, "units": 1}]}
    assert world.do("write_off", thrown, SAAD).status.value == "applied"
    assert world.do("write_off", thrown, SAAD).code == "below_zero"
    assert world.do("inspect", {"branch_id": LAHORE, "lines": looked}).code == "below_zero"


def test_a_return_settles_what_was_asked_about_a_cancelled_order():
    world = after("dispatched")
    world.news(world.reading(updated_at=world.now, cancelled_at=world.now))
    assert world.open_codes() == ["dispatched_cancelled"]
    assert world.order.status == "cancelled_goods_out"
    world.do("return_receive", receive())
    assert (world.open_codes(), world.order.status) == ([], "cancelled")


def test_the_second_of_two_returns_is_a_return_of_its_own():
    world = after("delivered", ("return_receive", receive(came("72", 1), return_kind="customer")))
    world.now += HOUR
    told = receive(came("72", 1), name="r-2", return_kind="customer")
    assert world.do("return_receive", told).status.value == "applied"
    assert [r.id for r in world.parcel().returns] == ["r-1", "r-2"]
    assert all(r.closed for r in world.parcel().returns)
    assert world.parcel().state == "delivered"


def test_what_got_lost_on_its_way_back_and_turns_up_was_given_back_once():
    world = after(
        "delivered",
        ("initiate_return", R1 | {"return_kind": "customer"}),
        ("mark_lost", F1, SAAD),
        ("return_receive", receive(return_kind="customer", name="r-2")),
    )
    assert [x.given_back_units for x in world.parcel().lines] == [1, 2]
    assert [x.given_back_units for x in world.order.lines[:2]] == [1, 2]

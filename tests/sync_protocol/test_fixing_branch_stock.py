"""Fix Branch Stock says what really left, as a target; only the difference is posted (A15, I11)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.world import (
    AMNA,
    BEFORE,
    F1,
    KARACHI,
    KURTA,
    LAHORE,
    OMAR,
    SAAD,
    SHOE,
    World,
    came,
    create,
    receive,
    store_fulfilled,
    units,
)


def after(state: str, *steps, sellable: int = 5) -> World:
    return World(sellable=sellable).steps(*BEFORE[state], *steps)


def fix(world: World, targets: dict[tuple[str, str], int], *, rev: int | None = None, who=SAAD):
    told = [
        {"order_line_id": line, "branch_id": branch, "units": count}
        for (line, branch), count in targets.items()
    ]
    body = {"order_id": "900", "targets": told, "reason": "asked the branch"}
    return world.do(
        "fix_branch_stock", body | {"seen_rev": world.order.rev if rev is None else rev}, who
    )


def shelves(world: World) -> list[int]:
    return [world.sellable(b, v) for b in (LAHORE, KARACHI) for v in (KURTA, SHOE)]


ALL_AT_KARACHI = {("71", LAHORE): 0, ("72", LAHORE): 0, ("71", KARACHI): 1, ("72", KARACHI): 2}


@pytest.mark.parametrize(
    "state", ["packed", "dispatched", "delivered", "recorded", "synced", "returning"]
)
def test_a_whole_shipment_moves_with_all_that_is_known_of_it(state):
    world = after(state)
    before = world.parcel()
    decision = fix(world, ALL_AT_KARACHI)
    assert decision.status.value == "applied"
    assert shelves(world) == [5, 5, 4, 3]
    moved = world.parcel()
    assert (moved.branch_id, moved.state) == (KARACHI, before.state)
    assert moved.tracking_number == before.tracking_number
    assert {p.branch_id for p in decision.postings} == {LAHORE, KARACHI}
    assert {p.reason for p in decision.postings} == {"asked the branch"}
    assert [line.shipped_units for line in world.order.lines] == [1, 2, 0]


def test_a_part_that_left_elsewhere_is_taken_back_here_and_recorded_there():
    world = after("synced")
    fix(world, {("72", LAHORE): 1, ("72", KARACHI): 1})
    assert shelves(world) == [4, 4, 5, 4]
    records = world.book.shipments_of("900")
    assert [(r.branch_id, [x.units for x in r.lines]) for r in records] == [
        (LAHORE, [1, 1]),
        (KARACHI, [1]),
    ]
    assert world.order.lines[1].shipped_units == 2


def test_nothing_left_after_all_voids_the_record():
    world = after("synced")
    fix(world, {("71", LAHORE): 0, ("72", LAHORE): 0})
    assert world.parcel().state == "voided"
    assert shelves(world) == [5, 5, 5, 5]
    assert world.order.status == "branch_sync", "the store still says that it left somewhere"


def test_goods_that_left_in_the_store_without_a_branch_are_recorded_by_a_fix():
    world = World()
    world.news(store_fulfilled())
    fix(world, {("71", KARACHI): 1, ("72", LAHORE): 2})
    assert shelves(world) == [5, 3, 4, 5]
    assert world.order.status == "done"
    assert all(r.workflow == "branch_sync" for r in world.book.shipments_of("900"))


def test_a_fix_done_twice_posts_nothing_the_second_time():
    world = after("dispatched")
    fix(world, ALL_AT_KARACHI)
    again = fix(world, ALL_AT_KARACHI, rev=1)
    assert (again.status.value, again.code, again.postings) == ("noop", "nothing_left", ())


def test_a_fix_of_what_somebody_changed_meanwhile_is_asked_again():
    world = after("dispatched")
    seen = world.order.rev
    world.do("deliver", F1)
    stale = fix(world, ALL_AT_KARACHI, rev=seen)
    assert (stale.status.value, stale.code, stale.postings) == ("flagged", "fix_stale", ())
    assert world.order.status == "conflict"
    fix(world, ALL_AT_KARACHI)
    assert (world.open_codes(), world.order.conflicts) == ([], ())


def test_units_that_came_back_are_not_part_of_the_target():
    world = after("returned")
    same = fix(world, {("71", LAHORE): 1, ("72", LAHORE): 2})
    assert (same.status.value, same.code) == ("noop", "nothing_left")


def test_what_came_back_cannot_be_said_never_to_have_left():
    world = after("delivered", ("return_receive", receive(came("72", 1), return_kind="customer")))
    decision = fix(world, {("72", LAHORE): 0})
    assert (decision.status.value, decision.code) == ("flagged", "not_out")
    assert world.sellable(LAHORE, SHOE) == 5
    assert world.order.lines[1].out_units == 0


def test_a_fix_below_what_a_shelf_holds_is_an_oversell_of_that_shelf():
    world = after("dispatched")
    world.book.stock[KARACHI, SHOE] = type(world.book.stock[KARACHI, SHOE])(
        branch_id=KARACHI, variant_id=SHOE, sellable=1
    )
    decision = fix(world, ALL_AT_KARACHI)
    assert [(d.code.value, d.branch_id, d.balance_units) for d in decision.discrepancies] == [
        ("oversell", KARACHI, -1)
    ]


def test_two_shipments_that_empty_one_shelf_together_oversell_it():
    steps = [
        ("create_fulfillment", create("f-1", lines=units("72", 1))),
        ("create_fulfillment", create("f-2", lines=units("72", 1))),
        ("pack", F1),
        ("pack", {"fulfillment_id": "f-2"}),
    ]
    world = after("confirmed", *steps)
    world.book.stock[KARACHI, SHOE] = type(world.book.stock[KARACHI, SHOE])(
        branch_id=KARACHI, variant_id=SHOE, sellable=1
    )
    fix(world, {("72", LAHORE): 0, ("72", KARACHI): 2})
    assert world.sellable(KARACHI, SHOE) == -1
    assert world.open_codes() == ["oversell"]


def test_the_same_goods_missing_on_two_shelves_are_two_questions():
    world = World(sellable=0)
    world.news(store_fulfilled())
    fix(world, {("72", LAHORE): 1, ("72", KARACHI): 1})
    assert world.open_codes() == ["oversell", "oversell"]
    assert {d.branch_id for d in world.book.open.values()} == {LAHORE, KARACHI}


def test_a_fix_answers_what_was_asked_about_a_double_deduction():
    world = after("packed", ("manual_fulfillment", create("f-3", branch=KARACHI), SAAD))
    assert world.open_codes() == ["possible_double_deduct"]
    fix(world, ALL_AT_KARACHI)
    assert world.open_codes() == []
    assert world.order.status != "conflict"


def test_goods_that_turn_out_to_have_left_are_no_longer_promised():
    world = after("pending")
    fix(world, {("71", KARACHI): 1})
    assert [(x.order_line_id, x.units) for x in world.parcel().lines] == [("72", 2)]
    assert world.book.stock_of(LAHORE, KURTA).reserved == 0


def test_a_parcel_on_its_way_back_that_never_left_is_no_longer_expected():
    world = after("returning")
    fix(world, {("71", LAHORE): 0, ("72", LAHORE): 0})
    assert world.parcel().state == "voided"
    assert world.order.shipments[0].return_branch_id is None


@pytest.mark.parametrize("who", [AMNA, OMAR])
def test_only_a_supervisor_fixes_stock(who):
    world = after("dispatched")
    assert fix(world, ALL_AT_KARACHI, who=who).code == "authority"


targets = st.dictionaries(
    st.tuples(st.sampled_from(["71", "72"]), st.sampled_from([LAHORE, KARACHI])),
    st.integers(0, 3),
    min_size=1,
)


@given(st.sampled_from(sorted(BEFORE)), st.lists(targets, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_after_any_fixes_the_shelves_hold_what_the_targets_say(state, fixes):
    world = after(state)
    for wanted in fixes:
        decision = fix(world, wanted)
        again = fix(world, wanted)
        if decision.code != "not_out":
            assert (again.status.value, again.postings) == ("noop", ())
            shipped = dict.fromkeys(wanted, 0)
            for record in world.book.shipments_of("900"):
                for part in record.lines:
                    place = (part.order_line_id, record.branch_id)
                    if place in shipped and record.state.value not in (
                        "pending",
                        "cancelled",
                        "voided",
                    ):
                        shipped[place] += part.units
            assert shipped == wanted
    for line in world.order.lines[:2]:
        assert line.out_units == world.units_at["", f"out/{line.id}", line.variant_id] >= 0

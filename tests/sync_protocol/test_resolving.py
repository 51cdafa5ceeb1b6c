"""What a person says became of a discrepancy is done at once and closes it (protocol.md §6)."""

import itertools

import pytest

from sync_protocol.codes import CONFLICTS, Code
from sync_protocol.decide.settling import decide_on_server
from sync_protocol.outcomes import OUTCOMES, Outcome, outcomes_of
from tests.sync_protocol.reading_cells import way
from tests.vectors.world import (
    AMNA,
    BEFORE,
    F1,
    FULFILLED,
    KARACHI,
    KURTA,
    LAHORE,
    RUN,
    SAAD,
    SHOE,
    STORE,
    World,
    came,
    create,
    in_store,
    receive,
    units,
)


def after(state: str, *steps, sellable: int = 5) -> World:
    return World(sellable=sellable).steps(*BEFORE[state], *steps)


def cancelled(world: World) -> World:
    world.news(world.reading(updated_at=world.now, cancelled_at=world.now))
    return world


def unfulfilled() -> World:
    world = after("synced")
    gone = [in_store(lines=FULFILLED, live=False)]
    world.news(world.reading(updated_at=world.now, fulfillments=gone))
    return world


def short_of_cash() -> World:
    world = after("rider_out", ("deliver", F1), ("end_run", RUN | {"declared_paisa": 0}))
    return world.steps(("count_run_cash", RUN | {"counted_paisa": 475_000 - 10_000}))


def ambiguous() -> World:
    world = World()
    line = {"variant_id": KURTA, "units": 5, "seen_version": 0}
    world.do("count", {"branch_id": LAHORE, "lines": [line]}, device="phone-2")
    world.do("manual_fulfillment", create(lines=units("71", 1)), decider=decide_on_server)
    return world


def failed() -> World:
    return after("dispatched", ("shopify_outcome", F1 | {"state": "failed", "error": "x"}, STORE))


def edited_then_packed() -> World:
    """The desk sent the shoes by another way; then an edit takes one off, then the branch packs both."""
    world = after("pending")
    fewer = {"updated_at": world.now, "current": {"72": 1}, "agreements": []}
    world.news(world.reading(**fewer))
    return world.steps(("pack", F1 | {"lines": [*units("71", 1), *units("72", 2)]}))


def refused_then_packed() -> World:
    return after("refused", ("cancel_fulfillment", {"fulfillment_id": "f-0"}), ("pack", F1))


DOUBTS = {
    Code.OVERSELL: lambda: after("packed", sellable=0),
    Code.DOUBLE_PACK: lambda: after("packed_elsewhere", ("pack", F1)),
    Code.POSSIBLE_DOUBLE_DEDUCT: lambda: after(
        "packed", ("manual_fulfillment", create("f-3", KARACHI), SAAD)
    ),
    Code.PACKED_CANCELLED: lambda: cancelled(after("pending")).steps(("pack", F1)),
    Code.PACKED_SUPERSEDED: edited_then_packed,
    Code.PACKED_AFTER_REFUSAL: refused_then_packed,
    Code.CANCELLED_WHILE_PACKED: lambda: cancelled(after("packed")),
    Code.DISPATCHED_CANCELLED: lambda: cancelled(after("dispatched")),
    Code.DELIVERED_CANCELLED: lambda: cancelled(after("dispatched")).steps(("deliver", F1)),
    Code.DELIVER_VS_RETURN: lambda: after("returned", ("deliver", F1 | {"cash_paisa": 475_000})),
    Code.UNFULFILLED_IN_SHOPIFY: unfulfilled,
    Code.SHOPIFY_FAILED: failed,
    Code.COUNT_AMBIGUOUS: ambiguous,
    Code.CASH_SHORT: short_of_cash,
}
# What each outcome of each code does: where stock goes, and where the parcel f-1 ends.
DOES = {
    (Code.OVERSELL, "found_extra"): ("ext>shelf", "packed"),
    (Code.OVERSELL, "scanned_twice"): ("out>shelf", "packed"),
    (Code.OVERSELL, "other_branch"): ("out,shelf>out,shelf", "packed"),
    (Code.OVERSELL, "unpack"): ("out>shelf", "pending"),
    (Code.DOUBLE_PACK, "same_parcel"): ("", "cancelled"),
    (Code.DOUBLE_PACK, "sent_twice"): ("shelf>out", "cancelled"),
    (Code.DOUBLE_PACK, "other_branch"): ("out,shelf>out,shelf", "cancelled"),
    (Code.POSSIBLE_DOUBLE_DEDUCT, "same_parcel"): ("", "packed"),
    (Code.POSSIBLE_DOUBLE_DEDUCT, "sent_twice"): ("shelf>out", "packed"),
    (Code.POSSIBLE_DOUBLE_DEDUCT, "other_branch"): ("out,shelf>out,shelf", "packed"),
    (Code.PACKED_CANCELLED, "unpack"): ("out>shelf", "cancelled"),
    (Code.PACKED_SUPERSEDED, "unpack"): ("out>shelf", "pending"),
    (Code.PACKED_AFTER_REFUSAL, "unpack"): ("out>shelf", "pending"),
    (Code.CANCELLED_WHILE_PACKED, "unpack"): ("out>shelf", "cancelled"),
    (Code.DISPATCHED_CANCELLED, "expect_return"): ("", "returning"),
    (Code.DELIVERED_CANCELLED, "expect_return"): ("", "returning"),
    (Code.DELIVER_VS_RETURN, "was_delivered"): ("shelf>out", "delivered"),
    (Code.DELIVER_VS_RETURN, "was_returned"): ("", "returned"),
    (Code.UNFULFILLED_IN_SHOPIFY, "void"): ("out>shelf", "voided"),
    (Code.SHOPIFY_FAILED, "retry"): ("", "dispatched"),
    (Code.COUNT_AMBIGUOUS, "recount"): ("", None),
    (Code.CASH_SHORT, "written_off"): ("", "delivered"),
}
WITH = {"sent_twice": {"reason": "two parcels left"}, "other_branch": {"branch_id": KARACHI}}
NOT_ANY_MORE = {
    # A parcel that lies packed at the branch is not expected back: it is unpacked.
    (Code.PACKED_CANCELLED, "expect_return"),
    (Code.PACKED_SUPERSEDED, "expect_return"),
}


CELLS = [(code, outcome.value) for code in OUTCOMES for outcome in outcomes_of(code)]


def test_the_table_of_outcomes_is_whole():
    assert set(DOUBTS) == set(OUTCOMES)
    named = {cell for cell in CELLS if cell[1] != "accepted"}
    assert named == set(DOES) | NOT_ANY_MORE


@pytest.mark.parametrize("cell", CELLS, ids=lambda c: f"{c[0].value}-{c[1]}")
def test_each_outcome_of_each_code_does_what_it_says_and_closes_the_question(cell):
    code, outcome = cell
    world = DOUBTS[code]()
    before = world.book.fulfillments.get("f-1")
    name = world.open_id(code)
    decision = world.resolve(code, outcome, **WITH.get(outcome, {}))
    if cell in NOT_ANY_MORE:
        assert (decision.status.value, decision.code) == ("refused", "not_an_outcome")
        assert name in world.book.open
        return
    assert decision.status.value in ("applied", "flagged")
    moves, state = DOES.get(cell, ("", None if before is None else before.state.value))
    assert way(decision) == moves
    if state is not None:
        assert world.parcel().state == state
    assert name not in world.book.open
    closed = next(d for d in decision.discrepancies if d.id == name)
    assert (closed.outcome, closed.closed_by, closed.closed_at) == (outcome, "saad", world.now)
    assert code not in world.order.conflicts
    if code in CONFLICTS:
        assert world.order.status != "conflict" or world.order.conflicts
    again = world.do("resolve", {"discrepancy_id": name, "outcome": outcome}, SAAD)
    assert (again.status.value, again.code) == ("noop", "already_done")
    for line in world.order.lines[:2]:
        assert line.out_units == world.units_at["", f"out/{line.id}", line.variant_id]


@pytest.mark.parametrize(
    ("code", "outcome"), list(itertools.product([Code.OVERSELL, Code.CASH_SHORT], Outcome))
)
def test_only_the_outcomes_of_a_code_are_taken(code, outcome):
    decision = DOUBTS[code]().resolve(code, outcome.value, **WITH.get(outcome.value, {}))
    allowed = outcome in OUTCOMES[code] or outcome is Outcome.ACCEPTED
    assert (decision.code == "not_an_outcome") == (not allowed)


def test_sent_twice_goes_beyond_what_was_ordered_only_with_a_reason():
    world = DOUBTS[Code.DOUBLE_PACK]()
    refused = world.resolve("double_pack", "sent_twice")
    assert (refused.status.value, refused.code) == ("refused", "needs_reason")
    world.resolve("double_pack", "sent_twice", reason="both left")
    assert world.order.lines[0].out_units == 2
    assert world.sellable() == 3
    record = next(f for f in world.book.shipments_of("900") if f.note == "both left")
    assert (record.workflow, record.shopify_state) == ("manual", "not_for_shopify")


def test_an_oversell_closes_by_itself_when_the_shelf_is_at_nought_again():
    world = after("packed", sellable=0)
    assert world.open_codes() == ["oversell", "oversell"]
    goods = [{"variant_id": KURTA, "units": 1}, {"variant_id": SHOE, "units": 1}]
    world.do("receive_stock", {"branch_id": LAHORE, "lines": goods})
    assert [d.variant_id for d in world.book.open.values()] == [SHOE]
    world.do("unpack", F1)
    assert world.open_codes() == []


def test_found_extra_brings_the_shelf_to_nought_or_by_what_was_found():
    world = after("packed", sellable=0)
    world.resolve("oversell", "found_extra")
    assert world.sellable() == 0
    world.resolve("oversell", "found_extra", units=5)
    assert world.sellable(LAHORE, SHOE) == 3


def test_what_is_settled_in_part_leaves_the_rest_of_the_shelf_asked_about():
    """Four were taken from an empty shelf; that one of them was scanned twice does not explain the others."""
    world = World(sellable=0, units=4).steps(*BEFORE["confirmed"])
    world.do("manual_fulfillment", create(lines=units("71", 4)))
    world.resolve("oversell", "found_extra", units=1)
    assert world.sellable() == -3
    (asked,) = world.book.open.values()
    assert (asked.code, asked.op_kind, asked.balance_units) == ("oversell", "resolve", -3)
    world.resolve("oversell", "found_extra", units=3)
    assert world.open_codes() == []


def test_a_delivery_that_is_believed_takes_out_again_only_what_its_own_return_brought():
    world = after(
        "delivered",
        ("return_receive", receive(came("72", 1), return_kind="customer")),
        ("return_receive", receive(came("71", 1), came("72", 1), name="r-2")),
    )
    world.resolve("deliver_vs_return", "was_delivered")
    assert world.parcel().state == "delivered"
    assert [(x.out_units, x.given_back_units) for x in world.order.lines[:2]] == [(1, 0), (1, 1)]
    assert world.sellable(LAHORE, SHOE) == 4


def test_believing_a_delivery_twice_takes_nothing_out_twice():
    world = after("returned", ("deliver", F1 | {"cash_paisa": 475_000}))
    world.resolve("deliver_vs_return", "was_delivered")
    world.steps(
        ("return_receive", receive(name="r-2")),
        ("deliver", F1),
    )
    while "deliver_vs_return" in world.open_codes():
        world.resolve("deliver_vs_return", "was_delivered")
    assert world.order.lines[0].out_units == world.units_at["", "out/71", KURTA] == 1
    assert world.sellable() == 4


def test_a_shelf_that_is_still_short_after_the_explanation_is_asked_about_anew():
    goods = {"branch_id": LAHORE, "lines": [{"variant_id": KURTA, "units": 2}]}
    world = World(sellable=0).steps(("counter_sale", goods))
    decision = world.resolve("oversell", "found_extra", units=1)
    assert (decision.status.value, decision.code) == ("flagged", "oversell")
    (anew,) = world.book.open.values()
    assert (world.sellable(), anew.units, anew.balance_units) == (-1, 1, -1)
    assert world.resolve("oversell", "accepted").code is None
    assert (world.sellable(), world.open_codes()) == (-1, [])


def test_a_write_that_had_failed_is_tried_again_under_the_same_name():
    world = failed()
    decision = world.resolve("shopify_failed", "retry")
    assert [(e.key, e.again) for e in decision.effects] == [("fulfill/f-1", True)]
    assert world.parcel().shopify_state == "queued"


def test_a_success_in_the_store_closes_the_failure_before_it():
    world = failed().steps(("shopify_outcome", F1 | {"state": "confirmed"}, STORE))
    assert world.open_codes() == []


def test_nobody_but_a_supervisor_says_what_became_of_it():
    world = DOUBTS[Code.DOUBLE_PACK]()
    decision = world.resolve("double_pack", "same_parcel", AMNA)
    assert (decision.status.value, decision.code) == ("parked", "authority")


def test_a_return_at_another_branch_can_be_expected():
    world = DOUBTS[Code.DISPATCHED_CANCELLED]()
    world.resolve("dispatched_cancelled", "expect_return", branch_id=KARACHI)
    assert world.parcel().open_return.branch_id == KARACHI


def test_the_order_is_in_doubt_exactly_while_a_conflict_is_open():
    world = after("returning", ("return_receive", receive()), ("deliver", F1), ("deliver", F1))
    assert world.order.conflicts == (Code.DELIVER_VS_RETURN,) * 2
    world.resolve("deliver_vs_return", "was_returned")
    assert world.order.status == "conflict"
    world.resolve("deliver_vs_return", "was_returned")
    assert world.order.status == "returned"

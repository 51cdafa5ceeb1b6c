"""What a shop may decide for itself: who asks, who sends; and money that nobody named."""

import pytest

from sync_protocol.codes import Code
from sync_protocol.outcomes import ResultStatus
from sync_protocol.shop import Policy
from tests.vectors.world import (
    BEFORE,
    F1,
    SAAD,
    World,
    create,
    dispatch,
    receive,
    units,
)

ORDER = {"order_id": "900"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("confirm", ORDER),
        ("call_attempt", ORDER | {"outcome": "no_answer"}),
        ("edit_contact", ORDER | {"city": "Multan"}),
    ],
)
def test_where_branches_do_not_call_customers_their_call_is_kept_for_head_office(kind, body):
    world = World(policy=Policy(branch_asks_customers=False))
    kept = world.do(kind, body)
    assert (kept.status, kept.code) == (ResultStatus.PARKED, Code.AUTHORITY)
    assert world.do(kind, body, SAAD).status is ResultStatus.APPLIED


@pytest.mark.parametrize("kind", ["dispatch", "set_tracking"])
def test_where_branches_do_not_send_they_pack_and_head_office_sends(kind):
    world = World(policy=Policy(branch_dispatches=False)).steps(*BEFORE["pending"])
    assert world.do("pack", F1).status is ResultStatus.APPLIED
    assert world.do(kind, dispatch()).code is Code.AUTHORITY
    assert world.do(kind, dispatch(), SAAD).status is ResultStatus.APPLIED


def test_of_a_part_that_was_kept_nobody_knows_the_cash_unless_it_is_said():
    world = World().steps(*BEFORE["dispatched"])
    kept = world.do("deliver", F1 | {"lines": units("71", 1)})
    assert kept.code is Code.CASH_DIFFERENT
    assert world.parcel().cash_paisa == 0
    assert kept.postings == ()
    said = World().steps(*BEFORE["dispatched"])
    kept = said.do("deliver", F1 | {"lines": units("71", 1), "cash_paisa": 250_000})
    assert kept.status is ResultStatus.APPLIED
    assert said.order.door_paisa == 250_000


def test_a_parcel_recorded_by_hand_collects_what_the_order_is_worth():
    world = World().steps(("manual_fulfillment", create()))
    collects = world.parcel().collect_paisa
    assert collects == world.order.outstanding_paisa
    paid = world.do("deliver", F1 | {"cash_paisa": collects})
    assert paid.status is ResultStatus.APPLIED


def test_when_the_return_was_true_the_cash_that_was_counted_is_taken_back():
    world = World().steps(*BEFORE["dispatched"])
    world.do("return_receive", receive())
    world.do("deliver", F1 | {"cash_paisa": 100_000})
    assert world.order.door_paisa == 100_000
    told = world.resolve("deliver_vs_return", "was_returned")
    assert [leg.paisa for posting in told.postings for leg in posting.cash] == [-100_000, 100_000]
    assert world.order.door_paisa == 0
    assert world.parcel().cash_paisa == 0


def test_a_parcel_whose_dispatch_was_undone_was_never_tried():
    world = World().steps(*BEFORE["dispatched"], ("attempt_failed", F1 | {"outcome": "not_home"}))
    assert world.order.status == "attempted"
    world.steps(("undo_dispatch", F1), ("dispatch", dispatch()))
    assert world.order.status == "dispatched"


def test_the_difference_is_settled_when_all_that_is_due_has_been_paid_not_with_the_first_parcel():
    world = World().steps(*BEFORE["confirmed"])
    reading = world.reading(updated_at=world.now)
    reading["total_paisa"] += 40_000  # type: ignore[operator]
    reading["outstanding_paisa"] += 40_000  # type: ignore[operator]
    for line in reading["lines"]:  # type: ignore[attr-defined]
        if line["id"] == "72":
            line["current_units"] = 1
    reading["agreements"] = [
        {
            "id": "edit-1",
            "happened_at": 1,
            "sales": [
                {"order_line_id": "72", "units": -1, "paisa": -100_000},
                {"order_line_id": "74", "units": 1, "paisa": 140_000},
            ],
        }
    ]
    extra = dict(reading["lines"][0], id="74", unit_paisa=140_000)  # type: ignore[index]
    reading["lines"] = [*reading["lines"], extra]  # type: ignore[misc]
    world.news(reading)
    world.do("confirm", ORDER)
    world.do("create_fulfillment", create("f-1", lines=units("71", 1)))
    world.do("create_fulfillment", create("f-2", lines=units("72", 1) + units("74", 1)))
    for name in ("f-1", "f-2"):
        world.steps(
            ("pack", {"fulfillment_id": name}),
            ("dispatch", dispatch(name, name)),
        )
    world.do("deliver", F1)
    assert world.order.exchanges[0].money == "with_parcel"
    due = world.parcel("f-2").collect_paisa
    left = world.order.total_paisa - world.order.door_paisa
    world.do("deliver", {"fulfillment_id": "f-2", "cash_paisa": max(due, left)})
    assert world.order.exchanges[0].money == "settled"
    assert world.order.exchanges[0].closed_at is not None

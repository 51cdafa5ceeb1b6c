"""A rider's run ends with every parcel seen and every rupee named (§2.6, I19, C1–C3)."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.world import (
    AMNA,
    BEFORE,
    CONFIRMED,
    F1,
    NEW_RUN,
    OMAR,
    RAFIQ,
    RUN,
    SAAD,
    TARIQ,
    World,
    came,
    create,
    dispatch,
    receive,
    units,
)

F2 = {"fulfillment_id": "f-2"}
RUN2 = {"run_id": "run-2"}
NEW_RUN2 = NEW_RUN | RUN2 | {"rider_id": "tariq"}
MADE = [
    *CONFIRMED,
    ("create_fulfillment", create(lines=units("71", 1))),
    ("create_fulfillment", create("f-2", lines=units("72", 2))),
    ("pack", F1),
    ("pack", F2),
    ("create_run", NEW_RUN),
]
LOADED = [*MADE, ("load_parcel", RUN | F1), ("load_parcel", RUN | F2)]
OUT = [*LOADED, ("start_run", RUN)]
KURTA_PAISA, SHOES_PAISA = 250_000, 225_000
"""The last parcel of the order brings the delivery and the gift wrap too."""


def on_the_road(*steps) -> World:
    return World().steps(*OUT, *steps)


def run_of(world: World, name: str = "run-1"):
    return world.book.runs[name]


def count(world: World, paisa: int, reason: str | None = None, who=AMNA):
    said = {"shortage_reason": reason} if reason else {}
    return world.do("count_run_cash", RUN | {"counted_paisa": paisa} | said, who)


def end(world: World, paisa: int):
    return world.do("end_run", RUN | {"declared_paisa": paisa}, RAFIQ)


def test_starting_a_run_dispatches_each_parcel_under_the_run_and_the_stop():
    world = World().steps(*LOADED)
    decision = world.do("start_run", RUN)
    assert [world.parcel(n).state for n in ("f-1", "f-2")] == ["dispatched"] * 2
    assert {world.parcel(n).courier for n in ("f-1", "f-2")} == {"rider"}
    assert [world.parcel(n).tracking_number for n in ("f-1", "f-2")] == ["run-1-1", "run-1-2"]
    assert [e.key for e in decision.effects] == ["fulfill/f-1", "fulfill/f-2"]
    assert [s.collect_paisa for s in run_of(world).stops] == [KURTA_PAISA, SHOES_PAISA]


def test_a_run_is_only_for_a_rider_who_is_still_there():
    world = World()
    assert world.do("create_run", NEW_RUN | {"rider_id": "saad"}).code == "not_a_rider"
    gone = type(RAFIQ)(
        **{f: getattr(RAFIQ, f) for f in RAFIQ.__struct_fields__} | {"active": False}
    )
    world.book.people["rafiq"] = gone
    assert world.do("create_run", NEW_RUN).code == "not_a_rider"


def test_a_day_that_goes_well_closes_with_nothing_left():
    world = on_the_road(("deliver", F1, RAFIQ), ("deliver", F2, RAFIQ))
    assert world.cash == {"customer": -475_000, "rider/rafiq": 475_000}
    end(world, 475_000)
    assert count(world, 475_000).status.value == "applied"
    assert world.do("close_run", RUN).status.value == "applied"
    assert world.cash == {"customer": -475_000, "rider/rafiq": 0, "till/lhr": 475_000}
    assert [world.parcel(n).rider_id for n in ("f-1", "f-2")] == [None, None]
    assert run_of(world).closed_at == world.now


def test_a_shortage_without_a_reason_is_disputed_and_the_rider_still_owes_it():
    world = on_the_road(("deliver", F1, RAFIQ), ("deliver", F2, RAFIQ))
    end(world, 475_000)
    short = count(world, 465_000)
    assert (short.code, run_of(world).state) == ("cash_short", "disputed")
    assert [d.paisa for d in short.discrepancies] == [10_000]
    assert world.cash["rider/rafiq"] == 10_000
    assert world.do("close_run", RUN).code == "run_not_ready"


@pytest.mark.parametrize("outcome", ["accepted", "written_off"])
def test_a_word_for_a_shortage_ends_the_dispute_and_the_debt(outcome):
    world = on_the_road(("deliver", F1, RAFIQ), ("deliver", F2, RAFIQ))
    end(world, 475_000)
    count(world, 465_000)
    world.resolve("cash_short", outcome, reason="torn note")
    assert (run_of(world).state, run_of(world).shortage_paisa) == ("reconciled", 10_000)
    assert run_of(world).shortage_reason == "torn note"
    assert (world.cash["rider/rafiq"], world.cash["shortage"]) == (0, 10_000)
    assert world.open_codes() == []
    assert world.do("close_run", RUN).status.value == "applied"


def test_a_shortage_with_a_reason_is_booked_and_still_shown_to_a_supervisor():
    world = on_the_road(("deliver", F1, RAFIQ), ("deliver", F2, RAFIQ))
    end(world, 475_000)
    short = count(world, 465_000, "torn note")
    assert (short.code, run_of(world).state) == ("cash_short", "reconciled")
    assert world.cash["shortage"] == 10_000
    world.resolve("cash_short", "accepted")
    assert (world.open_codes(), world.cash["shortage"]) == ([], 10_000)


def test_more_cash_than_expected_needs_a_reason_too():
    world = on_the_road(("deliver", F1, RAFIQ), ("deliver", F2, RAFIQ))
    end(world, 485_000)
    assert count(world, 485_000).code == "cash_short"
    assert run_of(world).state == "disputed"
    count(world, 485_000, "a tip")
    assert (run_of(world).shortage_paisa, world.cash["rider/rafiq"]) == (-10_000, 0)


def test_counting_again_says_what_the_right_number_is():
    world = on_the_road(("deliver", F1, RAFIQ), ("deliver", F2, RAFIQ))
    end(world, 475_000)
    for paisa in (425_000, 485_000, 475_000):
        count(world, paisa, "counted wrong")
    assert world.cash == {
        "customer": -475_000,
        "rider/rafiq": 0,
        "till/lhr": 475_000,
        "shortage": 0,
    }


def test_a_delivery_that_comes_in_after_the_count_opens_the_count_again():
    world = on_the_road(("deliver", F1, RAFIQ))
    end(world, KURTA_PAISA)
    count(world, KURTA_PAISA)
    world.do("deliver", F2, RAFIQ)
    assert run_of(world).state == "back"
    assert world.do("close_run", RUN).code == "run_not_ready"
    count(world, KURTA_PAISA + SHOES_PAISA)
    assert (run_of(world).state, world.cash["rider/rafiq"]) == ("reconciled", 0)


@pytest.mark.parametrize("outcome", ["not_home", "refused", "rescheduled"])
def test_a_run_stays_open_until_every_undelivered_parcel_was_seen(outcome):
    tried = ("attempt_failed", F2 | {"outcome": outcome}, RAFIQ)
    world = on_the_road(("deliver", F1, RAFIQ), tried)
    end(world, KURTA_PAISA)
    count(world, KURTA_PAISA)
    assert world.do("close_run", RUN).code == "run_not_ready"
    world.do("check_in_parcel", RUN | F2)
    assert world.do("close_run", RUN).status.value == "applied"
    parcel = world.parcel("f-2")
    assert (parcel.state, parcel.run_id, parcel.rider_id) == ("dispatched", None, None)
    assert run_of(world).stops[1].state == outcome


def test_a_stop_that_was_never_tried_counts_as_put_off_when_its_parcel_is_seen():
    world = on_the_road(("check_in_parcel", RUN | F2))
    assert (run_of(world).stops[1].state, run_of(world).stops[1].checked_in) == (
        "rescheduled",
        True,
    )


def test_a_parcel_that_comes_back_goes_out_again_on_another_run_without_a_second_posting():
    world = on_the_road(("check_in_parcel", RUN | F2), ("create_run", NEW_RUN2))
    assert world.do("load_parcel", RUN2 | F2).postings == ()
    assert world.do("start_run", RUN2).effects == (), "the store knows since the first run"
    world.do("deliver", F2, TARIQ)
    assert world.cash["rider/tariq"] == SHOES_PAISA
    assert run_of(world, "run-2").expected_paisa == SHOES_PAISA
    assert run_of(world).expected_paisa == 0


def test_a_late_check_in_does_not_take_the_parcel_from_the_run_that_has_it_now():
    world = on_the_road(("create_run", NEW_RUN2), ("load_parcel", RUN2 | F2))
    assert "in_another_run" in world.open_codes()
    assert world.do("check_in_parcel", RUN | F2).status.value == "noop"
    assert world.parcel("f-2").run_id == "run-2"


def test_a_refused_parcel_is_taken_in_and_that_is_its_check_in():
    world = on_the_road(
        ("initiate_return", F2 | {"return_id": "r", "reason": "refused"}, RAFIQ),
        ("return_receive", receive(came("72", 2), parcel="f-2", name="r")),
        ("deliver", F1, RAFIQ),
    )
    assert [(s.state.value, s.checked_in) for s in run_of(world).stops] == [
        ("delivered", True),
        ("refused", True),
    ]


def test_a_part_kept_at_the_door_brings_its_cash_and_the_rest_is_to_be_seen():
    kept = F2 | {"lines": units("72", 1), "cash_paisa": 100_000}
    world = on_the_road(("deliver", F1, RAFIQ), ("deliver", kept, RAFIQ))
    stop = run_of(world).stops[1]
    assert (stop.state, stop.cash_paisa, stop.checked_in) == ("partial", 100_000, False)
    assert run_of(world).expected_paisa == 350_000
    world.do("return_receive", receive(came("72", 1), parcel="f-2"))
    assert run_of(world).stops[1].checked_in


def test_a_parcel_that_the_rider_lost_does_not_keep_the_run_open():
    world = on_the_road(("deliver", F1, RAFIQ), ("mark_lost", F2, SAAD))
    end(world, KURTA_PAISA)
    count(world, KURTA_PAISA)
    assert world.do("close_run", RUN).status.value == "applied"


def test_a_parcel_handed_over_before_the_run_was_started_is_in_its_books():
    world = World().steps(*LOADED, ("deliver", F1, RAFIQ), ("start_run", RUN))
    assert (run_of(world).expected_paisa, world.cash["rider/rafiq"]) == (KURTA_PAISA, KURTA_PAISA)
    assert world.do("unload_parcel", RUN | F1).postings == ()
    world.do("deliver", F2, RAFIQ)
    end(world, 475_000)
    count(world, 475_000)
    assert world.do("close_run", RUN).status.value == "applied"


def test_a_delivered_parcel_cannot_be_taken_out_of_a_run_that_has_not_left():
    world = World().steps(*LOADED, ("deliver", F1, RAFIQ))
    assert world.do("unload_parcel", RUN | F1).code == "deliver_vs_return"
    assert len(run_of(world).stops) == 2


@pytest.mark.parametrize(
    "undone",
    [
        ("unpack", F1),
        ("unload_parcel", RUN | F1),
        ("dispatch", dispatch()),
    ],
    ids=lambda step: step[0],
)
def test_what_does_not_go_with_the_rider_is_no_stop_of_the_run(undone):
    world = World().steps(*LOADED, undone)
    assert [s.fulfillment_id for s in run_of(world).stops] == ["f-2"]
    assert (world.parcel().run_id, world.parcel().rider_id) == (None, None)


def test_a_dispatch_that_is_undone_on_the_road_counts_as_seen():
    world = on_the_road(("undo_dispatch", F1))
    assert run_of(world).stops[0].checked_in
    assert (world.parcel().state, world.parcel().run_id) == ("packed", None)


def test_a_parcel_scanned_into_two_runs_is_where_it_was_scanned_last():
    world = World().steps(*LOADED, ("create_run", NEW_RUN2))
    decision = world.do("load_parcel", RUN2 | F1)
    assert decision.code == "in_another_run"
    assert [s.fulfillment_id for s in run_of(world).stops] == ["f-2"]
    assert world.parcel().run_id == "run-2"


def test_a_parcel_for_a_rider_on_the_road_goes_out_at_once():
    world = World().steps(*MADE, ("load_parcel", RUN | F1), ("start_run", RUN))
    decision = world.do("load_parcel", RUN | F2)
    assert world.parcel("f-2").state == "dispatched"
    assert [e.key for e in decision.effects] == ["fulfill/f-2"]


def test_one_odd_parcel_for_a_rider_on_the_road_is_asked_about_once():
    world = World().steps(*BEFORE["pending"], ("create_run", NEW_RUN), ("start_run", RUN))
    world.steps(("create_run", NEW_RUN2), ("load_parcel", RUN2 | F1))
    decision = world.do("start_run", RUN2)
    assert decision.status.value == "applied"
    odd = World().steps(*CONFIRMED, ("create_fulfillment", create(lines=units("71", 1))))
    odd.steps(("create_fulfillment", create("f-2", lines=units("72", 2))), ("create_run", NEW_RUN))
    odd.steps(("load_parcel", RUN | F2), ("start_run", RUN))
    fewer = odd.reading(updated_at=odd.now, current={"71": 0}, agreements=[])
    odd.news(fewer)
    decision = odd.do("load_parcel", RUN | F1)
    ids = [d.id for d in decision.discrepancies]
    assert len(ids) == len(set(ids)), "no question is asked twice by one op"
    assert odd.order.conflicts == tuple(dict.fromkeys(odd.order.conflicts))


def test_an_outcome_that_comes_in_after_closing_is_kept_and_asked_about():
    world = on_the_road(("deliver", F1, RAFIQ), ("check_in_parcel", RUN | F2))
    end(world, KURTA_PAISA)
    count(world, KURTA_PAISA)
    world.do("close_run", RUN)
    before = run_of(world)
    world.do("deliver", F2, SAAD)
    assert world.parcel("f-2").state == "delivered"
    assert run_of(world) == before


def test_a_run_that_is_opened_again_has_its_rider_and_is_counted_anew():
    world = on_the_road(("deliver", F1, RAFIQ), ("check_in_parcel", RUN | F2))
    end(world, KURTA_PAISA)
    count(world, KURTA_PAISA)
    world.do("close_run", RUN)
    assert world.do("reopen_run", RUN | {"reason": "late note"}, AMNA).code == "authority"
    world.do("reopen_run", RUN | {"reason": "late note"}, SAAD)
    assert (run_of(world).state, world.parcel().rider_id) == ("back", "rafiq")
    assert world.do("close_run", RUN).code == "run_not_ready"
    count(world, KURTA_PAISA)
    assert world.do("close_run", RUN).status.value == "applied"


def test_another_amount_at_the_door_than_was_due_is_asked_about():
    world = on_the_road()
    decision = world.do("deliver", F1 | {"cash_paisa": 240_000}, RAFIQ)
    assert (decision.code, world.cash["rider/rafiq"]) == ("cash_different", 240_000)
    assert run_of(world).expected_paisa == 240_000


def test_an_operator_counts_no_cash():
    world = on_the_road()
    assert count(world, 1, who=OMAR).code == "authority"


MOVES = st.sampled_from(
    [
        ("deliver", F1, RAFIQ),
        ("deliver", F1 | {"cash_paisa": 240_000}, SAAD),
        ("deliver", F2 | {"cash_paisa": 150_000}, RAFIQ),
        ("deliver", F2 | {"lines": units("72", 1), "cash_paisa": 100_000}, RAFIQ),
        ("attempt_failed", F2 | {"outcome": "refused"}, RAFIQ),
        ("initiate_return", F1 | {"return_id": "r-1"}, RAFIQ),
        ("initiate_return", F2 | {"return_id": "r-2"}, RAFIQ),
        ("return_receive", receive(came("71", 1), name="r-1"), AMNA),
        ("return_receive", receive(came("72", 1), parcel="f-2", name="r-2"), AMNA),
        ("check_in_parcel", RUN | F1, AMNA),
        ("check_in_parcel", RUN | F2, AMNA),
        ("load_parcel", RUN | F1, AMNA),
        ("load_parcel", RUN | F2, AMNA),
        ("unload_parcel", RUN | F1, AMNA),
        ("start_run", RUN, AMNA),
        ("mark_lost", F1, SAAD),
        ("unpack", F1, AMNA),
        ("pack", F1, AMNA),
        ("undo_dispatch", F2, AMNA),
        ("resume_delivery", F1, AMNA),
        ("resume_delivery", F2, AMNA),
        ("end_run", RUN | {"declared_paisa": 250_000}, RAFIQ),
        ("count_run_cash", RUN | {"counted_paisa": 250_000}, AMNA),
        ("count_run_cash", RUN | {"counted_paisa": 240_000, "shortage_reason": "x"}, AMNA),
        ("count_run_cash", RUN | {"counted_paisa": 0}, AMNA),
        ("close_run", RUN, AMNA),
        ("reopen_run", RUN | {"reason": "x"}, SAAD),
    ]
)


@given(st.lists(MOVES, max_size=25))
@settings(max_examples=300, deadline=None)
def test_after_any_day_every_rupee_of_the_run_is_somewhere(moves):
    world = World().steps(*LOADED)
    for move in moves:
        world.do(*move)
        assert sum(world.cash.values()) == 0
        run = run_of(world)
        assert run.expected_paisa == sum(s.cash_paisa for s in run.stops)
        cash: Counter[str] = Counter()
        for posting in world.postings:
            for leg in posting.cash if posting.run_id == "run-1" else ():
                cash[leg.account] += leg.paisa
        assert cash["rider/rafiq"] == world.cash["rider/rafiq"]
        assert run.expected_paisa == cash["rider/rafiq"] + cash["till/lhr"] + cash["shortage"]
        if run.state == "closed":
            assert all(s.checked_in and s.state != "pending" for s in run.stops)
            assert (run.counted_paisa or 0) + run.shortage_paisa == run.expected_paisa
            assert world.cash["rider/rafiq"] == 0

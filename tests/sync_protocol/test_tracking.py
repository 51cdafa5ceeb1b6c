"""What couriers say moves no stock and no cash, and gives the same picture in whatever order it comes (I16)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_protocol.couriers import CODES, PHRASES, CourierStatus, courier_status
from sync_protocol.shop import COURIERS
from tests.vectors.world import BEFORE, F1, SAAD, World, dispatch

SAID = ["picked", "booked", "out for delivery", "delivered", "attempted", "returned", "gibberish"]
events = st.lists(
    st.builds(
        lambda said, at, courier: F1 | {"courier": courier, "said": said, "event_at": at},
        st.sampled_from(SAID),
        st.integers(0, 4),
        st.sampled_from(["postex", "PostEx", "tcs", "a courier of tomorrow"]),
    ),
    max_size=7,
)


def told(history) -> World:
    world = World().steps(*BEFORE["dispatched"])
    for body in history:
        before = world.parcel().state, world.order, dict(world.book.stock)
        decision = world.do("tracking_event", body)
        assert decision.postings == decision.effects == decision.orders == ()
        assert (world.parcel().state, world.order, dict(world.book.stock)) == before
    return world


@given(events, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_tracking_events_in_any_order_and_twice_give_the_same_parcel(history, chance):
    shuffled = [*history, *history]
    chance.shuffle(shuffled)
    one, other = told(history).parcel(), told(shuffled).parcel()
    assert (one.courier_status, one.courier_status_at) == (
        other.courier_status,
        other.courier_status_at,
    )


def test_what_is_not_understood_never_takes_the_place_of_what_is():
    world = told([F1 | {"courier": "tcs", "said": "delivered", "event_at": 1}])
    later = F1 | {"courier": "tcs", "said": "رستے میں", "event_at": 2}
    assert world.do("tracking_event", later).code == "stale"
    assert world.parcel().courier_status == "delivered"


@pytest.mark.parametrize(
    ("said", "code", "meant"),
    [
        ("  Out   For DELIVERY ", None, "out_for_delivery"),
        ("something new", "ok", "delivered"),
        ("OK", None, "delivered"),
        ("something new", None, "unknown"),
    ],
)
def test_a_couriers_phrase_is_read_whatever_its_case_and_spacing(said, code, meant):
    assert courier_status(" TCS ", said, code) == meant


def test_every_phrase_of_every_courier_is_found_by_itself():
    for table, phrases in ((PHRASES, True), (CODES, False)):
        for courier, known in table.items():
            for said, status in known.items():
                assert isinstance(status, CourierStatus)
                if phrases:
                    assert courier_status(courier, said) is status
                else:
                    assert courier_status(courier, "no phrase", said) is status


def test_a_failed_try_is_kept_and_the_order_says_so():
    world = World().steps(*BEFORE["dispatched"])
    tried = F1 | {"outcome": "rescheduled", "next_at": 99, "note": "Friday"}
    world.do("attempt_failed", tried)
    assert world.order.status == "attempted"
    assert "attempted" in world.order.queues
    [attempt] = world.parcel().attempts
    assert (attempt.outcome, attempt.next_at, attempt.note) == ("rescheduled", 99, "Friday")
    world.do("deliver", F1)
    assert "attempted" not in world.order.queues


def test_another_number_is_told_to_the_store_once_it_knows_the_first():
    world = World().steps(*BEFORE["packed"])
    other = F1 | {"courier": "leopards", "tracking_number": "LE-7"}
    assert world.do("set_tracking", other).effects == ()
    world.do("dispatch", dispatch())
    changed = world.do("set_tracking", other)
    assert (changed.status.value, changed.code) == ("flagged", "tracking_changed")
    assert [e.kind.value for e in changed.effects] == ["shopify_tracking"]
    assert not changed.effects[0].notify_customer
    assert world.do("set_tracking", other).status.value == "noop"
    asked = world.do("set_tracking", other | {"tracking_number": "9", "notify_customer": True})
    assert asked.effects[0].notify_customer


def test_a_lost_parcel_is_asked_about_until_the_courier_has_been_asked_for_its_money():
    silent = World().steps(*BEFORE["dispatched"]).do("mark_lost", F1, SAAD)
    assert (silent.status.value, silent.code) == ("flagged", "parcel_lost")
    claimed = F1 | {"claim_reference": "C-7"}
    assert World().steps(*BEFORE["dispatched"]).do("mark_lost", claimed, SAAD).code is None


@pytest.mark.parametrize("courier", [*(c.code for c in COURIERS), "the van to Multan"])
def test_a_parcel_goes_by_any_courier_with_its_number_as_somebody_typed_it(courier):
    world = World().steps(*BEFORE["packed"])
    sent = F1 | {"courier": courier, "tracking_number": "CN 77/A-1"}
    decision = world.do("dispatch", sent)
    assert decision.status.value == "applied"
    parcel = world.parcel()
    assert (parcel.courier, parcel.tracking_number) == (courier, "CN 77/A-1")


def test_a_new_shop_knows_the_usual_couriers_and_has_a_place_for_others():
    assert {"TCS", "Leopards", "M&P", "Other"} <= {c.name for c in COURIERS}

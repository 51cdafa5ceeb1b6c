import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.shopify.store import read_shop
from server.shopify.throttle import (
    DEFAULT_RETRY_S,
    Cost,
    ThrottleStatus,
    available_points,
    retry_after_s,
    wait_s,
)
from tests.shopify.practice import Clock, client_to, new_store


def bucket(points: float) -> ThrottleStatus:
    return ThrottleStatus(maximum_available=2000, currently_available=points, restore_rate=100)


def test_a_call_that_fits_does_not_wait():
    assert wait_s(bucket(185), 185, 0) == 0


def test_a_call_waits_until_the_bucket_has_refilled_as_far_as_it_needs():
    assert wait_s(bucket(85), 185, 0) == pytest.approx(1.0)
    assert wait_s(bucket(85), 185, 0.4) == pytest.approx(0.6)
    assert wait_s(bucket(85), 185, 5) == 0


def test_a_bucket_holds_no_more_than_its_size_however_long_it_rests():
    assert available_points(bucket(1990), 3600) == 2000


def test_a_call_dearer_than_the_bucket_waits_for_a_full_one_and_not_for_ever():
    assert wait_s(bucket(0), 5000, 0) == pytest.approx(20)
    assert wait_s(bucket(2000), 5000, 0) == 0


@given(points=st.floats(0, 2000), cost=st.floats(0, 2000), elapsed=st.floats(0, 100))
def test_after_the_wait_the_call_fits(points, cost, elapsed):
    waited = wait_s(bucket(points), cost, elapsed)
    assert available_points(bucket(points), elapsed + waited) >= cost - 1e-6


def test_a_clock_that_went_back_takes_no_points_away():
    assert available_points(bucket(500), -10) == 500


def test_a_throttled_answer_tells_how_long_to_wait():
    cost = Cost(requested_query_cost=185, throttle_status=bucket(35))
    assert retry_after_s(cost) == pytest.approx(1.5)
    assert retry_after_s(Cost()) == DEFAULT_RETRY_S
    assert retry_after_s(None) == DEFAULT_RETRY_S


async def test_the_client_knows_from_each_answer_how_long_the_next_call_must_wait():
    clock = Clock()
    client = client_to(new_store(clock))
    assert client.wait_s_for(10_000) == 0
    await read_shop(client)
    assert client.wait_s_for(100) == 0
    assert client.wait_s_for(2000) == pytest.approx(0.04, abs=0.01)
    clock.pass_ms(1000)
    assert client.wait_s_for(2000) == 0

"""A short version of every chaos run. `make chaos` does them at full size."""

import pytest

from tests.chaos import (
    blackout,
    crash_points,
    disk_full,
    drain,
    postgres_kills,
    server_kills,
    shipment_kills,
    storm,
    webhook_storm,
)


async def test_nothing_is_lost_or_doubled_when_the_server_is_killed_over_and_over():
    figures = await server_kills.run(cycles=15, seed=11)
    assert figures["broken"] == []
    assert figures["lost_replies"] > 0


async def test_the_server_brings_a_killed_postgresql_back_and_nobody_sees_a_500():
    figures = await postgres_kills.run(cycles=3, seed=12)
    assert figures["broken"] == []
    assert figures["statuses"]["503"] > 0


async def test_a_full_disk_stops_writing_only_and_only_while_it_is_full():
    try:
        figures = await disk_full.run(cycles=2, seed=13)
    except disk_full.CannotMount as error:
        pytest.skip(f"a small file system can't be mounted here: {error}")
    assert figures["broken"] == []
    assert figures["refused_storage_full"] > 0


async def test_dying_at_any_step_of_a_push_or_of_telling_the_store_changes_nothing():
    figures = await crash_points.run(cycles=0, seed=14, kinds=("dispatch",), orders=120)
    assert [*figures["broken"], *crash_points.too_tame(figures)] == []


async def test_phones_on_the_worst_of_networks_end_up_level():
    figures = await storm.run(cycles=100, seed=15)
    assert figures["broken"] == []
    assert len(figures["faults"]) == 8


async def test_a_phone_that_was_away_for_two_weeks_drains_over_a_line_that_keeps_breaking():
    figures = await drain.run(cycles=300, seed=16)
    assert [*figures["broken"], *drain.too_tame(figures)] == []


async def test_a_worker_that_is_killed_in_the_middle_of_its_calls_ships_everything_once():
    figures = await shipment_kills.run(cycles=40, seed=17)
    assert figures["broken"] == []
    assert figures["kills_with_work_open"] > 0


async def test_webhooks_that_are_lost_doubled_late_and_shuffled_still_make_the_mirror_the_store():
    figures = await webhook_storm.run(cycles=400, seed=18)
    assert [*figures["broken"], *webhook_storm.too_tame(figures)] == []


async def test_after_two_days_without_shopify_no_order_is_missing_within_ten_minutes():
    figures = await blackout.run(cycles=600, seed=19)
    assert [*figures["broken"], *blackout.too_tame(figures)] == []

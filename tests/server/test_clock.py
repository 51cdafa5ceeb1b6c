"""Ids are in order and can't be guessed; codes can be read aloud."""

import concurrent.futures
import re
import time
import uuid

import pytest

from server import clock


def test_now_is_in_milliseconds_of_utc():
    assert abs(clock.now_ms() - time.time() * 1000) < 1000


def test_ids_are_uuids_of_version_7_with_the_time_in_front():
    made = uuid.UUID(clock.new_uuid7())
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert abs((made.int >> 80) - clock.now_ms()) < 1000


def test_each_id_is_greater_than_every_one_before_it():
    made = [clock.new_uuid7() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_ids_stay_in_order_when_the_clock_is_set_back(monkeypatch):
    first = clock.new_uuid7()
    monkeypatch.setattr(clock, "now_ms", lambda: 0)
    assert first < clock.new_uuid7() < clock.new_uuid7()


def test_ids_stay_in_order_when_a_millisecond_is_used_up(monkeypatch):
    monkeypatch.setattr(clock, "_last_tail", (1 << 74) - 1)
    monkeypatch.setattr(clock, "_last_ms", 1 << 47)
    made = [clock.new_uuid7() for _ in range(3)]
    assert made == sorted(made)
    assert uuid.UUID(made[0]).int >> 80 == (1 << 47) + 1


def test_threads_never_make_the_same_id():
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: [clock.new_uuid7() for _ in range(500)], range(8)))
    assert len({one for some in made for one in some}) == 4000


def test_tokens_hold_256_bits_and_need_no_escaping():
    made = {clock.new_token() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in made)


def test_codes_have_no_letter_that_looks_like_another():
    made = [clock.new_code() for _ in range(500)]
    assert {len(code) for code in made} == {10}
    assert set("".join(made)) == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert len(set(made)) == 500


@pytest.mark.parametrize(("attempt", "most_s"), [(0, 0.01), (3, 0.08), (60, 1.0)])
def test_the_wait_before_another_try_grows_and_is_bounded(attempt, most_s):
    waits = [clock.retry_wait_s(attempt) for _ in range(200)]
    assert 0 <= min(waits) < max(waits) <= most_s

"""How long phones keep what was answered: they are the second copy of the shop's books."""

import random

from sync_protocol.journal import forgettable, offered_from
from sync_protocol.limits import JOURNAL_OPS_MAX

HOUR, DAY = 3_600_000, 86_400_000
NOW = 100 * DAY


def ago(*days: float) -> list[int]:
    return [int(NOW - n * DAY) for n in days]


def test_what_a_backup_has_may_go_after_a_fortnight_and_all_else_after_thirty_days():
    answered = ago(31, 29, 15, 13)
    assert forgettable(answered, NOW, None) == 1
    assert forgettable(answered, NOW, NOW) == 3
    assert forgettable(answered, NOW, NOW - 16 * DAY) == 2


def test_a_backup_counts_an_hour_less_than_it_says():
    (at,) = ago(20)
    assert forgettable([at], NOW, at + HOUR) == 0
    assert forgettable([at], NOW, at + HOUR + 1) == 1


def test_beyond_twenty_thousand_the_oldest_go():
    assert forgettable(ago(*[1] * (JOURNAL_OPS_MAX + 7)), NOW, None) == 7


def test_ops_go_without_a_gap_whatever_the_moments_say():
    chance = random.Random(3)
    for _ in range(200):
        answered = [NOW - chance.randrange(40 * DAY) for _ in range(chance.randrange(30))]
        gone = forgettable(answered, NOW, NOW - chance.randrange(40 * DAY))
        kept = answered[gone:]
        assert not kept or NOW - kept[0] <= 30 * DAY
        assert all(NOW - at > 14 * DAY for at in answered[:gone])


def test_a_server_without_a_known_backup_is_offered_everything():
    assert offered_from(None) == 0
    assert offered_from(NOW) == NOW - HOUR

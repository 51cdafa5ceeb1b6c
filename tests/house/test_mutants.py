"""The planted bugs fit the code as it is: each can be planted, and names tests that exist."""

import pathlib

import pytest

from tests.mutants.planted import PLANTED, Planted

ROOT = pathlib.Path(__file__).parents[2]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_a_planted_bug_can_be_planted(planted: Planted):
    assert (ROOT / planted.path).read_text().count(planted.old) == 1
    assert planted.old != planted.new
    assert all((ROOT / test.split("::")[0]).exists() for test in planted.tests)


def test_there_are_enough_planted_bugs_with_names_of_their_own():
    assert len({planted.name for planted in PLANTED}) == len(PLANTED) >= 25

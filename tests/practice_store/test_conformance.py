"""Recorded conversations with real development stores, replayed on the practice store.

A case is a recorded file. Every one is in scope and replayed, all its steps, or listed with the reason why not. Steps
about what the store does not do are left out by the field they ask for, with those that depend on their ids.
"""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.practice_store.graphql_api import GraphqlApi
from tests.practice_store import scope_orders, scope_platform
from tests.practice_store.recorded import Replay, Step, steps_of
from tests.practice_store.recorded_starts import Starts
from tests.shopify.practice import Clock, new_store
from tests.shopify.shopify_data import data_folder, full_schema, shopify_file

SCOPES = (scope_orders, scope_platform)
MODELLED = scope_orders.MODELLED | scope_platform.MODELLED
LEFT_OUT = scope_orders.LEFT_OUT | scope_platform.LEFT_OUT
KNOWN = scope_orders.KNOWN | scope_platform.KNOWN
IN_SCOPE = scope_orders.IN_SCOPE | scope_platform.IN_SCOPE


@cache
def recorded_files() -> dict[str, Path]:
    """The recorded files by the name of the case; none where the data is not on this machine."""
    return {
        path.stem + (" (big store)" if "very-big" in str(path) else ""): path
        for path in sorted(data_folder().glob("conformance/*/*/*/*.json"))
    }


def recorded(name: str) -> Any:
    return msgspec.json.decode(recorded_files()[name].read_bytes())


@cache
def steps_in(name: str) -> list[Step]:
    steps = steps_of(recorded(name), full_schema())
    # What the recorder had set up was tidied up last, though it stands beside it in the file.
    return sorted(_called(steps), key=lambda step: step.at == "/setup/cleanup")


def _called(steps: list[Step]) -> list[Step]:
    """Leave out what is no call of its own: tidying up that a file tells of in two places was done once."""
    calls: list[Step] = []
    for step in steps:
        told_before = any(
            (step.query, step.variables, step.answer) == (one.query, one.variables, one.answer)
            for one in calls
        )
        if not ("leanup" in step.at and told_before):
            calls.append(step)
    return calls


def is_known(name: str, difference: str) -> bool:
    """Tell whether a difference (the step's place, then the place in its answer) is listed, by how it begins."""
    return any(file == name and difference.startswith(at) for file, at in KNOWN)


@cache
def replay(name: str) -> tuple[list[str], list[str], list[Step], Counter[str]]:
    """How the store's answers differ: not as listed, and as listed. What was left out, and what became of each step."""
    clock = Clock()
    store = new_store(clock, stocked=False, bulk_ms=(350, 100))
    run = Replay(store, GraphqlApi(store, full_schema()), Starts(recorded(name)))
    differences, known, left_out, fates = [], [], [], Counter()
    for step in steps_in(name):
        if step.roots - MODELLED:
            left_out.append(step)
            fates["left out"] += 1
        elif not run.knows(step):
            fates["depends on what is left out"] += 1
        else:
            if "olls[" in step.at:
                clock.pass_ms(300)  # the recorder waited between its looks
            found = [f"{step.at}: {one}" for one in run.run(step)]
            unlisted = [one for one in found if not is_known(name, one)]
            differences += unlisted
            known += [one for one in found if is_known(name, one)]
            fates["differs" if unlisted else "known difference" if found else "equal"] += 1
    return differences, known, left_out, fates


@pytest.mark.parametrize("name", sorted(IN_SCOPE))
def test_the_store_answers_as_the_recorded_one_did(name):
    shopify_file("conformance")
    differences, _, left_out, fates = replay(name)
    assert differences == []
    assert fates["equal"] + fates["known difference"], "no step of it was compared"
    assert {root for step in left_out for root in step.roots} - MODELLED <= LEFT_OUT.keys()


def test_every_recorded_file_is_replayed_or_listed_with_the_reason_why_not():
    shopify_file("conformance")
    listed = Counter(
        name
        for scope in SCOPES
        for names in (scope.IN_SCOPE, scope.NOT_YET, *scope.OUT_OF_SCOPE.values())
        for name in names
    )
    assert [name for name, times in listed.items() if times > 1] == []
    assert listed.keys() == recorded_files().keys()


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.__name__.rpartition("_")[2])
def test_as_many_of_the_cases_in_scope_are_equal_as_the_scope_says(scope):
    shopify_file("conformance")
    equal = [name for name in scope.IN_SCOPE if not replay(name)[0]]
    assert len(equal) >= scope.EQUAL_SHARE * len(scope.IN_SCOPE | scope.NOT_YET)


def test_most_recorded_steps_are_replayed_and_equal():
    shopify_file("conformance")
    fates = sum((replay(name)[3] for name in IN_SCOPE), Counter())
    assert fates["equal"] >= 640, fates
    assert fates["equal"] >= 0.95 * (fates["equal"] + fates["known difference"]), fates


def test_no_difference_is_listed_that_is_not_there():
    shopify_file("conformance")
    assert {name for name, _ in KNOWN} <= IN_SCOPE
    stale = [
        (name, at) for name, at in KNOWN if not any(one.startswith(at) for one in replay(name)[1])
    ]
    assert stale == []

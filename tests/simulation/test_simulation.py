"""Thousands of shops live through everything at once, and nothing that a person recorded is lost, doubled or changed."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from tests.simulation.__main__ import alone, regressions
from tests.simulation.ablations import ABLATIONS
from tests.simulation.batch import STEPS, run_seed

ROOT = pathlib.Path(__file__).parents[2]
SEEDS = int(os.environ.get("RAWANA_SEEDS", "400"))


def simulate(*arguments: str, hash_seed: str = "0") -> subprocess.CompletedProcess:
    environ = os.environ | {"PYTHONHASHSEED": hash_seed}
    argv = [sys.executable, "-m", "tests.simulation", *arguments]
    return subprocess.run(argv, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def test_nothing_recorded_is_lost_doubled_or_changed_in_any_of_these_worlds():
    done = simulate("batch", "--seeds", str(SEEDS))
    assert done.stdout, done.stderr[-3_000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["failures"] == [], "\n".join(report["failures"])
    assert report["too_tame"] == []


def test_the_same_seed_is_the_same_world_to_the_last_byte():
    told = [
        simulate("fingerprints", "--seeds", "20", hash_seed=hash_seed).stdout.splitlines()
        for hash_seed in ("1", "2")
    ]
    assert len(told[0]) == 20
    assert told[0] == told[1]


@pytest.mark.parametrize(("seed", "steps"), regressions())
def test_a_run_that_failed_once_holds_ever_after(seed, steps):
    outcome = run_seed(seed, steps)
    assert outcome.broken is None, f"{outcome.said}\n{alone(seed, steps)}"


@pytest.mark.parametrize("name", ABLATIONS)
def test_without_a_defence_some_run_fails(name):
    seeds = ABLATIONS[name].seeds
    outcomes = [run_seed(seed, STEPS, name) for seed in seeds]
    assert seeds
    assert all(o.broken is not None for o in outcomes), f"{name}: {outcomes}"

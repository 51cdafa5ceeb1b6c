"""Run seeds: `python -m tests.simulation SEED`, or `batch`, `soak`, `ablations` and `fingerprints` for many."""

import argparse
import itertools
import pathlib
import secrets
import sys
import time
from collections import Counter

import msgspec

from tests.simulation.batch import STEPS, ablation_table, run_all, run_seed, too_tame
from tests.simulation.steps import run

REGRESSIONS = pathlib.Path(__file__).with_name("regressions.txt")
FIRST_SOAKED = 10_000


def regressions() -> list[tuple[int, int]]:
    """Return (seed, steps) of every run that once failed."""
    lines = (line.partition("#")[0].split() for line in REGRESSIONS.read_text().splitlines())
    return [(int(line[0]), int(line[1])) for line in lines if line]


def alone(seed: int, steps: int) -> str:
    """Return the command that runs a seed alone."""
    return f".venv/bin/python -m tests.simulation {seed} --steps {steps}"


def batch(first: int, seeds: int, steps: int) -> int:
    """Run seeds and print, in one line of JSON, what happened in all of them."""
    began, counts, failures = time.monotonic(), Counter(), []
    for outcome in run_all(range(first, first + seeds), steps):
        counts.update(outcome.counts)
        if outcome.broken is not None:
            failures.append(f"{outcome.said[:500]}\n    {alone(outcome.seed, steps)}")
            print(f"seed {outcome.seed}: {failures[-1]}", file=sys.stderr)
    took_s = time.monotonic() - began
    report = {
        "seeds": seeds,
        "seconds": round(took_s, 1),
        "steps_per_second": round(seeds * steps / took_s),
        "counts": dict(sorted(counts.items())),
        "failures": failures,
        "too_tame": too_tame(counts, seeds),
    }
    print(msgspec.json.encode(report).decode())
    return 1 if failures else 0


def soak(seeds: int | None, steps: int) -> int:
    """Run ever new seeds until one fails, which is kept; or only so many."""
    first = FIRST_SOAKED if seeds else FIRST_SOAKED + secrets.randbelow(2**40)
    began, counts, done = time.monotonic(), Counter(), 0
    source = range(first, first + seeds) if seeds else itertools.count(first)
    for outcome in run_all(source, steps):
        done += 1
        counts.update(outcome.counts)
        if outcome.broken is not None:
            with REGRESSIONS.open("a") as kept:
                kept.write(f"{outcome.seed} {steps}  # {outcome.said[:90]}\n")
            print(f"seed {outcome.seed}: {outcome.said}\n    {alone(outcome.seed, steps)}")
            return 1
        if done % 500 == 0:
            print(_told(done, counts, began), flush=True)
    print(_told(done, counts, began))
    return 0


def _told(done: int, counts: Counter[str], began: float) -> str:
    took_s = time.monotonic() - began
    what = (
        "steps",
        "ops",
        "taken",
        "retries",
        "restores",
        "crashes",
        "kills",
        "late_applies",
        "parked",
    )
    figures = ", ".join(f"{counts[name]:,} {name}" for name in what)
    return f"{done:,} seeds in {took_s:,.0f} s: {figures}"


def ablations(seeds: int, steps: int) -> int:
    """Print a table: each defence switched off must make runs fail."""
    missed = 0
    print(f"{'switched off':26}{'runs':>6}{'failed':>8}{'first':>7}  caught by", flush=True)
    for name, runs, failed, first, caught in ablation_table(seeds, steps):
        missed += failed == 0
        print(f"{name:26}{runs:6}{failed:8}{first if failed else '-':>7}  {caught}", flush=True)
    return 1 if missed else 0


def fingerprints(first: int, seeds: int, steps: int) -> int:
    """Print the hash of each seed's end state."""
    for outcome in run_all(range(first, first + seeds), steps):
        print(outcome.seed, outcome.broken or outcome.fingerprint)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.simulation", description=__doc__)
    parser.add_argument("what", help="a seed, or: batch, soak, ablations, fingerprints")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--without", help="a defence to switch off")
    asked = parser.parse_args()
    match asked.what:
        case "batch":
            return batch(asked.first, asked.seeds or 400, asked.steps)
        case "soak":
            return soak(asked.seeds, asked.steps)
        case "ablations":
            return ablations(asked.seeds or 60, asked.steps)
        case "fingerprints":
            return fingerprints(asked.first, asked.seeds or 20, asked.steps)
    if asked.without:
        print(run_seed(int(asked.what), asked.steps, asked.without))
        return 0
    counts = run(int(asked.what), asked.steps).counts
    print(", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())

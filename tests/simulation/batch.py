"""Many seeds on all cores, and what came of each."""

import concurrent.futures
import multiprocessing
import os
from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from tests.simulation.ablations import ABLATIONS, switched_off
from tests.simulation.model import Broken
from tests.simulation.steps import run

STEPS = 1_500
SEEDS_A_TASK = 5

FLOORS = {"retries": 1_000, "restores": 200, "late_applies": 500, "parked": 500}
"""A batch of 400 seeds that saw fewer of these was too tame to prove anything."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of one seed: `broken` is the predicate that did not hold, or the exception that nobody expected."""

    seed: int
    steps: int
    counts: dict[str, int] = {}
    fingerprint: str = ""
    broken: str | None = None
    said: str = ""


def run_seed(seed: int, steps: int = STEPS, without: str | None = None) -> Outcome:
    """Run one seed, with a defence switched off where one is named."""
    try:
        with switched_off(without):
            world = run(seed, steps)
    except Broken as broken:
        return Outcome(seed=seed, steps=steps, broken=broken.predicate, said=str(broken))
    except Exception as error:  # noqa: BLE001 - one seed's surprise must not end the batch
        return Outcome(seed=seed, steps=steps, broken=type(error).__name__, said=repr(error))
    return Outcome(
        seed=seed, steps=steps, counts=dict(world.counts), fingerprint=world.fingerprint()
    )


def _run_some(seeds: list[int], steps: int, without: str | None) -> list[Outcome]:
    return [run_seed(seed, steps, without) for seed in seeds]


def run_all(
    seeds: Iterable[int], steps: int = STEPS, without: str | None = None
) -> Iterator[Outcome]:
    """Run seeds on every core; outcomes come in the order of the seeds, as they are ready."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(cores, mp_context=context) as pool:
        waiting: list[concurrent.futures.Future[list[Outcome]]] = []
        tasks = _tasks(seeds)
        for task in tasks:
            waiting.append(pool.submit(_run_some, task, steps, without))
            # A few in hand, so that a soak without end does not queue without end.
            if len(waiting) > 3 * (cores or 1):
                yield from waiting.pop(0).result()
        for future in waiting:
            yield from future.result()


def _tasks(seeds: Iterable[int]) -> Iterator[list[int]]:
    task: list[int] = []
    for seed in seeds:
        task.append(seed)
        if len(task) == SEEDS_A_TASK:
            yield task
            task = []
    if task:
        yield task


def too_tame(counts: Counter[str], seeds: int) -> list[str]:
    """Return which floors a batch did not reach, in proportion to its seeds."""
    return [
        f"{name}: {counts[name]} of {floor * seeds // 400}"
        for name, floor in FLOORS.items()
        if counts[name] < floor * seeds // 400
    ]


def ablation_table(seeds: int, steps: int) -> Iterator[tuple[str, int, int, int | None, str]]:
    """Yield per defence: its name, runs, runs that failed, the first seed that did, and what caught it how often."""
    for name, ablation in ABLATIONS.items():
        # Some defences are needed rarely: the seeds that are known to notice are among those that run.
        tried = sorted({*range(seeds), *ablation.seeds})
        failed = [o for o in run_all(tried, steps, name) if o.broken is not None]
        by = Counter(o.broken for o in failed)
        caught = ", ".join(f"{predicate} ×{count}" for predicate, count in by.most_common(4))
        yield name, len(tried), len(failed), failed[0].seed if failed else None, caught

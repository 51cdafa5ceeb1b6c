"""`drain`: a phone that was offline for two weeks sends 10,000 ops over a poor line that keeps breaking."""

import asyncio
import random
import statistics
import time

from tests.chaos.fleet import Carrier
from tests.chaos.ground import ground
from tests.chaos.proxy import Conditions
from tests.phone.surroundings import real_surroundings

FULL_OPS = 10_000
DAYS_MS = 14 * 86_400_000
LINE = Conditions(bytes_per_s=50_000, round_trip_s=0.4)
KILLS = 50
FULL_WITHIN_S = 300.0
P95_MAX_S = 0.5
OPS_PER_ORDER = 6
PAUSE_S = 0.15
"""Between two pushes of the phones that work meanwhile."""
BREAK_EVERY_S = (0.5, 3.5)


async def run(cycles: int = FULL_OPS, seed: int = 1) -> dict[str, object]:
    """Drain `cycles` ops; return the figures of the run."""
    is_full = cycles >= FULL_OPS
    orders = 200 + cycles // OPS_PER_ORDER
    async with ground(seed=seed, branches=2, people_per_branch=2, orders=orders) as on:
        await on.server.start()
        people = on.retailer.people
        share = orders - 200
        drainer = await on.fleet.let_in(people[0], on.retailer.orders[:share], LINE)
        near = await on.fleet.let_in(people[1], on.retailer.orders[share : share + 100])
        far = await on.fleet.let_in(people[2], on.retailer.orders[share + 100 :])
        for carrier in on.fleet.carriers:
            await carrier.sync_to_the_end()
        _record_two_weeks(drainer, cycles)
        draining = Draining(drainer, seed, kills=KILLS * cycles // FULL_OPS)
        busy = [asyncio.create_task(_work_on(c)) for c in (near, far)]
        await draining.to_the_end()
        for task in busy:
            assert not task.done(), task.exception()
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        figures = await on.verdict()
        times = draining.figures() | {
            "near_push_p95_s": _p95(near.heard.push_s),
            "far_push_p95_s": _p95(far.heard.push_s),
            "near_pushes": len(near.heard.push_s),
            "far_pushes": len(far.heard.push_s),
        }
        broken = _too_slow(times) if is_full else []
        figures["broken"] = [*figures["broken"], *broken]
        return {"run": "drain", "seed": seed, "ops": cycles} | times | figures


def _record_two_weeks(carrier: Carrier, ops: int) -> None:
    now = real_surroundings().clock()
    for number in range(ops):
        carrier.record(at=now - DAYS_MS + DAYS_MS * number // ops)


async def _work_on(carrier: Carrier) -> None:
    """Somebody else has an ordinary day."""
    while True:
        carrier.record(2)
        await carrier.sync()
        await asyncio.sleep(PAUSE_S)


class Draining:
    """The phone's own loop, with its line cut and its app killed by turns."""

    def __init__(self, carrier: Carrier, seed: int, kills: int) -> None:
        self._carrier = carrier
        self._chance = random.Random(f"draining/{seed}")
        self._left = kills
        self.cuts = 0
        self.app_kills = 0
        self._took_s = 0.0

    async def to_the_end(self) -> None:
        """Let it run until nothing is left to send."""
        began = time.perf_counter()
        running = self._opened()
        until_s = began + FULL_WITHIN_S * 4
        while self._carrier.phone.memory.unsent():
            assert time.perf_counter() < until_s, "the phone does not drain"
            assert not running.done(), running.exception()
            if self._left == 0:
                await asyncio.sleep(0.1)
                continue
            await asyncio.sleep(self._chance.uniform(*BREAK_EVERY_S))
            self._left -= 1
            if self._left % 2:
                self._carrier.link.cut()
                self.cuts += 1
            else:
                running = await self._killed(running)
        self._took_s = time.perf_counter() - began
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        self._carrier.reopen()

    def _opened(self) -> asyncio.Task[None]:
        return asyncio.create_task(self._carrier.phone.run())

    async def _killed(self, running: asyncio.Task[None]) -> asyncio.Task[None]:
        """The app is killed with whatever was under way, and opened again."""
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        self._carrier.link.cut()
        self._carrier.reopen()
        self.app_kills += 1
        return self._opened()

    def figures(self) -> dict[str, object]:
        """What happened."""
        return {
            "drain_s": round(self._took_s, 1),
            "cuts": self.cuts,
            "app_kills": self.app_kills,
            "drain_push_median_s": round(statistics.median(self._carrier.heard.push_s), 2),
            "drain_pushes": len(self._carrier.heard.push_s),
        }


def _p95(times_s: list[float]) -> float:
    return round(sorted(times_s)[int(len(times_s) * 0.95)], 3)


def _too_slow(times: dict) -> list[str]:
    late = [f"draining took {times['drain_s']} s"] if times["drain_s"] > FULL_WITHIN_S else []
    return late + [
        f"meanwhile the {who} phone waited {times[f'{who}_push_p95_s']} s"
        for who in ("near", "far")
        if times[f"{who}_push_p95_s"] > P95_MAX_S
    ]


def too_tame(figures: dict) -> list[str]:
    """Say what makes a run prove less than it claims."""
    wanted = KILLS * figures["ops"] // FULL_OPS
    broken_off = figures["app_kills"] + figures["cuts"]
    return [] if broken_off >= wanted * 0.8 else [f"the line broke only {broken_off} times"]

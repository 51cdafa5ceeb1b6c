"""`postgres-kills`: PostgreSQL is killed under a server that runs on, while phones push.

The server itself has to start its database again; nobody helps it.
"""

import asyncio
import contextlib
import os
import random
import signal
import statistics
import time

import asyncpg

from server.db.postmaster import running_postmaster
from tests.chaos.fleet import Carrier
from tests.chaos.ground import Ground, ground
from tests.journey.travelling import until

PHONES = 4
FULL_CYCLES = 200
BACKEND_EVERY = 3
"""In one of so many cycles only one backend is killed; PostgreSQL then restarts itself."""
OPS_PER_PUSH_MAX = 4
SERVING_WITHIN_S = 3.0
ORDERS_PER_CYCLE = 8
LOOK_S = 0.005


async def run(cycles: int = FULL_CYCLES, seed: int = 1) -> dict[str, object]:
    """Kill PostgreSQL `cycles` times; return the figures of the run."""
    orders = 40 + cycles * ORDERS_PER_CYCLE
    async with ground(seed=seed, branches=2, people_per_branch=2, orders=orders) as on:
        await on.server.start()
        await on.let_everybody_in(PHONES)
        outages = Outages(on, seed)
        await outages.suffer(cycles)
        figures = await on.verdict()
        assert on.server.is_alive, "the server did not outlive its database"
        figures["broken"] = [*figures["broken"], *outages.late]
        return {"run": "postgres-kills", "seed": seed} | outages.figures() | figures


class Outages:
    """The cycles: kill, see PostgreSQL come back, see the server serve again."""

    def __init__(self, on: Ground, seed: int) -> None:
        self._on = on
        self._chance = random.Random(f"outages/{seed}")
        self._away_s: list[float] = []
        self._serving_s: list[float] = []
        self.main_kills = 0
        self.backend_kills = 0
        self.late: list[str] = []

    async def suffer(self, cycles: int) -> None:
        """Let the phones push all the while."""
        phones = [asyncio.create_task(self._push_on(c)) for c in self._on.fleet.carriers]
        try:
            for cycle in range(cycles):
                await asyncio.sleep(self._chance.uniform(0.05, 0.5))
                await self._one(cycle)
                for phone in phones:
                    assert not phone.done(), phone.exception()
        finally:
            for phone in phones:
                phone.cancel()
            await asyncio.gather(*phones, return_exceptions=True)

    async def _one(self, cycle: int) -> None:
        killed_at = time.perf_counter()
        if cycle % BACKEND_EVERY == BACKEND_EVERY - 1:
            await self._kill_a_backend()
        else:
            self._kill_the_main_process()
        await until(self._answers, "PostgreSQL to be back")
        back_at = time.perf_counter()
        taken = self._on.tally.statuses[200]
        await until(lambda: self._on.tally.statuses[200] > taken, "the server to serve again")
        serving_s = time.perf_counter() - back_at
        self._away_s.append(back_at - killed_at)
        self._serving_s.append(serving_s)
        if serving_s > SERVING_WITHIN_S:
            self.late.append(f"cycle {cycle}: serving {serving_s:.1f} s after PostgreSQL was back")

    def _kill_the_main_process(self) -> None:
        process = running_postmaster((self._on.home / "pgdata").resolve())
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        self.main_kills += 1

    async def _kill_a_backend(self) -> None:
        """One that works for the server."""
        connection = await asyncpg.connect(self._on.where.dsn)
        with contextlib.suppress(asyncpg.PostgresError, OSError):
            pids = await connection.fetch(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'rawana'"
            )
            os.kill(self._chance.choice(pids)["pid"], signal.SIGKILL)
            self.backend_kills += 1
            await connection.fetchval(
                "SELECT pg_sleep(5)"
            )  # until it is thrown out like the others
        connection.terminate()

    async def _answers(self) -> bool:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await asyncpg.connect(self._on.where.dsn, timeout=5)
            await connection.close()
            return True
        await asyncio.sleep(LOOK_S)
        return False

    async def _push_on(self, carrier: Carrier) -> None:
        chance = random.Random(f"pushing/{carrier.phone.memory.staff.id}")
        while True:
            if len(carrier.phone.memory.unsent()) < OPS_PER_PUSH_MAX:
                carrier.record(chance.randint(1, OPS_PER_PUSH_MAX))
            await carrier.sync()
            await asyncio.sleep(LOOK_S)

    def figures(self) -> dict[str, object]:
        """What happened."""
        return {
            "kills": self.main_kills + self.backend_kills,
            "main_kills": self.main_kills,
            "backend_kills": self.backend_kills,
            "away_median_s": round(statistics.median(self._away_s), 2),
            "away_max_s": round(max(self._away_s), 2),
            "serving_median_s": round(statistics.median(self._serving_s), 3),
            "serving_max_s": round(max(self._serving_s), 3),
        }


def too_tame(figures: dict) -> list[str]:
    """Say what makes a run prove less than it claims."""
    refused = figures["statuses"].get("503", 0)
    return [] if refused >= figures["kills"] else [f"only {refused} requests met an outage"]

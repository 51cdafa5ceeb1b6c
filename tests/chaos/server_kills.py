"""`server-kills`: the server is killed at random moments while phones push."""

import asyncio
import contextlib
import random
import statistics

import asyncpg

from tests.chaos.fleet import Carrier
from tests.chaos.ground import Ground, ground

PHONES = 4
FULL_CYCLES = 1_000
OPS_PER_PUSH_MAX = 6
ALIVE_MAX_S = 0.4
ORDERS_PER_CYCLE = 3
LOST_REPLIES_EVERY = 10
"""At least one lost reply in so many cycles: fewer would mean that the kills miss the moments that matter."""
OPS_PER_CYCLE = 20
LIVES_MAX = 20


async def run(cycles: int = FULL_CYCLES, seed: int = 1) -> dict[str, object]:
    """Kill the server `cycles` times; return the figures of the run."""
    orders = 40 + cycles * ORDERS_PER_CYCLE
    async with ground(seed=seed, branches=2, people_per_branch=2, orders=orders) as on:
        await on.server.start()
        await on.let_everybody_in(PHONES)
        kills = Kills(on, seed)
        await kills.suffer(cycles)
        figures = await on.verdict()
        return {"run": "server-kills", "seed": seed} | kills.figures() | figures


class Kills:
    """The cycles: serve, kill, look what was committed without its author having been told, start again."""

    def __init__(self, on: Ground, seed: int) -> None:
        self._on = on
        self._chance = random.Random(f"kills/{seed}")
        self._is_up = asyncio.Event()
        self._starts_s: list[float] = []
        self.kills = 0
        self.lost_replies = 0
        self.lost_requests = 0

    async def suffer(self, cycles: int) -> None:
        """Let the phones push all the while."""
        self._is_up.set()
        phones = [asyncio.create_task(self._push_on(c)) for c in self._on.fleet.carriers]
        watching = await asyncpg.connect(self._on.where.dsn)
        try:
            for _ in range(cycles):
                await self._let_it_live()
                await self._kill(watching)
                for phone in phones:
                    assert not phone.done(), phone.exception()
        finally:
            await watching.close()
            for phone in phones:
                phone.cancel()
            await asyncio.gather(*phones, return_exceptions=True)

    async def _let_it_live(self) -> None:
        """For a moment of random length; longer where the machine is too busy to get any work done in it."""
        auditor = self._on.fleet.auditor
        for _ in range(LIVES_MAX):
            await asyncio.sleep(self._chance.uniform(0, ALIVE_MAX_S))
            if auditor.acknowledged >= self.kills * OPS_PER_CYCLE:
                return

    async def _kill(self, watching: asyncpg.Connection) -> None:
        await self._on.server.kill()
        self._is_up.clear()
        self.kills += 1
        self._starts_s.append(await self._on.server.start())
        for ids in self._on.fleet.auditor.take_unanswered():
            known = await watching.fetchval("SELECT count(*) FROM op WHERE id = any($1)", list(ids))
            self.lost_replies += known > 0
            self.lost_requests += known == 0
        self._is_up.set()

    async def _push_on(self, carrier: Carrier) -> None:
        chance = random.Random(f"pushing/{carrier.phone.memory.staff.id}")
        while True:
            await self._is_up.wait()
            carrier.record(chance.randint(1, OPS_PER_PUSH_MAX))
            with contextlib.suppress(TimeoutError):
                await carrier.sync()
            await asyncio.sleep(0)

    def figures(self) -> dict[str, object]:
        """What happened."""
        return {
            "kills": self.kills,
            "lost_replies": self.lost_replies,
            "lost_requests": self.lost_requests,
            "start_median_s": round(statistics.median(self._starts_s), 3),
            "start_max_s": round(max(self._starts_s), 3),
        }


def too_tame(figures: dict) -> list[str]:
    """Say what makes a run prove less than it claims."""
    found = []
    if figures["lost_replies"] < figures["kills"] // LOST_REPLIES_EVERY:
        found.append(f"only {figures['lost_replies']} replies were lost")
    if figures["acknowledged"] < figures["kills"] * OPS_PER_CYCLE:
        found.append(f"only {figures['acknowledged']} ops were acknowledged")
    return found

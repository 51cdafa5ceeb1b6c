"""`disk-full`: the disk under the database fills up while phones push, and has room again later.

The database lies on a small file system of its own in memory, which takes the right to mount one.
"""

import asyncio
import contextlib
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.chaos.fleet import Carrier
from tests.chaos.ground import Ground, ground
from tests.journey.travelling import until

PHONES = 4
FULL_CYCLES = 20
SIZE_MB = 320
LEFT_BYTES = (24 << 20, 0)
"""In turns: a little is left, of which the server must not take anything; and nothing at all is left."""
FULL_FOR_S = 1.5
OPS_PER_PUSH_MAX = 4
ORDERS_PER_CYCLE = 12
LOOK_S = 0.02
READING = ("/sync/hello", "/sync/pull")


class CannotMount(Exception):
    """This machine or account can't mount a file system."""


async def run(cycles: int = FULL_CYCLES, seed: int = 1) -> dict[str, object]:
    """Fill the disk `cycles` times; return the figures of the run."""
    orders = 40 + cycles * ORDERS_PER_CYCLE
    with small_disk(SIZE_MB) as disk:
        home = disk / "home"
        home.mkdir(mode=0o711)
        async with ground(
            seed=seed, branches=2, people_per_branch=2, orders=orders, home=home
        ) as on:
            await on.server.start()
            await on.let_everybody_in(PHONES)
            reader = await on.fleet.let_in(on.retailer.people[0], (), hands=False)
            filling = Filling(on, disk, seed, reader)
            await filling.suffer(cycles)
            figures = await on.verdict()
            figures["broken"] = [*figures["broken"], *filling.broken]
            return {"run": "disk-full", "seed": seed} | filling.figures() | figures


@contextlib.contextmanager
def small_disk(size_mb: int) -> Iterator[Path]:
    """Mount a file system of this size for as long as the block runs.

    Raises:
        CannotMount: it is not allowed here.
    """
    place = Path(tempfile.mkdtemp(prefix=f"rawana-disk-{os.getpid()}-"))
    options = f"size={size_mb}m,mode=0711"
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CannotMount(done.stderr.strip())
        try:
            yield place
        finally:
            subprocess.run(["umount", "--lazy", str(place)], check=True)
    finally:
        place.rmdir()


class Filling:
    """The cycles: fill, see writing refused and reading go on, make room, see it resume."""

    def __init__(self, on: Ground, disk: Path, seed: int, reader: Carrier) -> None:
        self._on = on
        self._filler = disk / "filler"
        self._disk = disk
        self._chance = random.Random(f"filling/{seed}")
        self._reader = reader
        self._resumed_s: list[float] = []
        self.fills = 0
        self.reads_while_full = 0
        self.broken: list[str] = []

    async def suffer(self, cycles: int) -> None:
        """Let the phones push and one of them only read, all the while."""
        workers = [c for c in self._on.fleet.carriers if c is not self._reader]
        jobs = [asyncio.create_task(self._push_on(c)) for c in workers]
        jobs.append(asyncio.create_task(self._read_on()))
        try:
            for cycle in range(cycles):
                await asyncio.sleep(self._chance.uniform(0.2, 0.6))
                await self._one(cycle)
                for job in jobs:
                    assert not job.done(), job.exception()
        finally:
            self._filler.unlink(missing_ok=True)
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)

    async def _one(self, cycle: int) -> None:
        tally = self._on.tally
        self._fill(LEFT_BYTES[cycle % len(LEFT_BYTES)])
        self.fills += 1
        refused = tally.storage_full
        await until(lambda: tally.storage_full > refused, "the first refusal")
        read, unread = self._reads()
        await asyncio.sleep(FULL_FOR_S)
        read_now, unread_now = self._reads()
        self.reads_while_full += read_now - read
        if unread_now > unread or read_now == read:
            self.broken.append(f"cycle {cycle}: reading did not go on while the disk was full")
        self._filler.unlink()
        began = time.perf_counter()
        taken = tally.by_path["/sync/push", 200]
        await until(lambda: tally.by_path["/sync/push", 200] > taken, "writing to resume")
        self._resumed_s.append(time.perf_counter() - began)

    def _fill(self, left: int) -> None:
        with self._filler.open("ab") as file, contextlib.suppress(OSError):
            while (free := shutil.disk_usage(self._disk).free) > left:
                file.write(bytes(min(1 << 20, max(free - left, 4_096))))
                file.flush()

    def _reads(self) -> tuple[int, int]:
        paths = self._on.tally.by_path
        good = sum(paths[path, 200] for path in READING)
        return good, sum(n for (path, code), n in paths.items() if path in READING and code != 200)

    async def _push_on(self, carrier: Carrier) -> None:
        while True:
            if len(carrier.phone.memory.unsent()) < OPS_PER_PUSH_MAX:
                carrier.record(self._chance.randint(1, OPS_PER_PUSH_MAX))
            await carrier.sync()
            await asyncio.sleep(LOOK_S)

    async def _read_on(self) -> None:
        while True:
            await self._reader.sync()
            self._reader.reopen()
            await asyncio.sleep(LOOK_S)

    def figures(self) -> dict[str, object]:
        """What happened."""
        return {
            "fills": self.fills,
            "refused_storage_full": self._on.tally.storage_full,
            "reads_while_full": self.reads_while_full,
            "resumed_max_s": round(max(self._resumed_s), 2),
        }


def too_tame(figures: dict) -> list[str]:
    """Say what makes a run prove less than it claims."""
    refused = figures["refused_storage_full"]
    return [] if refused >= figures["fills"] * 5 else [f"only {refused} pushes met a full disk"]

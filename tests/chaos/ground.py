"""What a run stands on: a home with its database and shop, a nursery for servers, a tally; and the verdict at its end."""

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
from msgspec import Struct

from server.db import embedded
from server.db.address import DatabaseAddress
from tests.chaos.fleet import Fleet, shared_out
from tests.chaos.processes import Nursery, ServerProcess, run_command
from tests.chaos.proving import prove
from tests.chaos.proxy import Conditions, Tally
from tests.chaos.retailer import Retailer, prepare
from tests.conftest import make_home, remove_home
from tests.demo_server import free_port
from tests.journey.travelling import until

OPEN_EFFECTS = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sent', 'unknown')"

MINUTES_LATER = """
UPDATE outbox SET lease_until = greatest(0, lease_until - 180000), run_at = run_at - 180000
"""
"""What the outbox waits for after a worker was killed comes as if three minutes had gone by."""


class Ground(Struct, kw_only=True):
    """One shop on one database of its own, and everything that a run needs around it."""

    home: Path
    where: DatabaseAddress
    retailer: Retailer
    nursery: Nursery
    server: ServerProcess
    fleet: Fleet
    tally: Tally

    async def let_everybody_in(self, people: int, conditions: Conditions | None = None) -> None:
        """Give the first `people` of the branches a phone each, with their share of the orders."""
        working = self.retailer.people[:people]
        shares = shared_out(self.retailer, working)
        for staff in working:
            await self.fleet.let_in(staff, shares[staff.id], conditions)

    async def verdict(self, *, level_within_s: float = 60.0) -> dict[str, object]:
        """Level all phones on good networks, prove every promise, and return figures with what was broken."""
        await self.fleet.calm()
        began = time.perf_counter()
        await self.fleet.level(level_within_s)
        await self._until_the_worker_rests(level_within_s)
        await self.fleet.level(level_within_s)
        level_s = time.perf_counter() - began
        broken = await self.fleet.compare_with_fresh()
        connection = await asyncpg.connect(self.where.dsn)
        try:
            broken += await prove(connection, self.fleet.auditor)
        finally:
            await connection.close()
        (checked,) = await asyncio.to_thread(run_command, self.home, "verify")
        if not checked["ok"]:
            broken.append(f"rawana verify: {checked['findings'][:3]}")
        broken += self.tally.forbidden[:5]
        auditor = self.fleet.auditor
        return {
            "saved": len(auditor.saved),
            "acknowledged": auditor.acknowledged,
            "results": dict(auditor.count_statuses()),
            "requests": self.tally.requests,
            "statuses": {str(k): v for k, v in sorted(self.tally.statuses.items())},
            "faults": dict(self.tally.faults),
            "ledger_entries": checked["entries"],
            "level_s": round(level_s, 2),
            "broken": broken,
        }

    async def _until_the_worker_rests(self, within_s: float) -> None:
        """What was sent out must be told to the store, or given up on, before all is at rest."""
        connection = await asyncpg.connect(self.where.dsn)

        async def rests() -> bool:
            return await connection.fetchval(OPEN_EFFECTS) == 0

        try:
            await connection.execute(MINUTES_LATER)
            await until(rests, "the end of all that goes to the store", within_s)
        finally:
            await connection.close()


@contextlib.asynccontextmanager
async def ground(
    *,
    seed: int,
    branches: int,
    people_per_branch: int,
    orders: int,
    serve: tuple[str, ...] = (),
    home: Path | None = None,
) -> AsyncIterator[Ground]:
    """Prepare a shop on a new home; everything is stopped and removed at the end."""
    home = home or make_home("chaos")
    log = make_log()
    nursery = Nursery(log)
    try:
        where = await asyncio.to_thread(embedded.start, home)
        retailer = await prepare(
            where, branches=branches, people_per_branch=people_per_branch, orders=orders
        )
        tally = Tally()
        server = ServerProcess(nursery, home, "serve", *serve, port=free_port())
        assert server.port is not None
        fleet = Fleet(where, server.port, retailer, tally, seed)
        try:
            yield Ground(
                home=home,
                where=where,
                retailer=retailer,
                nursery=nursery,
                server=server,
                fleet=fleet,
                tally=tally,
            )
        finally:
            await fleet.close()
            await server.kill()
    finally:
        nursery.close()
        remove_home(home)
        log.unlink(missing_ok=True)


def make_log() -> Path:
    """A file for what the servers say, on a disk that no run fills."""
    handle, name = tempfile.mkstemp(prefix="rawana-chaos-", suffix=".log")
    os.close(handle)
    return Path(name)

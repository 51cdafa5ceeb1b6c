"""`chaos`: eight phones over six branches through networks with every fault there is, then calm."""

import asyncio
import random
import time

from sync_protocol.client_session import Phase
from tests.chaos.fleet import Carrier
from tests.chaos.ground import ground
from tests.chaos.proxy import Conditions, Fault
from tests.chaos.retailer import SUPERVISOR

BRANCHES = 6
PHONES = 8
FULL_OPS = 2_000
OPS_AT_ONCE = 8
OPS_PER_ORDER = 9
"""Roughly; whoever runs out of orders keeps shelves."""
SHARE = 0.25
LEVEL_WITHIN_S = 60.0
UNSENT_MAX = 100
REOPEN_EVERY = 25
"""After so many rounds the app is killed and opened again."""
FAULTS_EACH = 5
LOOK_S = 0.01


async def run(cycles: int = FULL_OPS, seed: int = 1) -> dict[str, object]:
    """Let every phone record `cycles` ops; return the figures of the run."""
    orders = PHONES * (8 + cycles // OPS_PER_ORDER // 3)
    async with ground(seed=seed, branches=BRANCHES, people_per_branch=2, orders=orders) as on:
        await on.server.start()
        bad = Conditions(share=SHARE)
        await on.let_everybody_in(PHONES, bad)
        await on.fleet.let_in(SUPERVISOR, (), bad, hands=False)
        began = time.perf_counter()
        await asyncio.gather(*(_work(c, cycles) for c in on.fleet.carriers))
        storm_s = time.perf_counter() - began
        still_unsent = on.fleet.auditor.unacknowledged
        figures = await on.verdict(level_within_s=LEVEL_WITHIN_S)
        if figures["level_s"] > LEVEL_WITHIN_S:
            figures["broken"] = [*figures["broken"], f"level only after {figures['level_s']} s"]
        told = {"run": "chaos", "seed": seed, "ops_each": cycles, "storm_s": round(storm_s, 1)}
        return told | {"unsent_at_calm": still_unsent} | figures


async def _work(carrier: Carrier, ops: int) -> None:
    """Record and send by turns, whatever the network does; one phone only watches until the others are done."""
    rounds = 0
    chance = random.Random(f"storm/{carrier.phone.memory.staff.id}")
    watches = carrier.phone.memory.staff.id == SUPERVISOR.id
    while rounds < ops // OPS_AT_ONCE if watches else carrier.recorded < ops:
        rounds += 1
        if not watches and len(carrier.phone.memory.unsent()) < UNSENT_MAX:
            carrier.record(min(chance.randint(1, OPS_AT_ONCE), ops - carrier.recorded))
        if await carrier.phone.sync() is not Phase.IDLE:
            await asyncio.sleep(LOOK_S)
        carrier.shorten_journal()
        if rounds % REOPEN_EVERY == 0:
            carrier.reopen()


def too_tame(figures: dict) -> list[str]:
    """Say what makes a run prove less than it claims."""
    rare = [fault for fault in Fault if figures["faults"].get(fault, 0) < FAULTS_EACH]
    return [f"hardly any {', '.join(rare)}"] if rare else []

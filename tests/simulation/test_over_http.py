"""The same rules before the real server: HTTP in process, PostgreSQL, and the pure predicates over what its tables hold."""

import pytest

from sync_protocol.shop import Role
from tests.server.retail import Clock, started_server
from tests.simulation import steps
from tests.simulation.handsets import FUSE
from tests.simulation.served_world import ServedWorld

SEEDS = range(12)
STEPS = 260
ON_THE_PHONE = {
    steps.somebody_records: 32,
    steps.two_do_the_same: 1,
    steps.a_phone_is_killed: 1,
    steps.a_cache_is_evicted: 0.5,
    steps.a_clock_jumps: 0.5,
    steps.somebody_looks: 0.3,
    steps.poison_is_recorded: 1,
    steps.a_phone_is_copied: 0.6,
    steps.a_phone_is_rolled_back: 0.5,
    steps.a_phone_is_cloned: 0.3,
    steps.an_order_is_placed: 1,
    steps.an_order_changes: 3,
}


async def talk(world: ServedWorld) -> None:
    handset = world.rng.choice(world.handsets)
    if world.has("kill", 0.1):
        FUSE.left = world.rng.randint(0, 9)
    handset.phone._exchanges.page_bytes = world.rng.choice((3_000, 500_000))
    await world.talk(handset)


async def a_late_request(world: ServedWorld) -> None:
    if world.late:
        letter = world.late.pop(world.rng.randrange(len(world.late)))
        await world.handsets[0].line.deliver(letter)


async def a_replay(world: ServedWorld) -> None:
    letters = [letter for h in world.handsets for letter in h.line.captured]
    if letters:
        await world.handsets[0].line.deliver(world.rng.choice(letters))


async def a_change_of_people(world: ServedWorld) -> None:
    who = world.rng.choice(["oper", "amna", "bilal", "rec", "rider"])
    if world.rng.random() < 0.5:
        await world.change_person(who, role=world.rng.choice((Role.BRANCH, Role.VIEWER)))
    else:
        await world.change_person(who, branch_ids=(world.rng.choice(world.branches),))


async def a_revocation(world: ServedWorld) -> None:
    if world.counts["revoked"] < 2:
        world.counts["revoked"] += 1
        handset = world.rng.choice(world.handsets[3:])
        await world.revoke(handset)
        world.handsets.append(await world.enrol(handset.staff.id))


TO_THE_SERVER = {
    talk: 22,
    a_late_request: 2,
    a_replay: 1,
    a_change_of_people: 0.7,
    a_revocation: 0.4,
    ServedWorld.reconcile: 2,
    ServedWorld.time_does_its_work: 1.5,
}


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_is_lost_doubled_or_changed_on_the_real_server(database, seed):
    server = await started_server(database, Clock())
    world = ServedWorld(server, seed)
    await world.set_up()
    happenings = [*ON_THE_PHONE, *TO_THE_SERVER]
    weights = [*ON_THE_PHONE.values(), *TO_THE_SERVER.values()]
    for _ in range(STEPS):
        world.now += world.rng.randint(0, 4_000)
        (happening,) = world.rng.choices(happenings, weights)
        if happening in ON_THE_PHONE:
            happening(world)
        else:
            await happening(world)
    await world.settle()
    await server.http.aclose()
    assert world.counts["ops"] > 40, "too tame"
    assert world.counts["taken"] > 40, "too tame"

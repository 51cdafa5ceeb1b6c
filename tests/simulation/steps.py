"""What may happen at a step of the world, and how often."""

import contextlib
import itertools
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from sync_protocol.ids import StaffId
from sync_protocol.ops import OpKind
from sync_protocol.shop import Role
from tests.phone.memory import OpTooLarge
from tests.simulation import hostile
from tests.simulation.doings import DOINGS, POISON, USUAL, begun_by
from tests.simulation.eyes import Eyes
from tests.simulation.fast_server import Crashed
from tests.simulation.handsets import FUSE, Handset
from tests.simulation.world import VARIANTS, World

Step = Callable[[World], None]
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
CHECK_EVERY = 100
RESTORE_TAKES_MS = 30_000
"""Nobody waits that long for an answer of the server that was."""


def run(seed: int, steps: int) -> World:
    """Let a whole world happen and be audited. The same seed and number of steps give the same world."""
    world = World(seed)
    for number in range(steps):
        step(world)
        if number % CHECK_EVERY == CHECK_EVERY - 1:
            world.auditor.check([world.rng.choice(world.handsets).disk])
    world.settle()
    world.counts["steps"] = steps
    return world


def step(world: World) -> None:
    """Let a little time pass and one thing happen."""
    world.now += world.rng.randint(0, 4_000)
    world.store.tick(world.now)
    happening = world.rng.choices(_HAPPENINGS, cum_weights=_WEIGHTS)[0]
    with contextlib.suppress(Crashed):  # the server starts again with what it had committed
        happening(world)


def _anybody(world: World) -> Handset:
    return world.rng.choice(world.handsets)


# People and their phones


def somebody_records(world: World) -> None:
    _do_something(world, _anybody(world))


def _do_something(world: World, handset: Handset) -> None:
    eyes = Eyes(handset, world.rng, world.branches, VARIANTS)
    kinds = USUAL.get(handset.staff.role, USUAL[Role.BRANCH])
    kind = world.rng.choice(kinds)
    if world.has("hostile", 0.03):
        kind = world.rng.choice(list(DOINGS))
    body = DOINGS[kind](eyes)
    if body is None or handset.phone.phase == "stopped":
        return
    deps = ()
    if handset.in_hand and world.rng.random() < 0.2:
        deps = (handset.in_hand[-1].last_op,)
    op_id = world.record(handset, kind.value, body, deps=deps)
    begun = begun_by(kind, body, op_id)
    if begun is not None:
        handset.in_hand.append(begun)


def two_do_the_same(world: World) -> None:
    """Two phones pack the same shipment, neither knowing of the other."""
    one, other = _anybody(world), _anybody(world)
    eyes = Eyes(one, world.rng, world.branches, VARIANTS)
    for kind in (OpKind.PACK, OpKind.DISPATCH):
        body = DOINGS[kind](eyes)
        if body is not None:
            for handset in (one, other):
                if handset.phone.phase != "stopped":
                    world.record(handset, kind.value, body)


def a_phone_talks(world: World) -> None:
    handset = _anybody(world)
    if world.has("kill", 0.05):
        FUSE.left = world.rng.randint(0, 9)
    handset.phone._exchanges.page_bytes = world.rng.choice((3_000, 30_000, 500_000))
    world.talk(handset)
    FUSE.left = -1


def a_phone_is_killed(world: World) -> None:
    if world.on["kill"]:
        world.counts["kills"] += 1
        _anybody(world).restart()


def a_cache_is_evicted(world: World) -> None:
    """The browser throws the rows away, not the outbox."""
    if world.on["evict"]:
        handset = _anybody(world)
        handset.restart()
        replica = handset.disk.replica
        replica.rows, replica.cursors = {}, {}


def a_clock_jumps(world: World) -> None:
    if world.on["clock"]:
        years = 30 * 365 * DAY
        _anybody(world).clock.off_ms = world.rng.choice(
            (0, world.rng.randint(-years, years), world.rng.randint(-HOUR, HOUR))
        )


def somebody_looks(world: World) -> None:
    """A screen is drawn: rows with the phone's own unsent work laid over them."""
    _anybody(world).phone.look()


def poison_is_recorded(world: World) -> None:
    handset = _anybody(world)
    if not world.on["poison"] or handset.phone.phase == "stopped":
        return
    world.counts["poison"] += 1
    kind, body = world.rng.choice(POISON)
    try:
        if world.rng.random() < 0.1:
            handset.phone.record("receive_stock", {"note": "x" * 20_000})
        else:
            world.record(handset, kind, body, v=world.rng.choice((1, 1, 2)))
    except OpTooLarge:
        return


# Storage


def a_phone_is_copied(world: World) -> None:
    _anybody(world).save_copy()


def a_phone_is_rolled_back(world: World) -> None:
    handset = _anybody(world)
    if world.on["roll_back"] and handset.copy is not None:
        world.counts["roll_backs"] += 1
        old = msgspec.msgpack.decode(handset.copy, type=type(handset.disk))
        world.auditor.storage_lost(handset, [op.id for op in old.ops])
        handset.roll_back()


def a_phone_is_cloned(world: World) -> None:
    if world.on["clone"] and len(world.handsets) < 14:
        world.counts["clones"] += 1
        handset = _anybody(world)
        world.serial += 1
        name = f"{handset.name}-twin{world.serial}"
        around, clock = world.around(name)
        world.handsets.append(handset.twin(name, around, world.line(handset.line.token), clock))


def a_phone_is_wiped(world: World) -> None:
    """The storage is gone, with all that was unsent; its person gets a new device."""
    if world.on["wipe"]:
        world.counts["wipes"] += 1
        _replace(world, world.rng.randrange(len(world.handsets)))


def _replace(world: World, place: int) -> None:
    old = world.handsets[place]
    world.auditor.storage_lost(old, ())
    old.restart()
    world.handsets[place] = world.enrol(old.staff.id)


# Head office


def _somebody(world: World) -> StaffId:
    ids = [s for s in world.server.tables.book.people if s not in ("owner", "super")]
    return world.rng.choice(ids)


def somebody_is_demoted_or_moved(world: World) -> None:
    if not world.on["demote"]:
        return
    who = _somebody(world)
    if world.rng.random() < 0.5:
        count = world.rng.randint(1, len(world.branches))
        world.server.change_person(who, branch_ids=tuple(world.rng.sample(world.branches, count)))
    else:
        role = world.rng.choice((Role.RECORDER, Role.BRANCH, Role.CALLER, Role.VIEWER))
        world.server.change_person(who, role=role)


def a_branch_closes_or_opens(world: World) -> None:
    if world.on["close"]:
        branch = world.server.tables.book.branches[world.rng.choice(world.branches)]
        world.server.change_branch(replace(branch, active=not branch.active))


def a_device_is_revoked(world: World) -> None:
    """Lost or stolen; its person gets another."""
    if not world.on["revoke"] or world.counts["revoked"] >= 5:
        return
    world.counts["revoked"] += 1
    handset = _anybody(world)
    world.server.revoke(handset.device_id)
    world.handsets.append(world.enrol(handset.staff.id))


def somebody_enrols_again(world: World) -> None:
    if world.on["enrol"] and len(world.handsets) < 14:
        world.handsets.append(world.enrol(_somebody(world)))


def the_hostile_act(world: World) -> None:
    if world.on["hostile"]:
        world.counts["hostile"] += 1
        world.rng.choice(hostile.ACTS)(world)


# Network and server


def a_late_request_arrives(world: World) -> None:
    if world.late:
        world.deliver(world.late.pop(world.rng.randrange(len(world.late))))


def the_database_goes_or_comes(world: World) -> None:
    world.server.down = world.on["down"] and not world.server.down


def a_backup_is_made(world: World) -> None:
    world.backups = [*world.backups[-3:], world.server.back_up()]


def a_backup_is_restored(world: World) -> None:
    if not world.on["restore"] or not world.backups or world.counts["restores"] >= 3:
        return
    world.counts["restores"] += 1
    world.now += RESTORE_TAKES_MS
    place = world.rng.randrange(len(world.backups))
    taken_at, made = world.backups[place]
    del world.backups[place + 1 :]
    world.errands.died()
    world.server.restore(taken_at, made, f"E{world.counts['restores'] + 1}")
    world.auditor.restored()


def time_passes(world: World) -> None:
    if world.on["time"]:
        longest = world.rng.choice((HOUR, HOUR, HOUR, 2 * DAY, 10 * DAY))
        world.now += world.rng.randint(MINUTE, longest)


# The store


def an_order_is_placed(world: World) -> None:
    world.store.place(VARIANTS)


def an_order_changes(world: World) -> None:
    store, rng = world.store, world.rng
    order = rng.choice(list(store.orders.values()))
    chance = rng.random()
    if chance < 0.55:
        store.edit(order, VARIANTS)
    elif chance < 0.65:
        store.cancel(order)
    elif chance < 0.9:
        store.fulfil_by_hand(order)
    else:
        store.cancel_by_hand(order)


def hooks_stop_or_go(world: World) -> None:
    world.store.loses_hooks = world.on["hooks"] and not world.store.loses_hooks


def a_webhook_arrives(world: World) -> None:
    if world.store.wire and not world.server.down:
        world.errands.hear(*world.store.wire.pop(0))


def orders_are_read(world: World) -> None:
    if not world.server.down:
        world.errands.read_due()


def readings_are_told(world: World) -> None:
    if not world.server.down:
        world.errands.tell_reading()


def the_store_is_swept(world: World) -> None:
    if not world.server.down:
        world.errands.reconcile()


def effects_are_carried_out(world: World) -> None:
    if not world.server.down:
        world.errands.resume()
        world.errands.carry_out(stalls=world.has("stall", 0.05))
        world.auditor.store_changed()


def time_does_its_work(world: World) -> None:
    if not world.server.down:
        world.errands.free()
        world.errands.wake()


HAPPENINGS: dict[Step, float] = {
    somebody_records: 30,
    two_do_the_same: 0.7,
    a_phone_talks: 26,
    a_phone_is_killed: 1.0,
    a_cache_is_evicted: 0.3,
    a_clock_jumps: 0.4,
    somebody_looks: 0.3,
    poison_is_recorded: 0.8,
    a_phone_is_copied: 0.5,
    a_phone_is_rolled_back: 0.35,
    a_phone_is_cloned: 0.15,
    a_phone_is_wiped: 0.12,
    somebody_is_demoted_or_moved: 0.25,
    a_branch_closes_or_opens: 0.12,
    a_device_is_revoked: 0.2,
    somebody_enrols_again: 0.1,
    the_hostile_act: 1.2,
    a_late_request_arrives: 2.0,
    the_database_goes_or_comes: 0.3,
    a_backup_is_made: 0.8,
    a_backup_is_restored: 0.2,
    time_passes: 1.0,
    an_order_is_placed: 1.6,
    an_order_changes: 2.0,
    hooks_stop_or_go: 0.3,
    a_webhook_arrives: 5.0,
    orders_are_read: 3.0,
    readings_are_told: 4.0,
    the_store_is_swept: 0.25,
    effects_are_carried_out: 5.0,
    time_does_its_work: 1.0,
}
_HAPPENINGS = list(HAPPENINGS)
_WEIGHTS = list(itertools.accumulate(HAPPENINGS.values()))

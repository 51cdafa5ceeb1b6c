"""What somebody does who means harm: with a phone's credential in hand, past any app."""

from collections.abc import Callable

import msgspec

from server.sync.pushing import read_push
from sync_protocol.ids import DeviceId, StaffId
from sync_protocol.permissions import stock_stream, work_stream
from tests.simulation.handsets import Letter
from tests.simulation.model import need
from tests.simulation.world import World

Act = Callable[[World], None]
UNTOUCHED = ("ops", "ledger", "rows", "outbox", "heads", "streams", "parked")


def _post(world: World, token: str, path: str, body: bytes) -> None:
    world.deliver(Letter(token=token, path=path, body=body))


def foreign_pull(world: World) -> None:
    """Ask for every stream there is."""
    handset = world.rng.choice(world.handsets)
    names = [f(b) for b in world.branches for f in (work_stream, stock_stream)]
    names += ["desk", "inbox", "rider/rider", "device/d1-owner"]
    asked = {"epoch": world.server.tables.epoch, "cursors": dict.fromkeys(names, 0)}
    _post(world, handset.device_id, "/sync/pull", msgspec.json.encode(asked))


def unknown_device(world: World) -> None:
    """Come with a credential that nobody was given."""
    _post(world, "nobody", "/sync/pull", b"{}")
    _post(world, "nobody", "/sync/push", b'{"ops":[]}')


def replay(world: World) -> None:
    """Send a captured push once more: nothing may change, and the answer is the same to the byte."""
    letters = [letter for h in world.handsets for letter in h.line.captured]
    if not letters or world.server.down:
        return
    letter = world.rng.choice(letters)
    batch = read_push(letter.body)[1]
    before = world.server.tables
    kept = [before.ops.get(incoming.id) for incoming in batch]
    if not all(op is not None and op.sent == i.raw for op, i in zip(kept, batch, strict=True)):
        return  # it was lost in a restore, or renumbered since
    world.counts["replays"] += 1
    _post(world, letter.token, letter.path, letter.body)
    after = world.server.tables
    for name in UNTOUCHED:
        need("S2", getattr(after, name) == getattr(before, name), name, "changed by a replay")


def _push(world: World, staff_id: str, *texts: bytes) -> None:
    """Push bytes as a fresh device of somebody's; each call is a life of its own."""
    world.serial += 1
    device_id = DeviceId(f"d{world.serial}-rogue")
    if world.server.down:
        return
    world.server.enrol(device_id, StaffId(staff_id))
    head = f'{{"incarnation":"k{world.serial}","ops":['.encode()
    _post(world, device_id, "/sync/push", head + b",".join(texts) + b"]}")


def _text(world: World, n: int, kind: str, body: object, **more: object) -> bytes:
    world.serial += 1
    op = {"id": f"rogue-{world.serial}", "n": n, "kind": kind, "at": 1, "body": body}
    return msgspec.json.encode(op | more)


def another_body_under_a_known_id(world: World) -> None:
    """Swap what an op says."""
    known = [op for op in world.server.tables.ops.values() if op.device_id != "shopify"]
    if not known:
        return
    op_id = world.rng.choice(known).id
    body = {"branch_id": "b1", "lines": [{"variant_id": "501", "units": 99}]}
    _push(world, "amna", _text(world, 1, "receive_stock", body, id=op_id))


def a_poisoned_batch(world: World) -> None:
    """One op that no decoder takes, between two good ones: both of those must be taken."""
    good = {"branch_id": "b1", "lines": [{"variant_id": "501", "units": 1}]}
    world.serial += 1
    named = f'{{"id":"poison-{world.serial}","n":2,"kind":"pack","body":'.encode()
    poison = world.rng.choice(
        (
            named + b"[" * 200 + b"]" * 200 + b"}",
            named + b'{"fulfillment_id":"\xff"}}',
            f"{world.serial}".encode(),
            f'{{"n":2,"x":{world.serial}}}'.encode(),
            named + b"1e999}",
        )
    )
    first, last = _text(world, 1, "receive_stock", good), _text(world, 3, "receive_stock", good)
    ids = [msgspec.json.decode(text)["id"] for text in (first, last)]
    calm, world.calm = world.calm, True
    _push(world, "owner", first, poison, last)
    world.calm = calm
    if not world.server.down:
        need("R3", all(op_id in world.server.tables.ops for op_id in ids), poison)


def somebody_elses_name(world: World) -> None:
    """Record in another person's name, and in the server's own."""
    body = {"branch_id": "b1", "lines": [{"variant_id": "501", "units": 5}]}
    _push(world, "amna", _text(world, 1, "receive_stock", body, by="owner"))
    _push(world, "amna", _text(world, 1, "receive_stock", body, id="shopify/1"))
    news = {"order_id": "901"}
    _push(world, "owner", _text(world, 1, "time_passed", news))


def a_role_that_may_not(world: World) -> None:
    """Do what only others may."""
    body = {"branch_id": "b2", "lines": [{"variant_id": "501", "units": 5}]}
    for staff_id in ("rec", "rider", "caller", "amna"):
        _push(world, staff_id, _text(world, 1, "receive_stock", body))


ACTS: tuple[Act, ...] = (
    foreign_pull,
    unknown_device,
    replay,
    another_body_under_a_known_id,
    a_poisoned_batch,
    somebody_elses_name,
    a_role_that_may_not,
)

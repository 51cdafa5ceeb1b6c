"""Deciding parked ops anew, over a book in memory."""

import msgspec
from msgspec.structs import replace

from sync_protocol.codes import Code
from sync_protocol.ids import DeviceId, Incarnation, OpId, ShopId
from sync_protocol.reading import read_op
from sync_protocol.server_session import Incoming, Standing
from sync_protocol.taking import Held, Sender, take
from tests.sync_protocol.one_of_each import parked_op
from tests.vectors.world import AMNA, CONFIRMED, LAHORE, SAAD, World, create


def sender(staff=SAAD, **more) -> Sender:
    told = {"shop_id": ShopId("s"), "device_id": DeviceId("desk"), "incarnation": Incarnation("d1")}
    return Sender(staff=staff, **told | more)


def asked(kind: str, body: dict, staff=SAAD) -> tuple[Incoming, Standing]:
    raw = msgspec.json.encode(
        {"id": f"{kind}-1", "n": 1, "kind": kind, "by": staff.id, "body": body}
    )
    return Incoming(raw=raw, read=read_op(raw)), Standing.NEW


def nothing_held() -> Held:
    return Held(refs=set(), ids=set())


def a_world(*waiting) -> World:
    world = World().steps(*CONFIRMED)
    world.book.waiting = {OpId(one.read.op.id): one for one in waiting}
    return world


def answers(world: World, what: tuple, by: Sender | None = None) -> list[tuple]:
    decided = take(world.book, by or sender(), [what], nothing_held(), world.now)
    return [(d.stored_id, d.decision.status.value, d.decision.code) for d in decided]


def chain():
    """Create, pack and deliver, parked in that order; given in another."""
    steps = [
        parked_op("w-3", "deliver", {"fulfillment_id": "f-1"}, n=3),
        parked_op("w-1", "create_fulfillment", create(branch_id=LAHORE), n=1),
        parked_op("w-2", "pack", {"fulfillment_id": "f-1"}, n=2),
    ]
    return [
        replace(s, code=Code.UNKNOWN_KIND if s.place[1] == 1 else Code.WAITS_FOR_PARKED)
        for s in steps
    ]


def test_what_waited_follows_its_head_in_the_order_of_recording():
    told = answers(a_world(*chain()), asked("replay", {"op_ids": ["w-1"]}))
    assert [t[0] for t in told] == ["replay-1", "w-1", "w-2", "w-3"]
    assert [t[1] for t in told][:3] == ["applied", "applied", "applied"]


def test_what_waits_for_something_else_stays():
    (head, *rest) = sorted(chain(), key=lambda one: one.place)
    other = replace(parked_op("w-0", "pack", {"fulfillment_id": "f-1"}), place=(0, 0))
    told = answers(a_world(other, head, *rest), asked("replay", {"op_ids": ["w-1"]}))
    assert told == [("replay-1", "applied", None)], "an earlier step of that parcel is parked still"


def test_nothing_is_replayed_that_can_never_become_valid_or_is_not_parked():
    broken = replace(parked_op("w-1", "pack", {}), code=Code.INVALID)
    told = answers(a_world(broken), asked("replay", {"op_ids": ["w-1", "w-404"]}))
    assert told == [("replay-1", "noop", Code.ALREADY_DONE)]


def test_unreadable_ops_can_be_dismissed_and_nothing_else():
    unreadable = replace(
        parked_op("w-1", "pack", {}), read=read_op(b"{"), raw=b"{", code=Code.UNREADABLE
    )
    world = a_world()
    world.book.waiting = {OpId("w-1"): unreadable}
    assert answers(world, asked("replay", {"op_ids": ["w-1"]}))[0][1] == "noop"
    told = answers(world, asked("dismiss", {"op_ids": ["w-1"], "reason": "broken phone"}))
    assert told[1] == ("w-1", "parked", Code.DISMISSED)


def test_a_quarantined_device_moves_nothing_whatever_it_says():
    world = a_world()
    before = world.snapshot()
    gone = sender(AMNA, device_id=DeviceId("phone-1"), quarantined=True)
    told = answers(world, asked("create_fulfillment", create(), AMNA), gone)
    assert told == [("create_fulfillment-1", "parked", Code.REVOKED)]
    assert world.snapshot() == before

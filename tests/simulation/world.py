"""The world: one seed, one clock, one server, one store, and everybody's phones. Each step is one thing that happens."""

import hashlib
import random
from collections import Counter

import msgspec

from sync_protocol.decide.book import Book
from sync_protocol.ids import BranchId, DeviceId, StaffId, VariantId
from sync_protocol.permissions import CATALOG_STREAM, SHOP_STREAM
from sync_protocol.rows import RowChange, RowKind, row_key
from sync_protocol.shop import Branch, ConfirmRequired, Policy, Role, Staff, Variant
from tests.phone.surroundings import seeded_surroundings
from tests.simulation.auditor import Auditor
from tests.simulation.errands import Errands
from tests.simulation.fast_server import Crashed, FastServer
from tests.simulation.handsets import (
    FUSE,
    Clockwork,
    Fate,
    Handset,
    Letter,
    Line,
    Weather,
    fresh_disk,
)
from tests.simulation.storefront import CallFault, Storefront
from tests.simulation.tables import Draft, Tables, write_rows

START_MS = 1_795_420_800_000
BRANCHES = (BranchId("b1"), BranchId("b2"), BranchId("b3"))
VARIANTS = tuple(VariantId(str(501 + i)) for i in range(4))
PEOPLE: tuple[tuple[str, Role, tuple[BranchId, ...]], ...] = (
    ("owner", Role.OWNER, ()),
    ("super", Role.SUPERVISOR, ()),
    ("oper", Role.OPERATOR, ()),
    ("amna", Role.BRANCH, BRANCHES[:1]),
    ("asma", Role.BRANCH, BRANCHES[:1]),
    ("bilal", Role.BRANCH, BRANCHES[1:2]),
    ("dania", Role.BRANCH, BRANCHES[1:]),
    ("rec", Role.RECORDER, BRANCHES[:1]),
    ("rider", Role.RIDER, BRANCHES[:1]),
    ("caller", Role.CALLER, ()),
)
FAULTS = (
    "lost", "reply_lost", "twice", "late", "waits", "crash", "kill", "evict", "clock", "demote",
    "close", "revoke", "enrol", "wipe", "roll_back", "clone", "hostile", "poison", "restore",
    "down", "hooks", "calls", "looks", "time", "stall",
)  # fmt: skip
"""Classes of faults; each seed has each of them with a chance of 0.7."""

ON = 0.7


class World:
    """Everything there is. Two worlds of the same seed and the same steps are the same to the last byte."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.now = START_MS
        self.on = {name: self.rng.random() < ON for name in FAULTS}
        self.calm = False
        self.branches = BRANCHES[: self.rng.choice((2, 3))]
        FUSE.left = -1
        self.server = FastServer(self._first_tables(), self.clock)
        self.store = Storefront(random.Random(f"store/{seed}"), self.clock)
        self.errands = Errands(self.server, self.store, random.Random(f"errands/{seed}"))
        self.auditor = Auditor(self.server, self.store)
        self.server.watching = self.auditor
        self.late: list[Letter] = []
        self.backups: list[tuple[int, Tables]] = []
        self.handsets: list[Handset] = []
        self.lost: list[Handset] = []
        self.serial = 0
        self._furnish()
        self.server.crash = self._maybe_crash
        self.errands.fault = self._call_fault
        self.errands.looks_fail = self.on["looks"]

    @property
    def counts(self) -> Counter[str]:
        return self.auditor.counts

    def clock(self) -> int:
        return self.now

    def has(self, fault: str, share: float) -> bool:
        """Whether a fault of a class happens now."""
        return not self.calm and self.on[fault] and self.rng.random() < share

    # Setting up

    def _first_tables(self) -> Tables:
        confirm = self.rng.choice((ConfirmRequired.NONE, ConfirmRequired.NONE, ConfirmRequired.COD))
        people = {
            StaffId(name): Staff(id=StaffId(name), name=name, role=role, branch_ids=places)
            for name, role, places in PEOPLE
        }
        book = Book(
            policy=Policy(confirm_required=confirm),
            branches={b: Branch(id=b, name=b) for b in self.branches},
            people=people,
            variants=frozenset(VARIANTS),
        )
        draft = Draft(Tables(epoch="E1", book=book))
        changes = [_row(RowKind.BRANCH, b.id, b) for b in book.branches.values()]
        changes += [_row(RowKind.STAFF, s.id, s) for s in people.values()]
        changes += [_row(RowKind.POLICY, "policy", book.policy)]
        goods = (Variant(id=v, title=v) for v in VARIANTS)
        changes += [_row(RowKind.VARIANT, v.id, v, CATALOG_STREAM) for v in goods]
        write_rows(draft, changes)
        return draft.committed()

    def _furnish(self) -> None:
        """Let everybody in, put goods on the shelves, and let some orders come in."""
        for name, _, _ in PEOPLE:
            self.handsets.append(self.enrol(StaffId(name)))
        for branch in self.branches:
            lines = [{"variant_id": v, "units": self.rng.randint(1, 6)} for v in VARIANTS]
            self.record(self.handsets[1], "opening_stock", {"branch_id": branch, "lines": lines})
        for _ in range(4):
            self.store.place(VARIANTS)
        self.errands.reconcile()
        calm, self.calm = self.calm, True
        for handset in self.handsets:
            handset.talk()
        self.calm = calm

    def enrol(self, staff_id: StaffId) -> Handset:
        """Give a person a new phone."""
        self.serial += 1
        device_id = DeviceId(f"d{self.serial}-{staff_id}")
        self.server.enrol(device_id, staff_id)
        around, clock = self.around(f"{device_id}")
        disk = fresh_disk(device_id, self.server.tables.book.people[staff_id], around)
        return Handset(disk, clock, around, self.line(device_id), f"{device_id}")

    def around(self, name: str):
        """Return the surroundings of a phone and its clock."""
        clock = Clockwork(world=self.clock)
        return seeded_surroundings(f"{self.seed}/{name}", clock), clock

    def line(self, device_id: DeviceId) -> Line:
        weather = Weather(now=self.clock, fate=self._fate, waits=lambda: self.has("waits", 0.15))
        return Line(self.server.post, device_id, weather, self.late)

    # Chance

    def _fate(self) -> Fate:
        if self.calm:
            return Fate.ARRIVES
        chance = self.rng.random()
        for fault, fate, share in (
            ("lost", Fate.LOST, 0.06),
            ("reply_lost", Fate.REPLY_LOST, 0.10),
            ("twice", Fate.TWICE, 0.05),
            ("twice", Fate.TWICE_REPLY_LOST, 0.03),
            ("late", Fate.LATE, 0.05),
        ):
            chance -= share
            if chance < 0:
                return fate if self.on[fault] else Fate.ARRIVES
        return Fate.ARRIVES

    def _maybe_crash(self) -> None:
        if self.has("crash", 0.006):
            self.counts["crashes"] += 1
            self.errands.died()
            raise Crashed

    def _call_fault(self) -> CallFault | None:
        if self.calm or not self.on["calls"] or self.rng.random() < 0.45:
            return None
        return self.rng.choice(list(CallFault))

    # What phones do

    def record(self, handset: Handset, kind: str, body: object, **envelope: object) -> str:
        """Let a person record an op; from then on it was shown as saved."""
        op_id = handset.phone.record(kind, body, **envelope)
        self.auditor.shown(handset.device_id, handset.disk.ops[-1])
        handset.held.add(handset.disk.ops[-1].id)
        return op_id

    def talk(self, handset: Handset) -> None:
        """Let a phone go on talking, and look at what it believes."""
        if self.calm:
            for _ in range(20):
                handset.talk()
                if handset.talking is None:
                    break
        else:
            handset.talk()
        self.auditor.phone_talked(handset)

    # The end

    def settle(self) -> None:
        """Faults off: within bounded rounds everything must come to rest, and then everything is checked."""
        self.calm = True
        FUSE.left = -1
        self.server.down = False
        self.errands.looks_fail = False
        self.store.loses_hooks = True
        for letter in self.late:
            self.deliver(letter)
        self.late.clear()
        while self.store.wire:
            self.errands.hear(*self.store.wire.pop())
        for _ in range(3):
            for handset in self.handsets:
                self.talk(handset)
            self._work_off()
        for handset in self.handsets:
            self.talk(handset)
        self.auditor.check_calm([h.disk for h in self.handsets])

    def _work_off(self) -> None:
        self.errands.read_due()
        while self.errands.read_but_not_told:
            self.errands.tell_reading()
        for _ in range(8):
            self.now = max(self.now + 130_000, self.server.tables.outbound_from)
            self.store.tick(self.now)
            self.errands.resume()
            self.errands.carry_out()
            self.errands.reconcile()
            self.errands.free()
            self.errands.wake()

    def deliver(self, letter: Letter) -> None:
        """Let a request arrive whose phone gave up long ago."""
        taken = self.counts["taken"]
        line = self.handsets[0].line
        try:
            _run(line.deliver(letter))
        except Exception as gone:
            if type(gone).__name__ != "NoAnswer":
                raise
        self.counts["late_applies"] += self.counts["taken"] > taken

    def fingerprint(self) -> str:
        """Return a hash of all that the server, the store and the phones hold."""
        tables = self.server.tables
        told = hashlib.sha256()
        for kept in tables.ops.values():
            told.update(kept.sent + kept.result)
        for branch_id in sorted(tables.heads):
            told.update(f"{branch_id}{tables.heads[branch_id]}".encode())
        for stream in sorted(tables.rows):
            told.update(repr([(k, v) for k, (v, _) in tables.rows[stream].items()]).encode())
        for handset in self.handsets:
            told.update(handset.disk.saved())
        told.update(msgspec.json.encode([list(o.sent) for o in self.store.orders.values()]))
        told.update(repr(sorted(self.counts.items())).encode())
        return told.hexdigest()


def _row(kind: RowKind, name: str, body: object, stream: str = SHOP_STREAM) -> RowChange:
    return RowChange(stream=stream, key=row_key(kind, name), body=body)


def _run(coroutine) -> object:
    """Run what never really waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits for something")

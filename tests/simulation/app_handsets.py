"""Phones that run the app's own store and sync code, in the same world as the reference phones.

The auditor looks at disks; this phone's is read out of the Node program whenever it stands still.
"""

from collections.abc import Mapping
from types import SimpleNamespace

import msgspec

from sync_protocol.client_session import Phase
from sync_protocol.decide.book import Book
from sync_protocol.ids import DeviceId, OpId, StaffId
from sync_protocol.replica import view
from sync_protocol.shop import Staff
from tests.phone.memory import OpTooLarge, StoredOp
from tests.phone.node_phone import NodePhone, NotDone
from tests.phone.surroundings import Surroundings
from tests.simulation.handsets import Clockwork, Disk, DiskReplica, Handset, Line
from tests.simulation.world import World


class AppHandset(Handset):
    """One device with the app on it, and who holds it."""

    def __init__(
        self,
        staff: Staff,
        device_id: DeviceId,
        clock: Clockwork,
        around: Surroundings,
        line: Line,
        name: str,
    ) -> None:
        self._person = staff
        self._id = device_id
        self.node = NodePhone(around, line)
        self.node.enrol(device_id, staff)
        self._node_copy: bytes | None = None
        self.is_wiped = False
        """It was revoked and knows nobody any more, also when it is opened again."""
        disk = self._read_out()
        super().__init__(disk, clock, around, line, name)
        self.phone = AppPhone(self)  # type: ignore[assignment]

    def _read_out(self) -> Disk:
        dump = self.node.dump()
        replica = dump.replica()
        return Disk(
            device_id=self._id,
            staff=self._person,
            incarnation=dump.incarnation,
            n=dump.n,
            head=dump.head,
            epoch=dump.epoch,
            ops=[
                StoredOp(
                    id=op.id,
                    text=op.text.encode(),
                    incarnation=op.incarnation,
                    n=op.n,
                    at=msgspec.json.decode(op.text)["at"],
                    result=None if op.answer is None else msgspec.json.encode(op.answer),
                    answered_at=op.answered_at,
                    open=op.open,
                )
                for op in dump.ops
            ],
            replica=DiskReplica(cursors=replica.cursors, rows=replica.rows),
            granted=dump.granted,
            clock=dump.clock,
        )

    def refresh(self) -> None:
        """See what the disk holds now."""
        self.disk = self._read_out()
        self.is_wiped = not self.node.is_signed_in

    def talk(self) -> None:
        """Begin to sync, or go on where the phone waits; come back when it waits again or rests."""
        if self.talking is None:
            self.line.asked = 0
            self.talking = self.node.sync()
        try:
            self.talking.send(None)
        except StopIteration:
            self.talking = None
            self.refresh()

    def restart(self) -> None:
        """The app was killed and opened again: only the disk is left."""
        if self.talking is not None:
            self.talking.close()
            self.talking = None
        self.node.kill()
        self.refresh()

    def save_copy(self) -> None:
        """Somebody backs the phone up, while it stands still."""
        if self.talking is None and not self.is_wiped:
            self.copy, self._node_copy = self.disk.saved(), self.node.saved()

    def roll_back(self) -> None:
        """The phone is put back to its copy; what was recorded since is lost with its storage."""
        assert self._node_copy is not None
        if self.talking is not None:
            self.talking.close()
            self.talking = None
        self.node.restore(self._node_copy)
        self.refresh()
        self.held = {op.id for op in self.disk.ops}

    def twin(self, name: str, around: Surroundings, line: Line, clock: Clockwork) -> "AppHandset":
        """The phone's storage was copied to another phone, which goes on as the same device."""
        if self.talking is not None:
            self.restart()
        made = AppHandset(self._person, self._id, clock, around, line, name)
        made.node.restore(self.node.saved())
        made.refresh()
        return made


class AppPhone:
    """What the world asks of a phone, answered by the app."""

    def __init__(self, handset: AppHandset) -> None:
        self._handset = handset
        self._exchanges = SimpleNamespace(page_bytes=0)
        self._started = True

    @property
    def phase(self) -> Phase:
        return Phase.STOPPED if self._handset.is_wiped else self._handset.node.phase

    @property
    def due_at(self) -> int | None:
        return self._handset.node.due_at

    def record(self, kind: str, body: object, deps: tuple = (), **envelope: object) -> OpId:
        """Keep what a person did; an app that is talking is asked when it stands still again."""
        handset = self._handset
        if handset.talking is not None:
            handset.restart()
        told: Mapping[str, object] = msgspec.to_builtins(body)
        # The app writes version and author by itself.
        given = {key: value for key, value in envelope.items() if key not in ("v", "by")}
        try:
            op_id = handset.node.record(kind, told, deps, **given)
        except NotDone as refused:
            raise OpTooLarge(str(refused)) from refused
        handset.refresh()
        return op_id

    def look(self) -> Book:
        """Return what the screens would show."""
        disk = self._handset.disk
        return view(disk.replica, tuple(disk.overlay()), disk.staff, disk.device_id)


class AppWorld(World):
    """A world in which the branches' staff carry the app, and everybody else the reference phone."""

    APPS = 3

    def __init__(self, seed: int) -> None:
        self.apps: list[AppHandset] = []
        super().__init__(seed)
        self.on["evict"] = False  # it acts on the disk of a reference phone

    def enrol(self, staff_id: StaffId) -> Handset:
        """Give a person a new phone."""
        if len(self.apps) >= self.APPS or staff_id in ("owner", "super"):
            return super().enrol(staff_id)
        self.serial += 1
        device_id = DeviceId(f"a{self.serial}-{staff_id}")
        self.server.enrol(device_id, staff_id)
        around, clock = self.around(f"{device_id}")
        person = self.server.tables.book.people[staff_id]
        made = AppHandset(person, device_id, clock, around, self.line(device_id), f"{device_id}")
        self.apps.append(made)
        return made

    def quit(self) -> None:
        """End every app."""
        for handset in {id(h): h for h in (*self.apps, *self.handsets)}.values():
            if isinstance(handset, AppHandset):
                handset.node.quit()

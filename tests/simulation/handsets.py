"""Phones in people's hands: the reference phone on a simulated disk, behind a simulated network.

A phone that waits for an answer is a suspended coroutine: other things happen before its request arrives and before
the answer does. A crash throws away everything but the disk.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from enum import StrEnum

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.ids import DeviceId, FulfillmentId, OpId, OrderId
from sync_protocol.replica import Replica
from sync_protocol.shop import Staff
from tests.phone.driver import Phone
from tests.phone.memory import Memory
from tests.phone.surroundings import Surroundings
from tests.phone.transport import TIMEOUT_S, Answer, NoAnswer
from tests.simulation.fast_server import Crashed

Post = Callable[[str, str, bytes], Awaitable[Answer]]


class Killed(Exception):
    """The app was killed in the middle of what it was doing; its disk is whole."""


class Endless(AssertionError):
    """A phone asks and asks, and never rests."""


ASKED_AT_MOST = 2_000


class Fuse:
    """Burns down with every write to a disk; at nought the app is killed, before that write or behind it."""

    left = -1

    def burn(self) -> None:
        if self.left >= 0:
            self.left -= 1
            if self.left < 0:
                raise Killed


FUSE = Fuse()
"""One for all: only one phone writes at a time."""


class DiskReplica(Replica, kw_only=True):
    """Rows and cursor of a patch are one write."""

    def apply(self, patch) -> bool:
        FUSE.burn()
        done = Replica.apply(self, patch)
        FUSE.burn()
        return done


class Disk(Memory, kw_only=True):
    """A phone's memory in which the app can be killed around every write."""

    def keep_results(self, results, now) -> int:
        FUSE.burn()
        done = Memory.keep_results(self, results, now)
        FUSE.burn()
        return done

    def grant(self, streams, again=()) -> None:
        FUSE.burn()
        Memory.grant(self, streams, again)

    def renumber(self, missing, incarnation) -> None:
        FUSE.burn()
        Memory.renumber(self, missing, incarnation)
        FUSE.burn()

    def adopt(self, epoch) -> None:
        FUSE.burn()
        Memory.adopt(self, epoch)
        self.replica = DiskReplica()
        FUSE.burn()

    def wipe(self) -> None:
        FUSE.burn()
        Memory.wipe(self)

    @staticmethod
    def restored(saved: bytes) -> "Disk":
        disk = msgspec.msgpack.decode(saved, type=Disk)
        old = disk.replica
        disk.replica = DiskReplica(cursors=old.cursors, rows=old.rows)
        return disk


class Fate(StrEnum):
    """What becomes of one request."""

    ARRIVES = "arrives"
    LOST = "lost"
    REPLY_LOST = "reply_lost"
    TWICE = "twice"
    TWICE_REPLY_LOST = "twice_reply_lost"
    LATE = "late"


class Weather(Struct, kw_only=True):
    """How the network behaves now: `fate` is drawn for each request, `waits` says whether it is on its way for a while.

    `now` is the world's clock: whoever has waited longer than a phone's time limit gets no answer any more.
    """

    now: Callable[[], int]
    fate: Callable[[], Fate]
    waits: Callable[[], bool]


class Letter(Struct, frozen=True, kw_only=True):
    """A request as it travels."""

    token: str
    path: str
    body: bytes


class _Elsewhere:
    """Awaiting this lets the world go on; whoever drives the phone resumes it."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class Line:
    """Between one phone and the server. `late` are requests whose phone gave up, and which still arrive."""

    def __init__(self, post: Post, token: str, weather: Weather, late: list[Letter]) -> None:
        self._post = post
        self._weather = weather
        self._late = late
        self.token = token
        self.asked = 0
        """Requests since the phone was last left to itself."""
        self.captured: deque[Letter] = deque(maxlen=8)

    async def post(self, path: str, body: bytes) -> Answer:
        self.asked += 1
        if self.asked > ASKED_AT_MOST:
            raise Endless
        fate, asked_at = self._weather.fate(), self._weather.now()
        if self._weather.waits():
            await _Elsewhere()
        if fate is Fate.LOST:
            raise NoAnswer("lost on its way")
        letter = Letter(token=self.token, path=path, body=body)
        if fate is Fate.LATE:
            self._late.append(letter)
            raise NoAnswer("it took too long")
        answer = await self.deliver(letter)
        if fate in (Fate.TWICE, Fate.TWICE_REPLY_LOST):
            answer = await self.deliver(letter)
        if self._weather.waits():
            await _Elsewhere()
        if fate in (Fate.REPLY_LOST, Fate.TWICE_REPLY_LOST):
            raise NoAnswer("the answer was lost")
        if self._weather.now() - asked_at > TIMEOUT_S * 1000:
            raise NoAnswer("the phone waits no longer")
        return answer

    async def deliver(self, letter: Letter) -> Answer:
        if letter.path == "/sync/push":
            self.captured.append(letter)
        try:
            return await self._post(letter.token, letter.path, letter.body)
        except Crashed as crash:
            raise NoAnswer("the server died") from crash


class Clockwork(Struct, kw_only=True):
    """A phone's own clock: the world's, and how far it is off."""

    world: Callable[[], int]
    off_ms: int = 0

    def __call__(self) -> int:
        return self.world() + self.off_ms


class Begun(Struct, frozen=True, kw_only=True):
    """A shipment that this person has in hand, whether or not the server knows of it."""

    fulfillment_id: FulfillmentId
    order_id: OrderId
    last_op: OpId


class Handset:
    """One device and who holds it."""

    def __init__(
        self, disk: Disk, clock: Clockwork, around: Surroundings, line: Line, name: str
    ) -> None:
        self.name = name
        self.clock = clock
        self.around = around
        self.line = line
        self.disk = disk
        self.phone = Phone(disk, around, line)
        self.talking: Coroutine | None = None
        self.copy: bytes | None = None
        self.in_hand: deque[Begun] = deque(maxlen=6)
        self.held: set[OpId] = set()
        """What its disk held when the auditor last looked."""

    @property
    def staff(self) -> Staff:
        return self.disk.staff

    @property
    def device_id(self) -> DeviceId:
        return self.disk.device_id

    def talk(self) -> None:
        """Begin to sync, or go on where the phone waits; come back when it waits again or rests."""
        if self.talking is None:
            self.line.asked = 0
            self.talking = self.phone.sync()
        try:
            self.talking.send(None)
        except StopIteration:
            self.talking = None
        except Killed:
            self.talking = None
            self.restart()

    async def talk_through(self) -> None:
        """Sync on a real event loop until the phone rests."""
        try:
            await self.phone.sync()
        except Killed:
            self.restart()

    def restart(self) -> None:
        """The app was killed and opened again: only the disk is left."""
        FUSE.left = -1
        if self.talking is not None:
            self.talking.close()
            self.talking = None
        self.phone = Phone(self.disk, self.around, self.line)

    def save_copy(self) -> None:
        """Somebody backs the phone up."""
        self.copy = self.disk.saved()

    def roll_back(self) -> None:
        """The phone is put back to its copy; what was recorded since is lost with its storage."""
        assert self.copy is not None
        self.disk = Disk.restored(self.copy)
        self.held = {op.id for op in self.disk.ops}
        self.restart()

    def twin(self, name: str, around: Surroundings, line: Line, clock: Clockwork) -> "Handset":
        """The phone's storage was copied to another phone, which goes on as the same device."""
        return Handset(Disk.restored(self.disk.saved()), clock, around, line, name)


def fresh_disk(device_id: DeviceId, staff: Staff, around: Surroundings) -> Disk:
    """The disk of a phone that was just let in."""
    return Disk(
        device_id=device_id,
        staff=replace(staff),
        incarnation=around.new_incarnation(),
        replica=DiskReplica(),
    )

"""The reference phone: carries out what `sync_protocol.client_session` says, and decides nothing by itself."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Raw

from sync_protocol.client_session import (
    IN_FLIGHT,
    Action,
    ActionKind,
    Event,
    EventKind,
    Phase,
    step,
)
from sync_protocol.client_session import Phone as Session
from sync_protocol.decide.book import Book
from sync_protocol.ids import OpId
from sync_protocol.limits import AWAY_MS
from sync_protocol.messages.pull import Patch
from sync_protocol.ops import Op, OpBody, kind_rule
from sync_protocol.outcomes import Result
from sync_protocol.replica import book_of, view
from tests.phone.exchanges import Exchanges
from tests.phone.memory import Memory
from tests.phone.surroundings import Surroundings
from tests.phone.transport import Declined, NoAnswer, Transport

Body = OpBody | Mapping[str, object]


class Phone:
    """One device. `record` needs no network, `sync` talks until nothing is left to do, `run` goes on for ever."""

    def __init__(self, memory: Memory, around: Surroundings, transport: Transport) -> None:
        self.memory = memory
        self._around = around
        self._exchanges = Exchanges(memory, around, transport)
        self._session = Session(unsent=bool(memory.unsent()))
        self._todo: tuple[Action, ...] = ()
        self._started = False
        self._talking = asyncio.Lock()
        self._poked = asyncio.Event()
        self._contact_at: int | None = None
        self.due_at: int | None = None
        """When the armed timer goes off, epoch ms; None while none is armed."""

    # What a person does

    def record(self, kind: str, body: Body, deps: Sequence[OpId] = (), **envelope: object) -> OpId:
        """Keep what a person did; it is safe when this returns, whatever the network does.

        Raises:
            OpTooLarge: nothing was kept.
        """
        rule = kind_rule(kind)
        op = Op(
            id=self._around.new_id(),
            n=1,
            kind=kind,
            v=1 if rule is None else rule.version,
            by=self.memory.staff.id,
            at=self._around.clock(),
            clock=self.memory.clock,
            seen={str(name): n for name, n in self.memory.replica.cursors.items()},
            deps=tuple(deps),
            body=Raw(msgspec.json.encode(body)),
        )
        stored = self.memory.append(msgspec.structs.replace(op, **envelope))
        if self._started:
            self._todo += self._step(Event(kind=EventKind.RECORDED))
        if self._todo:
            self._poked.set()
        return stored.id

    def look(self) -> Book:
        """Return what the screens show: the rows with unsettled work laid over them."""
        memory = self.memory
        return view(memory.replica, tuple(memory.overlay()), memory.staff, memory.device_id)

    def rows(self) -> Book:
        """Return what the server has told, without this phone's own unsettled work."""
        return book_of(self.memory.replica)

    def result(self, op_id: OpId) -> Result | None:
        """Return the server's answer to an op; None while there is none."""
        return next(op.answer for op in self.memory.ops if op.id == op_id)

    # Talking

    async def sync(self) -> Phase:
        """Wake, and talk until the loop rests; return in which phase it does."""
        async with self._talking:
            actions = self._todo or self._step(self._waking())
            self._todo = ()
            try:
                await self._carry_out(actions)
            except BaseException:
                self._step(
                    Event(kind=EventKind.FAILED)
                )  # so that no phase waits for what was broken off
                raise
            return self._session.phase

    async def run(self) -> None:
        """Sync now, at each change and whenever the timer goes off, until cancelled or revoked."""
        while await self.sync() is not Phase.STOPPED:
            self._poked.clear()
            wait_ms = max(0, (self.due_at or 0) - self._around.clock())
            try:
                async with asyncio.timeout(wait_ms / 1000):
                    await self._poked.wait()
            except TimeoutError:
                self._todo += self._step(Event(kind=EventKind.TIMER))

    def poke(self) -> None:
        """Something happened that makes talking worth a try: the network is back, somebody looks at the screen."""
        self._poked.set()

    def apply_live(self, patch: Patch) -> bool:
        """Apply a patch of the live channel; False when it does not continue where this phone stands: pull then."""
        if patch.stream not in self.memory.granted or not self.memory.replica.apply(patch):
            return False
        self.memory.take_notices(self._around.clock())
        self.memory.close_settled()
        return True

    @property
    def phase(self) -> Phase:
        """Where the loop stands."""
        return self._session.phase

    # Inside

    def _waking(self) -> Event:
        if not self._started:
            self._started = True
            return Event(kind=EventKind.STARTED, unsent=bool(self.memory.unsent()))
        silent_ms = self._around.clock() - (self._contact_at or 0)
        return Event(kind=EventKind.WOKEN, away=silent_ms > AWAY_MS)

    def _step(self, event: Event) -> tuple[Action, ...]:
        self._session, actions = step(self._session, event)
        return actions

    async def _carry_out(self, actions: tuple[Action, ...]) -> None:
        while actions:
            event = await self._perform(actions)
            if event is None:
                return
            actions = self._step(event)

    async def _perform(self, actions: tuple[Action, ...]) -> Event | None:
        """Carry out the steps in order, the request last; return what came of it, or None where none was wanted."""
        event = None
        for action in actions:
            match action.kind:
                case ActionKind.RENUMBER:
                    self._exchanges.renumber()
                case ActionKind.ADOPT_EPOCH:
                    self._exchanges.adopt_epoch()
                case ActionKind.SHRINK_BATCH:
                    self._exchanges.shrink_batch()
                case ActionKind.WIPE:
                    self._exchanges.wipe()
                case ActionKind.ARM:
                    self._arm(action)
                case _:
                    event = await self._ask(action.kind)
        return event

    async def _ask(self, kind: ActionKind) -> Event:
        self.due_at = None
        request = {
            ActionKind.HELLO: self._exchanges.hello,
            ActionKind.PUSH: self._exchanges.push,
            ActionKind.PULL: self._exchanges.pull,
            ActionKind.OFFER: self._exchanges.offer,
        }[kind]
        try:
            event = await request()
        except NoAnswer:
            return Event(kind=EventKind.FAILED)
        except Declined as declined:
            return self._exchanges.declined(declined)
        self._contact_at = self._around.clock()
        return event

    def _arm(self, action: Action) -> None:
        share = 1.0 if action.exactly else self._around.chance()
        self.due_at = self._around.clock() + int(share * action.ceiling_ms)


def is_resting(phase: Phase) -> bool:
    """Whether a phone in this phase waits for a timer or a person, and not for an answer."""
    return phase not in IN_FLIGHT

"""What each request of the loop says, and what is kept of its answer. Each returns the event that it was."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec
from msgspec import Raw

from sync_protocol.client_session import Event, EventKind
from sync_protocol.ids import Epoch, OpId
from sync_protocol.limits import PULL_BYTES_MAX, PUSH_BYTES_MAX, PUSH_OPS_MAX
from sync_protocol.messages.hello import HelloReply, HelloRequest, PhoneHealth
from sync_protocol.messages.offer import OfferReply, OfferRequest
from sync_protocol.messages.pull import Patch, PullReply, PullRequest, PullRide, SnapshotPart
from sync_protocol.messages.push import Problem, PushReply, PushRequest
from sync_protocol.version import PROTOCOL, PROTOCOL_OLDEST
from tests.phone.memory import Memory
from tests.phone.surroundings import Surroundings
from tests.phone.transport import Answer, Declined, Transport, read_answer

Reply = TypeVar("Reply")

APP = "reference-phone"
ENVELOPE_BYTES = 4_096
"""Room in a push for what stands around its ops."""


class Exchanges:
    """One phone's requests. What a recovery needs to remember between them is lost with the process; it starts anew."""

    def __init__(self, memory: Memory, around: Surroundings, transport: Transport) -> None:
        self._memory = memory
        self._around = around
        self._transport = transport
        self._missing: tuple[OpId, ...] = ()
        self._expected: Epoch | None = None
        self._restored_to: int | None = None
        self._batch_ops = PUSH_OPS_MAX
        self.page_bytes = PULL_BYTES_MAX
        self.fetch: Callable[[str], Awaitable[Answer]] | None = None
        """How parts of large streams are fetched; without it they come as pages."""

    # The requests

    async def hello(self) -> Event:
        """Present this phone."""
        memory = self._memory
        request = HelloRequest(
            protocol=(PROTOCOL_OLDEST, PROTOCOL),
            app=APP,
            incarnation=memory.incarnation,
            epoch=memory.epoch,
            n=memory.n,
            acked_n=memory.acked_n,
            head=memory.head,
            cursors=memory.replica.cursors,
            witness=memory.witness,
            health=PhoneHealth(
                unsent=len(memory.unsent()), oldest_at=self._oldest_at(), persisted=True
            ),
        )
        asked_at = self._around.clock()
        reply = await self._ask("/sync/hello", request, HelloReply)
        self._keep_clock(asked_at, reply.now)
        memory.backed_up_to = reply.backed_up_to
        changed = self._meet(reply.epoch, reply.restored_to)
        memory.grant(reply.streams)
        return Event(
            kind=EventKind.HELLO_OK,
            unsent=self._waits(),
            epoch_changed=changed,
            head_differs=memory.head_differs(reply.device),
        )

    async def push(self) -> Event:
        """Send the oldest ops; a pull rides along unless the rows belong to a history that has ended."""
        memory = self._memory
        batch = memory.batch(self._batch_ops, PUSH_BYTES_MAX - ENVELOPE_BYTES)
        ride = PullRide(
            cursors=memory.replica.cursors,
            max_bytes=self.page_bytes,
            parts=self.fetch is not None,
        )
        request = PushRequest(
            epoch=self._epoch(),
            incarnation=memory.incarnation,
            ops=tuple(Raw(op.text) for op in batch),
            unsent=len(memory.unsent()),
            oldest_at=self._oldest_at(),
            acked_n=memory.acked_n,
            pull=None if self._expected is not None else ride,
        )
        try:
            reply = await self._ask("/sync/push", request, PushReply)
        except Declined as declined:
            return self._handed_over(declined, EventKind.PUSH_OK)
        self._batch_ops = min(PUSH_OPS_MAX, self._batch_ops * 2)
        answered = memory.keep_results(reply.results, reply.now)
        more = await self._take(reply.pull) if reply.pull is not None else False
        if self._waits() and not answered:
            # An answer that answers nothing would be asked for again at once, for ever.
            return Event(kind=EventKind.FAILED, retry_after_ms=reply.retry_after_ms)
        return Event(kind=EventKind.PUSH_OK, unsent=self._waits(), more=reply.more or more)

    async def pull(self) -> Event:
        """Ask for what is new."""
        request = PullRequest(
            epoch=self._epoch(),
            cursors=self._memory.replica.cursors,
            max_bytes=self.page_bytes,
            parts=self.fetch is not None,
        )
        reply = await self._ask("/sync/pull", request, PullReply)
        if reply.epoch != self._memory.epoch:
            return self.problem(Problem.EPOCH, reply.epoch, None)
        return Event(kind=EventKind.PULL_OK, more=await self._take(reply), unsent=self._waits())

    async def offer(self) -> Event:
        """Name the ops held, and learn which of them the server lacks."""
        ids = self._memory.ids_to_offer(self._restored_to)
        request = OfferRequest(
            epoch=self._epoch(),
            incarnation=self._memory.incarnation,
            held_from=self._memory.held_from,
            n=self._memory.n,
            ids=ids,
        )
        try:
            reply = await self._ask("/sync/offer", request, OfferReply)
        except Declined as declined:
            return self._handed_over(declined, EventKind.OFFER_OK)
        self._missing = reply.missing
        self._memory.keep_results(reply.results, reply.now)
        return Event(kind=EventKind.OFFER_OK, unsent=self._waits() or bool(self._missing))

    def _handed_over(self, declined: Declined, kind: EventKind) -> Event:
        """A revoked phone's ops were taken into quarantine, or its offer was answered: it is leaving.

        Raises:
            Declined: nothing was taken.
        """
        reply = declined.reply
        if reply.problem is not Problem.REVOKED or reply.results is None:
            raise declined
        self._memory.keep_results(reply.results, reply.now)
        self._missing = reply.missing or ()
        waits = self._waits() or bool(self._missing)
        return Event(kind=kind, unsent=waits, more=reply.more, revoked=True)

    # The steps between them

    def renumber(self) -> None:
        """Begin a new life of the op log."""
        self._memory.renumber(self._missing, self._around.new_incarnation())
        self._missing = ()

    def adopt_epoch(self) -> None:
        """Belong to the server's new history."""
        if self._expected is not None:
            self._memory.adopt(self._expected)
        self._expected = self._restored_to = None

    def wipe(self) -> None:
        """Keep nothing."""
        self._memory.wipe()

    def shrink_batch(self) -> None:
        """Send fewer ops at once."""
        self._batch_ops = max(1, self._batch_ops // 2)

    def problem(
        self,
        problem: Problem,
        epoch: Epoch | None,
        restored_to: int | None,
        retry_after_ms: int = 0,
    ) -> Event:
        """Return the event of a request that was not taken, remembering the history that it tells of."""
        changed = epoch is not None and self._memory.epoch not in (None, epoch)
        if problem is Problem.EPOCH or (problem is Problem.REVOKED and changed):
            self._expected, self._restored_to = epoch, restored_to
        return Event(
            kind=EventKind.PROBLEM,
            problem=problem,
            epoch_changed=problem is Problem.REVOKED and changed,
            retry_after_ms=retry_after_ms,
        )

    def declined(self, error: Declined) -> Event:
        """Return the event of an answer that took nothing."""
        reply = error.reply
        if reply.problem is None:
            return Event(kind=EventKind.FAILED, retry_after_ms=reply.retry_after_ms)
        return self.problem(reply.problem, reply.epoch, reply.restored_to, reply.retry_after_ms)

    # Inside

    async def _ask(self, path: str, request: object, shape: type[Reply]) -> Reply:
        answer = await self._transport.post(path, msgspec.json.encode(request))
        return msgspec.json.decode(read_answer(answer), type=shape)

    async def _take(self, reply: PullReply) -> bool:
        """Keep a pull's rows and results; return whether to pull again at once."""
        memory = self._memory
        memory.grant(reply.streams, reply.resnapshot)
        # A patch that no longer fits was overtaken by the live channel: what it brought is read again.
        fitted = [memory.replica.apply(patch) for patch in reply.patches]
        memory.witness |= reply.ledger
        memory.keep_results(reply.results, reply.now)
        memory.take_notices(reply.now)
        memory.backed_up_to = reply.backed_up_to
        memory.forget(reply.now)
        await self._fetch_parts(reply.parts)
        return reply.more or not all(fitted)

    async def _fetch_parts(self, parts: Sequence[SnapshotPart]) -> None:
        """Take over the parts that go on where we stand; when one can't be had, the rest comes as pages."""
        for part in parts:
            if self.fetch is None or part.from_version != self._memory.replica.cursors.get(
                part.stream, 0
            ):
                continue
            answer = await self.fetch(f"/sync/parts/{part.hash}")
            if answer.status != 200 or hashlib.sha256(answer.body).hexdigest() != part.hash:
                self.fetch = None  # or the same parts would be offered again, for ever
                return
            self._memory.replica.apply(msgspec.json.decode(answer.body, type=Patch))

    def _meet(self, epoch: Epoch, restored_to: int | None) -> bool:
        """Return whether the server has another history than ours; a phone that has none yet takes it over."""
        if self._memory.epoch is None:
            self._memory.epoch = epoch
        if self._memory.epoch == epoch:
            return False
        self._expected, self._restored_to = epoch, restored_to
        return True

    def _epoch(self) -> Epoch | None:
        return self._expected or self._memory.epoch

    def _waits(self) -> bool:
        return any(op.result is None for op in self._memory.ops)

    def _oldest_at(self) -> int | None:
        return next((op.at for op in self._memory.unsent()), None)

    def _keep_clock(self, asked_at: int, server_now: int) -> None:
        """Our clock against the server's: [offset, uncertainty], the answer lying halfway there and back."""
        here = self._around.clock()
        self._memory.clock = (server_now - (asked_at + here) // 2, (here - asked_at) // 2)

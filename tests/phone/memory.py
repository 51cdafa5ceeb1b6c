"""What a phone keeps: its ops with their answers, the rows it was given, and where both stand.

Everything here outlives the phone that uses it: `saved` and `restored` stand for the disk. Each method leaves the
memory whole, as one transaction of a real phone's store would.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import Raw, Struct

from sync_protocol.canonical import digest_base64
from sync_protocol.ids import (
    BranchId,
    DeviceId,
    Epoch,
    Incarnation,
    OpId,
    StreamName,
)
from sync_protocol.journal import forgettable, offered_from
from sync_protocol.limits import OFFER_IDS_MAX, OP_BYTES_MAX
from sync_protocol.messages.hello import DeviceHead
from sync_protocol.ops import Op
from sync_protocol.outcomes import Result
from sync_protocol.permissions import device_stream
from sync_protocol.reading import ReadOp, link_hashes, read_op
from sync_protocol.replica import Replica, is_settled
from sync_protocol.rows import RowKind, row_kind
from sync_protocol.shop import Staff

_op = msgspec.json.Decoder(Op)
_result = msgspec.json.Decoder(Result)


class OpTooLarge(Exception):
    """An op that cannot travel: nothing was stored."""


class StoredOp(Struct, kw_only=True):
    """One op exactly as it is sent, its place in the log, and the answer to it as it came.

    `answered_at` is epoch ms by the server's clock. `open`: its effect is not in the rows yet.
    """

    id: OpId
    text: bytes
    incarnation: Incarnation
    n: int
    at: int
    result: bytes | None = None
    answered_at: int | None = None
    open: bool = True

    @property
    def answer(self) -> Result | None:
        """The answer, read."""
        return None if self.result is None else _result.decode(self.result)


class Memory(Struct, kw_only=True):
    """One phone's disk. `n` and `head` are the op log's end in this incarnation; `ops` stand as recorded.

    `epoch` is the history that the rows belong to; None before the first contact. `backed_up_to`: what was answered before
    this moment (the server's epoch ms) is in a backup of the server.
    """

    device_id: DeviceId
    staff: Staff
    incarnation: Incarnation
    n: int = 0
    head: str | None = None
    epoch: Epoch | None = None
    ops: list[StoredOp] = []
    replica: Replica = msgspec.field(default_factory=Replica)
    granted: tuple[StreamName, ...] = ()
    witness: dict[BranchId, tuple[int, str]] = {}
    clock: tuple[int, int] | None = None
    backed_up_to: int | None = None

    def append(self, op: Op) -> StoredOp:
        """Give `op` its place at the end of the log and keep it.

        Raises:
            OpTooLarge: nothing was kept.
        """
        stored = self._placed(op)
        self.ops.append(stored)
        return stored

    def _placed(self, op: Op) -> StoredOp:
        text = msgspec.json.encode(msgspec.structs.replace(op, n=self.n + 1, prev=self.head))
        if len(text) > OP_BYTES_MAX:
            raise OpTooLarge(f"{len(text)} bytes")
        self.n, self.head = self.n + 1, digest_base64(text)
        return StoredOp(id=OpId(op.id), text=text, incarnation=self.incarnation, n=self.n, at=op.at)

    # What waits

    def unsent(self) -> list[StoredOp]:
        """Return the ops without an answer, in the order of recording."""
        return [op for op in self.ops if op.result is None]

    @property
    def acked_n(self) -> int:
        """Up to which number everything of this life is answered."""
        return next((op.n - 1 for op in self.ops if op.result is None), self.n)

    def batch(self, ops_max: int, bytes_max: int) -> list[StoredOp]:
        """Return the oldest unanswered ops within both bounds, but never none while one waits."""
        batch: list[StoredOp] = []
        room = bytes_max
        for op in self.unsent()[:ops_max]:
            room -= len(op.text) + 1
            if batch and room < 0:
                break
            batch.append(op)
        return batch

    def overlay(self) -> Iterator[ReadOp]:
        """Give the ops whose effect is not in the rows yet, read, in the order of recording."""
        for op in self.ops:
            if op.open and isinstance(read := read_op(op.text), ReadOp):
                yield read

    # What came

    def keep_results(self, results: Iterable[Raw], now: int) -> int:
        """Keep the answers to our ops, by op id only (R4); return how many ops were answered for the first time.

        `now` is the server's, so that what has to be offered to a restored server is told by one clock.
        """
        by_id = {op.id: op for op in self.ops}
        fresh = 0
        for raw in results:
            stored = by_id.get(_result.decode(raw).id)
            if stored is None or stored.result == bytes(raw):
                continue
            fresh += stored.result is None
            # Of an op that was decided anew the last answer counts: a backup before that has another one.
            stored.result, stored.answered_at = bytes(raw), now
            stored.open = True
        self.close_settled()
        return fresh

    def take_notices(self, now: int) -> None:
        """Keep what became of our parked ops once somebody decided them: the rows of our own stream tell."""
        rows = self.replica.rows.get(device_stream(self.device_id), {})
        told = [Raw(body) for key, (_, body) in rows.items() if row_kind(key) is RowKind.RESULT]
        if told:
            self.keep_results(told, now)

    def close_settled(self) -> None:
        """Take out of the overlay what the rows show by now."""
        granted = frozenset(self.granted)
        for op in self.ops:
            if op.open and (answer := op.answer) is not None:
                op.open = not is_settled(answer, self.replica.cursors, granted)

    def grant(self, streams: Sequence[StreamName], again: Iterable[StreamName] = ()) -> None:
        """Take over which streams this device is given; drop the others and those to be fetched `again` from 0."""
        self.granted = tuple(streams)
        gone = set(self.replica.cursors) - set(streams)
        for name in gone | set(again):
            self.replica.drop(name)

    # Recovery

    def ids_to_offer(self, restored_to: int | None) -> tuple[OpId, ...]:
        """Return what the server may lack: all that is unanswered, and what was answered since its backup was made."""
        since = offered_from(restored_to)
        held = [op.id for op in self.ops if op.answered_at is None or op.answered_at >= since]
        return tuple(held[-OFFER_IDS_MAX:])

    def renumber(self, missing: Iterable[OpId], incarnation: Incarnation) -> None:
        """Begin a new life of the log with what the server lacks, in the order of recording; ids and bodies stay (R5)."""
        lacking = set(missing)
        self.incarnation, self.n, self.head = incarnation, 0, None
        for place, op in enumerate(self.ops):
            if op.result is None or op.id in lacking:
                self.ops[place] = self._placed(_op.decode(op.text))

    @property
    def held_from(self) -> int:
        """From which number on this life of the log is held without a gap; beyond its end when nothing is."""
        mine = {op.n for op in self.ops if op.incarnation == self.incarnation}
        lowest = self.n + 1
        while lowest - 1 in mine:
            lowest -= 1
        return lowest

    def forget(self, now: int) -> None:
        """Let go of the oldest answered ops, as long as the second copy is not needed any more (R6)."""
        ended = list(
            itertools.takewhile(lambda op: op.result is not None and not op.open, self.ops)
        )
        answered = [op.answered_at or now for op in ended]
        del self.ops[: forgettable(answered, now, self.backed_up_to)]

    def wipe(self) -> None:
        """Keep nothing: this device may no longer talk, and has handed over what it had."""
        self.ops, self.granted, self.witness = [], (), {}
        self.replica = Replica()

    def adopt(self, epoch: Epoch) -> None:
        """Belong to another history: its epoch, and everything from its beginning (R7)."""
        self.epoch = epoch
        self.replica = Replica()
        self.witness = {}

    def head_differs(self, theirs: DeviceHead) -> bool:
        """Whether the server's end of our log is none that our log passes through: one of us lost or gained ops."""
        if theirs.n > self.n or theirs.n < self.acked_n:
            return True
        ours = next(
            (op for op in self.ops if (op.incarnation, op.n) == (self.incarnation, theirs.n)), None
        )
        return ours is not None and theirs.head not in (None, *link_hashes(ours.text))

    # The disk

    def saved(self) -> bytes:
        """Return all of it as bytes."""
        return msgspec.msgpack.encode(self)

    @staticmethod
    def restored(saved: bytes) -> "Memory":
        """Return a memory as it was saved."""
        return msgspec.msgpack.decode(saved, type=Memory)

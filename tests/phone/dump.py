"""What a phone holds, in one shape for every kind of phone, so that two kinds can be compared."""

from collections.abc import Mapping

import msgspec
from msgspec import Raw, Struct

from sync_protocol.ids import Epoch, Incarnation, OpId, RowKey, StreamName
from sync_protocol.outcomes import Result
from sync_protocol.replica import Replica
from tests.phone.driver import Phone


class DumpedOp(Struct, frozen=True, kw_only=True):
    """One op: `text` is its JSON as it is sent; `answer` is None while there is none; times are epoch ms."""

    id: OpId
    text: str
    incarnation: Incarnation
    n: int
    answer: Result | None
    answered_at: int | None
    open: bool


class Dump(Struct, frozen=True, kw_only=True):
    """One phone's disk. `ops` stand as recorded."""

    ops: tuple[DumpedOp, ...]
    incarnation: Incarnation
    n: int
    head: str | None
    epoch: Epoch | None
    cursors: Mapping[StreamName, int]
    granted: tuple[StreamName, ...]
    rows: Mapping[StreamName, Mapping[RowKey, tuple[int, object]]]
    clock: tuple[int, int] | None

    @property
    def unsent(self) -> tuple[DumpedOp, ...]:
        """The ops without an answer."""
        return tuple(op for op in self.ops if op.answer is None)

    def replica(self) -> Replica:
        """Return the rows as a replica, to be read by the rules."""
        rows = {
            stream: {
                key: (version, msgspec.json.encode(body)) for key, (version, body) in held.items()
            }
            for stream, held in self.rows.items()
        }
        return Replica(cursors=dict(self.cursors), rows=rows)


def dump_of(phone: Phone) -> Dump:
    """Return what the reference phone holds."""
    memory = phone.memory
    return Dump(
        ops=tuple(
            DumpedOp(
                id=op.id,
                text=bytes(op.text).decode(),
                incarnation=op.incarnation,
                n=op.n,
                answer=op.answer,
                answered_at=op.answered_at,
                open=op.open,
            )
            for op in memory.ops
        ),
        incarnation=memory.incarnation,
        n=memory.n,
        head=memory.head,
        epoch=memory.epoch,
        cursors=memory.replica.cursors,
        granted=memory.granted,
        rows={
            # What is an answer of ours is kept with its op, as every phone may do.
            stream: {
                key: (version, msgspec.json.decode(Raw(raw)))
                for key, (version, raw) in held.items()
                if not key.startswith("result/")
            }
            for stream, held in memory.replica.rows.items()
        },
        clock=memory.clock,
    )

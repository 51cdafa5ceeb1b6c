"""The auditor: its own record of what phones showed as saved and what they were told, kept outside the product."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from sync_protocol.ids import DeviceId, OpId
from sync_protocol.ops import Op
from tests.phone.transport import Answer, NoAnswer, Transport

_op = msgspec.json.Decoder(Op)


class _Results(Struct):
    results: tuple[Raw, ...] = ()
    pull: "_Results | None" = None


class _Ops(Struct):
    ops: tuple[Raw, ...] = ()


class _Named(Struct):
    id: OpId
    status: str = ""
    code: str | None = None


class SavedOp(Struct, frozen=True, kw_only=True):
    """An op as a person was shown that it is safe: what of it may never change."""

    device_id: DeviceId
    kind: str
    by: str
    at: int
    body: bytes


class Auditor:
    """Believes only what it saw itself. `broken` holds every promise that was broken, in words."""

    def __init__(self) -> None:
        self.saved: dict[OpId, SavedOp] = {}
        self.told: dict[OpId, bytes] = {}
        self.broken: list[str] = []
        self._acknowledged = 0
        self.unanswered_pushes: list[tuple[OpId, ...]] = []

    def note_saved(self, device_id: DeviceId, text: bytes) -> None:
        """A phone showed this op as saved."""
        op = _op.decode(text)
        if op.id in self.saved:
            self.broken.append(f"two ops were recorded under the id {op.id}")
        self.saved[OpId(op.id)] = SavedOp(
            device_id=device_id, kind=op.kind, by=op.by, at=op.at, body=bytes(op.body)
        )

    def note_told(self, results: Iterable[Raw]) -> None:
        """These results arrived at a phone."""
        for raw in results:
            named = msgspec.json.decode(raw, type=_Named)
            if named.id not in self.told:
                self._acknowledged += named.id in self.saved
            before = self.told.setdefault(named.id, bytes(raw))
            if before != bytes(raw):
                self.broken.append(f"op {named.id} was told {before!r}, and later {bytes(raw)!r}")

    def count_statuses(self) -> Counter[str]:
        """Return how many ops got which answer."""
        answers = (
            msgspec.json.decode(raw, type=_Named)
            for op_id, raw in self.told.items()
            if op_id in self.saved
        )
        return Counter(a.status if a.code is None else f"{a.status}:{a.code}" for a in answers)

    @property
    def acknowledged(self) -> int:
        """How many recorded ops have been told a result."""
        return self._acknowledged

    @property
    def unacknowledged(self) -> int:
        """How many ops that were shown as saved have no result yet."""
        return len(self.saved) - self.acknowledged

    def take_unanswered(self) -> list[tuple[OpId, ...]]:
        """Return the ops of each push that brought no answer since the last look."""
        taken, self.unanswered_pushes = self.unanswered_pushes, []
        return taken


class Overheard:
    """A phone's transport with the auditor listening to all that arrives over it."""

    def __init__(self, inner: Transport, auditor: Auditor) -> None:
        self._inner = inner
        self._auditor = auditor
        self.push_s: list[float] = []
        """How long each push took that was answered."""

    async def post(self, path: str, body: bytes) -> Answer:
        """Send as ever, and note what came."""
        began = time.perf_counter()
        try:
            answer = await self._inner.post(path, body)
        except (NoAnswer, asyncio.CancelledError):
            if path == "/sync/push":
                ops = msgspec.json.decode(body, type=_Ops).ops
                ids = tuple(msgspec.json.decode(raw, type=_Named).id for raw in ops)
                self._auditor.unanswered_pushes.append(ids)
            raise
        if path == "/sync/push":
            self.push_s.append(time.perf_counter() - began)
        if answer.status == 200 and path != "/sync/hello":
            reply = msgspec.json.decode(answer.body, type=_Results)
            self._auditor.note_told(reply.results)
            if reply.pull is not None:
                self._auditor.note_told(reply.pull.results)
        return answer

"""The app's own store and sync code in place of the reference phone: a Node program behind a pipe.

Everything outside of it comes from here, answer for answer: network, time, chance and names. So the same seed gives the
same run, and the phone that a simulation tests is the one that people use.
"""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sync_protocol.client_session import Phase
from sync_protocol.decide.book import Book
from sync_protocol.ids import DeviceId, Incarnation, OpId
from sync_protocol.messages.pull import Patch
from sync_protocol.ops import OpBody
from sync_protocol.outcomes import Result
from sync_protocol.replica import book_of
from sync_protocol.shop import Staff
from tests.phone.dump import Dump, DumpedOp
from tests.phone.surroundings import Surroundings
from tests.phone.transport import NoAnswer, Transport

PROGRAM = Path(__file__).parents[2] / ".make/node-phone/phone.mjs"
"""Made by `make .make/node-phone/phone.mjs` from pwa/tests/node-phone and pwa/src."""


class NotDone(Exception):
    """The phone could not do it: nothing that it says it keeps has changed, unless it was cut off in the middle."""


class Standing(Struct, frozen=True, kw_only=True):
    """How the phone stands after a command; `due_at` is epoch ms by its own clock."""

    phase: Phase
    due_at: int | None
    faults: tuple[str, ...]
    cut: bool


class NodePhone:
    """One device. Verbs as of the reference phone; one command at a time, except while it waits for the network."""

    def __init__(
        self,
        around: Surroundings,
        transport: Transport,
        *,
        new_life: Callable[[], Incarnation] | None = None,
        program: Path = PROGRAM,
    ) -> None:
        """Start it on an empty disk; `new_life` names the op log's lives, many more than are used."""
        self._around = around
        self._transport = transport
        self._new_life = new_life or around.new_incarnation
        self._process = subprocess.Popen(
            ["node", str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._is_talking = False
        self.standing = Standing(phase=Phase.IDLE, due_at=None, faults=(), cut=False)

    # What a person does

    def enrol(self, device_id: DeviceId, staff: Staff) -> None:
        """Give the phone to a person."""
        self._do("enrol", device_id=device_id, staff=staff)

    def record(
        self,
        kind: str,
        body: OpBody | Mapping[str, object],
        deps: Sequence[OpId] = (),
        **envelope: object,
    ) -> OpId:
        """Keep what a person did; it is on the disk when this returns.

        Raises:
            NotDone: nothing was kept.
        """
        op = {"id": self._around.new_id(), "kind": kind, "deps": list(deps), "body": body}
        return OpId(self._do("record", op=op | envelope))

    def rows(self) -> Book:
        """Return what the server has told, without this phone's own unsettled work."""
        return book_of(self.dump().replica())

    def result(self, op_id: OpId) -> Result | None:
        """Return the server's answer to an op; None while there is none."""
        return next(op.answer for op in self.dump().ops if op.id == op_id)

    # Talking

    async def sync(self) -> Phase:
        """Wake, and talk until the loop rests; return in which phase it does."""
        return (await self._talk("sync", by="wake")).phase

    async def timer(self) -> Phase:
        """The armed timer has gone off: talk until the loop rests."""
        return (await self._talk("sync", by="timer")).phase

    async def pull(self) -> None:
        """Fetch rows once, outside the loop."""
        await self._talk("pull")

    async def apply_live(self, patch: Patch) -> None:
        """Apply a patch of the live channel; where it does not continue the phone pulls."""
        await self._talk("live", patch=patch)

    @property
    def phase(self) -> Phase:
        """Where the loop stands."""
        return self.standing.phase

    @property
    def due_at(self) -> int | None:
        """When the armed timer goes off, epoch ms; None while none is armed."""
        return self.standing.due_at

    # What befalls it

    def kill(self) -> None:
        """End the app where it stands and open it again: only what the disk had committed is left."""
        self._do("kill")

    def fault(self, at: int, *, after: bool = False) -> None:
        """Break its disk at the `at`-th request from now on (`after`: once that has succeeded), until it is killed."""
        self._do("fault", at=at, after=after)

    def evict(self, *, everything: bool) -> None:
        """The browser clears the rows that can be fetched again, or `everything`."""
        self._do("evict", what="all" if everything else "replica")

    def reset_clock(self, offset_ms: int) -> None:
        """From now on its clock differs by so much from the one around it."""
        self._do("reset_clock", offset_ms=offset_ms)

    def saved(self) -> bytes:
        """Return all that its disk holds."""
        return msgspec.json.encode(self._do("save"))

    def restore(self, saved: bytes) -> None:
        """Put another disk's contents in the place of its own, and open the app on them."""
        self._do("restore", disk=msgspec.Raw(saved))

    def dump(self) -> Dump:
        """Return what it holds, in the shape that every kind of phone has."""
        return _dump(self._do("dump"))

    @property
    def is_signed_in(self) -> bool:
        """Whether it knows who holds it; a phone that was wiped does not."""
        return "identity" in self._do("dump")["meta"]

    def quit(self) -> None:
        """End the program."""
        stdin, stdout = self._ends()
        if self._process.poll() is None:
            stdin.write(b'{"do":"quit"}\n')
            stdin.flush()
        self._process.wait(timeout=10)
        stdin.close()
        stdout.close()

    # Inside

    def _do(self, command: str, **more: object) -> Any:
        """Carry out a command that needs no network."""
        self._send({"do": command} | more)
        heard = self._heard()
        assert "ask" not in heard, f"{command} went to the network"
        return self._finished(heard)

    async def _talk(self, command: str, **more: object) -> Standing:
        assert not self._is_talking, "this phone is talking already"
        self._is_talking = True
        try:
            self._send({"do": command} | more)
            heard = self._heard()
            while "ask" in heard:
                self._send({"answer": await self._asked(heard)})
                heard = self._heard()
            self._finished(heard)
        finally:
            self._is_talking = False
        return self.standing

    async def _asked(self, heard: dict[str, Any]) -> dict[str, Any] | None:
        try:
            answer = await self._transport.post(heard["path"], heard["body"].encode())
        except NoAnswer:
            return None
        except BaseException:
            # Broken off: the phone is told that no answer came, and stands still again.
            self._send({"answer": None})
            while "ask" in self._heard():
                self._send({"answer": None})
            raise
        return {"status": answer.status, "body": answer.body.decode()}

    def _finished(self, heard: dict[str, Any]) -> Any:
        self.standing = msgspec.convert(heard, Standing)
        if "failed" in heard:
            raise NotDone(heard["failed"])
        return heard["done"]

    def _heard(self) -> dict[str, Any]:
        """Return the next line that is not a question about time, chance or names; those are answered."""
        _, stdout = self._ends()
        here: dict[str, Callable[[], object]] = {
            "now": self._around.clock,
            "chance": self._around.chance,
            "incarnation": self._new_life,
        }
        while True:
            line = stdout.readline()
            assert line, "the phone's program has ended"
            heard: dict[str, Any] = msgspec.json.decode(line)
            if heard.get("ask") not in here:
                return heard
            self._send({"value": here[heard["ask"]]()})

    def _send(self, message: object) -> None:
        stdin, _ = self._ends()
        stdin.write(msgspec.json.encode(message) + b"\n")
        stdin.flush()

    def _ends(self) -> tuple[Any, Any]:
        return self._process.stdin, self._process.stdout


def _dump(told: dict[str, Any]) -> Dump:
    meta = told["meta"]
    log = meta.get("log") or {"incarnation": "", "n": 0, "head": None, "epoch": None}
    rows: dict[Any, dict[Any, tuple[int, object]]] = {
        stream: {} for stream in meta.get("cursors", {})
    }
    for row in told["rows"]:
        rows.setdefault(row["stream"], {})[row["key"]] = (row["version"], row["body"])
    return Dump(
        ops=tuple(_op(op) for op in told["ops"]),
        incarnation=log["incarnation"],
        n=log["n"],
        head=log["head"],
        epoch=log["epoch"],
        cursors=meta.get("cursors", {}),
        granted=tuple(meta.get("streams", ())),
        rows=rows,
        clock=tuple(meta["clock"]) if "clock" in meta else None,
    )


def _op(op: dict[str, Any]) -> DumpedOp:
    return DumpedOp(
        id=op["id"],
        text=op["text"],
        incarnation=op["incarnation"],
        n=op["n"],
        answer=msgspec.convert(op["result"], Result) if "result" in op else None,
        answered_at=op.get("answered_at"),
        open=op.get("open") == 1,
    )

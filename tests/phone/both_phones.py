"""The reference phone and the app's own code, each in somebody's hand, to live through the same story."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from sync_protocol.client_session import Phase
from sync_protocol.ids import OpId
from tests.phone.driver import Phone
from tests.phone.dump import Dump, dump_of
from tests.phone.letting_in import Welcome, enrol, fresh_memory
from tests.phone.memory import Memory
from tests.phone.network import Network
from tests.phone.node_phone import NodePhone
from tests.phone.surroundings import seeded_surroundings
from tests.phone.transport import HttpTransport
from tests.server.retail import Clock, Retail, Server


class StillClock(Clock):
    """Time that passes only where the story says so, however often somebody looks."""

    def __call__(self) -> int:
        return self.now_ms


class Hand(Protocol):
    """What a story does with a phone."""

    network: Network

    def record(self, kind: str, body: dict[str, object]) -> OpId: ...
    async def sync(self) -> Phase: ...
    def saved(self) -> bytes: ...
    def restore(self, saved: bytes) -> None: ...
    def restart(self) -> None: ...
    def dump(self) -> Dump: ...
    def quit(self) -> None: ...


class ReferenceHand:
    """The reference phone."""

    def __init__(self, server: Server, welcome: Welcome) -> None:
        self._around = seeded_surroundings("story", server.clock)
        self.network = Network(HttpTransport(server.http, welcome.token))
        self._on(fresh_memory(welcome, self._around))

    def _on(self, memory: Memory) -> None:
        self.phone = Phone(memory, self._around, self.network)

    def record(self, kind: str, body: dict[str, object]) -> OpId:
        return self.phone.record(kind, body)

    async def sync(self) -> Phase:
        return await self.phone.sync()

    def saved(self) -> bytes:
        return self.phone.memory.saved()

    def restore(self, saved: bytes) -> None:
        self._on(Memory.restored(saved))

    def restart(self) -> None:
        self.restore(self.saved())

    def dump(self) -> Dump:
        return dump_of(self.phone)

    def quit(self) -> None:
        """Nothing of it runs."""


class NodeHand:
    """The app's own code."""

    def __init__(self, server: Server, welcome: Welcome) -> None:
        around = seeded_surroundings("story", server.clock)
        lives = seeded_surroundings("lives", server.clock)
        self.network = Network(HttpTransport(server.http, welcome.token))
        self.phone = NodePhone(around, self.network, new_life=lives.new_incarnation)
        self.phone.enrol(welcome.device_id, welcome.staff)

    def record(self, kind: str, body: dict[str, object]) -> OpId:
        return self.phone.record(kind, body)

    async def sync(self) -> Phase:
        return await self.phone.sync()

    def saved(self) -> bytes:
        return self.phone.saved()

    def restore(self, saved: bytes) -> None:
        self.phone.restore(saved)

    def restart(self) -> None:
        self.phone.kill()

    def dump(self) -> Dump:
        return self.phone.dump()

    def quit(self) -> None:
        self.phone.quit()


async def let_in(retail: Retail, person: str) -> Welcome:
    return await enrol(retail.server.http, await retail.code(person))


Kind = Callable[[Server, Welcome], Hand]
KINDS: dict[str, Kind] = {"reference": ReferenceHand, "node": NodeHand}


def likened(dump: Dump, device_id: str) -> dict[str, Any]:
    """Return what two phones that lived through the same must agree on: names that each mints are told by their order."""
    names = {op.id: f"op {place}" for place, op in enumerate(dump.ops, 1)} | {device_id: "device"}
    lives: dict[str, str] = {}
    for op in dump.ops:
        lives.setdefault(op.incarnation, f"life {len(lives) + 1}")
    told = {
        "ops": [_op(op) | {"life": lives[op.incarnation]} for op in dump.ops],
        "n": dump.n,
        "cursors": dict(dump.cursors),
        "granted": dump.granted,
        "rows": {stream: held for stream, held in dump.rows.items() if held},
        "clock": dump.clock,
    }
    text = msgspec.json.encode(told).decode()
    for name, order in names.items():
        text = text.replace(name, order)
    return msgspec.json.decode(text)


def _op(op: Any) -> dict[str, Any]:
    sent = msgspec.json.decode(op.text)
    # The link to the op before hashes that op's own name; that it holds is looked at phone by phone.
    kept = {key: value for key, value in sent.items() if key != "prev"}
    answer = None if op.answer is None else msgspec.to_builtins(op.answer)
    return kept | {"answer": answer, "answered_at": op.answered_at, "open": op.open}

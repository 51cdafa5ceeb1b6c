"""A chaos proxy of our own: every phone gets a network that cuts, repeats, delays and reorders what it carries.

It works on bytes of TCP and knows of HTTP only where a message ends. What goes wrong is drawn from a seed and counted.
"""

import asyncio
import contextlib
import random
from collections import Counter
from enum import StrEnum

from msgspec import Struct

from tests.chaos.wire import Message, read_message

SLICE_BYTES = 4_096
HELD_MAX_S = 2.0
UPSTREAM_S = 30.0


class Fault(StrEnum):
    """What may happen to one request."""

    DROP = "drop"
    CUT_REQUEST = "cut_request"
    LOSE_REPLY = "lose_reply"
    CUT_REPLY = "cut_reply"
    DUPLICATE = "duplicate"
    DELAY = "delay"
    REORDER = "reorder"
    LATE = "late"


class Conditions(Struct, kw_only=True):
    """How one network is at the moment. `share`: of the requests that meet a fault.

    `bytes_per_s` holds for each direction; `round_trip_s` is what every request, and every new connection, waits more.
    """

    share: float = 0.0
    kinds: tuple[Fault, ...] = tuple(Fault)
    delay_max_s: float = 0.3
    bytes_per_s: int | None = None
    round_trip_s: float = 0.0


class Broken(Exception):
    """This connection ends here, without an answer."""


class Crossing:
    """Where requests pass on their way to the server, so that one can be held until a later one has passed."""

    def __init__(self) -> None:
        self._passed = asyncio.Condition()
        self._count = 0

    async def note(self) -> None:
        """One has passed."""
        async with self._passed:
            self._count += 1
            self._passed.notify_all()

    async def wait_for_another(self) -> None:
        """Wait until one more has passed, but not for ever: it may be the last one of all."""
        before = self._count
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HELD_MAX_S), self._passed:
                await self._passed.wait_for(lambda: self._count > before)


class Tally:
    """What all networks of a run saw: requests, faults by kind, the server's statuses, and answers that must not be."""

    def __init__(self) -> None:
        self.faults: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.by_path: Counter[tuple[str, int]] = Counter()
        self.requests = 0
        self.cut_by_us = 0
        self.unanswered = 0
        self.storage_full = 0
        self.forbidden: list[str] = []
        self.crossing = Crossing()
        """Of all networks of the run together."""

    def answered(self, request: Message, reply: Message) -> None:
        """Count a status; 5xx other than 503 with Retry-After is forbidden."""
        self.statuses[reply.status] += 1
        self.by_path[request.path, reply.status] += 1
        if b'"storage_full"' in reply.body:
            self.storage_full += 1
        allowed = reply.status == 503 and (reply.header("retry-after") or "").isdigit()
        if reply.status >= 500 and not allowed:
            self.forbidden.append(f"{reply.status} to {request.first_line}: {reply.body[:200]!r}")


class Link:
    """One phone's network: a port of its own in front of the server's."""

    def __init__(self, upstream: int, tally: Tally, seed: object, conditions: Conditions) -> None:
        self.conditions = conditions
        self._upstream = upstream
        self._tally = tally
        self._chance = random.Random(f"link/{seed}")
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._own = Crossing()
        self._late: set[asyncio.Task[None]] = set()

    async def open(self) -> str:
        """Listen on a free port; return the address for the phone."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Let what is on its way arrive, then listen no more."""
        await self.settle()
        if self._server is not None:
            self._server.close()
            self.cut()
            await asyncio.gather(*self._serving, return_exceptions=True)
            await self._server.wait_closed()

    async def settle(self) -> None:
        """Wait for the requests that were held back to arrive: nothing old is on its way after this."""
        if self._late:
            await asyncio.gather(*self._late)

    def cut(self) -> int:
        """Break every open connection, whatever is under way on it; return how many."""
        for writer in self._open:
            writer.transport.abort()
        self._tally.cut_by_us += len(self._open)
        return len(self._open)

    # One connection

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        try:
            await asyncio.sleep(self.conditions.round_trip_s)
            while (request := await read_message(reader)) is not None:
                self._tally.requests += 1
                await self._exchange(request, writer)
        except (OSError, asyncio.IncompleteReadError, Broken):
            pass  # whoever is cut off asks again
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _exchange(self, request: Message, writer: asyncio.StreamWriter) -> None:
        fault = self._draw()
        await asyncio.sleep(self.conditions.round_trip_s)
        await self._pace(len(request.raw))
        if fault is not None:
            self._tally.faults[fault] += 1
        match fault:
            case Fault.DROP:
                raise Broken
            case Fault.CUT_REQUEST:
                await self._send_part(request)
                raise Broken
            case Fault.LATE:
                self._keep_for_later(request)
                raise Broken
            case Fault.DELAY:
                await asyncio.sleep(self._chance.uniform(0, self.conditions.delay_max_s))
            case Fault.REORDER:
                await self._tally.crossing.wait_for_another()
        reply = await self._forward_twice(request) if fault is Fault.DUPLICATE else None
        reply = reply or await self._forward(request)
        await self._own.note()
        await self._tally.crossing.note()
        if fault is Fault.LOSE_REPLY:
            raise Broken
        await self._answer(reply, writer, is_cut=fault is Fault.CUT_REPLY)

    def _draw(self) -> Fault | None:
        if self._chance.random() >= self.conditions.share:
            return None
        return self._chance.choice(self.conditions.kinds)

    async def _answer(self, reply: Message, writer: asyncio.StreamWriter, *, is_cut: bool) -> None:
        raw = reply.raw
        if is_cut:
            raw = raw[: self._chance.randrange(len(raw))]
        for start in range(0, len(raw), SLICE_BYTES):
            part = raw[start : start + SLICE_BYTES]
            await self._pace(len(part))
            writer.write(part)
            await writer.drain()
        if is_cut:
            raise Broken

    async def _pace(self, size: int) -> None:
        if self.conditions.bytes_per_s is not None:
            await asyncio.sleep(size / self.conditions.bytes_per_s)

    # Towards the server

    async def _forward(self, request: Message) -> Message:
        """Send the whole request on a connection of its own and read the whole answer."""
        try:
            async with asyncio.timeout(UPSTREAM_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
                try:
                    writer.write(request.raw)
                    reply = await read_message(reader)
                finally:
                    writer.transport.abort()
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            self._tally.unanswered += 1
            raise Broken from error
        if reply is None:
            self._tally.unanswered += 1
            raise Broken
        self._tally.answered(request, reply)
        return reply

    async def _forward_twice(self, request: Message) -> Message:
        """Send the same bytes twice at the same moment; answer with whichever answer came to the second."""
        first, second = await asyncio.gather(
            self._forward(request), self._forward(request), return_exceptions=True
        )
        for reply in (second, first):
            if isinstance(reply, Message):
                return reply
        raise Broken

    async def _send_part(self, request: Message) -> None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
            writer.write(request.raw[: self._chance.randrange(1, len(request.raw))])
            await writer.drain()
            await asyncio.sleep(self._chance.uniform(0, 0.02))
            writer.transport.abort()

    # Order

    def _keep_for_later(self, request: Message) -> None:
        """The phone is told nothing; the server gets the request after one that was made later."""

        async def later() -> None:
            await self._own.wait_for_another()
            with contextlib.suppress(Broken):
                await self._forward(request)

        task = asyncio.create_task(later())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

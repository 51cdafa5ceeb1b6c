"""The chaos proxy does to a request what its name of the fault says, and counts what it saw."""

import asyncio

import httpx
import pytest

from tests.chaos.proxy import Conditions, Fault, Link, Tally
from tests.chaos.wire import Message, read_message

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"


class Upstream:
    """A server that keeps what arrived whole, in the order in which it came."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.broken_off = 0
        self.answer = ANSWER

    async def open(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader, writer):
        try:
            request = await read_message(reader)
        except (asyncio.IncompleteReadError, OSError):
            request = None
        if request is None:
            self.broken_off += 1
        else:
            self.bodies.append(request.body)
            writer.write(self.answer)
        writer.close()

    def close(self) -> None:
        self._server.close()


@pytest.fixture
async def upstream():
    made = Upstream()
    made.port = await made.open()
    yield made
    made.close()


@pytest.fixture
async def link(upstream):
    made = Link(upstream.port, Tally(), 1, Conditions())
    made.url = await made.open()
    yield made
    await made.close()


async def send(link: Link, *faults: Fault, body: bytes = b"{}") -> httpx.Response | None:
    link.conditions = Conditions(share=1.0 if faults else 0.0, kinds=faults)
    async with httpx.AsyncClient() as http:
        try:
            return await http.post(f"{link.url}/sync/push", content=body)
        except httpx.TransportError:
            return None


@pytest.mark.parametrize(
    ("fault", "arrives", "is_answered"),
    [
        (Fault.DROP, 0, False),
        (Fault.CUT_REQUEST, 0, False),
        (Fault.LOSE_REPLY, 1, False),
        (Fault.CUT_REPLY, 1, False),
        (Fault.DUPLICATE, 2, True),
        (Fault.DELAY, 1, True),
        (Fault.REORDER, 1, True),
    ],
)
async def test_each_fault_does_what_its_name_says(
    link, upstream, monkeypatch, fault, arrives, is_answered
):
    monkeypatch.setattr("tests.chaos.proxy.HELD_MAX_S", 0.05)
    answer = await send(link, fault, body=b'{"a":1}')
    await asyncio.sleep(0.05)
    assert (answer is not None) == is_answered
    assert upstream.bodies == [b'{"a":1}'] * arrives
    assert upstream.broken_off == (fault is Fault.CUT_REQUEST)
    assert link._tally.faults == {fault: 1}


async def test_a_late_request_arrives_after_one_that_was_made_later(link, upstream):
    assert await send(link, Fault.LATE, body=b"first") is None
    assert upstream.bodies == []
    assert await send(link, body=b"second") is not None
    await link.settle()
    assert upstream.bodies == [b"second", b"first"]


async def test_a_held_request_waits_for_one_of_another_phone(link, upstream):
    other = Link(upstream.port, link._tally, 2, Conditions())
    other.url = await other.open()
    held = asyncio.create_task(send(link, Fault.REORDER, body=b"first"))
    await asyncio.sleep(0.05)
    assert await send(other, body=b"second") is not None
    assert await held is not None
    assert upstream.bodies == [b"second", b"first"]
    await other.close()


@pytest.mark.parametrize(
    ("head", "is_forbidden"),
    [
        (b"500 Internal Server Error\r\n", True),
        (b"503 Service Unavailable\r\n", True),
        (b"503 Service Unavailable\r\nRetry-After: 2\r\n", False),
        (b"409 Conflict\r\n", False),
    ],
)
async def test_a_5xx_without_a_time_to_come_back_is_noticed(link, upstream, head, is_forbidden):
    upstream.answer = b"HTTP/1.1 " + head + b"Content-Length: 0\r\n\r\n"
    assert await send(link) is not None
    assert bool(link._tally.forbidden) == is_forbidden


async def test_a_chunked_answer_is_read_to_its_end():
    reader = asyncio.StreamReader()
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"
    reader.feed_data(raw + b"HTTP/1.1 204 No Content\r\n\r\n")
    first, second = await read_message(reader), await read_message(reader)
    assert (first, second) == (
        Message(raw[:47], raw[47:]),
        Message(b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    )


async def test_the_same_seed_draws_the_same_faults():
    links = [Link(1, Tally(), seed, Conditions(share=0.5)) for seed in (7, 7, 8)]
    drawn = [[link._draw() for _ in range(40)] for link in links]
    assert drawn[0] == drawn[1] != drawn[2]

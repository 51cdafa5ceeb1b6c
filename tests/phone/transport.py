"""How a phone's requests travel. A driver knows only `Transport`, so that a test may put any network in between."""

import gzip
from typing import Protocol

import httpx
import msgspec
from msgspec import Struct

from sync_protocol.messages.push import ProblemReply

TIMEOUT_S = 20.0
GZIP_FROM_BYTES = 1_024
"""Below this, compressing costs more than it saves."""


class NoAnswer(Exception):
    """The request may or may not have arrived; nothing came back that can be read."""


class Declined(Exception):
    """The server answered, and took nothing."""

    def __init__(self, status: int, reply: ProblemReply) -> None:
        super().__init__(f"{status}: {reply.detail}")
        self.status = status
        self.reply = reply


class Answer(Struct, frozen=True, kw_only=True):
    """Status and body."""

    status: int
    body: bytes


class Transport(Protocol):
    """Sends one JSON body and brings the answer."""

    async def post(self, path: str, body: bytes) -> Answer:
        """Post to a path of the server.

        Raises:
            NoAnswer: no network, no server, or it took too long.
        """
        ...


class HttpTransport:
    """Over httpx, with the device's token. `http` has the server's address and stays open."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    async def post(self, path: str, body: bytes) -> Answer:
        """Send, compressed where that pays."""
        headers = dict(self._headers)
        if len(body) >= GZIP_FROM_BYTES:
            body = gzip.compress(body, 6)
            headers["Content-Encoding"] = "gzip"
        try:
            answer = await self._http.post(path, content=body, headers=headers, timeout=TIMEOUT_S)
        except httpx.TransportError as error:
            raise NoAnswer(repr(error)) from error
        return Answer(status=answer.status_code, body=answer.content)

    async def get(self, path: str) -> Answer:
        """Fetch something that never changes.

        Raises:
            NoAnswer: no network, no server, or it took too long.
        """
        try:
            answer = await self._http.get(path, headers=self._headers, timeout=TIMEOUT_S)
        except httpx.TransportError as error:
            raise NoAnswer(repr(error)) from error
        return Answer(status=answer.status_code, body=answer.content)


def read_answer(answer: Answer) -> bytes:
    """Return the body of a request that was taken.

    Raises:
        Declined: it was not.
        NoAnswer: what came is not an answer of this protocol.
    """
    if answer.status == 200:
        return answer.body
    try:
        reply = msgspec.json.decode(answer.body, type=ProblemReply)
    except msgspec.DecodeError as error:
        raise NoAnswer(f"status {answer.status}") from error
    raise Declined(answer.status, reply)

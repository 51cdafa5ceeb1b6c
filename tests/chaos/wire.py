"""Just enough HTTP/1.1 to know where a message ends, what it answered, and where it can be cut."""

import asyncio

from msgspec import Struct

HEAD_END = b"\r\n\r\n"
BODYLESS = frozenset({204, 304})


class Message(Struct, frozen=True):
    """One request or response as it came, byte for byte."""

    head: bytes
    body: bytes

    @property
    def raw(self) -> bytes:
        return self.head + self.body

    @property
    def first_line(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode("latin-1")

    @property
    def status(self) -> int:
        """Of a response."""
        return int(self.first_line.split(" ")[1])

    @property
    def path(self) -> str:
        """Of a request."""
        return self.first_line.split(" ")[1]

    def header(self, name: str) -> str | None:
        return headers_of(self.head).get(name)


def headers_of(head: bytes) -> dict[str, str]:
    """Return the headers by their names in lower case."""
    lines = head.decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines if line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


async def read_message(reader: asyncio.StreamReader) -> Message | None:
    """Read one message to its end; None when the other side has closed before it began.

    Raises:
        asyncio.IncompleteReadError: it broke off in the middle.
    """
    try:
        head = await reader.readuntil(HEAD_END)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    headers = headers_of(head)
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return Message(head, await _read_chunks(reader))
    if (length := headers.get("content-length")) is not None:
        return Message(head, await reader.readexactly(int(length)))
    return Message(head, b"")


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        parts += [line, await reader.readexactly(size + 2)]
        if size == 0:
            return b"".join(parts)

"""The live channel of a phone: patches as they happen, a pull first after every connect (R11)."""

import asyncio
import contextlib

import msgspec
import websockets
from websockets.asyncio.client import ClientConnection, connect

from sync_protocol.messages.pull import Patch
from tests.phone.driver import Phone

RECONNECT_S = 0.2
OPEN_TIMEOUT_S = 5.0
_patch = msgspec.json.Decoder(Patch)


class LiveLink:
    """Keeps one phone connected while it runs. `applied` counts the patches that fitted."""

    def __init__(self, phone: Phone, url: str, token: str) -> None:
        self._phone = phone
        self._url = url.replace("http", "ws", 1) + "/sync/live"
        self._headers = {"Authorization": f"Bearer {token}"}
        self.connected = asyncio.Event()
        self.applied = 0
        self._socket: ClientConnection | None = None

    def drop(self) -> None:
        """Break the connection as a bad network does; the link connects again by itself."""
        self.connected.clear()
        if self._socket is not None:
            self._socket.transport.abort()

    async def run(self) -> None:
        """Stay connected until cancelled; every loss of the connection is followed by another try."""
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                async with connect(
                    self._url,
                    additional_headers=self._headers,
                    open_timeout=OPEN_TIMEOUT_S,
                    compression=None,
                ) as socket:
                    await self._attend(socket)
            self.connected.clear()
            await asyncio.sleep(RECONNECT_S)

    async def _attend(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.connected.set()
        self._phone.poke()
        async for text in socket:
            if b'"stream"' not in _bytes(text):
                continue  # a ping
            if self._phone.apply_live(_patch.decode(text)):
                self.applied += 1
            else:
                self._phone.poke()


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text

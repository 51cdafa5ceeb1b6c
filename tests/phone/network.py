"""A network that can be cut and that can lose, repeat and delay what travels over it."""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import StrEnum

from tests.phone.transport import Answer, NoAnswer, Transport


class Fault(StrEnum):
    """What may happen to one request."""

    LOSE_REQUEST = "lose_request"
    LOSE_REPLY = "lose_reply"
    REPEAT = "repeat"
    REPEAT_AND_LOSE_REPLY = "repeat_and_lose_reply"


class Network:
    """Stands between a phone and its server. `draw` names the fault of each request once `coming` is used up."""

    def __init__(
        self, inner: Transport, draw: Callable[[str], Fault | None] = lambda _: None
    ) -> None:
        self._inner = inner
        self._draw = draw
        self.coming: deque[Fault | None] = deque()
        self._is_cut = False
        self.sent: list[tuple[str, bytes]] = []
        """What the server was sent, in order."""

    def cut(self) -> None:
        """From now on nothing gets through."""
        self._is_cut = True

    def mend(self) -> None:
        """From now on requests get through again."""
        self._is_cut = False

    async def post(self, path: str, body: bytes) -> Answer:
        """Send, unless the network has other plans."""
        if not self._gets_through():
            raise NoAnswer("the network is cut")
        fault = self.coming.popleft() if self.coming else self._draw(path)
        if fault is Fault.LOSE_REQUEST:
            raise NoAnswer("the request was lost")
        answer = await self._deliver(path, body)
        if fault in (Fault.REPEAT, Fault.REPEAT_AND_LOSE_REPLY):
            await asyncio.sleep(0)
            answer = await self._deliver(path, body)
        if fault in (Fault.LOSE_REPLY, Fault.REPEAT_AND_LOSE_REPLY) or not self._gets_through():
            raise NoAnswer("the reply was lost")
        return answer

    def _gets_through(self) -> bool:
        return not self._is_cut

    async def _deliver(self, path: str, body: bytes) -> Answer:
        self.sent.append((path, body))
        return await self._inner.post(path, body)

"""How a phone gets its credential: by the code that a supervisor made, or by login and password."""

import httpx
import msgspec
from msgspec import Struct

from sync_protocol.ids import DeviceId, StreamName
from sync_protocol.shop import Staff
from tests.phone.memory import Memory
from tests.phone.surroundings import Surroundings


class Welcome(Struct, frozen=True, kw_only=True):
    """The server's answer to whom it let in."""

    device_id: DeviceId
    staff: Staff
    streams: tuple[StreamName, ...]
    token: str


async def enrol(http: httpx.AsyncClient, code: str, device_name: str = "phone") -> Welcome:
    """Let a phone in by its code."""
    return await _ask(http, "/auth/enrol", {"code": code, "device_name": device_name})


async def sign_in(
    http: httpx.AsyncClient, login: str, password: str, device_name: str = "desk"
) -> Welcome:
    """Let a person in by login and password."""
    wanted = {"login": login, "password": password, "device_name": device_name}
    return await _ask(http, "/auth/login", wanted)


def fresh_memory(welcome: Welcome, around: Surroundings) -> Memory:
    """Return the disk of a phone that was just let in."""
    return Memory(
        device_id=welcome.device_id,
        staff=welcome.staff,
        granted=welcome.streams,
        incarnation=around.new_incarnation(),
    )


async def _ask(http: httpx.AsyncClient, path: str, wanted: dict[str, str]) -> Welcome:
    answer = await http.post(path, json=wanted | {"want": "token"})
    answer.raise_for_status()
    return msgspec.json.decode(answer.content, type=Welcome)

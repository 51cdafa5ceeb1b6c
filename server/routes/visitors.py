"""Who is asking: the credential of a request."""

from typing import Any, TypeAlias
from urllib.parse import urlsplit

import msgspec
from litestar.connection import ASGIConnection

from server.accounts.letting_in import recognise
from server.db import epochs
from server.db.devices import Visitor
from server.problems import Rejected, problem_reply
from server.routes.house import House
from sync_protocol.messages.push import Problem

COOKIE = "rawana_device"
SECURE_COOKIE = "__Host-rawana_device"

Connection: TypeAlias = "ASGIConnection[Any, Any, Any, Any]"


def credential(connection: Connection) -> str | None:
    """Return the token that came as a Bearer header or as our cookie, or None."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return connection.cookies.get(SECURE_COOKIE) or connection.cookies.get(COOKIE)


def is_foreign(connection: Connection) -> bool:
    """Whether a browser says that a page of another site is behind this request."""
    origin = connection.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != connection.headers.get("host", "")


async def visitor_of(house: House, connection: Connection) -> Visitor:
    """Return who is asking.

    Raises:
        Rejected: 401, with the epoch, when the credential is missing, unknown or revoked; 403 from a foreign page.
    """
    visitor = await leaving_visitor_of(house, connection)
    if visitor.revoked:
        raise await _not_let_in(house, "This device may no longer talk here.", Problem.REVOKED)
    return visitor


async def leaving_visitor_of(house: House, connection: Connection) -> Visitor:
    """Return who is asking, also when that device was revoked: what it still holds is taken into quarantine.

    Raises:
        Rejected: 401, with the epoch, when the credential is missing or unknown; 403 from a foreign page.
    """
    if is_foreign(connection):
        raise await _turned_away(house, 403, "This came from a page of another site.", None)
    token = credential(connection)
    visitor = None if token is None else await recognise(house.database, token)
    if visitor is None:
        raise await _not_let_in(house, "Sign in, or enrol this device with a code.", None)
    return visitor


async def _not_let_in(house: House, detail: str, problem: Problem | None) -> Rejected:
    return await _turned_away(house, 401, detail, problem)


async def _turned_away(house: House, status: int, detail: str, problem: Problem | None) -> Rejected:
    """Every answer tells the epoch: a device that is told nothing else must still learn that a restore happened."""
    async with house.database.connection() as connection:
        history = await epochs.read_history(connection)
    reply = problem_reply(status, detail, problem=problem)
    known = {"epoch": history.epoch, "restored_to": history.restored_to}
    return Rejected(status, detail, reply=msgspec.structs.replace(reply, **known))

"""As much of ASGI as the practice store needs: whole requests in, whole answers out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 1024 * 1024


class BodyTooLargeError(Exception):
    """The request's body is above the bound."""


class DisconnectedError(Exception):
    """The caller went away in the middle of its request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One HTTP request, read to its end. `path` is relative to where the app is mounted; header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    receive: Receive
    scheme: str = "http"

    async def until_gone(self) -> None:
        """Wait until the caller hangs up."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """One HTTP answer. A `broken` one ends in the middle, which makes the server close the connection."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    broken: bool = False


def json_response(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return `value` as a JSON answer."""
    content_type = {"Content-Type": "application/json; charset=utf-8"}
    return Response(
        status=status, body=msgspec.json.encode(value), headers={**content_type, **(headers or {})}
    )


async def read_request(scope: Scope, receive: Receive, prefix: str) -> Request:
    """Read a request to its end.

    Raises:
        BodyTooLargeError, DisconnectedError: see there.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLargeError
        more = message.get("more_body", False)
    return Request(
        method=scope["method"],
        path=_under(prefix, scope["path"]),
        query=scope.get("query_string", b"").decode("latin-1"),
        headers={
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        },
        body=bytes(body),
        receive=receive,
        scheme=scope.get("scheme", "http"),
    )


async def send_response(send: Send, response: Response) -> None:
    """Send an answer."""
    length = len(response.body) + (1 if response.broken else 0)
    headers = {**response.headers, "Content-Length": str(length)}
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": pairs})
    await send({"type": "http.response.body", "body": response.body, "more_body": response.broken})


def _under(prefix: str, path: str) -> str:
    """Some servers hand a mounted app the whole path, some only the rest, some with a slash added; all are taken."""
    if prefix and (path == prefix or path.startswith(f"{prefix}/")):
        path = path[len(prefix) :]
    return path.rstrip("/") or "/"

"""Errors at the edge, all in the one shape of RFC 9457."""

import logging
from typing import Any

import msgspec
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException

from server.db.availability import DatabaseUnavailable, StorageFull
from sync_protocol.messages.push import Problem, ProblemReply

_log = logging.getLogger(__name__)

DATABASE_RETRY_S = 2
STORAGE_RETRY_S = 10
PROBLEM_JSON = "application/problem+json"
_TYPES = "https://rawana.invalid/problems/"
_TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Out of step",
    413: "Too large",
    415: "Not JSON",
    422: "Not understood",
    429: "Too many attempts",
    503: "Not available",
}


class Rejected(Exception):
    """A request that is answered with a problem. `reply` may carry more than status and detail."""

    def __init__(
        self, status: int, detail: str, *, retry_after_s: int = 0, reply: ProblemReply | None = None
    ) -> None:
        super().__init__(detail)
        self.reply = reply or problem_reply(status, detail, retry_after_ms=retry_after_s * 1000)
        self.retry_after_s = retry_after_s


def problem_reply(
    status: int, detail: str, *, problem: Problem | None = None, retry_after_ms: int = 0
) -> ProblemReply:
    """Return a problem in its wire shape."""
    return ProblemReply(
        type=_TYPES + (problem.value if problem is not None else str(status)),
        title=_TITLES.get(status, "Something failed here"),
        status=status,
        detail=detail,
        problem=problem,
        retry_after_ms=retry_after_ms,
    )


def answer(reply: ProblemReply, retry_after_s: int = 0) -> Response[bytes]:
    """Return a problem as a response."""
    headers = {"Retry-After": str(retry_after_s)} if retry_after_s else {}
    return Response(
        content=msgspec.json.encode(reply),
        status_code=reply.status,
        media_type=PROBLEM_JSON,
        headers=headers,
    )


def on_rejected(_: Request[Any, Any, Any], error: Rejected) -> Response[bytes]:
    """Answer what a handler rejected."""
    return answer(error.reply, error.retry_after_s)


def on_http(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer what Litestar itself rejected: unknown path, wrong method."""
    return answer(problem_reply(error.status_code, error.detail))


def on_full(_: Request[Any, Any, Any], __: StorageFull) -> Response[bytes]:
    """Answer while nothing can be written for want of room: nothing was taken, reading goes on."""
    reply = problem_reply(
        503,
        "The server's disk is full; nothing was lost, and what was recorded is safe on the phone.",
        problem=Problem.STORAGE_FULL,
        retry_after_ms=STORAGE_RETRY_S * 1000,
    )
    return answer(reply, STORAGE_RETRY_S)


def on_unavailable(_: Request[Any, Any, Any], __: DatabaseUnavailable) -> Response[bytes]:
    """Answer while PostgreSQL is away: nothing was taken, trying again is right."""
    reply = problem_reply(
        503,
        "The database does not answer; nothing was lost.",
        retry_after_ms=DATABASE_RETRY_S * 1000,
    )
    return answer(reply, DATABASE_RETRY_S)


def on_bug(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer our own bug without telling its insides."""
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return answer(problem_reply(500, "The server failed at this. It has been written down."))


HANDLERS = {
    Rejected: on_rejected,
    HTTPException: on_http,
    StorageFull: on_full,
    DatabaseUnavailable: on_unavailable,
    Exception: on_bug,
}

JSON = MediaType.JSON

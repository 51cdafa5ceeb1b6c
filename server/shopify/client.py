"""The Admin GraphQL client: one call, one answer or one named failure.

It never sleeps and never repeats a call (but for a renewed token after 401, where the store did nothing): whoever
calls decides about waiting and repeating, from the failures in failures.py and from `wait_s_for`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from server.shopify.envelope import UNREADABLE, Envelope, read_envelope
from server.shopify.failures import (
    BadAnswer,
    NotSent,
    OutcomeUnknown,
    Refused,
    ShopifyError,
    Throttled,
    Unauthorized,
)
from server.shopify.operations import API_VERSION, Operation
from server.shopify.throttle import DEFAULT_RETRY_S, ThrottleStatus, wait_s
from server.shopify.tokens import AccessTokens

CONNECT_S = 5.0
READ_S = 10.0
TOTAL_S = 20.0
# An order with 20 fulfillment orders and 50 fulfillments is under 1 MiB; anything above this is not an answer of ours.
MAX_ANSWER_BYTES = 8 * 1024 * 1024

Reply = TypeVar("Reply")
_log = logging.getLogger(__name__)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the headers of the last answer said: the version that was really spoken, and the store's clock (RFC 9110)."""

    version: str | None
    date: str | None


class AdminClient:
    """Calls one store. Keeps its last word on its rate limit, version and clock; otherwise without state of its own.

    `base_url` is `https://<shop>.myshopify.com`; plain http is accepted for 127.0.0.1 only (the practice store, which
    may lie under a path). `http` is shared and stays open; its own time-outs are not used.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        base_url: str,
        tokens: AccessTokens,
        *,
        monotonic: Callable[[], float],
        total_s: float = TOTAL_S,
    ) -> None:
        self._url = f"{_checked(base_url)}/admin/api/{API_VERSION}/graphql.json"
        self._http = http
        self._tokens = tokens
        self._monotonic = monotonic
        self._total_s = total_s
        self._throttle: ThrottleStatus | None = None
        self._throttle_at_s = 0.0
        self._shut_until_s = 0.0
        self.said: Said | None = None

    async def call(self, operation: Operation[Reply], variables: Mapping[str, object]) -> Reply:
        """Run `operation` and return its decoded data; user errors are part of it, as values.

        A field that the app may not see is null in the answer (and logged), as long as the operation's own field came.

        Raises:
            NotSent, Throttled, Unauthorized, AccessDenied, Refused: the store did nothing.
            OutcomeUnknown, BadAnswer: the store may have carried it out.
        """
        token = await self._tokens.current()
        try:
            return await self._attempt(operation, variables, token)
        except Unauthorized:
            other = await self._tokens.renew(token)
            if other is None:
                raise
            return await self._attempt(operation, variables, other)

    def wait_s_for(self, cost_points: float) -> float:
        """Seconds to wait until the store has room for a call of `cost_points`, as far as is known; 0 before any."""
        now = self._monotonic()
        shut_s = max(0.0, self._shut_until_s - now)
        if self._throttle is None:
            return shut_s
        return max(shut_s, wait_s(self._throttle, cost_points, now - self._throttle_at_s))

    async def download_lines(self, url: str, line_bytes_max: int) -> AsyncIterator[bytes]:
        """Yield the lines of a result file that the store gave us the address of; empty ones are left out.

        The address is for everybody who has it: no token is sent. The file may be large; only one line is held at a time.

        Raises:
            Refused: the address is none that a result lies at, or has expired.
            OutcomeUnknown: the file ended too early.
            BadAnswer: a line is too long.
        """
        if not _is_result_address(url):
            raise Refused(("the store named an address at which its results never lie",))
        timeout = httpx.Timeout(READ_S, connect=CONNECT_S, pool=CONNECT_S)
        try:
            async with self._http.stream(
                "GET", url, timeout=timeout, follow_redirects=False
            ) as answer:
                if answer.status_code != 200:
                    raise Refused((f"the result's address answered {answer.status_code}",))
                async for line in _lines_of(answer, line_bytes_max):
                    yield line
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(_words(error)) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise OutcomeUnknown(_words(error)) from error

    async def _attempt(
        self, operation: Operation[Reply], variables: Mapping[str, object], token: str
    ) -> Reply:
        body = msgspec.json.encode(
            {
                "query": operation.document,
                "operationName": operation.name,
                "variables": dict(variables),
            }
        )
        status, headers, content = await self._exchange(body, token)
        self.said = Said(version=headers.get("X-Shopify-API-Version"), date=headers.get("Date"))
        failure = _http_failure(status, headers)
        try:
            if failure is not None:
                raise failure
            return self._decode(operation, read_envelope(content))
        except Throttled as error:
            # Everybody who calls this store waits then, not only who was told.
            self._shut_until_s = self._monotonic() + error.retry_after_s
            raise

    def _decode(self, operation: Operation[Reply], envelope: Envelope) -> Reply:
        cost = envelope.cost
        if cost is not None and cost.throttle_status is not None:
            self._throttle, self._throttle_at_s = cost.throttle_status, self._monotonic()
        if envelope.errors and not envelope.has_result():
            raise envelope.failure()
        for error in envelope.errors:
            _log.warning("%s answered in part: %s", operation.name, error.message)
        try:
            return msgspec.json.decode(envelope.data, type=operation.reply)
        except UNREADABLE as error:
            raise BadAnswer(f"{operation.name}: {error}") from error

    async def _exchange(self, body: bytes, token: str) -> tuple[int, httpx.Headers, bytes]:
        """Send and read within the time-outs; tell a request that never left from one without an answer."""
        headers = {"Content-Type": "application/json", "X-Shopify-Access-Token": token}
        timeout = httpx.Timeout(READ_S, connect=CONNECT_S, pool=CONNECT_S)
        try:
            async with (
                asyncio.timeout(self._total_s),
                self._http.stream(
                    "POST",
                    self._url,
                    content=body,
                    headers=headers,
                    timeout=timeout,
                    follow_redirects=False,
                ) as answer,
            ):
                return answer.status_code, answer.headers, await _read_bounded(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(_words(error)) from error
        except (httpx.TransportError, httpx.DecodingError, TimeoutError) as error:
            raise OutcomeUnknown(_words(error)) from error


async def _lines_of(answer: httpx.Response, line_bytes_max: int) -> AsyncIterator[bytes]:
    rest = b""
    async for part in answer.aiter_bytes():
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            if line.strip():
                yield line
        if len(rest) > line_bytes_max:
            raise BadAnswer(f"a line above {line_bytes_max} bytes")
    if rest.strip():
        yield rest


async def _read_bounded(answer: httpx.Response) -> bytes:
    parts: list[bytes] = []
    room = MAX_ANSWER_BYTES
    async for part in answer.aiter_bytes():
        room -= len(part)
        if room < 0:
            raise BadAnswer(f"answer above {MAX_ANSWER_BYTES} bytes")
        parts.append(part)
    return b"".join(parts)


def _http_failure(status: int, headers: httpx.Headers) -> ShopifyError | None:
    """What an HTTP status other than 200 means; None for 200, whose errors are in the body."""
    if status == 200:
        return None
    if status == 401:
        return Unauthorized("the store refused the access token")
    if status == 429:
        return Throttled(_retry_after_s(headers.get("Retry-After")))
    if status >= 500:
        return OutcomeUnknown(f"the store answered {status}")
    if status >= 400:
        # 402 frozen, 403 no access, 404 no such store or version, 423 locked: nothing was carried out.
        return Refused((f"the store answered {status}",))
    return BadAnswer(f"the store answered {status}")


def _retry_after_s(header: str | None) -> float:
    try:
        return max(0.0, float(header or DEFAULT_RETRY_S))
    except ValueError:
        return DEFAULT_RETRY_S


RESULT_HOSTS = (
    "storage.googleapis.com",
    ".shopify.com",
    ".shopifycdn.com",
    ".shopifycloud.com",
    ".myshopify.com",
)
"""Where results of bulk operations lie (recorded: the first); nobody else's address is ever fetched from."""


def _is_result_address(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if (parts.scheme, host) == ("http", "127.0.0.1"):
        return True  # the practice store
    named = any(host == one or (one[0] == "." and host.endswith(one)) for one in RESULT_HOSTS)
    return parts.scheme == "https" and named and parts.port in (None, 443) and not parts.username


def _checked(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme != "https" and (parts.scheme, parts.hostname) != ("http", "127.0.0.1"):
        raise ValueError(f"a store is called over https: {base_url}")
    return base_url.rstrip("/")


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__

"""Reading a request's body: JSON only, bounded in size and time, inflated with a bound."""

import asyncio
import zlib
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from server.problems import Rejected

AnyRequest = Request[Any, Any, Any]
Shape = TypeVar("Shape")

BODY_TIMEOUT_S = 15.0


async def read_body(request: AnyRequest, most: int) -> bytes:
    """Return the raw body, inflated when it came as gzip.

    Raises:
        Rejected: 413 over `most` bytes (after inflating), 408 when it dribbles in, 400 for broken gzip.
    """
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            raw = await _collect(request, most)
    except TimeoutError as error:
        raise Rejected(408, f"The body took longer than {BODY_TIMEOUT_S:.0f} s.") from error
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        return raw
    if encoding != "gzip":
        raise Rejected(415, "Send the body as it is, or as gzip.")
    return _inflate(raw, most)


async def _collect(request: AnyRequest, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise Rejected(413, f"The body is larger than {most} bytes.")
        parts.append(part)
    return b"".join(parts)


def _inflate(raw: bytes, most: int) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(raw, most + 1)
    except zlib.error as error:
        raise Rejected(400, "The gzip body is broken.") from error
    if len(plain) > most:
        raise Rejected(413, f"The body is larger than {most} bytes.")
    if not inflater.eof:
        raise Rejected(400, "The gzip body ends too early.")
    return plain


async def read_json_bytes(request: AnyRequest, most: int) -> bytes:
    """Return the body of a request that must be JSON.

    A page of another site can post text without asking first, but not `application/json`: hence 415 for all else.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Rejected(415, "Send application/json.")
    return await read_body(request, most)


def decoded(raw: bytes, shape: type[Shape]) -> Shape:
    """Decode a body strictly.

    Raises:
        Rejected: 400 naming the field that does not fit.
    """
    try:
        return msgspec.json.decode(raw, type=shape)
    except RecursionError as error:
        raise Rejected(400, "The body nests too deeply.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Rejected(400, str(error)) from error


def json_answer(value: object, status: int = 200) -> Response[bytes]:
    """Return a value as JSON. Nothing of ours may be kept by a cache."""
    return Response(
        content=msgspec.json.encode(value),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )

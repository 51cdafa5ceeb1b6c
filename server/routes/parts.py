"""`GET /sync/parts/<hash>`: a part of a large stream. It never changes, so that any cache and any resumed fetch is right."""

import gzip
import re

import brotli
from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from server.problems import Rejected
from server.routes.bodies import AnyRequest
from server.routes.house import House
from server.routes.visitors import visitor_of
from server.sync.pulling import granted_streams
from server.sync.snapshotting import fetch_part

_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")
_FOR_EVER = "private, max-age=31536000, immutable"


@get("/sync/parts/{part_hash:str}")
async def get_part(request: AnyRequest, state: State, part_hash: FromPath[str]) -> Response[bytes]:
    """Send a part, or the range of it that was asked for."""
    house: House = state.house
    visitor = await visitor_of(house, request)
    async with house.database.connection() as connection:
        granted = await granted_streams(connection, visitor)
        stored = await fetch_part(connection, visitor.device.shop_id, granted, part_hash)
    if stored is None:
        raise Rejected(404, "There is no such part (any more); pull instead.")
    body, encoding = _encoded(stored, request.headers.get("accept-encoding", ""))
    etag = f'"{part_hash}{encoding and "-" + encoding}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": _FOR_EVER,
        "Vary": "Accept-Encoding",
    }
    if encoding:
        headers["Content-Encoding"] = encoding
    if request.headers.get("if-none-match") == etag:
        return Response(content=b"", status_code=304, headers=headers)
    wanted = _range_of(request, etag, len(body))
    if wanted is None:
        return _sent(body, 200, headers)
    first, last = wanted
    if first > last:
        headers["Content-Range"] = f"bytes */{len(body)}"
        return _sent(b"", 416, headers)
    headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
    return _sent(body[first : last + 1], 206, headers)


def _sent(body: bytes, status: int, headers: dict[str, str]) -> Response[bytes]:
    return Response(
        content=body, status_code=status, media_type="application/json", headers=headers
    )


def _encoded(stored: bytes, accepts: str) -> tuple[bytes, str]:
    """Return the part in the first encoding that the client takes; each is the same bytes every time."""
    names = {part.partition(";")[0].strip().lower() for part in accepts.split(",")}
    if "br" in names:
        return stored, "br"
    plain = brotli.decompress(stored)
    if "gzip" in names:
        return gzip.compress(plain, 6, mtime=0), "gzip"
    return plain, ""


def _range_of(request: AnyRequest, etag: str, size: int) -> tuple[int, int] | None:
    """Return the wanted (first, last) byte; None for all of it; first beyond last for one that can't be had.

    Several ranges at once, and those of another version (If-Range), are answered with the whole (RFC 9110).
    """
    found = _RANGE.match(request.headers.get("range", ""))
    if found is None or request.headers.get("if-range", etag) != etag:
        return None
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size - 1) if last else None
    start = int(first)
    end = min(size - 1, int(last)) if last else size - 1
    return (start, end) if start < size else (1, 0)

"""The app's files, from memory: compressed once, with strong ETags, and the app's page for every unknown address."""

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path

import brotli
from litestar.types import Receive, Scope, Send
from msgspec import Struct

_HASHED = re.compile(r"[.-][0-9A-Za-z_-]{8,}\.(js|css|woff2|png|svg|webp)$")
_COMPRESSED_ALREADY = ("image/png", "image/webp", "font/")
_SMALLEST = 512
_FOR_EVER = "public, max-age=31536000, immutable"

_MISSING = b"""<!doctype html><meta charset="utf-8"><title>Rawana</title>
<p>The app is not built. Run <code>make setup</code>, or set RAWANA_PWA_DIST to where it was built.</p>"""


class Served(Struct, frozen=True, kw_only=True):
    """One file: its bodies by content encoding and the headers they share."""

    etag: str
    headers: tuple[tuple[bytes, bytes], ...]
    bodies: dict[str, bytes]


class StaticFiles:
    """An ASGI app over a folder that was read once."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(p for p in folder.rglob("*") if p.is_file()) if folder.is_dir() else []
        self._files = {"/" + p.relative_to(folder).as_posix(): _read(p) for p in paths}
        page = self._files.get("/index.html")
        self._page = page if page is not None else _page(_MISSING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD; an unknown path without a dot is an address inside the app."""
        del receive
        headers = {k: v.decode("latin-1") for k, v in scope["headers"]}
        path = scope["path"]
        found = self._files.get(path)
        if found is None and "." not in path.rpartition("/")[2]:
            found = self._page
        if found is None:
            await _send(send, 404, ((b"content-type", b"text/plain"),), b"Not found")
            return
        encoding = _chosen(found, headers.get(b"accept-encoding", ""))
        etag = f'"{found.etag}{encoding and "-" + encoding}"'
        extra = [(b"etag", etag.encode())]
        if headers.get(b"if-none-match") == etag:
            await _send(send, 304, (*found.headers, *extra), b"")
            return
        if encoding:
            extra.append((b"content-encoding", encoding.encode()))
        body = found.bodies[encoding]
        extra.append((b"content-length", str(len(body)).encode()))
        head = scope.get("method") == "HEAD"
        await _send(send, 200, (*found.headers, *extra), b"" if head else body)


def _read(path: Path) -> Served:
    plain = path.read_bytes()
    media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if path.suffix == ".webmanifest":
        media = "application/manifest+json"
    return _served(plain, media, _FOR_EVER if _HASHED.search(path.name) else "no-cache")


def _page(html: bytes) -> Served:
    return _served(html, "text/html", "no-cache")


def _served(plain: bytes, media: str, cache: str) -> Served:
    bodies = {"": plain}
    if len(plain) > _SMALLEST and not media.startswith(_COMPRESSED_ALREADY):
        bodies["br"] = brotli.compress(plain, quality=9)
        bodies["gzip"] = gzip.compress(plain, 9, mtime=0)
    text = media.startswith("text/") or media.endswith(("javascript", "json"))
    return Served(
        etag=hashlib.sha256(plain).hexdigest()[:20],
        headers=(
            (b"content-type", (media + "; charset=utf-8" * text).encode()),
            (b"cache-control", cache.encode()),
            (b"vary", b"accept-encoding"),
        ),
        bodies=bodies,
    )


def _chosen(found: Served, accepts: str) -> str:
    offered = {
        name.strip().lower()
        for part in accepts.split(",")
        for name, _, q in [part.partition(";")]
        if q.replace(" ", "") not in ("q=0", "q=0.0")
    }
    return next((e for e in ("br", "gzip") if e in offered and e in found.bodies), "")


async def _send(
    send: Send, status: int, headers: tuple[tuple[bytes, bytes], ...], body: bytes
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body, "more_body": False})

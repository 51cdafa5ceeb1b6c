"""Shopify's ids: a number per object, and the gid that names its kind as well."""

from __future__ import annotations

import hashlib
import re
import uuid

# Real ids of one kind lie apart by multiples of this (seen in the recordings), so they are not consecutive here either.
STRIDE = 32_768
_GID = re.compile(r"gid://shopify/([A-Za-z]+)/(\d{1,19})\Z")


def gid_of(kind: str, number: int) -> str:
    """Return e.g. gid://shopify/Order/6834528944361."""
    return f"gid://shopify/{kind}/{number}"


def number_of(gid: str, kind: str) -> int | None:
    """Return the number in a gid of that kind; None for another kind or anything else."""
    match = _GID.match(gid)
    return int(match[2]) if match and match[1] == kind else None


def stable_uuid(*parts: object) -> str:
    """Return the same UUID for the same parts: what is replayed from the journal keeps its ids."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


class Numbers:
    """Hands out numbers for new objects, in order; a store with the same history hands out the same ones."""

    def __init__(self, first: int) -> None:
        self._next = first

    def take(self) -> int:
        """Return the next number."""
        number = self._next
        self._next += STRIDE
        return number

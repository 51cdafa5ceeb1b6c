"""Cursor paging: a list and the window asked for become a connection."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

MAX_WINDOW = 250
Key = tuple[int | str, ...]


class WindowError(Exception):
    """The window asked for is not allowed; the message is for the caller."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a connection asked for. `before` is not supported: Rawana only reads onwards."""

    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: None = None
    reverse: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """Nodes sorted by `key`, which must tell any two apart so that a cursor stays right while nodes move."""

    nodes: Sequence[Any]
    key: Callable[[Any], Key]


@dataclass(frozen=True, kw_only=True, slots=True)
class PageInfo:
    """Where a page lies."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """A node with its cursor."""

    node: Any
    cursor: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """One page."""

    edges: list[Edge]
    page_info: PageInfo

    @property
    def nodes(self) -> list[Any]:
        """The page's nodes."""
        return [edge.node for edge in self.edges]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """How many there are, and whether that is all (EXACT) or the counting stopped (AT_LEAST)."""

    count: int
    precision: str


def connect(listing: Listing | Sequence[Any], window: Window) -> Connection:
    """Return the page of `listing` that the window asks for; a plain list is in the order of its numbers.

    Raises:
        WindowError: neither `first` nor `last`, both, or more than a page may hold.
    """
    if not isinstance(listing, Listing):
        listing = Listing(nodes=listing, key=lambda node: (node.number,))
    if window.first is not None and window.last is not None:
        raise WindowError("providing both first and last is not supported")
    count = window.first if window.first is not None else window.last
    if count is None:
        raise WindowError("you must provide one of first or last")
    if not 0 <= count <= MAX_WINDOW:
        raise WindowError(f"a window holds at most {MAX_WINDOW}")
    edges = [Edge(node=node, cursor=_cursor(listing.key(node))) for node in listing.nodes]
    if window.reverse:
        edges.reverse()
    start = _start(edges, window.after, reverse=window.reverse)
    page = (
        edges[start : start + count]
        if window.last is None
        else edges[start:][-count or len(edges) :]
    )
    return Connection(
        edges=page,
        page_info=PageInfo(
            has_next_page=window.last is None and start + count < len(edges),
            has_previous_page=start > 0,
            start_cursor=page[0].cursor if page else None,
            end_cursor=page[-1].cursor if page else None,
        ),
    )


def connect_all(listing: Listing | Sequence[Any]) -> Connection:
    """Return everything of `listing` as one page without cursors, as an export reads it."""
    nodes = listing.nodes if isinstance(listing, Listing) else listing
    here = PageInfo(
        has_next_page=False, has_previous_page=False, start_cursor=None, end_cursor=None
    )
    return Connection(edges=[Edge(node=node, cursor="") for node in nodes], page_info=here)


def _cursor(key: Key) -> str:
    parts = (f"{part:020d}" if isinstance(part, int) else part for part in key)
    return base64.urlsafe_b64encode("|".join(parts).encode()).decode()


def _start(edges: list[Edge], after: str | None, *, reverse: bool) -> int:
    """The place of the first node behind the cursor, which need not be there any more."""
    if after is None:
        return 0
    try:
        behind = base64.urlsafe_b64decode(after)
    except ValueError as error:
        raise WindowError("Invalid cursor for current pagination sort.") from error
    for place, edge in enumerate(edges):
        at = base64.urlsafe_b64decode(edge.cursor)
        if at < behind if reverse else at > behind:
            return place
    return len(edges)

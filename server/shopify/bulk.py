"""Bulk operations: a query that the store runs by itself, whose result is a file of one JSON object a line.

They cost next to nothing of the rate limit, which is what makes thousands of orders readable in minutes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import resources
from typing import TypeVar

import msgspec

from server.shopify import answers, shop_answers
from server.shopify.bulk_answers import BulkOperation
from server.shopify.client import AdminClient
from server.shopify.envelope import UNREADABLE
from server.shopify.failures import BadAnswer, Refused
from server.shopify.operations import BULK_OPERATION_READ, BULK_OPERATION_RUN_QUERY

SEARCH = "SEARCH"
"""Stands in the bulk queries where the search goes."""

LINE_BYTES_MAX = 2 * 1024 * 1024

Node = TypeVar("Node")


def bulk_query(name: str, search: str) -> str:
    """Return the text of a bulk query ("orders" or "variants") for a search in Shopify's syntax; "" finds all."""
    folder = resources.files("server.shopify").joinpath("bulk_queries")
    text = folder.joinpath(f"{name}.graphql").read_text("utf-8")
    return text.replace(f'"{SEARCH}"', msgspec.json.encode(search).decode())


async def run_bulk_query(client: AdminClient, query: str) -> BulkOperation | None:
    """Have the store run a bulk query; None while it runs as many as it may, and the same can be asked again later.

    Raises:
        Refused: the store does not take the query.
        ShopifyError: as `AdminClient.call`. What may run unseen after a lost answer does no harm.
    """
    reply = await client.call(BULK_OPERATION_RUN_QUERY, {"query": query})
    written = reply.bulk_operation_run_query
    if written.bulk_operation is not None:
        return written.bulk_operation
    if any(one.code in ("LIMIT_REACHED", "OPERATION_IN_PROGRESS") for one in written.user_errors):
        return None
    raise Refused(tuple(one.message for one in written.user_errors) or ("no reason was given",))


async def read_bulk_operation(client: AdminClient, gid: str) -> BulkOperation | None:
    """Return where a bulk operation stands; None where the store knows of none."""
    return (await client.call(BULK_OPERATION_READ, {"id": gid})).bulk_operation


async def each_bulk_order(client: AdminClient, url: str) -> AsyncIterator[answers.Order]:
    """Yield the orders of a result, each with its lines, in the result's own order.

    Raises:
        BadAnswer: a line is not what was asked for.
        ShopifyError: the file cannot be had (any more).
    """
    order: answers.Order | None = None
    lines: list[answers.OrderLine] = []
    async for text in client.download_lines(url, LINE_BYTES_MAX):
        if _decode(text, _Child).parent_id is None:
            if order is not None:
                yield _with_lines(order, lines)
            order, lines = _decode(text, answers.Order), []
            continue
        if order is None or _decode(text, _Child).parent_id != order.id:
            raise BadAnswer("a line stands apart from its order, although grouping was asked for")
        lines.append(_decode(text, answers.OrderLine))
    if order is not None:
        yield _with_lines(order, lines)


async def each_bulk_variant(client: AdminClient, url: str) -> AsyncIterator[shop_answers.Variant]:
    """Yield the variants of a result. Raises as `each_bulk_order`."""
    async for text in client.download_lines(url, LINE_BYTES_MAX):
        yield _decode(text, shop_answers.Variant)


class _Child(msgspec.Struct, frozen=True):
    parent_id: str | None = msgspec.field(default=None, name="__parentId")


def _with_lines(order: answers.Order, lines: list[answers.OrderLine]) -> answers.Order:
    return msgspec.structs.replace(
        order, line_items=answers.Page[answers.OrderLine](nodes=tuple(lines))
    )


def _decode(text: bytes, kind: type[Node]) -> Node:
    try:
        return msgspec.json.decode(text, type=kind)
    except UNREADABLE as error:
        raise BadAnswer(f"a line of a bulk result: {error}") from error

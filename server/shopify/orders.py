"""Reading orders from the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from server.shopify.answers import (
    ChangedOrder,
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Order,
    OrderLine,
    Page,
)
from server.shopify.client import AdminClient
from server.shopify.failures import BadAnswer
from server.shopify.operations import (
    FULFILLMENT_LINES_PAGE,
    FULFILLMENT_ORDER_LINES_PAGE,
    LINES_A_PAGE,
    ORDER_LINES_PAGE,
    ORDER_OF_RETURN,
    ORDER_OF_WORK,
    ORDER_READ,
    ORDERS_CHANGED,
    ORDERS_COUNT,
)

# An order has at most 500 lines; more pages than these mean a cursor that does not advance.
MAX_PAGES = 40

Line = TypeVar("Line")


async def read_order(
    client: AdminClient, order_gid: str, lines_a_page: int = LINES_A_PAGE
) -> Order | None:
    """Return the whole order with all its lines, or None when the store has none with that id.

    Usually one call; orders with more than a page of lines take one more call per further page.

    Raises:
        ShopifyError: as `AdminClient.call`.
    """
    found = await client.call(ORDER_READ, {"id": order_gid, "lines": lines_a_page})
    if found.order is None:
        return None
    reader = _Lines(client, lines_a_page)
    order = found.order
    return msgspec.structs.replace(
        order,
        line_items=await _whole(order.line_items, reader.of_order(order.id)),
        fulfillment_orders=Page[FulfillmentOrder](
            nodes=tuple(
                [await reader.complete_work(work) for work in order.fulfillment_orders.nodes]
            ),
            page_info=order.fulfillment_orders.page_info,
        ),
        fulfillments=tuple([await reader.complete_shipment(one) for one in order.fulfillments]),
    )


async def list_orders(
    client: AdminClient, query: str, after: str | None = None, first: int = 50
) -> Page[ChangedOrder]:
    """Return a page of the orders that a search finds, oldest change first.

    The store's search index lags and `updatedAt` counts whole seconds: ask with an overlap and take repeats in stride.
    """
    reply = await client.call(ORDERS_CHANGED, {"first": first, "after": after, "query": query})
    return reply.orders


async def count_orders(client: AdminClient, query: str) -> tuple[int, bool]:
    """Return how many orders a query finds, and whether that is all: the store stops counting at 10,000."""
    counted = (await client.call(ORDERS_COUNT, {"query": query})).orders_count
    if counted is None:
        raise BadAnswer("no count")
    return counted.count, counted.precision.upper() == "EXACT"


async def find_order_of(client: AdminClient, part_gid: str) -> str | None:
    """Return the gid of the order that a fulfillment order or return belongs to, or None."""
    if "/Return/" in part_gid:
        returned = (await client.call(ORDER_OF_RETURN, {"id": part_gid})).returned
        return None if returned is None else returned.order.id
    work = (await client.call(ORDER_OF_WORK, {"id": part_gid})).fulfillment_order
    return None if work is None else work.order_id


def changed_since(since: str) -> str:
    """Return the search for orders whose `updatedAt` is at or after `since` (ISO 8601, UTC)."""
    return f"updated_at:>='{since}'"


class _Lines:
    """Fetches the further pages of lines."""

    def __init__(self, client: AdminClient, lines_a_page: int) -> None:
        self._client = client
        self._lines = lines_a_page

    def of_order(self, gid: str) -> Callable[[str], Awaitable[Page[OrderLine]]]:
        async def next_page(after: str) -> Page[OrderLine]:
            reply = await self._client.call(ORDER_LINES_PAGE, self._at(gid, after))
            return reply.order.line_items if reply.order else Page[OrderLine]()

        return next_page

    async def complete_work(self, work: FulfillmentOrder) -> FulfillmentOrder:
        async def next_page(after: str) -> Page[FulfillmentOrderLine]:
            reply = await self._client.call(FULFILLMENT_ORDER_LINES_PAGE, self._at(work.id, after))
            found = reply.fulfillment_order
            return found.line_items if found else Page[FulfillmentOrderLine]()

        return msgspec.structs.replace(work, line_items=await _whole(work.line_items, next_page))

    async def complete_shipment(self, shipment: Fulfillment) -> Fulfillment:
        async def next_page(after: str) -> Page[FulfillmentLine]:
            reply = await self._client.call(FULFILLMENT_LINES_PAGE, self._at(shipment.id, after))
            found = reply.fulfillment
            return found.fulfillment_line_items if found else Page[FulfillmentLine]()

        lines = await _whole(shipment.fulfillment_line_items, next_page)
        return msgspec.structs.replace(shipment, fulfillment_line_items=lines)

    def _at(self, gid: str, after: str) -> dict[str, object]:
        return {"id": gid, "lines": self._lines, "after": after}


async def _whole(
    first: Page[Line], next_page: Callable[[str], Awaitable[Page[Line]]]
) -> Page[Line]:
    nodes = list(first.nodes)
    info = first.page_info
    for _ in range(MAX_PAGES):
        if not info.has_next_page or info.end_cursor is None:
            return Page[Line](nodes=tuple(nodes), page_info=info)
        page = await next_page(info.end_cursor)
        nodes.extend(page.nodes)
        info = page.page_info
    raise BadAnswer("lines go on without end")

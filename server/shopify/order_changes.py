"""Reading what an order went through: edits, returns and refunds, as the store accounts for them."""

from __future__ import annotations

from typing import TypeVar

from server.shopify.answers import Order, Page
from server.shopify.change_answers import Agreement, Changes, ChangesShown, Return
from server.shopify.client import AdminClient
from server.shopify.failures import AccessDenied, BadAnswer
from server.shopify.operations import ORDER_CHANGES
from server.shopify.scalars import paisa

# Ten of each a page; an order that went through more than this many means a cursor that does not advance.
MAX_PAGES = 40

Node = TypeVar("Node")


def went_through_changes(order: Order) -> bool:
    """Tell from a reading whether there is anything to ask for; most orders never change, and asking costs."""
    returned = (order.return_status or "NO_RETURN").upper() != "NO_RETURN"
    fewer = any(line.current_quantity != line.quantity for line in order.line_items.nodes)
    return order.edited or returned or fewer or paisa(order.total_refunded_set) > 0


async def read_changes(client: AdminClient, order_gid: str) -> Changes:
    """Return all agreements and returns of an order, to the last page.

    Raises:
        ShopifyError: as `AdminClient.call`; what the app may not see is None in the answer and no error.
    """
    agreements: list[Agreement] | None = []
    returns: list[Return] | None = []
    after: dict[str, object] = {"agreementsAfter": None, "returnsAfter": None}
    for _ in range(MAX_PAGES):
        try:
            reply = await client.call(ORDER_CHANGES, {"id": order_gid, **after})
        except AccessDenied:
            return Changes(agreements=None, returns=None)
        shown = reply.order or ChangesShown(agreements=Page[Agreement](), returns=Page[Return]())
        agreements = _joined(agreements, shown.agreements)
        returns = _joined(returns, shown.returns)
        after, more = _going_on(after, shown)
        if not more:
            return Changes(
                agreements=None if agreements is None else tuple(agreements),
                returns=None if returns is None else tuple(returns),
            )
    raise BadAnswer("agreements or returns go on without end")


def _joined(known: list[Node] | None, page: Page[Node] | None) -> list[Node] | None:
    return None if known is None or page is None else [*known, *page.nodes]


def _going_on(after: dict[str, object], shown: ChangesShown) -> tuple[dict[str, object], bool]:
    """Return the cursors of the next call. A list that has ended stays at its end and gives an empty page."""
    going = dict(after)
    more = False
    for name, page in (("agreementsAfter", shown.agreements), ("returnsAfter", shown.returns)):
        if page is None:
            continue
        going[name] = page.page_info.end_cursor or after[name]
        more = more or page.page_info.has_next_page
    return going, more

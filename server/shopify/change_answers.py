"""What the Admin API answers about how an order changed: agreements with their sales, and returns.

Both come back as null where the app may not see them; so they are optional here and mean "not shown".
"""

from __future__ import annotations

import msgspec

from server.shopify.answers import Answer, Page, Ref, ShopMoney


class Sale(Answer, frozen=True, kw_only=True):
    """One line of an agreement. `action_type` says which way it goes; signs of the numbers are not relied upon."""

    typename: str = msgspec.field(default="", name="__typename")
    action_type: str = ""
    line_type: str = ""
    quantity: int | None = None
    total_amount: ShopMoney | None = None
    line_item: Ref | None = None


class Agreement(Answer, frozen=True, kw_only=True):
    """The order itself (the first), an edit, a return, or a refund."""

    id: str
    happened_at: str
    typename: str = msgspec.field(default="", name="__typename")
    reason: str = ""
    sales: Page[Sale] = Page[Sale]()


class ReturnedFrom(Answer, frozen=True, kw_only=True):
    """The shipped line that comes back."""

    line_item: Ref | None = None


class ReturnLine(Answer, frozen=True, kw_only=True):
    """Units that are to come back; those processed already are off the order. Without a line: never matched to one."""

    unprocessed_quantity: int = 0
    fulfillment_line_item: ReturnedFrom | None = None


class Return(Answer, frozen=True, kw_only=True):
    """A return in the store: REQUESTED, OPEN, CLOSED, DECLINED or CANCELED."""

    id: str
    status: str
    return_line_items: Page[ReturnLine] = Page[ReturnLine]()


class ChangesShown(Answer, frozen=True, kw_only=True):
    """A page of both; null for what the app may not see."""

    agreements: Page[Agreement] | None = None
    returns: Page[Return] | None = None


class OrderChanges(Answer, frozen=True, kw_only=True):
    """Reply to the question how an order changed; null when the store has none with that id."""

    order: ChangesShown | None = None


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """All that an order went through, oldest first; None for what the store would not show."""

    agreements: tuple[Agreement, ...] | None = ()
    returns: tuple[Return, ...] | None = ()

"""Commands about money: give it back, note that it came in."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from server.practice_store.commands import Command


class RefundedLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units of an order's line (by gid) to refund.

    CANCEL takes unshipped ones off the order, RETURN puts shipped ones back on the shelf at `location`, NO_RESTOCK does
    neither.
    """

    line: str
    quantity: int
    restock: str = "NO_RESTOCK"
    location: str | None = None


class RefundedMoney(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money to give back, by a payment (gid) it came with; `kind` is REFUND."""

    amount: Decimal
    parent: str | None = None
    kind: str = "REFUND"
    gateway: str | None = None


class CreateRefund(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Take units out of an order (by gid) and give money back. `shipping` is the part of the delivery charge, None all of it."""

    order: str
    lines: tuple[RefundedLine, ...] = ()
    money: tuple[RefundedMoney, ...] = ()
    shipping: Decimal | None = Decimal(0)
    note: str | None = None
    notify_customer: bool = False
    allow_over_refunding: bool = False


class RecordPayment(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Note that the customer paid (by hand). No amount means all that is outstanding."""

    order: str
    amount: Decimal | None = None
    gateway: str = "manual"
    processed_at_ms: int | None = None


class CloseOrder(Command, frozen=True, kw_only=True):
    """Archive an order (by gid)."""

    order: str


class OpenOrder(Command, frozen=True, kw_only=True):
    """Take an order (by gid) back from the archive."""

    order: str


class DeleteOrder(Command, frozen=True, kw_only=True):
    """Remove an order (by gid) for good."""

    order: str

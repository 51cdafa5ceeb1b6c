"""Commands of order edits: begin one, change lines, commit it."""

from __future__ import annotations

from decimal import Decimal

from server.practice_store.commands import Command


class BeginEdit(Command, frozen=True, kw_only=True):
    """Begin to edit an order (by gid)."""

    order: str


class SetEditQuantity(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Change how many units a line would have; `edit` and `line` by gid."""

    edit: str
    line: str
    quantity: int
    restock: bool = False


class AddEditVariant(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Add a variant, to ship from `location` (all by gid)."""

    edit: str
    variant: str
    quantity: int
    location: str | None = None
    allow_duplicates: bool = False


class AddEditCustomItem(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Add an item that is no variant."""

    edit: str
    title: str
    quantity: int
    price: Decimal
    currency: str
    location: str | None = None
    requires_shipping: bool = True


class CommitEdit(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Make the edit count."""

    edit: str
    notify_customer: bool = False
    staff_note: str | None = None

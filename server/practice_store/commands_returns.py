"""Commands of returns: open one, or ask for it and have it approved; process, dispose, close. Ids are gids."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from server.practice_store.commands import Command
from server.practice_store.commands_refunds import RefundedMoney


class WantedReturnLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units of a fulfillment's line to return. `reason` is the older enum's value, or None."""

    fulfillment_line: str
    quantity: int
    reason: str | None = None
    note: str = ""
    customer_note: str | None = None


class WantedExchangeLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units of a variant to send in exchange; `discount` is for all of them."""

    variant: str
    quantity: int
    discount: Decimal = Decimal(0)


class OpenReturn(Command, frozen=True, kw_only=True, omit_defaults=True):
    """The team opens a return. Unless `unprocessed`, what is sent in exchange is put on the order at once."""

    order: str
    lines: tuple[WantedReturnLine, ...]
    exchange: tuple[WantedExchangeLine, ...] = ()
    unprocessed: bool = False


class RequestReturn(Command, frozen=True, kw_only=True):
    """A customer asks for a return."""

    order: str
    lines: tuple[WantedReturnLine, ...]


class ApproveReturn(Command, frozen=True, kw_only=True):
    """The team agrees to a return."""

    of_return: str


class DeclineReturn(Command, frozen=True, kw_only=True, omit_defaults=True):
    """The team turns a request down: RETURN_PERIOD_ENDED, FINAL_SALE or OTHER."""

    of_return: str
    reason: str
    note: str | None = None


class CancelReturn(Command, frozen=True, kw_only=True):
    """Nothing will come back after all."""

    of_return: str


class CloseReturn(Command, frozen=True, kw_only=True):
    """The return is over."""

    of_return: str


class ReopenReturn(Command, frozen=True, kw_only=True):
    """The return is not over."""

    of_return: str


class Units(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a line of a return."""

    line: str
    quantity: int


class RemoveFromReturn(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Fewer units come back, or are sent in exchange."""

    of_return: str
    lines: tuple[Units, ...] = ()
    exchange: tuple[Units, ...] = ()


class WantedDisposition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to do with units of a reverse fulfillment order's line."""

    line: str
    quantity: int
    type: str
    location: str | None = None


class ProcessedLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units of a return's line that are back."""

    line: str
    quantity: int
    dispositions: tuple[WantedDisposition, ...] = ()


class ProcessReturn(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Count units as back, put exchanged ones on the order, and give money back."""

    of_return: str
    lines: tuple[ProcessedLine, ...] = ()
    exchange: tuple[Units, ...] = ()
    money: tuple[RefundedMoney, ...] = ()
    shipping: Decimal = Decimal(0)
    note: str | None = None
    allow_over_refunding: bool = False
    notify_customer: bool = False


class DisposeReturned(Command, frozen=True, kw_only=True):
    """Say what is done with goods that came back."""

    dispositions: tuple[WantedDisposition, ...]

"""The control API's deeds on returns: agree, turn down, process, close."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from server.practice_store.asgi import Request, Response, json_response
from server.practice_store.commands import UserError
from server.practice_store.commands_refunds import RefundedMoney
from server.practice_store.commands_returns import (
    ApproveReturn,
    CancelReturn,
    CloseReturn,
    DeclineReturn,
    ProcessedLine,
    ProcessReturn,
    ReopenReturn,
    Units,
    WantedDisposition,
)
from server.practice_store.control_views import order_view
from server.practice_store.every_command import AnyCommand
from server.practice_store.identity import gid_of
from server.practice_store.returns import Return, ReturnLineItem
from server.practice_store.store import PracticeStore


class ProcessRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is done with all that a return still waits for: `disposition` (none: nothing yet), and money given back."""

    disposition: str | None = "RESTOCKED"
    location: int | None = None
    amount: Decimal = Decimal(0)


class DeclineRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Why: RETURN_PERIOD_ENDED, FINAL_SALE or OTHER."""

    reason: str = "OTHER"
    note: str | None = None


class ReturnControl:
    """Answers `returns/{number}/…` of the control API; the number is that in the return's gid."""

    def __init__(self, store: PracticeStore) -> None:
        self._store = store

    def approve(self, request: Request, number: str) -> Response:
        """POST returns/{number}/approve."""
        del request
        return self._done(number, ApproveReturn(of_return=_gid(number)))

    def decline(self, request: Request, number: str) -> Response:
        """POST returns/{number}/decline."""
        asked = msgspec.json.decode(request.body or b"{}", type=DeclineRequest)
        command = DeclineReturn(of_return=_gid(number), reason=asked.reason, note=asked.note)
        return self._done(number, command)

    def cancel(self, request: Request, number: str) -> Response:
        """POST returns/{number}/cancel."""
        del request
        return self._done(number, CancelReturn(of_return=_gid(number)))

    def close(self, request: Request, number: str) -> Response:
        """POST returns/{number}/close."""
        del request
        return self._done(number, CloseReturn(of_return=_gid(number)))

    def reopen(self, request: Request, number: str) -> Response:
        """POST returns/{number}/reopen."""
        del request
        return self._done(number, ReopenReturn(of_return=_gid(number)))

    def process(self, request: Request, number: str) -> Response:
        """POST returns/{number}/process: all that it still waits for is back, and all that is exchanged goes out."""
        asked = msgspec.json.decode(request.body or b"{}", type=ProcessRequest, strict=False)
        found = self._store.state.return_of(_gid(number))
        if found is None:
            return self._done(number, ProcessReturn(of_return=_gid(number)))
        payment = next((one.id for one in found.order.payments if one.pays), None)
        command = ProcessReturn(
            of_return=found.id,
            lines=tuple(
                ProcessedLine(
                    line=line.id,
                    quantity=line.unprocessed_quantity,
                    dispositions=self._dispositions(found, line, asked),
                )
                for line in found.return_line_items
                if line.unprocessed_quantity
            ),
            exchange=tuple(
                Units(line=line.id, quantity=line.unprocessed_quantity)
                for line in found.exchange_line_items
                if line.unprocessed_quantity
            ),
            money=(RefundedMoney(amount=asked.amount, parent=payment),) if asked.amount else (),
        )
        return self._done(number, command)

    def _dispositions(
        self, of_return: Return, line: ReturnLineItem, asked: ProcessRequest
    ) -> tuple[WantedDisposition, ...]:
        """What is no variant cannot go on a shelf."""
        kind = asked.disposition
        if kind == "RESTOCKED" and line.fulfillment_line_item.line_item.variant is None:
            kind = "NOT_RESTOCKED"
        if kind is None:
            return ()
        place = asked.location or self._store.state.first_location().number
        return tuple(
            WantedDisposition(
                line=part.id,
                quantity=line.unprocessed_quantity,
                type=kind,
                location=gid_of("Location", place),
            )
            for back in of_return.reverse_fulfillment_orders
            for part in back.line_items
            if part.return_line is line
        )

    def _done(self, number: str, command: AnyCommand) -> Response:
        done = self._store.execute(command)
        found = self._store.state.return_of(_gid(number))
        if found is None:
            return json_response({"errors": [UserError(message="not found")]}, 404)
        if isinstance(done, list):
            return json_response({"errors": done}, 422)
        return json_response(order_view(found.order))


def _gid(number: str) -> str:
    return gid_of("Return", int(number))

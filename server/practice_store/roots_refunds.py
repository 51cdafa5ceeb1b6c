"""Refunds over the API."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from server.practice_store.asked import Asked, Input, Payload
from server.practice_store.commands_refunds import CreateRefund, RefundedLine, RefundedMoney
from server.practice_store.identity import number_of
from server.practice_store.refunds import Refund


class RefundQueries(Asked):
    """Reading refunds."""

    def refund(self, *, id: str) -> Refund | None:  # noqa: A002 - the schema's name
        """One of them."""
        return self._state.refunds.get(number_of(id, "Refund") or 0)


class RefundMutations(Asked):
    """Giving money back."""

    def refund_create(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Refund. A refusal still shows the order (recorded)."""
        shipping = input.get("shipping") or {}
        command = CreateRefund(
            order=input["orderId"],
            lines=_lines(input.get("refundLineItems") or ()),
            money=tuple(
                RefundedMoney(
                    amount=Decimal(str(one["amount"])),
                    parent=one.get("parentId"),
                    kind=one["kind"],
                    gateway=one["gateway"],
                )
                for one in input.get("transactions") or ()
            ),
            shipping=None
            if shipping.get("fullRefund")
            else Decimal(str(shipping.get("amount") or 0)),
            note=input.get("note"),
            notify_customer=bool(input.get("notify")),
            allow_over_refunding=bool(input.get("allowOverRefunding")),
        )
        payload = self._payload("refund", command)
        return {**payload, "order": self._state.order(input["orderId"])}


def _lines(given: Sequence[Input]) -> tuple[RefundedLine, ...]:
    return tuple(
        RefundedLine(
            line=one["lineItemId"],
            quantity=one["quantity"],
            restock=one.get("restockType") or "NO_RESTOCK",
            location=one.get("locationId"),
        )
        for one in given
    )

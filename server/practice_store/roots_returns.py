"""Returns over the API."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from server.practice_store.asked import Asked, Input, InvalidInputError, Payload, typed_id
from server.practice_store.commands_refunds import RefundedMoney
from server.practice_store.commands_returns import (
    ApproveReturn,
    CancelReturn,
    CloseReturn,
    DeclineReturn,
    DisposeReturned,
    OpenReturn,
    ProcessedLine,
    ProcessReturn,
    RemoveFromReturn,
    ReopenReturn,
    RequestReturn,
    Units,
    WantedDisposition,
    WantedExchangeLine,
    WantedReturnLine,
)
from server.practice_store.every_command import AnyCommand
from server.practice_store.identity import number_of
from server.practice_store.returns import (
    REASONS,
    Disposal,
    Return,
    ReturnableFulfillment,
    ReturnReasonDefinition,
    ReverseFulfillmentOrder,
    returnable_fulfillments,
)


class ReturnQueries(Asked):
    """Reading returns."""

    def return_(self, *, id: str) -> Return | None:  # noqa: A002 - the schema's name
        """One of them."""
        return self._state.return_of(id)

    def returnable_fulfillments(self, *, order_id: str) -> list[ReturnableFulfillment]:
        """The shipments of an order of which something may come back."""
        order = self._state.order(order_id)
        return returnable_fulfillments(order) if order else []

    def reverse_fulfillment_order(
        self,
        *,
        id: str,  # noqa: A002 - the schema's name
    ) -> ReverseFulfillmentOrder | None:
        """The way back of one return's goods."""
        return self._state.reverse_orders.get(number_of(id, "ReverseFulfillmentOrder") or 0)

    def return_reason_definitions(self, **_filters: object) -> list[ReturnReasonDefinition]:
        """The reasons that customers may give."""
        return list(REASONS.values())


class ReturnMutations(Asked):
    """What becomes of a return."""

    def return_create(self, *, return_input: Input) -> Payload:
        """Open one."""
        _no_fees(return_input, return_input["returnLineItems"])
        command = OpenReturn(
            order=return_input["orderId"],
            lines=_lines(return_input["returnLineItems"]),
            exchange=tuple(_exchange(one) for one in return_input.get("exchangeLineItems") or ()),
            unprocessed=bool(return_input.get("unprocessed")),
        )
        return self._return(command)

    def return_request(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Ask for one."""
        _no_fees(input, input["returnLineItems"])
        return self._return(
            RequestReturn(order=input["orderId"], lines=_lines(input["returnLineItems"]))
        )

    def return_approve_request(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Agree to one that was asked for."""
        return self._return(ApproveReturn(of_return=input["id"]))

    def return_decline_request(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Turn one down."""
        return self._return(
            DeclineReturn(
                of_return=input["id"],
                reason=input["declineReason"],
                note=input.get("declineNote"),
            )
        )

    def return_cancel(self, *, id: str, **_notify: object) -> Payload:  # noqa: A002 - the schema's name
        """Call one off."""
        return self._return(CancelReturn(of_return=id))

    def return_close(self, *, id: str) -> Payload:  # noqa: A002 - the schema's name
        """End one."""
        return self._return(CloseReturn(of_return=id))

    def return_reopen(self, *, id: str) -> Payload:  # noqa: A002 - the schema's name
        """Go on with one that had ended."""
        return self._return(ReopenReturn(of_return=id))

    def remove_from_return(
        self,
        *,
        return_id: str,
        return_line_items: Sequence[Input] | None = None,
        exchange_line_items: Sequence[Input] | None = None,
    ) -> Payload:
        """Take units out of one."""
        command = RemoveFromReturn(
            of_return=return_id,
            lines=tuple(
                Units(line=one["returnLineItemId"], quantity=one["quantity"])
                for one in return_line_items or ()
            ),
            exchange=tuple(
                Units(line=one["exchangeLineItemId"], quantity=one["quantity"])
                for one in exchange_line_items or ()
            ),
        )
        return self._return(command)

    def return_process(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Count units as back."""
        transfer = (input.get("financialTransfer") or {}).get("issueRefund") or {}
        shipping = input.get("refundShipping") or {}
        found = self._state.return_of(input["returnId"])
        whole = found.order.shipping if found and shipping.get("fullRefund") else None
        amount = (shipping.get("shippingRefundAmount") or {}).get("amount") or 0
        command = ProcessReturn(
            of_return=input["returnId"],
            lines=tuple(
                ProcessedLine(
                    line=one["id"],
                    quantity=one["quantity"],
                    dispositions=_dispositions(one.get("dispositions") or ()),
                )
                for one in input.get("returnLineItems") or ()
            ),
            exchange=tuple(
                Units(line=one["id"], quantity=one["quantity"])
                for one in input.get("exchangeLineItems") or ()
            ),
            money=tuple(
                RefundedMoney(
                    amount=Decimal(str(one["transactionAmount"]["amount"])),
                    parent=one["parentId"],
                )
                for one in transfer.get("orderTransactions") or ()
            ),
            allow_over_refunding=bool(transfer.get("allowOverRefunding")),
            shipping=whole if whole is not None else Decimal(str(amount)),
            note=input.get("note"),
            notify_customer=bool(input.get("notifyCustomer")),
        )
        return self._return(command)

    def reverse_fulfillment_order_dispose(self, *, disposition_inputs: Sequence[Input]) -> Payload:
        """Say what is done with goods that came back."""
        command = DisposeReturned(dispositions=_dispositions(disposition_inputs))
        name = "reverse_fulfillment_order_line_items"
        done = self._store.execute(command)
        if isinstance(done, list):
            return {name: None, "user_errors": done}
        assert isinstance(done, Disposal)
        return {name: list(dict.fromkeys(part for part, _ in done.made)), "user_errors": []}

    def _return(self, command: AnyCommand) -> Payload:
        return self._payload("return_", command)


def _lines(given: Sequence[Input]) -> tuple[WantedReturnLine, ...]:
    return tuple(
        WantedReturnLine(
            fulfillment_line=one["fulfillmentLineItemId"],
            quantity=one["quantity"],
            reason=one.get("returnReason") or _reason(one.get("returnReasonDefinitionId")),
            note=one.get("returnReasonNote") or "",
            customer_note=one.get("customerNote"),
        )
        for one in given
    )


def _reason(definition: str | None) -> str | None:
    number = number_of(definition or "", "ReturnReasonDefinition")
    return next((name for name, one in REASONS.items() if one.number == number), None)


def _exchange(given: Input) -> WantedExchangeLine:
    value = (given.get("appliedDiscount") or {}).get("value") or {}
    if "percentage" in value:
        raise InvalidInputError("the practice store gives exchange discounts as amounts")
    amount = (value.get("amount") or {}).get("amount") or 0
    return WantedExchangeLine(
        variant=given["variantId"], quantity=given["quantity"], discount=Decimal(str(amount))
    )


def _dispositions(given: Sequence[Input]) -> tuple[WantedDisposition, ...]:
    return tuple(
        WantedDisposition(
            line=typed_id(
                one["reverseFulfillmentOrderLineItemId"], "ReverseFulfillmentOrderLineItem"
            ),
            quantity=one["quantity"],
            type=one["dispositionType"],
            location=typed_id(one["locationId"], "Location") if one.get("locationId") else None,
        )
        for one in given
    )


def _no_fees(given: Input, lines: Sequence[Input]) -> None:
    if given.get("returnShippingFee") or any(line.get("restockingFee") for line in lines):
        raise InvalidInputError("the practice store charges no fees for returns")

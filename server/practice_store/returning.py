"""Returns: what is refused, in the recorded words, and what each step changes.

Asking for a return, opening, closing or cancelling one leaves the order as it was, its time of change included
(recorded). The order changes when a return is processed: then units are back, or sent in exchange.
"""

from __future__ import annotations

from collections.abc import Sequence

from server.practice_store.commands import UserError
from server.practice_store.commands_returns import (
    ApproveReturn,
    CancelReturn,
    CloseReturn,
    DeclineReturn,
    OpenReturn,
    RemoveFromReturn,
    ReopenReturn,
    RequestReturn,
    WantedExchangeLine,
    WantedReturnLine,
)
from server.practice_store.fulfillment import FulfillmentLineItem
from server.practice_store.identity import number_of
from server.practice_store.orders import Order
from server.practice_store.processing import put_exchanges_on_the_order
from server.practice_store.returns import (
    ExchangeLineItem,
    Return,
    ReturnChange,
    ReturnDecline,
    ReturnLineItem,
    ReverseFulfillmentOrder,
    ReverseFulfillmentOrderLineItem,
    returnable_units,
)
from server.practice_store.state import State

Path = tuple[str, ...]
INVALID_QUANTITY = "Return line item has an invalid quantity."


def open_return(state: State, wanted: OpenReturn, at_ms: int) -> Return | list[UserError]:
    """Open a return at once."""
    path = ("returnInput",)
    order = state.order(wanted.order)
    if order is None:
        return [_not_found("Order", (*path, "orderId"))]
    errors = (
        _reason_errors(path, wanted.lines)
        or _line_errors(order, path, wanted.lines)
        or _exchange_errors(state, path, wanted.exchange)
    )
    if not errors and not wanted.lines and not wanted.exchange:
        field = (*path, "returnLineItems")
        errors = [UserError(field=field, message="can't be blank", code="BLANK")]
    if errors:
        return errors
    made = _new_return(state, order, wanted.lines, at_ms)
    made.exchange_line_items = [
        ExchangeLineItem(
            number=state.numbers.take(),
            of_return=made,
            variant=state.variants[number_of(one.variant, "ProductVariant") or 0],
            quantity=one.quantity,
            discount=one.discount,
        )
        for one in wanted.exchange
    ]
    _begin(state, made, at_ms)
    if made.exchange_line_items and not wanted.unprocessed:
        units = {line: line.quantity for line in made.exchange_line_items}
        put_exchanges_on_the_order(state, made, units, at_ms)
    return made


def request_return(state: State, wanted: RequestReturn, at_ms: int) -> Return | list[UserError]:
    """Note that a customer asks for a return."""
    path = ("input",)
    order = state.order(wanted.order)
    if order is None:
        return [_not_found("Order", (*path, "orderId"))]
    errors = [
        UserError(
            field=(*path, "returnLineItems", str(place), "returnReason"),
            message="Return reason can't be blank",
            code="BLANK",
        )
        for place, line in enumerate(wanted.lines)
        if line.reason is None
    ] or _line_errors(order, path, wanted.lines)
    if errors:
        return errors
    made = _new_return(state, order, wanted.lines, at_ms)
    state.announce("RETURNS_REQUEST", made, at_ms)
    return made


def approve_return(state: State, wanted: ApproveReturn, at_ms: int) -> Return | list[UserError]:
    """Open a return that was asked for."""
    field = ("input", "id")
    found = state.return_of(wanted.of_return)
    if found is None:
        return [_not_found("Return", field)]
    if found.status != "REQUESTED":
        message = "Return is not approvable. Only returns with status REQUESTED can be approved."
        return [UserError(field=field, message=message, code="INVALID_STATE")]
    found.request_approved_at = at_ms
    _begin(state, found, at_ms)
    return found


def decline_return(state: State, wanted: DeclineReturn, at_ms: int) -> Return | list[UserError]:
    """Turn a request down."""
    field = ("input", "id")
    found = state.return_of(wanted.of_return)
    if found is None:
        return [_not_found("Return", field)]
    if found.status == "DECLINED":
        message = "The return is already declined."
        return [UserError(field=field, message=message, code="INVALID_STATE")]
    if found.status != "REQUESTED":
        message = "Return is not declinable. Only non-refunded returns with status REQUESTED can be declined."
        return [UserError(field=field, message=message, code="INVALID_STATE")]
    found.status = "DECLINED"
    found.decline = ReturnDecline(reason=wanted.reason, note=wanted.note)
    state.announce("RETURNS_DECLINE", found, at_ms)
    return found


def cancel_return(state: State, wanted: CancelReturn, at_ms: int) -> Return | list[UserError]:
    """Call a return off, unless part of it counts already; doing it twice is no mistake (recorded)."""
    found = state.return_of(wanted.of_return)
    if found is None:
        return [_not_found("Return", ("id",))]
    if found.status == "CANCELED":
        return found
    if found.status not in {"REQUESTED", "OPEN"} or found.is_processed or found.refunds:
        message = "Return is not cancelable."
        return [UserError(field=("id",), message=message, code="INVALID_STATE")]
    found.status = "CANCELED"
    for back in found.reverse_fulfillment_orders:
        back.status = "CANCELED"
    state.announce("RETURNS_CANCEL", found, at_ms)
    return found


def close_return(state: State, wanted: CloseReturn, at_ms: int) -> Return | list[UserError]:
    """End an open return; doing it twice is no mistake (recorded)."""
    found = _in_status(state, wanted.of_return, ("OPEN", "CLOSED"))
    if isinstance(found, list) or found.status == "CLOSED":
        return found
    found.status = "CLOSED"
    found.closed_at = at_ms
    state.announce("RETURNS_CLOSE", found, at_ms)
    return found


def reopen_return(state: State, wanted: ReopenReturn, at_ms: int) -> Return | list[UserError]:
    """Open a closed return again; doing it twice is no mistake (recorded)."""
    found = _in_status(state, wanted.of_return, ("OPEN", "CLOSED"))
    if isinstance(found, list) or found.status == "OPEN":
        return found
    found.status = "OPEN"
    found.closed_at = None
    state.announce("RETURNS_REOPEN", found, at_ms)
    return found


def remove_from_return(
    state: State, wanted: RemoveFromReturn, at_ms: int
) -> Return | list[UserError]:
    """Take units that are not processed out of a return."""
    found = state.return_of(wanted.of_return)
    errors = _removal_errors(found, wanted)
    if found is None or errors:
        return errors
    lines = {line.id: line for line in found.return_line_items}
    removals = tuple((lines[one.line], one.quantity) for one in wanted.lines)
    for line, quantity in removals:
        line.quantity -= quantity
        for back in found.reverse_fulfillment_orders:
            for part in back.line_items:
                part.total_quantity -= quantity if part.return_line is line else 0
    exchanges = {line.id: line for line in found.exchange_line_items}
    for one in wanted.exchange:
        exchanges[one.line].quantity -= one.quantity
    found.return_line_items = [line for line in found.return_line_items if line.quantity]
    found.exchange_line_items = [line for line in found.exchange_line_items if line.quantity]
    state.announce("RETURNS_UPDATE", ReturnChange(of_return=found, removals=removals), at_ms)
    return found


def _removal_errors(found: Return | None, wanted: RemoveFromReturn) -> list[UserError]:
    if found is None:
        return [_not_found("Return", ("returnId",))]
    if found.status not in {"REQUESTED", "OPEN"}:
        message = "Return status is invalid."
        return [UserError(field=("returnId",), message=message, code="INVALID_STATE")]
    if any(one.quantity < 1 for one in (*wanted.lines, *wanted.exchange)):
        return [UserError(message="Quantity must be greater than 0", code="GREATER_THAN")]
    left = {line.id: line.unprocessed_quantity for line in found.return_line_items}
    left |= {line.id: line.unprocessed_quantity for line in found.exchange_line_items}
    for name, units in (("returnLineItem", wanted.lines), ("exchangeLineItem", wanted.exchange)):
        for place, one in enumerate(units):
            path = (f"{name}s", str(place))
            if one.line not in left:
                return [_not_found("Return line item", (*path, f"{name}Id"))]
            left[one.line] -= one.quantity
            if left[one.line] < 0:
                field = (*path, "quantity")
                return [UserError(field=field, message=INVALID_QUANTITY, code="INVALID")]
    return []


def _in_status(state: State, gid: str, allowed: Sequence[str]) -> Return | list[UserError]:
    found = state.return_of(gid)
    if found is None:
        return [_not_found("Return", ("id",))]
    if found.status not in allowed:
        message = "Return status is invalid."
        return [UserError(field=("id",), message=message, code="INVALID_STATE")]
    return found


def _not_found(what: str, field: Path) -> UserError:
    ending = "not found." if what == "Return" else "was not found."
    return UserError(field=field, message=f"{what} {ending}", code="NOT_FOUND")


def _reason_errors(path: Path, lines: Sequence[WantedReturnLine]) -> list[UserError]:
    """The team must say why; with "other", in words (recorded)."""
    for place, line in enumerate(lines):
        field = (*path, "returnLineItems", str(place))
        if line.reason is None:
            message = "Return line items Either return reason or return reason definition must be provided"
            return [UserError(field=field, message=message, code="NOT_FOUND")]
        if line.reason == "OTHER" and not line.note.strip():
            message = (
                "Return line items return reason note"
                ' The note is required when the return reason is "Other"'
            )
            return [UserError(field=(*field, "returnReasonNote"), message=message, code="BLANK")]
    return []


def _line_errors(order: Order, path: Path, lines: Sequence[WantedReturnLine]) -> list[UserError]:
    taken: dict[FulfillmentLineItem, int] = {}
    for place, line in enumerate(lines):
        field = (*path, "returnLineItems", str(place))
        part = shipped_part(order, line.fulfillment_line)
        if part is None:
            return [_not_found("Fulfillment Line Item", (*field, "fulfillmentLineItemId"))]
        taken[part] = taken.get(part, 0) + line.quantity
        if line.quantity < 1 or taken[part] > returnable_units(order, part):
            return [UserError(field=(*field, "quantity"), message=INVALID_QUANTITY, code="INVALID")]
    return []


def _exchange_errors(
    state: State, path: Path, lines: Sequence[WantedExchangeLine]
) -> list[UserError]:
    for place, line in enumerate(lines):
        field = (*path, "exchangeLineItems", str(place))
        if (number_of(line.variant, "ProductVariant") or 0) not in state.variants:
            return [_not_found("Variant", (*field, "variantId"))]
        if line.quantity < 1:
            message = "Exchange line item has an invalid quantity."
            return [UserError(field=(*field, "quantity"), message=message, code="INVALID")]
    return []


def shipped_part(order: Order, gid: str) -> FulfillmentLineItem | None:
    """Return the line of a shipment of the order's that has that gid, if the shipment was not taken back."""
    parts = (
        part
        for shipment in order.shipments
        if shipment.status == "SUCCESS"
        for part in shipment.fulfillment_line_items
    )
    return next((part for part in parts if part.id == gid), None)


def _new_return(
    state: State, order: Order, lines: Sequence[WantedReturnLine], at_ms: int
) -> Return:
    made = Return(
        number=state.numbers.take(),
        order=order,
        sequence=len(order.returned) + 1,
        created_at=at_ms,
        status="REQUESTED",
    )
    for line in lines:
        part = shipped_part(order, line.fulfillment_line)
        assert part is not None
        made.return_line_items.append(
            ReturnLineItem(
                number=state.numbers.take(),
                of_return=made,
                fulfillment_line_item=part,
                quantity=line.quantity,
                return_reason=line.reason or "UNKNOWN",
                return_reason_note=line.note,
                customer_note=line.customer_note,
            )
        )
    order.returned.append(made)
    state.returns[made.number] = made
    return made


def _begin(state: State, made: Return, at_ms: int) -> None:
    """Open a return: the goods may be on their way."""
    made.status = "OPEN"
    if made.return_line_items:
        back = ReverseFulfillmentOrder(
            number=state.numbers.take(),
            of_return=made,
            line_items=[
                ReverseFulfillmentOrderLineItem(
                    number=state.numbers.take(), return_line=line, total_quantity=line.quantity
                )
                for line in made.return_line_items
            ],
        )
        made.reverse_fulfillment_orders.append(back)
        state.reverse_orders[back.number] = back
    state.announce("RETURNS_APPROVE", made, at_ms)

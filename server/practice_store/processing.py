"""Processing a return: units count as back, exchanged ones go onto the order, goods are put somewhere, money goes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.practice_store.agreements import ReturnAgreement
from server.practice_store.commands import UserError
from server.practice_store.commands_returns import (
    DisposeReturned,
    ProcessReturn,
    WantedDisposition,
)
from server.practice_store.identity import number_of
from server.practice_store.order_lines import LineItem
from server.practice_store.placing import add_units, new_work
from server.practice_store.refunding import (
    finish_refund,
    give_back,
    money_errors,
    refund_of_return,
)
from server.practice_store.refunds import RefundLineItem
from server.practice_store.returns import (
    Disposal,
    ExchangeLineItem,
    Return,
    ReturnLineItem,
    ReverseFulfillmentOrder,
    ReverseFulfillmentOrderDisposition,
    ReverseFulfillmentOrderLineItem,
)
from server.practice_store.state import State

Path = tuple[str, ...]


def process_return(state: State, wanted: ProcessReturn, at_ms: int) -> Return | list[UserError]:
    """Count units as back and as sent in exchange, with what is done with the goods and the money; all or nothing."""
    found = state.return_of(wanted.of_return)
    errors = _process_errors(state, found, wanted)
    if found is None or errors:
        return errors
    order = found.order
    back = {line.id: line for line in found.return_line_items}
    agreement = _agreement(state, found, at_ms)
    for one in wanted.lines:
        line = back[one.line]
        line.processed_quantity += one.quantity
        ordered = line.fulfillment_line_item.line_item
        ordered.returned_units += one.quantity
        agreement.add_units(ordered, one.quantity, taken_out=True)
    if agreement.sales:
        order.agreed.append(agreement)
    exchanges = {line.id: line for line in found.exchange_line_items}
    units = {exchanges[one.line]: one.quantity for one in wanted.exchange}
    if units:
        put_exchanges_on_the_order(state, found, units, at_ms)
    dispositions = [one for line in wanted.lines for one in line.dispositions]
    if dispositions:
        _dispose(state, dispositions, at_ms)
    state.announce("RETURNS_PROCESS", found, at_ms)
    order.touch(at_ms)
    state.announce("ORDERS_UPDATED", order, at_ms)
    if wanted.money:
        _refund(state, found, wanted, at_ms)
    return found


def put_exchanges_on_the_order(
    state: State, of_return: Return, units: Mapping[ExchangeLineItem, int], at_ms: int
) -> None:
    """Make exchanged units lines of the order, with one new fulfillment order for them all."""
    order = of_return.order
    agreement = _agreement(state, of_return, at_ms)
    work = new_work(state, order, state.first_location().number, at_ms)
    order.work.append(work)
    for exchange, quantity in units.items():
        variant = exchange.variant
        line = LineItem(
            number=state.numbers.take(),
            order=order,
            title=variant.product.title,
            quantity=quantity,
            price=variant.price,
            discount=exchange.discount * quantity / exchange.quantity,
            sku=variant.sku or None,
            variant=variant,
            requires_shipping=variant.inventory_item.requires_shipping,
            is_gift_card=False,
        )
        order.line_items.append(line)
        exchange.line_items.append(line)
        exchange.processed_quantity += quantity
        add_units(state, work, line, quantity)
        agreement.add_units(line, quantity)
    order.agreed.append(agreement)
    order.closed_at = None
    order.touch(at_ms)
    state.announce("ORDERS_UPDATED", order, at_ms)


def dispose_returned(
    state: State, wanted: DisposeReturned, at_ms: int
) -> Disposal | list[UserError]:
    """Say what is done with goods of one reverse fulfillment order."""
    errors = _disposition_errors(state, ("dispositionInputs",), wanted.dispositions)
    return errors or _dispose(state, wanted.dispositions, at_ms)


def _agreement(state: State, of_return: Return, at_ms: int) -> ReturnAgreement:
    return ReturnAgreement(number=state.numbers.take(), happened_at=at_ms, of_return=of_return)


def _refund(state: State, of_return: Return, wanted: ProcessReturn, at_ms: int) -> None:
    refund = refund_of_return(of_return.order, state.numbers.take(), of_return, at_ms)
    refund.note = wanted.note
    refund.shipping = min(wanted.shipping, of_return.order.shipping)
    back = {line.id: line for line in of_return.return_line_items}
    for one in wanted.lines:
        line = back[one.line]
        line.refunded_quantity += one.quantity
        ordered = line.fulfillment_line_item.line_item
        refund.refund_line_items.append(
            RefundLineItem(
                number=state.numbers.take(),
                line_item=ordered,
                quantity=one.quantity,
                restock_type="NO_RESTOCK",
                subtotal=ordered.total_of(one.quantity),
            )
        )
    give_back(state, refund, wanted.money, at_ms)
    of_return.refunds.append(refund)
    finish_refund(state, refund, at_ms, notify=wanted.notify_customer)


def _process_errors(state: State, found: Return | None, wanted: ProcessReturn) -> list[UserError]:
    field = ("input", "returnId")
    if found is None:
        return [UserError(field=field, message="Return not found.", code="NOT_FOUND")]
    if found.status != "OPEN":
        message = "Return status is invalid."
        return [UserError(field=field, message=message, code="INVALID_STATE")]
    lines: dict[str, ReturnLineItem | ExchangeLineItem] = {}
    lines |= {line.id: line for line in found.return_line_items}
    lines |= {line.id: line for line in found.exchange_line_items}
    for name, units in (
        ("returnLineItems", [(one.line, one.quantity) for one in wanted.lines]),
        ("exchangeLineItems", [(one.line, one.quantity) for one in wanted.exchange]),
    ):
        what = "Return line item" if name == "returnLineItems" else "Exchange line item"
        for place, (gid, quantity) in enumerate(units):
            line = lines.get(gid)
            path = ("input", name, str(place))
            if line is None:
                message = f"{what} was not found."
                return [UserError(field=(*path, "id"), message=message, code="NOT_FOUND")]
            if not 1 <= quantity <= line.processable_quantity:
                message = f"{what} has an invalid quantity."
                return [UserError(field=(*path, "quantity"), message=message, code="INVALID")]
    dispositions = [one for line in wanted.lines for one in line.dispositions]
    errors = _disposition_errors(state, ("input",), dispositions) if dispositions else []
    return errors or money_errors(found.order, wanted.money, allow_more=wanted.allow_over_refunding)


def _disposition_errors(
    state: State, path: Path, wanted: Sequence[WantedDisposition]
) -> list[UserError]:
    """What is not recorded here: the words for more units than came back."""
    parts = [_part(state, one.line) for one in wanted]
    orders = {back for back, _ in parts}
    if len(orders) != 1 or None in orders:
        message = "Cannot dispose items from more than one reverse fulfillment order."
        return [UserError(field=path, message=message, code="INVALID")]
    errors = []
    for place, (one, (_, part)) in enumerate(zip(wanted, parts, strict=True)):
        at = (*path, str(place))
        assert part is not None
        variant = part.fulfillment_line_item.line_item.variant
        if one.type == "RESTOCKED" and variant is None:
            message = "RESTOCKED is an invalid disposition type for a custom line item."
            errors.append(
                UserError(field=(*at, "dispositionType"), message=message, code="INVALID")
            )
        needs_location = one.type == "RESTOCKED" or one.location is not None
        if needs_location and number_of(one.location or "", "Location") not in state.locations:
            message = "Location not found."
            errors.append(UserError(field=(*at, "locationId"), message=message, code="NOT_FOUND"))
        if not 1 <= one.quantity <= part.undisposed_quantity:
            message = "Quantity is more than what is left to dispose."
            errors.append(UserError(field=(*at, "quantity"), message=message, code="INVALID"))
    return errors


def _dispose(state: State, wanted: Sequence[WantedDisposition], at_ms: int) -> Disposal:
    made = []
    orders: list[ReverseFulfillmentOrder] = []
    for one in wanted:
        back, part = _part(state, one.line)
        assert back is not None
        assert part is not None
        disposition = ReverseFulfillmentOrderDisposition(
            number=state.numbers.take(),
            type=one.type,
            quantity=one.quantity,
            location=state.locations.get(number_of(one.location or "", "Location") or 0),
            created_at=at_ms,
        )
        part.dispositions.append(disposition)
        made.append((part, disposition))
        orders.append(back)
    back = orders[0]
    if not any(part.undisposed_quantity for part in back.line_items):
        back.status = "CLOSED"
    disposal = Disposal(reverse_order=back, made=tuple(made))
    state.announce("REVERSE_FULFILLMENT_ORDERS_DISPOSE", disposal, at_ms)
    return disposal


def _part(
    state: State, gid: str
) -> tuple[ReverseFulfillmentOrder | None, ReverseFulfillmentOrderLineItem | None]:
    for back in state.reverse_orders.values():
        for part in back.line_items:
            if part.id == gid:
                return back, part
    return None, None

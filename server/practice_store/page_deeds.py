"""What the forms on an order's page do. Each deed returns what came of it: a list of `UserError` if it was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from server.practice_store.commands import (
    AddressDraft,
    CancelFulfillment,
    CancelOrder,
    CreateEvent,
    CreateFulfillment,
    EditContact,
    MarkPaid,
    Parcel,
    ShipGroup,
    ShipLine,
    UserError,
)
from server.practice_store.commands_edits import (
    AddEditVariant,
    BeginEdit,
    CommitEdit,
    SetEditQuantity,
)
from server.practice_store.commands_refunds import CreateRefund, RefundedLine, RefundedMoney
from server.practice_store.commands_returns import (
    CancelReturn,
    CloseReturn,
    OpenReturn,
    ProcessedLine,
    ProcessReturn,
    Units,
    WantedDisposition,
    WantedExchangeLine,
    WantedReturnLine,
)
from server.practice_store.commands_work import HoldWork, ReleaseHold
from server.practice_store.edits import CalculatedOrder
from server.practice_store.fulfillment import FulfillmentOrder
from server.practice_store.identity import gid_of
from server.practice_store.orders import Order
from server.practice_store.page_shell import Form
from server.practice_store.returns import Return
from server.practice_store.store import PracticeStore

# Beyond it nobody means an amount.
MOST_MONEY = 10**9
Deed = Callable[[PracticeStore, Order, Form], object]


def _cancel(store: PracticeStore, order: Order, form: Form) -> object:
    return store.execute(
        CancelOrder(
            order=order.number, restock=form.ticked("restock"), refund=form.ticked("refund")
        )
    )


def _pay(store: PracticeStore, order: Order, form: Form) -> object:
    del form
    return store.execute(MarkPaid(order=order.number))


def _address(store: PracticeStore, order: Order, form: Form) -> object:
    kept = order.shipping_address
    draft = AddressDraft(
        first_name=form.text("first_name"),
        last_name=form.text("last_name"),
        address1=form.text("address1"),
        address2=kept.address2 if kept else None,
        city=form.text("city"),
        province=form.text("province"),
        province_code=kept.province_code if kept else None,
        zip=kept.zip if kept else None,
        phone=form.text("phone"),
    )
    return store.execute(
        EditContact(
            order=order.number,
            phone=form.text("phone"),
            note=form.text("note"),
            shipping_address=draft,
        )
    )


def _edit(store: PracticeStore, order: Order, form: Form) -> object:
    begun = store.execute(BeginEdit(order=order.id))
    if not isinstance(begun, CalculatedOrder):
        return begun
    for line in begun.line_items:
        if line.line is None:
            continue
        number = line.line.number
        swap, wanted = form.text(f"swap:{number}"), form.units(f"quantity:{number}")
        if swap is not None:
            units = line.line.unfulfilled_quantity
            done = _add(store, begun, swap, units)
            if isinstance(done, list):
                return done
            wanted = line.line.current_quantity - units
        if wanted is not None and wanted != line.line.current_quantity:
            done = store.execute(
                SetEditQuantity(edit=begun.id, line=line.id, quantity=wanted, restock=True)
            )
            if isinstance(done, list):
                return done
    added = form.text("add")
    if added is not None:
        done = _add(store, begun, added, form.units("added") or 1)
        if isinstance(done, list):
            return done
    return store.execute(CommitEdit(edit=begun.id, notify_customer=form.ticked("notify")))


def _add(store: PracticeStore, edit: CalculatedOrder, sku: str, units: int) -> object:
    return store.execute(
        AddEditVariant(
            edit=edit.id, variant=_variant(store, sku), quantity=units, allow_duplicates=True
        )
    )


def _variant(store: PracticeStore, sku: str) -> str:
    """Return the gid of the variant with that SKU; raises ValueError for none."""
    for variant in store.state.variants.values():
        if variant.sku == sku:
            return variant.id
    raise ValueError(f"No variant has the SKU {sku}.")


def _fulfill(store: PracticeStore, order: Order, form: Form) -> object:
    """Ship the units given of the work given; without any, all that remains of all that is open."""
    number, url = form.text("number"), form.text("url")
    parcel = Parcel(
        company=form.text("company"),
        numbers=(number,) if number else (),
        urls=(url,) if url else (),
    )
    store.settle()
    named = form.text("work")
    works = [one for one in order.fulfillment_orders if str(one.number) == named]
    if named is None:
        works = [one for one in order.fulfillment_orders if one.status in {"OPEN", "IN_PROGRESS"}]
    if not works:
        return [UserError(message="Nothing of this order is left to ship.")]
    result: object = None
    for work in works:
        group = ShipGroup(fulfillment_order=work.id, lines=_lines(work, form.by_number("ship")))
        result = store.execute(
            CreateFulfillment(
                groups=(group,), parcel=parcel, notify_customer=form.ticked("notify"), by="staff"
            )
        )
        if isinstance(result, list):
            return result
    return result


def _lines(work: FulfillmentOrder, units: Mapping[int, int]) -> tuple[ShipLine, ...] | None:
    lines = tuple(
        ShipLine(id=part.id, quantity=units[part.number])
        for part in work.line_items
        if part.number in units
    )
    return lines or None


def _fulfillment(form: Form) -> str:
    return gid_of("Fulfillment", form.units_or_zero("fulfillment"))


def _cancel_fulfillment(store: PracticeStore, order: Order, form: Form) -> object:
    del order
    return store.execute(CancelFulfillment(fulfillment=_fulfillment(form)))


def _delivered(store: PracticeStore, order: Order, form: Form) -> object:
    del order
    return store.execute(CreateEvent(fulfillment=_fulfillment(form), status="DELIVERED"))


def _hold(store: PracticeStore, order: Order, form: Form) -> object:
    del order
    work = gid_of("FulfillmentOrder", form.units_or_zero("work"))
    return store.execute(HoldWork(work=work, reason="OTHER", notes=form.text("notes"), by="staff"))


def _release(store: PracticeStore, order: Order, form: Form) -> object:
    del order
    work = gid_of("FulfillmentOrder", form.units_or_zero("work"))
    return store.execute(ReleaseHold(work=work))


def _return(store: PracticeStore, order: Order, form: Form) -> object:
    lines = tuple(
        WantedReturnLine(
            fulfillment_line=gid_of("FulfillmentLineItem", number),
            quantity=units,
            reason="UNWANTED",
            note=form.text("note") or "",
        )
        for number, units in form.by_number("back").items()
    )
    if not lines:
        return [UserError(message="Say how many units come back.")]
    sku = form.text("exchange")
    exchange: tuple[WantedExchangeLine, ...] = ()
    if sku is not None:
        units = form.units("exchanged") or 1
        exchange = (WantedExchangeLine(variant=_variant(store, sku), quantity=units),)
    return store.execute(OpenReturn(order=order.id, lines=lines, exchange=exchange))


def _of_return(order: Order, form: Form) -> Return:
    found = next((one for one in order.returned if str(one.number) == form.text("return")), None)
    if found is None:
        raise ValueError("There is no such return.")
    return found


def _receive(store: PracticeStore, order: Order, form: Form) -> object:
    """All that the return still waits for is back, and goes on the shelf of the first location."""
    back = _of_return(order, form)
    place = store.state.first_location().id
    shelves = {
        part.return_line: part for one in back.reverse_fulfillment_orders for part in one.line_items
    }
    lines = tuple(
        ProcessedLine(
            line=part.id,
            quantity=part.unprocessed_quantity,
            dispositions=(
                WantedDisposition(
                    line=shelves[part].id,
                    quantity=part.unprocessed_quantity,
                    type="RESTOCKED",
                    location=place,
                ),
            ),
        )
        for part in back.return_line_items
        if part.unprocessed_quantity
    )
    exchange = tuple(
        Units(line=part.id, quantity=part.unprocessed_quantity)
        for part in back.exchange_line_items
        if part.unprocessed_quantity
    )
    return store.execute(ProcessReturn(of_return=back.id, lines=lines, exchange=exchange))


def _close_return(store: PracticeStore, order: Order, form: Form) -> object:
    return store.execute(CloseReturn(of_return=_of_return(order, form).id))


def _cancel_return(store: PracticeStore, order: Order, form: Form) -> object:
    return store.execute(CancelReturn(of_return=_of_return(order, form).id))


def _refund(store: PracticeStore, order: Order, form: Form) -> object:
    by_number = {line.number: line for line in order.line_items}
    restock = form.ticked("restock")
    lines = []
    for number, units in form.by_number("refund").items():
        line = by_number.get(number)
        if line is None:
            raise ValueError("The order has no such line.")
        kind = (
            "CANCEL"
            if line.unfulfilled_quantity >= units
            else "RETURN"
            if restock
            else "NO_RESTOCK"
        )
        lines.append(RefundedLine(line=line.id, quantity=units, restock=kind))
    amount = _amount(form.text("amount"))
    payment = next((one for one in order.payments if one.pays), None)
    money = (
        (RefundedMoney(amount=amount, parent=payment.id if payment else None),) if amount else ()
    )
    return store.execute(CreateRefund(order=order.id, lines=tuple(lines), money=money))


def _amount(text: str | None) -> Decimal:
    try:
        amount = Decimal(text or "0")
    except InvalidOperation as error:
        raise ValueError(f"{text} is not an amount.") from error
    if not amount.is_finite() or not 0 <= amount <= MOST_MONEY:
        raise ValueError(f"{text} is not an amount.")
    return amount


DEEDS: Mapping[str, Deed] = {
    "address": _address,
    "cancel": _cancel,
    "cancel-fulfillment": _cancel_fulfillment,
    "cancel-return": _cancel_return,
    "close-return": _close_return,
    "delivered": _delivered,
    "edit": _edit,
    "fulfill": _fulfill,
    "hold": _hold,
    "pay": _pay,
    "receive": _receive,
    "refund": _refund,
    "release": _release,
    "return": _return,
}

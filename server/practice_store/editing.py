"""Order edits: what is refused, and what a committed edit changes."""

from __future__ import annotations

from decimal import Decimal

from server.practice_store.agreements import OrderEditAgreement
from server.practice_store.commands import UserError
from server.practice_store.commands_edits import (
    AddEditCustomItem,
    AddEditVariant,
    BeginEdit,
    CommitEdit,
    SetEditQuantity,
)
from server.practice_store.edits import CalculatedLineItem, CalculatedOrder, CommittedEdit
from server.practice_store.fulfillment import FulfillmentOrder
from server.practice_store.identity import number_of, stable_uuid
from server.practice_store.order_lines import LineItem
from server.practice_store.orders import BasicEvent, Order
from server.practice_store.placing import add_units, close_if_done, new_work
from server.practice_store.state import Notification, State
from server.practice_store.work import take_out_of_work

MAX_TITLE = 255
NO_EDIT = UserError(field=("id",), message="The calculated order does not exist.")


def begin_edit(state: State, wanted: BeginEdit, at_ms: int) -> CalculatedOrder | list[UserError]:
    """Draw up the order as it is, to be changed."""
    order = state.order(wanted.order)
    if order is None:
        return [UserError(field=("id",), message="The order does not exist.")]
    if not order.merchant_editable:
        return [UserError(message="The order cannot be edited.")]
    edit = CalculatedOrder(number=state.numbers.take(), order=order, begun_at=at_ms)
    edit.line_items = [_as_it_is(line) for line in order.line_items]
    state.edits[edit.number] = edit
    return edit


def set_edit_quantity(
    state: State, wanted: SetEditQuantity, at_ms: int
) -> CalculatedLineItem | list[UserError]:
    """Change a line's units; those that are shipped stay."""
    del at_ms
    edit = state.edit(wanted.edit)
    if edit is None:
        return [NO_EDIT]
    line = next((one for one in edit.lines if one.id == wanted.line), None)
    if line is None:
        message = "The line item does not exist on the order."
        return [UserError(field=("lineItemId",), message=message)]
    least = line.uneditable_quantity
    if wanted.quantity < least:
        message = f"must be greater than or equal to {least}"
        return [UserError(field=("quantity",), message=message)]
    line.quantity = wanted.quantity
    line.restocking = wanted.restock
    return line


def add_edit_variant(
    state: State, wanted: AddEditVariant, at_ms: int
) -> CalculatedLineItem | list[UserError]:
    """Add a variant as a line of its own."""
    del at_ms
    edit = state.edit(wanted.edit)
    if edit is None:
        return [NO_EDIT]
    number = number_of(wanted.variant, "ProductVariant")
    if number == 0:
        message = "can't convert Integer[0] to a positive Integer to use as an untrusted id"
        return [UserError(field=("variantId",), message=message)]
    variant = state.variants.get(number or 0)
    if variant is None:
        message = "The variant does not exist in the shop."
        return [UserError(field=("variantId",), message=message)]
    if wanted.quantity < 1:
        words = ["must be greater than 0"]
        words += ["must be greater than or equal to 0"] if wanted.quantity < 0 else []
        return [UserError(field=("quantity",), message=one) for one in words]
    title = variant.product.title
    if not wanted.allow_duplicates and any(one.variant is variant for one in edit.lines):
        message = f"{title} was not added because it's already on the order."
        return [UserError(field=("id",), message=message)]
    line = _added(edit, title, wanted.quantity, variant.price)
    line.variant, line.sku = variant, variant.sku or None
    line.requires_shipping = variant.inventory_item.requires_shipping
    line.location = number_of(wanted.location or "", "Location")
    edit.added_line_items.append(line)
    return line


def add_edit_custom_item(
    state: State, wanted: AddEditCustomItem, at_ms: int
) -> CalculatedLineItem | list[UserError]:
    """Add an item that is no variant."""
    del at_ms
    edit = state.edit(wanted.edit)
    if edit is None:
        return [NO_EDIT]
    refusal = _custom_item_refusal(wanted, edit.order.currency_code)
    if refusal is not None:
        return [refusal]
    line = _added(edit, wanted.title, wanted.quantity, wanted.price)
    line.requires_shipping = wanted.requires_shipping
    line.location = number_of(wanted.location or "", "Location")
    edit.added_line_items.append(line)
    return line


def commit_edit(state: State, wanted: CommitEdit, at_ms: int) -> CommittedEdit | list[UserError]:
    """Make the edit count: removed units leave their work, added ones are new lines with new work; money follows."""
    edit = state.edit(wanted.edit)
    refusal = _commit_refusal(edit)
    if edit is None or refusal is not None:
        return [refusal or NO_EDIT]
    order = edit.order
    agreement = OrderEditAgreement(number=edit.number, happened_at=at_ms)
    removals = [(one.line, -one.changed_by) for one in edit.changes if one.changed_by < 0]
    gone = tuple(
        one.line
        for one in edit.changes
        if one.line is not None and one.changed_by < 0 and not one.restocking
    )
    for line, units in removals:
        assert line is not None, "an added line has no units to lose"
        line.removed_units += units
        take_out_of_work(order, line, units, at_ms)
        agreement.add_units(line, units, taken_out=True)
    additions = _add_lines(state, edit, at_ms)
    for line, units in additions:
        agreement.add_units(line, units)
    order.agreed.append(agreement)
    order.edited = True
    committed = CommittedEdit(
        number=edit.number,
        order=order,
        committed_at=at_ms,
        begun_at=edit.begun_at,
        staff_note=wanted.staff_note,
        notify_customer=wanted.notify_customer,
        additions=tuple(additions),
        removals=tuple((line, units) for line, units in removals if line is not None),
        not_restocked=gone,
        outcome=_outcome(order, notify=wanted.notify_customer),
    )
    close_if_done(order, at_ms)
    del state.edits[edit.number]
    _announce(state, committed, at_ms)
    return committed


def _as_it_is(line: LineItem) -> CalculatedLineItem:
    return CalculatedLineItem(
        order=line.order,
        number=line.number,
        key=str(line.number),
        title=line.title,
        quantity=line.current_quantity,
        price=line.price,
        sku=line.sku,
        variant=line.variant,
        requires_shipping=line.requires_shipping,
        line=line,
    )


def _added(edit: CalculatedOrder, title: str, units: int, price: Decimal) -> CalculatedLineItem:
    place = len(edit.added_line_items)
    return CalculatedLineItem(
        order=edit.order,
        number=place,
        key=stable_uuid("edit", edit.number, place),
        title=title,
        quantity=units,
        price=price,
        sku=None,
        variant=None,
        requires_shipping=True,
    )


def _custom_item_refusal(wanted: AddEditCustomItem, currency: str) -> UserError | None:
    amount = ("price", "amount")
    if not wanted.title.strip():
        return UserError(field=("title",), message="can't be blank")
    if len(wanted.title) > MAX_TITLE:
        message = f"is too long (maximum is {MAX_TITLE} characters)"
        return UserError(field=("title",), message=message)
    if wanted.quantity < 1:
        return UserError(field=("quantity",), message="must be greater than 0")
    if wanted.price < 0:
        return UserError(field=amount, message="must be greater than or equal to 0")
    if wanted.currency != currency:
        return UserError(field=amount, message=f"Currency must be {currency}.")
    return None


def _commit_refusal(edit: CalculatedOrder | None) -> UserError | None:
    """What happened to the order since the edit was begun may stand in its way; those words are not recorded."""
    if edit is None:
        return NO_EDIT
    if not edit.order.merchant_editable or any(one.editable_quantity < 0 for one in edit.lines):
        return UserError(message="The order cannot be edited.")
    if not edit.changes:
        return UserError(field=("id",), message="There must be at least one change to be made.")
    return None


def _add_lines(state: State, edit: CalculatedOrder, at_ms: int) -> list[tuple[LineItem, int]]:
    """New lines, and more units of old ones, get new work: one fulfillment order a location."""
    order = edit.order
    additions: list[tuple[LineItem, int]] = []
    works: dict[int, FulfillmentOrder] = {}
    for one in edit.changes:
        units = one.changed_by
        if units < 0:
            continue
        line = one.line or _new_line(state, one)
        if one.line is not None:
            # Each of the new units gets the discount of the old ones.
            line.discount += line.discount * units / line.quantity
            line.quantity += units
        additions.append((line, units))
        place = one.location if one.location in state.locations else None
        number = place if place is not None else state.first_location().number
        if number not in works:
            works[number] = new_work(state, order, number, at_ms)
            order.work.append(works[number])
        add_units(state, works[number], line, units)
    return additions


def _new_line(state: State, added: CalculatedLineItem) -> LineItem:
    line = LineItem(
        number=state.numbers.take(),
        order=added.order,
        title=added.title,
        quantity=added.quantity,
        price=added.price,
        discount=Decimal(0),
        sku=added.sku,
        variant=added.variant,
        requires_shipping=added.requires_shipping,
        is_gift_card=False,
    )
    added.order.line_items.append(line)
    return line


def _outcome(order: Order, *, notify: bool) -> tuple[str, ...]:
    """What the store says it did, in the recorded order; an edit brings an archived order back."""
    said = ["Order updated"]
    if order.closed_at is not None:
        order.closed_at = None
        said.append("Order unarchived")
    if notify:
        said.append("Invoice sent" if order.outstanding > 0 else "Notification sent")
    return tuple(said)


def _announce(state: State, edit: CommittedEdit, at_ms: int) -> None:
    order = edit.order
    order.touch(at_ms)
    message = f"{state.shop.name} edited this order."
    order.timeline.append(
        BasicEvent(number=edit.number, action="edited", message=message, created_at=at_ms)
    )
    state.announce("ORDERS_EDITED", edit, at_ms)
    state.announce("ORDERS_UPDATED", order, at_ms)
    if edit.notify_customer:
        to = order.email or order.phone
        state.notifications.append(
            Notification(
                kind="invoice" if order.outstanding > 0 else "edited",
                order=order.name,
                to=to,
                at_ms=at_ms,
            )
        )

"""What customers and the team do to orders: place, correct, mark as paid."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from server.practice_store.agreements import agree_on_order
from server.practice_store.commands import (
    AddressDraft,
    CustomerDraft,
    EditContact,
    LineDraft,
    MarkPaid,
    PlaceOrder,
    TransactionDraft,
    UserError,
)
from server.practice_store.commands_refunds import RecordPayment
from server.practice_store.customers import Customer, MailingAddress
from server.practice_store.fulfillment import FulfillmentOrder, FulfillmentOrderLineItem
from server.practice_store.order_lines import Attribute, LineItem, ShippingLine, Transaction
from server.practice_store.orders import Order
from server.practice_store.state import State


def place_order(state: State, draft: PlaceOrder, at_ms: int) -> Order | list[UserError]:
    """Make the order and the work it will be routed to; the work shows once routing is done."""
    errors = _draft_errors(state, draft)
    if errors:
        return errors
    order = _new_order(state, draft, at_ms)
    order.line_items = [_new_line(state, order, line) for line in draft.lines]
    if draft.shipping_title is not None:
        order.shipping_lines.append(
            ShippingLine(
                number=state.numbers.take(),
                title=draft.shipping_title,
                code=draft.shipping_code or draft.shipping_title,
                source=draft.shipping_source,
                price=draft.shipping_price,
                currency=order.currency_code,
            )
        )
    order.original_total = order.total
    order.payments = [_new_transaction(state, order, one, at_ms) for one in draft.transactions]
    order.work = _route(state, order, draft, at_ms)
    agree_on_order(order)
    state.orders[order.number] = order
    state.announce("ORDERS_CREATE", order, at_ms)
    for payment in order.payments:
        state.announce("ORDER_TRANSACTIONS_CREATE", payment, at_ms)
    if order.fully_paid:
        state.announce("ORDERS_PAID", order, at_ms)
    return order


def edit_contact(state: State, edit: EditContact, at_ms: int) -> Order | list[UserError]:
    """Correct what the customer gave."""
    order = state.orders.get(edit.order)
    if order is None:
        return [UserError(field=("id",), message="Order does not exist")]
    if edit.phone is not None:
        order.phone = edit.phone
    if edit.email is not None:
        order.email = edit.email
    if edit.note is not None:
        order.note = edit.note
    if edit.tags is not None:
        order.tags = sorted(edit.tags)
    if edit.attributes is not None:
        order.custom_attributes = [
            Attribute(key=key, value=value) for key, value in edit.attributes
        ]
    if edit.po_number is not None:
        order.po_number = edit.po_number
    if edit.shipping_address is not None:
        order.shipping_address = _address(edit.shipping_address)
    _changed(state, order, at_ms)
    return order


def mark_paid(state: State, paid: MarkPaid, at_ms: int) -> Order | list[UserError]:
    """Take what is outstanding as paid by hand; a shipped order closes."""
    order = state.orders.get(paid.order)
    if order is None:
        return [UserError(field=("id",), message="Order does not exist")]
    if not order.can_mark_as_paid:
        return [UserError(field=("id",), message="Order cannot be marked as paid.")]
    _receive(state, order, order.outstanding, at_ms)
    return order


def record_payment(state: State, wanted: RecordPayment, at_ms: int) -> Order | list[UserError]:
    """Note that a part, or all, of what is outstanding came in by hand."""
    order = state.order(wanted.order)
    if order is None:
        return [UserError(field=("id",), message="Order does not exist")]
    amount = order.outstanding if wanted.amount is None else wanted.amount
    if not order.can_mark_as_paid or not 0 < amount <= order.outstanding:
        return [UserError(field=("id",), message="Order cannot be marked as paid.")]
    made = _receive(state, order, amount, at_ms, gateway=wanted.gateway)
    if wanted.processed_at_ms is not None:
        order.payments[-1] = replace(made, processed_at=wanted.processed_at_ms)
    return order


def _receive(
    state: State, order: Order, amount: Decimal, at_ms: int, gateway: str = "manual"
) -> Transaction:
    draft = TransactionDraft(gateway=gateway, status="SUCCESS", amount=amount)
    made = _new_transaction(state, order, draft, at_ms)
    order.payments.append(made)
    close_if_done(order, at_ms)
    state.announce("ORDER_TRANSACTIONS_CREATE", made, at_ms)
    if order.fully_paid:
        state.announce("ORDERS_PAID", order, at_ms)
    _changed(state, order, at_ms)
    return made


def close_if_done(order: Order, at_ms: int) -> None:
    """Archive an order that is both shipped and paid, as the store does by itself."""
    if order.display_fulfillment_status == "FULFILLED" and order.fully_paid:
        order.closed_at = at_ms


def _changed(state: State, order: Order, at_ms: int) -> None:
    order.touch(at_ms)
    state.announce("ORDERS_UPDATED", order, at_ms)


def _draft_errors(state: State, draft: PlaceOrder) -> list[UserError]:
    if not draft.lines:
        message = "Line items must have at least one line item"
        return [UserError(field=("order", "lineItems"), message=message, code="INVALID")]
    errors = []
    for place, line in enumerate(draft.lines):
        path: tuple[str, ...] = ("order", "lineItems", str(place))
        if line.variant is not None and line.variant not in state.variants:
            errors.append(UserError(field=path, message="Variant does not exist", code="INVALID"))
        elif line.variant is None and not line.title:
            path = ("order", "lineItems")
            errors.append(UserError(field=path, message="Line items Title can't be blank"))
        if line.quantity < 1:
            message = "Quantity must be greater than 0"
            errors.append(UserError(field=(*path, "quantity"), message=message, code="INVALID"))
        if line.location is not None and line.location not in state.locations:
            errors.append(UserError(field=path, message="Location not found.", code="INVALID"))
    return errors


def _new_order(state: State, draft: PlaceOrder, at_ms: int) -> Order:
    customer = _customer(state, draft.customer, at_ms) if draft.customer else None
    order = Order(
        number=state.numbers.take(),
        order_number=state.next_order_number,
        created_at=at_ms,
        currency_code=draft.currency,
        customer=customer,
        shipping_address=_address(draft.shipping_address) if draft.shipping_address else None,
        email=draft.email or (customer.email if customer else None),
        phone=draft.phone,
        note=draft.note,
        tags=sorted(draft.tags),
        custom_attributes=[Attribute(key=key, value=value) for key, value in draft.attributes],
        source_name=draft.source_name,
        test=draft.test,
        payment_expected=draft.payment_expected,
        routed_at=at_ms + draft.routed_after_ms,
        processed_at=at_ms if draft.processed_at_ms is None else draft.processed_at_ms,
    )
    state.next_order_number += 1
    order.touch(at_ms)
    return order


def _customer(state: State, draft: CustomerDraft, at_ms: int) -> Customer:
    """Return the customer with this e-mail or phone, a new one if there is none."""
    known = (
        one
        for one in state.customers.values()
        if (draft.email and one.email == draft.email) or (draft.phone and one.phone == draft.phone)
    )
    customer = next(known, None)
    if customer is None:
        customer = Customer(
            number=state.numbers.take(),
            first_name=draft.first_name,
            last_name=draft.last_name,
            email=draft.email,
            phone=draft.phone,
            created_at=at_ms,
        )
        state.customers[customer.number] = customer
    customer.number_of_orders += 1
    return customer


def _address(draft: AddressDraft) -> MailingAddress:
    return MailingAddress(
        first_name=draft.first_name,
        last_name=draft.last_name,
        company=draft.company,
        address1=draft.address1,
        address2=draft.address2,
        city=draft.city,
        province=draft.province,
        province_code=draft.province_code,
        zip=draft.zip,
        country_code_v2=draft.country_code,
        phone=draft.phone,
    )


def _new_line(state: State, order: Order, draft: LineDraft) -> LineItem:
    variant = state.variants[draft.variant] if draft.variant is not None else None
    price = draft.price if draft.price is not None else (variant.price if variant else Decimal(0))
    return LineItem(
        number=state.numbers.take(),
        order=order,
        title=draft.title or (variant.product.title if variant else ""),
        quantity=draft.quantity,
        price=price,
        discount=draft.discount,
        sku=draft.sku or (variant.sku if variant else None),
        variant=variant,
        requires_shipping=draft.requires_shipping,
        is_gift_card=draft.gift_card,
        taxable=draft.taxable,
        custom_attributes=[Attribute(key=key, value=value) for key, value in draft.properties],
    )


def _new_transaction(
    state: State, order: Order, draft: TransactionDraft, at_ms: int
) -> Transaction:
    return Transaction(
        number=state.numbers.take(),
        order_number=order.number,
        kind=draft.kind,
        status=draft.status,
        gateway=draft.gateway,
        amount=draft.amount if draft.amount is not None else order.total,
        currency=order.currency_code,
        processed_at=at_ms,
    )


def _route(state: State, order: Order, draft: PlaceOrder, at_ms: int) -> list[FulfillmentOrder]:
    """One fulfillment order a location, in the order the lines first name it."""
    by_location: dict[int, FulfillmentOrder] = {}
    for line, wanted in zip(order.line_items, draft.lines, strict=True):
        place = wanted.location if wanted.location is not None else state.first_location().number
        work = by_location.get(place)
        if work is None:
            work = new_work(state, order, place, at_ms)
            by_location[place] = work
        add_units(state, work, line, line.quantity)
    return list(by_location.values())


def new_work(state: State, order: Order, location: int, at_ms: int) -> FulfillmentOrder:
    """Return an empty open fulfillment order, known to the store."""
    work = FulfillmentOrder(
        number=state.numbers.take(),
        order=order,
        location=state.locations[location],
        created_at=at_ms,
        updated_at=at_ms,
        places=state.locations,
    )
    state.work[work.number] = work
    return work


def add_units(state: State, work: FulfillmentOrder, line: LineItem, units: int) -> None:
    """Put units of an order line into a fulfillment order."""
    work.line_items.append(
        FulfillmentOrderLineItem(
            number=state.numbers.take(),
            line_item=line,
            total_quantity=units,
            remaining_quantity=units,
        )
    )

"""What the control API shows."""

from __future__ import annotations

import msgspec

from server.practice_store.fulfillment import Fulfillment, FulfillmentOrder
from server.practice_store.money import rest_amount
from server.practice_store.order_lines import LineItem
from server.practice_store.orders import Order
from server.practice_store.timestamps import graphql_time


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all views: plain JSON, snake case."""


class TrackingView(View, frozen=True, kw_only=True):
    """One parcel's tracking."""

    company: str | None
    number: str | None
    url: str | None


class FulfillmentLineView(View, frozen=True, kw_only=True):
    """Units in a fulfillment."""

    sku: str | None
    title: str
    quantity: int


class FulfillmentView(View, frozen=True, kw_only=True):
    """A fulfillment. `by` is "app" (over the API) or "staff" (by hand in the store)."""

    id: str
    name: str
    status: str
    display_status: str
    by: str
    created_at: str
    tracking: list[TrackingView]
    lines: list[FulfillmentLineView]


class LineView(View, frozen=True, kw_only=True):
    """A line of an order."""

    id: str
    title: str
    variant_title: str | None
    sku: str | None
    quantity: int
    current_quantity: int
    unfulfilled_quantity: int
    price: str


class WorkView(View, frozen=True, kw_only=True):
    """A fulfillment order: work for one location."""

    id: str
    number: int
    status: str
    location: str
    holds: list[str]
    lines: list[FulfillmentLineView]


class ReturnView(View, frozen=True, kw_only=True):
    """A return, with how many units come back and how many are back."""

    id: str
    number: int
    name: str
    status: str
    units: int
    processed: int


class RefundView(View, frozen=True, kw_only=True):
    """Money that went back, and how many units it was for."""

    id: str
    total: str
    units: int


class OrderView(View, frozen=True, kw_only=True):
    """An order as the team sees it in the store."""

    id: str
    name: str
    created_at: str
    customer: str | None
    phone: str | None
    city: str | None
    address: str | None
    note: str | None
    financial_status: str | None
    fulfillment_status: str
    routed: bool
    cancelled: bool
    closed: bool
    total: str
    outstanding: str
    lines: list[LineView]
    fulfillments: list[FulfillmentView]
    edited: bool
    return_status: str
    work: list[WorkView]
    returns: list[ReturnView]
    refunds: list[RefundView]


def order_view(order: Order) -> OrderView:
    """Return what is shown of an order."""
    address = order.shipping_address
    return OrderView(
        id=order.id,
        name=order.name,
        created_at=graphql_time(order.created_at),
        customer=(address.name if address else None)
        or (order.customer.display_name if order.customer else None),
        phone=(address.phone if address else None) or order.phone,
        city=address.city if address else None,
        address=address.address1 if address else None,
        note=order.note,
        financial_status=order.display_financial_status,
        fulfillment_status=order.display_fulfillment_status,
        routed=order.is_routed,
        cancelled=order.cancelled_at is not None,
        closed=order.closed,
        total=rest_amount(order.total),
        outstanding=rest_amount(order.outstanding),
        lines=[_line_view(line) for line in order.line_items],
        fulfillments=[fulfillment_view(one) for one in order.shipments],
        edited=order.edited,
        return_status=order.return_status,
        work=[_work_view(one) for one in order.fulfillment_orders],
        returns=[
            ReturnView(
                id=one.id,
                number=one.number,
                name=one.name,
                status=one.status,
                units=one.total_quantity,
                processed=sum(line.processed_quantity for line in one.return_line_items),
            )
            for one in order.returned
        ],
        refunds=[
            RefundView(
                id=one.id,
                total=rest_amount(one.total),
                units=sum(part.quantity for part in one.refund_line_items),
            )
            for one in order.refunded
        ],
    )


def fulfillment_view(shipment: Fulfillment) -> FulfillmentView:
    """Return what is shown of a fulfillment."""
    return FulfillmentView(
        id=shipment.id,
        name=shipment.name,
        status=shipment.status,
        display_status=shipment.display_status,
        by=shipment.by,
        created_at=graphql_time(shipment.created_at),
        tracking=[
            TrackingView(company=one.company, number=one.number, url=one.url)
            for one in shipment.tracking_info()
        ],
        lines=[
            FulfillmentLineView(
                sku=part.line_item.sku, title=part.line_item.name, quantity=part.quantity
            )
            for part in shipment.fulfillment_line_items
        ],
    )


def _work_view(work: FulfillmentOrder) -> WorkView:
    return WorkView(
        id=work.id,
        number=work.number,
        status=work.status,
        location=work.location.name,
        holds=[one.display_reason for one in work.fulfillment_holds],
        lines=[
            FulfillmentLineView(
                sku=part.line_item.sku,
                title=part.line_item.name,
                quantity=part.remaining_quantity,
            )
            for part in work.line_items
        ],
    )


def _line_view(line: LineItem) -> LineView:
    return LineView(
        id=line.id,
        title=line.title,
        variant_title=line.variant_title,
        sku=line.sku,
        quantity=line.quantity,
        current_quantity=line.current_quantity,
        unfulfilled_quantity=line.unfulfilled_quantity,
        price=rest_amount(line.price),
    )

"""Webhook bodies: the REST shape of orders, fulfillments and events, with the keys of Shopify's own samples.

Keys this store has nothing to say about are there with the value a store without that feature sends. Numbers are whole
JSON integers, beyond 2^53 too.
"""

from __future__ import annotations

from decimal import Decimal

from server.practice_store.bulk import BulkOperation
from server.practice_store.customers import Customer, MailingAddress
from server.practice_store.fulfillment import Fulfillment, FulfillmentEvent, FulfillmentOrder
from server.practice_store.holds import WorkChange
from server.practice_store.inventory import InventoryLevel
from server.practice_store.money import ZERO, MoneyBag, rest_amount
from server.practice_store.orders import GoneOrder, Order
from server.practice_store.state import State, Subject
from server.practice_store.timestamps import webhook_time
from server.practice_store.webhook_aftersales import aftersales_body, refund_body, return_body
from server.practice_store.webhook_lines import (
    address_body,
    line_body,
    order_line_body,
    shipping_line_body,
)
from server.practice_store.webhook_work import work_change_body

Body = dict[str, object]


def body_of(topic: str, subject: Subject, state: State) -> Body:
    """Return the body for a header topic ("orders/create")."""
    if isinstance(subject, InventoryLevel):
        return _inventory_level(topic, subject)
    if isinstance(subject, BulkOperation):
        return _bulk_operation(subject)
    if isinstance(subject, FulfillmentOrder):
        return {"fulfillment_order": {"id": subject.id, "status": subject.status.lower()}}
    if isinstance(subject, Fulfillment):
        return (
            event_body(subject, state)
            if topic.startswith("fulfillment_events/")
            else fulfillment_body(subject)
        )
    if isinstance(subject, Order):
        return order_body(subject)
    if isinstance(subject, GoneOrder):
        return {"id": subject.number}
    if isinstance(subject, WorkChange):
        return work_change_body(topic, subject)
    assert not isinstance(subject, FulfillmentEvent), "told of by its fulfillment"
    return aftersales_body(topic, subject)


def order_body(order: Order) -> Body:
    """Return an order as `orders/*` send it."""
    return {
        **_order_identity(order),
        **_order_money(order),
        **_order_absences(),
        "billing_address": address_body(order.billing_address),
        "customer": _customer(order),
        "discount_applications": [],
        "fulfillments": [fulfillment_body(one) for one in order.shipments],
        "line_items": [order_line_body(line) for line in order.line_items],
        "payment_terms": None,
        "refunds": [refund_body(one) for one in order.refunded],
        "shipping_address": address_body(order.shipping_address),
        "shipping_lines": [
            shipping_line_body(one, order.currency_code) for one in order.shipping_lines
        ],
        "returns": [return_body(one) for one in order.returned],
        "line_item_groups": [],
    }


def fulfillment_body(shipment: Fulfillment) -> Body:
    """Return a fulfillment as `fulfillments/*` send it."""
    tracking = shipment.tracking_info()
    numbers = [one.number for one in tracking if one.number]
    urls = [one.url for one in tracking if one.url]
    return {
        "id": shipment.number,
        "order_id": shipment.order.number,
        "status": shipment.status.lower(),
        "created_at": webhook_time(shipment.created_at),
        "service": "manual",
        "updated_at": webhook_time(shipment.updated_at),
        "tracking_company": shipment.parcel.company,
        "shipment_status": shipment.events[-1].status.lower() if shipment.events else None,
        "location_id": shipment.location.number,
        "origin_address": None,
        "email": shipment.order.email or "",
        "destination": address_body(shipment.order.shipping_address),
        "line_items": [
            {**line_body(part.line_item), "quantity": part.quantity}
            for part in shipment.fulfillment_line_items
        ],
        "tracking_number": numbers[0] if numbers else None,
        "tracking_numbers": numbers,
        "tracking_url": urls[0] if urls else None,
        "tracking_urls": urls,
        "receipt": {},
        "name": shipment.name,
        "admin_graphql_api_id": shipment.id,
    }


def event_body(shipment: Fulfillment, state: State) -> Body:
    """Return the last event of a fulfillment as `fulfillment_events/create` sends it."""
    event = shipment.events[-1]
    estimate = event.estimated_delivery_at
    return {
        "id": event.number,
        "fulfillment_id": shipment.number,
        "status": event.status.lower(),
        "message": event.message,
        "happened_at": webhook_time(event.happened_at),
        "city": event.city,
        "province": event.province,
        "country": event.country,
        "zip": event.zip,
        "address1": event.address1,
        "latitude": event.latitude,
        "longitude": event.longitude,
        "shop_id": state.shop.number,
        "created_at": webhook_time(event.created_at),
        "updated_at": webhook_time(event.created_at),
        "estimated_delivery_at": webhook_time(estimate) if estimate is not None else None,
        "order_id": shipment.order.number,
        "admin_graphql_api_id": event.id,
    }


def _inventory_level(topic: str, level: InventoryLevel) -> Body:
    body: Body = {"inventory_item_id": level.item.number, "location_id": level.location.number}
    if topic.endswith("/disconnect"):
        return body
    return {
        **body,
        "available": level.units("available"),
        "updated_at": webhook_time(level.updated_at),
        "admin_graphql_api_id": level.id,
    }


def _bulk_operation(operation: BulkOperation) -> Body:
    return {
        "admin_graphql_api_id": operation.id,
        "completed_at": _time(operation.completed_at),
        "created_at": webhook_time(operation.created_at),
        "error_code": operation.error_code.lower() if operation.error_code else None,
        "status": operation.status.lower(),
        "type": operation.type.lower(),
    }


def _time(at_ms: int | None) -> str | None:
    return webhook_time(at_ms) if at_ms is not None else None


def _order_identity(order: Order) -> Body:
    fulfillment = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}
    return {
        "id": order.number,
        "admin_graphql_api_id": order.id,
        "cancel_reason": order.cancel_reason.lower() if order.cancel_reason else None,
        "cancelled_at": _time(order.cancelled_at),
        "closed_at": _time(order.closed_at),
        "confirmed": order.confirmed,
        "contact_email": order.email,
        "created_at": webhook_time(order.created_at),
        "currency": order.currency_code,
        "email": order.email or "",
        "financial_status": (order.display_financial_status or "pending").lower(),
        "fulfillment_status": fulfillment.get(order.display_fulfillment_status),
        "name": order.name,
        "note": order.note,
        "note_attributes": [
            {"name": one.key, "value": one.value} for one in order.custom_attributes
        ],
        "number": order.order_number - 1000,
        "order_number": order.order_number,
        "order_status_url": f"https://practice.invalid/orders/{order.number}",
        "payment_gateway_names": order.payment_gateway_names,
        "phone": order.phone,
        "presentment_currency": order.presentment_currency_code,
        "processed_at": webhook_time(order.processed_at),
        "source_name": order.source_name,
        "tags": ", ".join(order.tags),
        "test": order.test,
        "token": f"{order.number:032x}",
        "updated_at": webhook_time(order.updated_at),
    }


def _order_money(order: Order) -> Body:
    def bag(amount: Decimal) -> Body:
        return dict(MoneyBag.of(amount, order.currency_code).rest())

    body: Body = {}
    amounts = {
        "current_subtotal_price": order.subtotal,
        "current_total_discounts": order.discounts,
        "current_total_price": order.total,
        "current_total_tax": ZERO,
        "subtotal_price": order.ordered_subtotal,
        "total_discounts": order.discounts,
        "total_line_items_price": order.ordered_subtotal + order.discounts,
        "total_price": order.ordered_total,
        "total_tax": ZERO,
    }
    for key, amount in amounts.items():
        body[key] = rest_amount(amount)
        body[f"{key}_set"] = bag(amount)
    body["current_shipping_price_set"] = bag(order.shipping)
    body["total_shipping_price_set"] = bag(order.ordered_shipping)
    body["total_cash_rounding_payment_adjustment_set"] = bag(ZERO)
    body["total_cash_rounding_refund_adjustment_set"] = bag(ZERO)
    body["total_outstanding"] = rest_amount(order.outstanding)
    body["total_tip_received"] = rest_amount(ZERO)
    return body


def _order_absences() -> Body:
    """What this store never has: sales channels, carts, duties, tax lines."""
    absent = (
        "app_id browser_ip cart_token checkout_token client_details confirmation_number"
        " current_total_additional_fees_set current_total_duties_set device_id landing_site landing_site_ref"
        " location_id merchant_of_record_app_id original_total_additional_fees_set original_total_duties_set"
        " po_number reference referring_site source_identifier source_url user_id"
    )
    return {
        **dict.fromkeys(absent.split()),
        "buyer_accepts_marketing": False,
        "customer_locale": "en-PK",
        "discount_codes": [],
        "duties_included": False,
        "estimated_taxes": False,
        "merchant_business_entity_id": "UHJhY3RpY2U",
        "tax_exempt": False,
        "tax_lines": [],
        "taxes_included": True,
        "total_weight": 0,
    }


def _customer(order: Order) -> Body | None:
    customer = order.customer
    if customer is None:
        return None
    return {
        "id": customer.number,
        "created_at": webhook_time(customer.created_at),
        "updated_at": webhook_time(order.updated_at),
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "state": "disabled",
        "note": None,
        "verified_email": True,
        "multipass_identifier": None,
        "tax_exempt": False,
        "email": customer.email,
        "phone": customer.phone,
        "currency": order.currency_code,
        "tax_exemptions": [],
        "admin_graphql_api_id": customer.id,
        "default_address": _default_address(customer, order.shipping_address),
    }


def _default_address(customer: Customer, address: MailingAddress | None) -> Body | None:
    shown = address_body(address)
    if shown is None or address is None:
        return None
    kept = {key: value for key, value in shown.items() if key not in {"latitude", "longitude"}}
    extra: Body = {
        "id": customer.number + 1,
        "customer_id": customer.number,
        "country_name": address.country,
        "default": True,
    }
    return {**kept, **extra}

"""The parts that several webhook bodies share: lines and addresses."""

from __future__ import annotations

from server.practice_store.customers import MailingAddress
from server.practice_store.money import MoneyBag, rest_amount
from server.practice_store.order_lines import LineItem, ShippingLine

Body = dict[str, object]


def address_body(address: MailingAddress | None) -> Body | None:
    """Return an address, if there is one."""
    if address is None:
        return None
    return {
        "first_name": address.first_name,
        "address1": address.address1,
        "phone": address.phone,
        "city": address.city,
        "zip": address.zip,
        "province": address.province,
        "country": address.country,
        "last_name": address.last_name,
        "address2": address.address2,
        "company": address.company,
        "latitude": None,
        "longitude": None,
        "name": address.name,
        "country_code": address.country_code_v2,
        "province_code": address.province_code,
    }


def order_line_body(line: LineItem) -> Body:
    """Return a line as orders hold it."""
    return {
        **line_body(line),
        "attributed_staffs": [],
        "current_quantity": line.current_quantity,
        "sales_line_item_group_id": None,
    }


def line_body(line: LineItem) -> Body:
    """Return a line as fulfillments and refunds hold it."""
    currency = line.order.currency_code
    left = line.unfulfilled_quantity
    status = "fulfilled" if not left else "partial" if left < line.current_quantity else None
    return {
        "id": line.number,
        "admin_graphql_api_id": line.id,
        "fulfillable_quantity": line.fulfillable_quantity,
        "fulfillment_service": "manual",
        "fulfillment_status": status,
        "gift_card": line.is_gift_card,
        "grams": 0,
        "name": line.name,
        "price": rest_amount(line.price),
        "price_set": MoneyBag.of(line.price, currency).rest(),
        "product_exists": line.product is not None,
        "product_id": line.product.number if line.product else None,
        "properties": [{"name": one.key, "value": one.value} for one in line.custom_attributes],
        "quantity": line.quantity,
        "requires_shipping": line.requires_shipping,
        "sku": line.sku,
        "taxable": line.taxable,
        "title": line.title,
        "total_discount": rest_amount(line.discount),
        "total_discount_set": MoneyBag.of(line.discount, currency).rest(),
        "variant_id": line.variant.number if line.variant else None,
        "variant_inventory_management": "shopify" if line.variant else None,
        "variant_title": line.variant_title,
        "vendor": line.vendor,
        "tax_lines": [],
        "duties": [],
        "discount_allocations": [],
    }


def shipping_line_body(line: ShippingLine, currency: str) -> Body:
    """Return a delivery charge."""
    bag = MoneyBag.of(line.price, currency).rest()
    return {
        "id": line.number,
        "carrier_identifier": None,
        "code": line.code,
        "current_discounted_price_set": bag,
        "discounted_price": rest_amount(line.price),
        "discounted_price_set": bag,
        "is_removed": False,
        "phone": None,
        "price": rest_amount(line.price),
        "price_set": bag,
        "requested_fulfillment_service_id": None,
        "source": "shopify",
        "title": line.title,
        "tax_lines": [],
        "discount_allocations": [],
    }

"""What the store shows, in our words. The only place that knows both vocabularies.

Money becomes integer paisa, times epoch milliseconds, gids the numeric text that our ids are.
"""

from collections import Counter

from server.shopify import answers, shop_answers
from server.shopify.change_answers import Changes
from server.shopify.scalars import epoch_ms, numeric_id, paisa
from server.shopify.translate_changes import seen_agreements, seen_returns
from sync_protocol.bodies.store_news import SeenLine, ShopifyOrder
from sync_protocol.ids import OrderId, OrderLineId, VariantId
from sync_protocol.limits import TEXT_MAX
from sync_protocol.orders import Contact, LineCount, StoreFulfillment
from sync_protocol.phones import read_phone
from sync_protocol.shop import Variant

PICTURES = "https://cdn.shopify.com/"
"""The only place from which the app's content policy lets a picture come."""

LIVE_FULFILLMENTS = frozenset({"SUCCESS", "OPEN", "PENDING"})
"""Shopify statuses under which the goods count as sent; cancelled and failed ones do not."""


def seen_order(order: answers.Order, changes: Changes) -> ShopifyOrder:
    """Translate a whole reading of an order, with what it went through since it was placed.

    Raises:
        BadAnswer: an id, amount or time that is none.
    """
    outstanding = paisa(order.total_outstanding_set)
    sent = _fulfilled_units(order)
    return ShopifyOrder(
        id=OrderId(numeric_id(order.id)),
        gid=order.id,
        name=_clean(order.name) or order.id,
        placed_at=epoch_ms(order.processed_at or order.created_at) or 0,
        updated_at=epoch_ms(order.updated_at) or 0,
        cancelled_at=epoch_ms(order.cancelled_at),
        financial_status=(order.display_financial_status or "unknown").lower(),
        # Money is due and nothing was paid in advance: it is collected at the door, whatever the gateway calls itself.
        cod=outstanding > 0 and not order.fully_paid,
        total_paisa=paisa(order.current_total_price_set),
        outstanding_paisa=outstanding,
        currency=order.currency_code or "PKR",
        contact=seen_contact(order),
        note=_clean(order.note),
        tags=tuple(t for tag in order.tags if (t := _clean(tag))),
        lines=tuple(_seen_line(line, sent) for line in order.line_items.nodes),
        fulfillments=tuple(_store_fulfillment(one) for one in order.fulfillments),
        agreements=seen_agreements(changes),
        returns=seen_returns(changes),
    )


def _store_fulfillment(shipment: answers.Fulfillment) -> StoreFulfillment:
    """Return a fulfillment of the store's with the courier and number that were typed there (S14)."""
    info = next(iter(shipment.tracking_info), answers.TrackingInfo())
    units: Counter[str] = Counter()
    for line in shipment.fulfillment_line_items.nodes:
        if line.line_item is not None:
            units[line.line_item.id] += line.quantity or 0
    return StoreFulfillment(
        gid=shipment.id,
        live=shipment.status.upper() in LIVE_FULFILLMENTS,
        at=epoch_ms(shipment.created_at) or 0,
        courier=_clean(info.company),
        tracking_number=_clean(info.number),
        tracking_url=_clean(info.url),
        lines=tuple(
            LineCount(order_line_id=OrderLineId(numeric_id(gid)), units=count)
            for gid, count in units.items()
        ),
    )


def _seen_line(line: answers.OrderLine, sent: Counter[str]) -> SeenLine:
    return SeenLine(
        id=OrderLineId(numeric_id(line.id)),
        variant_id=None if line.variant is None else VariantId(numeric_id(line.variant.id)),
        title=_clean(line.title or line.name) or "?",
        variant_title=_clean(line.variant_title),
        sku=_clean(line.sku),
        ordered_units=line.quantity,
        current_units=line.current_quantity,
        unit_paisa=paisa(
            line.discounted_unit_price_after_all_discounts_set or line.original_unit_price_set
        ),
        ships=line.requires_shipping and not line.is_gift_card,
        fulfilled_units=sent[line.id],
    )


def _fulfilled_units(order: answers.Order) -> Counter[str]:
    """Count units per line gid over the fulfillments that stand."""
    units: Counter[str] = Counter()
    for shipment in order.fulfillments:
        if shipment.status.upper() in LIVE_FULFILLMENTS:
            for line in shipment.fulfillment_line_items.nodes:
                if line.line_item is not None:
                    units[line.line_item.id] += line.quantity or 0
    return units


def seen_contact(order: answers.Order) -> Contact:
    """Return whom to call and where to send, from the first place that tells; anything may be missing (A24)."""
    address = order.shipping_address or order.billing_address or answers.Address()
    customer = order.customer
    default_phone = None if customer is None else customer.default_phone_number
    raws = (
        address.phone,
        order.phone,
        None if default_phone is None else default_phone.phone_number,
    )
    raw = next((text for r in raws if (text := _clean(r))), None)
    parts = (address.address1, address.address2)
    return Contact(
        name=_clean(address.name) or (None if customer is None else _clean(customer.display_name)),
        phone=None if raw is None else read_phone(raw).digits,
        phone_raw=raw,
        address=", ".join(text for part in parts if (text := _clean(part))) or None,
        city=_clean(address.city),
    )


def seen_variant(variant: shop_answers.Variant) -> Variant:
    """Translate a variant of the catalogue."""
    title = None if variant.title == "Default Title" else _clean(variant.title)
    return Variant(
        id=VariantId(numeric_id(variant.id)),
        title=(None if variant.product is None else _clean(variant.product.title)) or title or "?",
        variant_title=title,
        sku=_clean(variant.sku),
        barcode=_clean(variant.barcode),
        price_paisa=_price(variant.price),
        image=image if (image := variant.image_url or "").startswith(PICTURES) else None,
    )


def _price(text: str | None) -> int:
    if text is None:
        return 0
    return paisa(answers.ShopMoney(shop_money=answers.Money(amount=text, currency_code="PKR")))


def _clean(text: str | None) -> str | None:
    """Return text that can be stored and shown, or None when there is nothing to read in it."""
    if text is None:
        return None
    kept = text.replace("\x00", "").strip()[:TEXT_MAX]
    return kept or None

"""How intents towards Shopify are named, so that the same intent is queued once and can be wanted again by its name."""

from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import OrderId
from sync_protocol.ledger import Posting
from sync_protocol.outcomes import Effect, EffectKind

_PREFIX = {
    EffectKind.SHOPIFY_FULFILL: "fulfill",
    EffectKind.SHOPIFY_CANCEL: "cancel",
    EffectKind.SHOPIFY_TRACKING: "tracking",
    EffectKind.SHOPIFY_DELIVERED: "delivered",
    EffectKind.SHOPIFY_OUT_FOR_DELIVERY: "out_for_delivery",
    EffectKind.SHOPIFY_ATTEMPTED: "attempted",
    EffectKind.SHOPIFY_PACKED: "packed",
    EffectKind.SHOPIFY_CONFIRMED: "confirmed",
    EffectKind.SHOPIFY_PAID: "paid",
    EffectKind.SHOPIFY_STOCK: "stock",
}
_KIND = {prefix: kind for kind, prefix in _PREFIX.items()}


def about_shipment(shipment: Fulfillment, kind: EffectKind, *more: object) -> Effect:
    """Return an intent about one shipment, in its order's lane; `more` tells several of one kind apart."""
    return Effect(
        key=_key(kind, shipment.id, *more),
        kind=kind,
        lane=_lane(shipment.order_id),
        fulfillment_id=shipment.id,
        order_id=shipment.order_id,
    )


def about_order(order_id: OrderId, kind: EffectKind, *more: object) -> Effect:
    """Return an intent about an order as a whole, in its lane."""
    return Effect(
        key=_key(kind, order_id, *more), kind=kind, lane=_lane(order_id), order_id=order_id
    )


def about_shelf(posting: Posting) -> Effect:
    """Return the intent to tell what a posting moved on a branch's shelf, in the branch's lane."""
    return Effect(
        key=_key(EffectKind.SHOPIFY_STOCK, posting.id),
        kind=EffectKind.SHOPIFY_STOCK,
        lane=f"stock/{posting.branch_id}",
        entry_id=posting.id,
    )


def _key(kind: EffectKind, *parts: object) -> str:
    return "/".join((_PREFIX[kind], *map(str, parts)))


def _lane(order_id: OrderId) -> str:
    return f"order/{order_id}"


def kind_named(key: str) -> EffectKind | None:
    """Return the kind of an intent by its key, or None for a key of a newer version."""
    return _KIND.get(key.partition("/")[0])

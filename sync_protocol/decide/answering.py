"""What became of our own writes: a refusal by Shopify never undoes what people did, but somebody is asked (A12)."""

from msgspec.structs import replace

from sync_protocol.bodies.store_news import ShopifyOutcome
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.flags import about, closed, discrepancy, flagged
from sync_protocol.decide.packing import shipment_and_order
from sync_protocol.decide.shipping import noop, parked, with_shipment
from sync_protocol.fulfillments import Fulfillment, ShopifyState
from sync_protocol.outcomes import Discrepancy, EffectKind, ResultStatus


def shopify_outcome(book: Book, act: Recorded, body: ShopifyOutcome) -> Decision:
    """Write down what became of our write; a refusal by Shopify never undoes what people did (A12)."""
    if unknown := _unknown(book, body):
        return parked(Code.UNKNOWN_REFERENCE, unknown)
    if body.fulfillment_id is None:
        return _beside_shipments(book, act, body)
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    if body.state is ShopifyState.QUEUED and shipment.shopify_state is not ShopifyState.QUEUED:
        return noop(Code.STALE)  # that it is tried in vain is no news where its end is known
    after = _after_outcome(shipment, body)
    failed = body.state is ShopifyState.FAILED and not _taken_back(shipment, body)
    if after == shipment and not failed:
        return noop()
    after = replace(after, rev=shipment.rev + 1)
    recounted = with_shipment(order, shipment, after)
    orders = () if replace(recounted, rev=order.rev) == order else (recounted,)
    if failed:
        flags = (replace(about(act, shipment, Code.SHOPIFY_FAILED, body.error), effect=body.key),)
        return Decision(
            status=ResultStatus.FLAGGED,
            code=Code.SHOPIFY_FAILED,
            orders=orders,
            fulfillments=(after,),
            discrepancies=flags,
        )
    settled = _taken_after_all(book, act, body) if body.state is ShopifyState.CONFIRMED else ()
    return Decision(
        status=ResultStatus.APPLIED,
        orders=orders,
        fulfillments=(after,),
        discrepancies=settled,
    )


def _beside_shipments(book: Book, act: Recorded, body: ShopifyOutcome) -> Decision:
    """What became of a write about an order as a whole, or about a shelf: only a refusal is anybody's business."""
    if body.state is ShopifyState.CONFIRMED and (settled := _taken_after_all(book, act, body)):
        return Decision(status=ResultStatus.APPLIED, discrepancies=settled)
    if body.state is not ShopifyState.FAILED:
        return noop()
    found = replace(
        discrepancy(act, Code.SHOPIFY_FAILED),
        order_id=body.order_id,
        branch_id=body.branch_id,
        detail=body.error,
        effect=body.key,
    )
    return flagged((found,))


def _unknown(book: Book, body: ShopifyOutcome) -> str | None:
    if body.order_id is not None and body.order_id not in book.orders:
        return f"order {body.order_id}"
    if body.branch_id is not None and body.branch_id not in book.branches:
        return f"branch {body.branch_id}"
    return None


def _taken_after_all(book: Book, act: Recorded, body: ShopifyOutcome) -> tuple[Discrepancy, ...]:
    """Close what was asked about this very write; a write of an older version of ours had no name."""
    return tuple(
        closed(d, act)
        for d in book.open.values()
        if d.code is Code.SHOPIFY_FAILED
        and d.fulfillment_id == body.fulfillment_id
        and d.effect in (None, body.key)
        and (body.fulfillment_id is not None or d.effect is not None)
    )


def _after_outcome(shipment: Fulfillment, body: ShopifyOutcome) -> Fulfillment:
    """Only the outcome of the fulfilling itself says where the shipment stands; the others leave a word behind."""
    if _taken_back(shipment, body):
        # By its gid it will be cancelled; that it is dispatched again has yet to come, and to be told.
        gid = body.shopify_fulfillment_gid or shipment.shopify_fulfillment_gid
        return replace(shipment, shopify_fulfillment_gid=gid)
    if body.effect is EffectKind.SHOPIFY_FULFILL:
        return replace(
            shipment,
            shopify_state=body.state,
            shopify_fulfillment_gid=body.shopify_fulfillment_gid
            or shipment.shopify_fulfillment_gid,
            shopify_error=body.error,
            shopify_cancelled=False,
        )
    after = replace(shipment, shopify_error=body.error)
    undone = body.effect is EffectKind.SHOPIFY_CANCEL and body.state is ShopifyState.CONFIRMED
    if undone and body.shopify_fulfillment_gid == shipment.shopify_fulfillment_gid:
        return replace(after, shopify_fulfillment_gid=None)
    return after


def _taken_back(shipment: Fulfillment, body: ShopifyOutcome) -> bool:
    """Whether the dispatch was undone while the store was being told of it."""
    telling = body.effect is EffectKind.SHOPIFY_FULFILL
    return telling and shipment.shopify_state is ShopifyState.NOT_YET

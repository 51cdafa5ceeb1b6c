"""Handing over: dispatch to a courier, delivery to the customer. Neither moves branch stock by itself."""

from msgspec.structs import replace

from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.packing import Packed, flagged, shipment_and_order, take_out
from sync_protocol.decide.shipping import about, already, parked, stepped, with_shipment
from sync_protocol.fulfillments import Fulfillment, FulfillmentState, ShopifyState, Workflow
from sync_protocol.ops import Deliver, Dispatch
from sync_protocol.orders import Order
from sync_protocol.outcomes import Code, Effect, EffectKind, ResultStatus


def dispatch(book: Book, act: Recorded, body: Dispatch) -> Decision:
    """Record that a courier has the parcel, and queue telling Shopify (S26).

    A parcel that nobody packed in Rawana was packed all the same: the missing posting is made and flagged.
    """
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    if shipment.state in (
        FulfillmentState.DISPATCHED,
        FulfillmentState.DELIVERED,
        FulfillmentState.RECORDED,
    ):
        if shipment.tracking_number == body.tracking_number and shipment.courier == body.courier:
            return already(shipment)
        return flagged((about(act, shipment, Code.DOUBLE_DISPATCH, body.tracking_number),))
    packed = _packed_first(book, act, order, shipment)
    if not packed.shipment.goods_out:
        return flagged(packed.flags)
    sent = stepped(_with_courier(packed.shipment, body, book), FulfillmentState.DISPATCHED, act)
    return _handed_over(act, shipment, sent, packed, Code.DISPATCHED_CANCELLED)


def deliver(book: Book, act: Recorded, body: Deliver) -> Decision:
    """Record that the customer has it. A parcel never dispatched here was dispatched all the same, and is flagged."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    if shipment.state is FulfillmentState.DELIVERED:
        return already(shipment)
    packed = _packed_first(book, act, order, shipment)
    if not packed.shipment.goods_out:
        return flagged(packed.flags)
    if packed.shipment.state is FulfillmentState.PACKED:
        implied = about(act, shipment, Code.IMPLIED_DISPATCH)
        packed = replace(packed, flags=(*packed.flags, implied))
    taken = replace(
        packed.shipment, cash_paisa=body.cash_paisa, note=body.note or packed.shipment.note
    )
    return _handed_over(
        act,
        shipment,
        stepped(taken, FulfillmentState.DELIVERED, act),
        packed,
        Code.DELIVERED_CANCELLED,
    )


def _packed_first(book: Book, act: Recorded, order: Order, shipment: Fulfillment) -> Packed:
    """Return the shipment as it is when its goods are out, else with the packing that must have happened."""
    if shipment.goods_out:
        return Packed(order=order, shipment=shipment, posting=None, flags=())
    packed = take_out(book, act, order, shipment, shipment.lines)
    if packed.posting is None:
        return packed
    return replace(packed, flags=(*packed.flags, about(act, shipment, Code.IMPLIED_PACK)))


def _with_courier(shipment: Fulfillment, body: Dispatch, book: Book) -> Fulfillment:
    return replace(
        shipment,
        courier=body.courier,
        tracking_number=body.tracking_number,
        tracking_url=body.tracking_url,
        no_tracking_reason=body.no_tracking_reason,
        notify_customer=body.notify_customer and book.policy.notify_customer,
        collect_paisa=shipment.collect_paisa if body.collect_paisa is None else body.collect_paisa,
    )


def _handed_over(
    act: Recorded, before: Fulfillment, after: Fulfillment, packed: Packed, cancelled: Code
) -> Decision:
    flags = packed.flags
    if packed.order.cancelled_at is not None:
        flags = (about(act, before, cancelled), *flags)
    after, effects = _with_shopify(packed.order, after)
    # The order has been counted up to `packed.shipment`; from there to `after` no line moves.
    return Decision(
        status=ResultStatus.FLAGGED if flags else ResultStatus.APPLIED,
        code=flags[0].code if flags else None,
        orders=(with_shipment(packed.order, packed.shipment, after),),
        fulfillments=(after,),
        postings=() if packed.posting is None else (packed.posting,),
        discrepancies=flags,
        effects=effects,
    )


def _with_shopify(order: Order, shipment: Fulfillment) -> tuple[Fulfillment, tuple[Effect, ...]]:
    """Queue the one Shopify write of a smart shipment; manual work never reaches Shopify (I13)."""
    if (
        shipment.shopify_state is not ShopifyState.NOT_YET
        or shipment.workflow is not Workflow.SMART
    ):
        return shipment, ()
    if order.shopify_gid is None or order.cancelled_at is not None:
        return replace(shipment, shopify_state=ShopifyState.SKIPPED), ()
    effect = Effect(
        key=f"fulfill/{shipment.id}",
        kind=EffectKind.SHOPIFY_FULFILL,
        lane=f"order/{order.id}",
        fulfillment_id=shipment.id,
        order_id=order.id,
    )
    return replace(shipment, shopify_state=ShopifyState.QUEUED), (effect,)

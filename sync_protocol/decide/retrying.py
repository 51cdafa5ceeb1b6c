"""Telling Shopify again what it would not take: the same intent, so that it can still only happen once."""

from msgspec.structs import replace

from sync_protocol.bodies.desk import Resolve
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.packing import shipment_and_order
from sync_protocol.decide.sending import fulfilling_effect
from sync_protocol.decide.shipping import with_shipment
from sync_protocol.effects import kind_named
from sync_protocol.fulfillments import ShopifyState, Workflow
from sync_protocol.outcomes import Discrepancy, Effect, EffectKind, ResultStatus


def retry_in_shopify(book: Book, _act: Recorded, found: Discrepancy, _: Resolve) -> Decision | None:
    """Tell Shopify again: the same intent, so that it can still only happen once."""
    key = found.effect or ""
    kind = kind_named(key)
    if kind is not None and kind is not EffectKind.SHOPIFY_FULFILL:
        return _wanted_again(found, key, kind)
    if found.fulfillment_id is None:
        return None
    named = shipment_and_order(book, found.fulfillment_id)
    if named is None or named[0].workflow is not Workflow.SMART:
        return None
    if named[0].shopify_state is not ShopifyState.FAILED:
        return None
    shipment, order = named
    effect = replace(fulfilling_effect(shipment), again=True)
    queued = replace(shipment, shopify_state=ShopifyState.QUEUED, rev=shipment.rev + 1)
    return Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(order, shipment, queued),),
        fulfillments=(queued,),
        effects=(effect,),
    )


def _wanted_again(found: Discrepancy, key: str, kind: EffectKind) -> Decision:
    """The intents that say nothing about where a shipment stands are only queued once more."""
    lane = f"order/{found.order_id}" if found.order_id else f"stock/{found.branch_id}"
    effect = Effect(
        key=key,
        kind=kind,
        lane=lane,
        fulfillment_id=found.fulfillment_id,
        order_id=found.order_id,
        again=True,
    )
    return Decision(status=ResultStatus.APPLIED, effects=(effect,))

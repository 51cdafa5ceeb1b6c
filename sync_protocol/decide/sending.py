"""Handing over: dispatch to a courier, delivery to the customer. Neither moves branch stock by itself."""

import itertools

from msgspec.structs import replace

from sync_protocol.bodies.shipping import Deliver, Dispatch, SetTracking, UndoDispatch
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.cash import at_its_riders_hand, collected, with_door_cash
from sync_protocol.decide.flags import about, flagged
from sync_protocol.decide.mirroring import TOLD
from sync_protocol.decide.packing import Packed, late_undo, shipment_and_order, take_out
from sync_protocol.decide.returning import rest_comes_back
from sync_protocol.decide.shipping import (
    already,
    named_lines,
    noop,
    parked,
    refused,
    stepped,
    with_shipment,
)
from sync_protocol.decide.stops import closed_run_flags, off_the_run, taken_out, with_stop
from sync_protocol.effects import about_shipment
from sync_protocol.fulfillments import (
    Fulfillment,
    FulfillmentAction,
    FulfillmentState,
    ShopifyState,
    Workflow,
    next_state,
)
from sync_protocol.orders import Order
from sync_protocol.outcomes import Discrepancy, Effect, EffectKind, ResultStatus
from sync_protocol.permissions import TELLS_NO_STORE
from sync_protocol.runs import StopState

_S = FulfillmentState
NOT_HANDED_OVER = (_S.PENDING, _S.PACKED, _S.CANCELLED)


def dispatch(book: Book, act: Recorded, body: Dispatch) -> Decision:
    """Record that a courier has the parcel, and queue telling Shopify (S26).

    A parcel that nobody packed in Rawana was packed all the same: the missing posting is made and flagged.
    """
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    if shipment.state not in NOT_HANDED_OVER:
        if shipment.tracking_number == body.tracking_number and shipment.courier == body.courier:
            return already(shipment)
        return flagged((about(act, shipment, Code.DOUBLE_DISPATCH, body.tracking_number),))
    packed = packed_first(book, act, order, shipment)
    if not packed.shipment.goods_out:
        return flagged(packed.flags)
    sent = stepped(_with_courier(off_the_run(packed.shipment), body, book), _S.DISPATCHED, act)
    told = handed_over(act, shipment, sent, packed, Code.DISPATCHED_CANCELLED)
    return replace(told, runs=taken_out(book, shipment))


def deliver(book: Book, act: Recorded, body: Deliver) -> Decision:
    """Record that the customer has it, and who has the cash.

    A parcel never dispatched here was dispatched all the same, and is flagged. One that is on its way back, or back,
    keeps that too: both recordings stand until somebody says which is true.
    """
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    if named_lines(order, body.lines) is None:
        return parked(Code.UNKNOWN_REFERENCE, f"a line of order {order.id}")
    if shipment.state is _S.DELIVERED:
        return already(shipment)
    if shipment.state in (_S.RETURNING, _S.RETURNED, _S.LOST, _S.VOIDED):
        return _delivered_all_the_same(book, act, order, shipment, body)
    packed = packed_first(book, act, order, shipment)
    if not packed.shipment.goods_out:
        return flagged(packed.flags)
    if packed.shipment.state is _S.PACKED:
        implied = about(act, shipment, Code.IMPLIED_DISPATCH)
        packed = replace(packed, flags=(*packed.flags, implied))
    given = stepped(packed.shipment, _S.DELIVERED, act)
    after = rest_comes_back(act, given, body.lines)
    whole = after is given
    paisa = body.cash_paisa
    if paisa is None:
        # Nobody said: of a whole parcel what it was to collect, of a part nobody can tell.
        paisa = packed.shipment.collect_paisa if whole else 0
    after = _taken(after, body, paisa)
    flags = _cash_flags(act, packed.shipment, paisa, whole=whole or body.cash_paisa is None)
    flags = (*flags, *closed_run_flags(book, act, shipment))
    packed = replace(packed, flags=(*packed.flags, *flags))
    told = handed_over(act, shipment, after, packed, Code.DELIVERED_CANCELLED)
    return _with_cash(book, act, told, after, paisa)


def packed_first(book: Book, act: Recorded, order: Order, shipment: Fulfillment) -> Packed:
    """Return the shipment as it is when its goods are out, else with the packing that must have happened."""
    if shipment.goods_out:
        return Packed(order=order, shipment=shipment)
    packed = take_out(book, act, order, shipment, shipment.lines)
    if packed.posting is None:
        return packed
    return replace(packed, flags=(*packed.flags, about(act, shipment, Code.IMPLIED_PACK)))


def _taken(shipment: Fulfillment, body: Deliver, paisa: int) -> Fulfillment:
    return replace(
        shipment,
        cash_paisa=paisa,
        received_by=body.received_by or shipment.received_by,
        note=body.note or shipment.note,
    )


def _cash_flags(
    act: Recorded, shipment: Fulfillment, paisa: int, *, whole: bool
) -> tuple[Discrepancy, ...]:
    """A parcel that brought another amount than it was to collect is asked about; of a part the rider's word counts."""
    if not whole or paisa == shipment.collect_paisa:
        return ()
    found = about(act, shipment, Code.CASH_DIFFERENT)
    return (replace(found, paisa=paisa),)


def _with_cash(
    book: Book, act: Recorded, told: Decision, shipment: Fulfillment, paisa: int
) -> Decision:
    order = with_door_cash(told.orders[0], shipment, paisa, act)
    effects = told.effects
    told_before = shipment.workflow is Workflow.SMART and shipment.shopify_state in TOLD
    may_tell = book.policy.tell_shopify_delivered and act.staff.role not in TELLS_NO_STORE
    if may_tell and told_before:
        effects = (*effects, about_shipment(shipment, EffectKind.SHOPIFY_DELIVERED))
    state = StopState.DELIVERED if shipment.state is _S.DELIVERED else StopState.PARTIAL
    return replace(
        told,
        orders=(order,),
        runs=with_stop(book, act, shipment, state, paisa),
        effects=effects,
        postings=(
            *told.postings,
            *collected(act, at_its_riders_hand(book, shipment), paisa, len(told.postings)),
        ),
    )


def _delivered_all_the_same(
    book: Book, act: Recorded, order: Order, shipment: Fulfillment, body: Deliver
) -> Decision:
    """Keep the state that is known, count the cash that was taken, and ask."""
    found = about(act, shipment, Code.DELIVER_VS_RETURN, body.note)
    if not body.cash_paisa or shipment.cash_paisa:
        return flagged((found,))
    paid_for = replace(shipment, cash_paisa=body.cash_paisa, rev=shipment.rev + 1)
    after = with_door_cash(replace(order, rev=order.rev + 1), shipment, body.cash_paisa, act)
    return replace(
        flagged((found,)),
        orders=(after,),
        fulfillments=(paid_for,),
        runs=with_stop(book, act, paid_for, StopState.DELIVERED, body.cash_paisa),
        postings=collected(act, at_its_riders_hand(book, shipment), body.cash_paisa, 0),
    )


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


def handed_over(
    act: Recorded, before: Fulfillment, after: Fulfillment, packed: Packed, cancelled: Code
) -> Decision:
    """Tell what handing over did, with the one Shopify write that follows from it."""
    flags = packed.flags
    if packed.order.cancelled_at is not None:
        flags = (about(act, before, cancelled), *flags)
    effects: tuple[Effect, ...] = ()
    if act.staff.role not in TELLS_NO_STORE:
        after, effects = with_shopify(packed.order, after)
    # The order has been counted up to `packed.shipment`; what is left is the way from there to `after`.
    return Decision(
        status=ResultStatus.FLAGGED if flags else ResultStatus.APPLIED,
        code=flags[0].code if flags else None,
        orders=(with_shipment(packed.order, packed.shipment, after),),
        fulfillments=(after,) if packed.linked is None else (packed.linked, after),
        postings=() if packed.posting is None else (packed.posting,),
        discrepancies=flags,
        effects=effects,
    )


def with_shopify(order: Order, shipment: Fulfillment) -> tuple[Fulfillment, tuple[Effect, ...]]:
    """Queue the one Shopify write of a smart shipment; manual work never reaches Shopify (I13)."""
    if (
        shipment.shopify_state is not ShopifyState.NOT_YET
        or shipment.workflow is not Workflow.SMART
    ):
        return shipment, ()
    if order.shopify_gid is None or order.cancelled_at is not None:
        return replace(shipment, shopify_state=ShopifyState.SKIPPED), ()
    return replace(shipment, shopify_state=ShopifyState.QUEUED), (fulfilling_effect(shipment),)


def fulfilling_effect(shipment: Fulfillment) -> Effect:
    """Return the intent to tell Shopify of a shipment: one, and another for each time that its dispatch was undone."""
    undone = _undone_dispatches(shipment)
    return about_shipment(shipment, EffectKind.SHOPIFY_FULFILL, *([undone] if undone else ()))


def _undone_dispatches(shipment: Fulfillment) -> int:
    steps = [step.state for step in shipment.steps]
    return sum(pair == (_S.DISPATCHED, _S.PACKED) for pair in itertools.pairwise(steps))


def undo_dispatch(book: Book, act: Recorded, body: UndoDispatch) -> Decision:
    """Take a dispatch back: the parcel still lies at the branch. What Shopify was told is taken back too, if wanted."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    state = next_state(shipment.state, FulfillmentAction.UNDO_DISPATCH)
    # Of a parcel of which something came back already nobody can say that it never left.
    if state is None or any(line.gone_units != line.units for line in shipment.lines):
        return flagged((about(act, shipment, Code.NOT_DISPATCHED, body.reason),))
    flags = late_undo(book, act, shipment, body.reason)
    # A parcel that never left was never tried at a door either.
    back = replace(off_the_run(shipment), attempts=())
    effects: tuple[Effect, ...] = ()
    if body.cancel_in_shopify and shipment.shopify_state in TOLD:
        times = _undone_dispatches(shipment) + 1
        effects = (about_shipment(shipment, EffectKind.SHOPIFY_CANCEL, times),)
    if body.cancel_in_shopify and shipment.shopify_state is not ShopifyState.NOT_FOR_SHOPIFY:
        back = replace(back, shopify_state=ShopifyState.NOT_YET)
    back = stepped(back, state, act)
    return Decision(
        status=ResultStatus.FLAGGED if flags else ResultStatus.APPLIED,
        code=flags[0].code if flags else None,
        orders=(with_shipment(order, shipment, back),),
        fulfillments=(back,),
        runs=taken_out(book, shipment),
        discrepancies=flags,
        effects=effects,
    )


def set_tracking(book: Book, act: Recorded, body: SetTracking) -> Decision:
    """Correct courier or number. Where Shopify has the old ones it is told, and the desk sees that it was."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    if shipment.state in (_S.CANCELLED, _S.VOIDED):
        return refused(Code.NOT_PENDING)
    after = replace(
        shipment,
        courier=body.courier,
        tracking_number=body.tracking_number,
        tracking_url=body.tracking_url,
    )
    if after == shipment:
        return noop()
    after = replace(after, rev=shipment.rev + 1)
    changed = Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(order, shipment, after),),
        fulfillments=(after,),
    )
    if shipment.workflow is not Workflow.SMART or shipment.shopify_state not in TOLD:
        return changed
    flags = (about(act, after, Code.TRACKING_CHANGED, shipment.tracking_number),)
    effect = replace(
        about_shipment(after, EffectKind.SHOPIFY_TRACKING, after.rev),
        notify_customer=body.notify_customer,
    )
    return replace(
        changed,
        status=ResultStatus.FLAGGED,
        code=Code.TRACKING_CHANGED,
        discrepancies=flags,
        effects=(effect,),
    )

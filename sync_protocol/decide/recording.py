"""What people write down afterwards: goods that went out by hand, or in Shopify from a branch that nobody had named."""

from msgspec.structs import replace

from sync_protocol.bodies.recording import BranchSync, ManualFulfillment, VoidFulfillment
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.correcting import correction_of, release_promises, send_out
from sync_protocol.decide.creating import collect_paisa
from sync_protocol.decide.flags import about, flagged, oversells, with_flags
from sync_protocol.decide.packing import late_undo, shipment_and_order
from sync_protocol.decide.shipping import (
    Split,
    already,
    named_lines,
    noop,
    parked,
    split_at,
    split_by_entitlement,
    stepped,
    unship_posting,
    with_shipment,
)
from sync_protocol.fulfillments import (
    Fulfillment,
    FulfillmentAction,
    FulfillmentLine,
    FulfillmentState,
    ShopifyState,
    Workflow,
    next_state,
)
from sync_protocol.ledger import EntryKind
from sync_protocol.orders import Order, StoreFulfillment, needs_branch_units
from sync_protocol.outcomes import Discrepancy, ResultStatus


def manual_fulfillment(book: Book, act: Recorded, body: ManualFulfillment) -> Decision:
    """Deduct what somebody says was sent (S35). Units that are out already are not deducted again (S39)."""
    order = book.orders.get(body.order_id)
    if order is None or body.branch_id not in book.branches:
        return parked(Code.UNKNOWN_REFERENCE, f"order {body.order_id} at branch {body.branch_id}")
    if (known := book.fulfillments.get(body.fulfillment_id)) is not None:
        return flagged((about(act, known, Code.POSSIBLE_DOUBLE_DEDUCT),))
    wanted = named_lines(order, body.lines)
    if wanted is None:
        return parked(Code.UNKNOWN_REFERENCE, f"a line of order {order.id}")
    split = split_by_entitlement(order, wanted)
    doubtful: tuple[Discrepancy, ...] = ()
    if split.excess:
        doubtful = (about(act, _written_down(body, split.excess), Code.POSSIBLE_DOUBLE_DEDUCT),)
    if not split.free:
        return flagged(doubtful) if doubtful else noop()
    written = replace(
        _written_down(body, split.free), collect_paisa=collect_paisa(order, split.free)
    )
    shipment = stepped(written, FulfillmentState.RECORDED, act)
    return _recorded(book, act, order, shipment, EntryKind.SHIP_MANUAL, doubtful)


def _recorded(
    book: Book,
    act: Recorded,
    order: Order,
    shipment: Fulfillment,
    kind: EntryKind,
    doubtful: tuple[Discrepancy, ...],
) -> Decision:
    work = correction_of(book, order)
    send_out(act, work, shipment, kind, None)
    release_promises(act, work)
    flags = (*oversells(book, act, *work.postings), *doubtful)
    return with_flags(work.told(), flags)


def _written_down(body: ManualFulfillment, lines: tuple[FulfillmentLine, ...]) -> Fulfillment:
    return Fulfillment(
        id=body.fulfillment_id,
        order_id=body.order_id,
        branch_id=body.branch_id,
        workflow=Workflow.MANUAL,
        state=FulfillmentState.RECORDED,
        lines=lines,
        courier=body.courier,
        tracking_number=body.tracking_number,
        note=body.note,
        shopify_state=ShopifyState.NOT_FOR_SHOPIFY,
    )


def branch_sync(book: Book, act: Recorded, body: BranchSync) -> Decision:
    """Deduct, at the branch that somebody names, what was fulfilled in Shopify and is not out yet (S19).

    Nothing left to assign is no mistake: somebody else was faster. More than Shopify shows is asked about.
    """
    order = book.orders.get(body.order_id)
    if order is None or body.branch_id not in book.branches:
        return parked(Code.UNKNOWN_REFERENCE, f"order {body.order_id} at branch {body.branch_id}")
    if (known := book.fulfillments.get(body.fulfillment_id)) is not None:
        return already(known)
    wanted = named_lines(order, body.lines)
    if wanted is None:
        return parked(Code.UNKNOWN_REFERENCE, f"a line of order {order.id}")
    split = split_at(wanted, needs_branch_units, order)
    if not split.free:
        return noop(Code.NOTHING_LEFT)
    shipment = stepped(synced_record(book, order, body, split), FulfillmentState.RECORDED, act)
    doubtful: tuple[Discrepancy, ...] = ()
    if split.excess:
        over = replace(shipment, lines=split.excess)
        doubtful = (about(act, over, Code.NOT_FULFILLED_IN_SHOPIFY),)
    return _recorded(book, act, order, shipment, EntryKind.SHIP_BRANCH_SYNC, doubtful)


def synced_record(book: Book, order: Order, body: BranchSync, split: Split) -> Fulfillment:
    """Return the record of goods that left in Shopify; courier and number come along (S14)."""
    seen = unnamed_store_fulfillment(book, order, body.shopify_fulfillment_gid)
    return Fulfillment(
        id=body.fulfillment_id,
        order_id=body.order_id,
        branch_id=body.branch_id,
        workflow=Workflow.BRANCH_SYNC,
        state=FulfillmentState.RECORDED,
        lines=split.free,
        courier=None if seen is None else seen.courier,
        tracking_number=None if seen is None else seen.tracking_number,
        tracking_url=None if seen is None else seen.tracking_url,
        collect_paisa=collect_paisa(order, split.free),
        note=body.note,
        shopify_state=ShopifyState.CONFIRMED,
        shopify_fulfillment_gid=None if seen is None else seen.gid,
    )


def unnamed_store_fulfillment(book: Book, order: Order, gid: str | None) -> StoreFulfillment | None:
    """Return the store's fulfillment of that gid, else the first that stands and has no record of ours."""
    taken = {s.shopify_fulfillment_gid for s in book.shipments_of(order.id)}
    for seen in order.store_fulfillments:
        if seen.gid == gid or (gid is None and seen.live and seen.gid not in taken):
            return seen
    return None


def void_fulfillment(book: Book, act: Recorded, body: VoidFulfillment) -> Decision:
    """Take a written record back: the goods never left. What was packed in Rawana is unpacked instead."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    if shipment.state is FulfillmentState.VOIDED:
        return already(shipment)
    state = next_state(shipment.state, FulfillmentAction.VOID)
    if state is None or any(line.gone_units != line.units for line in shipment.lines):
        return flagged((about(act, shipment, Code.NOT_OUT, body.reason),))
    flags = late_undo(book, act, shipment, body.reason)
    posting = unship_posting(act, shipment, EntryKind.VOID_SHIP, body.reason)
    gone = stepped(replace(shipment, posting_id=None), state, act)
    decision = Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(order, shipment, gone),),
        fulfillments=(gone,),
        postings=(posting,),
    )
    return with_flags(decision, flags)

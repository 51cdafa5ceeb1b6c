"""What non-technical staff write down: goods that went out by hand, and what a branch began with."""

from msgspec.structs import replace

from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.packing import flagged
from sync_protocol.decide.shipping import (
    about,
    named_lines,
    oversells,
    parked,
    ship_posting,
    split_by_entitlement,
    stepped,
    with_shipment,
)
from sync_protocol.fulfillments import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentState,
    ShopifyState,
    Workflow,
)
from sync_protocol.ledger import EXTERNAL, SELLABLE, EntryKind, Leg, Posting
from sync_protocol.ops import ManualFulfillment, OpeningStock
from sync_protocol.outcomes import Code, Discrepancy, ResultStatus


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
        return (
            flagged(doubtful)
            if doubtful
            else Decision(status=ResultStatus.NOOP, code=Code.ALREADY_DONE)
        )
    shipment = stepped(_written_down(body, split.free), FulfillmentState.RECORDED, act)
    posting = ship_posting(act, shipment, EntryKind.SHIP_MANUAL)
    shipment = replace(shipment, posting_id=posting.id)
    flags: tuple[Discrepancy, ...] = (*oversells(book, act, posting), *doubtful)
    return Decision(
        status=ResultStatus.FLAGGED if flags else ResultStatus.APPLIED,
        code=flags[0].code if flags else None,
        orders=(with_shipment(order, None, shipment),),
        fulfillments=(shipment,),
        postings=(posting,),
        discrepancies=flags,
    )


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


def opening_stock(book: Book, act: Recorded, body: OpeningStock) -> Decision:
    """Bring a branch's first stock in from outside."""
    if body.branch_id not in book.branches:
        return parked(Code.UNKNOWN_REFERENCE, f"branch {body.branch_id}")
    unknown = [line.variant_id for line in body.lines if line.variant_id not in book.variants]
    if unknown:
        return parked(Code.UNKNOWN_REFERENCE, f"variant {unknown[0]}")
    legs: list[Leg] = []
    for line in body.lines:
        legs.append(Leg(account=EXTERNAL, variant_id=line.variant_id, units=-line.units))
        legs.append(Leg(account=SELLABLE, variant_id=line.variant_id, units=line.units))
    posting = Posting(
        id=act.entry_id(), branch_id=body.branch_id, kind=EntryKind.OPENING, legs=tuple(legs)
    )
    return Decision(status=ResultStatus.APPLIED, postings=(posting,))

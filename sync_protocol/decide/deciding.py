"""The one door to every decision."""

from typing import assert_never

from msgspec.structs import replace

from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.confirming import confirm
from sync_protocol.decide.creating import create_fulfillment
from sync_protocol.decide.news import shopify_order, shopify_outcome
from sync_protocol.decide.packing import pack, unpack
from sync_protocol.decide.recording import manual_fulfillment, opening_stock
from sync_protocol.decide.sending import deliver, dispatch
from sync_protocol.decide.shipping import closed, parked, refused
from sync_protocol.ids import BranchId
from sync_protocol.ledger import unbalanced
from sync_protocol.ops import (
    Confirm,
    CreateFulfillment,
    Deliver,
    Dispatch,
    ManualFulfillment,
    OpBody,
    OpClass,
    OpeningStock,
    OpKind,
    Pack,
    ShopifyOrder,
    ShopifyOutcome,
    Unpack,
    kind_rule,
)
from sync_protocol.outcomes import Code, Discrepancy
from sync_protocol.permissions import may_record
from sync_protocol.reading import ReadOp
from sync_protocol.stock import posted


def decide(book: Book, act: Recorded) -> Decision:
    """Decide one op against the book. The book is not changed; `Book.apply` does that.

    Facts are never refused: what is odd about them is flagged, what cannot be placed is parked.
    """
    body = act.read.body
    if body is None:
        return _not_understood(act.read)
    kind = OpKind(act.read.op.kind)
    if not may_record(act.staff, kind, branch_of(book, body)):
        return parked(Code.AUTHORITY, f"{act.staff.role.value} may not {kind.value} here")
    decision = _decide_body(book, act, body)
    for posting in decision.postings:
        assert not unbalanced(posting.legs), f"unbalanced posting {posting.id}"
    return _with_settled_oversells(book, act, decision)


def _not_understood(read: ReadOp) -> Decision:
    if read.problem == Code.UNKNOWN_KIND:
        return parked(Code.UNKNOWN_KIND, read.op.kind)
    rule = kind_rule(read.op.kind)
    if rule is not None and rule.op_class is OpClass.CLAIM:
        return replace(refused(Code.INVALID), detail=read.detail)
    return parked(Code.INVALID, read.detail)


def branch_of(book: Book, body: OpBody) -> BranchId | None:
    """Return the branch at which an op acts, or None where it names none (or a shipment that is not known)."""
    match body:
        case CreateFulfillment() | ManualFulfillment() | OpeningStock():
            return body.branch_id
        case Pack() | Unpack() | Dispatch() | Deliver() | ShopifyOutcome():
            shipment = book.fulfillments.get(body.fulfillment_id)
            return None if shipment is None else shipment.branch_id
        case Confirm() | ShopifyOrder():
            return None
        case _:
            assert_never(body)


def _decide_body(  # noqa: C901, PLR0911 (one arm per kind)
    book: Book, act: Recorded, body: OpBody
) -> Decision:
    match body:
        case Confirm():
            return confirm(book, act, body)
        case CreateFulfillment():
            return create_fulfillment(book, act, body)
        case Pack():
            return pack(book, act, body)
        case Unpack():
            return unpack(book, act, body)
        case Dispatch():
            return dispatch(book, act, body)
        case Deliver():
            return deliver(book, act, body)
        case ManualFulfillment():
            return manual_fulfillment(book, act, body)
        case OpeningStock():
            return opening_stock(book, act, body)
        case ShopifyOrder():
            return shopify_order(book, act, body)
        case ShopifyOutcome():
            return shopify_outcome(book, act, body)
        case _:
            assert_never(body)


def _with_settled_oversells(book: Book, act: Recorded, decision: Decision) -> Decision:
    """Close oversells whose branch is back at zero or above: the books agree with the shelf again."""
    settled: list[Discrepancy] = []
    for found in book.open.values():
        if found.code is not Code.OVERSELL or found.branch_id is None or found.variant_id is None:
            continue
        held = book.stock_of(found.branch_id, found.variant_id)
        after = held
        for posting in decision.postings:
            after = posted(after, posting)
        if after != held and after.sellable >= 0:
            settled.append(closed(found, act))
    if not settled:
        return decision
    return replace(decision, discrepancies=(*decision.discrepancies, *settled))

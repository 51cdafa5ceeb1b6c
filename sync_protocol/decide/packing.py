"""Packed is when stock leaves the shelf, and at no other step (S25); unpacking is its exact reverse."""

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.shipping import (
    about,
    closings,
    named_lines,
    oversells,
    parked,
    ship_posting,
    split_by_entitlement,
    stepped,
    unship_posting,
    with_shipment,
)
from sync_protocol.fulfillments import Fulfillment, FulfillmentLine, FulfillmentState
from sync_protocol.ids import FulfillmentId
from sync_protocol.ledger import EntryKind, Posting
from sync_protocol.ops import Pack, Unpack
from sync_protocol.orders import Order, line_of
from sync_protocol.outcomes import Code, Discrepancy, ResultStatus


class Packed(Struct, frozen=True, kw_only=True):
    """What packing a shipment does, before it is told as a decision. `flags` come most serious first."""

    order: Order
    shipment: Fulfillment
    posting: Posting | None
    flags: tuple[Discrepancy, ...]


def pack(book: Book, act: Recorded, body: Pack) -> Decision:
    """Take the packed lines out of the branch's stock. A fact: it is posted or flagged, never refused."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    lines = named_lines(order, body.lines) if body.lines else shipment.lines
    if lines is None:
        return parked(Code.UNKNOWN_REFERENCE, f"a line of order {order.id}")
    if shipment.goods_out:
        return flagged((about(act, shipment, Code.DOUBLE_PACK),))
    return told(take_out(book, act, order, shipment, lines))


def shipment_and_order(book: Book, shipment_id: FulfillmentId) -> tuple[Fulfillment, Order] | None:
    """Return a shipment with its order, or None where the book knows neither."""
    shipment = book.fulfillments.get(shipment_id)
    if shipment is None or shipment.order_id not in book.orders:
        return None
    return shipment, book.orders[shipment.order_id]


def take_out(
    book: Book,
    act: Recorded,
    order: Order,
    shipment: Fulfillment,
    lines: tuple[FulfillmentLine, ...],
) -> Packed:
    """Post as much of `lines` as was ever ordered and is not out yet; the rest becomes a `double_pack`.

    When nothing can be posted the shipment stays as it was: the same goods left once, not twice.
    """
    split = split_by_entitlement(order, lines)
    flags: list[Discrepancy] = []
    if split.excess:
        flags.append(about(act, replace(shipment, lines=split.excess), Code.DOUBLE_PACK))
    if not split.free:
        return Packed(order=order, shipment=shipment, posting=None, flags=tuple(flags))
    flags += [about(act, shipment, code) for code in _odd_packing(order, shipment, split.free)]
    packed = stepped(
        replace(shipment, lines=split.free, refused=False), FulfillmentState.PACKED, act
    )
    posting = ship_posting(act, packed, EntryKind.SHIP_SMART)
    packed = replace(packed, posting_id=posting.id)
    flags = [*oversells(book, act, posting), *flags]
    return Packed(
        order=with_shipment(order, shipment, packed),
        shipment=packed,
        posting=posting,
        flags=tuple(flags),
    )


def _odd_packing(
    order: Order, shipment: Fulfillment, lines: tuple[FulfillmentLine, ...]
) -> list[Code]:
    odd = []
    if shipment.refused:
        odd.append(Code.PACKED_AFTER_REFUSAL)
    elif order.cancelled_at is not None or shipment.state is FulfillmentState.CANCELLED:
        odd.append(Code.PACKED_CANCELLED)
    for line in lines:
        known = line_of(order, line.order_line_id)
        if known is not None and known.out_units + line.units > known.current_units:
            odd.append(Code.PACKED_SUPERSEDED)
            break
    return odd


def told(packed: Packed) -> Decision:
    """Tell a packing as a decision."""
    posted = packed.posting is not None
    return Decision(
        status=ResultStatus.FLAGGED if packed.flags else ResultStatus.APPLIED,
        code=packed.flags[0].code if packed.flags else None,
        orders=(packed.order,) if posted else (),
        fulfillments=(packed.shipment,) if posted else (),
        postings=() if packed.posting is None else (packed.posting,),
        discrepancies=packed.flags,
    )


def flagged(flags: tuple[Discrepancy, ...]) -> Decision:
    """Record a fact that moves nothing but that somebody must look at."""
    return Decision(status=ResultStatus.FLAGGED, code=flags[0].code, discrepancies=flags)


def unpack(book: Book, act: Recorded, body: Unpack) -> Decision:
    """Put a packed shipment's lines back on the shelf they came from.

    Of a cancelled order the shipment ends here; otherwise it is pending again and reserves its lines.
    """
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    if shipment.state is not FulfillmentState.PACKED:
        return flagged((about(act, shipment, Code.NOT_PACKED, body.reason),))
    posting = unship_posting(act, shipment, EntryKind.UNPACK)
    state = FulfillmentState.PENDING if order.cancelled_at is None else FulfillmentState.CANCELLED
    back = stepped(replace(shipment, posting_id=None), state, act)
    settled = frozenset({Code.CANCELLED_WHILE_PACKED, Code.PACKED_CANCELLED})
    return Decision(
        status=ResultStatus.APPLIED,
        orders=(with_shipment(order, shipment, back),),
        fulfillments=(back,),
        postings=(posting,),
        discrepancies=closings(book, act, settled, shipment.id),
    )

"""Packed is when stock leaves the shelf, and at no other step (S25); unpacking is its exact reverse."""

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.bodies.shipping import Pack, Unpack
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.flags import about, closings, flagged, oversells
from sync_protocol.decide.shipping import (
    named_lines,
    parked,
    ship_posting,
    split_by_entitlement,
    stepped,
    unship_posting,
    with_shipment,
)
from sync_protocol.decide.stops import off_the_run, taken_out
from sync_protocol.fulfillments import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentState,
    ShopifyState,
    Workflow,
)
from sync_protocol.ids import FulfillmentId
from sync_protocol.ledger import EntryKind, Posting
from sync_protocol.orders import Order, expected_back_units, line_of, remaining_units
from sync_protocol.outcomes import Discrepancy, ResultStatus
from sync_protocol.permissions import DECIDES_ALONE

UNPACKING_SETTLES = frozenset(
    {Code.CANCELLED_WHILE_PACKED, Code.PACKED_CANCELLED, Code.PACKED_SUPERSEDED}
)


class Packed(Struct, frozen=True, kw_only=True):
    """What packing a shipment does, before it is told as a decision. `flags` come most serious first.

    `linked` is the record of the same goods that this parcel takes over: they left once.
    """

    order: Order
    shipment: Fulfillment
    posting: Posting | None = None
    linked: Fulfillment | None = None
    flags: tuple[Discrepancy, ...] = ()

    @property
    def fulfillments(self) -> tuple[Fulfillment, ...]:
        """The shipments that packing changed."""
        return (self.shipment,) if self.linked is None else (self.linked, self.shipment)

    @property
    def happened(self) -> bool:
        """Whether the goods of the shipment are out now."""
        return self.posting is not None or self.linked is not None


def pack(book: Book, act: Recorded, body: Pack) -> Decision:
    """Take the packed lines out of the branch's stock. A fact: it is posted or flagged, never refused."""
    found = shipment_and_order(book, body.fulfillment_id)
    if found is None:
        return parked(Code.UNKNOWN_REFERENCE, f"fulfillment {body.fulfillment_id}")
    shipment, order = found
    lines = named_lines(order, body.lines) if body.lines else shipment.lines
    if lines is None:
        return parked(Code.UNKNOWN_REFERENCE, f"a line of order {order.id}")
    if shipment.state not in (FulfillmentState.PENDING, FulfillmentState.CANCELLED):
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
        same = _same_goods(book, order, shipment, lines)
        if same is not None:
            return _taken_over(act, order, shipment, lines, same)
        flags.append(about(act, replace(shipment, lines=split.excess), Code.DOUBLE_PACK))
    if not split.free:
        return Packed(order=order, shipment=shipment, flags=tuple(flags))
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


def _same_goods(
    book: Book, order: Order, shipment: Fulfillment, lines: tuple[FulfillmentLine, ...]
) -> Fulfillment | None:
    """Return the record by which the desk has already deducted just these goods at just this branch."""
    wanted = {line.order_line_id: line.units for line in lines}
    for other in book.shipments_of(order.id):
        recorded = (
            other.workflow is Workflow.BRANCH_SYNC
            and other.state is FulfillmentState.RECORDED
            and other.branch_id == shipment.branch_id
            and all(line.gone_units == line.units for line in other.lines)
        )
        if recorded and wanted == {line.order_line_id: line.units for line in other.lines}:
            return other
    return None


def _taken_over(
    act: Recorded,
    order: Order,
    shipment: Fulfillment,
    lines: tuple[FulfillmentLine, ...],
    same: Fulfillment,
) -> Packed:
    """Let the parcel stand for the goods that the record had deducted: one posting, and Shopify knows already."""
    gone = stepped(replace(same, posting_id=None), FulfillmentState.VOIDED, act)
    packed = replace(
        shipment,
        lines=lines,
        refused=False,
        posting_id=same.posting_id,
        shopify_state=ShopifyState.CONFIRMED,
        shopify_fulfillment_gid=same.shopify_fulfillment_gid,
    )
    packed = stepped(packed, FulfillmentState.PACKED, act)
    order = with_shipment(with_shipment(order, same, gone), shipment, packed)
    return Packed(order=order, shipment=packed, linked=gone)


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
    code = packed.flags[0].code if packed.flags else None
    if code is None and packed.linked is not None:
        code = Code.LINKED
    return Decision(
        status=ResultStatus.FLAGGED if packed.flags else ResultStatus.APPLIED,
        code=code,
        orders=(packed.order,) if packed.happened else (),
        fulfillments=packed.fulfillments if packed.happened else (),
        postings=() if packed.posting is None else (packed.posting,),
        discrepancies=packed.flags,
    )


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
    asked_for = order.cancelled_at is not None or _has_to_come_out(order, shipment)
    late = () if asked_for else late_undo(book, act, shipment, body.reason)
    return replace(
        put_back(book, act, order, shipment, body.reason),
        status=ResultStatus.FLAGGED if late else ResultStatus.APPLIED,
        code=Code.LATE_UNDO if late else None,
        discrepancies=(*late, *closings(book, act, UNPACKING_SETTLES, shipment.id)),
    )


def put_back(
    book: Book, act: Recorded, order: Order, shipment: Fulfillment, reason: str | None
) -> Decision:
    """Return a packed shipment's goods to their shelf. What the order no longer has is not promised again."""
    posting = unship_posting(act, shipment, EntryKind.UNPACK, reason)
    back = replace(off_the_run(shipment), posting_id=None)
    ended = stepped(back, FulfillmentState.CANCELLED, act)
    emptied = with_shipment(order, shipment, ended)
    still = _still_wanted(emptied, shipment.lines)
    if order.cancelled_at is None and still:
        back = stepped(replace(back, lines=still), FulfillmentState.PENDING, act)
        order = with_shipment(order, shipment, back)
    else:
        back, order = ended, emptied
    return Decision(
        status=ResultStatus.APPLIED,
        orders=(order,),
        fulfillments=(back,),
        runs=taken_out(book, shipment),
        postings=(posting,),
    )


def _has_to_come_out(order: Order, shipment: Fulfillment) -> bool:
    """Whether the order no longer has all that lies in the parcel."""
    known = (line_of(order, line.order_line_id) for line in shipment.lines)
    return any(line is not None and expected_back_units(line) > 0 for line in known)


def _still_wanted(order: Order, lines: tuple[FulfillmentLine, ...]) -> tuple[FulfillmentLine, ...]:
    """Return the lines as far as the order still has them (A8: an exchanged original is not packed again)."""
    wanted = []
    for line in lines:
        known = line_of(order, line.order_line_id)
        units = min(line.units, 0 if known is None else remaining_units(known))
        if units > 0:
            wanted.append(replace(line, units=units))
    return tuple(wanted)


def late_undo(
    book: Book, act: Recorded, shipment: Fulfillment, reason: str | None
) -> tuple[Discrepancy, ...]:
    """Flag an undoing that somebody else, or somebody too late, did without being a supervisor (A13)."""
    last = shipment.steps[-1]
    window_ms = book.policy.undo_window_min * 60_000
    own = last.by == act.staff.id and act.read.op.at - last.at <= window_ms
    if own or act.staff.role in DECIDES_ALONE:
        return ()
    return (about(act, shipment, Code.LATE_UNDO, reason),)

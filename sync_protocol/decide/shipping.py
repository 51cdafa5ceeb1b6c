"""Moves that several decisions share: taking lines out, keeping the order in step, naming what is odd."""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.fulfillments import Fulfillment, FulfillmentLine, FulfillmentState, Step
from sync_protocol.ids import (
    DiscrepancyId,
    FulfillmentId,
    OrderLineId,
    VariantId,
)
from sync_protocol.ledger import SELLABLE, EntryKind, Leg, Posting, out_account, reversed_legs
from sync_protocol.ops import LineUnits
from sync_protocol.orders import (
    Order,
    OrderLine,
    Shipment,
    entitled_units,
    in_stock_logic,
    line_of,
    with_status,
)
from sync_protocol.outcomes import Code, Discrepancy, ResultStatus


class Split(Struct, frozen=True, kw_only=True):
    """Wanted lines, cut at what an order still allows: `free` may go, `excess` has gone or is promised already."""

    free: tuple[FulfillmentLine, ...]
    excess: tuple[FulfillmentLine, ...]


def refused(code: Code) -> Decision:
    """Return a claim's refusal that needs no name."""
    return Decision(status=ResultStatus.REFUSED, code=code)


def parked(code: Code, detail: str | None = None) -> Decision:
    """Return a parking: kept verbatim, nothing changes."""
    return Decision(status=ResultStatus.PARKED, code=code, detail=detail)


def already(shipment: Fulfillment) -> Decision:
    """Return a no-op that names who took the shipment where it is."""
    last = shipment.steps[-1] if shipment.steps else None
    return Decision(
        status=ResultStatus.NOOP,
        code=Code.ALREADY_DONE,
        by=None if last is None else last.by,
        at=None if last is None else last.at,
        branch_id=shipment.branch_id,
    )


def named_lines(order: Order, wanted: tuple[LineUnits, ...]) -> tuple[FulfillmentLine, ...] | None:
    """Return the wanted lines with their variants, same lines added up; None when a line is not in stock logic here.

    A line of the order without a variant never touches stock and is left out.
    """
    units: dict[OrderLineId, int] = {}
    for line in wanted:
        units[line.order_line_id] = units.get(line.order_line_id, 0) + line.units
    named = []
    for line_id, count in units.items():
        known = line_of(order, line_id)
        if known is None:
            return None
        if known.variant_id is not None and in_stock_logic(known):
            named.append(
                FulfillmentLine(order_line_id=line_id, variant_id=known.variant_id, units=count)
            )
    return tuple(named)


def split_by_entitlement(order: Order, wanted: tuple[FulfillmentLine, ...]) -> Split:
    """Cut what somebody says has left at what was ever ordered less what is out already (I4)."""
    return _split(wanted, lambda line: entitled_units(line) - line.out_units, order)


def split_by_remaining(order: Order, wanted: tuple[FulfillmentLine, ...]) -> Split:
    """Cut what somebody wants to promise at what is neither promised nor out (A11)."""
    return _split(
        wanted, lambda line: line.current_units - line.pending_units - line.out_units, order
    )


def _split(
    wanted: tuple[FulfillmentLine, ...], room_of: Callable[[OrderLine], int], order: Order
) -> Split:
    free, excess = [], []
    for line in wanted:
        known = line_of(order, line.order_line_id)
        room = 0 if known is None else max(0, room_of(known))
        if min(line.units, room) > 0:
            free.append(replace(line, units=min(line.units, room)))
        if line.units > room:
            excess.append(replace(line, units=line.units - room))
    return Split(free=tuple(free), excess=tuple(excess))


def ship_posting(act: Recorded, shipment: Fulfillment, kind: EntryKind) -> Posting:
    """Return the movement of a shipment's lines from the branch's shelf to the lines' out accounts."""
    legs: list[Leg] = []
    for line in shipment.lines:
        legs.append(Leg(account=SELLABLE, variant_id=line.variant_id, units=-line.units))
        legs.append(
            Leg(
                account=out_account(line.order_line_id),
                variant_id=line.variant_id,
                units=line.units,
            )
        )
    return Posting(
        id=act.entry_id(),
        branch_id=shipment.branch_id,
        kind=kind,
        legs=tuple(legs),
        order_id=shipment.order_id,
        fulfillment_id=shipment.id,
    )


def unship_posting(act: Recorded, shipment: Fulfillment, kind: EntryKind) -> Posting:
    """Return the exact reversal of the movement that took the shipment's lines out."""
    out = ship_posting(act, shipment, kind)
    return replace(out, legs=reversed_legs(out.legs), reverses=shipment.posting_id)


def stepped(shipment: Fulfillment, state: FulfillmentState, act: Recorded) -> Fulfillment:
    """Return the shipment in `state`, remembering who took it there."""
    step = Step(state=state, by=act.staff.id, at=act.read.op.at, recorded_at=act.now)
    return replace(shipment, state=state, steps=(*shipment.steps, step), rev=shipment.rev + 1)


def with_shipment(order: Order, before: Fulfillment | None, after: Fulfillment) -> Order:
    """Return the order with its counters, shipment list and headline moved from `before` to `after`."""
    lines = tuple(_recounted(line, before, after) for line in order.lines)
    shipments = order.shipments
    if not after.refused:
        others = tuple(s for s in order.shipments if s.fulfillment_id != after.id)
        shipments = (*others, _summary(after))
    return with_status(replace(order, lines=lines, shipments=shipments, rev=order.rev + 1))


def _recounted(line: OrderLine, before: Fulfillment | None, after: Fulfillment) -> OrderLine:
    pending = _units(after, line.id, after.reserves) - _units(
        before, line.id, before is not None and before.reserves
    )
    out = _units(after, line.id, after.goods_out) - _units(
        before, line.id, before is not None and before.goods_out
    )
    if pending == 0 and out == 0:
        return line
    return replace(
        line,
        pending_units=line.pending_units + pending,
        out_units=line.out_units + out,
        shipped_units=line.shipped_units + out,
    )


def _units(shipment: Fulfillment | None, line_id: OrderLineId, counts: bool) -> int:
    if shipment is None or not counts:
        return 0
    return sum(line.units for line in shipment.lines if line.order_line_id == line_id)


def _summary(shipment: Fulfillment) -> Shipment:
    last = shipment.steps[-1]
    return Shipment(
        fulfillment_id=shipment.id,
        branch_id=shipment.branch_id,
        workflow=shipment.workflow,
        state=shipment.state,
        by=last.by,
        at=last.at,
    )


def discrepancy(act: Recorded, code: Code, variant_id: VariantId | None = None) -> Discrepancy:
    """Open a discrepancy about this op; the caller adds what it is about.

    Its id follows from op, code and variant, so that a replay opens the same.
    """
    op = act.read.op
    suffix = "" if variant_id is None else f".{variant_id}"
    return Discrepancy(
        id=DiscrepancyId(f"{op.id}.{code.value}{suffix}"),
        code=code,
        op_id=act.read.op_id,
        op_kind=op.kind,
        by=act.staff.id,
        device_id=act.device_id,
        at=op.at,
        recorded_at=act.now,
        variant_id=variant_id,
        seen=op.seen,
    )


def about(
    act: Recorded, shipment: Fulfillment, code: Code, detail: str | None = None
) -> Discrepancy:
    """Open a discrepancy about a shipment."""
    return replace(
        discrepancy(act, code),
        order_id=shipment.order_id,
        fulfillment_id=shipment.id,
        branch_id=shipment.branch_id,
        units=sum(line.units for line in shipment.lines),
        detail=detail,
    )


def oversells(book: Book, act: Recorded, posting: Posting) -> tuple[Discrepancy, ...]:
    """Open one discrepancy per variant that `posting` takes below zero at its branch (S6)."""
    found = []
    taken: dict[VariantId, int] = {}
    for leg in posting.legs:
        if leg.account == SELLABLE:
            taken[leg.variant_id] = taken.get(leg.variant_id, 0) + leg.units
    for variant_id, units in taken.items():
        after = book.stock_of(posting.branch_id, variant_id).sellable + units
        if units < 0 and after < 0:
            found.append(
                replace(
                    discrepancy(act, Code.OVERSELL, variant_id),
                    order_id=posting.order_id,
                    fulfillment_id=posting.fulfillment_id,
                    branch_id=posting.branch_id,
                    units=-units,
                    balance_units=after,
                )
            )
    return tuple(found)


def closed(found: Discrepancy, act: Recorded) -> Discrepancy:
    """Return the discrepancy closed by this op."""
    return replace(found, closed_at=act.now, closed_by_op=act.read.op_id)


def closings(
    book: Book, act: Recorded, codes: frozenset[Code], shipment_id: FulfillmentId
) -> tuple[Discrepancy, ...]:
    """Close the open discrepancies of these codes about one shipment."""
    return tuple(
        closed(d, act)
        for d in book.open.values()
        if d.code in codes and d.fulfillment_id == shipment_id
    )

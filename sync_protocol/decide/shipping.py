"""Moves that several decisions share: taking lines out, and keeping the order in step with its shipments."""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.bodies.parts import LineUnits
from sync_protocol.canonical import digest_hex
from sync_protocol.codes import Code
from sync_protocol.decide.book import Decision, Recorded
from sync_protocol.fulfillments import (
    NEVER_LEFT,
    Fulfillment,
    FulfillmentLine,
    FulfillmentState,
    Step,
)
from sync_protocol.ids import OrderLineId
from sync_protocol.ledger import (
    SELLABLE,
    EntryKind,
    Posting,
    moved,
    out_account,
    reversed_legs,
)
from sync_protocol.orders import (
    Order,
    OrderLine,
    Shipment,
    entitled_units,
    in_stock_logic,
    line_of,
    remaining_units,
)
from sync_protocol.outcomes import ResultStatus
from sync_protocol.statuses import derived


class Split(Struct, frozen=True, kw_only=True):
    """Wanted lines, cut at what an order still allows: `free` may go, `excess` has gone or is promised already."""

    free: tuple[FulfillmentLine, ...]
    excess: tuple[FulfillmentLine, ...]


def refused(code: Code, detail: str | None = None) -> Decision:
    """Return a claim's refusal that needs no name."""
    return Decision(status=ResultStatus.REFUSED, code=code, detail=detail)


def parked(code: Code, detail: str | None = None) -> Decision:
    """Return a parking: kept verbatim, nothing changes."""
    return Decision(status=ResultStatus.PARKED, code=code, detail=detail)


def noop(code: Code = Code.ALREADY_DONE) -> Decision:
    """Return that there was nothing left to do."""
    return Decision(status=ResultStatus.NOOP, code=code)


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


def made_id(act: Recorded, thing: str) -> str:
    """Return the id of something that an op makes without a device having named it: the same op, the same id."""
    return digest_hex(f"{act.read.op.id}/{thing}".encode())[:32]


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
    return split_at(wanted, lambda line: entitled_units(line) - line.out_units, order)


def split_by_remaining(order: Order, wanted: tuple[FulfillmentLine, ...]) -> Split:
    """Cut what somebody wants to promise at what is neither promised nor out (A11)."""
    return split_at(wanted, remaining_units, order)


def split_at(
    wanted: tuple[FulfillmentLine, ...], room_of: Callable[[OrderLine], int], order: Order
) -> Split:
    """Cut wanted lines at the room that each order line has."""
    free, excess = [], []
    for line in wanted:
        known = line_of(order, line.order_line_id)
        room = 0 if known is None else max(0, room_of(known))
        if min(line.units, room) > 0:
            free.append(replace(line, units=min(line.units, room)))
        if line.units > room:
            excess.append(replace(line, units=line.units - room))
    return Split(free=tuple(free), excess=tuple(excess))


def ship_posting(act: Recorded, shipment: Fulfillment, kind: EntryKind, place: int = 0) -> Posting:
    """Return the movement of a shipment's lines from the branch's shelf to the lines' out accounts."""
    legs = [
        leg
        for line in shipment.lines
        for leg in moved(line.variant_id, line.units, SELLABLE, out_account(line.order_line_id))
    ]
    return Posting(
        id=act.entry_id(place),
        branch_id=shipment.branch_id,
        kind=kind,
        legs=tuple(legs),
        order_id=shipment.order_id,
        fulfillment_id=shipment.id,
    )


def unship_posting(
    act: Recorded,
    shipment: Fulfillment,
    kind: EntryKind,
    reason: str | None = None,
    place: int = 0,
) -> Posting:
    """Return the exact reversal of the movement that took the shipment's lines out."""
    out = ship_posting(act, shipment, kind, place)
    return replace(out, legs=reversed_legs(out.legs), reverses=shipment.posting_id, reason=reason)


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
    return derived(replace(order, lines=lines, shipments=shipments, rev=order.rev + 1))


def _recounted(line: OrderLine, before: Fulfillment | None, after: Fulfillment) -> OrderLine:
    was, now = _counts(before, line.id), _counts(after, line.id)
    if was == now:
        return line
    pending, packed, out, delivered, shipped, given_back = (
        b - a for a, b in zip(was, now, strict=True)
    )
    return replace(
        line,
        pending_units=line.pending_units + pending,
        packed_units=line.packed_units + packed,
        out_units=line.out_units + out,
        delivered_units=line.delivered_units + delivered,
        shipped_units=line.shipped_units + shipped,
        given_back_units=line.given_back_units + given_back,
    )


def _counts(shipment: Fulfillment | None, line_id: OrderLineId) -> tuple[int, ...]:
    """Return what a shipment counts for a line: pending, packed, out, delivered, shipped, given back."""
    if shipment is None:
        return (0,) * 6
    mine = [line for line in shipment.lines if line.order_line_id == line_id]
    units = sum(line.units for line in mine)
    gone = sum(line.gone_units for line in mine) if shipment.goods_out else 0
    # What is back, and was taken back in the store too, never left as far as the store is concerned.
    taken_back = shipment.shopify_cancelled and not shipment.goods_out
    left = shipment.state not in NEVER_LEFT and not taken_back
    return (
        units if shipment.reserves else 0,
        gone if shipment.state is FulfillmentState.PACKED else 0,
        gone,
        gone if shipment.state is FulfillmentState.DELIVERED else 0,
        units if left else 0,
        sum(line.given_back_units for line in mine),
    )


def _summary(shipment: Fulfillment) -> Shipment:
    last = shipment.steps[-1]
    back = shipment.open_return
    return Shipment(
        fulfillment_id=shipment.id,
        branch_id=shipment.branch_id,
        workflow=shipment.workflow,
        state=shipment.state,
        by=last.by,
        at=last.at,
        collect_paisa=shipment.collect_paisa,
        rider_id=shipment.rider_id,
        return_branch_id=None if back is None else back.branch_id,
        attempted=bool(shipment.attempts),
    )

"""Fix Branch Stock: what really left, from where, as a target; only the difference is posted (A15, I11)."""

from collections import Counter

from msgspec.structs import replace

from sync_protocol.bodies.recording import FixBranchStock
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.correcting import (
    Correction,
    correction_of,
    move_shipment,
    release_promises,
    send_out,
    take_back,
)
from sync_protocol.decide.flags import (
    discrepancy,
    flagged,
    order_closings,
    oversells,
    with_flags,
)
from sync_protocol.decide.recording import unnamed_store_fulfillment
from sync_protocol.decide.shipping import made_id, noop, parked, stepped
from sync_protocol.fulfillments import (
    NEVER_LEFT,
    Fulfillment,
    FulfillmentLine,
    FulfillmentState,
    ShopifyState,
    Workflow,
)
from sync_protocol.ids import BranchId, FulfillmentId, OrderLineId
from sync_protocol.ledger import EntryKind
from sync_protocol.orders import Order, in_stock_logic, line_of
from sync_protocol.outcomes import Discrepancy, ResultStatus

Place = tuple[OrderLineId, BranchId]
FIX_SETTLES = frozenset(
    {
        Code.DOUBLE_PACK,
        Code.POSSIBLE_DOUBLE_DEDUCT,
        Code.NOT_FULFILLED_IN_SHOPIFY,
        Code.UNFULFILLED_IN_SHOPIFY,
        Code.FIX_STALE,
    }
)


def shipped_at(shipments: tuple[Fulfillment, ...]) -> Counter[Place]:
    """Return the units shipped per (line, branch), less what was voided; returns are not subtracted."""
    units: Counter[Place] = Counter()
    for shipment in shipments:
        if shipment.state not in NEVER_LEFT:
            for line in shipment.lines:
                units[line.order_line_id, shipment.branch_id] += line.units
    return units


def fix_branch_stock(book: Book, act: Recorded, body: FixBranchStock) -> Decision:
    """Post the difference between what was said to have left and what somebody found out.

    Whole shipments move with all that is known of them; the rest is taken back here and recorded there. When the order
    changed since the person looked, the difference could be another one: it is asked again.
    """
    order = book.orders.get(body.order_id)
    if order is None:
        return parked(Code.UNKNOWN_REFERENCE, f"order {body.order_id}")
    for target in body.targets:
        line = line_of(order, target.order_line_id)
        if line is None or not in_stock_logic(line) or target.branch_id not in book.branches:
            return parked(Code.UNKNOWN_REFERENCE, f"line {target.order_line_id}")
    wanted = {(t.order_line_id, t.branch_id): t.units for t in body.targets}
    shipped = shipped_at(book.shipments_of(order.id))
    missing = {p: units - shipped[p] for p, units in wanted.items() if units != shipped[p]}
    if not missing:
        # The books say already what this person found out: whoever asked has the answer.
        settled = order_closings(book, act, FIX_SETTLES, order.id)
        agreed = Decision(
            status=ResultStatus.APPLIED, code=Code.NOTHING_LEFT, discrepancies=settled
        )
        return agreed if settled else noop(Code.NOTHING_LEFT)
    if body.seen_rev != order.rev:
        return flagged((_about_order(act, order, Code.FIX_STALE, body.reason),))
    work = correction_of(book, order)
    _move_whole_shipments(act, work, missing, body.reason)
    _take_back_the_rest(act, work, missing, body.reason)
    flags: tuple[Discrepancy, ...] = ()
    if any(units < 0 for units in missing.values()):
        flags = (_about_order(act, order, Code.NOT_OUT, body.reason),)
    _record_the_rest(book, act, work, missing, body.reason)
    release_promises(act, work)
    flags = (*oversells(book, act, *work.postings), *flags)
    settled = order_closings(book, act, FIX_SETTLES, order.id)
    return with_flags(replace(work.told(), discrepancies=settled), flags)


def _about_order(act: Recorded, order: Order, code: Code, detail: str | None) -> Discrepancy:
    return replace(discrepancy(act, code), order_id=order.id, detail=detail)


def _move_whole_shipments(
    act: Recorded, work: Correction, missing: dict[Place, int], reason: str
) -> None:
    for shipment in list(work.shipments.values()):
        gone = {x.order_line_id: x.gone_units for x in shipment.lines if x.gone_units > 0}
        if (
            not shipment.goods_out
            or not gone
            or any(x.gone_units != x.units for x in shipment.lines)
        ):
            continue
        branches = sorted({b for _, b in missing if b != shipment.branch_id})
        target = next(
            (b for b in branches if _can_move(shipment.branch_id, b, gone, missing)), None
        )
        if target is None:
            continue
        for line_id, units in gone.items():
            missing[line_id, shipment.branch_id] += units
            missing[line_id, target] -= units
        move_shipment(act, work, shipment, target, reason)


def _can_move(
    source: BranchId, target: BranchId, gone: dict[OrderLineId, int], missing: dict[Place, int]
) -> bool:
    return all(
        missing.get((line_id, source), 0) <= -units and missing.get((line_id, target), 0) >= units
        for line_id, units in gone.items()
    )


def _take_back_the_rest(
    act: Recorded, work: Correction, missing: dict[Place, int], reason: str
) -> None:
    """Take back from written records before parcels, and from the youngest first."""
    youngest_first = list(work.shipments.values())[::-1]
    for shipment in sorted(youngest_first, key=lambda s: s.workflow is Workflow.SMART):
        if not shipment.goods_out:
            continue
        less = {
            x.order_line_id: min(
                x.gone_units, -missing.get((x.order_line_id, shipment.branch_id), 0)
            )
            for x in shipment.lines
            if missing.get((x.order_line_id, shipment.branch_id), 0) < 0
        }
        take_back(act, work, shipment, less, reason)
        for line_id, units in less.items():
            missing[line_id, shipment.branch_id] += units


def _record_the_rest(
    book: Book, act: Recorded, work: Correction, missing: dict[Place, int], reason: str
) -> None:
    for branch_id in sorted({branch for (_, branch), units in missing.items() if units > 0}):
        lines = []
        for (line_id, branch), units in sorted(missing.items()):
            known = line_of(work.order, line_id)
            if branch == branch_id and units > 0 and known is not None and known.variant_id:
                lines.append(
                    FulfillmentLine(order_line_id=line_id, variant_id=known.variant_id, units=units)
                )
        record = _record(book, act, work.order, branch_id, tuple(lines))
        send_out(act, work, record, EntryKind.FIX_BRANCH, reason)


def _record(
    book: Book,
    act: Recorded,
    order: Order,
    branch_id: BranchId,
    lines: tuple[FulfillmentLine, ...],
) -> Fulfillment:
    seen = unnamed_store_fulfillment(book, order, None)
    record = Fulfillment(
        id=FulfillmentId(made_id(act, branch_id)),
        order_id=order.id,
        branch_id=branch_id,
        workflow=Workflow.BRANCH_SYNC,
        state=FulfillmentState.RECORDED,
        lines=lines,
        courier=None if seen is None else seen.courier,
        tracking_number=None if seen is None else seen.tracking_number,
        tracking_url=None if seen is None else seen.tracking_url,
        shopify_state=ShopifyState.NOT_FOR_SHOPIFY if seen is None else ShopifyState.CONFIRMED,
        shopify_fulfillment_gid=None if seen is None else seen.gid,
    )
    return stepped(record, FulfillmentState.RECORDED, act)

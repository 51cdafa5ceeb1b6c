"""News from the store: what Shopify showed on re-reading an order, and what became of our own writes."""

from collections import Counter

from msgspec.structs import replace

from sync_protocol.bodies.store_news import (
    SeenLine,
    ServerFinding,
    ShopifyOrder,
    StoreContact,
    TimePassed,
)
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.correcting import (
    Correction,
    correction_of,
    recollect,
    release_promises,
)
from sync_protocol.decide.customers import with_customer_flags
from sync_protocol.decide.exchanging import with_exchange
from sync_protocol.decide.flags import about, discrepancy, flagged, named_after
from sync_protocol.decide.shipping import noop, parked, stepped
from sync_protocol.fulfillments import FulfillmentState
from sync_protocol.ids import OrderLineId
from sync_protocol.orders import (
    Confirmation,
    ConfirmationState,
    Contact,
    Order,
    OrderLine,
)
from sync_protocol.outcomes import Discrepancy, ResultStatus
from sync_protocol.shop import ConfirmRequired, Policy
from sync_protocol.statuses import derived

_S = FulfillmentState


def shopify_order(book: Book, act: Recorded, body: ShopifyOrder) -> Decision:
    """Take over a reading of an order. Older readings change nothing, whatever order they arrive in."""
    before = book.orders.get(body.id)
    if before is None:
        return Decision(status=ResultStatus.APPLIED, orders=(_new_order(book, act, body),))
    if body.updated_at < before.shopify_updated_at:
        return noop(Code.STALE)
    merged = _merged(before, body)
    merged = with_exchange(book.policy, act, before, merged, body)
    merged = derived(with_customer_flags(book, _reconfirmed(before, merged)))
    work = correction_of(book, merged)
    flags = _consequences(act, before, work)
    if work.order == before and not flags:
        return noop()
    order = replace(work.order, rev=before.rev + 1)
    return Decision(
        status=ResultStatus.FLAGGED if flags else ResultStatus.APPLIED,
        code=flags[0].code if flags else None,
        orders=(order,),
        fulfillments=tuple(work.changed.values()),
        discrepancies=flags,
    )


def _new_order(book: Book, act: Recorded, body: ShopifyOrder) -> Order:
    required = book.policy.confirm_required is ConfirmRequired.ALL or (
        book.policy.confirm_required is ConfirmRequired.COD and body.cod
    )
    state = ConfirmationState.PENDING if required else ConfirmationState.NOT_REQUIRED
    blank = Order(
        id=body.id,
        name=body.name,
        placed_at=body.placed_at,
        contact=Contact(),
        confirmation=Confirmation(state=state),
        lines=(),
        # What was agreed before the order was first seen is how it is, not a change.
        settled_agreements=tuple(a.id for a in body.agreements or ()),
        rev=1,
    )
    return derived(with_customer_flags(book, _merged(blank, body)))


def _merged(before: Order, body: ShopifyOrder) -> Order:
    returns: Counter[OrderLineId] = Counter()
    for back in body.returns:
        for line in back.lines if back.open else ():
            returns[line.order_line_id] += line.units
    return replace(
        before,
        name=body.name,
        shopify_gid=body.gid,
        placed_at=body.placed_at,
        shopify_updated_at=body.updated_at,
        cancelled_at=body.cancelled_at,
        financial_status=body.financial_status,
        cod=body.cod,
        total_paisa=body.total_paisa,
        outstanding_paisa=body.outstanding_paisa,
        prepaid_paisa=_prepaid(before, body),
        currency=body.currency,
        contact=_merged_contact(before, body.contact),
        store_contact=_last_shown(before.store_contact, body.contact),
        note=body.note,
        tags=body.tags,
        lines=_merged_lines(before.lines, body.lines, returns),
        store_fulfillments=body.fulfillments,
    )


def _prepaid(before: Order, body: ShopifyOrder) -> int:
    """Return what was paid in the store. Once money was taken here the store may have been told of that: not again."""
    if before.door_paisa or any(case.settlements for case in before.exchanges):
        return before.prepaid_paisa
    return max(0, body.total_paisa - body.outstanding_paisa)


def _reconfirmed(before: Order, merged: Order) -> Order:
    if before.confirmation.state is ConfirmationState.CONFIRMED and _changed_for_customer(
        before, merged
    ):
        anew = replace(before.confirmation, state=ConfirmationState.RECONFIRM)
        return replace(merged, confirmation=anew)
    return merged


def _merged_contact(before: Order, seen: Contact) -> Contact:
    """What Shopify hides never erases what is known; what it shows anew wins over what was typed here (I23)."""
    known, shown = before.contact, before.store_contact
    phone_is_new = seen.phone_raw is not None and seen.phone_raw != shown.phone_raw
    return Contact(
        name=_newer(seen.name, shown.name, known.name),
        phone=seen.phone if phone_is_new else known.phone,
        phone_raw=seen.phone_raw if phone_is_new else known.phone_raw,
        address=_newer(seen.address, shown.address, known.address),
        city=_newer(seen.city, shown.city, known.city),
    )


def _newer(seen: str | None, shown: str | None, known: str | None) -> str | None:
    return seen if seen is not None and seen != shown else known


def _last_shown(before: Contact, seen: Contact) -> Contact:
    phone_seen = seen.phone_raw is not None
    return Contact(
        name=seen.name or before.name,
        phone=seen.phone if phone_seen else before.phone,
        phone_raw=seen.phone_raw if phone_seen else before.phone_raw,
        address=seen.address or before.address,
        city=seen.city or before.city,
    )


def _merged_lines(
    before: tuple[OrderLine, ...], seen: tuple[SeenLine, ...], returns: Counter[OrderLineId]
) -> tuple[OrderLine, ...]:
    known = {line.id: line for line in before}
    merged = [_merged_line(known.get(line.id), line, returns[line.id]) for line in seen]
    shown = {line.id for line in seen}
    # A line that the store no longer shows was removed; what is out on it must stay traceable.
    gone = [
        replace(line, current_units=0, shopify_return_units=0)
        for line in before
        if line.id not in shown
    ]
    return (*merged, *gone)


def _merged_line(before: OrderLine | None, seen: SeenLine, returning: int) -> OrderLine:
    fresh = OrderLine(
        id=seen.id,
        variant_id=seen.variant_id,
        title=seen.title,
        variant_title=seen.variant_title,
        sku=seen.sku,
        ordered_units=seen.ordered_units,
        current_units=seen.current_units,
        unit_paisa=seen.unit_paisa,
        ships=seen.ships,
        shopify_fulfilled_units=seen.fulfilled_units,
        shopify_return_units=returning,
    )
    if before is None:
        return fresh
    return replace(
        fresh,
        # A variant that the store has deleted since is still the one that lies on our shelves.
        variant_id=seen.variant_id or before.variant_id,
        pending_units=before.pending_units,
        packed_units=before.packed_units,
        out_units=before.out_units,
        delivered_units=before.delivered_units,
        shipped_units=before.shipped_units,
        given_back_units=before.given_back_units,
    )


def _changed_for_customer(before: Order, after: Order) -> bool:
    """Whether what the customer agreed to has changed: items, amount or address (A10)."""
    items = [(line.id, line.current_units) for line in before.lines if line.current_units]
    now = [(line.id, line.current_units) for line in after.lines if line.current_units]
    return (
        sorted(items) != sorted(now)
        or before.total_paisa != after.total_paisa
        or _moved(before.contact.address, after.contact.address)
        or _moved(before.contact.city, after.contact.city)
    )


def _moved(before: str | None, after: str | None) -> bool:
    """Whether an address is another one; one that was not known before is the one that was asked about."""
    return before is not None and before != after


def _consequences(act: Recorded, before: Order, work: Correction) -> tuple[Discrepancy, ...]:
    """Follow a reading up: cancelled work is released or asked for, promises shrink, parcels collect what is due."""
    flags: list[Discrepancy] = []
    if work.order.cancelled_at is not None and before.cancelled_at is None:
        flags += _cancel_work(act, work)
    flags += _unfulfilled(act, work)
    if work.order.cancelled_at is None:
        release_promises(act, work)
        recollect(work)
    return tuple(flags)


def _cancel_work(act: Recorded, work: Correction) -> list[Discrepancy]:
    """Release what is only promised; what is packed or on its way becomes a task for a person (A20)."""
    flags: list[Discrepancy] = []
    for shipment in sorted(work.shipments.values(), key=lambda s: s.id):
        if shipment.state is _S.PENDING:
            work.put(shipment, stepped(shipment, _S.CANCELLED, act))
        elif shipment.state is _S.PACKED:
            found = about(act, shipment, Code.CANCELLED_WHILE_PACKED)
            flags.append(named_after(found, shipment.id))
        elif shipment.state is _S.DISPATCHED:
            found = about(act, shipment, Code.DISPATCHED_CANCELLED)
            flags.append(named_after(found, shipment.id))
    return flags


def _unfulfilled(act: Recorded, work: Correction) -> list[Discrepancy]:
    """A fulfillment that was cancelled in the store: what is out on it is asked about, once.

    When its goods are back already it no longer counts as shipped, so that a new fulfillment of them is seen as new.
    """
    cancelled = {f.gid for f in work.order.store_fulfillments if not f.live}
    flags = []
    for shipment in sorted(work.shipments.values(), key=lambda s: s.id):
        if shipment.shopify_fulfillment_gid not in cancelled or shipment.shopify_cancelled:
            continue
        work.put(shipment, replace(shipment, shopify_cancelled=True, rev=shipment.rev + 1))
        if shipment.goods_out and shipment.state is not _S.PACKED:
            found = about(act, shipment, Code.UNFULFILLED_IN_SHOPIFY)
            flags.append(named_after(found, shipment.id))
    return flags


def store_contact(book: Book, act: Recorded, body: StoreContact) -> Decision:
    """Take over what a file from the store shows of a customer, as if the store itself had shown it (A24, I23)."""
    before = book.orders.get(body.order_id)
    if before is None:
        return parked(Code.UNKNOWN_REFERENCE, f"order {body.order_id}")
    shown = replace(
        before,
        contact=_merged_contact(before, body.contact),
        store_contact=_last_shown(before.store_contact, body.contact),
    )
    after = derived(with_customer_flags(book, _reconfirmed(before, shown)))
    if after == before:
        return noop()
    return Decision(status=ResultStatus.APPLIED, orders=(replace(after, rev=before.rev + 1),))


def time_passed(book: Book, act: Recorded, body: TimePassed) -> Decision:
    """Let time do what it does: a callback falls due, a Branch Sync that nobody took up is one to fix (A14)."""
    order = book.orders.get(body.order_id)
    if order is None:
        return parked(Code.UNKNOWN_REFERENCE, f"order {body.order_id}")
    due = order.confirmation.next_at
    after = replace(
        order,
        callback_due=order.callback_due or (due is not None and due <= act.now),
        sync_overdue=order.sync_overdue or _overdue(book.policy, order, act.now),
    )
    # What has passed wakes nobody again, also where it changed nothing.
    if after == order and (order.wake_at is None or order.wake_at > act.now):
        return noop()
    return Decision(
        status=ResultStatus.APPLIED, orders=(derived(replace(after, rev=order.rev + 1)),)
    )


def _overdue(policy: Policy, order: Order, now: int) -> bool:
    since = order.needs_branch_since
    return since is not None and since + policy.sync_fix_after_h * 3_600_000 <= now


def server_finding(book: Book, act: Recorded, body: ServerFinding) -> Decision:
    """Ask a person about what the server found out about itself; the same finding is told once."""
    if body.branch_id is not None and body.branch_id not in book.branches:
        return parked(Code.UNKNOWN_REFERENCE, f"branch {body.branch_id}")
    found = replace(discrepancy(act, body.code), branch_id=body.branch_id, detail=body.detail)
    return flagged((found,))

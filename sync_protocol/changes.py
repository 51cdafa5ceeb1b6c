"""What an op changed, in a form for people to read later: before and after, thing by thing (S60).

Customers' names, numbers and addresses are not repeated here: that they changed, and by whom, is.
"""

from msgspec import Struct

from sync_protocol.decide.book import Book, Decision
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import BranchId
from sync_protocol.orders import Order
from sync_protocol.runs import RiderRun
from sync_protocol.stock import Stock, posted


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field of one thing, e.g. `order/900`, `status`: what it was and what it is. None: it was not there."""

    thing: str
    field: str
    before: str | None = None
    after: str | None = None


_SHOWN = "…"
"""Stands for a text that is not repeated."""


def changes_of(book: Book, decision: Decision) -> tuple[Change, ...]:
    """Return what a decision changes in the book, which has not applied it yet."""
    changes: list[Change] = []
    for order in decision.orders:
        was = book.orders.get(order.id)
        changes += _compared(f"order/{order.id}", _of_order(was), _of_order(order))
        changes += _contact_changes(was, order)
    for shipment in decision.fulfillments:
        known = book.fulfillments.get(shipment.id)
        thing = f"fulfillment/{shipment.id}"
        changes += _compared(thing, _of_shipment(known), _of_shipment(shipment))
    for run in decision.runs:
        changes += _compared(f"run/{run.id}", _of_run(book.runs.get(run.id)), _of_run(run))
    changes += _stock_changes(book, decision)
    return tuple(changes)


def _compared(thing: str, was: dict[str, str | None], now: dict[str, str | None]) -> list[Change]:
    return [
        Change(thing=thing, field=field, before=was.get(field), after=value)
        for field, value in now.items()
        if was.get(field) != value
    ]


def _of_order(order: Order | None) -> dict[str, str | None]:
    if order is None:
        return {}
    case = order.exchanges[-1] if order.exchanges else None
    return {
        "status": order.status.value,
        "confirmation": order.confirmation.state.value,
        "branch": order.branch_id,
        "cancelled": None if order.cancelled_at is None else "yes",
        "total_paisa": str(order.total_paisa),
        "exchange": None if case is None else f"{case.kind.value} {case.delta_paisa}",
        "items": ", ".join(f"{x.id}×{x.current_units}" for x in order.lines if x.current_units),
    }


def _contact_changes(was: Order | None, now: Order) -> list[Change]:
    if was is None:
        return []
    return [
        Change(thing=f"order/{now.id}", field=field, before=_SHOWN, after=_SHOWN)
        for field in ("name", "phone", "address", "city")
        if getattr(was.contact, field) != getattr(now.contact, field)
    ]


def _of_shipment(shipment: Fulfillment | None) -> dict[str, str | None]:
    if shipment is None:
        return {}
    return {
        "state": shipment.state.value,
        "branch": shipment.branch_id,
        "courier": shipment.courier,
        "tracking_number": shipment.tracking_number,
        "shopify": shipment.shopify_state.value,
        "rider": shipment.rider_id,
        "lines": ", ".join(f"{x.order_line_id}×{x.units}" for x in shipment.lines),
    }


def _of_run(run: RiderRun | None) -> dict[str, str | None]:
    if run is None:
        return {}
    return {
        "state": run.state.value,
        "stops": str(len(run.stops)),
        "expected_paisa": str(run.expected_paisa),
        "declared_paisa": _number(run.declared_paisa),
        "counted_paisa": _number(run.counted_paisa),
    }


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _stock_changes(book: Book, decision: Decision) -> list[Change]:
    touched = {(p.branch_id, leg.variant_id) for p in decision.postings for leg in p.legs}
    changes: list[Change] = []
    for branch_id, variant_id in sorted(touched):
        was = book.stock_of(branch_id, variant_id)
        now = was
        for posting in decision.postings:
            now = posted(now, posting)
        changes += _compared(_place(branch_id, was), _of_stock(was), _of_stock(now))
    return changes


def _place(branch_id: BranchId, stock: Stock) -> str:
    return f"stock/{branch_id}/{stock.variant_id}"


def _of_stock(stock: Stock) -> dict[str, str | None]:
    return {
        "sellable": str(stock.sellable),
        "damaged": str(stock.damaged),
        "quarantine": str(stock.quarantine),
    }


def touched_things(decision: Decision) -> tuple[str, ...]:
    """Return the names by which an op is found again: orders, shipments, variants, branches, runs, transfers."""
    things = {f"order/{o.id}" for o in decision.orders}
    for shipment in decision.fulfillments:
        things |= {
            f"fulfillment/{shipment.id}",
            f"order/{shipment.order_id}",
            f"branch/{shipment.branch_id}",
        }
    for posting in decision.postings:
        things.add(f"branch/{posting.branch_id}")
        things |= {f"variant/{leg.variant_id}" for leg in posting.legs}
        things |= {f"cash/{leg.account}" for leg in posting.cash}
    things |= {f"run/{run.id}" for run in decision.runs}
    things |= {f"transfer/{t.id}" for t in decision.transfers}
    for found in decision.discrepancies:
        things.add(f"discrepancy/{found.id}")
        things |= set() if found.order_id is None else {f"order/{found.order_id}"}
    return tuple(sorted(things))

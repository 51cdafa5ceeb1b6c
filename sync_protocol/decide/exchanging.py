"""Exchanges: what an edit or a return changed, recomputed at every reading; what people say of it; the money."""

from collections import Counter

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.bodies.desk import ClassifyExchange, PlanExchange, SettleExchange
from sync_protocol.bodies.store_news import SeenAgreement, ShopifyOrder
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.correcting import correction_of, recollect
from sync_protocol.decide.flags import discrepancy, with_flags
from sync_protocol.decide.shipping import noop, parked, refused
from sync_protocol.exchange_tracks import is_settled_case
from sync_protocol.exchanges import (
    ChangeKind,
    ExchangeCase,
    ExchangeItem,
    Settlement,
    SettleMethod,
)
from sync_protocol.ids import ExchangeId, OrderLineId
from sync_protocol.ledger import BANK, CUSTOMERS, EntryKind, Posting, paid, till_account
from sync_protocol.orders import Order, OrderLine, line_of, open_exchange
from sync_protocol.shop import Policy
from sync_protocol.statuses import derived


class Change(Struct, frozen=True, kw_only=True):
    """What is different, net: units per line (negative: taken off) and money in paisa, and on whose word."""

    units: dict[OrderLineId, int]
    paisa: int
    agreements: tuple[str, ...]
    from_agreements: bool


def with_exchange(
    policy: Policy, act: Recorded, before: Order, after: Order, body: ShopifyOrder
) -> Order:
    """Return the order with its case opened, revised, or cancelled, as this reading has it.

    Always from the agreements themselves and never from the case before, so that an edit of an edit is not added up.
    """
    case = open_exchange(after)
    change = _change(before, after, body, case)
    units = {line_id: n for line_id, n in change.units.items() if n}
    if not units:
        if case is None:
            return after
        # The agreement that undid it is history too, or the next reading would take it for a change.
        told = (*case.agreements, *change.agreements)
        undone = replace(
            case,
            kind=ChangeKind.CANCELLED,
            revision=case.revision + 1,
            agreements=tuple(dict.fromkeys(told)),
        )
        return with_case(
            after, replace(undone, delta_paisa=0, fee_paisa=0, originals=(), replacements=())
        )
    originals = _items(after, {i: -n for i, n in units.items() if n < 0})
    replacements = _items(after, {i: n for i, n in units.items() if n > 0})
    known = {line.id for line in before.lines}
    kind = _kind(after, units, known)
    if case is None:
        fee = policy.exchange_fee_paisa if kind is ChangeKind.EXCHANGE else 0
        case = ExchangeCase(
            id=ExchangeId(f"{after.id}.x{len(after.exchanges) + 1}"),
            kind=kind,
            originals=originals,
            replacements=replacements,
            delta_paisa=change.paisa,
            from_agreements=change.from_agreements,
            fee_paisa=fee,
            with_parcel=after.cod and after.door_paisa == 0,
            agreements=change.agreements,
            detected_at=act.now,
        )
        return with_case(after, case)
    revised = replace(
        case,
        kind=case.kind
        if case.relabelled_by is not None
        else _kind(after, units, _originally(case, known)),
        originals=originals,
        replacements=replacements,
        delta_paisa=change.paisa,
        from_agreements=change.from_agreements,
        agreements=change.agreements,
    )
    if revised != case:
        revised = replace(revised, revision=case.revision + 1)
    return with_case(after, revised)


def with_case(order: Order, case: ExchangeCase) -> Order:
    """Return the order with the case in the place of its earlier self, or behind the others."""
    if any(c.id == case.id for c in order.exchanges):
        cases = tuple(case if c.id == case.id else c for c in order.exchanges)
    else:
        cases = (*order.exchanges, case)
    return replace(order, exchanges=cases)


def closed_cases(order: Order, act: Recorded) -> Order:
    """Return the order with its case closed when its three tracks have ended; its agreements are history then."""
    case = open_exchange(order)
    over = case is not None and (case.kind is ChangeKind.CANCELLED or is_settled_case(case))
    if case is None or not over:
        return order
    ended = replace(case, closed_at=act.now)
    told = (*order.settled_agreements, *case.agreements)
    return derived(replace(with_case(order, ended), settled_agreements=tuple(dict.fromkeys(told))))


def _change(before: Order, after: Order, body: ShopifyOrder, case: ExchangeCase | None) -> Change:
    if body.agreements is not None:
        told = [a for a in body.agreements if a.id not in after.settled_agreements]
        return _agreed(after, told)
    return _compared(before, after, case)


def _agreed(order: Order, told: list[SeenAgreement]) -> Change:
    units: Counter[OrderLineId] = Counter()
    paisa = 0
    for agreement in told:
        for sale in agreement.sales:
            paisa += sale.paisa
            if sale.order_line_id is not None:
                units[sale.order_line_id] += sale.units
    for line in order.lines:
        # A return that the store has opened may not be in an agreement yet: what it names is an original all the same.
        listed = line.shopify_return_units - _settled_units(order, line)
        missing = listed - max(0, -units[line.id])
        if missing > 0:
            units[line.id] -= missing
            paisa -= missing * line.unit_paisa
    return Change(
        units=dict(units),
        paisa=paisa,
        agreements=tuple(a.id for a in told),
        from_agreements=True,
    )


def _settled_units(order: Order, line: OrderLine) -> int:
    """Return the units of a line that an ended case had as originals and that the store's open return still lists."""
    ended = (item for case in order.exchanges if case.closed_at for item in case.originals)
    units = sum(item.units for item in ended if item.order_line_id == line.id)
    return max(0, units - max(0, line.ordered_units - line.current_units))


def _compared(before: Order, after: Order, case: ExchangeCase | None) -> Change:
    """Where the store hides its agreements the lines tell: fewer units than at first, or lines that were not there."""
    was = {line.id: _kept_units(line) for line in before.lines}
    for item in () if case is None else case.originals:
        was[item.order_line_id] = was.get(item.order_line_id, 0) + item.units
    for item in () if case is None else case.replacements:
        was[item.order_line_id] = was.get(item.order_line_id, 0) - item.units
    units = {line.id: _kept_units(line) - was.get(line.id, 0) for line in after.lines}
    paisa = sum(n * _price(after, line_id) for line_id, n in units.items())
    return Change(units=units, paisa=paisa, agreements=(), from_agreements=False)


def _kept_units(line: OrderLine) -> int:
    return max(0, line.current_units - line.shopify_return_units)


def _price(order: Order, line_id: OrderLineId) -> int:
    line = line_of(order, line_id)
    return 0 if line is None else line.unit_paisa


def _items(order: Order, units: dict[OrderLineId, int]) -> tuple[ExchangeItem, ...]:
    return tuple(_item(line, units[line.id]) for line in order.lines if units.get(line.id, 0) > 0)


def _item(line: OrderLine, units: int) -> ExchangeItem:
    return ExchangeItem(
        order_line_id=line.id,
        variant_id=line.variant_id,
        title=line.title,
        variant_title=line.variant_title,
        units=units,
        unit_paisa=line.unit_paisa,
    )


def _originally(case: ExchangeCase, known: set[OrderLineId]) -> set[OrderLineId]:
    return known - {item.order_line_id for item in case.replacements}


def _kind(order: Order, units: dict[OrderLineId, int], known: set[OrderLineId]) -> ChangeKind:
    """Return what a change amounts to: on and off is an exchange, else more, less, or another number of the same (A10)."""
    added = [line_id for line_id, n in units.items() if n > 0]
    removed = [line_id for line_id, n in units.items() if n < 0]
    if added and removed:
        return ChangeKind.EXCHANGE
    if added:
        return ChangeKind.QUANTITY if known.issuperset(added) else ChangeKind.ADDITION
    left = [line for line_id in removed if (line := line_of(order, line_id)) is not None]
    if left and all(line.current_units > 0 for line in left):
        return ChangeKind.QUANTITY
    return ChangeKind.REMOVAL


def classify_exchange(book: Book, act: Recorded, body: ClassifyExchange) -> Decision:
    """Let a person call the change something else; later readings keep the word."""
    order = book.orders.get(body.order_id)
    if order is None or all(c.id != body.exchange_id for c in order.exchanges):
        return parked(Code.UNKNOWN_REFERENCE, f"exchange {body.exchange_id}")
    case = open_exchange(order)
    if case is None or case.id != body.exchange_id:
        return refused(Code.EXCHANGE_CLOSED)
    if case.kind is body.change_kind:
        return noop()
    named = replace(case, kind=body.change_kind, relabelled_by=act.staff.id)
    return _changed(book, order, named)


def plan_exchange(book: Book, act: Recorded, body: PlanExchange) -> Decision:
    """Agree on how the original comes back and what the exchange costs."""
    order = book.orders.get(body.order_id)
    if order is None or all(c.id != body.exchange_id for c in order.exchanges):
        return parked(Code.UNKNOWN_REFERENCE, f"exchange {body.exchange_id}")
    if body.return_branch_id is not None and body.return_branch_id not in book.branches:
        return parked(Code.UNKNOWN_REFERENCE, f"branch {body.return_branch_id}")
    case = open_exchange(order)
    if case is None or case.id != body.exchange_id:
        return refused(Code.EXCHANGE_CLOSED)
    planned = replace(
        case,
        return_via=body.return_via or case.return_via,
        return_branch_id=body.return_branch_id or case.return_branch_id,
        fee_paisa=case.fee_paisa if body.fee_paisa is None else body.fee_paisa,
    )
    return noop() if planned == case else _changed(book, order, planned)


def _changed(book: Book, order: Order, case: ExchangeCase) -> Decision:
    """Put the case in its place; parcels that are not handed over yet collect what is due with it."""
    work = correction_of(book, derived(with_case(order, case)))
    recollect(work)
    after = replace(work.order, rev=order.rev + 1)
    return replace(work.told(), orders=(after,))


def settle_exchange(book: Book, act: Recorded, body: SettleExchange) -> Decision:
    """Write down that the difference changed hands. Another amount than was open is taken as said, and asked about."""
    order = book.orders.get(body.order_id)
    case = None
    if order is not None:
        case = next((c for c in order.exchanges if c.id == body.exchange_id), None)
    if order is None or case is None or body.branch_id not in book.branches:
        return parked(Code.UNKNOWN_REFERENCE, f"exchange {body.exchange_id}")
    paisa = -body.paisa if body.refund else body.paisa
    left = case.due_paisa - case.settled_paisa
    settlement = Settlement(
        paisa=paisa,
        method=body.method,
        reference=body.reference,
        by=act.staff.id,
        at=act.read.op.at,
    )
    settled = replace(case, settlements=(*case.settlements, settlement))
    other = till_account(body.branch_id) if body.method is SettleMethod.CASH else BANK
    cash = paid(paisa, CUSTOMERS, other)
    decision = _changed(book, order, settled)
    if cash:
        posting = Posting(
            id=act.entry_id(),
            branch_id=body.branch_id,
            kind=EntryKind.EXCHANGE_MONEY,
            cash=cash,
            order_id=order.id,
            reason=body.reference,
        )
        decision = replace(decision, postings=(posting,))
    if paisa == left and case.closed_at is None:
        return decision
    found = replace(
        discrepancy(act, Code.SETTLED_OTHERWISE),
        order_id=order.id,
        branch_id=body.branch_id,
        paisa=paisa - left,
    )
    return with_flags(decision, (found,))

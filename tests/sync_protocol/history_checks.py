"""What must hold of a shop's books after every step, whoever did what (invariants I1–I23 of the product)."""

import itertools
from collections import Counter

from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.exchanges import ChangeKind
from sync_protocol.fulfillments import NEVER_LEFT, FulfillmentState, Workflow
from sync_protocol.ledger import (
    BRANCH_ACCOUNTS,
    SHORTAGE,
    out_account,
    rider_account,
    till_account,
    transit_account,
    unbalanced,
)
from sync_protocol.ops import KINDS, OpClass, OpKind
from sync_protocol.orders import entitled_units, in_stock_logic, open_exchange
from sync_protocol.outcomes import Discrepancy, EffectKind, ResultStatus
from sync_protocol.project import (
    Before,
    before_of,
    discrepancy_rows,
    fulfillment_rows,
    order_rows,
    run_rows,
    stock_rows,
    touched_rows,
    transfer_rows,
)
from sync_protocol.runs import RunState, StopState
from sync_protocol.shop import Role
from sync_protocol.statuses import queues_of, smart_status
from tests.sync_protocol.history_world import BRANCHES, VARIANTS, HistoryWorld

OVERRIDES = (OpKind.FIX_BRANCH_STOCK, OpKind.RESOLVE)
"""Kinds by which a supervisor may post beyond what was ordered, giving a reason (I4)."""


SAID_ONCE = (
    EffectKind.SHOPIFY_FULFILL,
    EffectKind.SHOPIFY_CANCEL,
    EffectKind.SHOPIFY_TRACKING,
    EffectKind.SHOPIFY_STOCK,
)
"""The others may be wanted anew under the name that they have in the queue already."""

NEVER_TOLD = (OpKind.MANUAL_FULFILLMENT, OpKind.BRANCH_SYNC, OpKind.FIX_BRANCH_STOCK)
"""Whatever the shop's policy: what these record, Shopify is not told (I13, A1)."""


class Auditor:
    """Keeps books of its own from the postings alone, and compares."""

    def __init__(self, world: HistoryWorld) -> None:
        self.world = world
        self.balances: Counter[tuple[str, str, str]] = Counter()
        self.cash: Counter[str] = Counter()
        self.run_cash: Counter[tuple[str, str]] = Counter()
        self.entries: dict[str, tuple] = {}
        self.reversed: set[str] = set()
        self.entitled: Counter[str] = Counter()
        self.overridden: set[str] = set()
        self.effects: Counter[str] = Counter()
        self.rows: dict[tuple[str, str], object] = {}
        self.before: Before = before_of(world.book)

    def audit(self, act: Recorded, decision: Decision) -> None:
        """Take one decision, which the book has applied, into the auditor's own books and look at everything."""
        self._post(act, decision)
        self._check_decision(act, decision)
        self._check_effects(act, decision)
        for row in touched_rows(self.before, self.world.book, decision):
            if row.body is None:
                self.rows.pop((row.stream, row.key), None)
            else:
                self.rows[row.stream, row.key] = row.body
        self.before = before_of(self.world.book)
        self.check()

    def check(self) -> None:
        """Look at the whole shop."""
        book = self.world.book
        self._check_stock(book)
        for order in book.orders.values():
            assert order.status is smart_status(order)
            assert order.queues == queues_of(order)
            self._check_exchange(order)
            for line in order.lines:
                self._check_line(book, order.id, line)
        self._check_transfers(book)
        self._check_runs(book)
        # A closed discrepancy stays on the desk to be read, but is no longer part of what the book works on.
        rows = {
            k: row
            for k, row in self.rows.items()
            if getattr(row, "closed_at", None) is None or not isinstance(row, Discrepancy)
        }
        assert rows == rows_anew(book), "rows that came down are not the state read anew"

    def _post(self, act: Recorded, decision: Decision) -> None:
        for posting in decision.postings:
            assert not unbalanced(posting.legs)  # I2
            assert sum(leg.paisa for leg in posting.cash) == 0  # C1
            assert posting.id not in self.entries
            assert posting.legs or posting.cash
            self.entries[posting.id] = posting.legs
            if posting.reverses is not None:
                assert posting.reverses not in self.reversed, "reversed twice"  # I3
                self.reversed.add(posting.reverses)
                negative = sorted((x.account, x.variant_id, -x.units) for x in posting.legs)
                original = self.entries[posting.reverses]
                assert negative == sorted((x.account, x.variant_id, x.units) for x in original)
            for leg in posting.legs:
                where = posting.branch_id if leg.account in BRANCH_ACCOUNTS else ""
                self.balances[where, leg.account, leg.variant_id] += leg.units
            for leg in posting.cash:
                self.cash[leg.account] += leg.paisa
                if posting.run_id is not None:
                    self.run_cash[posting.run_id, leg.account] += leg.paisa
            if act.read.op.kind in OVERRIDES:
                self.overridden |= {x.account for x in posting.legs}

    def _check_decision(self, act: Recorded, decision: Decision) -> None:
        kind = OpKind(act.read.op.kind)
        if KINDS[kind].op_class is OpClass.FACT:
            assert decision.status is not ResultStatus.REFUSED, "a fact was refused"
        if decision.status in (ResultStatus.PARKED, ResultStatus.NOOP):
            assert decision.fulfillments == decision.postings == decision.effects == ()
        if decision.status is ResultStatus.FLAGGED:
            opened = {d.code for d in decision.discrepancies if d.closed_at is None}
            assert decision.code in opened
        if kind is OpKind.TRACKING_EVENT:
            assert decision.postings == ()  # I16
        staff = act.staff
        if staff.role in (Role.BRANCH, Role.RECORDER):  # I15
            assert {p.branch_id for p in decision.postings} <= set(staff.branch_ids)

    def _check_effects(self, act: Recorded, decision: Decision) -> None:
        for effect in decision.effects:
            if effect.fulfillment_id is not None:
                shipment = self.world.book.fulfillments[effect.fulfillment_id]
                assert shipment.workflow is Workflow.SMART  # I13
            assert act.staff.role not in (Role.RECORDER, Role.RIDER)
            assert act.read.op.kind not in NEVER_TOLD  # I13
            if not effect.again and effect.kind in SAID_ONCE:
                self.effects[effect.key] += 1
        assert all(count == 1 for count in self.effects.values())  # I14

    def _check_stock(self, book: Book) -> None:
        for branch, variant in itertools.product(BRANCHES, VARIANTS):
            held = book.stock_of(branch, variant)
            for account in BRANCH_ACCOUNTS:
                assert getattr(held, account) == self.balances[branch, account, variant]  # I1
            promised = sum(
                line.units
                for shipment in book.fulfillments.values()
                if shipment.reserves and shipment.branch_id == branch
                for line in shipment.lines
                if line.variant_id == variant
            )
            assert held.reserved == promised  # I20
            asked = any(
                d.code is Code.OVERSELL and (d.branch_id, d.variant_id) == (branch, variant)
                for d in book.open.values()
            )
            assert asked or held.sellable >= 0, (branch, variant, held)  # S6

    def _check_line(self, book: Book, order_id: str, line) -> None:
        shipments = [s for s in book.fulfillments.values() if s.order_id == order_id]
        parts = [(s, p) for s in shipments for p in s.lines if p.order_line_id == line.id]
        for shipment, part in parts:
            assert 0 <= part.returned_units + part.lost_units <= part.units  # I5
            if shipment.state in (FulfillmentState.RETURNED, FulfillmentState.LOST):
                assert part.gone_units == 0  # I6
        assert line.pending_units == sum(p.units for s, p in parts if s.reserves)
        assert line.out_units == sum(p.gone_units for s, p in parts if s.goods_out)  # I6
        assert line.out_units == self.balances["", out_account(line.id), line.variant_id]
        shipped = [
            p.units
            for s, p in parts
            if s.state not in NEVER_LEFT and not (s.shopify_cancelled and not s.goods_out)
        ]
        assert line.shipped_units == sum(shipped)
        assert line.given_back_units == sum(p.given_back_units for _, p in parts)
        assert line.packed_units + line.delivered_units <= line.out_units
        assert in_stock_logic(line)
        self.entitled[line.id] = max(self.entitled[line.id], entitled_units(line))
        assert line.out_units >= 0  # I5
        if out_account(line.id) not in self.overridden:
            assert line.out_units <= self.entitled[line.id]  # I4

    def _check_exchange(self, order) -> None:
        assert sum(case.closed_at is None for case in order.exchanges) <= 1
        for case in order.exchanges:
            assert not (case.to_collect_paisa > 0 and case.to_refund_paisa > 0)  # I12
            assert isinstance(case.delta_paisa, int)  # I22
        case = open_exchange(order)
        if case is not None:
            assert case.kind is not ChangeKind.CANCELLED
            left = case.due_paisa - case.settled_paisa
            assert (case.to_collect_paisa, case.to_refund_paisa) == (max(0, left), max(0, -left))

    def _check_transfers(self, book: Book) -> None:
        for transfer in book.transfers.values():
            for line in transfer.lines:
                assert line.transit_units >= 0  # I17
                account = transit_account(transfer.id)
                assert line.transit_units == self.balances["", account, line.variant_id]

    def _check_runs(self, book: Book) -> None:
        assert sum(self.cash.values()) == 0  # C1
        for run in book.runs.values():
            till = self.run_cash[run.id, till_account(run.branch_id)]
            assert till == (run.counted_paisa or 0)  # I19
            assert self.run_cash[run.id, SHORTAGE] == run.shortage_paisa
            assert run.expected_paisa == sum(stop.cash_paisa for stop in run.stops)
            if run.state is RunState.CLOSED:
                assert run.counted_paisa is not None
                assert run.counted_paisa + run.shortage_paisa == run.expected_paisa  # C3
                assert all(stop.checked_in for stop in run.stops)
                assert all(stop.state is not StopState.PENDING for stop in run.stops)
            owed = self.run_cash[run.id, rider_account(run.rider_id)]
            assert owed == self._collected(run.id) - till - run.shortage_paisa  # C2

    def _collected(self, run_id: str) -> int:
        """What riders took at doors for a run: the negative of what customers paid on it."""
        return -self.run_cash[run_id, "customer"]


def rows_anew(book: Book) -> dict[tuple[str, str], object]:
    """Return every row that the streams of this book hold, made from nothing."""
    changes = [row for order in book.orders.values() for row in order_rows(None, order)]
    changes += [row for f in book.fulfillments.values() for row in fulfillment_rows(None, f)]
    changes += [row for run in book.runs.values() for row in run_rows(None, run)]
    changes += [row for t in book.transfers.values() for row in transfer_rows(t)]
    changes += [row for stock in book.stock.values() for row in stock_rows(stock)]
    changes += [row for found in book.open.values() for row in discrepancy_rows(found)]
    return {(row.stream, row.key): row.body for row in changes}

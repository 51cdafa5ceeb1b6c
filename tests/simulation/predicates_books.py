"""Predicates about the books, after every commit: S1–S10, C1–C3 of the simulation's invariants.

Each looks only at what the commit touched; together with the whole check at the end that is everything.
"""

from collections import Counter

from sync_protocol.codes import Code
from sync_protocol.decide.book import Book
from sync_protocol.exchanges import ChangeKind
from sync_protocol.fulfillments import NEVER_LEFT, Fulfillment, FulfillmentState
from sync_protocol.ids import SHOPIFY_DEVICE
from sync_protocol.ledger import (
    BRANCH_ACCOUNTS,
    SHORTAGE,
    out_account,
    rider_account,
    till_account,
)
from sync_protocol.orders import Order, OrderLine, entitled_units, open_exchange
from sync_protocol.outcomes import ResultStatus
from sync_protocol.reading import ReadOp
from sync_protocol.runs import RunState, StopState
from tests.simulation.model import Commit, Model, need
from tests.simulation.tables import Tables


def s1_what_was_answered_stands(model: Model, commit: Commit) -> None:
    """Only what was parked may be decided anew; every other op keeps its answer for ever."""
    for one in commit.applied.decided:
        was = commit.before.ops.get(one.stored_id)
        if was is not None:
            need("S1", one.replayed and was.status is ResultStatus.PARKED, one.stored_id)
        need("S1", one.stored_id in commit.after.ops, one.stored_id, "is not kept")


def s1_every_answer_is_still_true(model: Model, tables: Tables) -> None:
    """Whatever was answered in this epoch is what the log says, unless a person decided it anew since."""
    for op_id, told in model.acks[tables.epoch].items():
        kept = tables.ops.get(op_id)
        need("S1", kept is not None, op_id, "was acknowledged and is not there")
        assert kept is not None
        need("S1", kept.result == told or kept.decided_by is not None, op_id, told, kept.result)


def s2_each_op_has_its_effects_once(model: Model, commit: Commit) -> None:
    """The ledger grew by just the decided postings, each under a name that nothing had before."""
    wanted = [p.id for one in commit.applied.decided for p in one.decision.postings]
    need("S2", sorted(wanted) == sorted(e.id for e in commit.entries), wanted)
    for entry in commit.entries:
        need("S2", entry.id not in model.legs, entry.id, "was posted twice")
        need("S2", entry.op_id in commit.after.ops, entry.op_id, "posted and is not kept")
        need("S2", entry.id.startswith(entry.op_id + "."), entry.id)


def s3_versions_are_dense(model: Model, commit: Commit) -> None:
    """Each branch's ledger has every version once, and each life of a device's log every number."""
    for branch_id, ledger in commit.after.ledger.items():
        was = commit.before.ledger.get(branch_id, [])
        if ledger is not was:
            grown = [entry.version for entry, _ in ledger[len(was) :]]
            need("S3", grown == list(range(len(was) + 1, len(ledger) + 1)), branch_id, grown)
            need("S3", commit.after.heads[branch_id][0] == len(ledger), branch_id)
    life = (commit.sender.device_id, commit.sender.incarnation)
    was_n = commit.before.logs[life].n if life in commit.before.logs else 0
    numbers = [
        one.incoming.n
        for one in commit.applied.decided
        if not one.replayed and one.incoming.n is not None
    ]
    if all(isinstance(one.incoming.read, ReadOp) for one in commit.applied.decided):
        now_n = commit.after.logs[life].n
        need("S3", numbers == sorted(set(numbers)) and now_n >= was_n, life, was_n, numbers)
        need("S3", set(numbers) <= set(range(was_n + 1, now_n + 1)), life, was_n, numbers, now_n)


def s4_an_id_has_one_content(model: Model, commit: Commit) -> None:
    """Under one op id stands the content that first came under it, in every history."""
    for one in commit.applied.decided:
        if not isinstance(one.incoming.read, ReadOp):
            continue
        content = one.incoming.read.content_hash
        if commit.sender.device_id == SHOPIFY_DEVICE:
            first = commit.after.ops[one.stored_id].content_hash
            need("S4", content == first, one.stored_id, "has another body")
            continue
        first = model.content.setdefault(one.stored_id, content)
        need("S4", content in ("", first), one.stored_id, "has another body")


def s5_balances_are_sums(model: Model, commit: Commit) -> None:
    """Every entry is balanced, and every shelf it touched holds the sum of all that was posted there."""
    for entry in commit.entries:
        sums: Counter[str] = Counter()
        for leg in entry.legs:
            sums[leg.variant_id] += leg.units
        need("S5", not any(sums.values()), entry.id, "does not balance")
        model.post(entry, commit.after.ops[entry.op_id].kind)
    for branch_id, variant_id in model.touched_stock(commit):
        held = commit.after.book.stock_of(branch_id, variant_id)
        for account in BRANCH_ACCOUNTS:
            sum_ = model.balances[branch_id, account, variant_id]
            need("S5", getattr(held, account) == sum_, branch_id, variant_id, account, held, sum_)


def s6_nothing_is_silently_below_zero(model: Model, commit: Commit) -> None:
    """A shelf below zero is asked about."""
    book = commit.after.book
    for place in model.touched_stock(commit):
        held = book.stock_of(*place)
        if held.sellable < 0:
            asked = any(
                d.code is Code.OVERSELL and (d.branch_id, d.variant_id) == place
                for d in book.open.values()
            )
            need("S6", asked, place, held)


def s7_no_line_is_out_beyond_its_right(model: Model, commit: Commit) -> None:
    """0 ≤ out ≤ what was ever ordered, unless a supervisor said otherwise."""
    for order_id in model.touched_orders(commit):
        for line in commit.after.book.orders[order_id].lines:
            account = out_account(line.id)
            most = model.entitled[line.id] = max(model.entitled[line.id], entitled_units(line))
            need("S7", line.out_units >= 0, order_id, line)
            allowed = line.out_units <= most or account in model.overridden
            need("S7", allowed, order_id, line, most)


def s8_state_and_stock_agree(model: Model, commit: Commit) -> None:
    """A shipment's state says whether its goods are out, and the order's counters say the same."""
    book = commit.after.book
    for one in commit.applied.decided:
        for shipment in one.decision.fulfillments:
            model.by_order[shipment.order_id].add(shipment.id)
    for order_id in model.touched_orders(commit):
        order = book.orders[order_id]
        shipments = [book.fulfillments[f] for f in sorted(model.by_order[order_id])]
        for line in order.lines:
            _check_line(model, order, line, shipments)


def _check_line(model: Model, order: Order, line: OrderLine, shipments: list[Fulfillment]) -> None:
    parts = [(s, p) for s in shipments for p in s.lines if p.order_line_id == line.id]
    for shipment, part in parts:
        need("S8", 0 <= part.returned_units + part.lost_units <= part.units, shipment.id, part)
        if shipment.state in (FulfillmentState.RETURNED, FulfillmentState.LOST):
            need("S8", part.gone_units == 0, shipment.id, part)
    promised = sum(p.units for s, p in parts if s.reserves)
    need("S8", line.pending_units == promised, order.id, line, promised)
    out = sum(p.gone_units for s, p in parts if s.goods_out)
    need("S8", line.out_units == out, order.id, line, out)
    if line.variant_id is not None:
        booked = model.balances["", out_account(line.id), line.variant_id]
        need("S8", line.out_units == booked, order.id, line, booked)
    shipped = sum(
        p.units
        for s, p in parts
        if s.state not in NEVER_LEFT and not (s.shopify_cancelled and not s.goods_out)
    )
    need("S8", line.shipped_units == shipped, order.id, line, shipped)


def s9_a_reversal_is_exact_and_once(model: Model, commit: Commit) -> None:
    """A reversal names one entry, is its negative, and happens at most once. Runs before S5 takes them in."""
    own = {entry.id: entry for entry in commit.entries}
    done: set[str] = set()
    for entry in commit.entries:
        if entry.reverses is None:
            continue
        once = entry.reverses not in model.reversed and entry.reverses not in done
        need("S9", once, entry.reverses, "reversed twice")
        done.add(entry.reverses)
        original = model.legs.get(entry.reverses) or own.get(entry.reverses)
        need("S9", original is not None, entry.reverses, "is not there")
        assert original is not None
        negative = sorted((x.account, x.variant_id, -x.units) for x in entry.legs)
        need("S9", negative == sorted((x.account, x.variant_id, x.units) for x in original.legs))


def s10_an_exchange_moves_only_what_was_out(model: Model, commit: Commit) -> None:
    """At most one case is open, its money follows from its lines, and it is collect, refund or even."""
    for order_id in model.touched_orders(commit):
        order = commit.after.book.orders[order_id]
        need("S10", sum(c.closed_at is None for c in order.exchanges) <= 1, order_id)
        case = open_exchange(order)
        if case is not None:
            left = case.due_paisa - case.settled_paisa
            both = (case.to_collect_paisa, case.to_refund_paisa)
            need("S10", both == (max(0, left), max(0, -left)), order_id, case)
            need("S10", case.kind is not ChangeKind.CANCELLED, order_id)


def c1_cash_is_conserved(model: Model, commit: Commit) -> None:
    """Integers that sum to nought in every entry."""
    for entry in commit.entries:
        need("C1", all(isinstance(leg.paisa, int) for leg in entry.cash), entry.id)
        need("C1", sum(leg.paisa for leg in entry.cash) == 0, entry.id)


def c2_c3_a_runs_cash_adds_up(model: Model, commit: Commit) -> None:
    """A rider owes what was taken at doors less what was counted or is short; a closed run owes nothing."""
    for run_id in model.touched_runs(commit):
        run = commit.after.book.runs[run_id]
        till = model.run_cash[run_id, till_account(run.branch_id)]
        short = model.run_cash[run_id, SHORTAGE]
        owed = model.run_cash[run_id, rider_account(run.rider_id)]
        taken = -model.run_cash[run_id, "customer"]
        need("C2", owed == taken - till - short, run_id, owed, taken, till, short)
        need("C2", till == (run.counted_paisa or 0), run_id, till, run)
        need("C2", run.expected_paisa == sum(s.cash_paisa for s in run.stops), run_id)
        if run.state is RunState.CLOSED:
            counted = run.counted_paisa
            need("C3", counted is not None, run_id)
            need("C3", (counted or 0) + run.shortage_paisa == run.expected_paisa, run_id)
            need("C3", all(s.checked_in for s in run.stops), run_id)
            need("C3", all(s.state is not StopState.PENDING for s in run.stops), run_id)


def w1_the_mirror_never_goes_back(model: Model, commit: Commit) -> None:
    """What the store says of an order is never older than what it said before, within an epoch."""
    before, after = commit.before.book.orders, commit.after.book.orders
    for order_id in model.touched_orders(commit):
        was = before.get(order_id)
        if was is not None:
            now = after[order_id]
            need("W1", now.shopify_updated_at >= was.shopify_updated_at, order_id)


EVERY_COMMIT = (
    s1_what_was_answered_stands,
    s2_each_op_has_its_effects_once,
    s3_versions_are_dense,
    s4_an_id_has_one_content,
    s9_a_reversal_is_exact_and_once,
    s5_balances_are_sums,
    s6_nothing_is_silently_below_zero,
    s7_no_line_is_out_beyond_its_right,
    s8_state_and_stock_agree,
    s10_an_exchange_moves_only_what_was_out,
    c1_cash_is_conserved,
    c2_c3_a_runs_cash_adds_up,
    w1_the_mirror_never_goes_back,
)


def reserved_adds_up(book: Book) -> None:
    """What is promised of a shelf is the sum over pending shipments (I20)."""
    promised: Counter[tuple[str, str]] = Counter()
    for shipment in book.fulfillments.values():
        if shipment.reserves:
            for line in shipment.lines:
                promised[shipment.branch_id, line.variant_id] += line.units
    for place, held in book.stock.items():
        need("S5", held.reserved == promised[place], place, held, promised[place])

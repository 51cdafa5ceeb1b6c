"""What the auditor knows by itself: all that was shown, answered and posted, kept apart from the product's tables."""

from collections import Counter, defaultdict

from msgspec import Struct

from sync_protocol.ids import BranchId, DeviceId, Epoch, FulfillmentId, OpId, OrderId, VariantId
from sync_protocol.ledger import BRANCH_ACCOUNTS, LedgerEntry
from sync_protocol.ops import OpKind
from sync_protocol.taking import Sender
from tests.simulation.chunks import Applied
from tests.simulation.tables import Tables

OVERRIDES = (OpKind.FIX_BRANCH_STOCK, OpKind.RESOLVE)
"""Kinds by which a supervisor may post beyond what was ordered, giving a reason (I4)."""


class Broken(AssertionError):
    """A predicate does not hold; `predicate` is its id."""

    def __init__(self, predicate: str, *detail: object) -> None:
        super().__init__(f"{predicate}: " + " ".join(map(str, detail)))
        self.predicate = predicate


def need(predicate: str, holds: object, *detail: object) -> None:
    if not holds:
        raise Broken(predicate, *detail)


class Shown(Struct, kw_only=True):
    """An op that a phone showed as saved. `excused`: its storage is gone, and with it all that it had not sent."""

    id: OpId
    device_id: DeviceId
    body: bytes
    answered_at: int | None = None
    excused: bool = False


class Commit(Struct, frozen=True, kw_only=True):
    """One chunk that was taken, with what is in the tables since."""

    before: Tables
    after: Tables
    applied: Applied
    sender: Sender
    entries: tuple[LedgerEntry, ...]


class Model:
    """Books of its own. What belongs to one history begins anew with `rebuild`."""

    def __init__(self) -> None:
        self.shown: dict[OpId, Shown] = {}
        self.ever_committed: set[OpId] = set()
        self.content: dict[OpId, str] = {}
        self.answered: defaultdict[DeviceId, dict[OpId, set[bytes]]] = defaultdict(dict)
        self.acks: defaultdict[Epoch, dict[OpId, bytes]] = defaultdict(dict)
        self.intents: set[FulfillmentId] = set()
        self.own_gids: dict[str, FulfillmentId] = {}
        self.entitled: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.begin()

    def begin(self) -> None:
        self.balances: Counter[tuple[str, str, str]] = Counter()
        self.cash: Counter[str] = Counter()
        self.run_cash: Counter[tuple[str, str]] = Counter()
        self.legs: dict[str, LedgerEntry] = {}
        self.reversed: set[str] = set()
        self.overridden: set[str] = set()
        self.effects: set[str] = set()
        self.by_order: defaultdict[OrderId, set[FulfillmentId]] = defaultdict(set)

    def rebuild(self, tables: Tables) -> None:
        """Begin anew with another history: the books of what it holds already."""
        self.begin()
        for ledger in tables.ledger.values():
            for entry, _ in ledger:
                self.post(entry, tables.ops[entry.op_id].kind)
        self.effects = set(tables.outbox)
        for shipment in tables.book.fulfillments.values():
            self.by_order[shipment.order_id].add(shipment.id)

    def post(self, entry: LedgerEntry, kind: str) -> None:
        """Take an entry into the auditor's own balances."""
        self.legs[entry.id] = entry
        if entry.reverses is not None:
            self.reversed.add(entry.reverses)
        for leg in entry.legs:
            where = entry.branch_id if leg.account in BRANCH_ACCOUNTS else ""
            self.balances[where, leg.account, leg.variant_id] += leg.units
        for leg in entry.cash:
            self.cash[leg.account] += leg.paisa
            if entry.run_id is not None:
                self.run_cash[entry.run_id, leg.account] += leg.paisa
        if kind in OVERRIDES:
            self.overridden |= {leg.account for leg in entry.legs}

    def touched_stock(self, commit: Commit) -> set[tuple[BranchId, VariantId]]:
        """Return the shelves that a commit can have changed."""
        pairs = {(e.branch_id, leg.variant_id) for e in commit.entries for leg in e.legs}
        for one in commit.applied.decided:
            for shipment in one.decision.fulfillments:
                pairs |= {(shipment.branch_id, line.variant_id) for line in shipment.lines}
        return pairs

    def touched_orders(self, commit: Commit) -> set[OrderId]:
        """Return the orders that a commit can have changed."""
        decisions = [one.decision for one in commit.applied.decided]
        orders = {order.id for d in decisions for order in d.orders}
        return orders | {shipment.order_id for d in decisions for shipment in d.fulfillments}

    def touched_runs(self, commit: Commit) -> set[str]:
        """Return the runs that a commit can have changed."""
        runs = {run.id for one in commit.applied.decided for run in one.decision.runs}
        return runs | {e.run_id for e in commit.entries if e.run_id is not None}

"""What the server's own workers do over the fast store: carry out effects, read orders anew, wake what is due."""

import random
from collections.abc import Callable

from msgspec.structs import replace

from server.db.outbox import Claimed
from server.db.parking import Freed
from server.intake import reading
from server.intake.replaying import replay_id
from server.intake.waking import time_news
from server.outbox import stepping
from server.outbox.carrying_out import outcome_news
from server.outbox.fulfilling import tracking_of
from server.outbox.stepping import Create, End, Ended, FollowUp, Later, Withdraw
from server.shopify import answers
from server.shopify.change_answers import Changes
from server.shopify.failures import OutcomeUnknown, ShopifyError
from server.shopify.translate import seen_order
from server.sync.news import Told
from sync_protocol.bodies.desk import Replay
from sync_protocol.codes import BLOCKING, Code
from sync_protocol.fulfillments import Fulfillment, ShopifyState
from sync_protocol.ids import OrderId
from sync_protocol.ops import KINDS, OpKind
from sync_protocol.outcomes import EffectKind
from tests.simulation.fast_server import SHOP, FastServer
from tests.simulation.storefront import CallFault, Sent, Storefront
from tests.simulation.tables import Draft, Queued

OPEN = ("pending", "sent", "unknown")


def told_of(order: answers.Order) -> Told:
    """A reading as news, whatever else was told of that order: a worker may come late with it."""
    told = reading.news_of_reading(seen_order(order, Changes()))
    assert told is not None
    return told


class Errands:
    """One worker process. `fault` draws what becomes of a write to the store, `crash` may raise `Crashed`."""

    def __init__(self, server: FastServer, store: Storefront, rng: random.Random) -> None:
        self.server = server
        self.store = store
        self._rng = rng
        self.fault: Callable[[], CallFault | None] = lambda: None
        self.looks_fail = False
        self.read_but_not_told: list[answers.Order] = []
        self.stalled: list[tuple[Claimed, Fulfillment, Create]] = []

    def died(self) -> None:
        """The process is gone, and with it what it had in hand."""
        self.read_but_not_told = []
        self.stalled = []

    # Effects

    def resume(self) -> None:
        """A worker that stood still goes on: it has looked, and another may have its lease by now."""
        stalled, self.stalled = self.stalled, []
        for effect, shipment, step in stalled:
            self._create(effect, shipment, step)

    def carry_out(self, *, stalls: bool = False) -> None:
        """Carry out what is due, each the oldest open one of its lane; the first create stands still if it `stalls`.

        Raises:
            Crashed: somewhere in between.
        """
        now = self.server.clock()
        if now < self.server.tables.outbound_from:
            return
        for queued in self._due(now):
            claimed = replace(
                queued, attempts=queued.attempts + 1, lease_until=now + stepping.LEASE_MS
            )
            self._write(queued.key, claimed)
            self._carry_out(_as_claimed(claimed, queued.state), stalls=stalls)

    def _due(self, now: int) -> list[Queued]:
        lanes: set[str] = set()
        due = []
        for queued in sorted(self.server.tables.outbox.values(), key=lambda q: q.serial):
            if queued.state not in OPEN or queued.lane in lanes:
                continue
            lanes.add(queued.lane)
            if queued.run_at <= now and queued.lease_until <= now:
                due.append(queued)
        return due

    def _write(self, key: str, row: Queued) -> None:
        self.server.transact(lambda draft: draft.own("outbox").update({key: row}))

    def _carry_out(self, effect: Claimed, *, stalls: bool) -> None:
        book = self.server.tables.book
        shipment = book.fulfillments[effect.fulfillment_id]
        others = frozenset(
            s.shopify_fulfillment_gid
            for s in book.fulfillments.values()
            if s.order_id == effect.order_id
            and s.id != shipment.id
            and s.shopify_fulfillment_gid is not None
        )
        try:
            order = self._look(shipment.order_id)
        except ShopifyError as error:
            self._settle(effect, stepping.after_not_looking(effect, error))
            return
        step = stepping.after_looking(effect, shipment, order, others, stepping.COOL_OFF_MS)
        match step:
            case Create() if stalls:
                self.stalled.append((effect, shipment, step))
            case Create():
                self._create(effect, shipment, step)
            case FollowUp():
                self._follow_up(effect, shipment, step.gid)
            case _:
                self._settle(effect, step)

    def _look(self, order_id: OrderId) -> answers.Order | None:
        if self.looks_fail and self._rng.random() < 0.05:
            raise OutcomeUnknown("looking failed")
        return self.store.read(order_id)

    def _create(self, effect: Claimed, shipment: Fulfillment, step: Create) -> None:
        assert step.plan.work is not None
        if not self._mark(effect, "sent", self.server.clock(), keep_lease=True):
            return
        try:
            written = self.store.create(
                step.plan.work, tracking_of(shipment), self.fault(), shipment.id
            )
        except ShopifyError as error:
            self.server.crash()
            self._settle(effect, stepping.after_not_creating(effect, error, stepping.COOL_OFF_MS))
        else:
            self.server.crash()
            self._settle(effect, stepping.after_creating(written))

    def _follow_up(self, effect: Claimed, shipment: Fulfillment, gid: str) -> None:
        def act(sent: Sent) -> None:
            if effect.kind is EffectKind.SHOPIFY_CANCEL:
                sent.live = False
            elif effect.kind is EffectKind.SHOPIFY_TRACKING:
                tracking = tracking_of(shipment)
                sent.number, sent.url = tracking.number, tracking.url
                sent.company = tracking.company

        try:
            self.store.change(gid, act, self.fault())
        except ShopifyError as error:
            self._settle(effect, stepping.after_not_following_up(effect, gid, error))
        else:
            self._settle(effect, stepping.after_following_up(gid, ()))

    def _settle(self, effect: Claimed, step: Ended) -> None:
        now = self.server.clock()
        match step:
            case End():
                self.server.tell(outcome_news(effect, step.state, step.gid, step.error))
                closed = "confirmed" if step.state is ShopifyState.CONFIRMED else "failed"
                self._mark(effect, closed, now)
            case Withdraw():
                self._mark(effect, "withdrawn", now)
            case Later():
                self._mark(effect, step.state, now + step.wait_ms)
                if step.tells is not None:
                    self.server.tell(outcome_news(effect, step.tells, None, step.why))

    def _mark(self, effect: Claimed, state: str, run_at: int, *, keep_lease: bool = False) -> bool:
        """Write where an effect stands; False when the lease was lost to another worker meanwhile."""
        row = self.server.tables.outbox.get(effect.key)
        if row is None or row.attempts != effect.attempts or row.state not in OPEN:
            return False
        lease = row.lease_until if keep_lease else 0
        self._write(effect.key, replace(row, state=state, run_at=run_at, lease_until=lease))
        return True

    # News from the store

    def hear(self, event: str, order_id: OrderId) -> None:
        """A webhook came in: the same event is kept once, and makes the order due to be read."""

        def work(draft: Draft) -> None:
            if event not in draft.read("events"):
                draft.own("events")[event] = order_id
                draft.own("due")[order_id] = self.server.clock()

        self.server.transact(work)

    def read_due(self) -> None:
        """Read what webhooks told of. What was read may be told late: after a newer reading, or never."""
        for order_id in list(self.server.tables.due):
            order = self.store.read(order_id)
            self.server.transact(lambda draft, o=order_id: draft.own("due").pop(o, None))
            if order is not None:
                self.read_but_not_told.append(order)

    def tell_reading(self) -> None:
        """Tell one of the things that were read, in no order."""
        if self.read_but_not_told:
            place = self._rng.randrange(len(self.read_but_not_told))
            self.server.tell(told_of(self.read_but_not_told.pop(place)))

    def reconcile(self) -> None:
        """Read every order of the store anew."""
        for order_id in self.store.orders:
            order = self.store.read(order_id)
            assert order is not None
            told = told_of(order)
            if told.id not in self.server.tables.ops:
                self.server.tell(told)

    # What time alone brings about

    def wake(self) -> None:
        """Tell orders whose moment has come."""
        now = self.server.clock()
        due = [
            (order.wake_at, order.id)
            for order in self.server.tables.book.orders.values()
            if order.wake_at is not None and order.wake_at <= now
        ]
        for wake_at, order_id in sorted(due):
            self.server.tell(time_news(order_id, wake_at))

    def free(self) -> None:
        """Decide parked ops anew for which something has changed; each is tried once per reason."""
        for freed in self._may_go():
            name = replay_id(freed)
            if name not in self.server.tables.ops:
                body = Replay(op_ids=(freed.op_id,))
                self.server.tell(Told(id=name, kind=OpKind.REPLAY, body=body))

    def _may_go(self) -> list[Freed]:
        tables = self.server.tables
        parked = [tables.ops[op_id] for op_id in tables.parked]
        freed = []
        for op in sorted(parked, key=lambda kept: (kept.recorded_at, kept.n or 0)):
            here = self._here(op.refs)
            if op.code is Code.UNKNOWN_KIND:
                may_go = op.kind in KINDS
            elif op.code is Code.UNKNOWN_REFERENCE:
                may_go = bool(here)
            else:
                may_go = op.code is Code.WAITS_FOR_PARKED and not any(
                    head.device_id == op.device_id
                    and head.code in BLOCKING
                    and not set(head.refs).isdisjoint(op.refs)
                    and (head.recorded_at, head.n or 0) < (op.recorded_at, op.n or 0)
                    for head in parked
                )
            if may_go:
                because = f"{op.code} {' '.join(here)}"
                freed.append(Freed(shop_id=SHOP, op_id=op.id, because=because))
        return freed

    def _here(self, refs: tuple[str, ...]) -> list[str]:
        book = self.server.tables.book
        known = {
            "order": book.orders,
            "fulfillment": book.fulfillments,
            "run": book.runs,
            "transfer": book.transfers,
        }
        parts = ((ref, *ref.partition("/")[::2]) for ref in refs)
        return sorted(ref for ref, noun, name in parts if name in known.get(noun, {}))


def _as_claimed(row: Queued, state: str) -> Claimed:
    return Claimed(
        shop_id=SHOP,
        key=row.key,
        kind=row.kind,
        order_id=row.order_id,
        fulfillment_id=row.fulfillment_id,
        state=state,
        attempts=row.attempts,
        notify_customer=row.notify_customer,
    )

"""One chunk of ops in one transaction of the fast store: what `server.sync.applying` does on PostgreSQL.

Every decision is the pure rules'; here is only where things lie.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from server.db.parking import NEWS_BYTES_MAX, STORE
from server.db.past import past_order
from sync_protocol import server_session, taking
from sync_protocol.bodies.asking import EditContact
from sync_protocol.bodies.desk import Dismiss, Replay
from sync_protocol.bodies.keeping import CountStock
from sync_protocol.bodies.store_news import ShopifyOrder
from sync_protocol.codes import BLOCKING
from sync_protocol.decide.book import Book, Moved, Waiting
from sync_protocol.decide.clocks import server_time
from sync_protocol.ids import SHOPIFY_DEVICE, OpId
from sync_protocol.ledger import SELLABLE, LedgerEntry
from sync_protocol.messages.push import Problem
from sync_protocol.ops import OpBody
from sync_protocol.outcomes import ResultStatus
from sync_protocol.project import before_of
from sync_protocol.reading import ReadOp, read_op, read_phone_op
from sync_protocol.server_session import Incoming
from sync_protocol.taking import Decided, Fresh, Held, Sender
from tests.simulation import tables
from tests.simulation.tables import Draft, KeptOp, Queued


class Applied(Struct, frozen=True, kw_only=True):
    """What became of a chunk: a result per op, verbatim, or a problem with nothing taken."""

    problem: Problem | None
    results: tuple[bytes, ...] = ()
    decided: tuple[Decided, ...] = ()


class RuleBroke(AssertionError):
    """A rule raised: on the server the op would have parked as `failed`; here it is a bug."""


def apply_chunk(draft: Draft, sender: Sender, batch: Sequence[Incoming], now: int) -> Applied:
    """Take a chunk, all of it or (where it does not fit the device's log) nothing."""
    life = (sender.device_id, sender.incarnation)
    ops: dict[OpId, KeptOp] = draft.read("ops")
    ids = [i.id for i in batch] + [taking.reuse_id(i) for i in batch]
    known = {op_id: ops[op_id].content_hash for op_id in ids if op_id in ops}
    admission = server_session.admit(draft.log_of(life), batch, known)
    if admission.problem is not None:
        return Applied(problem=admission.problem)
    fresh = taking.to_decide(batch, admission.standings, known)
    decided: tuple[Decided, ...] = ()
    answers: dict[OpId, bytes] = {}
    if fresh:
        decided, answers = _decide(draft, sender, fresh, now)
    draft.own("logs")[life] = admission.log
    told = (
        answers.get(name) or ops[name].result
        for name in map(taking.kept_as, batch, admission.standings)
    )
    return Applied(problem=None, results=tuple(told), decided=decided)


def _decide(
    draft: Draft, sender: Sender, fresh: Sequence[Fresh], now: int
) -> tuple[tuple[Decided, ...], dict[OpId, bytes]]:
    book = _loaded(draft, taking.bodies_of(fresh))
    before = before_of(book)
    decided = taking.take(book, sender, fresh, _held(draft, sender, fresh), now)
    for one in decided:
        if one.failure is not None:
            raise RuleBroke(f"{one.stored_id}: {one.failure!r}") from one.failure
    _queue_effects(draft, decided, now)
    _append(draft, book, decided, now)
    written = tables.write_rows(draft, list(taking.rows_of(before, book, decided, now)))
    results = {one.stored_id: taking.result_of(one, before, book, written) for one in decided}
    tables.write_rows(draft, list(taking.notices_of(decided, results)))
    answers = {op_id: taking.encode_result(r).encode() for op_id, r in results.items()}
    _keep(draft, sender, decided, answers, now)
    draft.put("book", replace(book, waiting={}, past={}, history={}))
    return decided, answers


def _loaded(draft: Draft, bodies: tuple[OpBody, ...]) -> Book:
    """Return the shop's book with what else these bodies need to be decided."""
    book = draft.own_book()
    book.waiting = waiting_for(draft, bodies)
    every = (*bodies, *taking.bodies_waiting(book.waiting.values()))
    if any(isinstance(body, CountStock) for body in every):
        book.history = draft.read("moves")
    if any(isinstance(body, ShopifyOrder | EditContact) for body in every):
        for order in sorted(book.orders.values(), key=lambda o: -o.placed_at):
            if (phone := order.contact.phone) is not None:
                book.past[phone] = (*book.past.get(phone, ()), past_order(order))
    return book


def waiting_for(draft: Draft, bodies: tuple[OpBody, ...]) -> dict[OpId, Waiting]:
    """Return the parked ops that the bodies want decided, with the others of the same devices."""
    wanted = [b for b in bodies if isinstance(b, Replay | Dismiss)]
    ops, parked = draft.read("ops"), draft.read("parked")
    named = {op_id for body in wanted for op_id in body.op_ids}
    devices = {ops[op_id].device_id for op_id in named if op_id in ops}
    return {
        op_id: _waiting(draft, ops[op_id])
        for op_id in parked
        if op_id in named or (ops[op_id].device_id in devices and ops[op_id].code in BLOCKING)
    }


def _waiting(draft: Draft, kept: KeptOp) -> Waiting:
    people = draft.read("book").people
    device = draft.read("devices").get(kept.device_id)
    owner = None if device is None else people.get(device.staff_id)
    assert kept.code is not None, "a parking says why"
    own = kept.device_id == SHOPIFY_DEVICE
    return Waiting(
        raw=kept.sent,
        read=read_op(kept.sent, NEWS_BYTES_MAX) if own else read_phone_op(kept.sent),
        staff=people.get(kept.by) or owner or STORE,
        device_id=kept.device_id,
        incarnation=kept.incarnation,
        place=(kept.recorded_at, kept.n or 0),
        code=kept.code,
    )


def _held(draft: Draft, sender: Sender, fresh: Sequence[Fresh]) -> Held:
    """Return what this device's parked ops hold up, and which ops that are named in `deps` are parked."""
    ops = draft.read("ops")
    deps = {d for i, _ in fresh if isinstance(i.read, ReadOp) for d in i.read.op.deps}
    held = Held(refs=set(), ids=set())
    for op_id in draft.read("parked"):
        kept = ops[op_id]
        if kept.code not in BLOCKING:
            continue
        if kept.device_id == sender.device_id:
            held.refs.update(kept.refs)
            held.ids.add(op_id)
        elif op_id in deps:
            held.ids.add(op_id)
    return held


def _queue_effects(draft: Draft, decided: Sequence[Decided], now: int) -> None:
    """Queue each intent once for ever; one that failed and is wanted again is the same row."""
    for effect in (e for one in decided for e in one.decision.effects):
        outbox = draft.own("outbox")
        queued = outbox.get(effect.key)
        if queued is None:
            outbox[effect.key] = Queued(
                key=effect.key,
                kind=effect.kind,
                lane=effect.lane,
                order_id=effect.order_id,
                fulfillment_id=effect.fulfillment_id,
                notify_customer=effect.notify_customer,
                state="pending",
                run_at=now,
                serial=len(outbox),
            )
        elif effect.again and queued.state == "failed":
            outbox[effect.key] = replace(queued, state="pending", run_at=now, lease_until=0)


def _append(draft: Draft, book: Book, decided: Sequence[Decided], now: int) -> None:
    branches = {p.branch_id for one in decided for p in one.decision.postings}
    if not branches:
        return
    heads = {branch_id: draft.head_of(branch_id) for branch_id in branches}
    entries = taking.number_postings(book, decided, heads, now)
    clocks = {
        one.incoming.read.op_id: server_time(one.incoming.read.op)
        for one in decided
        if isinstance(one.incoming.read, ReadOp)
    }
    for entry, hash_ in entries:
        draft.inner("ledger", entry.branch_id, list).append((entry, hash_))
        _note_moves(draft, entry, clocks[entry.op_id])
    draft.own("heads").update(heads)


def _note_moves(draft: Draft, entry: LedgerEntry, clock: tuple[int, int]) -> None:
    units: dict[str, int] = {}
    for leg in entry.legs:
        if leg.account == SELLABLE:
            units[leg.variant_id] = units.get(leg.variant_id, 0) + leg.units
    for variant_id, count in units.items():
        moved = Moved(
            version=entry.version,
            device_id=entry.device_id,
            at=clock[0],
            within_ms=clock[1],
            units=count,
        )
        place = (entry.branch_id, variant_id)
        moves = draft.own("moves")
        moves[place] = (*moves.get(place, ()), moved)


def _keep(
    draft: Draft, sender: Sender, decided: Sequence[Decided], answers: dict[OpId, bytes], now: int
) -> None:
    ops, parked = draft.own("ops"), draft.own("parked")
    cause: OpId | None = None
    for one in decided:
        decision, name = one.decision, one.stored_id
        told = {"status": decision.status, "code": decision.code, "result": answers[name]}
        if one.replayed:
            ops[name] = replace(ops[name], decided_by=cause, **told)
        else:
            cause = name
            ops[name] = _kept(one, sender, now, told)
            if name == one.incoming.id and one.incoming.n is not None:
                draft.inner("lives", (sender.device_id, sender.incarnation), list).append(name)
        parked.pop(name, None)
        if decision.status is ResultStatus.PARKED:
            parked[name] = None


def _kept(one: Decided, sender: Sender, now: int, told: dict) -> KeptOp:
    read = one.incoming.read
    op = read.op if isinstance(read, ReadOp) else None
    return KeptOp(
        id=one.stored_id,
        device_id=sender.device_id,
        incarnation=sender.incarnation,
        n=one.incoming.n if one.stored_id == one.incoming.id else None,
        kind="unreadable" if op is None else op.kind,
        by=sender.staff.id if op is None or op.by is None else op.by,
        at=0 if op is None else op.at,
        recorded_at=now,
        sent=one.incoming.raw,
        content_hash=read.content_hash if isinstance(read, ReadOp) else "",
        refs=read.refs if isinstance(read, ReadOp) else (),
        **told,
    )

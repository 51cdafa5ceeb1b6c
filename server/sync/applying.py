"""One chunk of ops in one transaction: admit, load, decide, write, answer.

The order of locks is the protocol's (§5): the device's log, orders, stock, ledger heads, and last the stream counters.
"""

import logging
from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from server.db import book_storing, books, ledger, op_log
from server.db.connections import Connection
from server.db.streams import Written, write_rows
from sync_protocol.changes import Change, changes_of, touched_things
from sync_protocol.codes import BLOCKING, Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.flags import discrepancy, named_after
from sync_protocol.decide.settling import decide_on_server
from sync_protocol.decide.shipping import parked
from sync_protocol.ids import DeviceId, Incarnation, OpId, ShopId, StreamName
from sync_protocol.ledger import LedgerEntry, Posting, chain
from sync_protocol.messages.push import Problem
from sync_protocol.ops import Op, OpBody
from sync_protocol.outcomes import Discrepancy, Result, ResultStatus
from sync_protocol.project import Before, before_of, touched_rows, touched_stock
from sync_protocol.reading import ReadOp, Unreadable
from sync_protocol.server_session import DeviceLog, Incoming, Standing, admit
from sync_protocol.shop import Staff

_log = logging.getLogger(__name__)


class Sender(Struct, frozen=True, kw_only=True):
    """Whose ops these are: the device, the life of its log, and the person it was given to."""

    shop_id: ShopId
    device_id: DeviceId
    incarnation: Incarnation
    staff: Staff


class Applied(Struct, frozen=True, kw_only=True):
    """What became of a chunk: one stored result per op, verbatim, or a problem with nothing taken.

    `versions` tells how far each touched stream has moved.
    """

    problem: Problem | None
    log: DeviceLog
    results: tuple[str, ...] = ()
    versions: dict[StreamName, int] = {}


class Decided(Struct, frozen=True, kw_only=True):
    """An op of the chunk with its decision, and what that changed."""

    incoming: Incoming
    stored_id: OpId
    decision: Decision
    changes: tuple[Change, ...]


class Held(Struct, kw_only=True):
    """What this device's parked ops hold up; grows while the chunk is decided."""

    refs: set[str]
    ids: set[OpId]

    def holds(self, read: ReadOp) -> bool:
        """Whether an op must wait behind a parked one: same entity, or named in its `deps`."""
        return not self.refs.isdisjoint(read.refs) or not self.ids.isdisjoint(read.op.deps)

    def add(self, read: ReadOp) -> None:
        """Let later ops wait for this one."""
        self.refs.update(read.refs)
        self.ids.add(read.op_id)


async def apply_chunk(
    connection: Connection, sender: Sender, batch: Sequence[Incoming], now: int
) -> Applied:
    """Apply up to OPS_PER_TRANSACTION ops; all of them take effect, or none when the transaction fails."""
    log = await op_log.lock_log(connection, sender.shop_id, sender.device_id, sender.incarnation)
    return await apply_locked(connection, sender, log, batch, now)


async def apply_locked(
    connection: Connection, sender: Sender, log: DeviceLog, batch: Sequence[Incoming], now: int
) -> Applied:
    """Apply a chunk whose device's log is locked already."""
    ids = [incoming.id for incoming in batch] + [_reuse_id(incoming) for incoming in batch]
    known = await op_log.known_ops(connection, sender.shop_id, ids)
    admission = admit(log, batch, {op_id: content for op_id, (content, _) in known.items()})
    if admission.problem is not None:
        return Applied(problem=admission.problem, log=log)
    fresh = [
        (incoming, standing)
        for incoming, standing in zip(batch, admission.standings, strict=True)
        if standing is Standing.NEW
        or (standing is Standing.REUSED and _reuse_id(incoming) not in known)
    ]
    book = await books.load_book(connection, sender.shop_id, _bodies(fresh), sender.device_id)
    before = before_of(book)
    decided = _decide_all(book, sender, fresh, await _held_up(connection, sender, fresh), now)
    written = await _write(connection, sender, book, before, decided, now)
    results = {d.stored_id: _result(d, book, before, written) for d in decided}
    await _store_ops(connection, sender, decided, results, now)
    await op_log.store_log(
        connection, sender.shop_id, sender.device_id, sender.incarnation, admission.log
    )
    stored = {op_id: result for op_id, (_, result) in known.items()} | results
    answers = (
        stored[_reuse_id(i) if standing is Standing.REUSED else i.id]
        for i, standing in zip(batch, admission.standings, strict=True)
    )
    moved: dict[StreamName, int] = {}
    for (stream, _), version in written.items():
        moved[stream] = max(version, moved.get(stream, 0))
    return Applied(problem=None, log=admission.log, results=tuple(answers), versions=moved)


def _reuse_id(incoming: Incoming) -> OpId:
    """Return the name under which an op is kept that came under another op's id."""
    content = incoming.read.content_hash if isinstance(incoming.read, ReadOp) else ""
    return OpId(f"{incoming.id}~{content}")


def _bodies(fresh: Sequence[tuple[Incoming, Standing]]) -> list[OpBody]:
    return [
        incoming.read.body
        for incoming, standing in fresh
        if standing is Standing.NEW
        and isinstance(incoming.read, ReadOp)
        and incoming.read.body is not None
    ]


async def _held_up(
    connection: Connection, sender: Sender, fresh: Sequence[tuple[Incoming, Standing]]
) -> Held:
    deps = [d for i, _ in fresh if isinstance(i.read, ReadOp) for d in i.read.op.deps]
    refs, ids = await op_log.parked_before(
        connection, sender.shop_id, sender.device_id, deps, sorted(code.value for code in BLOCKING)
    )
    return Held(refs=refs, ids=ids)


def _decide_all(
    book: Book,
    sender: Sender,
    fresh: Sequence[tuple[Incoming, Standing]],
    held: Held,
    now: int,
) -> list[Decided]:
    decided = []
    for incoming, standing in fresh:
        decision = _decide_one(book, sender, incoming, standing, held, now)
        changes = changes_of(book, decision)
        book.apply(decision)
        if decision.status is ResultStatus.PARKED and decision.code in BLOCKING:
            assert isinstance(incoming.read, ReadOp)
            held.add(incoming.read)
        stored_id = _reuse_id(incoming) if standing is Standing.REUSED else incoming.id
        decided.append(
            Decided(incoming=incoming, stored_id=stored_id, decision=decision, changes=changes)
        )
    return decided


def _decide_one(
    book: Book, sender: Sender, incoming: Incoming, standing: Standing, held: Held, now: int
) -> Decision:
    read = incoming.read
    if isinstance(read, Unreadable):
        return parked(Code.UNREADABLE, read.detail)
    act = Recorded(read=read, staff=sender.staff, device_id=sender.device_id, now=now)
    if standing is Standing.REUSED:
        return _reused(act)
    if read.by is not None and read.by != sender.staff.id:
        return parked(Code.AUTHORITY, "recorded by another person than this device was given to")
    if held.holds(read):
        return parked(Code.WAITS_FOR_PARKED)
    try:
        return decide_on_server(book, act)
    except Exception as error:  # noqa: BLE001 - a rule's bug must not take the neighbours with it (R3)
        _log.exception("deciding op %s failed", read.op.id)
        return parked(Code.FAILED, type(error).__name__)


def _reused(act: Recorded) -> Decision:
    """Keep what came under another op's id for a person to look at; it is never carried out."""
    found = discrepancy(act, Code.ID_REUSE)
    named = replace(named_after(found, act.read.content_hash), detail=act.read.content_hash)
    return replace(parked(Code.ID_REUSE), discrepancies=(named,))


async def _write(
    connection: Connection,
    sender: Sender,
    book: Book,
    before: Before,
    decided: Sequence[Decided],
    now: int,
) -> Written:
    """Write all that the decisions changed, in the order of locks, and the rows that show it."""
    decisions = [d.decision for d in decided]
    await _write_work(connection, sender.shop_id, book, decisions)
    found: dict[str, Discrepancy] = {d.id: d for x in decisions for d in x.discrepancies}
    if found:
        await book_storing.store_discrepancies(connection, sender.shop_id, list(found.values()))
    effects = [effect for d in decisions for effect in d.effects]
    if effects:
        await book_storing.queue_effects(connection, sender.shop_id, effects, now)
    await _append(connection, sender, book, decided, now)
    await _write_stock(connection, sender.shop_id, book, before, decisions)
    rows = [row for d in decisions for row in touched_rows(before, book, d)]
    return await write_rows(connection, sender.shop_id, rows, now)


async def _write_work(
    connection: Connection, shop_id: ShopId, book: Book, decisions: Sequence[Decision]
) -> None:
    """Write the orders, shipments, runs and transfers that changed, as the book has them at the end."""
    orders = {o.id for d in decisions for o in d.orders}
    shipments = {s.id for d in decisions for s in d.fulfillments}
    runs = {r.id for d in decisions for r in d.runs}
    transfers = {t.id for d in decisions for t in d.transfers}
    if orders:
        found = [book.orders[i] for i in sorted(orders)]
        await book_storing.store_orders(connection, shop_id, found)
    if runs:
        await book_storing.store_runs(connection, shop_id, [book.runs[i] for i in sorted(runs)])
    if shipments:
        parcels = [book.fulfillments[i] for i in sorted(shipments)]
        await book_storing.store_fulfillments(connection, shop_id, parcels)
    if transfers:
        sent = [book.transfers[i] for i in sorted(transfers)]
        await book_storing.store_transfers(connection, shop_id, sent)


async def _write_stock(
    connection: Connection,
    shop_id: ShopId,
    book: Book,
    before: Before,
    decisions: Sequence[Decision],
) -> None:
    """Write the shelves that a movement, a count or a level touched; their rows are locked."""
    moved = {pair for d in decisions for pair in touched_stock(before, d) if pair in book.stock}
    if moved:
        stock = [book.stock[pair] for pair in sorted(moved)]
        await book_storing.store_stock(connection, shop_id, stock)


async def _append(
    connection: Connection, sender: Sender, book: Book, decided: Sequence[Decided], now: int
) -> None:
    """Number and chain the postings, and append them."""
    branches = [p.branch_id for d in decided for p in d.decision.postings]
    if not branches:
        return
    heads = await ledger.lock_heads(connection, sender.shop_id, branches)
    entries: list[tuple[LedgerEntry, str]] = []
    for d in decided:
        assert isinstance(d.incoming.read, ReadOp) or not d.decision.postings
        for posting in d.decision.postings:
            version, previous = heads[posting.branch_id]
            entry = _entry(sender, posting, d.incoming.read, version + 1, now)
            heads[posting.branch_id] = (version + 1, chain(previous, entry))
            entries.append((entry, heads[posting.branch_id][1]))
            for variant_id in {leg.variant_id for leg in posting.legs}:
                key = (posting.branch_id, variant_id)
                book.stock[key] = replace(book.stock_of(*key), ledger_version=version + 1)
    await ledger.append(connection, sender.shop_id, entries, heads)


def _entry(
    sender: Sender, posting: Posting, read: ReadOp | Unreadable, version: int, now: int
) -> LedgerEntry:
    assert isinstance(read, ReadOp)
    return LedgerEntry(
        shop_id=sender.shop_id,
        branch_id=posting.branch_id,
        version=version,
        id=posting.id,
        kind=posting.kind,
        legs=posting.legs,
        cash=posting.cash,
        op_id=read.op_id,
        by=sender.staff.id,
        device_id=sender.device_id,
        at=read.op.at,
        recorded_at=now,
        order_id=posting.order_id,
        fulfillment_id=posting.fulfillment_id,
        transfer_id=posting.transfer_id,
        run_id=posting.run_id,
        reverses=posting.reverses,
        reason=posting.reason,
    )


def _result(decided: Decided, book: Book, before: Before, written: Written) -> str:
    """Encode the answer that this op gets for ever."""
    decision = decided.decision
    versions: dict[StreamName, int] = {}
    for row in touched_rows(before, book, decision):
        version = written[row.stream, row.key]
        versions[row.stream] = max(version, versions.get(row.stream, 0))
    opened = (d.id for d in decision.discrepancies if d.code == decision.code and not d.closed_at)
    result = Result(
        id=decided.incoming.id,
        status=decision.status,
        code=decision.code,
        discrepancy_id=next(opened, None),
        by=decision.by,
        at=decision.at,
        branch_id=decision.branch_id,
        detail=decision.detail,
        versions=dict(sorted(versions.items())),
    )
    return msgspec.json.encode(result).decode()


async def _store_ops(
    connection: Connection,
    sender: Sender,
    decided: Sequence[Decided],
    results: dict[OpId, str],
    now: int,
) -> None:
    stored = [_stored(sender, d, results[d.stored_id]) for d in decided]
    await op_log.store_ops(
        connection, sender.shop_id, sender.device_id, sender.incarnation, stored, now
    )


def _stored(sender: Sender, decided: Decided, result: str) -> op_log.StoredOp:
    read, decision = decided.incoming.read, decided.decision
    op = read.op if isinstance(read, ReadOp) else Op(id=read.id, n=1, kind="unreadable")
    return op_log.StoredOp(
        id=decided.stored_id,
        n=None if decided.stored_id != decided.incoming.id else decided.incoming.n,
        kind=op.kind,
        by=op.by or sender.staff.id,
        at=op.at,
        sent=decided.incoming.raw,
        content_hash=read.content_hash if isinstance(read, ReadOp) else "",
        refs=read.refs if isinstance(read, ReadOp) else (),
        status=decision.status.value,
        code=None if decision.code is None else decision.code.value,
        result=result,
        touched=_touched(read, decision),
        changes=msgspec.json.encode(decided.changes).decode(),
    )


def _touched(read: ReadOp | Unreadable, decision: Decision) -> tuple[str, ...]:
    named = read.refs if isinstance(read, ReadOp) else ()
    return tuple(sorted({*named, *touched_things(decision)}))

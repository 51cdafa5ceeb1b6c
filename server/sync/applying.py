"""One chunk of ops in one transaction: admit, load, decide, write, answer.

The order of locks is the protocol's (§5): the device's log, orders, stock, ledger heads, and last the stream counters.
"""

import logging
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from server.db import book_storing, books, ledger, op_log, parking
from server.db.connections import Connection
from server.db.streams import Written, write_rows
from server.points import point
from sync_protocol.codes import BLOCKING
from sync_protocol.decide.book import Book, Decision
from sync_protocol.ids import OpId, ShopId, StreamName
from sync_protocol.messages.push import Problem
from sync_protocol.ops import Op
from sync_protocol.outcomes import Discrepancy
from sync_protocol.project import Before, before_of, touched_stock
from sync_protocol.reading import ReadOp
from sync_protocol.server_session import DeviceLog, Incoming, admit
from sync_protocol.taking import (
    Decided,
    Fresh,
    Held,
    Sender,
    bodies_of,
    bodies_waiting,
    encode_result,
    kept_as,
    notices_of,
    number_postings,
    result_of,
    reuse_id,
    rows_of,
    take,
    to_decide,
    touched_by,
)

_log = logging.getLogger(__name__)


class Applied(Struct, frozen=True, kw_only=True):
    """What became of a chunk: one stored result per op, verbatim, or a problem with nothing taken.

    `versions` tells how far each touched stream has moved.
    """

    problem: Problem | None
    log: DeviceLog
    results: tuple[str, ...] = ()
    versions: dict[StreamName, int] = {}


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
    point("apply.locked")
    ids = [incoming.id for incoming in batch] + [reuse_id(incoming) for incoming in batch]
    known = await op_log.known_ops(connection, sender.shop_id, ids)
    admission = admit(log, batch, {op_id: content for op_id, (content, _) in known.items()})
    if admission.problem is not None:
        return Applied(problem=admission.problem, log=log)
    fresh = to_decide(batch, admission.standings, known)
    waiting = await parking.waiting_for(connection, sender.shop_id, bodies_of(fresh))
    bodies = (*bodies_of(fresh), *bodies_waiting(waiting.values()))
    devices = {sender.device_id, *(w.device_id for w in waiting.values())}
    book = await books.load_book(connection, sender.shop_id, bodies, devices)
    book.waiting = waiting
    point("apply.loaded")
    before = before_of(book)
    decided = take(book, sender, fresh, await _held_up(connection, sender, fresh), now)
    for failed in (one for one in decided if one.failure is not None):
        _log.error("deciding op %s failed", failed.stored_id, exc_info=failed.failure)
    point("apply.decided")
    written = await _write(connection, sender, book, before, decided, now)
    results = {one.stored_id: result_of(one, before, book, written) for one in decided}
    written |= await write_rows(connection, sender.shop_id, notices_of(decided, results), now)
    point("apply.rows_written")
    answers = {op_id: encode_result(result) for op_id, result in results.items()}
    await _store_ops(connection, sender, decided, answers, now)
    point("apply.ops_stored")
    await op_log.store_log(
        connection, sender.shop_id, sender.device_id, sender.incarnation, admission.log
    )
    point("apply.log_stored")
    stored = {op_id: result for op_id, (_, result) in known.items()} | answers
    told = (
        stored[kept_as(incoming, standing)]
        for incoming, standing in zip(batch, admission.standings, strict=True)
    )
    moved: dict[StreamName, int] = {}
    for (stream, _), version in written.items():
        moved[stream] = max(version, moved.get(stream, 0))
    return Applied(problem=None, log=admission.log, results=tuple(told), versions=moved)


async def _held_up(connection: Connection, sender: Sender, fresh: Sequence[Fresh]) -> Held:
    deps = [d for i, _ in fresh if isinstance(i.read, ReadOp) for d in i.read.op.deps]
    refs, ids = await op_log.parked_before(
        connection, sender.shop_id, sender.device_id, deps, sorted(code.value for code in BLOCKING)
    )
    return Held(refs=refs, ids=ids)


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
    point("apply.work_written")
    found: dict[str, Discrepancy] = {d.id: d for x in decisions for d in x.discrepancies}
    if found:
        await book_storing.store_discrepancies(connection, sender.shop_id, list(found.values()))
    effects = [effect for d in decisions for effect in d.effects]
    if effects:
        await book_storing.queue_effects(connection, sender.shop_id, effects, now)
    point("apply.effects_queued")
    await _append(connection, sender, book, decided, now)
    point("apply.ledger_written")
    await _write_stock(connection, sender.shop_id, book, before, decisions)
    point("apply.stock_written")
    return await write_rows(connection, sender.shop_id, rows_of(before, book, decided, now), now)


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
    branches = [p.branch_id for one in decided for p in one.decision.postings]
    if not branches:
        return
    heads = await ledger.lock_heads(connection, sender.shop_id, branches)
    entries = number_postings(book, decided, heads, now)
    await ledger.append(connection, sender.shop_id, entries, heads)


async def _store_ops(
    connection: Connection,
    sender: Sender,
    decided: Sequence[Decided],
    answers: dict[OpId, str],
    now: int,
) -> None:
    stored = [_stored(one, answers[one.stored_id]) for one in decided if not one.replayed]
    await op_log.store_ops(
        connection, sender.shop_id, sender.device_id, sender.incarnation, stored, now
    )
    cause: OpId | None = None
    again: list[op_log.DecidedAgain] = []
    for one in decided:
        if not one.replayed:
            cause = one.stored_id
            continue
        assert cause is not None, "a replay stands behind the op that asked for it"
        kept = _stored(one, answers[one.stored_id])
        vouched_by = None if one.vouched_by is None else one.vouched_by.id
        again.append(op_log.DecidedAgain(op=kept, decided_by=cause, vouched_by=vouched_by))
    if again:
        await op_log.store_again(connection, sender.shop_id, again)


def _stored(one: Decided, result: str) -> op_log.StoredOp:
    read, decision = one.incoming.read, one.decision
    op = read.op if isinstance(read, ReadOp) else Op(id=read.id, n=1, kind="unreadable")
    return op_log.StoredOp(
        id=one.stored_id,
        n=None if one.stored_id != one.incoming.id else one.incoming.n,
        kind=op.kind,
        by=op.by or one.sender.staff.id,
        at=op.at,
        sent=one.incoming.raw,
        content_hash=read.content_hash if isinstance(read, ReadOp) else "",
        refs=read.refs if isinstance(read, ReadOp) else (),
        status=decision.status.value,
        code=None if decision.code is None else decision.code.value,
        result=result,
        touched=touched_by(one),
        changes=msgspec.json.encode(one.changes).decode(),
    )

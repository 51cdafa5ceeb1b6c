"""What the server makes of a chunk of ops, without I/O: who may, what waits for what, what is decided and numbered.

A driver loads the book, hands in what came, and stores what comes out. PostgreSQL, the memory of the simulator and any
other store share these rules, so that what is proved about one holds for all.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.changes import Change, changes_of, touched_things
from sync_protocol.codes import BLOCKING, Code
from sync_protocol.decide.book import Book, Decision, Recorded, Waiting
from sync_protocol.decide.flags import discrepancy, named_after
from sync_protocol.decide.settling import decide_on_server
from sync_protocol.decide.shipping import parked
from sync_protocol.ids import BranchId, DeviceId, Incarnation, OpId, RowKey, ShopId, StreamName
from sync_protocol.ledger import LedgerEntry, Posting, chain
from sync_protocol.ops import OpBody
from sync_protocol.outcomes import ParkedOp, Result, ResultStatus
from sync_protocol.permissions import DECIDES_ALONE, DESK_STREAM, device_stream
from sync_protocol.project import Before, touched_rows
from sync_protocol.reading import ReadOp, Unreadable
from sync_protocol.rows import RowChange, RowKind, row_key
from sync_protocol.server_session import Incoming, Standing
from sync_protocol.shop import Staff


class Sender(Struct, frozen=True, kw_only=True):
    """Whose ops these are: the device, the life of its log, and the person it was given to.

    `quarantined`: it may no longer talk; what it still sends is kept for a supervisor and has no effect.
    """

    shop_id: ShopId
    device_id: DeviceId
    incarnation: Incarnation
    staff: Staff
    quarantined: bool = False


class Decided(Struct, frozen=True, kw_only=True):
    """An op with its decision, and what that changed.

    `stored_id` is the name under which it is kept, `replayed` that it was kept before and is decided anew; `failure` is
    our own mistake where a rule broke (R3).
    """

    sender: Sender
    incoming: Incoming
    stored_id: OpId
    decision: Decision
    changes: tuple[Change, ...] = ()
    replayed: bool = False
    vouched_by: Staff | None = None
    failure: Exception | None = None


class Held(Struct, kw_only=True):
    """What one device's parked ops hold up; grows while the chunk is decided."""

    refs: set[str]
    ids: set[OpId]

    def holds(self, read: ReadOp) -> bool:
        """Whether an op must wait behind a parked one: same entity, or named in its `deps`."""
        return not self.refs.isdisjoint(read.refs) or not self.ids.isdisjoint(read.op.deps)

    def add(self, read: ReadOp) -> None:
        """Let later ops wait for this one."""
        self.refs.update(read.refs)
        self.ids.add(read.op_id)


Fresh = tuple[Incoming, Standing]
"""An op that is to be decided, with what it is to this server: new, or under another op's id."""


def kept_as(incoming: Incoming, standing: Standing) -> OpId:
    """Return the name under which an op is kept; one that came under another op's id gets its content added."""
    return reuse_id(incoming) if standing is Standing.REUSED else incoming.id


def reuse_id(incoming: Incoming) -> OpId:
    """Return the name under which an op is kept that came under another op's id."""
    content = incoming.read.content_hash if isinstance(incoming.read, ReadOp) else ""
    return OpId(f"{incoming.id}~{content}")


def to_decide(
    batch: Sequence[Incoming], standings: Sequence[Standing], known: Iterable[OpId]
) -> tuple[Fresh, ...]:
    """Return the ops of an admitted batch that have to be decided; the others have their answers."""
    kept = frozenset(known)
    return tuple(
        (incoming, standing)
        for incoming, standing in zip(batch, standings, strict=True)
        if standing is Standing.NEW
        or (standing is Standing.REUSED and reuse_id(incoming) not in kept)
    )


def bodies_of(fresh: Sequence[Fresh]) -> tuple[OpBody, ...]:
    """Return the bodies that will be carried out, by which the book has to be loaded."""
    return tuple(
        incoming.read.body
        for incoming, standing in fresh
        if standing is Standing.NEW
        and isinstance(incoming.read, ReadOp)
        and incoming.read.body is not None
    )


def bodies_waiting(waiting: Iterable[Waiting]) -> tuple[OpBody, ...]:
    """Return the bodies of parked ops that may be carried out now."""
    reads = (one.read for one in waiting)
    return tuple(read.body for read in reads if isinstance(read, ReadOp) and read.body is not None)


def take(
    book: Book, sender: Sender, fresh: Sequence[Fresh], held: Held, now: int
) -> tuple[Decided, ...]:
    """Decide ops one after the other; the book has applied all of them afterwards.

    What a `replay` or `dismiss` among them sets free follows right behind it.
    """
    decided: list[Decided] = []
    for incoming, standing in fresh:
        one = _take_one(book, sender, incoming, standing, held, now)
        book.apply(one.decision)
        if one.decision.status is ResultStatus.PARKED and one.decision.code in BLOCKING:
            assert isinstance(incoming.read, ReadOp)
            held.add(incoming.read)
        decided.append(one)
        if one.decision.replays or one.decision.dismisses:
            decided += _replay(book, sender, one, now)
    return tuple(decided)


def _take_one(
    book: Book, sender: Sender, incoming: Incoming, standing: Standing, held: Held, now: int
) -> Decided:
    decision, failure = _decide(book, sender, incoming, standing, held, now)
    return Decided(
        sender=sender,
        incoming=incoming,
        stored_id=kept_as(incoming, standing),
        decision=decision,
        changes=changes_of(book, decision),
        failure=failure,
    )


def _decide(
    book: Book, sender: Sender, incoming: Incoming, standing: Standing, held: Held, now: int
) -> tuple[Decision, Exception | None]:
    read = incoming.read
    if isinstance(read, Unreadable):
        return parked(Code.UNREADABLE, read.detail), None
    act = Recorded(read=read, staff=sender.staff, device_id=sender.device_id, now=now)
    if standing is Standing.REUSED:
        return _reused(act), None
    if sender.quarantined:
        return parked(Code.REVOKED, "sent by a device that may no longer talk"), None
    if read.by is not None and read.by != sender.staff.id:
        detail = "recorded by another person than this device was given to"
        return parked(Code.AUTHORITY, detail), None
    if held.holds(read):
        return parked(Code.WAITS_FOR_PARKED), None
    return _by_the_rules(book, act)


def _by_the_rules(book: Book, act: Recorded) -> tuple[Decision, Exception | None]:
    try:
        return decide_on_server(book, act), None
    except Exception as error:  # noqa: BLE001 - a rule's bug must not take the neighbours with it (R3)
        return parked(Code.FAILED, type(error).__name__), error


def _reused(act: Recorded) -> Decision:
    """Keep what came under another op's id for a person to look at; it is never carried out."""
    found = discrepancy(act, Code.ID_REUSE)
    named = replace(named_after(found, act.read.content_hash), detail=act.read.content_hash)
    return replace(parked(Code.ID_REUSE), discrepancies=(named,))


def _replay(book: Book, sender: Sender, asked: Decided, now: int) -> list[Decided]:
    """Decide anew what was asked for and what waited for it, device by device, in the order of recording."""
    decided: list[Decided] = []
    by_device: dict[DeviceId, Held] = {}
    vouched_by = sender.staff if sender.staff.role in DECIDES_ALONE else None
    for op_id, waiting in sorted(book.waiting.items(), key=lambda item: item[1].place):
        held = by_device.setdefault(waiting.device_id, Held(refs=set(), ids=set()))
        if op_id in asked.decision.dismisses:
            dismissed = parked(Code.DISMISSED, asked.decision.detail)
            decided.append(_anew(book, sender.shop_id, op_id, waiting, dismissed))
            continue
        if isinstance(waiting.read, Unreadable) or waiting.code not in BLOCKING:
            continue
        named = op_id in asked.decision.replays
        if held.holds(waiting.read) or not (named or waiting.code is Code.WAITS_FOR_PARKED):
            held.add(waiting.read)
            continue
        act = Recorded(
            read=waiting.read,
            staff=waiting.staff,
            device_id=waiting.device_id,
            now=now,
            vouched_by=(vouched_by if named else None) or waiting.vouched_by,
        )
        decision, failure = _by_the_rules(book, act)
        if decision.status is ResultStatus.PARKED and decision.code in BLOCKING:
            held.add(waiting.read)
        one = _anew(book, sender.shop_id, op_id, waiting, decision)
        decided.append(replace(one, failure=failure, vouched_by=act.vouched_by))
        book.apply(decision)
    for one in decided:
        book.waiting.pop(one.stored_id, None)
    return decided


def _anew(
    book: Book, shop_id: ShopId, op_id: OpId, waiting: Waiting, decision: Decision
) -> Decided:
    sender = Sender(
        shop_id=shop_id,
        device_id=waiting.device_id,
        incarnation=waiting.incarnation,
        staff=waiting.staff,
    )
    return Decided(
        sender=sender,
        incoming=Incoming(raw=waiting.raw, read=waiting.read),
        stored_id=op_id,
        decision=decision,
        changes=changes_of(book, decision),
        replayed=True,
    )


# -- what has to be stored of it ---------------------------------------------------------------

Heads = dict[BranchId, tuple[int, str]]
"""Per branch the ledger's last (version, hash)."""


def number_postings(
    book: Book, decided: Sequence[Decided], heads: Heads, now: int
) -> tuple[tuple[LedgerEntry, str], ...]:
    """Give every posting its branch's next version and hash; `heads` and the book's shelves move on with them."""
    entries: list[tuple[LedgerEntry, str]] = []
    for one in decided:
        for posting in one.decision.postings:
            assert isinstance(one.incoming.read, ReadOp), "nothing is posted of what cannot be read"
            version, previous = heads[posting.branch_id]
            entry = _entry(one, posting, one.incoming.read, version + 1, now)
            heads[posting.branch_id] = (version + 1, chain(previous, entry))
            entries.append((entry, heads[posting.branch_id][1]))
            for variant_id in {leg.variant_id for leg in posting.legs}:
                key = (posting.branch_id, variant_id)
                book.stock[key] = replace(book.stock_of(*key), ledger_version=version + 1)
    return tuple(entries)


def _entry(one: Decided, posting: Posting, read: ReadOp, version: int, now: int) -> LedgerEntry:
    return LedgerEntry(
        shop_id=one.sender.shop_id,
        branch_id=posting.branch_id,
        version=version,
        id=posting.id,
        kind=posting.kind,
        legs=posting.legs,
        cash=posting.cash,
        op_id=read.op_id,
        by=one.sender.staff.id,
        device_id=one.sender.device_id,
        at=read.op.at,
        recorded_at=now,
        order_id=posting.order_id,
        fulfillment_id=posting.fulfillment_id,
        transfer_id=posting.transfer_id,
        run_id=posting.run_id,
        reverses=posting.reverses,
        reason=posting.reason,
    )


def rows_of(
    before: Before, book: Book, decided: Sequence[Decided], now: int
) -> tuple[RowChange, ...]:
    """Return every row that the chunk changed, in the order of change; the last one per key counts."""
    rows: list[RowChange] = []
    for one in decided:
        rows += touched_rows(before, book, one.decision)
        rows += _parked_rows(one, now)
    return tuple(rows)


def _parked_rows(one: Decided, now: int) -> tuple[RowChange, ...]:
    """Show the desk what is parked, and take away what no longer is."""
    key = row_key(RowKind.PARKED, one.stored_id)
    decision = one.decision
    if decision.status is not ResultStatus.PARKED or decision.code is Code.DISMISSED:
        gone = RowChange(stream=DESK_STREAM, key=key, body=None)
        return (gone,) if one.replayed else ()
    read, code = one.incoming.read, decision.code
    assert code is not None, "a parking says why"
    op = read.op if isinstance(read, ReadOp) else None
    body = ParkedOp(
        id=one.stored_id,
        kind="" if op is None else op.kind,
        by=one.sender.staff.id,
        device_id=one.sender.device_id,
        at=0 if op is None else op.at,
        recorded_at=now,
        code=code,
        detail=decision.detail,
        refs=read.refs if isinstance(read, ReadOp) else (),
    )
    return (RowChange(stream=DESK_STREAM, key=key, body=body),)


def result_of(
    one: Decided, before: Before, book: Book, written: Mapping[tuple[StreamName, RowKey], int]
) -> Result:
    """Return the answer to an op, with the versions at which its effect shows."""
    decision = one.decision
    versions: dict[StreamName, int] = {}
    for row in touched_rows(before, book, decision):
        version = written[row.stream, row.key]
        versions[row.stream] = max(version, versions.get(row.stream, 0))
    opened = (d.id for d in decision.discrepancies if d.code == decision.code and not d.closed_at)
    return Result(
        id=one.incoming.id,
        status=decision.status,
        code=decision.code,
        discrepancy_id=next(opened, None),
        by=decision.by,
        at=decision.at,
        branch_id=decision.branch_id,
        detail=decision.detail,
        versions=dict(sorted(versions.items())),
    )


def notices_of(decided: Sequence[Decided], results: Mapping[OpId, Result]) -> tuple[RowChange, ...]:
    """Return the rows that tell each author what became of an op that was parked: they were told otherwise before.

    What came under another op's id is not told: the answer to that id belongs to the first.
    """
    return tuple(
        RowChange(
            stream=device_stream(one.sender.device_id),
            key=row_key(RowKind.RESULT, one.stored_id),
            body=results[one.stored_id],
        )
        for one in decided
        if one.replayed and one.stored_id == one.incoming.id
    )


def touched_by(one: Decided) -> tuple[str, ...]:
    """Return the names by which an op is found again in histories."""
    named = one.incoming.read.refs if isinstance(one.incoming.read, ReadOp) else ()
    return tuple(sorted({*named, *touched_things(one.decision)}))


def encode_result(result: Result) -> str:
    """Return a result as it is stored and answered ever after."""
    return msgspec.json.encode(result).decode()

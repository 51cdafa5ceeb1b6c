"""A push: ops in chunks, each chunk a transaction, results in the order of the ops."""

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Raw, Struct

from server.beside import Beside, taken
from server.db import devices, epochs, op_log
from server.db.availability import DatabaseUnavailable
from server.db.connections import Connection
from server.db.devices import Visitor
from server.db.pool import Database, run_transaction
from server.points import point
from server.sync.applying import Applied, apply_chunk
from server.sync.boarding import show
from server.sync.live import Live
from server.sync.pulling import pull
from sync_protocol.ids import Epoch
from sync_protocol.limits import OPS_PER_TRANSACTION, PUSH_OPS_MAX
from sync_protocol.messages.hello import DeviceHead
from sync_protocol.messages.pull import PullRequest
from sync_protocol.messages.push import Problem, PushReply, PushRequest
from sync_protocol.nesting import cut_ops
from sync_protocol.reading import read_phone_op
from sync_protocol.server_session import Incoming, admit, epoch_problem
from sync_protocol.taking import Sender

_decode = msgspec.json.Decoder(PushRequest)

TRIES = 3


class Refusal(Struct, frozen=True, kw_only=True):
    """A request that was not taken, with what the phone needs to recover."""

    problem: Problem
    detail: str
    epoch: Epoch
    restored_to: int | None = None
    device: DeviceHead | None = None


def read_push(raw: bytes) -> tuple[PushRequest, tuple[Incoming, ...]]:
    """Decode a push body and read each op by itself.

    Raises:
        msgspec.DecodeError: the body around the ops is not a push.
    """
    try:
        request = _decode.decode(raw)
        texts = tuple(bytes(op) for op in request.ops)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # One op that no decoder takes must not take its neighbours with it (R3).
        cut = cut_ops(raw)
        if cut is None:
            raise msgspec.DecodeError(str(error)) from error
        request, texts = _decode_around(cut[0]), cut[1]
    return request, tuple(Incoming(raw=text, read=read_phone_op(text)) for text in texts)


def _decode_around(envelope: bytes) -> PushRequest:
    try:
        return _decode.decode(envelope)
    except RecursionError as error:
        raise msgspec.DecodeError("nested too deeply") from error


async def push(
    database: Database,
    live: Live,
    visitor: Visitor,
    request: PushRequest,
    batch: Sequence[Incoming],
    clock: Callable[[], int],
    beside: Beside | None = None,
) -> PushReply | Refusal:
    """Take ops in; what was taken is durable when this returns."""
    sender = Sender(
        shop_id=visitor.device.shop_id,
        device_id=visitor.device.id,
        incarnation=request.incarnation,
        staff=visitor.staff,
        quarantined=visitor.revoked,
    )
    refusal = await _refusal(database, sender, request, batch)
    if refusal is not None:
        return refusal
    point("push.looked")
    results = await push_chunks(database, live, sender, batch, clock, beside)
    async with database.connection() as connection:
        await devices.note_contact(
            connection,
            visitor.device,
            clock(),
            incarnation=request.incarnation,
            unsent=max(0, request.unsent - len(results)),
            oldest_unsent_at=request.oldest_at,
            acked_n=request.acked_n,
        )
    point("push.contact_noted")
    await show(database, live, visitor.device, clock())
    ride = request.pull
    return PushReply(
        results=tuple(Raw(text.encode()) for text in results),
        more=len(results) < len(batch),
        retry_after_ms=0,
        now=clock(),
        pull=None
        if ride is None or visitor.revoked
        else await pull(
            database,
            visitor,
            PullRequest(cursors=ride.cursors, max_bytes=ride.max_bytes, parts=ride.parts),
            clock(),
        ),
    )


async def push_chunks(
    database: Database,
    live: Live,
    sender: Sender,
    batch: Sequence[Incoming],
    clock: Callable[[], int],
    beside: Beside | None = None,
) -> list[str]:
    """Apply a batch chunk by chunk; return the results of all that was taken, each of it durable."""
    results: list[str] = []
    for start in range(0, len(batch), OPS_PER_TRANSACTION):
        chunk = batch[start : start + OPS_PER_TRANSACTION]
        applied = await _apply(database, sender, chunk, clock())
        point("push.chunk_taken")
        live.changed(sender.shop_id, applied.versions)
        if applied.problem is not None:
            break  # another push of the same device came in between; the phone asks again
        if beside is not None:
            ids = [(incoming.n, incoming.id) for incoming in chunk]
            beside.note(taken(sender.shop_id, sender.device_id, sender.incarnation, ids, clock()))
        results += applied.results
    return results


async def _apply(
    database: Database, sender: Sender, chunk: Sequence[Incoming], now: int
) -> Applied:
    async def work(connection: Connection) -> Applied:
        return await apply_chunk(connection, sender, chunk, now)

    for _ in range(TRIES):
        try:
            return await run_transaction(database, work)
        except op_log.RacedByClone:
            continue  # the other device's op is there now, and ours is known
    raise DatabaseUnavailable("Another device pushed the same ops at every try.")


async def _refusal(
    database: Database, sender: Sender, request: PushRequest, batch: Sequence[Incoming]
) -> Refusal | None:
    """Look before anything is written: a batch that does not fit is not taken in part."""
    async with database.connection() as connection:
        history = await epochs.read_history(connection)
        log = await op_log.read_log(
            connection, sender.shop_id, sender.device_id, sender.incarnation
        )
        known = await op_log.known_ops(connection, sender.shop_id, [i.id for i in batch])
    problem: Problem | None
    if len(batch) > PUSH_OPS_MAX:
        problem, detail = Problem.TOO_LARGE, f"more than {PUSH_OPS_MAX} ops in one push"
    elif (problem := epoch_problem(history.epoch, request.epoch)) is not None:
        detail = "the server's history is another one than this phone's; offer first"
    else:
        problem = admit(log, batch, {i: content for i, (content, _) in known.items()}).problem
        detail = f"the server has this op log up to n={log.n}; offer what is held"
    if problem is None:
        return None
    return Refusal(
        problem=problem,
        detail=detail,
        epoch=history.epoch,
        restored_to=history.restored_to,
        device=DeviceHead(
            id=sender.device_id,
            n=log.n,
            head=min(log.links, default=None),
            revoked=sender.quarantined,
        ),
    )

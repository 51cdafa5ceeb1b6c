"""What the fast server answers to hello, push, pull and offer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from server.problems import problem_reply
from server.sync.greeting import LIMITS
from server.sync.news import Told
from server.sync.pulling import RESULTS_MAX
from sync_protocol import server_session
from sync_protocol.bodies.store_news import ServerFinding
from sync_protocol.canonical import digest_hex
from sync_protocol.codes import Code
from sync_protocol.ids import OWN_OPS, BranchId, Incarnation, OpId, StreamName
from sync_protocol.ledger import GENESIS_HASH
from sync_protocol.limits import PULL_BYTES_MAX, PULL_ROWS_MAX, PUSH_OPS_MAX
from sync_protocol.messages.hello import DeviceHead, HelloReply, HelloRequest
from sync_protocol.messages.offer import OfferReply, OfferRequest
from sync_protocol.messages.pull import Patch, PullReply, PullRequest
from sync_protocol.messages.push import Problem, ProblemReply, PushReply, PushRequest
from sync_protocol.ops import OpKind
from sync_protocol.permissions import stock_stream, streams_for
from sync_protocol.replica import TOMBSTONE
from sync_protocol.server_session import DeviceLog, Incoming
from sync_protocol.taking import Sender
from sync_protocol.version import PROTOCOL, PROTOCOL_OLDEST
from tests.simulation.tables import DeviceRow, Draft, Tables

if TYPE_CHECKING:
    from tests.simulation.fast_server import FastServer

_hello = msgspec.json.Decoder(HelloRequest)
_pull = msgspec.json.Decoder(PullRequest)
_offer = msgspec.json.Decoder(OfferRequest)


def is_revoked(tables: Tables, device: DeviceRow) -> bool:
    """Whether a device may no longer talk: it was locked out, or its person has left."""
    return device.revoked_at is not None or not tables.book.people[device.staff_id].active


def granted_streams(tables: Tables, device: DeviceRow) -> tuple[StreamName, ...]:
    """Return the streams that a device may see now."""
    branches = tuple(tables.book.branches[b] for b in sorted(tables.book.branches))
    staff = tables.book.people[device.staff_id]
    return streams_for(staff, device.id, branches, tables.book.policy)


def sender_of(
    tables: Tables, device: DeviceRow, incarnation: Incarnation, *, revoked: bool
) -> Sender:
    """Return as whose the ops of a push are taken."""
    return Sender(
        shop_id="sim",
        device_id=device.id,
        incarnation=incarnation,
        staff=tables.book.people[device.staff_id],
        quarantined=revoked,
    )


def hello(server: FastServer, device: DeviceRow, body: bytes) -> HelloReply:
    """Greet, note what the phone says of itself, and hold its witness against the ledgers here."""
    request = _hello.decode(body)
    row = replace(device, incarnation=request.incarnation, acked_n=request.acked_n)
    server.transact(lambda draft: draft.own("devices").update({device.id: row}))
    tables = server.tables
    if request.epoch == tables.epoch:
        for branch_id, (version, seen) in sorted(request.witness.items()):
            _hear_witness(server, device, branch_id, version, seen)
    log = tables.logs.get((device.id, request.incarnation)) or DeviceLog()
    head = request.head if request.head in log.links else min(log.links, default=None)
    return HelloReply(
        protocol=max(PROTOCOL_OLDEST, min(PROTOCOL, request.protocol[1])),
        epoch=tables.epoch,
        restored_to=tables.restored_to,
        device=DeviceHead(id=device.id, n=log.n, head=head, revoked=False),
        streams=granted_streams(tables, row),
        limits=LIMITS,
        now=server.clock(),
        backed_up_to=tables.backed_up_to,
    )


def _hear_witness(
    server: FastServer, device: DeviceRow, branch_id: BranchId, version: int, seen: str
) -> None:
    if version <= 0 or branch_id not in server.tables.book.branches:
        return
    ledger = server.tables.ledger.get(branch_id, [])
    ours = ledger[version - 1][1] if version <= len(ledger) else None
    if ours != seen:
        code = Code.LEDGER_BEHIND if ours is None else Code.LEDGER_DIFFERS
        named = digest_hex(f"{code}/{branch_id}/{version}/{seen}".encode())[:32]
        body = ServerFinding(code=code, branch_id=branch_id, detail=f"version {version}")
        server.tell(
            Told(id=OpId(f"{OWN_OPS}finding-{named}"), kind=OpKind.SERVER_FINDING, body=body)
        )
    place = (branch_id, device.id, ours == seen)
    server.transact(lambda draft: draft.own("witnesses").update({place: (version, seen)}))


def refusal(
    tables: Tables, sender: Sender, request: PushRequest, batch: Sequence[Incoming]
) -> ProblemReply | None:
    """Look before anything is written: a batch that does not fit is not taken in part."""
    log = tables.logs.get((sender.device_id, sender.incarnation)) or DeviceLog()
    problem: Problem | None = Problem.TOO_LARGE
    if len(batch) <= PUSH_OPS_MAX:
        problem = server_session.epoch_problem(tables.epoch, request.epoch)
    if problem is None:
        known = {i.id: tables.ops[i.id].content_hash for i in batch if i.id in tables.ops}
        problem = server_session.admit(log, batch, known).problem
    if problem is None:
        return None
    status = 413 if problem is Problem.TOO_LARGE else 409
    head = DeviceHead(
        id=sender.device_id,
        n=log.n,
        head=min(log.links, default=None),
        revoked=sender.quarantined,
    )
    return replace(
        problem_reply(status, "not taken", problem=problem),
        epoch=tables.epoch,
        restored_to=tables.restored_to,
        device=head,
    )


def note_contact(draft: Draft, device: DeviceRow, request: PushRequest, taken: int) -> None:
    """Write what a device says of itself with every push."""
    row = draft.read("devices")[device.id]
    kept = row.acked_n if row.incarnation == request.incarnation else 0
    draft.own("devices")[device.id] = replace(
        row,
        incarnation=request.incarnation,
        acked_n=max(request.acked_n or 0, kept),
        unsent=max(0, request.unsent - taken),
    )


def push_reply(
    server: FastServer,
    device: DeviceRow,
    request: PushRequest,
    results: tuple[Raw, ...],
    *,
    more: bool,
) -> PushReply:
    """Answer a push that was taken, with the pull that rides along."""
    ride = request.pull
    asked = None
    if ride is not None:
        asked = PullRequest(cursors=ride.cursors, max_bytes=ride.max_bytes)
    return PushReply(
        results=results,
        more=more,
        retry_after_ms=0,
        now=server.clock(),
        pull=None if asked is None else pulled(server, device, asked),
    )


def pull(server: FastServer, device: DeviceRow, body: bytes) -> PullReply:
    """Send what a device lacks."""
    return pulled(server, device, _pull.decode(body))


def pulled(server: FastServer, device: DeviceRow, request: PullRequest) -> PullReply:
    """Read rows, results and versions of one state, so that they agree."""
    tables = server.tables
    device = tables.devices[device.id]
    granted = granted_streams(tables, device)
    heads = {name: tables.streams.get(name, 0) for name in granted}
    again = [name for name in granted if request.cursors.get(name, 0) > heads[name]]
    cursors = {name: 0 if name in again else request.cursors.get(name, 0) for name in granted}
    behind = [name for name in granted if cursors[name] < heads[name]]
    patches, more = _patches(tables, behind, cursors, request.max_bytes)
    reach = [b for b in tables.book.branches if stock_stream(b) in granted]
    return PullReply(
        epoch=tables.epoch,
        patches=tuple(patches),
        results=_unconfirmed(tables, device),
        ledger={b: tables.heads.get(b, (0, GENESIS_HASH)) for b in reach},
        streams=granted,
        resnapshot=tuple(again),
        more=more,
        now=server.clock(),
        backed_up_to=tables.backed_up_to,
    )


def _unconfirmed(tables: Tables, device: DeviceRow) -> tuple[Raw, ...]:
    """Return the results of a device's log life beyond what it says it has, oldest first."""
    beyond = []
    for name in reversed(tables.lives.get((device.id, device.incarnation), [])):
        kept = tables.ops[name]
        if (kept.n or 0) <= device.acked_n:
            break
        beyond.append(Raw(kept.result))
    return tuple(beyond[::-1][:RESULTS_MAX])


def _patches(
    tables: Tables, behind: Sequence[StreamName], cursors: dict[StreamName, int], bytes_max: int
) -> tuple[list[Patch], bool]:
    """Fill one page, stream by stream; a patch that is complete reaches its stream's head."""
    rows_left, bytes_left = PULL_ROWS_MAX, min(PULL_BYTES_MAX, max(1, bytes_max))
    patches: list[Patch] = []
    for name in behind:
        if rows_left <= 0 or bytes_left <= 0:
            return patches, True
        patch, size, cut = _patch(tables, name, cursors[name], rows_left, bytes_left)
        patches.append(patch)
        rows_left -= len(patch.rows)
        bytes_left -= size
        if cut:
            return patches, True
    return patches, False


def _patch(
    tables: Tables, stream: StreamName, after: int, rows_max: int, bytes_max: int
) -> tuple[Patch, int, bool]:
    """Return a stream's rows after a version, oldest change first; from 0 without tombstones."""
    news = []
    for key, (version, body) in reversed(tables.rows.get(stream, {}).items()):
        if version <= after:
            break
        if after or body != TOMBSTONE:
            news.append((key, version, Raw(body)))
    rows: list = []
    size = 0
    for row in reversed(news):
        size += len(bytes(row[2])) + len(row[0]) + 16
        if rows and (size > bytes_max or len(rows) >= rows_max):
            break
        rows.append(row)
    cut = len(rows) < len(news)
    to_version = rows[-1][1] if cut else tables.streams[stream]
    patch = Patch(stream=stream, from_version=after, to_version=to_version, rows=tuple(rows))
    return patch, size, cut


def offer(
    server: FastServer, device: DeviceRow, body: bytes
) -> tuple[OfferReply, tuple[Incarnation, int, int] | None]:
    """Return which of the offered ops are missing here, and the numbers that nobody holds any more."""
    request = _offer.decode(body)
    ops = server.tables.ops
    hole = None
    if request.incarnation is not None and request.held_from is not None:
        log = server.tables.logs.get((device.id, request.incarnation)) or DeviceLog()
        if request.held_from > log.n + 1:
            hole = (request.incarnation, log.n + 1, request.held_from - 1)
    reply = OfferReply(
        epoch=server.tables.epoch,
        missing=tuple(op_id for op_id in request.ids if op_id not in ops),
        results=tuple(Raw(ops[i].result) for i in request.ids if i in ops),
        now=server.clock(),
    )
    return reply, hole

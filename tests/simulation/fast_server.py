"""The server over the fast store: the same messages, the same rules, no I/O. What `server.sync` does on PostgreSQL."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from server.db.parking import NEWS_BYTES_MAX, STORE
from server.problems import problem_reply
from server.sync.news import Told
from server.sync.pushing import read_push
from sync_protocol.bodies.store_news import ServerFinding
from sync_protocol.canonical import digest_hex
from sync_protocol.codes import Code
from sync_protocol.ids import (
    OWN_OPS,
    SHOPIFY_DEVICE,
    SHOPIFY_STAFF,
    DeviceId,
    Incarnation,
    OpId,
    ShopId,
    StaffId,
)
from sync_protocol.messages.push import Problem, ProblemReply
from sync_protocol.ops import OpKind
from sync_protocol.reading import read_op
from sync_protocol.server_session import Incoming
from sync_protocol.shop import Branch
from sync_protocol.taking import Sender
from tests.phone.transport import Answer
from tests.simulation import answering, chunks
from tests.simulation.tables import DeviceRow, Draft, Tables

SHOP = ShopId("sim")
CHUNK = 5
"""Ops in one transaction: few, so that pushes are cut between two of them too."""

OUTBOUND_PAUSE_MS = 120_000
Done = TypeVar("Done")


class Crashed(Exception):
    """The server's process died; what it had committed is there."""


class Watching:
    """Whoever wants to see what the server does. The auditor is one."""

    def committed(
        self, before: Tables, draft: Draft, after: Tables, done: object, sender: Sender | None
    ) -> None:
        """See one transaction and what it returned; `sender` is whose ops it took."""

    def answered(self, device_id: DeviceId, path: str, status: int, reply: object) -> None:
        """See one answer as it leaves the server."""


class FastServer:
    """One server process and its database. `crash` may raise `Crashed` before and after each commit."""

    def __init__(self, tables: Tables, clock: Callable[[], int]) -> None:
        self.tables = tables
        self.clock = clock
        self.crash: Callable[[], None] = lambda: None
        self.watching = Watching()
        self.down = False
        self.beside: dict[OpId, tuple[DeviceId, Incarnation, int]] = {}
        self.made_beside: dict[DeviceId, StaffId] = {}
        self.revoked_beside: dict[DeviceId, int] = {}

    def transact(self, work: Callable[[Draft], Done], sender: Sender | None = None) -> Done:
        """Do all of it or nothing."""
        before = self.tables
        draft = Draft(before)
        done = work(draft)
        self.crash()
        self.tables = draft.committed()
        self.watching.committed(before, draft, self.tables, done, sender)
        try:
            self.crash()
        except Crashed:
            self._start_again()
            raise
        return done

    def _start_again(self) -> None:
        """Bring the journal beside the database up to date, as a start does (`server.sync.catching_up`)."""
        for life, names in self.tables.lives.items():
            for kept in (self.tables.ops[name] for name in names):
                if kept.n is not None:
                    self.beside.setdefault(kept.id, (life[0], life[1], kept.n))

    # Requests

    async def post(self, token: str, path: str, body: bytes) -> Answer:
        """Answer one request of a device; its token is its id.

        Raises:
            Crashed: there is no answer, and there may have been a commit.
        """
        device_id = DeviceId(token)
        status, reply = self._answer(device_id, path, body)
        self.watching.answered(device_id, path, status, reply)
        return Answer(status=status, body=msgspec.json.encode(reply))

    def _answer(self, device_id: DeviceId, path: str, body: bytes) -> tuple[int, object]:
        if self.down:
            reply = problem_reply(503, "The database does not answer.", retry_after_ms=2_000)
            return 503, reply
        device = self.tables.devices.get(device_id)
        if device is None:
            return 401, self._stamped(problem_reply(401, "Sign in, or enrol this device."))
        revoked = answering.is_revoked(self.tables, device)
        match path:
            case "/sync/push":
                return self._push(device, body, revoked=revoked)
            case "/sync/offer":
                return self._offer(device, body, revoked=revoked)
        if revoked:
            told = problem_reply(401, "This device may not talk.", problem=Problem.REVOKED)
            return 401, self._stamped(told)
        ask = answering.hello if path == "/sync/hello" else answering.pull
        return 200, ask(self, device, body)

    def _stamped(self, reply: ProblemReply, **more: object) -> ProblemReply:
        """Every answer tells which history this is."""
        known = {"epoch": self.tables.epoch, "restored_to": self.tables.restored_to}
        return replace(reply, **known, **more)

    def _push(self, device: DeviceRow, body: bytes, *, revoked: bool) -> tuple[int, object]:
        request, batch = read_push(body)
        sender = answering.sender_of(self.tables, device, request.incarnation, revoked=revoked)
        refusal = answering.refusal(self.tables, sender, request, batch)
        if refusal is not None:
            return refusal.status, refusal
        results = self._take(sender, batch)
        self.transact(lambda draft: answering.note_contact(draft, device, request, len(results)))
        raw = tuple(msgspec.Raw(text) for text in results)
        more = len(results) < len(batch)
        if revoked:
            told = problem_reply(401, "Kept for a supervisor.", problem=Problem.REVOKED)
            return 401, self._stamped(told, results=raw, more=more, now=self.clock())
        return 200, answering.push_reply(self, device, request, raw, more=more)

    def _take(self, sender: Sender, batch: Sequence[Incoming]) -> list[bytes]:
        """Apply a batch chunk by chunk; return the results of all that was taken, each of it durable."""
        results: list[bytes] = []
        for start in range(0, len(batch), CHUNK):
            chunk = batch[start : start + CHUNK]
            applied = self.transact(
                lambda draft, chunk=chunk: chunks.apply_chunk(draft, sender, chunk, self.clock()),
                sender,
            )
            if applied.problem is not None:
                break
            for one in chunk:
                if one.n is not None:
                    self.beside[one.id] = (sender.device_id, sender.incarnation, one.n)
            results += applied.results
        return results

    def _offer(self, device: DeviceRow, body: bytes, *, revoked: bool) -> tuple[int, object]:
        told, hole = answering.offer(self, device, body)
        if hole is not None:
            self._tell_of_hole(device, *hole)
        if not revoked:
            return 200, told
        problem = problem_reply(401, "Kept for a supervisor.", problem=Problem.REVOKED)
        answer = {"results": told.results, "missing": told.missing, "now": told.now}
        return 401, self._stamped(problem, **answer)

    def _tell_of_hole(
        self, device: DeviceRow, incarnation: Incarnation, first: int, last: int
    ) -> None:
        place = (device.id, incarnation, first)
        self.transact(lambda draft: draft.own("holes").setdefault(place, last))
        named = digest_hex(f"{device.id}/{incarnation}/{first}".encode())[:32]
        detail = f"{first} to {last} of {incarnation}"
        body = ServerFinding(code=Code.HISTORY_HOLE, detail=detail)
        self.tell(Told(id=OpId(f"{OWN_OPS}hole-{named}"), kind=OpKind.SERVER_FINDING, body=body))

    # The server's own news

    def tell(self, told: Told) -> bytes:
        """Apply news; the same id is the same news, however often it is told."""
        sender = Sender(
            shop_id=SHOP, device_id=SHOPIFY_DEVICE, incarnation=Incarnation(""), staff=STORE
        )
        now = self.clock()

        def work(draft: Draft) -> chunks.Applied:
            n = draft.log_of((SHOPIFY_DEVICE, Incarnation(""))).n + 1
            op = {"id": told.id, "n": n, "kind": told.kind, "by": SHOPIFY_STAFF, "at": now}
            raw = msgspec.json.encode(op | {"body": told.body})
            batch = [Incoming(raw=raw, read=read_op(raw, NEWS_BYTES_MAX))]
            return chunks.apply_chunk(draft, sender, batch, now)

        applied = self.transact(work, sender)
        assert applied.problem is None, "the store's own log has one writer"
        return applied.results[0]

    # What head office does

    def enrol(self, device_id: DeviceId, staff_id: StaffId) -> None:
        """Let a device in."""
        row = DeviceRow(id=device_id, staff_id=staff_id)
        self.transact(lambda draft: draft.own("devices").setdefault(device_id, row))
        self.made_beside[device_id] = staff_id

    def revoke(self, device_id: DeviceId) -> None:
        """Lock a device out for good."""
        row = replace(self.tables.devices[device_id], revoked_at=self.clock())
        try:
            self.transact(lambda draft: draft.own("devices").update({device_id: row}))
        finally:
            # Where the server died behind its commit, whoever got no answer asks again, and it is noted then.
            if self.tables.devices[device_id].revoked_at is not None:
                self.revoked_beside[device_id] = row.revoked_at or 0

    def change_person(self, staff_id: StaffId, **changes: object) -> None:
        """Give a person another role or other branches, or end their work here."""

        def work(draft: Draft) -> None:
            book = draft.own_book()
            changed = replace(book.people[staff_id], **changes)
            book.people = book.people | {staff_id: changed}

        self.transact(work)

    def change_branch(self, branch: Branch) -> None:
        """Close a branch or open it again."""

        def work(draft: Draft) -> None:
            book = draft.own_book()
            book.branches = book.branches | {branch.id: branch}

        self.transact(work)

    # Backups

    def back_up(self) -> tuple[int, Tables]:
        """Return the moment and the state of a backup."""
        now = self.clock()
        made = self.tables
        self.tables = replace(self.tables, backed_up_to=now)
        return now, made

    def restore(self, taken_at: int, made: Tables, epoch: str) -> None:
        """Put a backup in the place of the database and begin a new history (`server.db.restoring`)."""
        devices = dict(made.devices)
        for device_id, staff_id in self.made_beside.items():
            devices.setdefault(device_id, DeviceRow(id=device_id, staff_id=staff_id))
        for device_id, at in self.revoked_beside.items():
            if devices[device_id].revoked_at is None:
                devices[device_id] = replace(devices[device_id], revoked_at=at)
        lost = {op_id: at for op_id, at in self.beside.items() if op_id not in made.ops}
        self.tables = replace(
            made,
            epoch=epoch,
            # The oldest moment to which any restore went back (`server.db.epochs`).
            restored_to=min(taken_at, made.restored_to or taken_at),
            backed_up_to=taken_at,
            outbound_from=self.clock() + OUTBOUND_PAUSE_MS,
            devices=devices,
            expected=made.expected | lost,
        )

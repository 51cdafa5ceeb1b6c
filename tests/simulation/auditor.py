"""The auditor: watches all that is recorded, answered and committed, and holds every predicate against it."""

from collections.abc import Iterable

import msgspec

from sync_protocol.codes import Code
from sync_protocol.ids import SHOPIFY_DEVICE, DeviceId, OpId
from sync_protocol.messages.pull import PullReply
from sync_protocol.messages.push import PushReply
from sync_protocol.outcomes import Result, ResultStatus
from sync_protocol.permissions import device_stream
from sync_protocol.rows import RowKind, row_kind
from sync_protocol.taking import Sender
from tests.phone.driver import is_resting
from tests.phone.memory import Memory, StoredOp
from tests.simulation import predicates_books as books
from tests.simulation import predicates_calm as calm
from tests.simulation import predicates_talk as talk
from tests.simulation.chunks import Applied
from tests.simulation.fast_server import FastServer, Watching
from tests.simulation.handsets import Handset
from tests.simulation.model import Commit, Model, Shown, need
from tests.simulation.storefront import Storefront
from tests.simulation.tables import Draft, Tables

_result = msgspec.json.Decoder(Result)


class _Named(msgspec.Struct):
    id: OpId


_named = msgspec.json.Decoder(_Named)


class _Body(msgspec.Struct):
    body: msgspec.Raw = msgspec.Raw(b"{}")


_body = msgspec.json.Decoder(_Body)


class Auditor(Watching):
    """Stands beside one server, one store and all phones."""

    def __init__(self, server: FastServer, store: Storefront) -> None:
        self.model = Model()
        self._server = server
        self._store = store
        self._store_versions = -1

    @property
    def counts(self):
        return self.model.counts

    # What is seen

    def shown(self, device_id: DeviceId, stored: StoredOp) -> None:
        """A phone showed an op as saved."""
        body = bytes(_body.decode(stored.text).body)
        self.model.shown[stored.id] = Shown(id=stored.id, device_id=device_id, body=body)
        self.counts["ops"] += 1

    def storage_lost(self, handset: Handset, kept: Iterable[OpId]) -> None:
        """A phone's storage is gone but for what its copy has."""
        left = set(kept)
        for op in handset.disk.ops:
            if op.id not in left and op.id in self.model.shown:
                self.model.shown[op.id].excused = True

    def committed(
        self, before: Tables, draft: Draft, after: Tables, done: object, sender: Sender | None
    ) -> None:
        if sender is None or not isinstance(done, Applied):
            return
        again = len(done.results) - sum(not one.replayed for one in done.decided)
        self.counts["retries"] += again > 0
        entries = tuple(
            entry
            for branch_id, ledger in after.ledger.items()
            if ledger is not before.ledger.get(branch_id)
            for entry, _ in ledger[len(before.ledger.get(branch_id, ())) :]
        )
        commit = Commit(before=before, after=after, applied=done, sender=sender, entries=entries)
        if not done.decided:
            return
        for predicate in books.EVERY_COMMIT:
            predicate(self.model, commit)
        talk.v4_whoever_did_it_was_allowed(self.model, commit)
        talk.f2_f3_only_smart_work_is_told(self.model, commit)
        self.store_changed()
        talk.f4_our_own_echo_asks_nobody(self.model, commit)
        self._count(commit)

    def _count(self, commit: Commit) -> None:
        counts = self.counts
        for one in commit.applied.decided:
            self.model.ever_committed.add(one.stored_id)
            if one.decision.status is ResultStatus.PARKED:
                counts["parked"] += 1
            if one.replayed:
                counts["decided_again"] += 1
            if one.decision.code is not None:
                counts[f"code_{one.decision.code.value}"] += 1
        if commit.sender.device_id != SHOPIFY_DEVICE:
            counts["taken"] += len(commit.applied.decided)

    def answered(self, device_id: DeviceId, path: str, status: int, reply: object) -> None:
        tables = self._server.tables
        down = self._server.down
        talk.o1_no_answer_is_a_failure(status, reply, down=down)
        if status >= 500:
            return
        talk.v2_v3_only_what_it_may_see(tables, device_id, status, reply)
        pulled = reply.pull if isinstance(reply, PushReply) else reply
        told = list(talk.results_in(reply))
        if isinstance(pulled, PullReply):
            told += [
                body
                for patch in pulled.patches
                if patch.stream == device_stream(device_id)
                for key, _, body in patch.rows
                if row_kind(key) is RowKind.RESULT and bytes(body) != b"null"
            ]
        for raw in told:
            self._acknowledged(device_id, bytes(raw))

    def _acknowledged(self, device_id: DeviceId, raw: bytes) -> None:
        tables, model = self._server.tables, self.model
        op_id = _named.decode(raw).id
        known = model.answered[device_id].setdefault(op_id, set())
        if raw not in known:
            known.add(raw)
            result = _result.decode(raw)
            need("S1", result.id == op_id)
            if result.code is Code.ID_REUSE:
                self.model.counts["id_reuses"] += 1
        need("S1", op_id in tables.ops, op_id, "is answered and not kept")
        if raw != tables.ops[op_id].result and any(
            name.startswith(f"{op_id}~") and kept.result == raw for name, kept in tables.ops.items()
        ):
            return  # what came under another op's id; the answer to that id belongs to the first
        model.acks[tables.epoch][op_id] = raw
        shown = model.shown.get(op_id)
        if shown is not None and shown.answered_at is None:
            shown.answered_at = self._server.clock()

    def store_changed(self) -> None:
        """Look at the store's fulfillments, where there is something new."""
        versions = sum(order.version for order in self._store.orders.values())
        if versions != self._store_versions:
            self._store_versions = versions
            talk.f1_f2_one_fulfillment_per_shipment(self.model, self._store)

    def phone_talked(self, handset: Handset) -> None:
        """After a phone did something: what it believes was told to it, and a timer is armed or an answer awaited."""
        talk.o2_only_an_answer_ends_waiting(self.model, handset.disk)
        phone = handset.phone
        held = {op.id for op in handset.disk.ops}
        if handset.held - held and phone.phase == "stopped":
            self._wiped_itself(handset)
        handset.held = held
        if handset.talking is None and phone._started and phone.phase != "stopped":
            resting = is_resting(phone.phase) and phone.due_at is not None
            need("R12", resting, handset.name, phone.phase)

    def _wiped_itself(self, handset: Handset) -> None:
        """A revoked phone keeps nothing once it has handed over what the server lacks; not earlier."""
        for op_id in handset.held:
            shown = self.model.shown.get(op_id)
            if shown is not None:
                there = op_id in self._server.tables.ops
                need("L3", there, handset.name, op_id, "was wiped and is not here")
                shown.excused = True

    def restored(self) -> None:
        """Another history begins: the auditor's books of it are made anew from its ledger."""
        self.model.rebuild(self._server.tables)

    # Whole checks

    def check(self, disks: Iterable[Memory]) -> None:
        """Look at everything that no single step can break alone."""
        tables = self._server.tables
        books.s1_every_answer_is_still_true(self.model, tables)
        for disk in disks:
            talk.v1_a_cursor_has_no_hole(tables, disk)
        talk.f1_f2_one_fulfillment_per_shipment(self.model, self._store)

    def check_calm(self, disks: list[Memory]) -> None:
        """Look at everything, once nothing moves any more. `disks` are those of all phones that still have storage."""
        tables, now = self._server.tables, self._server.clock()
        self.check(disks)
        books.reserved_adds_up(tables.book)
        calm.s3_chains_prove_themselves(tables)
        calm.s5_rows_are_the_books_anew(tables)
        calm.l3_nothing_recorded_is_lost(self.model, tables, disks, now)
        for disk in disks:
            if not answering_barred(tables, disk.device_id):
                calm.l1_nothing_waits(disk)
                calm.l4_authors_know(tables, disk)
                calm.l2_phones_are_the_server(tables, disk)
        calm.l5_shipments_are_told_once(tables, self._store)
        calm.l6_the_mirror_is_the_store(tables, self._store)
        calm.l7_nothing_is_under_way(tables, now)
        calm.l8_what_is_missing_is_listed(self.model, tables)
        talk.v5_ops_name_no_customer(tables)


def answering_barred(tables: Tables, device_id: DeviceId) -> bool:
    """Whether a device has no right to be answered."""
    device = tables.devices[device_id]
    return device.revoked_at is not None or not tables.book.people[device.staff_id].active

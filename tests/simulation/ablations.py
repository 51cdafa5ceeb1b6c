"""Every defence, and how to switch it off. A suite that stays green without a defence proves nothing about it."""

import contextlib
from collections.abc import Callable, Iterator
from unittest import mock

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from server.outbox import fulfilling, stepping
from server.problems import problem_reply
from sync_protocol import server_session
from sync_protocol.bodies.store_news import ShopifyOrder
from sync_protocol.decide import deciding
from sync_protocol.messages.push import Problem
from sync_protocol.permissions import stock_stream, work_stream
from sync_protocol.reading import ReadOp
from sync_protocol.replica import Replica
from sync_protocol.taking import Sender
from tests.phone import memory as phone_memory
from tests.phone.exchanges import Exchanges
from tests.phone.memory import Memory
from tests.simulation import answering, fast_server, tables
from tests.simulation.fast_server import FastServer
from tests.simulation.handsets import FUSE, Disk, DiskReplica, Handset


class Ablation(Struct, frozen=True, kw_only=True):
    """A defence: what happens without it, how it is switched off, and seeds that are known to notice."""

    says: str
    off: Callable[[contextlib.ExitStack], None]
    seeds: tuple[int, ...] = ()


def _instead(stack: contextlib.ExitStack, where: object, name: str, what: object) -> None:
    stack.enter_context(mock.patch.object(where, name, what))


# The server's log


def _no_dedupe(stack: contextlib.ExitStack) -> None:
    admit = server_session.admit
    _instead(stack, server_session, "admit", lambda log, batch, _: admit(log, batch, {}))


def _bad_ops_block(stack: contextlib.ExitStack) -> None:
    push = FastServer._push

    def refuse(self, device, body, *, revoked):
        _, batch = fast_server.read_push(body)
        if any(not isinstance(i.read, ReadOp) or i.read.body is None for i in batch):
            return 400, problem_reply(400, "an op that is not understood")
        return push(self, device, body, revoked=revoked)

    _instead(stack, FastServer, "_push", refuse)


def _unlocked_counter(stack: contextlib.ExitStack) -> None:
    """A version is given out, and its row becomes visible only with a later transaction."""
    write = tables.write_rows
    behind: list[tuple] = []

    def write_late(draft, changes):
        for late in [one for one in behind if one[0] is not draft]:
            behind.remove(late)
            _, stream, key, row = late
            rows = draft.inner("rows", stream, dict)
            if rows.get(key, (0, b""))[0] < row[0]:
                rows[key] = row
                ordered = sorted(rows.items(), key=lambda item: item[1][0])
                rows.clear()
                rows.update(ordered)
        written = write(draft, changes)
        for (stream, key), version in written.items():
            if version % 9 == 0:
                rows = draft.inner("rows", stream, dict)
                behind.append((draft, stream, key, rows.pop(key)))
        return written

    _instead(stack, tables, "write_rows", write_late)


def _epoch_only_on_pull(stack: contextlib.ExitStack) -> None:
    hello = answering.hello

    def greet(server, device, body):
        theirs = msgspec.json.decode(body, type=answering.HelloRequest).epoch
        reply = hello(server, device, body)
        return replace(reply, epoch=theirs or reply.epoch)

    def silent(self, reply, **more):
        return replace(reply, **more)

    _instead(stack, server_session, "epoch_problem", lambda ours, theirs: None)
    _instead(stack, answering, "hello", greet)
    _instead(stack, FastServer, "_stamped", silent)


# Who may what


def _nobody_is_asked(stack: contextlib.ExitStack) -> None:
    _instead(stack, deciding, "may_record", lambda *_: True)


def _no_quarantine(stack: contextlib.ExitStack) -> None:
    sender_of = answering.sender_of

    def trusted(*about, **more) -> Sender:
        return replace(sender_of(*about, **more), quarantined=False)

    _instead(stack, answering, "sender_of", trusted)


def _no_scope(stack: contextlib.ExitStack) -> None:
    granted = answering.granted_streams

    def all_of_them(state, device):
        every = [f(b) for b in state.book.branches for f in (work_stream, stock_stream)]
        own = granted(state, device)
        return (*own, *(name for name in every if name not in own))

    _instead(stack, answering, "granted_streams", all_of_them)


# Phones


def _acks_by_number(stack: contextlib.ExitStack) -> None:
    """Whatever the server has under a number counts as answered, whosever it is."""
    differs = Memory.head_differs

    def cumulative(self, theirs):
        told = next((op.result for op in reversed(self.ops) if op.result is not None), None)
        for op in self.ops:
            mine = op.incarnation == self.incarnation and op.n <= theirs.n
            if told is not None and mine and op.result is None:
                op.result, op.answered_at = told, 0
        return differs(self, theirs)

    _instead(stack, Memory, "head_differs", cumulative)


def _nothing_retained(stack: contextlib.ExitStack) -> None:
    _instead(stack, phone_memory, "forgettable", lambda answered_at, *_: len(answered_at))


def _epoch_adopted_first(stack: contextlib.ExitStack) -> None:
    problem, meet = Exchanges.problem, Exchanges._meet

    def adopt_at_once(self, what, epoch, restored_to, retry_after_ms=0):
        event = problem(self, what, epoch, restored_to, retry_after_ms)
        if what is Problem.EPOCH and epoch is not None:
            self._memory.adopt(epoch)
        return event

    def meet_at_once(self, epoch, restored_to):
        changed = meet(self, epoch, restored_to)
        if changed:
            self._memory.adopt(epoch)
        return changed

    _instead(stack, Exchanges, "problem", adopt_at_once)
    _instead(stack, Exchanges, "_meet", meet_at_once)


def _cursor_before_rows(stack: contextlib.ExitStack) -> None:
    def apply(self, patch):
        if not self.fits(patch):
            return False
        self.cursors[patch.stream] = patch.to_version
        FUSE.burn()
        self.cursors[patch.stream] = patch.from_version
        return Replica.apply(self, patch)

    _instead(stack, DiskReplica, "apply", apply)


def _relaxed_durability(stack: contextlib.ExitStack) -> None:
    """What the phone showed as saved reaches its disk only when it has talked."""
    restart, talk = Handset.restart, Handset.talk
    flushed: dict[int, bytes] = {}

    def lose(self):
        if id(self) in flushed:
            self.disk = Disk.restored(flushed[id(self)])
        restart(self)

    def flush(self):
        talk(self)
        if self.talking is None:
            flushed[id(self)] = self.disk.saved()

    _instead(stack, Handset, "restart", lose)
    _instead(stack, Handset, "talk", flush)


# The store


def _no_look(stack: contextlib.ExitStack) -> None:
    for module in (fulfilling, stepping):
        _instead(stack, module, "ours", lambda *_: None)


def _no_pause(stack: contextlib.ExitStack) -> None:
    _instead(stack, fast_server, "OUTBOUND_PAUSE_MS", 0)


def _no_cool_off(stack: contextlib.ExitStack) -> None:
    _instead(stack, stepping, "COOL_OFF_MS", 0)


def _old_news_counts(stack: contextlib.ExitStack) -> None:
    tell = FastServer.tell

    def always_new(self, told):
        if isinstance(told.body, ShopifyOrder):
            known = self.tables.book.orders.get(told.body.id)
            newest = 0 if known is None else known.shopify_updated_at
            fresh = max(newest, told.body.updated_at)
            told = replace(told, body=replace(told.body, updated_at=fresh))
        return tell(self, told)

    _instead(stack, FastServer, "tell", always_new)


ABLATIONS: dict[str, Ablation] = {
    "dedupe_by_id": Ablation(says="an op takes effect again", off=_no_dedupe, seeds=(0, 1)),
    "acks_by_id": Ablation(
        says="what was skipped counts as answered", off=_acks_by_number, seeds=(0, 1)
    ),
    "retained_journal": Ablation(
        says="a restore loses what was acked", off=_nothing_retained, seeds=(8, 10)
    ),
    "epoch_adopted_last": Ablation(
        says="a phone killed in mid-recovery forgets to finish it",
        off=_epoch_adopted_first,
        seeds=(443, 597),
    ),
    "nothing_blocks": Ablation(
        says="one bad op stops a phone for ever", off=_bad_ops_block, seeds=(2, 6)
    ),
    "rows_and_cursor_at_once": Ablation(
        says="a cursor runs ahead", off=_cursor_before_rows, seeds=(2, 16)
    ),
    "look_before_create": Ablation(
        says="a retry makes a second fulfillment", off=_no_look, seeds=(5, 10)
    ),
    "pause_after_restore": Ablation(
        says="a lost history's call lands late", off=_no_pause, seeds=(125,)
    ),
    "cool_off": Ablation(says="a call lands behind its retry", off=_no_cool_off, seeds=(10, 132)),
    "stream_counter": Ablation(
        says="a version is seen before a smaller one", off=_unlocked_counter, seeds=(0, 1)
    ),
    "epoch_on_every_answer": Ablation(
        says="a restore goes unnoticed", off=_epoch_only_on_pull, seeds=(0, 1)
    ),
    "strict_durability": Ablation(
        says="what was shown as saved is lost", off=_relaxed_durability, seeds=(0, 1)
    ),
    "park_for_authority": Ablation(
        says="everybody may do everything", off=_nobody_is_asked, seeds=(0, 1)
    ),
    "quarantine": Ablation(
        says="a revoked phone goes on working", off=_no_quarantine, seeds=(0, 1)
    ),
    "monotonic_news": Ablation(
        says="old news overwrites new", off=_old_news_counts, seeds=(17, 25)
    ),
    "scope_check": Ablation(says="a phone sees other branches", off=_no_scope, seeds=(0, 1)),
}


@contextlib.contextmanager
def switched_off(name: str | None) -> Iterator[None]:
    """Run without a defence; None runs with all of them."""
    with contextlib.ExitStack() as stack:
        if name is not None:
            ABLATIONS[name].off(stack)
        yield

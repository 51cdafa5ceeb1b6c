"""Predicates about who is told what: V1–V5, F1–F4, O1–O2."""

import msgspec
from msgspec import Raw

from sync_protocol.decide.book import Book
from sync_protocol.fulfillments import NEVER_LEFT, Workflow
from sync_protocol.ids import SHOPIFY_DEVICE, DeviceId, StreamName
from sync_protocol.ledger import out_account
from sync_protocol.messages.hello import HelloReply
from sync_protocol.messages.offer import OfferReply
from sync_protocol.messages.pull import PullReply
from sync_protocol.messages.push import ProblemReply, PushReply
from sync_protocol.orders import StoreFulfillment, needs_branch_units
from sync_protocol.outcomes import Result, ResultStatus
from sync_protocol.replica import TOMBSTONE
from sync_protocol.shop import Role, Staff
from tests.phone.memory import Memory
from tests.simulation.model import Commit, Model, need
from tests.simulation.storefront import CANARY, Storefront
from tests.simulation.tables import Tables

_MANUAL = frozenset({"manual_fulfillment", "void_fulfillment"})
_ASKING = frozenset({"confirm", "call_attempt", "edit_contact"})
_RIDING = frozenset({"deliver", "attempt_failed", "initiate_return", "end_run"})
_HEAD_OFFICE = frozenset(
    {
        "opening_stock", "fix_branch_stock", "resolve", "replay", "dismiss", "mark_lost",
        "write_off", "reopen_run",
    }
)  # fmt: skip
_NOT_A_BRANCHS = _HEAD_OFFICE | {"branch_sync", "classify_exchange", "plan_exchange"}


def may_see(staff: Staff, device_id: DeviceId, stream: StreamName) -> bool:
    """The auditor's own reading of who sees what."""
    noun, _, rest = stream.partition("/")
    match noun:
        case "shop":
            return True
        case "device":
            return rest == device_id
        case "rider":
            return staff.role is Role.RIDER and rest == staff.id
        case "catalog":
            return staff.role is not Role.RIDER
        case "desk":
            return staff.role in (Role.OWNER, Role.SUPERVISOR, Role.OPERATOR)
        case "inbox":
            return staff.role not in (Role.RIDER, Role.VIEWER)
        case "branch":
            everywhere = staff.role in (Role.OWNER, Role.SUPERVISOR, Role.OPERATOR)
            own = staff.role in (Role.BRANCH, Role.RECORDER)
            return everywhere or (own and rest.partition("/")[0] in staff.branch_ids)
    return False


def may_do(staff: Staff, kind: str) -> bool:
    """The auditor's own reading of who may do what."""
    match staff.role:
        case Role.RECORDER:
            return kind in _MANUAL
        case Role.CALLER:
            return kind in _ASKING
        case Role.RIDER:
            return kind in _RIDING
        case Role.BRANCH:
            return kind not in _NOT_A_BRANCHS
        case Role.OPERATOR:
            return kind not in _HEAD_OFFICE
    return staff.role is not Role.VIEWER


def v2_v3_only_what_it_may_see(
    tables: Tables, device_id: DeviceId, status: int, reply: object
) -> None:
    """An answer holds only streams of its device's scope at that moment; a revoked device gets none at all."""
    device = tables.devices.get(device_id)
    staff = None if device is None else tables.book.people[device.staff_id]
    barred = device is None or staff is None or device.revoked_at is not None or not staff.active
    if barred:
        refused = isinstance(reply, ProblemReply) and status in (401, 409, 413)
        need("V3", refused and reply.epoch is not None, device_id, status)
        return
    assert staff is not None
    pulled = reply.pull if isinstance(reply, PushReply) else reply
    streams: tuple[StreamName, ...] = ()
    if isinstance(pulled, PullReply):
        streams = (*pulled.streams, *(patch.stream for patch in pulled.patches))
    elif isinstance(pulled, HelloReply):
        streams = pulled.streams
    for stream in streams:
        need("V2", may_see(staff, device_id, stream), device_id, staff.role, stream)


def v4_whoever_did_it_was_allowed(model: Model, commit: Commit) -> None:
    """What took effect was done by somebody who may, as the database says at that moment."""
    people = commit.before.book.people
    for one in commit.applied.decided:
        if one.decision.status not in (ResultStatus.APPLIED, ResultStatus.FLAGGED):
            continue
        if one.sender.device_id == SHOPIFY_DEVICE or one.replayed:
            continue
        device = commit.before.devices[one.sender.device_id]
        staff = people[device.staff_id]
        kind = commit.after.ops[one.stored_id].kind
        barred = device.revoked_at is not None or not staff.active
        need("V4", not barred, one.stored_id, kind, "of a device that may not talk")
        need("V4", commit.after.ops[one.stored_id].by == staff.id, one.stored_id)
        need("V4", may_do(staff, kind), one.stored_id, staff.role, kind)
        if staff.role in (Role.BRANCH, Role.RECORDER):
            places = {p.branch_id for p in one.decision.postings}
            need("V4", places <= set(staff.branch_ids), one.stored_id, kind, places)


def f2_f3_only_smart_work_is_told(model: Model, commit: Commit) -> None:
    """Manual work, and what recorders and riders do, never reaches the store; each intent is queued once."""
    for one in commit.applied.decided:
        for effect in one.decision.effects:
            shipment = commit.after.book.fulfillments[effect.fulfillment_id]
            need("F3", shipment.workflow is Workflow.SMART, shipment.id)
            told_by = one.sender.staff.role
            need("F3", told_by not in (Role.RECORDER, Role.RIDER), one.stored_id, told_by)
            need("F3", effect.again or effect.key not in model.effects, effect.key, "twice")
            model.effects.add(effect.key)
            model.intents.add(effect.fulfillment_id)


def f1_f2_one_fulfillment_per_shipment(model: Model, store: Storefront) -> None:
    """The store has at most one standing fulfillment per shipment of ours, late ones too, each with its intent."""
    for order in store.orders.values():
        seen = set()
        for sent in order.sent:
            if not sent.ours:
                continue
            model.own_gids[sent.gid] = sent.shipment_id
            need("F2", sent.shipment_id in model.intents, sent.gid, "without an intent")
            if sent.live:
                need("F1", sent.shipment_id not in seen, order.id, sent.shipment_id, "twice")
                seen.add(sent.shipment_id)
        for line in order.lines:
            ours = sum(s.units.get(line.id, 0) for s in order.sent if s.ours and s.live)
            need("F3", ours <= max(line.ordered, line.current), order.id, line)


def f4_our_own_echo_asks_nobody(model: Model, commit: Commit) -> None:
    """Branch Sync opens only for goods that left in the store without a shipment of ours."""
    book = commit.after.book
    for order_id in model.touched_orders(commit):
        order = book.orders[order_id]
        for line in order.lines:
            # Where a supervisor said what really left, the store may show more.
            if needs_branch_units(line) and out_account(line.id) not in model.overridden:
                foreign = sum(
                    _foreign_units(model, book, shown, line.id)
                    for shown in order.store_fulfillments
                    if shown.live
                )
                need("F4", foreign > 0, order_id, line)


def _foreign_units(model: Model, book: Book, shown: StoreFulfillment, line_id: str) -> int:
    """Return the units of a line in a fulfillment that no shipment of ours stands for, as far as we can know."""
    units = sum(x.units for x in shown.lines if x.order_line_id == line_id)
    mine = book.fulfillments.get(model.own_gids.get(shown.gid, ""))
    if mine is None or mine.state in NEVER_LEFT:
        return units
    if mine.shopify_fulfillment_gid not in (None, shown.gid):
        return units  # after a restore we may not know yet that this one is ours too
    # In a lost history it may have held more than it does now.
    return max(0, units - sum(x.units for x in mine.lines if x.order_line_id == line_id))


def v1_a_cursor_has_no_hole(tables: Tables, memory: Memory) -> None:
    """Whatever lies at or below a phone's cursor, the phone has."""
    if memory.epoch != tables.epoch:
        return
    for stream, cursor in memory.replica.cursors.items():
        has = memory.replica.rows.get(stream, {})
        for key, (version, body) in tables.rows.get(stream, {}).items():
            if version > cursor:
                break
            if body == TOMBSTONE:
                need("V1", key not in has, memory.device_id, stream, key, "was taken away")
            elif key not in has and key.startswith("result/"):
                # An answer of its own may be kept with its op instead of among the rows.
                op = next((op for op in memory.ops if f"result/{op.id}" == key), None)
                told = op is None or op.answer == msgspec.json.decode(body, type=Result)
                need("V1", told, memory.device_id, key, version)
            else:
                mine = has.get(key)
                need("V1", mine == (version, body), memory.device_id, stream, key, version, mine)


def o1_no_answer_is_a_failure(status: int, reply: object, *, down: bool) -> None:
    """No 5xx but 503 in an outage, with a time to try again."""
    if status >= 500:
        need("O1", down and status == 503, status)
        assert isinstance(reply, ProblemReply)
        need("O1", reply.retry_after_ms > 0, "503 without Retry-After")


def o2_only_an_answer_ends_waiting(model: Model, memory: Memory) -> None:
    """An op's answer on a phone is one that the server gave to this very device."""
    told = model.answered[memory.device_id]
    for op in memory.ops:
        if op.result is not None:
            need("O2", op.result in told.get(op.id, ()), memory.device_id, op.id, op.result)


def results_in(reply: object) -> tuple[Raw, ...]:
    """Return every result that an answer carries."""
    found: list[Raw] = []
    if isinstance(reply, PushReply | OfferReply | PullReply):
        found += reply.results
    if isinstance(reply, PushReply) and reply.pull is not None:
        found += reply.pull.results
    if isinstance(reply, ProblemReply) and reply.results is not None:
        found += reply.results
    return tuple(found)


def v5_ops_name_no_customer(tables: Tables) -> None:
    """No customer's name or address stands in what phones recorded, nor in the ledgers."""
    canary = CANARY.encode()
    for op in tables.ops.values():
        if op.device_id != SHOPIFY_DEVICE:
            need("V5", canary not in op.sent, op.id)
    for ledger in tables.ledger.values():
        for entry, _ in ledger:
            need("V5", CANARY not in (entry.reason or ""), entry.id)

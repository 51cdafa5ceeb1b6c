"""The cases of `decide.json`: what a phone predicts must be what the server says."""

import copy
import itertools

import msgspec

from sync_protocol.decide.book import Book
from sync_protocol.decide.deciding import decide
from sync_protocol.ids import StaffId
from sync_protocol.orders import CallOutcome
from sync_protocol.project import before_of, touched_stock
from sync_protocol.shop import Policy, Role, Staff
from tests.vectors.world import (
    AMNA,
    BEFORE,
    CONFIRMED,
    F1,
    HOUR,
    KARACHI,
    LAHORE,
    MINUTE,
    OMAR,
    ONE,
    OPS,
    RAFIQ,
    SAAD,
    STORE,
    T0,
    TARIQ,
    Body,
    World,
    came,
    create,
    dispatch,
    receive,
    store_fulfilled,
    swapped,
    units,
)

SELDOM = (
    "create_unknown_line",
    "create_unstocked_line",
    "create_again",
    "create_overridden",
    "unknown_shipment",
    "unknown_order",
)
BEFORE_IT_LEFT = ("create_part", "create_too_much", "create_elsewhere", "dispatch_untracked")
EARLY = ("nothing", "confirmed", "pending")
EMPTY_SHELF = ("pack", "pack_more", "unpack", "dispatch", "deliver", "manual")
NOT_LEFT_YET = (*EARLY, "partly_pending", "packed", "refused", "packed_elsewhere", "cancelled")
ON_CANCELLED = ("confirm", "create", "cancel", *EMPTY_SHELF, "attempt")
MET_BY_A_CANCELLATION = ("pending", "packed", "dispatched", "delivered", "recorded", "refused")


def decide_cases():
    """State × op; those that take goods on an empty shelf too, and the usual ones on a cancelled order."""
    for (before, steps), (name, (kind, body)) in itertools.product(BEFORE.items(), OPS.items()):
        early = before in EARLY or (name in BEFORE_IT_LEFT and before in NOT_LEFT_YET)
        if early or name not in (*SELDOM, *BEFORE_IT_LEFT):
            world = World().steps(*steps)
            yield _decide_case(f"{name} after {before}", world, kind, body)
        if name in EMPTY_SHELF and before in NOT_LEFT_YET:
            empty = World(sellable=0).steps(*steps)
            yield _decide_case(f"{name} after {before}, nothing on the shelf", empty, kind, body)
        if name in ON_CANCELLED and before in MET_BY_A_CANCELLATION:
            gone = World().steps(*steps)
            gone.news(gone.reading(updated_at=gone.now, cancelled_at=gone.now))
            yield _decide_case(f"{name} after {before}, cancelled", gone, kind, body)
    yield from _odd_ops()
    yield from _roles()
    yield from _riders()
    yield from _exchanges()
    yield from _asking()
    yield from _undoing()
    yield from _linking()
    yield from _left_to_head_office()


def _odd_ops():
    yield _decide_case("prepaid needs no confirmation", World(cod=False), *OPS["create"])
    edited = World(units=2).steps(*CONFIRMED, ("create_fulfillment", create(lines=units("71", 2))))
    edited.news(edited.reading(updated_at=edited.now, current={"71": 1}))
    yield _decide_case("pack of a line that was edited away", edited, "pack", F1)
    both = F1 | {"lines": units("71", 2)}
    yield _decide_case("pack of more than an edit left", edited, "pack", both)
    yield _decide_case("a negative count parks", World(), "pack", F1 | {"lines": units("71", -1)})
    yield _decide_case(
        "a claim that makes no sense is refused", World(), "confirm", {"order_id": 5}
    )
    yield _decide_case("a kind of tomorrow parks", World(), "teleport", {"order_id": "900"})
    for name in ("deliver", "deliver_part", "deliver_unsaid", "create", "dispatch_other"):
        prepaid = World(cod=False).steps(*BEFORE["dispatched"])
        yield _decide_case(f"{name} of a prepaid parcel", prepaid, *OPS[name])
    for kind in ("rto", "customer", "exchange"):
        back = [came("72", 1)]
        world = World().steps(
            *BEFORE["delivered"], ("return_receive", receive(*back, return_kind=kind))
        )
        for name in ("create", "pack", "deliver", "manual"):
            yield _decide_case(f"{name} after a shoe came back ({kind})", world, *OPS[name])
    kept = F1 | {"lines": units("404", 1)}
    yield _decide_case(
        "a part of nobody's order parks", World().steps(*BEFORE["dispatched"]), "deliver", kept
    )


ROLE_OPS = {
    "confirm": "nothing",
    "no_answer": "nothing",
    "create": "confirmed",
    "create_overridden": "nothing",
    "cancel": "pending",
    "pack": "pending",
    "unpack": "packed",
    "dispatch": "packed",
    "attempt": "dispatched",
    "deliver": "dispatched",
    "deliver_unsaid": "packed",
    "manual": "nothing",
}


def _roles():
    for role, branch, (name, before) in itertools.product(
        (role for role in Role if role is not Role.SHOPIFY), (LAHORE, KARACHI), ROLE_OPS.items()
    ):
        if branch is LAHORE and role not in (Role.BRANCH, Role.RECORDER):
            continue
        staff = Staff(id=StaffId("x"), name="X", role=role, branch_ids=(branch,))
        world = World().steps(*BEFORE[before])
        said = f"{name} at Lahore by {role.value} of {branch}"
        yield _decide_case(said, world, *OPS[name], staff)


def _riders():
    names = ("deliver", "deliver_unsaid", "deliver_part", "attempt", "pack", "unpack", "dispatch")
    for before, who, name in itertools.product(("on_a_run", "rider_out"), (RAFIQ, TARIQ), names):
        world = World().steps(*BEFORE[before])
        yield _decide_case(f"{name} {before} by {who.id}", world, *OPS[name], who)
    refused = ("initiate_return", F1 | {"return_id": "r-1", "reason": "refused"}, RAFIQ)
    for name in ("deliver", "attempt", "pack"):
        world = World().steps(*BEFORE["rider_out"], refused)
        yield _decide_case(f"{name} of a parcel that was refused", world, *OPS[name], RAFIQ)


def _exchanges():
    """An edit from kurta to shawl, dearer or cheaper, paid for or not, at every place of the parcel."""
    places = ("confirmed", "pending", "packed", "dispatched", "delivered", "recorded", "returning")
    new = create("f-2", KARACHI, units("74", 1) + units("72", 2))
    ops = {name: OPS[name] for name in ("confirm", "pack", "unpack", "deliver", "dispatch")}
    ops |= {"manual": OPS["manual"], "create": ("create_fulfillment", new)}
    for before, (name, (kind, body)) in itertools.product(places, ops.items()):
        world = _exchanged(before, 300_000)
        if name == "create":
            world.do("confirm", {"order_id": "900"})
        yield _decide_case(f"{name} after {before}, edited", world, kind, body, SAAD)
    sent: list[tuple[object, ...]] = [
        ("confirm", {"order_id": "900"}),
        ("create_fulfillment", create("f-2", KARACHI, units("74", 1)), SAAD),
        ("pack", {"fulfillment_id": "f-2"}, SAAD),
        ("dispatch", dispatch("f-2", "LE-2"), SAAD),
    ]
    for paisa, fee, cash in itertools.product((300_000, 200_000), (0, 20_000), (None, 0, 20_000)):
        world = _exchanged("delivered", paisa, fee).steps(*sent)
        body: Body = {"fulfillment_id": "f-2", "cash_paisa": cash}
        said = f"the replacement for {paisa}, fee {fee}, is delivered for {cash}"
        yield _decide_case(said, world, "deliver", body, SAAD)
    for paisa, fee in itertools.product((300_000, 200_000, 250_000), (0, 20_000)):
        world = _exchanged("confirmed", paisa, fee).steps(
            ("confirm", {"order_id": "900"}), ("create_fulfillment", new, SAAD)
        )
        said = f"unpaid, kurta for {paisa}, fee {fee}"
        yield _decide_case(f"{said}: delivered", world, "deliver", {"fulfillment_id": "f-2"}, SAAD)


def _exchanged(before: str, paisa: int, fee: int = 0) -> World:
    world = World(policy=Policy(exchange_fee_paisa=fee)).steps(*BEFORE[before])
    sales = [
        {"order_line_id": "71", "units": -1, "paisa": -250_000},
        {"order_line_id": "74", "units": 1, "paisa": paisa},
    ]
    told = [{"id": "a1", "happened_at": T0, "sales": sales}]
    world.news(swapped(world.now, shawl_paisa=paisa, agreements=told))
    return world


def _asking():
    """Every try to reach the customer, in every state in which the last one left the order."""
    order: Body = {"order_id": "900"}
    befores: dict[str, list[tuple[object, ...]]] = {
        outcome.value: [("call_attempt", order | {"outcome": outcome.value, "next_at": T0})]
        for outcome in CallOutcome
    }
    befores |= {
        "nothing": [],
        "three calls": [("call_attempt", order | {"outcome": "busy"})] * 3,
        "reconfirm": [*CONFIRMED, ("edit_contact", order | {"city": "Multan"})],
        "packed": BEFORE["packed"],
    }
    for (before, steps), outcome in itertools.product(befores.items(), CallOutcome):
        body = order | {"outcome": outcome.value, "channel": "sms", "note": "evening"}
        world = World().steps(*steps)
        said = f"the next call after {before}: {outcome.value}"
        yield _decide_case(said, world, "call_attempt", body)
    for before, steps in befores.items():
        yield _decide_case(f"a plain yes after {before}", World().steps(*steps), "confirm", order)
    one_call = World(policy=Policy(unreachable_after=1))
    yield _decide_case("the only call is not answered", one_call, *OPS["no_answer"])
    for outcome in CallOutcome:
        body = order | {"outcome": outcome.value}
        prepaid = World(cod=False)
        yield _decide_case(f"{outcome.value} of a prepaid order", prepaid, "call_attempt", body)


def _undoing():
    """Unpacking by the same person in time, late, by somebody else; and what was dispatched twice."""
    other = Staff(id=StaffId("sana"), name="Sana", role=Role.BRANCH, branch_ids=(LAHORE,))
    for who, minutes in itertools.product((AMNA, other, OMAR, SAAD), (1, 29, 45)):
        world = World().steps(*BEFORE["packed"])
        world.now += minutes * MINUTE
        yield _decide_case(f"unpack by {who.id} after {minutes} min", world, *OPS["unpack"], who)
    late = World().steps(*BEFORE["packed"])
    late.news(swapped(late.now))
    late.now += HOUR
    yield _decide_case("a late unpack that an edit asks for", late, *OPS["unpack"])
    told = ("shopify_outcome", F1 | {"state": "confirmed", "shopify_fulfillment_gid": "g"}, STORE)
    for state, cancel in itertools.product(("queued", "confirmed", "failed"), (True, False)):
        world = World().steps(*BEFORE["dispatched"])
        if state != "queued":
            world.do("shopify_outcome", told[1] | {"state": state}, STORE)  # type: ignore[operator]
        world.do("undo_dispatch", F1 | {"cancel_in_shopify": cancel})
        said = f"dispatched again after {state}, taken back: {cancel}"
        yield _decide_case(said, world, *OPS["dispatch_other"])


def _left_to_head_office():
    """A shop in which branches do not call customers, or do not send."""
    shops = {
        "does not ask": Policy(branch_asks_customers=False),
        "does not send": Policy(branch_dispatches=False),
    }
    for (what, policy), who in itertools.product(shops.items(), (AMNA, SAAD)):
        for name, state in (("confirm", "nothing"), ("dispatch", "packed"), ("pack", "pending")):
            world = World(policy=policy).steps(*((*s[:2], SAAD) for s in BEFORE[state]))
            said = f"{name} by {who.id} where the branch {what}"
            yield _decide_case(said, world, *OPS[name], who)


def _linking():
    """The branch packs late what the desk has already deducted for it, or nearly so."""
    records = {
        "the same": create("f-2"),
        "another branch's": create("f-2", KARACHI),
        "a part": create("f-2", lines=ONE),
    }
    for (what, record), name in itertools.product(
        records.items(), ("pack", "pack_part", "dispatch", "deliver", "cancel", "manual", "create")
    ):
        world = World().steps(*BEFORE["pending"])
        world.news(store_fulfilled(at=world.now))
        world.do("branch_sync", record, SAAD)
        yield _decide_case(f"{name} of what the desk recorded as {what}", world, *OPS[name])
    again = World().steps(*BEFORE["pending"])
    again.news(store_fulfilled(at=again.now))
    again.steps(("branch_sync", create("f-2"), SAAD), ("pack", F1))
    for name in ("unpack", "dispatch", "pack"):
        yield _decide_case(f"{name} of a linked parcel", again, *OPS[name])


def _decide_case(
    name: str, world: World, kind: str, body: Body, staff: Staff = AMNA
) -> dict[str, object]:
    act = world.act(kind, body, staff)
    given = _book_json(world.book)
    before = before_of(world.book)
    decision = decide(world.book, act)
    after = copy.copy(world.book)
    after.fulfillments, after.stock = dict(after.fulfillments), dict(after.stock)
    after.orders, after.runs = dict(after.orders), dict(after.runs)
    after.transfers, after.open = dict(after.transfers), dict(after.open)
    after.apply(decision)
    told = {
        f: getattr(decision, f)
        for f in ("status", "code", "by", "at", "branch_id")
        if getattr(decision, f) is not None
    }
    return {
        "name": name,
        "given": given,
        "op": _lean(act.read.op),
        "staff": _lean(staff),
        "device_id": act.device_id,
        "now": act.now,
        "expect": told
        | {
            "orders": _lean(decision.orders),
            "fulfillments": _lean(decision.fulfillments),
            "runs": _lean(decision.runs),
            "stock": [
                _lean(after.stock_of(*pair)) for pair in sorted(touched_stock(before, decision))
            ],
            "opened": [d.code for d in decision.discrepancies if d.closed_at is None],
            "closed": [d.id for d in decision.discrepancies if d.closed_at is not None],
        },
    }


def _book_json(book: Book) -> dict[str, object]:
    mine = {line.variant_id for order in book.orders.values() for line in order.lines}
    told = {
        "policy": book.policy,
        "branches": tuple(book.branches.values()),
        "orders": tuple(book.orders.values()),
        "fulfillments": tuple(book.fulfillments.values()),
        "stock": tuple(s for s in book.stock.values() if s.variant_id in mine),
        "open": tuple(book.open.values()),
    }
    if book.runs:
        told["runs"] = tuple(book.runs.values())
    return {name: _lean(value) for name, value in told.items()}


def _lean(value: object) -> object:
    """Leave out what is as its shape says by itself; readers fill it in, as phones do with rows."""
    if isinstance(value, tuple):
        return [_lean(part) for part in value]
    if not isinstance(value, msgspec.Struct):
        return value
    return {
        field.encode_name: _lean(told)
        for field in msgspec.structs.fields(value)
        if (told := getattr(value, field.name)) != field.default or field.required
    }

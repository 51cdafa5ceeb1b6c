"""Every role meets every op, at its own branch and at another, with its own parcels and another rider's.

The table is written by hand from product.md A21, I13, I15 and reliability.md §4.2; anything else parks as `authority`.
"""

import pytest

from sync_protocol.fulfillments import Workflow
from sync_protocol.ops import OpKind
from sync_protocol.permissions import RIGHTS, Reach, may_record
from sync_protocol.shop import Policy, Role, Staff
from tests.sync_protocol.one_of_each import BODIES, CASE, GOODS, lahores_world
from tests.vectors.world import (
    CONFIRMED,
    F1,
    KARACHI,
    LAHORE,
    NEW_RUN,
    RAFIQ,
    RUN,
    SAAD,
    TARIQ,
    World,
    came,
    create,
    in_store,
    receive,
    units,
)

ASKING = ["confirm", "call_attempt", "edit_contact"]
SHIPPING = [
    "create_fulfillment",
    "edit_fulfillment",
    "cancel_fulfillment",
    "pack",
    "unpack",
    "set_tracking",
    "dispatch",
    "undo_dispatch",
]
ON_THE_WAY = [
    "deliver",
    "attempt_failed",
    "initiate_return",
    "resume_delivery",
    "tracking_event",
]
SHELF = [
    "return_receive",
    "inspect",
    "receive_stock",
    "counter_sale",
    "counter_return",
    "transfer_send",
    "transfer_receive",
    "count",
]
LOADING = [
    "create_run",
    "load_parcel",
    "unload_parcel",
    "start_run",
    "end_run",
    "check_in_parcel",
]
CASH = ["count_run_cash", "close_run"]
MANUAL = ["manual_fulfillment", "void_fulfillment"]
DESK = ["branch_sync", "classify_exchange", "plan_exchange", "set_low_stock"]
SUPERVISED = [
    "opening_stock",
    "fix_branch_stock",
    "resolve",
    "replay",
    "dismiss",
    "mark_lost",
    "write_off",
    "reopen_run",
]
NEWS = ["shopify_order", "shopify_outcome", "store_contact", "time_passed", "server_finding"]
STAFF_OPS = [
    *ASKING,
    *SHIPPING,
    *ON_THE_WAY,
    *SHELF,
    *LOADING,
    *CASH,
    *MANUAL,
    *DESK,
    *SUPERVISED,
    "assign_branch",
    "settle_exchange",
]

# Where a role may record what: "shop" everywhere, "branch" at its own branches, "own" what was given to it.
TABLE: dict[str, dict[str, str]] = {
    "owner": dict.fromkeys(STAFF_OPS, "shop"),
    "supervisor": dict.fromkeys(STAFF_OPS, "shop"),
    # The Shopify-side team: no shelf, no till, no correction (§4.2).
    "operator": dict.fromkeys(
        [*ASKING, *SHIPPING, *ON_THE_WAY, *LOADING, *MANUAL, *DESK, "assign_branch"], "shop"
    ),
    "branch": dict.fromkeys(ASKING, "shop")
    | dict.fromkeys(
        [
            *SHIPPING,
            *ON_THE_WAY,
            *SHELF,
            *LOADING,
            *CASH,
            *MANUAL,
            "assign_branch",
            "settle_exchange",
        ],
        "branch",
    ),
    "recorder": dict.fromkeys(MANUAL, "branch"),
    "rider": dict.fromkeys(["deliver", "attempt_failed", "initiate_return", "end_run"], "own"),
    "caller": dict.fromkeys(ASKING, "shop"),
    "viewer": {},
    # The server itself tries again what waited for a newer version or for an order.
    "shopify": dict.fromkeys([*NEWS, "replay"], "shop"),
}


def person(role: str, branch: str, name: str = "x") -> Staff:
    return Staff(id=name, name="X", role=Role(role), branch_ids=(branch,))  # type: ignore[arg-type]


def test_the_table_has_every_role_and_the_bodies_every_kind():
    assert set(TABLE) == {role.value for role in Role}
    assert set(BODIES) == {kind.value for kind in OpKind}
    assert set(STAFF_OPS) | set(NEWS) == set(BODIES)


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("role", TABLE)
def test_who_may_record_what_and_where(role, kind):
    reach = TABLE[role].get(kind, "none")
    for branch, allowed in ((LAHORE, ("shop", "branch")), (KARACHI, ("shop",))):
        world = lahores_world()
        before = world.snapshot()
        decision = world.do(kind, BODIES[kind], person(role, branch))
        assert (decision.code != "authority") == (reach in allowed), branch
        if reach not in allowed:
            assert decision.status.value == "parked"
            assert world.snapshot() == before


@pytest.mark.parametrize("kind", BODIES)
def test_a_rider_acts_on_what_was_given_to_him_and_on_nothing_else(kind):
    mine = lahores_world().do(kind, BODIES[kind], RAFIQ)
    others = lahores_world().do(kind, BODIES[kind], TARIQ)
    assert (mine.code != "authority") == (kind in TABLE["rider"])
    assert (others.status.value, others.code) == ("parked", "authority")


@pytest.mark.parametrize("role", [r for r in TABLE if r != "shopify"])
def test_nobody_who_has_left_may_record_anything(role):
    gone = Staff(id="x", name="X", role=Role(role), branch_ids=(LAHORE,), active=False)  # type: ignore[arg-type]
    assert not any(may_record(gone, kind, LAHORE) for kind in OpKind)


def test_the_rights_of_the_code_are_those_of_the_table():
    for role, rights in RIGHTS.items():
        mine = {
            kind.value: reach.value for kind, reach in rights.items() if reach is not Reach.NONE
        }
        assert mine == TABLE[role.value], role


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("manual_fulfillment", create("f-9", branch=KARACHI)),
        ("create_fulfillment", create("f-9", branch=KARACHI)),
        ("return_receive", receive(branch=KARACHI)),
        ("counter_sale", {"branch_id": KARACHI} | GOODS),
        (
            "transfer_send",
            {"transfer_id": "t", "branch_id": KARACHI, "to_branch_id": LAHORE} | GOODS,
        ),
        ("settle_exchange", CASE | {"branch_id": KARACHI, "paisa": 1}),
        ("create_run", NEW_RUN | {"run_id": "run-9", "branch_id": KARACHI}),
        ("assign_branch", {"order_id": "900", "branch_id": KARACHI}),
    ],
)
def test_lahores_staff_cannot_post_at_karachi(kind, body):
    decision = lahores_world().do(kind, body, person("branch", LAHORE))
    assert (decision.status.value, decision.code) == ("parked", "authority")


def test_scanning_karachis_unpacked_parcel_into_lahores_run_does_not_empty_karachis_shelf():
    world = World().steps(
        *CONFIRMED, ("create_fulfillment", create(branch=KARACHI), SAAD), ("create_run", NEW_RUN)
    )
    decision = world.do("load_parcel", RUN | F1)
    assert (decision.status.value, decision.code) == ("parked", "authority")
    assert world.sellable(KARACHI) == 5


def test_returns_and_transfers_are_taken_in_where_they_come():
    world = lahores_world()
    back = receive(came("72", 1), branch=KARACHI)
    assert world.do("return_receive", back, person("branch", KARACHI)).postings
    world.do("transfer_send", BODIES["transfer_send"])
    arrived = BODIES["transfer_receive"] | {"branch_id": KARACHI, "transfer_id": "t-9"}
    assert world.do("transfer_receive", arrived, person("branch", KARACHI)).postings


STAGES = [
    ("create_fulfillment", create(lines=units("72", 2))),
    ("create_run", NEW_RUN),
    ("load_parcel", RUN | F1),
    ("start_run", RUN),
    ("attempt_failed", F1 | {"outcome": "refused"}, RAFIQ),
]


@pytest.mark.parametrize("kind", ["deliver", "attempt_failed", "initiate_return", "end_run"])
@pytest.mark.parametrize("stage", range(len(STAGES) + 1))
def test_no_op_of_a_rider_reaches_the_store_at_any_stage(stage, kind):
    world = World(policy=Policy(tell_shopify_delivered=True)).steps(*CONFIRMED, *STAGES[:stage])
    assert world.do(kind, BODIES[kind], RAFIQ).effects == ()


@pytest.mark.parametrize("role", ["owner", "supervisor", "operator", "branch", "recorder"])
def test_no_op_of_the_manual_workflow_reaches_the_store(role):
    world = World(policy=Policy(tell_shopify_delivered=True))
    who = person(role, LAHORE)
    effects = [*world.do("manual_fulfillment", create(), who).effects]
    assert world.parcel().workflow is Workflow.MANUAL
    world.news(world.reading(fulfillments=[in_store()], updated_at=world.now))
    for kind in ("dispatch", "attempt_failed", "set_tracking", "deliver", "initiate_return"):
        effects += world.do(kind, BODIES[kind], SAAD).effects
    effects += world.do("return_receive", receive(), SAAD).effects
    effects += world.do("void_fulfillment", F1, who).effects
    assert effects == []
    assert world.parcel().shopify_state.value == "not_for_shopify"


def test_what_a_rider_delivered_too_early_is_told_to_the_store_when_the_desk_has_seen_it():
    world = World().steps(*CONFIRMED, *STAGES[:3], ("deliver", F1, RAFIQ))
    assert "implied_dispatch" in world.open_codes()
    told = world.resolve("implied_dispatch", "accepted")
    assert [e.key for e in told.effects] == ["fulfill/f-1"]
    assert world.parcel().shopify_state.value == "queued"

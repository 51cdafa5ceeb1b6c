"""Every state meets every op: where it leads, what stock does, and what a step that does not exist is called.

The tables are written by hand from product.md §1.1, §2.3–§2.6 and never from the tables of the code.
"""

import pytest

from sync_protocol.fulfillments import FulfillmentState
from tests.sync_protocol.reading_cells import answer, read_cell, way
from tests.vectors.world import (
    BEFORE,
    F1,
    KARACHI,
    NEW_RUN,
    R1,
    RUN,
    SAAD,
    STORE,
    World,
    create,
    dispatch,
    receive,
)

SHIPMENT_OPS = {
    "create_fulfillment": ("create_fulfillment", create()),
    "edit_fulfillment": ("edit_fulfillment", F1 | {"branch_id": KARACHI}),
    "cancel_fulfillment": ("cancel_fulfillment", F1),
    "pack": ("pack", F1),
    "unpack": ("unpack", F1),
    "set_tracking": ("set_tracking", F1 | {"courier": "leopards", "tracking_number": "LE-2"}),
    "dispatch": ("dispatch", dispatch(number="LE-9")),
    "undo_dispatch": ("undo_dispatch", F1),
    "attempt_failed": ("attempt_failed", F1 | {"outcome": "refused"}),
    "deliver": ("deliver", F1),
    "mark_lost": ("mark_lost", F1),
    "tracking_event": (
        "tracking_event",
        F1 | {"courier": "tcs", "said": "delivered", "event_at": 9},
    ),
    "initiate_return": ("initiate_return", R1 | {"return_id": "r-9", "return_kind": "customer"}),
    "resume_delivery": ("resume_delivery", F1),
    "return_receive": ("return_receive", receive(name="r-9")),
    "void_fulfillment": ("void_fulfillment", F1),
    "manual_fulfillment": ("manual_fulfillment", create()),
    "branch_sync": ("branch_sync", create()),
    "load_parcel": ("load_parcel", RUN | F1),
    "shopify_outcome": ("shopify_outcome", F1 | {"state": "confirmed"}),
}
S = "shelf>out"
B = "out>shelf"
ODD = [
    "pending",
    "packed",
    "dispatched",
    "delivered",
    "recorded",
    "returning",
    "returned",
    "lost",
    "cancelled",
    "voided",
]
SHIPMENT_STEPS = {
    # op: what each state answers, in the order of ODD; then where it leads ("=": nowhere), then what stock does.
    "create_fulfillment": ["refused already_exists ="] * 10,
    "edit_fulfillment": ["applied ="] + ["refused not_pending ="] * 9,
    "cancel_fulfillment": [
        "applied cancelled",
        *["refused not_pending ="] * 7,
        "noop already_done =",
        "refused not_pending =",
    ],
    "pack": [
        f"applied packed {S}",
        *["flagged double_pack ="] * 7,
        f"flagged packed_cancelled packed {S}",
        "flagged double_pack =",
    ],
    "unpack": ["flagged not_packed =", f"applied pending {B}", *["flagged not_packed ="] * 8],
    "set_tracking": [
        "applied =",
        "applied =",
        "flagged tracking_changed =",
        "flagged tracking_changed =",
        "applied =",
        *["flagged tracking_changed ="] * 3,
        "refused not_pending =",
        "refused not_pending =",
    ],
    "dispatch": [
        f"flagged implied_pack dispatched {S}",
        "applied dispatched",
        *["flagged double_dispatch ="] * 6,
        f"flagged packed_cancelled dispatched {S}",
        "flagged double_dispatch =",
    ],
    "undo_dispatch": [
        *["flagged not_dispatched ="] * 2,
        "applied packed",
        *["flagged not_dispatched ="] * 7,
    ],
    "attempt_failed": [
        *["flagged not_dispatched ="] * 2,
        *["applied ="] * 6,
        *["flagged not_dispatched ="] * 2,
    ],
    "deliver": [
        f"flagged implied_pack delivered {S}",
        "flagged implied_dispatch delivered",
        "applied delivered",
        "noop already_done =",
        "applied delivered",
        *["flagged deliver_vs_return ="] * 3,
        f"flagged packed_cancelled delivered {S}",
        "flagged deliver_vs_return =",
    ],
    "mark_lost": [
        *["flagged not_dispatched ="] * 2,
        "flagged parcel_lost lost out>lost",
        "flagged not_dispatched =",
        *["flagged parcel_lost lost out>lost"] * 2,
        "flagged not_dispatched =",
        "noop already_done =",
        *["flagged not_dispatched ="] * 2,
    ],
    "tracking_event": ["applied ="] * 10,
    "initiate_return": [
        *["flagged not_out ="] * 2,
        *["applied returning"] * 3,
        "noop already_done =",
        *["flagged not_out ="] * 4,
    ],
    "resume_delivery": [
        *["flagged not_dispatched ="] * 5,
        "applied dispatched",
        *["flagged not_dispatched ="] * 4,
    ],
    "return_receive": [
        "flagged return_excess =",
        f"flagged implied_dispatch returned {B}",
        f"applied returned {B}",
        f"flagged deliver_vs_return returned {B}",
        f"applied returned {B}",
        f"applied returned {B}",
        "flagged return_excess =",
        "applied returned lost>shelf",
        *["flagged return_excess ="] * 2,
    ],
    "void_fulfillment": [
        *["flagged not_out ="] * 4,
        f"applied voided {B}",
        *["flagged not_out ="] * 4,
        "noop already_done =",
    ],
    "manual_fulfillment": ["flagged possible_double_deduct ="] * 10,
    "branch_sync": ["noop already_done ="] * 10,
    "load_parcel": [
        f"flagged implied_pack packed {S}",
        *["applied ="] * 2,
        *["flagged not_out ="] * 5,
        f"flagged packed_cancelled packed {S}",
        "flagged not_out =",
    ],
    # Of what is not dispatched (any more) nothing is told: the outcome of a call that was under way changes nothing.
    "shopify_outcome": [
        *["noop already_done ="] * 2,
        *["applied ="] * 6,
        "noop already_done =",
        "applied =",
    ],
}


def test_the_table_of_shipments_is_whole():
    assert set(ODD) == {state.value for state in FulfillmentState}
    assert set(SHIPMENT_STEPS) == set(SHIPMENT_OPS)
    assert all(len(row) == len(ODD) for row in SHIPMENT_STEPS.values())


@pytest.mark.parametrize("kind", SHIPMENT_OPS)
@pytest.mark.parametrize("state", ODD)
def test_a_shipment_goes_only_where_the_product_says(state, kind):
    world = World().steps(*BEFORE[state], ("create_run", NEW_RUN))
    expected, after, moves = read_cell(SHIPMENT_STEPS[kind][ODD.index(state)])
    before, order, name = world.parcel(), world.order, SHIPMENT_OPS[kind][0]
    assert before.state.value == state
    decision = world.do(*SHIPMENT_OPS[kind], STORE if name == "shopify_outcome" else SAAD)
    assert answer(decision) == expected
    assert way(decision) == moves
    assert world.parcel().state.value == (state if after == "=" else after)
    if decision.status.value in ("refused", "noop"):
        assert world.parcel() == before
        assert world.order == order
    if after == "=" and decision.status.value == "flagged" and kind != "set_tracking":
        assert world.parcel() == before
        assert world.order.lines == order.lines
        assert world.order.shipments == order.shipments


@pytest.mark.parametrize("state", ["dispatched", "delivered", "returning", "returned", "lost"])
def test_the_same_handing_over_again_changes_nothing(state):
    world = World().steps(*BEFORE[state])
    before = world.snapshot()
    assert answer(world.do("dispatch", dispatch())) == "noop already_done"
    assert world.snapshot() == before


FACTS_ON_A_CANCELLED_ORDER = {
    ("pending", "pack"): ("flagged packed_cancelled", "packed"),
    ("pending", "dispatch"): ("flagged dispatched_cancelled", "dispatched"),
    ("packed", "dispatch"): ("flagged dispatched_cancelled", "dispatched"),
    ("packed", "unpack"): ("applied", "cancelled"),
    ("dispatched", "deliver"): ("flagged delivered_cancelled", "delivered"),
    ("dispatched", "return_receive"): ("applied", "returned"),
}


@pytest.mark.parametrize("cell", FACTS_ON_A_CANCELLED_ORDER, ids=" ".join)
def test_a_fact_on_a_cancelled_order_posts_and_is_asked_about(cell):
    (state, kind), (expected, after) = cell, FACTS_ON_A_CANCELLED_ORDER[cell]
    world = World().steps(*BEFORE[state])
    world.news(world.reading(updated_at=world.now, cancelled_at=world.now))
    decision = world.do(*SHIPMENT_OPS[kind], SAAD)
    assert answer(decision) == expected
    assert world.parcel().state.value == after
    assert decision.effects == (), "nothing of a cancelled order is sent to the store"

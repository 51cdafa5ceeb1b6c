"""Every state of a run and of a transfer meets every op about it.

The tables are written by hand from product.md §2.2 and §2.6 and never from the tables of the code.
"""

import itertools

import pytest

from sync_protocol.runs import RunState
from sync_protocol.transfers import TransferState
from tests.sync_protocol.reading_cells import answer, read_cell, way
from tests.vectors.world import (
    CONFIRMED,
    F1,
    KARACHI,
    KURTA,
    LAHORE,
    NEW_RUN,
    ONE,
    RAFIQ,
    RUN,
    SAAD,
    World,
    create,
    units,
)

PARCELS = [
    *CONFIRMED,
    ("create_fulfillment", create(lines=ONE)),
    ("create_fulfillment", create("f-2", lines=units("72", 2))),
    ("pack", F1),
    ("pack", {"fulfillment_id": "f-2"}),
    ("create_run", NEW_RUN),
]
OUT = [*PARCELS, ("load_parcel", RUN | F1), ("start_run", RUN)]
BACK = [
    *OUT,
    ("deliver", F1 | {"cash_paisa": 250_000}, RAFIQ),
    ("end_run", RUN | {"declared_paisa": 250_000}, RAFIQ),
]
EXACT = ("count_run_cash", RUN | {"counted_paisa": 250_000})
SHORT = ("count_run_cash", RUN | {"counted_paisa": 240_000})
RUNS = {
    "draft": PARCELS,
    "loaded": OUT[:-1],
    "out": OUT,
    "back": BACK,
    "reconciled": [*BACK, EXACT],
    "disputed": [*BACK, SHORT],
    "closed": [*BACK, EXACT, ("close_run", RUN)],
}
RUN_OPS = {
    "create": ("create_run", NEW_RUN),
    "load": ("load_parcel", RUN | {"fulfillment_id": "f-2"}),
    "unload": ("unload_parcel", RUN | F1),
    "start": ("start_run", RUN),
    "end": ("end_run", RUN | {"declared_paisa": 250_000}),
    "end with other cash": ("end_run", RUN | {"declared_paisa": 1}),
    "check in": ("check_in_parcel", RUN | F1),
    "count": EXACT,
    "count short": SHORT,
    "count short with a reason": (SHORT[0], SHORT[1] | {"shortage_reason": "torn note"}),
    "close": ("close_run", RUN),
    "reopen": ("reopen_run", RUN | {"reason": "a late note"}),
}
SHUT = "flagged run_not_open ="
RUN_STEPS = {
    # draft, loaded, out, back, reconciled, disputed, closed
    "create": ["refused already_exists ="] * 7,
    "load": ["applied loaded", "applied =", "applied =", *["flagged run_closed ="] * 4],
    "unload": ["noop already_done =", "applied =", *["flagged run_closed ="] * 5],
    "start": [SHUT, "applied out", *["noop already_done ="] * 2, *[SHUT] * 3],
    "end": [SHUT, SHUT, "applied back", *["noop already_done ="] * 4],
    "end with other cash": [SHUT, SHUT, "applied back", "applied =", *[SHUT] * 3],
    "check in": [
        "flagged not_in_run =",
        SHUT,
        "applied =",
        *["flagged deliver_vs_return ="] * 4,
    ],
    "count": [SHUT, SHUT, SHUT, "applied reconciled", "applied =", "applied reconciled", SHUT],
    "count short": [
        *[SHUT] * 3,
        *["flagged cash_short disputed"] * 2,
        "applied =",
        SHUT,
    ],
    "count short with a reason": [
        *[SHUT] * 3,
        "flagged cash_short reconciled",
        "flagged cash_short =",
        "applied reconciled",
        SHUT,
    ],
    "close": [
        *["refused run_not_ready ="] * 4,
        "applied closed",
        "refused run_not_ready =",
        "noop already_done =",
    ],
    "reopen": [*["refused run_not_open ="] * 5, "applied back", "applied back"],
}


def test_the_table_of_runs_is_whole():
    assert list(RUNS) == [state.value for state in RunState]
    assert set(RUN_STEPS) == set(RUN_OPS)
    assert all(len(row) == len(RUNS) for row in RUN_STEPS.values())


@pytest.mark.parametrize("name", RUN_OPS)
@pytest.mark.parametrize("state", RUNS)
def test_a_run_goes_only_where_the_product_says(state, name):
    world = World().steps(*RUNS[state])
    before = world.book.runs["run-1"]
    if state == "out" and name == "unload":
        assert before.stops[0].state.value == "pending"
    assert before.state.value == state
    expected, after, _ = read_cell(RUN_STEPS[name][list(RUNS).index(state)])
    decision = world.do(*RUN_OPS[name], SAAD)
    assert answer(decision) == expected
    run = world.book.runs["run-1"]
    assert run.state.value == (state if after == "=" else after)
    if decision.status.value in ("refused", "noop") or (after == "=" and not decision.runs):
        assert run == before
        assert decision.postings == ()


GOODS = [{"variant_id": KURTA, "units": 3}]
SENT = ("transfer_send", {"transfer_id": "t", "branch_id": LAHORE, "to_branch_id": KARACHI})
SENT = (SENT[0], SENT[1] | {"lines": GOODS})


def arrive(received: int, damaged: int = 0, short: int = 0):
    line = {"variant_id": KURTA, "received_units": received}
    line |= {"damaged_units": damaged, "short_units": short}
    return "transfer_receive", {"transfer_id": "t", "branch_id": KARACHI, "lines": [line]}


TRANSFERS = {
    "": [],
    "sent": [SENT],
    "partly_received": [SENT, arrive(1)],
    "closed": [SENT, arrive(3)],
}
TRANSFER_STEPS = {
    ("", "send"): ("applied sent shelf>transit", SENT),
    ("", "receive"): ("parked unknown_reference =", arrive(3)),
    ("sent", "send"): ("noop already_done =", SENT),
    ("sent", "receive"): ("applied closed transit>shelf", arrive(3)),
    ("sent", "receive some"): ("applied partly_received transit>shelf", arrive(1)),
    ("sent", "receive damaged"): ("applied closed transit>damaged,shelf", arrive(2, 1)),
    ("sent", "receive short"): (
        "flagged transfer_short closed transit>lost,shelf",
        arrive(2, 0, 1),
    ),
    ("sent", "receive more"): ("flagged transfer_excess closed transit>shelf", arrive(4)),
    ("partly_received", "send"): ("noop already_done =", SENT),
    ("partly_received", "receive"): ("applied closed transit>shelf", arrive(2)),
    ("partly_received", "receive more"): (
        "flagged transfer_excess closed transit>shelf",
        arrive(3),
    ),
    ("closed", "send"): ("noop already_done =", SENT),
    ("closed", "receive"): ("flagged transfer_excess =", arrive(3)),
    ("closed", "receive nothing"): ("noop nothing_left =", arrive(0)),
}


def test_the_table_of_transfers_is_whole():
    assert set(TRANSFERS) - {""} == {state.value for state in TransferState}
    assert {(s, op) for s, op in itertools.product(TRANSFERS, ("send", "receive"))} <= set(
        TRANSFER_STEPS
    )


@pytest.mark.parametrize("cell", TRANSFER_STEPS, ids=" ".join)
def test_a_transfer_goes_only_where_the_product_says(cell):
    world = World().steps(*((*step, SAAD) for step in TRANSFERS[cell[0]]))
    expected, after, moves = read_cell(TRANSFER_STEPS[cell][0])
    before = world.book.transfers.get("t")
    decision = world.do(*TRANSFER_STEPS[cell][1], SAAD)
    assert answer(decision) == expected
    assert way(decision) == moves
    transfer = world.book.transfers.get("t")
    assert ("" if transfer is None else transfer.state.value) == (
        cell[0] if after == "=" else after
    )
    if after == "=":
        assert transfer == before

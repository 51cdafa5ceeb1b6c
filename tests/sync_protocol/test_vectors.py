"""The golden vectors are what the Python rules say today; the app's twins run the same files."""

import json
import pathlib

import pytest

from sync_protocol.fulfillments import FulfillmentState
from tests.vectors.make_vectors import FILES, render

HERE = pathlib.Path(__file__).parents[1] / "vectors"


@pytest.mark.parametrize("name", FILES)
def test_committed_vectors_are_what_the_rules_say(name):
    assert (HERE / f"{name}.json").read_text() == render(name), "run `make generate`"


def test_every_predicted_kind_meets_every_shipment_state():
    cases = json.loads((HERE / "decide.json").read_text())
    met = {
        (case["op"]["kind"], fulfillment["state"])
        for case in cases
        for fulfillment in case["given"]["fulfillments"]
    }
    states = {state.value for state in FulfillmentState}
    kinds = {
        "confirm",
        "create_fulfillment",
        "pack",
        "unpack",
        "dispatch",
        "deliver",
        "manual_fulfillment",
        "call_attempt",
        "attempt_failed",
        "cancel_fulfillment",
    }
    for kind in kinds:
        assert {state for k, state in met if k == kind} == states, kind


def test_the_vectors_are_of_one_name_each_and_meet_every_usual_answer():
    cases = json.loads((HERE / "decide.json").read_text())
    assert len({case["name"] for case in cases}) == len(cases)
    codes = {case["expect"].get("code") for case in cases}
    assert codes >= {
        "oversell",
        "double_pack",
        "linked",
        "late_undo",
        "packed_superseded",
        "packed_after_refusal",
        "implied_pack",
        "implied_dispatch",
        "deliver_vs_return",
        "delivered_cancelled",
        "dispatched_cancelled",
        "cash_different",
        "customer_cancelled",
        "needs_reason",
        "not_confirmed",
        "lines_taken",
        "partly_taken",
        "authority",
        "unknown_reference",
    }

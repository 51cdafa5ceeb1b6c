"""The golden vectors are what the Python rules say today; the app's twins run the same files."""

import json
import pathlib

import pytest

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
    states = {"pending", "packed", "dispatched", "delivered", "recorded", "cancelled"}
    for kind in ("pack", "unpack", "dispatch", "deliver", "manual_fulfillment", "confirm"):
        assert {state for k, state in met if k == kind} == states, kind

"""The app's own store and sync code lives through what the reference phone lives through, under the same auditor."""

import os

import pytest

from tests.phone.node_phone import PROGRAM
from tests.simulation.app_handsets import AppWorld
from tests.simulation.steps import CHECK_EVERY, step

STEPS = 400
SEEDS = range(1, 1 + int(os.environ.get("RAWANA_APP_SEEDS", "6")))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_app_loses_nothing_in_any_of_these_worlds(seed):
    assert PROGRAM.exists(), "the phone's program is not built: make .make/node-phone/phone.mjs"
    world = AppWorld(seed)
    try:
        for number in range(STEPS):
            step(world)
            if number % CHECK_EVERY == CHECK_EVERY - 1:
                world.auditor.check([world.rng.choice(world.handsets).disk])
        world.settle()
        assert world.apps
    finally:
        world.quit()

"""Phones, server and store by small steps that Hypothesis chooses, and shrinks when something does not hold.

The same pure rules, the same auditor; here every choice is drawn, so that a failure comes down to the few steps it needs.
"""

import os
import random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sync_protocol.ops import OpKind
from sync_protocol.shop import Role
from tests.simulation import hostile, steps
from tests.simulation.doings import DOINGS
from tests.simulation.eyes import Eyes
from tests.simulation.fast_server import Crashed
from tests.simulation.handsets import FUSE, Fate
from tests.simulation.world import VARIANTS, World

EXAMPLES = int(os.environ.get("RAWANA_EXAMPLES", "250"))
"""`make nightly` asks for more."""

who = st.integers(0, 9)
choice = st.integers(0, 1_000)
kinds = st.sampled_from(sorted(DOINGS))
pages = st.sampled_from((400, 3_000, 500_000))
DOWN_THE_LINE = st.sampled_from((*[Fate.ARRIVES] * 4, *Fate))
ON_THE_WAY = (OpKind.CREATE_FULFILLMENT, OpKind.PACK, OpKind.DISPATCH, OpKind.DELIVER)


class Drawn(World):
    """A world in which nothing happens by chance."""

    coming = Fate.ARRIVES
    crashes_in = -1

    def _fate(self) -> Fate:
        return self.coming

    def has(self, fault: str, share: float) -> bool:
        return False

    def _maybe_crash(self) -> None:
        if self.crashes_in >= 0:
            self.crashes_in -= 1
            if self.crashes_in < 0:
                raise Crashed


class Shop(RuleBasedStateMachine):
    """One shop with ten people of all roles."""

    @initialize(seed=choice)
    def open(self, seed: int) -> None:
        self.world = Drawn(seed)
        self.world.on = dict.fromkeys(self.world.on, True)
        self.world.errands.fault = lambda: None

    def _phone(self, number: int):
        return self.world.handsets[number % len(self.world.handsets)]

    def _choosing(self, number: int) -> World:
        self.world.rng = random.Random(number)
        self.world.now += number
        return self.world

    @rule(number=who, kind=kinds, how=choice)
    def somebody_records(self, number: int, kind: OpKind, how: int) -> None:
        world, handset = self._choosing(how), self._phone(number)
        body = DOINGS[kind](Eyes(handset, world.rng, world.branches, VARIANTS))
        if body is not None and handset.phone.phase != "stopped":
            world.record(handset, kind.value, body)

    @rule(number=who, how=choice)
    def somebody_counts(self, number: int, how: int) -> None:
        self.somebody_records(number, OpKind.COUNT, how)

    @rule(number=st.integers(3, 6), how=choice, far=st.integers(1, 4))
    def a_parcel_goes_its_way_offline(self, number: int, how: int, far: int) -> None:
        for kind in ON_THE_WAY[:far]:
            self.somebody_records(number, kind, how)

    @rule(number=who, fate=DOWN_THE_LINE, page=pages, fuse=st.integers(-1, 9))
    def a_phone_talks(self, number: int, fate: Fate, page: int, fuse: int) -> None:
        handset = self._phone(number)
        self.world.coming, FUSE.left = fate, fuse
        handset.phone._exchanges.page_bytes = page
        self.world.talk(handset)
        self.world.coming, FUSE.left = Fate.ARRIVES, -1

    @rule(number=who, after=st.integers(0, 8))
    def the_server_dies_while_a_phone_talks(self, number: int, after: int) -> None:
        self.world.crashes_in = after
        self.world.talk(self._phone(number))
        self.world.crashes_in = -1

    @rule(number=who)
    def all_but_one_talk(self, number: int) -> None:
        for place, handset in enumerate(self.world.handsets):
            if place != number:
                self.world.talk(handset)

    @rule(how=choice, what=st.sampled_from((
        steps.two_do_the_same, steps.a_cache_is_evicted, steps.a_clock_jumps, steps.somebody_looks,
        steps.poison_is_recorded, steps.a_phone_is_copied, steps.a_phone_is_rolled_back,
        steps.a_phone_is_cloned, steps.a_phone_is_wiped, steps.a_late_request_arrives,
        steps.a_branch_closes_or_opens, steps.a_device_is_revoked, steps.somebody_enrols_again,
        steps.a_backup_is_made, steps.a_backup_is_restored, steps.time_passes,
        steps.an_order_is_placed, steps.an_order_changes, steps.the_store_is_swept,
        steps.effects_are_carried_out, steps.time_does_its_work,
    )))  # fmt: skip
    def something_happens(self, how: int, what: steps.Step) -> None:
        what(self._choosing(how))

    @rule(staff=st.sampled_from(("oper", "amna", "bilal", "rec")), role=st.sampled_from(Role))
    def somebody_is_demoted(self, staff: str, role: Role) -> None:
        if role is not Role.SHOPIFY:
            self.world.server.change_person(staff, role=role)

    @rule(how=choice, act=st.sampled_from(hostile.ACTS))
    def somebody_means_harm(self, how: int, act: hostile.Act) -> None:
        act(self._choosing(how))

    @invariant()
    def everything_holds(self) -> None:
        if hasattr(self, "world"):
            self.world.auditor.check([handset.disk for handset in self.world.handsets])

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.crashes_in = -1
            self.world.settle()


TestShop = Shop.TestCase
TestShop.settings = settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None)

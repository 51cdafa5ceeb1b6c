"""Readings of an order may come in any order; a shelf may stand below zero until somebody counts."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_protocol.codes import Code
from sync_protocol.stock import Stock
from tests.sync_protocol.history_bodies import BODIES
from tests.sync_protocol.history_checks import Auditor
from tests.sync_protocol.history_world import (
    BRANCHES,
    ORDERS,
    SAAD,
    STORE,
    VARIANTS,
    Choices,
    HistoryWorld,
    line_ids,
)

ORDER = ORDERS[0]


def reading(world: HistoryWorld, at: int) -> dict:
    """What the store showed at its `at`-th second: other units on each line, another address."""
    seen = world.reading(ORDER, Choices((0,)), edits=False)
    for place, line in enumerate(seen["lines"]):
        line |= {"current_units": (at * (place + 3)) % 3, "ordered_units": 3}
    seen["contact"]["address"] = f"House {at}"
    return seen | {"updated_at": at, "agreements": []}


@given(st.lists(st.integers(2, 9), min_size=1, max_size=6, unique=True), st.randoms())
@settings(max_examples=100, deadline=None)
def test_readings_of_an_order_may_arrive_in_any_order(times, chance):
    shuffled = list(times)
    chance.shuffle(shuffled)
    results = []
    for arrival in (sorted(times), shuffled):
        world = HistoryWorld(BODIES)
        world.recorded = Auditor(world).audit
        world.begin()
        for at in arrival:
            world.record("shopify_order", reading(world, at), STORE)
        order = world.book.orders[ORDER]
        lines = [(line.id, line.current_units) for line in order.lines]
        results.append((lines, order.contact, order.shopify_updated_at))
    assert results[0] == results[1]


def test_stock_may_stand_below_zero_and_a_later_receipt_settles_it():
    world = HistoryWorld(BODIES)
    world.recorded = Auditor(world).audit
    world.begin()
    branch, variant = BRANCHES[1], VARIANTS[0]
    sold = {"branch_id": branch, "lines": [{"variant_id": variant, "units": 6}]}
    _, flagged = world.record("counter_sale", sold, SAAD)
    assert flagged.code is Code.OVERSELL
    held = world.book.stock_of(branch, variant)
    assert msgspec.structs.replace(held, counted=None) == Stock(
        branch_id=branch, variant_id=variant, sellable=-2
    )
    came = {"branch_id": branch, "lines": [{"variant_id": variant, "units": 2}]}
    _, settled = world.record("receive_stock", came, SAAD)
    assert [d.closed_by for d in settled.discrepancies] == ["saad"]
    assert world.book.open == {}


def test_the_units_of_a_line_that_was_never_shown_before_are_not_a_change_of_the_first_reading():
    world = HistoryWorld(BODIES)
    world.begin()
    assert all(order.exchanges == () for order in world.book.orders.values())
    assert {line.id for line in world.book.orders[ORDER].lines} == set(line_ids(ORDER))

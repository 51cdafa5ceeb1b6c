"""Phones sync in any order: work that does not collide ends the same, and of work that collides the loser is asked about (I8)."""

import itertools

import pytest

from tests.vectors.world import (
    AMNA,
    BILAL,
    CONFIRMED,
    F1,
    KARACHI,
    KURTA,
    LAHORE,
    NASREEN,
    ONE,
    SAAD,
    SHAWL,
    SHOE,
    TWO,
    World,
    create,
    units,
)


def goods(variant: str, count: int, branch: str) -> dict:
    return {"branch_id": branch, "lines": [{"variant_id": variant, "units": count}]}


APART = {
    "packed at Lahore": [
        ("create_fulfillment", create(lines=ONE), AMNA),
        ("pack", F1, AMNA),
    ],
    "written down at Lahore": [
        ("manual_fulfillment", create("f-2", lines=units("72", 1)), NASREEN)
    ],
    "sent by hand from Karachi": [
        ("manual_fulfillment", create("f-3", KARACHI, units("72", 1)), BILAL)
    ],
    "sold at the counter": [("counter_sale", goods(SHAWL, 2, LAHORE), AMNA)],
    "received": [("receive_stock", goods(KURTA, 7, LAHORE), AMNA)],
}
"""Each phone's own work, in its own order; no two of them want the same goods."""

CLAIMS = {
    "packed at Lahore": [("create_fulfillment", create(lines=TWO), AMNA), ("pack", F1, AMNA)],
    "written down at Lahore": [("manual_fulfillment", create("f-2", lines=TWO), NASREEN)],
    "sent by hand from Karachi": [("manual_fulfillment", create("f-3", KARACHI, TWO), BILAL)],
}
"""Three people say that they sent the same two shoes."""


def told(phones: dict, order: tuple[str, ...]) -> World:
    world = World().steps(*CONFIRMED)
    for phone in order:
        world.steps(*phones[phone])
    return world


def shelves(world: World) -> dict:
    places = itertools.product((LAHORE, KARACHI), (KURTA, SHOE, SHAWL))
    return {place: world.sellable(*place) for place in places}


def test_work_that_does_not_collide_leaves_the_same_books_in_whatever_order_it_arrives():
    first = told(APART, tuple(APART))
    assert first.open_codes() == []
    assert (first.sellable(), first.sellable(LAHORE, SHOE)) == (11, 4)
    for order in itertools.permutations(APART):
        world = told(APART, order)
        assert shelves(world) == shelves(first)
        assert +world.units_at == +first.units_at
        assert [x.out_units for x in world.order.lines] == [x.out_units for x in first.order.lines]
        assert (world.order.status, world.open_codes()) == (first.order.status, [])


@pytest.mark.parametrize("order", list(itertools.permutations(CLAIMS)), ids=" then ".join)
def test_of_work_that_collides_no_more_leaves_than_was_ordered_and_each_loser_is_asked_about(order):
    world = told(CLAIMS, order)
    assert world.units_at["", "out/72", SHOE] == 2
    assert sum(shelves(world)[branch, SHOE] for branch in (LAHORE, KARACHI)) == 8
    asked = [d for d in world.book.open.values() if d.order_id == "900"]
    assert len(asked) == 2
    losers = {d.by for d in asked}
    winner = {"packed at Lahore": AMNA, "written down at Lahore": NASREEN}.get(order[0], BILAL)
    assert losers == {AMNA.id, NASREEN.id, BILAL.id} - {winner.id}
    assert world.order.status == "conflict"
    for question in asked:
        world.do("resolve", {"discrepancy_id": question.id, "outcome": "same_parcel"}, SAAD)
    assert world.open_codes() == []
    assert world.units_at["", "out/72", SHOE] == 2

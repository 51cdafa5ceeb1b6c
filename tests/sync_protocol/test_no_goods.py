"""Gift wrap, services and lines that nobody keeps on a shelf never move stock, whoever ships them (A26)."""

import pytest

from tests.vectors.world import CONFIRMED, F1, SAAD, STORE, World, create, store_fulfilled, units

NO_GOODS = {
    "needs no shipping": {"ships": False},
    "is of no variant": {"variant_id": None},
}
WORKFLOWS = {
    "create_fulfillment": [
        *CONFIRMED,
        ("create_fulfillment", create(lines=units("71", 1))),
        ("pack", F1),
    ],
    "manual_fulfillment": [("manual_fulfillment", create(lines=units("71", 1)))],
    "branch_sync": [("branch_sync", create(lines=units("71", 1)), SAAD)],
}


def shown(what: str) -> World:
    """The kurta of the order is no goods after all."""
    world = World()
    reading = store_fulfilled(at=world.now)
    for line in reading["lines"]:
        if line["id"] == "71":
            line.update(NO_GOODS[what])
    world.book.orders.clear()
    return world.steps(("shopify_order", reading, STORE))


@pytest.mark.parametrize("workflow", WORKFLOWS)
@pytest.mark.parametrize("what", NO_GOODS)
def test_a_line_that_is_no_goods_moves_nothing_in_any_workflow(what, workflow):
    world = shown(what).steps(*WORKFLOWS[workflow])
    assert world.postings == []
    assert world.sellable() == 5
    assert world.order.lines[0].out_units == 0


@pytest.mark.parametrize("what", NO_GOODS)
def test_a_line_that_is_no_goods_waits_for_no_branch(what):
    world = shown(what)
    assert world.order.status == "branch_sync", "the shoes do"
    world.do("branch_sync", create(lines=units("72", 2)), SAAD)
    assert (world.order.status, world.order.queues) == ("done", ())

"""Between two branches nothing appears and nothing vanishes: sent is received, short, damaged or on its way (I17)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.world import AMNA, BILAL, KARACHI, KURTA, LAHORE, SAAD, SHOE, World

SENT = {"transfer_id": "t", "branch_id": LAHORE, "to_branch_id": KARACHI}


def goods(kurtas: int, shoes: int = 0):
    lines = [{"variant_id": KURTA, "units": kurtas}]
    return lines + ([{"variant_id": SHOE, "units": shoes}] if shoes else [])


def arrived(variant: str, received: int = 0, damaged: int = 0, short: int = 0):
    told = {"received_units": received, "damaged_units": damaged, "short_units": short}
    return {"variant_id": variant} | told


def receive(world: World, *lines, branch: str = KARACHI, who=BILAL):
    body = {"transfer_id": "t", "branch_id": branch, "lines": list(lines)}
    return world.do("transfer_receive", body, who)


def sent(kurtas: int = 3, shoes: int = 0) -> World:
    return World().steps(("transfer_send", SENT | {"lines": goods(kurtas, shoes)}))


def test_what_was_sent_is_on_its_way_until_it_is_received():
    world = sent()
    assert (world.sellable(), world.sellable(KARACHI)) == (2, 5)
    assert world.units_at["", "transit/t", KURTA] == 3
    receive(world, arrived(KURTA, 3))
    assert (world.sellable(KARACHI), world.units_at["", "transit/t", KURTA]) == (8, 0)


def test_the_same_line_twice_is_added_up():
    world = World().steps(("transfer_send", SENT | {"lines": goods(1) + goods(2)}))
    assert [line.sent_units for line in world.book.transfers["t"].lines] == [3]


def test_more_than_the_shelf_holds_is_sent_all_the_same_and_asked_about():
    world = World(sellable=1)
    decision = world.do("transfer_send", SENT | {"lines": goods(3)})
    assert (decision.code, world.sellable()) == ("oversell", -2)


def test_a_short_arrival_is_lost_by_name_and_a_damaged_unit_is_not_for_sale():
    world = sent()
    decision = receive(world, arrived(KURTA, 1, 1, 1))
    assert [(d.code.value, d.units, d.transfer_id) for d in decision.discrepancies] == [
        ("transfer_short", 1, "t")
    ]
    assert world.book.stock_of(KARACHI, KURTA).damaged == 1
    assert world.units_at["", "lost", KURTA] == 1


def test_what_was_never_sent_is_asked_about_and_not_invented():
    world = sent()
    decision = receive(world, arrived(SHOE, 1))
    assert (decision.code, decision.postings) == ("transfer_excess", ())


def test_goods_may_come_back_to_the_sender():
    world = sent()
    receive(world, arrived(KURTA, 3), branch=LAHORE, who=AMNA)
    assert world.sellable() == 5


def test_a_branch_does_not_send_to_itself():
    world = World()
    body = SENT | {"to_branch_id": LAHORE, "lines": goods(1)}
    assert world.do("transfer_send", body).status.value == "parked"


parts = st.builds(arrived, st.sampled_from([KURTA, SHOE]), *[st.integers(0, 3)] * 3)


@given(st.lists(st.lists(parts, min_size=1, max_size=3), max_size=5))
@settings(max_examples=200, deadline=None)
def test_whatever_is_said_to_have_arrived_nothing_appears_and_nothing_vanishes(receipts):
    world = sent(4, 2)
    for lines in receipts:
        receive(world, *lines, who=SAAD)
    transfer = world.book.transfers["t"]
    for line in transfer.lines:
        gone = line.received_units + line.damaged_units + line.short_units
        assert line.sent_units == gone + line.transit_units
        assert line.transit_units == world.units_at["", "transit/t", line.variant_id] >= 0
        assert world.sellable(KARACHI, line.variant_id) == 5 + line.received_units
    assert (transfer.state == "closed") == all(x.transit_units == 0 for x in transfer.lines)

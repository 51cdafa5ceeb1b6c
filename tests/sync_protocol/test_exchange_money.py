"""The difference of an exchange: dearer, cheaper, equal; with the parcel, at the door or by hand (A9, I12, I22)."""

import pytest

from sync_protocol.shop import Policy
from tests.sync_protocol.test_exchanges import CASE, case_of, edited, replacement, swap
from tests.vectors.world import BEFORE, LAHORE, SAAD, World, create, dispatch, swapped, units

REST = units("72", 2) + units("74", 1)
TOTAL = 475_000


def resent(fee: int = 0, paisa: int = 300_000) -> World:
    """Unpaid, edited before packing: all that is left goes in one parcel f-2."""
    world = World(policy=Policy(exchange_fee_paisa=fee)).steps(*BEFORE["confirmed"])
    world.news(swapped(world.now, shawl_paisa=paisa, agreements=[swap(paisa)]))
    return world.steps(
        ("confirm", {"order_id": "900"}), ("create_fulfillment", create("f-2", lines=REST))
    )


def sent(world: World) -> World:
    return world.steps(("pack", {"fulfillment_id": "f-2"}), ("dispatch", dispatch("f-2", "LE-2")))


def settle(world: World, paisa: int, **more: object):
    told = CASE | {"branch_id": LAHORE, "paisa": paisa} | more
    return world.do("settle_exchange", told, SAAD)


PRICES = {300_000: "dearer", 200_000: "cheaper", 250_000: "equal"}


@pytest.mark.parametrize("agreements", [True, False])
@pytest.mark.parametrize("paisa", PRICES, ids=PRICES.get)
@pytest.mark.parametrize("state", ["confirmed", "pending", "packed", "delivered", "returned"])
def test_a_difference_is_to_collect_or_to_refund_or_even_and_never_two_of_them(
    state, paisa, agreements
):
    case = case_of(edited(state, paisa, agreements=agreements))
    assert case.to_collect_paisa == max(0, paisa - 250_000)
    assert case.to_refund_paisa == max(0, 250_000 - paisa)
    lines = sum(x.units * x.unit_paisa for x in case.replacements)
    lines -= sum(x.units * x.unit_paisa for x in case.originals)
    assert case.delta_paisa == lines
    if paisa == 250_000:
        assert case.money == "even"
    elif state == "delivered":
        assert case.money == ("collect" if paisa > 250_000 else "refund")
    else:
        assert case.money == "with_parcel"


@pytest.mark.parametrize("paisa", PRICES, ids=PRICES.get)
def test_what_was_not_paid_yet_is_collected_by_the_parcel_and_settles_itself(paisa):
    world = resent(paisa=paisa)
    total = TOTAL - 250_000 + paisa
    assert world.parcel("f-2").collect_paisa == total
    sent(world).do("deliver", {"fulfillment_id": "f-2"})
    assert world.cash["courier/tcs"] == total
    case = case_of(world)
    assert case.money == ("even" if paisa == 250_000 else "settled")
    assert case.closed_at == world.now


def test_a_packed_parcel_collects_the_new_total_when_the_order_is_edited():
    world = World().steps(*BEFORE["packed"])
    assert world.parcel().collect_paisa == TOTAL
    world.news(world.reading(updated_at=world.now, current={"72": 1}, agreements=[]))
    assert world.parcel().collect_paisa == TOTAL - 100_000


def test_after_a_paid_delivery_the_replacement_collects_only_the_difference():
    world = edited("delivered").steps(*replacement())
    assert world.parcel("f-2").collect_paisa == 50_000
    world.do("deliver", {"fulfillment_id": "f-2"}, SAAD)
    assert case_of(world).money == "settled"
    assert world.cash["customer"] == -(TOTAL + 50_000)


def test_a_cheaper_replacement_collects_nothing_and_is_refunded_from_the_till():
    world = edited("delivered", 200_000).steps(*replacement())
    assert world.parcel("f-2").collect_paisa == 0
    world.do("deliver", {"fulfillment_id": "f-2"}, SAAD)
    assert case_of(world).money == "refund"
    assert settle(world, 50_000, refund=True).status.value == "applied"
    assert case_of(world).money == "settled"
    assert world.cash[f"till/{LAHORE}"] == -50_000


def test_an_exchange_fee_is_shown_apart_and_collected_with_the_parcel():
    world = resent(fee=20_000)
    case = case_of(world)
    assert (case.delta_paisa, case.fee_paisa, case.to_collect_paisa) == (50_000, 20_000, 70_000)
    assert world.parcel("f-2").collect_paisa == TOTAL + 70_000
    sent(world).do("deliver", {"fulfillment_id": "f-2"})
    assert world.cash["customer"] == -(TOTAL + 70_000)
    assert case_of(world).closed_at == world.now


def test_a_fee_that_is_agreed_on_later_is_collected_too():
    world = resent()
    world.do("plan_exchange", CASE | {"fee_paisa": 15_000}, SAAD)
    assert world.parcel("f-2").collect_paisa == TOTAL + 65_000


def test_a_removal_costs_no_exchange_fee():
    world = World(policy=Policy(exchange_fee_paisa=20_000))
    world.news(world.reading(updated_at=world.now, current={"71": 0}))
    assert case_of(world).fee_paisa == 0


def test_what_was_settled_by_hand_is_not_collected_a_second_time():
    world = resent(fee=20_000)
    settle(world, 70_000, method="bank")
    assert world.parcel("f-2").collect_paisa == TOTAL
    sent(world).do("deliver", {"fulfillment_id": "f-2"})
    assert world.cash == {"customer": -(TOTAL + 70_000), "bank": 70_000, "courier/tcs": TOTAL}
    assert case_of(world).closed_at == world.now


def test_another_amount_than_was_open_is_taken_as_said_and_asked_about():
    world = edited("delivered")
    short = settle(world, 30_000)
    assert (short.status.value, short.code) == ("flagged", "settled_otherwise")
    assert [d.paisa for d in short.discrepancies] == [-20_000]
    case = case_of(world)
    assert (case.money, case.to_collect_paisa) == ("collect", 20_000)
    settle(world, 20_000)
    assert case_of(world).money == "settled"
    assert world.cash[f"till/{LAHORE}"] == 50_000


def test_less_cash_at_the_door_than_the_difference_leaves_the_rest_open():
    world = edited("delivered").steps(*replacement())
    world.do("deliver", {"fulfillment_id": "f-2", "cash_paisa": 20_000}, SAAD)
    assert case_of(world).to_collect_paisa == 30_000


def test_a_prepaid_customers_difference_is_settled_by_hand():
    world = edited("delivered", cod=False)
    assert (case_of(world).money, case_of(world).to_collect_paisa) == ("collect", 50_000)
    world.steps(*replacement(), ("deliver", {"fulfillment_id": "f-2"}, SAAD))
    assert world.cash == {}
    settle(world, 50_000, method="wallet", reference="JC-1")
    assert world.cash == {"customer": -50_000, "bank": 50_000}


def test_a_re_edit_after_a_settlement_asks_only_for_what_is_new():
    world = edited("delivered")
    settle(world, 50_000)
    more = {"id": "a2", "happened_at": 2, "sales": [{"paisa": 10_000}]}
    world.news(swapped(world.now, agreements=[swap(), more], total_paisa=535_000))
    case = case_of(world)
    assert (case.delta_paisa, case.to_collect_paisa, case.money) == (60_000, 10_000, "collect")

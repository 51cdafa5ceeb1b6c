"""Exchanges after exchanges, in the other workflows, and what stays quiet when a case has ended (S41–S53, I12)."""

from tests.scenarios.stage import Movement, Stage
from tests.scenarios.test_exchanges import delivered, sent
from tests.server.retail import KARACHI, KURTA, LAHORE, SHAWL, SHOE


async def exchanged(shop: Stage, amna, was, new):
    """Delivered, fulfilled in Shopify, given back and replaced; the return stays open in Shopify."""
    order = await shop.customer_orders({was: 1}, cod=False)
    parcel = await delivered(amna, order)
    await shop.store_fulfills(order, number=f"CN{parcel.id[-8:]}")
    await shop.store_exchanges_by_return(order, back={was: 1}, instead={new: 1})
    await amna.opens_return(parcel, {was: ("sellable", 1)}, return_kind="exchange")
    return order, await delivered(amna, order, {new: 1})


async def test_an_ended_exchange_stays_ended_while_shopify_keeps_its_return_open(shop, hira, amna):
    order, _ = await exchanged(shop, amna, KURTA, SHOE)
    assert (await hira.case(order)).closed_at is not None
    await shop.store_shows(order, note="tagged by somebody")
    assert len((await hira.sees(order)).exchanges) == 1
    assert await hira.queues(order) == ()
    await shop.store_fulfills(order, {SHOE: 1}, number="CN-new")
    await shop.store_closes_returns(order)
    assert len((await hira.sees(order)).exchanges) == 1
    assert "exchanges" not in await hira.queues(order)


async def test_what_was_exchanged_once_may_be_exchanged_again(shop: Stage, hira, amna, saad):
    order, second = await exchanged(shop, amna, KURTA, SHOE)
    await shop.store_fulfills(order, {SHOE: 1}, number=f"CN{second.id[-8:]}")
    await shop.store_exchanges_by_return(order, back={SHOE: 1}, instead={SHAWL: 1})
    first, again = (await hira.sees(order)).exchanges
    assert (first.delta_paisa, first.closed_at is not None) == (150_000, True)
    assert (again.delta_paisa, again.to_refund_paisa) == (-250_000, 250_000)
    assert [x.variant_id for x in again.originals] == [SHOE]
    await amna.opens_return(second, {SHOE: ("sellable", 1)}, return_kind="exchange")
    await delivered(amna, order, {SHAWL: 1})
    await saad.settles(order, 250_000, refund=True, method="store_credit")
    assert (await hira.case(order)).closed_at is not None
    assert [(m.variant, m.units) for m in await shop.movements(order)] == [
        (KURTA, -1),
        (KURTA, 1),
        (SHOE, -1),
        (SHOE, 1),
        (SHAWL, -1),
    ]


async def test_sent_by_hand_brought_to_another_branch_and_replaced_by_hand(
    shop, nasreen, bilal, amna, saad
):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await nasreen.writes_down(order)
    await amna.marks_delivered(parcel)
    await shop.store_edits(order, off={KURTA: 1}, on={SHAWL: 1})
    assert (await saad.case(order)).goods == "return_expected"
    await saad.says_it_comes_back(parcel, "exchange", to_branch_id=KARACHI)
    await bilal.opens_return(parcel, {KURTA: ("sellable", 1)}, at=KARACHI)
    new = await nasreen.writes_down(order, {SHAWL: 1})
    await amna.marks_delivered(new)
    assert await saad.steps(order) == ["refund_difference"]
    await amna.settles(order, 100_000, refund=True)
    assert (await saad.case(order)).closed_at is not None
    assert await shop.told_shopify(order) == []
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (9, 11)


async def test_both_sent_from_shopify_and_each_synced_to_its_own_branch(shop, hira, amna, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await shop.store_fulfills(order)
    record = await hira.names_branch(order, at=LAHORE)
    await shop.store_exchanges_by_return(order, back={KURTA: 1}, instead={SHOE: 1})
    await shop.store_fulfills(order, {SHOE: 1})
    assert "branch_sync" in await hira.queues(order)
    new = await hira.names_branch(order, {SHOE: 1}, at=KARACHI)
    await hira.says_it_comes_back(record, "exchange")
    await amna.opens_return(record, {KURTA: ("quarantine", 1)})
    await hira.marks_delivered(new)
    assert (await hira.case(order)).money == "settled"
    assert await shop.movements(order) == [
        Movement("ship_branch_sync", LAHORE, KURTA, -1),
        Movement("ship_branch_sync", KARACHI, SHOE, -1),
    ]
    assert await shop.room("quarantine", LAHORE, KURTA) == 1


async def test_the_original_that_was_never_out_never_comes_in(shop: Stage, hira, amna, saad):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    parcel = await sent(amna, order, {KURTA: 1})
    await shop.store_edits(order, off={KURTA: 1}, on={SHAWL: 1})
    case = await hira.case(order)
    assert (case.goods, case.originals[0].units) == ("none_out", 1)
    excess = await amna.opens_return(parcel, {KURTA: ("sellable", 2)}, return_kind="exchange")
    assert (excess.status, excess.code) == ("flagged", "return_excess")
    assert await shop.shelf(LAHORE, KURTA) == 10
    assert (await saad.question("return_excess")).units == 1


async def test_a_replacement_in_another_size_and_one_more_thing(shop: Stage, hira, amna):
    order = await shop.customer_orders({KURTA: 1, SHOE: 1}, cod=False)
    await shop.store_edits(order, off={KURTA: 1, SHOE: 1}, on={SHAWL: 3})
    case = await hira.case(order)
    assert {x.variant_id: x.units for x in case.originals} == {KURTA: 1, SHOE: 1}
    assert {x.variant_id: x.units for x in case.replacements} == {SHAWL: 3}
    assert case.to_refund_paisa == 200_000


async def test_an_order_cancelled_in_the_middle_of_an_exchange_waits_for_its_goods(
    shop, hira, amna
):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await amna.prepares(order)
    await amna.packs(parcel)
    await shop.store_edits(order, off={KURTA: 1}, on={SHOE: 1})
    await shop.store_cancels(order)
    assert await hira.status(order) == "cancelled_goods_out"
    await amna.unpacks(parcel)
    assert await hira.status(order) == "cancelled"
    assert await shop.shelf(LAHORE, KURTA) == 10
    refused = await amna.prepares(order, {SHOE: 1})
    assert refused.said.code == "order_cancelled"

"""Goods come back: only what was looked into at a branch is in stock again, each unit where it belongs (S29, S30, A7)."""

from tests.scenarios.stage import Movement, Stage
from tests.server.retail import KARACHI, KURTA, LAHORE, SHOE


async def test_a_refused_parcel_is_in_stock_again_when_it_is_opened_and_not_before(
    shop, amna, hira
):
    parcel = await sent(shop, amna, {KURTA: 2})
    await amna.says_it_comes_back(parcel, reason="refused")
    assert await shop.shelf(LAHORE, KURTA) == 8
    assert "returning" in await hira.queues(parcel.order)
    await amna.opens_return(parcel, {KURTA: ("sellable", 2)})
    assert await shop.shelf(LAHORE, KURTA) == 10
    seen = await hira.sees(parcel)
    assert (seen.state, seen.returns[0].kind, seen.returns[0].closed) == ("returned", "rto", True)
    assert await shop.movements(parcel.order) == [
        Movement("ship_smart", LAHORE, KURTA, -2),
        Movement("return_receive", LAHORE, KURTA, 2),
    ]
    assert await shop.told_shopify(parcel.order) == ["fulfill"]


async def test_a_customers_return_is_not_sent_again(shop: Stage, amna, hira):
    parcel = await sent(shop, amna, {KURTA: 1})
    await amna.marks_delivered(parcel)
    await amna.says_it_comes_back(parcel, "customer", reason="too small")
    await amna.opens_return(parcel, {KURTA: ("sellable", 1)})
    assert await hira.status(parcel.order) == "returned"
    assert await hira.queues(parcel.order) == ()
    again = await amna.prepares(parcel.order)
    assert again.said.code == "lines_taken"


async def test_a_part_comes_first_and_the_rest_stays_expected(shop: Stage, amna, hira):
    parcel = await sent(shop, amna, {KURTA: 3})
    await amna.says_it_comes_back(parcel)
    await amna.opens_return(parcel, {KURTA: ("sellable", 1)})
    assert (await hira.sees(parcel)).state == "returning"
    assert await hira.status(parcel.order) == "returning"
    assert await shop.shelf(LAHORE, KURTA) == 8
    assert (await hira.sees(parcel.order)).lines[0].out_units == 2
    await amna.opens_return(parcel, {KURTA: ("sellable", 2)})
    assert (await hira.sees(parcel)).state == "returned"
    assert await shop.shelf(LAHORE, KURTA) == 10


async def test_some_items_only_and_the_customer_keeps_the_rest(shop: Stage, amna, hira):
    parcel = await sent(shop, amna, {KURTA: 1, SHOE: 1})
    await amna.marks_delivered(parcel)
    await amna.says_it_comes_back(parcel, "customer", {SHOE: 1})
    await amna.opens_return(parcel, {SHOE: ("sellable", 1)})
    seen = await hira.sees(parcel)
    assert seen.state == "delivered"
    assert await hira.status(parcel.order) == "delivered"
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(LAHORE, SHOE)) == (9, 10)


async def test_it_may_come_to_another_branch_than_it_left(shop: Stage, amna, bilal, hira):
    parcel = await sent(shop, amna, {KURTA: 1})
    await hira.says_it_comes_back(parcel, to_branch_id=KARACHI)
    assert (await bilal.sees(parcel)).state == "returning"
    await bilal.opens_return(parcel, {KURTA: ("sellable", 1)}, at=KARACHI)
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (9, 11)
    assert await bilal.sees(parcel) is None
    assert (await amna.sees(parcel)).state == "returned"


async def test_announced_here_but_scanned_there_counts_there(shop: Stage, amna, saad):
    parcel = await sent(shop, amna, {KURTA: 1})
    await amna.says_it_comes_back(parcel)
    await saad.opens_return(parcel, {KURTA: ("sellable", 1)}, at=KARACHI)
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (9, 11)


async def test_each_unit_goes_where_it_belongs(shop: Stage, amna, saad):
    parcel = await sent(shop, amna, {KURTA: 4})
    await amna.says_it_comes_back(parcel)
    for disposition in ("sellable", "damaged", "quarantine"):
        await amna.opens_return(parcel, {KURTA: (disposition, 1)})
    gone = await amna.opens_return(parcel, {KURTA: ("missing", 1)}, note="bag was open")
    assert (gone.status, gone.code) == ("flagged", "return_missing")
    assert await shop.shelf(LAHORE, KURTA) == 7
    assert await shop.room("damaged", LAHORE, KURTA) == 1
    assert await shop.room("quarantine", LAHORE, KURTA) == 1
    assert await shop.account("lost") == 1
    question = await saad.question("return_missing")
    assert (question.units, question.detail) == (1, "bag was open")
    await saad.decides(question, "accepted", reason="claim TCS-88")
    assert (await saad.sees(parcel)).state == "returned"


async def test_what_waits_in_quarantine_is_inspected_and_what_is_damaged_written_off(
    shop, amna, saad
):
    parcel = await sent(shop, amna, {KURTA: 3})
    await amna.says_it_comes_back(parcel)
    await amna.opens_return(parcel, {KURTA: ("quarantine", 3)})
    assert await shop.shelf(LAHORE, KURTA) == 7
    await amna.inspects({KURTA: 2}, good=True)
    await amna.inspects({KURTA: 1}, good=False)
    assert await shop.shelf(LAHORE, KURTA) == 9
    assert await shop.room("quarantine", LAHORE, KURTA) == 0
    assert await shop.room("damaged", LAHORE, KURTA) == 1
    refused = await amna.keeps("write_off", {KURTA: 1})
    assert refused.code == "authority"
    await saad.keeps("write_off", {KURTA: 1}, reason="torn")
    assert await shop.room("damaged", LAHORE, KURTA) == 0
    assert await shop.account("lost") == 1


async def test_another_thing_lay_in_the_parcel(shop: Stage, amna, saad):
    parcel = await sent(shop, amna, {KURTA: 1})
    await amna.says_it_comes_back(parcel)
    line = parcel.order.lines_of({KURTA: 1})[0]
    line |= {"disposition": "wrong_item", "came_variant_id": SHOE}
    body = {"return_id": "r1", "fulfillment_id": parcel.id, "branch_id": LAHORE, "lines": [line]}
    opened = await amna.does("return_receive", body)
    assert (opened.status, opened.code) == ("flagged", "return_wrong_item")
    assert await shop.shelf(LAHORE, KURTA) == 9
    assert await shop.room("quarantine", LAHORE, SHOE) == 1
    assert (await saad.sees(parcel)).state == "returned"


async def test_more_than_was_out_is_not_invented(shop: Stage, amna, saad):
    parcel = await sent(shop, amna, {KURTA: 1})
    await amna.says_it_comes_back(parcel)
    opened = await amna.opens_return(parcel, {KURTA: ("sellable", 3)})
    assert (opened.status, opened.code) == ("flagged", "return_excess")
    assert await shop.shelf(LAHORE, KURTA) == 10
    assert (await saad.question("return_excess")).units == 2


async def test_the_same_parcel_opened_on_two_phones_is_taken_in_once(shop: Stage, amna, asma, saad):
    parcel = await sent(shop, amna, {KURTA: 1})
    await amna.says_it_comes_back(parcel)
    for person in (amna, asma):
        await person.syncs()
        person.loses_network()
    first = await amna.opens_return(parcel, {KURTA: ("sellable", 1)})
    second = await asma.opens_return(parcel, {KURTA: ("sellable", 1)})
    await amna.is_back()
    await asma.is_back()
    assert first.status == "applied"
    assert (second.status, second.code) == ("flagged", "return_excess")
    assert await shop.shelf(LAHORE, KURTA) == 10
    await saad.decides(await saad.question("return_excess"), "accepted", reason="one parcel")
    assert await saad.status(parcel.order) == "returned"


async def test_a_return_that_is_called_off_goes_out_again(shop: Stage, amna, hira):
    parcel = await sent(shop, amna, {KURTA: 1})
    await hira.says_it_comes_back(parcel)
    await hira.does("resume_delivery", {"fulfillment_id": parcel.id, "reason": "she is home now"})
    assert await hira.status(parcel.order) == "dispatched"
    await hira.marks_delivered(parcel)
    assert await hira.status(parcel.order) == "delivered"
    assert await shop.shelf(LAHORE, KURTA) == 9


async def test_returns_work_alike_for_manual_and_branch_sync(shop: Stage, amna, nasreen, hira):
    manual = await nasreen.writes_down(await shop.customer_orders({KURTA: 1}, cod=False))
    order = await shop.customer_orders({SHOE: 1}, cod=False)
    await shop.store_fulfills(order)
    synced = await hira.names_branch(order)
    for parcel, variant in ((manual, KURTA), (synced, SHOE)):
        await amna.says_it_comes_back(parcel)
        await amna.opens_return(parcel, {variant: ("sellable", 1)})
        assert (await hira.sees(parcel)).state == "returned"
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(LAHORE, SHOE)) == (10, 10)


async def sent(shop: Stage, person, goods):
    """An order of those goods, packed and handed to a courier."""
    order = await shop.customer_orders(goods, cod=False)
    parcel = await person.prepares(order)
    await person.packs(parcel)
    await person.hands_over(parcel)
    return parcel

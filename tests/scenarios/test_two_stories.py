"""Two people tell opposite stories about one parcel: both are kept until somebody says which is true (A5)."""

from tests.scenarios.stage import Stage
from tests.scenarios.test_two_phones import back, offline, prepared
from tests.server.retail import KARACHI, KURTA, LAHORE


async def handed_over(shop: Stage, amna):
    parcel = await prepared(shop, amna)
    await amna.packs(parcel)
    await amna.hands_over(parcel)
    return parcel


async def test_delivered_by_one_and_taken_back_by_another_and_it_was_delivered(
    shop, amna, hira, saad
):
    parcel = await handed_over(shop, amna)
    await offline(amna, hira)
    await amna.says_it_comes_back(parcel)
    await amna.opens_return(parcel, {KURTA: ("sellable", 1)})
    given = await hira.marks_delivered(parcel)
    await back(amna, hira)
    assert (given.status, given.code) == ("flagged", "deliver_vs_return")
    assert await shop.shelf(LAHORE, KURTA) == 10
    await saad.decides(await saad.question("deliver_vs_return"), "was_delivered")
    assert await shop.shelf(LAHORE, KURTA) == 9
    assert await saad.status(parcel.order) == "delivered"


async def test_delivered_by_one_and_taken_back_by_another_and_it_came_back(shop, amna, hira, saad):
    parcel = await handed_over(shop, amna)
    await offline(amna, hira)
    await hira.marks_delivered(parcel)
    await amna.opens_return(parcel, {KURTA: ("sellable", 1)})
    await back(hira, amna)
    assert shop.odd("deliver_vs_return") == 1
    assert await shop.shelf(LAHORE, KURTA) == 10
    await saad.decides(await saad.question("deliver_vs_return"), "was_returned")
    assert await saad.status(parcel.order) == "returned"
    assert await shop.shelf(LAHORE, KURTA) == 10


async def test_on_its_way_back_says_one_and_delivered_says_the_other(shop: Stage, amna, hira, saad):
    parcel = await handed_over(shop, amna)
    await offline(amna, hira)
    await hira.says_it_comes_back(parcel)
    given = await amna.marks_delivered(parcel)
    await back(hira, amna)
    assert (given.status, given.code) == ("flagged", "deliver_vs_return")
    assert await saad.status(parcel.order) == "conflict"
    await saad.decides(await saad.question("deliver_vs_return"), "was_delivered")
    assert await saad.status(parcel.order) == "delivered"
    assert await shop.shelf(LAHORE, KURTA) == 9


async def test_cash_that_was_taken_for_a_parcel_on_its_way_back_is_not_lost(
    shop, amna, imran, saad
):
    order = await shop.customer_orders({KURTA: 1})
    await saad.confirms(order)
    parcel = await amna.prepares(order)
    await amna.packs(parcel)
    run = await amna.plans_run("imran")
    await amna.loads(run, parcel)
    await amna.starts(run)
    await offline(imran)
    given = await imran.marks_delivered(parcel, cash_paisa=250_000)
    await saad.says_it_comes_back(parcel, reason="she called")
    await back(imran)
    assert (given.status, given.code) == ("flagged", "deliver_vs_return")
    assert await shop.cash("rider/imran") == 250_000
    assert (await saad.sees(run)).expected_paisa == 250_000
    await saad.decides(await saad.question("deliver_vs_return"), "was_delivered")
    assert (await saad.sees(parcel)).cash_paisa == 250_000
    assert await saad.status(order) == "delivered"


async def test_written_down_by_hand_and_synced_from_shopify_leaves_once(shop, nasreen, hira, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await shop.store_fulfills(order)
    await offline(nasreen, hira)
    await nasreen.writes_down(order)
    synced = await hira.names_branch(order, at=KARACHI)
    await back(nasreen, hira)
    assert (synced.said.status, synced.said.code) == ("noop", "nothing_left")
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (9, 10)


async def test_two_recorders_write_the_same_parcel_down(shop: Stage, nasreen, amna, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await offline(nasreen, amna)
    await nasreen.writes_down(order)
    second = await amna.writes_down(order)
    await back(nasreen, amna)
    assert second.said.code == "possible_double_deduct"
    assert await shop.shelf(LAHORE, KURTA) == 9
    await saad.decides(await saad.question("possible_double_deduct"), "same_parcel")
    assert await saad.status(order) == "done"


async def test_a_late_pack_of_goods_that_the_desk_has_synced_is_linked(shop, amna, hira, saad):
    parcel = await prepared(shop, amna)
    await offline(amna)
    packed = await amna.packs(parcel)
    sent = await amna.hands_over(parcel)
    gid = await shop.store_fulfills(parcel.order)
    record = await hira.names_branch(parcel.order, at=LAHORE)
    await back(amna)
    assert (packed.status, packed.code) == ("applied", "linked")
    assert sent.status == "applied"
    assert await shop.shelf(LAHORE, KURTA) == 9
    assert await hira.sees(record) is not None
    assert (await hira.sees(record)).state == "voided"
    seen = await hira.sees(parcel)
    assert (seen.state, seen.shopify_fulfillment_gid) == ("dispatched", gid)
    assert await shop.told_shopify(parcel) == []
    assert await saad.questions() == []


async def test_packed_at_one_branch_and_synced_from_another(shop: Stage, amna, hira, saad):
    parcel = await prepared(shop, amna)
    await offline(amna)
    packed = await amna.packs(parcel)
    await shop.store_fulfills(parcel.order)
    await hira.names_branch(parcel.order, at=KARACHI)
    await back(amna)
    assert (packed.status, packed.code) == ("flagged", "double_pack")
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (10, 9)
    await saad.decides(await saad.question("double_pack"), "other_branch", reason="Lahore had it")
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (9, 10)
    assert await saad.questions() == []


async def test_a_parcel_of_a_packer_who_was_moved_away_waits_for_a_word(shop: Stage, amna, bilal):
    parcel = await prepared(shop, amna)
    there = await bilal.packs(parcel)
    assert (there.status, there.code) == (
        "parked",
        "unknown_reference",
    ) or there.code == "authority"
    assert await shop.shelf(LAHORE, KURTA) == 10


async def test_a_lost_answer_does_not_deduct_a_second_time(shop: Stage, amna):
    parcel = await prepared(shop, amna)
    amna.loses_answers(2)
    await amna.packs(parcel)
    assert await shop.shelf(LAHORE, KURTA) == 9
    assert (await amna.sees(parcel)).state == "packed"

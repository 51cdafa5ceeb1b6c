"""A branch's own life: goods in, goods out, boxes between branches, and counting while the shop goes on (A25, I17, I18)."""

from sync_protocol.stock import StockLevel, level_of
from tests.scenarios.stage import Stage
from tests.server.retail import KARACHI, KURTA, LAHORE, SHOE

MINUTE = 60_000


async def test_opening_receiving_and_the_counter(shop: Stage, saad, amna):
    await saad.keeps("opening_stock", {KURTA: 5}, note="from the list")
    assert await shop.shelf(LAHORE, KURTA) == 15
    await amna.keeps("receive_stock", {KURTA: 20, SHOE: 4}, reference="GRN-12")
    await amna.sells({KURTA: 2}, cash_paisa=500_000)
    await amna.keeps("counter_return", {KURTA: 1}, cash_paisa=250_000)
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(LAHORE, SHOE)) == (34, 14)
    assert await shop.shelf(KARACHI, KURTA) == 10
    assert await shop.cash("till/lhr") == 250_000
    assert (await amna.keeps("opening_stock", {KURTA: 5})).code == "authority"


async def test_a_counter_sale_without_network_counts_when_it_is_told(shop: Stage, amna, saad):
    amna.loses_network()
    await amna.sells({KURTA: 3})
    assert await amna.shelf(KURTA) == 7
    assert await saad.shelf(KURTA) == 10
    await amna.is_back()
    assert await saad.shelf(KURTA) == 7


async def test_a_branch_works_at_its_own_shelf_only(shop: Stage, amna):
    assert (await amna.sells({KURTA: 1}, at=KARACHI)).code == "authority"
    assert await shop.shelf(KARACHI, KURTA) == 10


async def test_a_box_between_branches_is_nowhere_on_sale_until_it_is_opened(
    shop, amna, bilal, saad
):
    box = await amna.sends_box({KURTA: 6}, to=KARACHI)
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (4, 10)
    assert await shop.account(f"transit/{box.id}") == 6
    assert (await bilal.sees(box)).lines[0].transit_units == 6
    found = {"variant_id": KURTA, "received_units": 3, "damaged_units": 1}
    await bilal.opens_box(box, [found], at=KARACHI)
    assert (await saad.sees(box)).state == "partly_received"
    short = await bilal.opens_box(box, [{"variant_id": KURTA, "short_units": 2}], at=KARACHI)
    assert (short.status, short.code) == ("flagged", "transfer_short")
    assert await shop.shelf(KARACHI, KURTA) == 13
    assert await shop.room("damaged", KARACHI, KURTA) == 1
    assert await shop.account("lost") == 2
    assert await shop.account(f"transit/{box.id}") == 0
    assert (await amna.sees(box)).state == "closed"
    question = await saad.question("transfer_short")
    assert (question.branch_id, question.units) == (KARACHI, 2)
    await saad.decides(question, "accepted", reason="the driver owes two")


async def test_a_box_opened_on_two_phones_is_taken_in_once(shop: Stage, amna, bilal, saad):
    box = await amna.sends_box({KURTA: 4}, to=KARACHI)
    found = [{"variant_id": KURTA, "received_units": 4}]
    for person in (bilal, saad):
        await person.syncs()
        person.loses_network()
        await person.opens_box(box, found, at=KARACHI)
    await bilal.is_back()
    await saad.is_back()
    assert shop.said[-1].code == "transfer_excess"
    assert await shop.shelf(KARACHI, KURTA) == 14


async def test_goods_may_be_received_that_nobody_sent_enough_of(shop: Stage, amna, bilal, saad):
    box = await amna.sends_box({KURTA: 2}, to=KARACHI)
    found = [{"variant_id": KURTA, "received_units": 3}]
    more = await bilal.opens_box(box, found, at=KARACHI)
    assert (more.status, more.code) == ("flagged", "transfer_excess")
    assert await shop.shelf(KARACHI, KURTA) == 12
    assert (await saad.question("transfer_excess")).units == 1


async def test_a_count_posts_only_the_difference(shop: Stage, amna, saad):
    await amna.counts({KURTA: 8, SHOE: 10})
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(LAHORE, SHOE)) == (8, 10)
    held = await saad.stock(KURTA)
    assert (held.counted.units, held.counted.device_id) == (8, amna.held.phone.memory.device_id)


async def test_sold_before_the_count_but_told_later_is_not_taken_twice(shop: Stage, amna, asma):
    asma.loses_network()
    sale = await asma.sells({KURTA: 2})
    shop.clock.pass_ms(10 * MINUTE)
    await amna.syncs()
    await amna.counts({KURTA: 8})
    assert await shop.shelf(LAHORE, KURTA) == 8
    await asma.is_back()
    assert (sale.status, sale.code) == ("applied", "counted_before")
    assert await shop.shelf(LAHORE, KURTA) == 8


async def test_sold_after_the_count_comes_off_it(shop: Stage, amna, asma):
    amna.loses_network()
    await amna.counts({KURTA: 9})
    shop.clock.pass_ms(10 * MINUTE)
    await asma.sells({KURTA: 2})
    assert await shop.shelf(LAHORE, KURTA) == 8
    await amna.is_back()
    assert await shop.shelf(LAHORE, KURTA) == 7


async def test_sold_at_about_the_same_time_by_doubtful_clocks_is_counted_again(
    shop, amna, asma, saad
):
    asma.loses_network()
    sale = await asma.does(
        "counter_sale",
        {"branch_id": LAHORE, "lines": [{"variant_id": KURTA, "units": 2}]},
        clock=(0, 5 * MINUTE),
    )
    shop.clock.pass_ms(MINUTE)
    await amna.syncs()
    await amna.counts({KURTA: 8})
    await asma.is_back()
    assert (sale.status, sale.code) == ("flagged", "count_ambiguous")
    assert await shop.shelf(LAHORE, KURTA) == 6
    await saad.question("count_ambiguous")
    shop.clock.pass_ms(20 * MINUTE)
    await amna.syncs()
    await amna.counts({KURTA: 8})
    assert await shop.shelf(LAHORE, KURTA) == 8
    assert await saad.questions() == []


async def test_the_counting_phone_knows_its_own_unsent_sales(shop: Stage, amna):
    amna.loses_network()
    await amna.sells({KURTA: 1})
    await amna.counts({KURTA: 9})
    await amna.sells({KURTA: 3})
    assert await amna.shelf(KURTA) == 6
    await amna.is_back()
    assert await shop.shelf(LAHORE, KURTA) == 6


async def test_a_count_that_brings_the_shelf_above_zero_settles_the_oversell(shop, amna, saad):
    sold = await amna.sells({KURTA: 12})
    assert (sold.status, sold.code) == ("flagged", "oversell")
    assert await shop.shelf(LAHORE, KURTA) == -2
    assert (await saad.question("oversell")).balance_units == -2
    shop.clock.pass_ms(MINUTE)
    await amna.syncs()
    await amna.counts({KURTA: 1})
    assert await shop.shelf(LAHORE, KURTA) == 1
    assert await saad.questions() == []


async def test_each_branch_says_when_it_wants_to_be_warned(shop: Stage, amna, saad):
    levels = await saad.wants_warning_at({KURTA: 12, SHOE: 3})
    assert levels.status == "applied"
    held = await amna.stock(KURTA)
    assert (held.low_units, level_of(held.sellable, held.low_units)) == (12, StockLevel.LOW)
    assert (await saad.stock(KURTA, KARACHI)).low_units is None
    await saad.wants_warning_at({KURTA: None})
    assert (await amna.stock(KURTA)).low_units is None

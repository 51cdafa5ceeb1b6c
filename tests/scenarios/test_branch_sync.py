"""Fulfilled in Shopify, synced to a branch here: stock leaves on a person's word and not before (S12–S20)."""

from sync_protocol.stock import StockLevel, available_units, level_of
from tests.scenarios.stage import Movement, Stage
from tests.server.retail import KARACHI, KURTA, LAHORE, SHOE


async def test_a_fulfillment_in_shopify_is_seen_without_anybody_doing_anything(shop: Stage, hira):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    await shop.store_fulfills(order, courier="Leopards", number="LE-5511")
    assert await hira.status(order) == "branch_sync"
    assert await hira.queues(order) == ("branch_sync",)
    (seen,) = (await hira.sees(order)).store_fulfillments
    assert (seen.courier, seen.tracking_number, seen.live) == ("Leopards", "LE-5511", True)
    assert await shop.movements(order) == []
    assert await shop.shelf(LAHORE, KURTA) == 10


async def test_stock_leaves_the_chosen_branch_on_confirm_with_everything_on_record(shop, hira):
    order = await shop.customer_orders({KURTA: 2, SHOE: 1}, cod=False)
    gid = await shop.store_fulfills(order, courier="TCS", number="TCS-77")
    record = await hira.names_branch(order, at=KARACHI)
    assert await shop.movements(order) == [
        Movement("ship_branch_sync", KARACHI, KURTA, -2),
        Movement("ship_branch_sync", KARACHI, SHOE, -1),
    ]
    (entry,) = await shop.entries(order)
    assert (entry["order_id"], entry["by_staff"]) == (order.id, "hira")
    assert entry["at"] > 0
    assert entry["recorded_at"] > 0
    made = await hira.sees(record)
    assert (made.courier, made.tracking_number) == ("TCS", "TCS-77")
    assert made.shopify_fulfillment_gid == gid
    assert await hira.status(order) == "done"
    assert await hira.queues(order) == ()
    assert await shop.told_shopify(order) == []


async def test_the_desk_sees_at_which_branch_how_many_are_left(shop: Stage, hira, saad):
    order = await shop.customer_orders({KURTA: 3}, cod=False)
    await saad.sells({KURTA: 8}, at=LAHORE)
    await saad.sells({KURTA: 10}, at=KARACHI)
    await shop.store_fulfills(order)
    here, there = await hira.stock(KURTA, LAHORE), await hira.stock(KURTA, KARACHI)
    assert (available_units(here), available_units(there)) == (2, 0)
    few = hira.held.phone.look().policy.low_stock_units
    assert level_of(available_units(here), few) is StockLevel.LOW
    assert level_of(available_units(there), few) is StockLevel.ZERO


async def test_too_few_here_so_another_branch_gives_it(shop: Stage, hira, saad):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    await saad.sells({KURTA: 9}, at=LAHORE)
    await shop.store_fulfills(order)
    assert await hira.shelf(KURTA, LAHORE) == 1
    assert await hira.shelf(KURTA, KARACHI) == 10
    await hira.names_branch(order, at=KARACHI)
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (1, 8)


async def test_confirming_below_zero_is_shown_at_once_and_asked_about(shop: Stage, hira, saad):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    await saad.sells({KURTA: 9}, at=LAHORE)
    await shop.store_fulfills(order)
    record = await hira.names_branch(order, at=LAHORE)
    assert (record.said.status, record.said.code) == ("flagged", "oversell")
    assert await shop.shelf(LAHORE, KURTA) == -1
    question = await saad.question("oversell")
    assert (question.branch_id, question.units, question.balance_units) == (LAHORE, 2, -1)
    await saad.decides(question, "other_branch", branch_id=KARACHI, reason="it was in Karachi")
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (1, 8)
    assert await saad.questions() == []


async def test_one_shopify_fulfillment_left_from_two_branches(shop: Stage, hira):
    order = await shop.customer_orders({KURTA: 2, SHOE: 1}, cod=False)
    await shop.store_fulfills(order)
    await hira.names_branch(order, {KURTA: 1}, at=LAHORE)
    assert await hira.status(order) == "branch_sync"
    await hira.names_branch(order, {KURTA: 1, SHOE: 1}, at=KARACHI)
    assert await hira.status(order) == "done"
    assert await shop.movements(order) == [
        Movement("ship_branch_sync", LAHORE, KURTA, -1),
        Movement("ship_branch_sync", KARACHI, KURTA, -1),
        Movement("ship_branch_sync", KARACHI, SHOE, -1),
    ]


async def test_a_second_confirm_of_the_same_goods_takes_nothing(shop: Stage, hira, saad):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    await shop.store_fulfills(order)
    for person in (hira, saad):
        await person.syncs()
        person.loses_network()
    first = await hira.names_branch(order, at=LAHORE)
    second = await saad.names_branch(order, at=KARACHI)
    await hira.is_back()
    await saad.is_back()
    assert first.said.status == "applied"
    assert (second.said.status, second.said.code) == ("noop", "nothing_left")
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (8, 10)


async def test_a_later_partial_fulfillment_asks_again_for_its_own_units_only(shop: Stage, hira):
    order = await shop.customer_orders({KURTA: 3}, cod=False)
    await shop.store_fulfills(order, {KURTA: 1})
    await hira.names_branch(order, {KURTA: 1})
    assert await hira.status(order) == "partial"
    await shop.store_fulfills(order, {KURTA: 2}, number="second")
    assert await hira.status(order) == "branch_sync"
    record = await hira.names_branch(order, {KURTA: 2}, at=KARACHI)
    assert (await hira.sees(record)).tracking_number == "second"
    assert await hira.status(order) == "done"


async def test_more_than_shopify_shows_is_asked_about(shop: Stage, hira, saad):
    order = await shop.customer_orders({KURTA: 3}, cod=False)
    await shop.store_fulfills(order, {KURTA: 1})
    record = await hira.names_branch(order, {KURTA: 3})
    assert (record.said.status, record.said.code) == ("flagged", "not_fulfilled_in_shopify")
    assert await shop.shelf(LAHORE, KURTA) == 9
    assert await hira.status(order) == "conflict"
    await saad.decides(await saad.question("not_fulfilled_in_shopify"), "accepted")
    assert await hira.status(order) == "partial"


async def test_what_nobody_names_in_a_day_is_for_fix_branch_stock(shop: Stage, hira, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await shop.store_fulfills(order)
    assert await shop.hours_pass(23) == 0
    assert await hira.status(order) == "branch_sync"
    assert await shop.hours_pass(2) == 1
    assert await hira.status(order) == "fix_branch_stock"
    assert await hira.queues(order) == ("fix_branch_stock",)
    await saad.fixes(order, {(KARACHI, KURTA): 1})
    assert await hira.status(order) == "done"
    assert await shop.shelf(KARACHI, KURTA) == 9


async def test_a_fulfillment_cancelled_in_shopify_is_asked_about(shop: Stage, hira, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    gid = await shop.store_fulfills(order)
    record = await hira.names_branch(order)
    assert await shop.store_takes_back(order, gid) == "flagged"
    assert await hira.status(order) == "conflict"
    await saad.decides(await saad.question("unfulfilled_in_shopify"), "void", reason="never left")
    assert (await hira.sees(record)).state == "voided"
    assert await shop.shelf(LAHORE, KURTA) == 10
    assert await hira.status(order) == "unfulfilled"


async def test_a_smart_parcel_of_ours_never_opens_branch_sync(shop: Stage, hira, amna):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await amna.prepares(order)
    await amna.packs(parcel)
    await amna.hands_over(parcel, number="CN-1")
    await shop.store_fulfills(order, number="CN-1")
    assert await hira.status(order) == "dispatched"
    assert "branch_sync" not in await hira.queues(order)
    assert await shop.shelf(LAHORE, KURTA) == 9


async def test_goods_that_are_no_goods_ask_for_no_branch(shop: Stage, hira):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    (line,) = order.reading.lines
    gift = {"lines": (type(line)(**_asdict(line) | {"ships": False, "fulfilled_units": 1}),)}
    await shop.store_shows(order, **gift)
    assert await hira.queues(order) == ()
    assert (await hira.sees(order)).status == "unfulfilled"


def _asdict(line) -> dict:
    return {name: getattr(line, name) for name in line.__struct_fields__}

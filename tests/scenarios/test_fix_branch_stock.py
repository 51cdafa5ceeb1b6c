"""What really left, from where, put right afterwards and on record (S54–S57, I11)."""

from tests.scenarios.stage import Movement, Stage
from tests.server.retail import KARACHI, KURTA, LAHORE, SHOE


async def test_an_order_without_a_branch_stays_visible_until_somebody_fixes_it(
    shop: Stage, hira, saad
):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    await shop.store_fulfills(order)
    await shop.hours_pass(25)
    assert await hira.status(order) == "fix_branch_stock"
    assert "fix_branch_stock" in await saad.queues(order)
    await shop.hours_pass(24 * 30)
    assert await saad.status(order) == "fix_branch_stock"
    await saad.fixes(order, {(LAHORE, KURTA): 2}, because="Amna remembers")
    assert await shop.movements(order) == [Movement("fix_branch", LAHORE, KURTA, -2)]
    (entry,) = await shop.entries(order)
    assert (entry["by_staff"], entry["reason"]) == ("saad", "Amna remembers")
    assert await hira.status(order) == "done"


async def test_the_wrong_branch_was_named_and_the_deduction_moves(shop: Stage, hira, saad):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    await shop.store_fulfills(order, number="TCS-5")
    record = await hira.names_branch(order, at=LAHORE)
    await saad.fixes(order, {(LAHORE, KURTA): 0, (KARACHI, KURTA): 2})
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (10, 8)
    moved = await saad.sees(record)
    assert (moved.branch_id, moved.tracking_number) == (KARACHI, "TCS-5")
    assert await shop.movements(order) == [
        Movement("ship_branch_sync", LAHORE, KURTA, -2),
        Movement("fix_branch", LAHORE, KURTA, 2),
        Movement("fix_branch", KARACHI, KURTA, -2),
    ]


async def test_fewer_left_than_was_recorded(shop: Stage, hira, saad):
    order = await shop.customer_orders({KURTA: 3, SHOE: 1}, cod=False)
    await shop.store_fulfills(order)
    await hira.names_branch(order)
    await saad.fixes(order, {(LAHORE, KURTA): 2})
    assert await shop.shelf(LAHORE, KURTA) == 8
    assert await hira.status(order) == "branch_sync"
    await hira.names_branch(order, {KURTA: 1}, at=KARACHI)
    assert await hira.status(order) == "done"


async def test_more_left_than_shopify_says(shop: Stage, hira, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await shop.store_fulfills(order)
    await hira.names_branch(order)
    await saad.fixes(order, {(LAHORE, KURTA): 2}, because="two were in the bag")
    assert await shop.shelf(LAHORE, KURTA) == 8
    assert (await saad.sees(order)).lines[0].out_units == 2


async def test_saying_it_twice_moves_it_once(shop: Stage, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await shop.store_fulfills(order)
    await saad.fixes(order, {(LAHORE, KURTA): 1})
    again = await saad.fixes(order, {(LAHORE, KURTA): 1})
    assert (again.status, again.code) == ("noop", "nothing_left")
    assert await shop.shelf(LAHORE, KURTA) == 9


async def test_two_supervisors_at_once_and_the_second_is_asked_again(shop: Stage, saad):
    zainab = await shop.enters("zainab")
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    await shop.store_fulfills(order)
    screens = [(await p.sees(order)).rev for p in (saad, zainab)]
    await saad.fixes(order, {(LAHORE, KURTA): 2}, seen=screens[0])
    late = await zainab.fixes(order, {(KARACHI, KURTA): 2}, seen=screens[1])
    assert (late.status, late.code) == ("flagged", "fix_stale")
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (8, 10)
    assert await saad.status(order) == "conflict"
    await zainab.fixes(order, {(LAHORE, KURTA): 0, (KARACHI, KURTA): 2}, because="I was there")
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (10, 8)
    assert await zainab.questions() == []
    assert await saad.status(order) == "done"


async def test_two_supervisors_who_say_the_same_agree(shop: Stage, saad):
    zainab = await shop.enters("zainab")
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    await shop.store_fulfills(order)
    screen = (await zainab.sees(order)).rev
    await saad.fixes(order, {(LAHORE, KURTA): 2})
    same = await zainab.fixes(order, {(LAHORE, KURTA): 2}, seen=screen)
    assert (same.status, same.code) == ("noop", "nothing_left")
    assert await shop.shelf(LAHORE, KURTA) == 8


async def test_what_came_back_meanwhile_stays_back(shop: Stage, saad, amna):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    await shop.store_fulfills(order)
    await saad.names_branch(order, at=LAHORE)
    (record,) = (await saad.sees(order)).shipments
    body = {"fulfillment_id": record.fulfillment_id, "return_id": "r1", "branch_id": LAHORE}
    line = order.lines_of({KURTA: 1})[0] | {"disposition": "sellable"}
    await amna.does("return_receive", body | {"lines": [line], "return_kind": "customer"})
    assert await shop.shelf(LAHORE, KURTA) == 9
    same = await saad.fixes(order, {(LAHORE, KURTA): 2})
    assert (same.status, same.code) == ("noop", "nothing_left")
    assert await shop.shelf(LAHORE, KURTA) == 9


async def test_a_fix_that_finds_the_books_right_answers_the_question_of_a_double_deduction(
    shop: Stage, amna, nasreen, saad
):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await amna.prepares(order)
    await nasreen.syncs()
    nasreen.loses_network()
    double = await nasreen.writes_down(order)
    await amna.packs(parcel)
    await nasreen.is_back()
    assert double.said.code == "possible_double_deduct"
    await saad.question("possible_double_deduct")
    assert (await saad.fixes(order, {(LAHORE, KURTA): 1})).code == "nothing_left"
    assert await saad.questions() == []
    assert await shop.shelf(LAHORE, KURTA) == 9


async def test_below_zero_is_shown_and_not_hidden(shop: Stage, saad):
    await saad.sells({KURTA: 10})
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    await shop.store_fulfills(order)
    fixed = await saad.fixes(order, {(LAHORE, KURTA): 2})
    assert (fixed.status, fixed.code) == ("flagged", "oversell")
    assert await shop.shelf(LAHORE, KURTA) == -2
    await saad.decides(await saad.question("oversell"), "found_extra", reason="behind the rack")
    assert await shop.shelf(LAHORE, KURTA) == 0


async def test_only_head_office_corrects(shop: Stage, hira, amna):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await shop.store_fulfills(order)
    assert (await hira.fixes(order, {(LAHORE, KURTA): 1})).code == "authority"
    assert (await amna.fixes(order, {(LAHORE, KURTA): 1})).code == "authority"
    assert await shop.shelf(LAHORE, KURTA) == 10

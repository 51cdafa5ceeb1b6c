"""Sent by hand and written down at the branch: no Shopify, no duplicate, few words (S34–S40, I13)."""

from tests.scenarios.stage import Movement, Stage
from tests.server.retail import KARACHI, KURTA, LAHORE, SHOE


async def test_the_branch_writes_down_what_it_sent_and_shopify_stays_as_it_is(shop, nasreen, hira):
    order = await shop.customer_orders({KURTA: 2, SHOE: 1}, cod=False)
    parcel = await nasreen.writes_down(order, {KURTA: 2}, note="sent with the van")
    assert await shop.movements(order) == [Movement("ship_manual", LAHORE, KURTA, -2)]
    assert await shop.told_shopify(order) == []
    seen = await hira.sees(parcel)
    assert (seen.state, seen.shopify_state, seen.note) == (
        "recorded",
        "not_for_shopify",
        "sent with the van",
    )
    (entry,) = await shop.entries(order)
    assert entry["by_staff"] == "nasreen"
    assert await hira.status(order) == "partial"


async def test_a_manual_parcel_never_reaches_shopify_whatever_happens_to_it(shop, saad, amna):
    order = await shop.customer_orders({KURTA: 1, SHOE: 1})
    first = await amna.writes_down(order, {KURTA: 1}, courier="tcs", tracking_number="T-1")
    body = {"fulfillment_id": first.id, "courier": "mnp", "tracking_number": "M-1"}
    await amna.does("set_tracking", body)
    await amna.could_not_deliver(first, "not_home")
    await amna.marks_delivered(first)
    await amna.says_it_comes_back(first, "customer")
    await amna.opens_return(first, {KURTA: ("sellable", 1)})
    second = await amna.writes_down(order, {SHOE: 1})
    handed = await amna.hands_over(second)
    assert handed.code == "double_dispatch"
    await amna.voids(second, reason="it is still here")
    assert await shop.told_shopify(order) == []
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(LAHORE, SHOE)) == (10, 10)


async def test_without_network_the_recorder_sees_the_shelf_at_once_and_the_shop_later(
    shop, nasreen, saad
):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    await nasreen.syncs()
    nasreen.loses_network()
    await nasreen.writes_down(order, {KURTA: 2})
    assert await nasreen.shelf(KURTA) == 8
    assert await nasreen.status(order) == "done"
    assert await saad.shelf(KURTA) == 10
    await nasreen.is_back()
    assert await saad.shelf(KURTA) == 8
    assert await saad.status(order) == "done"


async def test_what_is_fulfilled_in_shopify_later_is_matched_and_asks_for_no_branch(
    shop, nasreen, hira
):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    await nasreen.writes_down(order, {KURTA: 2})
    await shop.store_fulfills(order)
    assert await hira.status(order) == "done"
    assert await hira.queues(order) == ()
    again = await hira.names_branch(order, at=KARACHI)
    assert (again.said.status, again.said.code) == ("noop", "nothing_left")
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (8, 10)


async def test_only_the_units_that_manual_work_left_are_synced(shop: Stage, nasreen, hira):
    order = await shop.customer_orders({KURTA: 3}, cod=False)
    await nasreen.writes_down(order, {KURTA: 1})
    await shop.store_fulfills(order)
    assert await hira.status(order) == "branch_sync"
    await hira.names_branch(order, {KURTA: 2}, at=KARACHI)
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (9, 8)
    assert await hira.status(order) == "done"


async def test_what_head_office_did_already_is_not_deducted_again(shop: Stage, nasreen, hira, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await nasreen.syncs()
    nasreen.loses_network()
    await shop.store_fulfills(order)
    await hira.names_branch(order, at=KARACHI)
    parcel = await nasreen.writes_down(order)
    await nasreen.is_back()
    assert (parcel.said.status, parcel.said.code) == ("flagged", "possible_double_deduct")
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (10, 9)
    assert await hira.status(order) == "conflict"
    question = await saad.question("possible_double_deduct")
    assert (question.by, question.branch_id, question.units) == ("nasreen", LAHORE, 1)
    await saad.decides(question, "same_parcel")
    assert await hira.status(order) == "done"


async def test_what_is_promised_to_a_parcel_is_released_when_it_went_by_hand(shop, amna, nasreen):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    parcel = await amna.prepares(order)
    await nasreen.writes_down(order, {KURTA: 2})
    assert (await amna.sees(parcel)).state == "cancelled"
    assert (await amna.stock(KURTA)).reserved == 0
    late = await amna.packs(parcel)
    assert (late.status, late.code) == ("flagged", "double_pack")
    assert await shop.shelf(LAHORE, KURTA) == 8


async def test_a_record_that_was_a_mistake_is_voided_by_name(shop: Stage, nasreen, saad):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    parcel = await nasreen.writes_down(order)
    await nasreen.voids(parcel, reason="wrong order")
    assert await shop.shelf(LAHORE, KURTA) == 10
    out, back = await shop.entries(order)
    assert (back["kind"], back["reverses"], back["reason"]) == (
        "void_ship",
        out["id"],
        "wrong order",
    )
    assert await saad.status(order) == "unfulfilled"
    again = await nasreen.voids(parcel)
    assert (again.status, again.code) == ("noop", "already_done")


async def test_a_recorder_can_do_nothing_else_and_nowhere_else(shop: Stage, nasreen, amna):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    assert (await nasreen.prepares(order)).said.code == "authority"
    elsewhere = await shop.customer_orders({KURTA: 1}, cod=False)
    there = await nasreen.writes_down(elsewhere, at=KARACHI)
    assert (there.said.status, there.said.code) == ("parked", "authority")
    assert await shop.shelf(KARACHI, KURTA) == 10
    assert await shop.told_shopify(order) == await shop.told_shopify(elsewhere) == []


async def test_more_by_hand_than_was_ordered_is_asked_about_and_may_have_been_true(
    shop, nasreen, saad
):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await nasreen.writes_down(order, {KURTA: 3})
    assert parcel.said.code == "possible_double_deduct"
    assert await shop.shelf(LAHORE, KURTA) == 9
    question = await saad.question("possible_double_deduct")
    assert question.units == 2
    await saad.decides(question, "sent_twice", reason="two more as a gift")
    assert await shop.shelf(LAHORE, KURTA) == 7
    assert await shop.told_shopify(order) == []

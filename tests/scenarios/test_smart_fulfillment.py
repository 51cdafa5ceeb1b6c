"""Made, packed, handed over and followed here; Shopify is told by itself, once (S21–S33)."""

from tests.scenarios.stage import Movement, Stage
from tests.server.retail import KARACHI, KURTA, LAHORE, SHOE


async def on_its_way(amna, order, goods=None, at=LAHORE, **more):
    """Prepared, packed and handed to a courier."""
    parcel = await amna.prepares(order, goods, at=at)
    await amna.packs(parcel)
    await amna.hands_over(parcel, **more)
    return parcel


async def test_pending_packed_dispatched_delivered_and_stock_leaves_at_packed_only(
    shop, amna, hira
):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    shelves = []
    parcel = await amna.prepares(order)
    shelves.append(await shop.shelf(LAHORE, KURTA))
    assert (await hira.stock(KURTA)).reserved == 2
    await amna.packs(parcel)
    shelves.append(await shop.shelf(LAHORE, KURTA))
    assert (await hira.stock(KURTA)).reserved == 0
    await amna.hands_over(parcel, "leopards", "LE-1")
    shelves.append(await shop.shelf(LAHORE, KURTA))
    await hira.marks_delivered(parcel)
    shelves.append(await shop.shelf(LAHORE, KURTA))
    assert shelves == [10, 8, 8, 8]
    seen = await hira.sees(parcel)
    assert [s.state for s in seen.steps] == ["pending", "packed", "dispatched", "delivered"]
    assert (seen.branch_id, seen.courier, seen.tracking_number) == (LAHORE, "leopards", "LE-1")
    assert await hira.status(order) == "delivered"
    assert await shop.movements(order) == [Movement("ship_smart", LAHORE, KURTA, -2)]


async def test_shopify_is_told_once_and_the_customer_is_notified_unless_not_wanted(shop, amna):
    order = await shop.customer_orders({KURTA: 1, SHOE: 1}, cod=False)
    parcel = await on_its_way(amna, order, {KURTA: 1}, number="CN-9")
    again = await amna.hands_over(parcel, number="CN-9")
    assert (again.status, again.code) == ("noop", "already_done")
    assert await shop.told_shopify(order) == ["fulfill"]
    assert (await amna.sees(parcel)).notify_customer
    quiet = await on_its_way(amna, order, {SHOE: 1}, notify_customer=False)
    assert not (await amna.sees(quiet)).notify_customer
    assert await shop.told_shopify(order) == ["fulfill", "fulfill"]


async def test_parts_of_an_order_leave_two_branches_with_couriers_of_their_own(shop, amna, bilal):
    order = await shop.customer_orders({KURTA: 3, SHOE: 1})
    await amna.confirms(order)
    here = await on_its_way(amna, order, {KURTA: 2}, courier="tcs", number="T1")
    assert await amna.status(order) == "partial"
    there = await on_its_way(bilal, order, {KURTA: 1, SHOE: 1}, KARACHI, courier="mnp", number="M1")
    assert await amna.status(order) == "dispatched"
    await amna.marks_delivered(here, cash_paisa=500_000)
    seen = await bilal.sees(there)
    assert (seen.courier, seen.tracking_number, seen.state) == ("mnp", "M1", "dispatched")
    assert seen.collect_paisa == 650_000
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (8, 9)
    assert await shop.told_shopify(here) == await shop.told_shopify(there) == ["fulfill"]


async def test_no_more_can_be_promised_than_was_ordered(shop: Stage, amna, bilal):
    order = await shop.customer_orders({KURTA: 3}, cod=False)
    await amna.prepares(order, {KURTA: 2})
    rest = await bilal.prepares(order, {KURTA: 2}, at=KARACHI)
    assert (rest.said.status, rest.said.code) == ("applied", "partly_taken")
    assert [x.units for x in (await bilal.sees(rest)).lines] == [1]
    none = await bilal.prepares(order, {KURTA: 1}, at=KARACHI)
    assert (none.said.status, none.said.code, none.said.answer.by) == (
        "refused",
        "lines_taken",
        "amna",
    )


async def test_before_packing_branch_and_lines_may_change_or_all_be_given_up(shop, amna, hira):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    parcel = await amna.prepares(order)
    lines = order.lines_of({KURTA: 1})
    body = {"fulfillment_id": parcel.id, "branch_id": KARACHI, "lines": lines}
    await hira.does("edit_fulfillment", body)
    assert (await hira.stock(KURTA, LAHORE)).reserved == 0
    assert (await hira.stock(KURTA, KARACHI)).reserved == 1
    assert await amna.sees(parcel) is None
    await hira.does("cancel_fulfillment", {"fulfillment_id": parcel.id, "reason": "too dear"})
    assert (await hira.stock(KURTA, KARACHI)).reserved == 0
    assert await hira.status(order) == "unfulfilled"
    assert await shop.movements(order) == []


async def test_unpacking_puts_exactly_those_goods_back(shop: Stage, amna, hira):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    parcel = await amna.prepares(order)
    await amna.packs(parcel)
    await amna.unpacks(parcel, reason="wrong size in the bag")
    assert await hira.status(order) == "pending"
    assert [m.units for m in await shop.movements(order)] == [-2, 2]
    out, back = await shop.entries(order)
    assert (back["kind"], back["reverses"]) == ("unpack", out["id"])
    assert (await hira.stock(KURTA)).reserved == 2
    await amna.packs(parcel)
    assert await shop.shelf(LAHORE, KURTA) == 8


async def test_undoing_somebody_elses_packing_is_looked_at(shop: Stage, amna, asma, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await amna.prepares(order)
    await amna.packs(parcel)
    undone = await asma.unpacks(parcel)
    assert (undone.status, undone.code) == ("flagged", "late_undo")
    assert await shop.shelf(LAHORE, KURTA) == 10
    await saad.decides(await saad.question("late_undo"), "accepted")
    assert await saad.questions() == []


async def test_a_dispatch_taken_back_is_taken_back_in_shopify_and_told_anew(shop, amna, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await on_its_way(amna, order, number="CN-1")
    await amna.takes_back(parcel, reason="the courier did not come")
    assert (await amna.sees(parcel)).state == "packed"
    assert await shop.shelf(LAHORE, KURTA) == 9
    assert await shop.told_shopify(parcel) == ["fulfill", "cancel"]
    await amna.hands_over(parcel, number="CN-2")
    assert await shop.told_shopify(parcel) == ["fulfill", "cancel", "fulfill"]
    assert (await saad.sees(parcel)).tracking_number == "CN-2"
    await shop.hours_pass(2)
    late = await amna.takes_back(parcel)
    assert (late.status, late.code) == ("flagged", "late_undo")


async def test_a_wrong_number_is_corrected_in_shopify_too(shop: Stage, amna, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await on_its_way(amna, order, number="CN-1")
    body = {"fulfillment_id": parcel.id, "courier": "tcs", "tracking_number": "CN-11"}
    corrected = await amna.does("set_tracking", body)
    assert (corrected.status, corrected.code) == ("flagged", "tracking_changed")
    assert await shop.told_shopify(parcel) == ["fulfill", "tracking"]
    assert (await saad.sees(parcel)).tracking_number == "CN-11"
    (row,) = await shop.rows("SELECT * FROM outbox WHERE shop_id = $1 AND kind = $2", TRACKING)
    assert row["notify_customer"] is False


TRACKING = "shopify_tracking"


async def test_the_same_number_on_two_parcels_is_noticed(shop: Stage, amna, saad):
    first = await shop.customer_orders({KURTA: 1}, cod=False)
    second = await shop.customer_orders({SHOE: 1}, cod=False)
    await on_its_way(amna, first, number="CN-7")
    parcel = await amna.prepares(second)
    await amna.packs(parcel)
    slip = await amna.hands_over(parcel, number="CN-7")
    assert (slip.status, slip.code) == ("flagged", "duplicate_tracking")
    assert (await saad.question("duplicate_tracking")).fulfillment_id == parcel.id


async def test_failed_attempts_are_logged_until_it_is_delivered(shop: Stage, amna, hira):
    order = await shop.customer_orders({KURTA: 1})
    await hira.confirms(order)
    parcel = await on_its_way(amna, order)
    await amna.could_not_deliver(parcel, "not_home")
    assert await hira.status(order) == "attempted"
    assert "attempted" in await hira.queues(order)
    await hira.could_not_deliver(parcel, "rescheduled", next_at=shop.clock() + 86_400_000)
    await hira.marks_delivered(parcel)
    seen = await hira.sees(parcel)
    assert [(a.outcome, a.by) for a in seen.attempts] == [
        ("not_home", "amna"),
        ("rescheduled", "hira"),
    ]
    assert (seen.state, seen.cash_paisa) == ("delivered", 250_000)
    assert await shop.cash("courier/tcs") == 250_000


async def test_what_comes_back_undelivered_is_shipped_again(shop: Stage, amna, hira):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await on_its_way(amna, order)
    await amna.says_it_comes_back(parcel, reason="not at home three times")
    assert await hira.status(order) == "returning"
    assert await shop.shelf(LAHORE, KURTA) == 9
    await amna.opens_return(parcel, {KURTA: ("sellable", 1)})
    assert await hira.status(order) == "returned"
    assert await shop.shelf(LAHORE, KURTA) == 10
    second = await on_its_way(amna, order, number="CN-2")
    assert second.said.status == "applied"
    assert await hira.status(order) == "dispatched"
    assert await shop.shelf(LAHORE, KURTA) == 9
    assert await shop.told_shopify(order) == ["fulfill", "fulfill"]


async def test_a_lost_parcel_is_written_off_with_its_claim_and_may_turn_up(shop, amna, saad):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    parcel = await on_its_way(amna, order)
    body = {"fulfillment_id": parcel.id, "claim_reference": "TCS-CLAIM-4", "reason": "no trace"}
    await saad.does("mark_lost", body)
    assert (await saad.sees(parcel)).claim_reference == "TCS-CLAIM-4"
    assert await saad.status(order) == "lost"
    assert await shop.account("lost") == 2
    await amna.opens_return(parcel, {KURTA: ("sellable", 2)}, note="it turned up after all")
    assert await shop.account("lost") == 0
    assert await shop.shelf(LAHORE, KURTA) == 10


async def test_shopifys_no_never_undoes_the_dispatch_and_can_be_tried_again(shop, amna, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await on_its_way(amna, order)
    await shop.shopify_answers(parcel, "failed", error="The order is on hold.")
    question = await saad.question("shopify_failed")
    assert question.detail == "The order is on hold."
    assert (await saad.sees(parcel)).state == "dispatched"
    await saad.decides(question, "retry")
    assert (await saad.sees(parcel)).shopify_state == "queued"
    assert await shop.told_shopify(parcel) == ["fulfill"]
    await shop.shopify_answers(parcel, "confirmed", gid="gid://shopify/Fulfillment/9")
    assert (await saad.sees(parcel)).shopify_state == "confirmed"
    assert await saad.questions() == []


async def test_the_couriers_word_moves_nothing(shop: Stage, amna, hira):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await on_its_way(amna, order, courier="trax")
    body = {"fulfillment_id": parcel.id, "courier": "trax"}
    late = {"said": "Shipment - Delivered", "event_at": shop.clock()}
    await hira.does("tracking_event", body | late)
    old = {"said": "Shipment - In Transit", "event_at": late["event_at"] - 9_000_000}
    assert (await hira.does("tracking_event", body | old)).code == "stale"
    seen = await hira.sees(parcel)
    assert (seen.courier_status, seen.state) == ("delivered", "dispatched")
    assert await shop.shelf(LAHORE, KURTA) == 9


async def test_an_order_cancelled_in_shopify_is_taken_out_of_work(shop: Stage, amna, saad):
    orders = [await shop.customer_orders({KURTA: 1}, cod=False) for _ in range(3)]
    waiting = await amna.prepares(orders[0])
    packed = await amna.prepares(orders[1])
    await amna.packs(packed)
    sent = await on_its_way(amna, orders[2])
    for order in orders:
        await shop.store_cancels(order)
    assert (await saad.sees(waiting)).state == "cancelled"
    assert await saad.status(orders[0]) == "cancelled"
    assert await saad.status(orders[1]) == "cancelled_goods_out"
    await amna.unpacks(packed)
    assert await saad.status(orders[1]) == "cancelled"
    question = await saad.question("dispatched_cancelled")
    await saad.decides(question, "expect_return", reason="the courier was called")
    await amna.opens_return(sent, {KURTA: ("sellable", 1)})
    assert await shop.shelf(LAHORE, KURTA) == 10
    assert await saad.questions() == []

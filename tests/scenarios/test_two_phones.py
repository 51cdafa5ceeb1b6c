"""Two phones without network do the same or the opposite: nothing is lost, nothing counted twice, somebody is asked (A5)."""

from tests.scenarios.stage import Movement, Stage
from tests.server.retail import KARACHI, KURTA, LAHORE


async def offline(*people) -> None:
    for person in people:
        await person.syncs()
        person.loses_network()


async def back(*people) -> None:
    for person in people:
        await person.is_back()


async def prepared(shop: Stage, person, units=1):
    order = await shop.customer_orders({KURTA: units}, cod=False)
    return await person.prepares(order)


async def test_both_confirm_and_the_second_hears_who_was_first(shop: Stage, maryam, amna):
    order = await shop.customer_orders({KURTA: 1})
    await offline(maryam, amna)
    await amna.calls(order, "no_answer")
    first, second = await maryam.confirms(order), await amna.confirms(order)
    await back(maryam, amna)
    assert first.status == "applied"
    assert (second.status, second.code, second.answer.by) == ("noop", "already_done", "maryam")
    assert len((await amna.sees(order)).confirmation.attempts) == 2


async def test_a_confirmation_that_met_a_cancelled_order_is_refused_with_the_reason(shop, maryam):
    order = await shop.customer_orders({KURTA: 1})
    await offline(maryam)
    said = await maryam.confirms(order)
    await shop.store_cancels(order)
    await back(maryam)
    assert (said.status, said.code) == ("refused", "order_cancelled")
    assert await maryam.status(order) == "cancelled"


async def test_two_branches_claim_the_last_free_units_and_the_loser_hears_who_and_where(
    shop, amna, bilal
):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    await offline(amna, bilal)
    first = await amna.prepares(order, {KURTA: 1})
    second = await bilal.prepares(order, {KURTA: 2}, at=KARACHI)
    third = await bilal.prepares(order, {KURTA: 1}, at=KARACHI)
    await back(amna, bilal)
    assert first.said.status == "applied"
    assert (second.said.status, second.said.code) == ("applied", "partly_taken")
    answer = third.said.answer
    assert (answer.status, answer.code, answer.by, answer.branch_id) == (
        "refused",
        "lines_taken",
        "amna",
        LAHORE,
    )
    assert await bilal.sees(third) is None


async def test_what_was_packed_for_a_claim_that_lost_is_posted_as_far_as_it_is_free(
    shop, amna, bilal, saad
):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await offline(amna, bilal)
    await amna.prepares(order)
    mine = await bilal.prepares(order, at=KARACHI)
    packed = await bilal.packs(mine)
    await back(amna, bilal)
    assert mine.said.code == "lines_taken"
    assert (packed.status, packed.code) == ("flagged", "packed_after_refusal")
    assert await shop.shelf(KARACHI, KURTA) == 9
    question = await saad.question("packed_after_refusal")
    await saad.decides(question, "unpack", reason="Lahore sends it")
    assert await shop.shelf(KARACHI, KURTA) == 10
    assert await saad.questions() == []


async def test_the_same_parcel_packed_twice_leaves_once(shop: Stage, amna, asma, saad):
    parcel = await prepared(shop, amna)
    await offline(amna, asma)
    first, second = await amna.packs(parcel), await asma.packs(parcel)
    assert await asma.shelf(KURTA) == 9
    await back(amna, asma)
    assert first.status == "applied"
    assert (second.status, second.code) == ("flagged", "double_pack")
    question = await saad.question("double_pack")
    assert (question.by, question.branch_id, question.units) == ("asma", LAHORE, 1)
    assert await saad.status(parcel.order) == "conflict"
    assert await shop.shelf(LAHORE, KURTA) == 9
    await saad.decides(question, "same_parcel")
    assert await shop.shelf(LAHORE, KURTA) == 9
    assert await saad.status(parcel.order) == "packed"


async def test_it_really_went_twice_and_the_second_is_deducted_with_a_reason(
    shop, amna, asma, saad
):
    parcel = await prepared(shop, amna)
    await offline(amna, asma)
    await amna.packs(parcel)
    assert await asma.packs(parcel) is not None
    await back(amna, asma)
    await saad.decides(await saad.question("double_pack"), "sent_twice", reason="both vans had one")
    assert shop.odd("double_pack") == 1
    assert await shop.shelf(LAHORE, KURTA) == 8
    assert (await saad.sees(parcel.order)).lines[0].out_units == 2
    assert await shop.told_shopify(parcel.order) == []


async def test_it_left_from_the_other_branch_and_the_deduction_moves(shop, amna, nasreen, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await offline(nasreen, saad)
    await saad.writes_down(order, at=KARACHI)
    double = await nasreen.writes_down(order)
    await back(saad, nasreen)
    assert double.said.code == "possible_double_deduct"
    question = await saad.question("possible_double_deduct")
    await saad.decides(question, "other_branch", reason="Lahore sent it")
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (9, 10)
    assert await saad.status(order) == "done"


async def test_the_last_unit_packed_for_two_orders_takes_the_shelf_below_zero(
    shop, amna, asma, saad
):
    await amna.sells({KURTA: 9})
    one, two = await prepared(shop, amna), await prepared(shop, amna)
    await offline(amna, asma)
    first, second = await amna.packs(one), await asma.packs(two)
    assert await amna.shelf(KURTA) == await asma.shelf(KURTA) == 0
    await back(amna, asma)
    assert first.status == "applied"
    assert (second.status, second.code) == ("flagged", "oversell")
    assert await shop.shelf(LAHORE, KURTA) == -1
    question = await saad.question("oversell")
    assert (question.balance_units, question.by) == (-1, "asma")
    await saad.decides(question, "unpack", reason="the customer was told")
    assert await shop.shelf(LAHORE, KURTA) == 0
    assert (await saad.sees(two)).state == "pending"
    assert await saad.questions() == []


async def test_one_unit_was_scanned_twice(shop: Stage, amna, asma, saad):
    await amna.sells({KURTA: 9})
    one, two = await prepared(shop, amna), await prepared(shop, amna)
    await offline(amna, asma)
    await amna.packs(one)
    await asma.packs(two)
    await back(amna, asma)
    assert shop.odd("oversell") == 1
    await saad.decides(await saad.question("oversell"), "scanned_twice", reason="one kurta only")
    assert await shop.shelf(LAHORE, KURTA) == 0
    assert (await saad.sees(two)).state == "voided"
    assert await saad.questions() == []


async def test_packed_although_cancelled_meanwhile(shop: Stage, amna, saad):
    parcel = await prepared(shop, amna)
    await offline(amna)
    packed = await amna.packs(parcel)
    await shop.store_cancels(parcel.order)
    await back(amna)
    assert (packed.status, packed.code) == ("flagged", "packed_cancelled")
    assert await shop.shelf(LAHORE, KURTA) == 9
    assert await saad.status(parcel.order) == "cancelled_goods_out"
    await saad.decides(await saad.question("packed_cancelled"), "unpack")
    assert await shop.shelf(LAHORE, KURTA) == 10
    assert await saad.status(parcel.order) == "cancelled"


async def test_packed_although_edited_away_meanwhile(shop: Stage, amna, saad):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    parcel = await amna.prepares(order)
    await offline(amna)
    packed = await amna.packs(parcel, {KURTA: 2})
    await shop.store_edits(order, off={KURTA: 1})
    await back(amna)
    assert (packed.status, packed.code) == ("flagged", "packed_superseded")
    assert await shop.shelf(LAHORE, KURTA) == 8
    await amna.unpacks(parcel)
    assert await saad.questions() == []
    assert [x.units for x in (await saad.sees(parcel)).lines] == [1]
    assert await shop.shelf(LAHORE, KURTA) == 10


async def test_unpacked_twice_comes_back_once(shop: Stage, amna, asma, saad):
    parcel = await prepared(shop, saad)
    await amna.packs(parcel)
    await offline(amna, saad)
    first, second = await amna.unpacks(parcel), await saad.unpacks(parcel)
    await back(amna, saad)
    assert first.status == "applied"
    assert (second.status, second.code) == ("flagged", "not_packed")
    assert await shop.shelf(LAHORE, KURTA) == 10
    await saad.decides(await saad.question("not_packed"), "accepted")


async def test_handed_over_without_packing_was_packed_all_the_same(shop: Stage, amna, saad):
    parcel = await prepared(shop, amna)
    sent = await amna.hands_over(parcel)
    assert (sent.status, sent.code) == ("flagged", "implied_pack")
    assert await shop.movements(parcel.order) == [Movement("ship_smart", LAHORE, KURTA, -1)]
    await saad.decides(await saad.question("implied_pack"), "accepted")


async def test_handed_over_although_cancelled_and_it_will_come_back(shop: Stage, amna, saad):
    parcel = await prepared(shop, amna)
    await amna.packs(parcel)
    await offline(amna)
    sent = await amna.hands_over(parcel)
    await shop.store_cancels(parcel.order)
    await back(amna)
    assert (sent.status, sent.code) == ("flagged", "dispatched_cancelled")
    assert await shop.told_shopify(parcel) == []
    await saad.decides(await saad.question("dispatched_cancelled"), "expect_return")
    await amna.opens_return(parcel, {KURTA: ("sellable", 1)})
    assert await shop.shelf(LAHORE, KURTA) == 10
    assert await saad.status(parcel.order) == "cancelled"


async def test_delivered_although_cancelled_counts_the_cash_and_restocks_nothing(shop, amna, saad):
    order = await shop.customer_orders({KURTA: 1})
    await saad.confirms(order)
    parcel = await amna.prepares(order)
    await amna.packs(parcel)
    await amna.hands_over(parcel)
    await offline(amna)
    given = await amna.marks_delivered(parcel)
    await shop.store_cancels(order)
    await back(amna)
    assert (given.status, given.code) == ("flagged", "delivered_cancelled")
    assert await shop.cash("courier/tcs") == 250_000
    assert await shop.shelf(LAHORE, KURTA) == 9
    await saad.decides(await saad.question("delivered_cancelled"), "accepted")


async def test_two_couriers_for_one_parcel_is_asked_about(shop: Stage, amna, asma, saad):
    parcel = await prepared(shop, amna)
    await amna.packs(parcel)
    await offline(amna, asma)
    await amna.hands_over(parcel, "tcs", "T-1")
    second = await asma.hands_over(parcel, "leopards", "L-1")
    await back(amna, asma)
    assert (second.status, second.code) == ("flagged", "double_dispatch")
    assert (await saad.sees(parcel)).tracking_number == "T-1"
    assert await shop.told_shopify(parcel) == ["fulfill"]

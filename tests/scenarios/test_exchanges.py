"""Another size, colour or item: stock and money are guided to their ends, whenever it happens (S41–S53)."""

from tests.scenarios.stage import Movement, Stage
from tests.server.retail import KARACHI, KURTA, LAHORE, SHAWL, SHOE


async def sent(person, order, goods=None, at=LAHORE):
    parcel = await person.prepares(order, goods, at=at)
    await person.packs(parcel)
    await person.hands_over(parcel)
    return parcel


async def delivered(person, order, goods=None, at=LAHORE):
    parcel = await sent(person, order, goods, at)
    await person.marks_delivered(parcel)
    return parcel


async def test_an_edit_is_seen_and_both_items_stand_side_by_side(shop: Stage, hira):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await shop.store_edits(order, off={KURTA: 1}, on={SHOE: 1})
    assert await hira.status(order) == "exchange"
    assert "exchanges" in await hira.queues(order)
    case = await hira.case(order)
    assert [(x.variant_id, x.units, x.unit_paisa) for x in case.originals] == [(KURTA, 1, 250_000)]
    assert [(x.variant_id, x.units, x.unit_paisa) for x in case.replacements] == [
        (SHOE, 1, 400_000)
    ]
    assert (case.kind, case.delta_paisa, case.from_agreements) == ("exchange", 150_000, True)


async def test_before_anything_left_the_original_is_only_released(shop: Stage, hira, amna):
    order = await shop.customer_orders({KURTA: 1})
    await hira.confirms(order)
    parcel = await amna.prepares(order)
    await shop.store_edits(order, off={KURTA: 1}, on={SHOE: 1})
    assert (await amna.sees(parcel)).state == "cancelled"
    assert (await amna.stock(KURTA)).reserved == 0
    case = await amna.case(order)
    assert (case.goods, case.money) == ("none_out", "with_parcel")
    assert await amna.steps(order) == ["create_replacement"]
    await hira.confirms(order, checked=["items", "amount"])
    new = await amna.prepares(order)
    assert await amna.steps(order) == ["pack_replacement"]
    assert (await amna.sees(new)).collect_paisa == 400_000
    await amna.packs(new)
    await amna.hands_over(new)
    assert await amna.steps(order) == ["deliver_replacement"]
    await amna.marks_delivered(new)
    case = await amna.case(order)
    assert case.closed_at is not None
    assert await shop.movements(order) == [Movement("ship_smart", LAHORE, SHOE, -1)]
    assert await hira.status(order) == "delivered"


async def test_a_packed_original_is_unpacked_where_it_was_packed(
    shop: Stage, hira, bilal, amna, saad
):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await bilal.prepares(order, at=KARACHI)
    await bilal.packs(parcel)
    await shop.store_edits(order, off={KURTA: 1}, on={SHAWL: 1})
    assert await hira.steps(order) == [
        "unpack_original",
        "create_replacement",
        "refund_difference",
    ]
    await bilal.unpacks(parcel)
    assert (await bilal.sees(parcel)).state == "cancelled"
    assert await shop.shelf(KARACHI, KURTA) == 10
    await saad.settles(order, 100_000, refund=True, method="bank", reference="IBFT-5")
    await delivered(amna, order)
    case = await hira.case(order)
    assert (case.goods, case.replacement, case.money) == ("none_out", "delivered", "settled")
    assert case.closed_at is not None
    assert await shop.movements(order) == [
        Movement("ship_smart", KARACHI, KURTA, -1),
        Movement("unpack", KARACHI, KURTA, 1),
        Movement("ship_smart", LAHORE, SHAWL, -1),
    ]
    assert await shop.cash("bank") == -100_000


async def test_a_dispatched_original_is_expected_back_and_only_a_receipt_brings_it(
    shop, hira, amna
):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await sent(amna, order)
    await shop.store_fulfills(order, number=f"CN{parcel.id[-8:]}")
    await shop.store_exchanges_by_return(order, back={KURTA: 1}, instead={SHOE: 1})
    case = await hira.case(order)
    assert (case.goods, case.to_collect_paisa) == ("return_expected", 150_000)
    assert await hira.steps(order) == ["expect_original", "create_replacement"]
    await hira.says_it_comes_back(parcel, "exchange")
    assert "receive_original" in await hira.steps(order)
    assert await shop.shelf(LAHORE, KURTA) == 9
    await amna.opens_return(parcel, {KURTA: ("sellable", 1)})
    assert await shop.shelf(LAHORE, KURTA) == 10
    new = await sent(amna, order)
    assert (await amna.sees(new)).collect_paisa == 150_000
    await amna.marks_delivered(new)
    assert (await hira.case(order)).closed_at is not None
    assert await shop.cash("courier/tcs") == 150_000


async def test_a_delivered_original_comes_to_one_branch_and_the_other_sends_the_new(
    shop, hira, amna, bilal, saad
):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await delivered(amna, order)
    await shop.store_fulfills(order, number=f"CN{parcel.id[-8:]}")
    await shop.store_exchanges_by_return(order, back={KURTA: 1}, instead={SHOE: 1})
    await hira.plans_exchange(order, return_via="branch", return_branch_id=KARACHI)
    await hira.says_it_comes_back(parcel, "exchange", to_branch_id=KARACHI)
    assert (await bilal.sees(parcel)).state == "returning"
    await bilal.opens_return(parcel, {KURTA: ("sellable", 1)}, at=KARACHI)
    new = await sent(amna, order)
    await amna.marks_delivered(new)
    assert (await hira.case(order)).closed_at is not None
    assert await shop.movements(order) == [
        Movement("ship_smart", LAHORE, KURTA, -1),
        Movement("return_receive", KARACHI, KURTA, 1),
        Movement("ship_smart", LAHORE, SHOE, -1),
    ]
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(KARACHI, KURTA)) == (9, 11)


async def test_a_cheaper_replacement_shows_the_refund_until_it_is_paid(shop: Stage, hira, amna):
    order = await shop.customer_orders({KURTA: 1})
    await hira.confirms(order)
    parcel = await delivered(amna, order)
    await shop.store_fulfills(order, number=f"CN{parcel.id[-8:]}")
    await shop.store_exchanges_by_return(order, back={KURTA: 1}, instead={SHAWL: 1})
    case = await hira.case(order)
    assert (case.to_collect_paisa, case.to_refund_paisa, case.money) == (0, 100_000, "refund")
    await amna.opens_return(parcel, {KURTA: ("sellable", 1)}, return_kind="exchange")
    await hira.confirms(order)
    new = await sent(amna, order)
    assert (await amna.sees(new)).collect_paisa == 0
    await amna.marks_delivered(new)
    assert await hira.steps(order) == ["refund_difference"]
    await amna.settles(order, 100_000, refund=True)
    case = await hira.case(order)
    assert (case.money, case.to_refund_paisa) == ("settled", 0)
    assert case.closed_at is not None
    assert await shop.cash("till/lhr") == -100_000


async def test_an_equal_replacement_asks_for_no_money(shop: Stage, hira, amna):
    order = await shop.customer_orders({KURTA: 1, SHAWL: 1}, cod=False)
    await shop.store_edits(order, off={KURTA: 1, SHAWL: 1}, on={SHOE: 1})
    case = await hira.case(order)
    assert (case.money, case.to_collect_paisa, case.to_refund_paisa) == ("even", 0, 0)
    await delivered(amna, order)
    assert (await hira.case(order)).closed_at is not None
    assert await shop.shelf(LAHORE, SHOE) == 9


async def test_the_difference_is_paid_at_the_branch(shop: Stage, hira, amna):
    order = await shop.customer_orders({KURTA: 1})
    await hira.confirms(order)
    parcel = await delivered(amna, order)
    await shop.store_fulfills(order, number=f"CN{parcel.id[-8:]}")
    await shop.store_exchanges_by_return(order, back={KURTA: 1}, instead={SHOE: 1})
    assert (await hira.case(order)).money == "collect"
    await amna.opens_return(parcel, {KURTA: ("sellable", 1)}, return_kind="exchange")
    await amna.settles(order, 150_000)
    assert await amna.steps(order) == ["create_replacement"]
    await hira.confirms(order)
    new = await sent(amna, order)
    assert (await amna.sees(new)).collect_paisa == 0
    await amna.marks_delivered(new)
    assert (await hira.case(order)).closed_at is not None
    assert await shop.cash("till/lhr") == 150_000


async def test_another_amount_than_was_due_is_asked_about(shop: Stage, amna, saad):
    order = await shop.customer_orders({KURTA: 1})
    await saad.confirms(order)
    parcel = await delivered(amna, order)
    await shop.store_fulfills(order, number=f"CN{parcel.id[-8:]}")
    await shop.store_exchanges_by_return(order, back={KURTA: 1}, instead={SHOE: 1})
    paid = await amna.settles(order, 100_000)
    assert (paid.status, paid.code) == ("flagged", "settled_otherwise")
    assert (await saad.question("settled_otherwise")).paisa == -50_000
    assert (await saad.case(order)).to_collect_paisa == 50_000


async def test_an_edit_of_the_edit_counts_from_the_originals(shop: Stage, hira):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await shop.store_edits(order, off={KURTA: 1}, on={SHOE: 1})
    await shop.store_edits(order, off={SHOE: 1}, on={SHAWL: 1})
    (case,) = (await hira.sees(order)).exchanges
    assert (case.revision, case.delta_paisa, case.to_refund_paisa) == (2, -100_000, 100_000)
    assert [x.variant_id for x in case.replacements] == [SHAWL]
    assert [x.variant_id for x in case.originals] == [KURTA]


async def test_an_edit_that_is_undone_leaves_nothing_to_do(shop: Stage, hira):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await shop.store_edits(order, off={KURTA: 1}, on={SHOE: 1})
    order.agree(off={SHOE: 1}, on={KURTA: 1}, at=shop.clock())
    order.change(SHOE, current_units=-1)
    order.change(KURTA, current_units=1)
    await shop.store_shows(order)
    case = await hira.case(order)
    assert (case.kind, case.closed_at is not None) == ("cancelled", True)
    assert await hira.status(order) == "unfulfilled"


async def test_not_every_edit_is_an_exchange_and_the_team_may_say_so(shop: Stage, hira):
    more = await shop.customer_orders({KURTA: 1}, cod=False)
    await shop.store_edits(more, on={SHOE: 1})
    assert (await hira.case(more)).kind == "addition"
    less = await shop.customer_orders({KURTA: 1, SHOE: 1}, cod=False)
    await shop.store_edits(less, off={SHOE: 1})
    assert (await hira.case(less)).kind == "removal"
    fewer = await shop.customer_orders({KURTA: 3}, cod=False)
    await shop.store_edits(fewer, off={KURTA: 1})
    assert (await hira.case(fewer)).kind == "quantity"
    swap = await shop.customer_orders({KURTA: 1}, cod=False)
    await shop.store_edits(swap, off={KURTA: 1}, on={SHOE: 1})
    await hira.calls_it(swap, "addition")
    await shop.store_shows(swap, note="read again")
    case = await hira.case(swap)
    assert (case.kind, case.relabelled_by) == ("addition", "hira")


async def test_a_store_that_hides_its_accounts_is_read_from_the_lines(shop: Stage, hira, amna):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    order.shows_agreements = False
    await shop.store_edits(order, off={KURTA: 1}, on={SHOE: 1})
    case = await hira.case(order)
    assert (case.kind, case.delta_paisa, case.from_agreements) == ("exchange", 150_000, False)
    await shop.store_shows(order, note="read again")
    assert (await hira.case(order)).delta_paisa == 150_000
    assert len((await hira.sees(order)).exchanges) == 1


async def test_a_fee_is_part_of_what_is_due(shop: Stage, hira):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await shop.store_edits(order, off={KURTA: 1}, on={SHAWL: 1})
    await hira.plans_exchange(order, fee_paisa=30_000, return_via="courier_swap")
    case = await hira.case(order)
    assert (case.to_refund_paisa, case.fee_paisa, case.return_via) == (
        70_000,
        30_000,
        "courier_swap",
    )


async def test_many_exchanges_of_one_day_across_branches_stay_apart(shop, hira, amna, bilal, saad):
    goods = {LAHORE: (KURTA, SHOE), KARACHI: (SHOE, KURTA)}
    orders = []
    for branch, person in ((LAHORE, amna), (KARACHI, bilal)) * 2:
        was, new = goods[branch]
        order = await shop.customer_orders({was: 1}, cod=False)
        parcel = await delivered(person, order, at=branch)
        await shop.store_fulfills(order, number=f"CN{parcel.id[-8:]}")
        orders.append((order, parcel, was, new, branch))
    for order, _, was, new, _ in orders:
        await shop.store_exchanges_by_return(order, back={was: 1}, instead={new: 1})
    for order, parcel, was, _, branch in orders:
        other, person = (KARACHI, bilal) if branch == LAHORE else (LAHORE, amna)
        await hira.says_it_comes_back(parcel, "exchange", to_branch_id=other)
        await person.opens_return(parcel, {was: ("sellable", 1)}, at=other)
        await delivered(person, order, at=other)
        case = await hira.case(order)
        assert case.goods == "back"
        if case.money == "refund":
            await saad.settles(order, 150_000, at=other, refund=True, method="wallet")
        assert (await hira.case(order)).closed_at is not None
        assert [m.units for m in await shop.movements(order)] == [-1, 1, -1]
    shelves = {b: {v: await shop.shelf(b, v) for v in (KURTA, SHOE)} for b in (LAHORE, KARACHI)}
    assert shelves[LAHORE] == {KURTA: 6, SHOE: 12}
    assert shelves[KARACHI] == {KURTA: 12, SHOE: 6}


async def test_when_the_store_closes_the_return_nothing_is_sent_twice(
    shop: Stage, hira, amna, saad
):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    parcel = await delivered(amna, order)
    await shop.store_fulfills(order, number=f"CN{parcel.id[-8:]}")
    await shop.store_exchanges_by_return(order, back={KURTA: 1}, instead={SHAWL: 1})
    await amna.opens_return(parcel, {KURTA: ("damaged", 1)}, return_kind="exchange")
    await saad.settles(order, 100_000, refund=True, method="bank")
    await delivered(amna, order)
    await shop.store_closes_returns(order)
    assert await hira.queues(order) == ()
    assert await hira.status(order) == "delivered"
    assert len((await hira.sees(order)).exchanges) == 1
    assert await shop.room("damaged", LAHORE, KURTA) == 1
    assert await shop.shelf(LAHORE, KURTA) == 8

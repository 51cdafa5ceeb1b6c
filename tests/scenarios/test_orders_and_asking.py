"""Orders come in by themselves, the customer is asked, and nothing is sent without a yes (S01–S09, A18, A24, I23)."""

from msgspec.structs import replace

from sync_protocol.orders import Contact, OrderFlag
from tests.scenarios.stage import Stage
from tests.scenarios.storefront import AYESHA
from tests.server.retail import KURTA, SHOE


async def test_an_order_is_listed_with_customer_items_amount_and_payment(shop: Stage, maryam):
    order = await shop.customer_orders({KURTA: 2, SHOE: 1})
    seen = await maryam.sees(order)
    assert (seen.name, seen.contact.name, seen.contact.phone) == (
        "#1001",
        "Ayesha Khan",
        "923001234567",
    )
    assert [(x.title, x.variant_title, x.current_units) for x in seen.lines] == [
        ("Thing 501", "M", 2),
        ("Thing 502", "M", 1),
    ]
    assert (seen.total_paisa, seen.outstanding_paisa, seen.cod) == (900_000, 900_000, True)
    paid = await maryam.sees(await shop.customer_orders({KURTA: 1}, cod=False))
    assert (paid.outstanding_paisa, paid.cod, paid.financial_status) == (0, False, "paid")


async def test_a_new_order_is_unfulfilled_and_takes_nothing_from_any_shelf(shop: Stage, hira):
    order = await shop.customer_orders({KURTA: 2}, cod=False)
    assert await hira.status(order) == "unfulfilled"
    assert await shop.shelf("lhr", KURTA) == 10
    assert await shop.shelf("khi", KURTA) == 10
    assert (await hira.stock(KURTA)).reserved == 0


async def test_cod_waits_for_the_customers_yes_and_what_was_checked_is_kept(
    shop: Stage, maryam, amna
):
    order = await shop.customer_orders({KURTA: 1})
    assert await maryam.status(order) == "to_confirm"
    early = await amna.prepares(order)
    assert (early.said.status, early.said.code) == ("refused", "not_confirmed")
    checked = ["items", "size", "amount", "address", "delivery_time"]
    await maryam.confirms(order, checked=checked, expected="Friday after Asr", channel="whatsapp")
    said = (await amna.sees(order)).confirmation
    assert (said.state, said.by, list(said.checked)) == ("confirmed", "maryam", checked)
    assert (said.expected, said.channel) == ("Friday after Asr", "whatsapp")
    await amna.prepares(order)
    assert await amna.status(order) == "pending"


async def test_every_try_is_logged_and_after_three_the_customer_is_unreachable(shop, maryam, saad):
    order = await shop.customer_orders({KURTA: 1})
    await maryam.calls(order, "no_answer")
    assert await saad.status(order) == "no_answer"
    await saad.calls(order, "busy", channel="whatsapp")
    await maryam.calls(order, "no_answer", note="phone off")
    assert await saad.status(order) == "unreachable"
    assert "to_confirm" in await saad.queues(order)
    log = (await saad.sees(order)).confirmation.attempts
    assert [(a.by, a.outcome) for a in log] == [
        ("maryam", "no_answer"),
        ("saad", "busy"),
        ("maryam", "no_answer"),
    ]
    await maryam.confirms(order)
    assert await saad.status(order) == "unfulfilled"
    assert len((await saad.sees(order)).confirmation.attempts) == 4


async def test_a_callback_falls_due_by_itself(shop: Stage, maryam):
    order = await shop.customer_orders({KURTA: 1})
    await maryam.calls(order, "callback", next_at=shop.clock() + 2 * 3_600_000, note="after work")
    assert await maryam.status(order) == "callback"
    assert "callback_due" not in await maryam.queues(order)
    assert await shop.hours_pass(1) == 0
    assert await shop.hours_pass(1.1) == 1
    assert "callback_due" in await maryam.queues(order)
    await maryam.confirms(order)
    assert "callback_due" not in await maryam.queues(order)
    assert await shop.hours_pass(30) == 0


async def test_two_callers_without_network_both_reach_her_and_one_yes_counts(shop, maryam, amna):
    order = await shop.customer_orders({KURTA: 1})
    for person in (maryam, amna):
        await person.syncs()
        person.loses_network()
    await maryam.calls(order, "no_answer")
    first = await maryam.confirms(order)
    second = await amna.confirms(order)
    assert await amna.status(order) == "unfulfilled"
    await maryam.is_back()
    await amna.is_back()
    assert first.status == "applied"
    assert (second.status, second.answer.by) == ("noop", "maryam")
    assert (await amna.sees(order)).confirmation.by == "maryam"


async def test_an_edit_after_the_yes_asks_for_another_yes(shop: Stage, maryam, amna):
    order = await shop.customer_orders({KURTA: 1})
    await maryam.confirms(order)
    await shop.store_edits(order, on={SHOE: 1})
    assert await maryam.status(order) == "reconfirm"
    assert (await amna.prepares(order)).said.code == "not_confirmed"
    await maryam.confirms(order, checked=["items", "amount"])
    parcel = await amna.prepares(order)
    assert (await amna.sees(parcel)).collect_paisa == 650_000


async def test_a_number_typed_here_outlives_a_shop_that_hides_it(shop: Stage, maryam):
    order = await shop.customer_orders({KURTA: 1}, contact=Contact())
    assert OrderFlag.NO_PHONE in (await maryam.sees(order)).flags
    await maryam.corrects(order, phone="0321-7654321", address="House 9", name="Sana")
    seen = await maryam.sees(order)
    assert (seen.contact.phone, seen.contact.name) == ("923217654321", "Sana")
    assert {(e.field, e.by) for e in seen.contact_edits} >= {("phone", "maryam")}
    await shop.store_shows(order, note="hidden again")
    assert (await maryam.sees(order)).contact.phone == "923217654321"
    new = Contact(phone="923339998887", phone_raw="0333 9998887")
    await shop.store_shows(order, contact=new)
    seen = await maryam.sees(order)
    assert (seen.contact.phone, seen.contact.address) == ("923339998887", "House 9")
    assert OrderFlag.NO_PHONE not in seen.flags


async def test_another_address_after_the_yes_is_confirmed_anew(shop: Stage, maryam, hira):
    order = await shop.customer_orders({KURTA: 1})
    await maryam.confirms(order)
    await hira.corrects(order, address="House 2, Street 8")
    assert await maryam.status(order) == "reconfirm"
    await maryam.confirms(order, checked=["address"])
    assert await maryam.status(order) == "unfulfilled"


async def test_a_number_that_cannot_be_dialled_is_pointed_out(shop: Stage, maryam):
    bad = replace(AYESHA, phone=None, phone_raw="03xx")
    order = await shop.customer_orders({KURTA: 1}, contact=bad)
    assert OrderFlag.BAD_PHONE in (await maryam.sees(order)).flags
    await shop.customer_orders({SHOE: 1})
    await maryam.corrects(order, phone="03001234567")
    assert (await maryam.sees(order)).contact.phone == "923001234567"
    assert OrderFlag.BAD_PHONE not in (await maryam.sees(order)).flags


async def test_the_same_thing_ordered_twice_in_a_day_is_a_duplicate(shop: Stage, maryam):
    first = await shop.customer_orders({KURTA: 1})
    await shop.hours_pass(2)
    again = await shop.customer_orders({KURTA: 1})
    seen = await maryam.sees(again)
    assert (seen.flags, seen.duplicate_of) == ((OrderFlag.DUPLICATE,), first.id)
    assert (await maryam.sees(first)).flags == ()
    await shop.hours_pass(30)
    later = await shop.customer_orders({KURTA: 1})
    assert (await maryam.sees(later)).duplicate_of is None


async def test_who_refused_two_parcels_is_known_at_the_third_order(shop: Stage, saad, amna):
    for goods in ({KURTA: 1}, {SHOE: 1}):
        order = await shop.customer_orders(goods)
        await saad.confirms(order)
        parcel = await amna.prepares(order)
        await amna.packs(parcel)
        await amna.hands_over(parcel)
        await amna.says_it_comes_back(parcel, reason="refused at the door")
    third = await shop.customer_orders({KURTA: 3})
    seen = await saad.sees(third)
    assert OrderFlag.REPEAT_REFUSER in seen.flags
    assert seen.refused_before == 2


async def test_a_customers_no_is_a_task_for_the_desk_and_only_a_reason_turns_it(shop, maryam, hira):
    order = await shop.customer_orders({KURTA: 1})
    no = await maryam.calls(order, "cancelled", note="bought elsewhere")
    assert (no.status, no.code) == ("flagged", "customer_cancelled")
    assert await hira.status(order) == "cancelled_by_customer"
    assert (await hira.question("customer_cancelled")).order_id == order.id
    assert (await maryam.confirms(order)).code == "needs_reason"
    await maryam.confirms(order, note="she wants it after all")
    assert await hira.questions() == []
    assert await hira.status(order) == "unfulfilled"
    assert await shop.told_shopify(order) == []


async def test_only_head_office_may_skip_the_call_and_gives_a_reason(shop: Stage, saad, amna):
    order = await shop.customer_orders({KURTA: 1})
    alone = await amna.prepares(order, because="I know her")
    assert alone.said.code == "not_confirmed"
    assert (await saad.prepares(order)).said.code == "not_confirmed"
    parcel = await saad.prepares(order, because="regular customer")
    await amna.packs(parcel)
    await amna.hands_over(parcel)
    assert await saad.status(order) == "dispatched"
    assert (await saad.sees(order)).confirmation.state == "pending"


async def test_an_order_may_be_given_to_a_branch_and_back(shop: Stage, hira, bilal, nasreen):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    await hira.gives(order, "khi")
    assert await bilal.sees(order) is not None
    assert await nasreen.sees(order) is None
    await hira.gives(order, None)
    assert await nasreen.sees(order) is not None


async def test_three_ways_of_working_share_one_order(shop: Stage, hira, amna, nasreen):
    order = await shop.customer_orders({KURTA: 3}, cod=False)
    await shop.store_fulfills(order, {KURTA: 1})
    await hira.names_branch(order, {KURTA: 1}, at="khi")
    parcel = await amna.prepares(order, {KURTA: 1})
    await amna.packs(parcel)
    await nasreen.writes_down(order, {KURTA: 1})
    assert (await shop.shelf("lhr", KURTA), await shop.shelf("khi", KURTA)) == (8, 9)
    seen = await hira.sees(order)
    assert {s.workflow for s in seen.shipments} == {"smart", "manual", "branch_sync"}
    assert seen.lines[0].out_units == 3

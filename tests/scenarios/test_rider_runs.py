"""The shop's own rider: parcels out, a day without network, parcels and cash back, books closed (S64, I19)."""

from tests.scenarios.people import Parcel, Run
from tests.scenarios.stage import Stage
from tests.server.retail import KURTA, LAHORE, SHOE


async def packed(shop: Stage, amna, goods) -> Parcel:
    """A parcel to be paid at the door, packed at Lahore."""
    order = await shop.customer_orders(goods)
    await amna.confirms(order)
    parcel = await amna.prepares(order)
    await amna.packs(parcel)
    return parcel


async def out_with(shop: Stage, amna, *goods) -> tuple[Run, list[Parcel]]:
    """A run of Imran's on the road, with a parcel for each of `goods`."""
    run = await amna.plans_run("imran")
    parcels = [await packed(shop, amna, each) for each in goods]
    await amna.loads(run, *parcels)
    await amna.starts(run)
    return run, parcels


async def test_a_run_is_planned_loaded_and_started_and_shopify_is_told_of_each_parcel(
    shop, amna, imran
):
    run = await amna.plans_run("imran")
    assert (await amna.sees(run)).state == "draft"
    first, second = [await packed(shop, amna, {v: 1}) for v in (KURTA, SHOE)]
    await amna.loads(run, first, second)
    assert (await amna.sees(run)).state == "loaded"
    assert await shop.told_shopify(first) == []
    await amna.starts(run)
    seen = await imran.sees(run)
    assert (seen.state, [s.collect_paisa for s in seen.stops]) == ("out", [250_000, 400_000])
    for parcel, stop in ((first, 1), (second, 2)):
        sent = await amna.sees(parcel)
        assert (sent.state, sent.courier, sent.tracking_number) == (
            "dispatched",
            "rider",
            f"Gulberg-{stop}",
        )
        assert await shop.told_shopify(parcel) == ["fulfill"]
    again = await amna.starts(run)
    assert again.status == "noop"
    assert await shop.told_shopify(first) == ["fulfill"]


async def test_the_rider_sees_his_own_parcels_with_name_address_and_amount_and_nothing_else(
    shop, amna, imran
):
    other = await packed(shop, amna, {KURTA: 2})
    assert await imran.sees(other) is None
    _, (mine,) = await out_with(shop, amna, {KURTA: 1})
    assert (await imran.sees(mine)).collect_paisa == 250_000
    contact = (await imran.sees(mine.order)).contact
    assert (contact.name, contact.address) == ("Ayesha Khan", "House 1, Street 4")
    assert await imran.sees(other) is None
    assert await imran.sees(other.order) is None
    assert imran.held.phone.look().stock == {}


async def test_a_whole_day_without_network(shop: Stage, amna, imran, saad):
    run, parcels = await out_with(
        shop, amna, {KURTA: 1}, {SHOE: 1}, {KURTA: 2}, {KURTA: 2, SHOE: 1}
    )
    given, away, refused, part = parcels
    await imran.syncs()
    imran.loses_network()
    await imran.marks_delivered(given, cash_paisa=250_000, received_by="her brother")
    await imran.could_not_deliver(away, "not_home")
    await imran.could_not_deliver(refused, "refused", note="changed her mind")
    kept = part.order.lines_of({KURTA: 1})
    await imran.marks_delivered(part, lines=kept, cash_paisa=250_000)
    await imran.declares(run, 500_000)
    here = await imran.sees(run)
    assert [s.state for s in here.stops] == ["delivered", "not_home", "refused", "partial"]
    assert (here.state, here.expected_paisa) == ("back", 500_000)
    assert (await saad.sees(run)).state == "out"
    await imran.is_back()
    told = await saad.sees(run)
    assert (told.state, told.expected_paisa, told.declared_paisa) == ("back", 500_000, 500_000)
    assert (await saad.sees(given)).received_by == "her brother"
    assert (await saad.sees(part)).state == "returning"
    assert await shop.cash("rider/imran") == 500_000
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(LAHORE, SHOE)) == (5, 8)


async def test_every_parcel_is_seen_again_and_every_rupee_counted_before_it_closes(
    shop, amna, imran
):
    run, (given, away, refused) = await out_with(shop, amna, {KURTA: 1}, {SHOE: 1}, {KURTA: 2})
    await imran.marks_delivered(given)
    await imran.could_not_deliver(away, "not_home")
    await imran.could_not_deliver(refused, "refused")
    assert (await amna.closes(run)).code == "run_not_ready"
    await imran.declares(run, 250_000)
    await amna.counts_cash(run, 250_000)
    assert (await amna.closes(run)).code == "run_not_ready"
    await amna.checks_in(run, away)
    await amna.opens_return(refused, {KURTA: ("sellable", 2)})
    await amna.closes(run)
    assert (await amna.sees(run)).state == "closed"
    assert (await shop.shelf(LAHORE, KURTA), await shop.shelf(LAHORE, SHOE)) == (9, 9)
    assert (await shop.cash("rider/imran"), await shop.cash("till/lhr")) == (0, 250_000)
    assert (await amna.sees(away)).state == "dispatched"
    tomorrow = await amna.plans_run("imran")
    await amna.loads(tomorrow, away)
    await amna.starts(tomorrow)
    assert (await imran.sees(away)).run_id == tomorrow.id
    assert await shop.told_shopify(away) == ["fulfill"]


async def test_when_the_run_is_closed_the_phone_forgets_the_customers(shop: Stage, amna, imran):
    run, (parcel,) = await out_with(shop, amna, {KURTA: 1})
    await imran.marks_delivered(parcel)
    await imran.declares(run, 250_000)
    await amna.counts_cash(run, 250_000)
    assert await imran.sees(parcel) is not None
    await amna.closes(run)
    assert await imran.sees(run) is None
    assert await imran.sees(parcel) is None
    assert await imran.sees(parcel.order) is None


async def test_a_shortage_without_a_reason_is_disputed_until_head_office_says_why(
    shop, amna, imran, saad
):
    run, (parcel,) = await out_with(shop, amna, {KURTA: 1})
    await imran.marks_delivered(parcel)
    await imran.declares(run, 250_000)
    short = await amna.counts_cash(run, 240_000)
    assert (short.status, short.code) == ("flagged", "cash_short")
    assert (await amna.sees(run)).state == "disputed"
    assert (await amna.closes(run)).code == "run_not_ready"
    assert await shop.cash("rider/imran") == 10_000
    question = await saad.question("cash_short")
    assert question.paisa == 10_000
    await saad.decides(question, "accepted", reason="change for the customer")
    seen = await amna.sees(run)
    assert (seen.state, seen.shortage_reason) == ("reconciled", "change for the customer")
    assert (await shop.cash("rider/imran"), await shop.cash("shortage")) == (0, 10_000)
    await amna.closes(run)


async def test_a_shortage_with_a_reason_is_named_and_may_be_counted_again(shop, amna, imran, saad):
    run, (parcel,) = await out_with(shop, amna, {KURTA: 1})
    await imran.marks_delivered(parcel)
    await imran.declares(run, 240_000)
    short = await amna.counts_cash(run, 240_000, because="fuel")
    assert short.code == "cash_short"
    assert (await amna.sees(run)).shortage_paisa == 10_000
    assert (await shop.cash("till/lhr"), await shop.cash("shortage")) == (240_000, 10_000)
    await amna.counts_cash(run, 250_000)
    assert (await shop.cash("till/lhr"), await shop.cash("shortage")) == (250_000, 0)
    assert await saad.questions() == []
    await amna.closes(run)
    assert await shop.cash("rider/imran") == 0


async def test_only_a_supervisor_opens_a_closed_run(shop: Stage, amna, asma, imran, saad):
    run, (parcel,) = await out_with(shop, amna, {KURTA: 1})
    await imran.marks_delivered(parcel)
    await imran.declares(run, 250_000)
    await amna.counts_cash(run, 250_000)
    await amna.closes(run)
    assert (await asma.reopens(run, "a note was found")).code == "authority"
    await saad.reopens(run, "a note was found")
    assert (await amna.sees(run)).state == "back"
    more = await amna.counts_cash(run, 260_000)
    assert more.code == "cash_short"


async def test_what_the_rider_tells_after_the_desk_did_changes_nothing(shop, amna, imran, saad):
    run, (parcel,) = await out_with(shop, amna, {KURTA: 1})
    await imran.syncs()
    imran.loses_network()
    late = await imran.marks_delivered(parcel, cash_paisa=250_000)
    await saad.marks_delivered(parcel, cash_paisa=250_000)
    await saad.declares(run, 250_000)
    await amna.counts_cash(run, 250_000)
    await amna.closes(run)
    await imran.is_back()
    assert (late.status, late.code, late.answer.by) == ("noop", "already_done", "saad")
    assert (await shop.cash("rider/imran"), await shop.cash("till/lhr")) == (0, 250_000)
    assert await imran.sees(parcel) is None


async def test_a_delivery_told_when_the_run_is_closed_is_kept_with_its_cash_and_looked_at(
    shop, amna, imran, saad
):
    run, (parcel,) = await out_with(shop, amna, {KURTA: 1})
    await imran.syncs()
    imran.loses_network()
    late = await imran.marks_delivered(parcel, cash_paisa=250_000)
    await saad.says_it_comes_back(parcel, reason="thought to be refused")
    await saad.declares(run, 0)
    await amna.opens_return(parcel, {KURTA: ("sellable", 1)})
    await amna.counts_cash(run, 0)
    await amna.closes(run)
    await imran.is_back()
    assert (late.status, late.code) == ("flagged", "deliver_vs_return")
    assert await shop.cash("customer") == -250_000
    await saad.decides(await saad.question("deliver_vs_return"), "was_delivered")
    assert await shop.shelf(LAHORE, KURTA) == 9
    assert await saad.status(parcel.order) == "delivered"


async def test_a_parcel_scanned_into_a_second_run_leaves_the_first(shop: Stage, amna, saad):
    first, second = await amna.plans_run("imran"), await amna.plans_run("imran")
    parcel = await packed(shop, amna, {KURTA: 1})
    await amna.loads(first, parcel)
    (moved,) = await amna.loads(second, parcel)
    assert (moved.status, moved.code) == ("flagged", "in_another_run")
    assert (await amna.sees(first)).stops == ()
    assert (await saad.sees(parcel)).run_id == second.id


async def test_a_parcel_nobody_packed_here_was_packed_all_the_same(shop: Stage, amna, saad):
    order = await shop.customer_orders({KURTA: 1}, cod=False)
    parcel = await amna.prepares(order)
    run = await amna.plans_run("imran")
    (loaded,) = await amna.loads(run, parcel)
    assert (loaded.status, loaded.code) == ("flagged", "implied_pack")
    assert await shop.shelf(LAHORE, KURTA) == 9
    await saad.decides(await saad.question("implied_pack"), "accepted")


async def test_a_parcel_taken_out_before_the_run_leaves_stays_at_the_branch(shop, amna, imran):
    run = await amna.plans_run("imran")
    parcel = await packed(shop, amna, {KURTA: 1})
    await amna.loads(run, parcel)
    assert await imran.sees(parcel) is not None
    await amna.does("unload_parcel", {"run_id": run.id, "fulfillment_id": parcel.id})
    assert await imran.sees(parcel) is None
    await amna.starts(run)
    assert (await amna.sees(parcel)).state == "packed"
    assert await shop.told_shopify(parcel) == []


async def test_another_amount_at_the_door_is_counted_as_taken_and_asked_about(
    shop, amna, imran, saad
):
    run, (parcel,) = await out_with(shop, amna, {KURTA: 1})
    told = await imran.marks_delivered(parcel, cash_paisa=240_000)
    assert (told.status, told.code) == ("flagged", "cash_different")
    assert (await saad.sees(run)).expected_paisa == 240_000
    assert (await saad.question("cash_different")).paisa == 240_000


async def test_a_rider_may_do_nothing_with_what_is_not_his(shop: Stage, amna, imran):
    parcel = await packed(shop, amna, {KURTA: 1})
    assert (await imran.marks_delivered(parcel)).code in ("authority", "unknown_reference")
    assert (await imran.sells({KURTA: 1})).code == "authority"
    assert (await amna.sees(parcel)).state == "packed"
    assert await shop.cash("rider/imran") == 0

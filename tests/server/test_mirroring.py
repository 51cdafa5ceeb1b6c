"""What a shop may want Shopify to know beyond its shipments: off until its policy asks for it, and never blindly."""

import pytest
from msgspec.structs import replace

from server.db import shops
from server.practice_store.commands import MarkPaid
from sync_protocol.shop import Policy
from tests.server.books import rows_of
from tests.server.outside import Outside
from tests.server.retail import LAHORE


async def choose(outside: Outside, **choices: object) -> None:
    async with outside.retail.server.database.transaction() as connection:
        shop = await shops.find_shop(connection, shop_id=outside.retail.id)
        policy = replace(shop.policy, **choices)
        await shops.change_policy(connection, shop.id, policy, outside.retail.server.clock())


async def effects(outside: Outside) -> dict[str, str]:
    rows = await rows_of(outside.retail, "SELECT key, state FROM outbox ORDER BY serial")
    return {row["key"].partition("/")[0]: row["state"] for row in rows}


def stored(outside: Outside, order):
    return outside.store.state.orders[order.number]


async def confirmed(outside: Outside, order) -> None:
    amna = await outside.retail.device("amna")
    result = await amna.do("confirm", {"order_id": str(order.number)})
    assert result["status"] == "applied"


async def test_nothing_of_it_is_told_unless_the_shop_switched_it_on(outside):
    assert not any(
        value for name, value in vars_of(Policy()).items() if name.startswith("tell_shopify")
    )
    order = outside.place(paid=False)
    await outside.take_over(order)
    await confirmed(outside, order)
    await outside.dispatched(order)
    saad = await outside.retail.device("saad")
    await saad.do("deliver", {"fulfillment_id": "f1"})
    await outside.carry_out()
    assert list(await effects(outside)) == ["fulfill"]
    assert stored(outside, order).tags == order.tags


def vars_of(policy: Policy) -> dict[str, object]:
    return {name: getattr(policy, name) for name in policy.__struct_fields__}


async def test_a_confirmed_order_is_tagged_and_every_other_tag_stays(outside):
    await choose(outside, tell_shopify_confirmed=True)
    order = outside.place(paid=False)
    order.tags = ["vip"]
    await outside.take_over(order)
    await confirmed(outside, order)
    await outside.carry_out()
    assert sorted(stored(outside, order).tags) == ["rawana-confirmed", "vip"]
    assert await effects(outside) == {"confirmed": "confirmed"}


async def test_a_packed_parcel_is_reported_as_progress_once_and_can_still_be_told_of(outside):
    await choose(outside, tell_shopify_packed=True)
    order = outside.place()
    await outside.take_over(order)
    amna = await outside.retail.device("amna")
    lines = [{"order_line_id": str(line.number), "units": 1} for line in order.line_items]
    made = {"order_id": str(order.number), "branch_id": LAHORE, "lines": lines}
    await amna.do("create_fulfillment", {"fulfillment_id": "f1"} | made)
    await amna.do("pack", {"fulfillment_id": "f1"})
    await outside.carry_out()
    assert [work.status for work in stored(outside, order).work] == ["IN_PROGRESS"]
    sent = {"fulfillment_id": "f1", "courier": "tcs", "tracking_number": "7712"}
    await amna.do("dispatch", sent)
    await outside.carry_out()
    assert len(outside.shipments(order)) == 1
    assert await effects(outside) == {"packed": "confirmed", "fulfill": "confirmed"}


async def test_a_parcel_that_has_gone_meanwhile_is_not_reported_as_packed(outside):
    await choose(outside, tell_shopify_packed=True)
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    await outside.carry_out()
    assert await effects(outside) == {"packed": "withdrawn", "fulfill": "confirmed"}
    assert outside.calls("FulfillmentOrderReportProgress") == []


async def handed_over_at_the_counter(outside: Outside, order, paisa: int) -> None:
    """A customer fetches the parcel at the branch and pays there."""
    await outside.take_over(order)
    await confirmed(outside, order)
    await outside.dispatched(order, courier=None, no_tracking_reason="fetched")
    saad = await outside.retail.device("saad")
    await saad.do("deliver", {"fulfillment_id": "f1", "cash_paisa": paisa})
    await outside.carry_out()


async def test_an_order_whose_cash_is_in_the_till_is_marked_as_paid(outside):
    await choose(outside, tell_shopify_paid=True)
    order = outside.place(paid=False)
    await handed_over_at_the_counter(outside, order, int(order.total * 100))
    assert stored(outside, order).fully_paid
    assert (await effects(outside))["paid"] == "confirmed"


async def test_an_order_that_the_store_has_as_paid_already_is_not_marked_again(outside):
    await choose(outside, tell_shopify_paid=True)
    order = outside.place(paid=False)
    await outside.take_over(order)
    total = int(order.total * 100)
    outside.store.execute(MarkPaid(order=order.number))
    await handed_over_at_the_counter(outside, order, total)
    assert outside.calls("OrderMarkAsPaid") == []


async def test_less_cash_than_the_order_costs_marks_nothing_as_paid(outside):
    await choose(outside, tell_shopify_paid=True)
    order = outside.place(paid=False)
    await handed_over_at_the_counter(outside, order, int(order.total * 100) - 100)
    assert not stored(outside, order).fully_paid
    assert "paid" not in await effects(outside)


@pytest.mark.parametrize("fault", ["http_500", "drop_after", "throttled", "http_429"])
async def test_a_mirror_write_that_fails_is_sent_again_and_counts_once(outside, fault):
    await choose(outside, tell_shopify_confirmed=True, tell_shopify_paid=True)
    order = outside.place(paid=False)
    outside.fault(fault, "TagsAdd")
    outside.fault(fault, "OrderMarkAsPaid")
    await handed_over_at_the_counter(outside, order, int(order.total * 100))
    assert "rawana-confirmed" in stored(outside, order).tags
    assert stored(outside, order).fully_paid
    assert set((await effects(outside)).values()) == {"confirmed"}


async def test_a_try_at_the_door_and_the_couriers_word_become_events_in_order(outside):
    await choose(outside, tell_shopify_delivered=True)
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    saad = await outside.retail.device("saad")
    clock = outside.retail.server.clock
    said = {"fulfillment_id": "f1", "courier": "tcs"}
    clock.pass_ms(60_000)
    result = await saad.do(
        "tracking_event", said | {"said": "Out For Delivery", "event_at": clock()}
    )
    assert result["status"] == "applied"
    await saad.do("attempt_failed", {"fulfillment_id": "f1", "outcome": "not_home"})
    clock.pass_ms(60_000)
    await saad.do("deliver", {"fulfillment_id": "f1"})
    await outside.carry_out()
    (made,) = outside.shipments(order)
    assert [event.status for event in made.events] == [
        "OUT_FOR_DELIVERY",
        "ATTEMPTED_DELIVERY",
        "DELIVERED",
    ]


async def mapped(outside: Outside) -> int:
    """Lahore has a location of its own in the store; return its number."""
    number = next(iter(outside.store.state.locations))
    async with outside.retail.server.database.transaction() as connection:
        (lahore,) = [
            b for b in await shops.branches_of(connection, outside.retail.id) if b.id == LAHORE
        ]
        gid = f"gid://shopify/Location/{number}"
        now = outside.retail.server.clock()
        await shops.change_branch(
            connection, outside.retail.id, replace(lahore, location_gid=gid), now
        )
    await choose(outside, tell_shopify_stock=True)
    return number


def on_the_shelf(outside: Outside, variant, location: int) -> int:
    item = variant.inventory_item
    level = item.inventory_level(location_id=f"gid://shopify/Location/{location}")
    return level.quantities(names=["available"])[0].quantity


@pytest.mark.parametrize("fault", [None, "drop_after", "http_500"])
async def test_what_is_received_at_a_mapped_branch_is_added_once_to_its_location(outside, fault):
    location = await mapped(outside)
    variant = next(iter(outside.store.state.variants.values()))
    before = on_the_shelf(outside, variant, location)
    if fault is not None:
        outside.fault(fault, "InventoryAdjustQuantities")
    saad = await outside.retail.device("saad")
    lines = [{"variant_id": str(variant.number), "units": 5}]
    result = await saad.do("receive_stock", {"branch_id": LAHORE, "lines": lines})
    assert result["status"] == "applied"
    await outside.carry_out()
    assert on_the_shelf(outside, variant, location) == before + 5
    assert await effects(outside) == {"stock": "confirmed"}


async def test_what_leaves_for_an_order_is_counted_by_the_store_itself(outside):
    location = await mapped(outside)
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    await outside.carry_out()
    assert location
    assert list(await effects(outside)) == ["fulfill"]


async def test_a_manual_record_tells_the_store_nothing_whatever_is_switched_on(outside):
    await mapped(outside)
    await choose(
        outside,
        tell_shopify_packed=True,
        tell_shopify_paid=True,
        tell_shopify_delivered=True,
        tell_shopify_confirmed=True,
    )
    order = outside.place()
    await outside.take_over(order)
    asked = len(outside.transport.asked)
    nasreen = await outside.retail.device("nasreen")
    lines = [{"order_line_id": str(line.number), "units": 1} for line in order.line_items]
    record = {"order_id": str(order.number), "branch_id": LAHORE, "lines": lines}
    result = await nasreen.do("manual_fulfillment", {"fulfillment_id": "m1"} | record)
    assert result["status"] == "applied"
    await outside.carry_out()
    assert len(outside.transport.asked) == asked
    assert await effects(outside) == {}


async def test_what_the_store_refuses_is_asked_about_and_retry_wants_exactly_that_again(outside):
    await mapped(outside)
    variant = next(iter(outside.store.state.variants.values()))
    async with outside.retail.server.database.transaction() as connection:
        (lahore,) = [
            b for b in await shops.branches_of(connection, outside.retail.id) if b.id == LAHORE
        ]
        nowhere = replace(lahore, location_gid="gid://shopify/Location/999999999")
        now = outside.retail.server.clock()
        await shops.change_branch(connection, outside.retail.id, nowhere, now)
    saad = await outside.retail.device("saad")
    lines = [{"variant_id": str(variant.number), "units": 5}]
    await saad.do("receive_stock", {"branch_id": LAHORE, "lines": lines})
    await outside.carry_out()
    (found,) = await rows_of(
        outside.retail, "SELECT id, code, branch_id FROM discrepancy WHERE closed_at IS NULL"
    )
    assert (found["code"], found["branch_id"]) == ("shopify_failed", LAHORE)
    location = await mapped(outside)
    before = on_the_shelf(outside, variant, location)
    retry = {"discrepancy_id": found["id"], "outcome": "retry"}
    assert (await saad.do("resolve", retry))["status"] == "applied"
    await outside.carry_out()
    assert on_the_shelf(outside, variant, location) == before + 5

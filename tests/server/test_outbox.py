"""Telling the store: exactly one fulfillment per shipment, whatever happens around the call."""

import asyncio

import pytest

from server.db import outbox
from server.outbox import carrying_out
from server.outbox.carrying_out import carry_out_due
from server.practice_store.by_hand import fulfill_by_hand
from server.practice_store.commands import CancelOrder, Parcel
from sync_protocol import limits
from tests.server.books import findings, rows_of
from tests.server.outside import Outside

CREATE = "FulfillmentCreate"
BY_HAND = Parcel(company="TCS", numbers=("by-hand",))


async def one_shipment(outside: Outside, order) -> None:
    """The store has exactly one shipment of the order, ours, and wrote to the customer once."""
    (made,) = outside.shipments(order)
    assert made.by == "app"
    (tracking,) = made.tracking_info()
    assert tracking.number == "7712"
    told = [n for n in outside.store.state.notifications if n.kind == "shipped"]
    assert len(told) == 1
    assert await outside.state() == ("confirmed", None)
    assert await rows_of(outside.retail, "SELECT FROM discrepancy WHERE closed_at IS NULL") == []
    (effect,) = await rows_of(outside.retail, "SELECT state FROM outbox")
    assert effect["state"] == "confirmed"
    assert await findings(outside.retail) == []


async def test_a_dispatched_shipment_is_told_to_the_store_with_its_tracking_and_link(outside):
    order = outside.place(2)
    await outside.take_over(order)
    results = await outside.dispatched(order)
    assert [r["status"] for r in results] == ["applied"] * 3
    assert await outside.state() == ("queued", None)
    await outside.carry_out(patiently=False)
    await one_shipment(outside, order)
    (made,) = outside.shipments(order)
    (tracking,) = made.tracking_info()
    assert tracking.company == "TCS"
    assert "7712" in tracking.url


@pytest.mark.parametrize(
    ("fault", "times"),
    [
        ("error_after", 1),
        ("error_after", 2),
        ("drop_after", 1),
        ("garbage", 2),
        ("drop_before", 1),
        ("drop_before", 2),
        ("http_503", 1),
        ("http_429", 1),
        ("throttled", 2),
        ("internal_error", 1),
    ],
)
async def test_whatever_comes_of_the_call_there_is_one_shipment_in_the_end(outside, fault, times):
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    outside.fault(fault, CREATE, times)
    await outside.carry_out()
    await one_shipment(outside, order)


@pytest.mark.parametrize("fault", ["drop_before", "http_500", "throttled", "garbage"])
async def test_a_look_that_fails_changes_nothing(outside, fault):
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    outside.fault(fault, None, 3)
    await outside.carry_out()
    await one_shipment(outside, order)


async def test_after_an_unknown_outcome_nothing_is_sent_until_the_old_call_can_no_longer_land(
    outside,
):
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    outside.fault("drop_before", CREATE)
    await outside.carry_out(patiently=False)
    assert (await outside.state())[0] == "unknown"
    for _ in range(3):
        outside.retail.server.clock.pass_ms(30_000)
        await outside.carry_out(patiently=False)
        assert outside.shipments(order) == []
    outside.retail.server.clock.pass_ms(31_000)
    await outside.carry_out(patiently=False)
    await one_shipment(outside, order)


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_worker_that_dies_around_its_call_leaves_one_shipment(
    outside, monkeypatch, arrived
):
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    call = carrying_out.create_fulfillment

    async def die(*arguments: object, **more: object) -> None:
        if arrived:
            await call(*arguments, **more)
        raise RuntimeError("the power went")

    monkeypatch.setattr(carrying_out, "create_fulfillment", die)
    await carry_out_due(outside.carrier)
    monkeypatch.undo()
    await outside.carry_out()
    await one_shipment(outside, order)


@pytest.mark.parametrize("courier", ["tcs", "other"])
async def test_a_number_corrected_while_nobody_knows_whether_the_call_arrived_makes_no_second_one(
    outside, courier
):
    order = outside.place(2)
    await outside.take_over(order)
    await outside.dispatched(order, courier=courier)
    outside.fault("drop_after", CREATE)
    await outside.carry_out(patiently=False)
    assert (await outside.state())[0] == "unknown"
    device = await outside.retail.device("amna")
    body = {"fulfillment_id": "f1", "courier": courier, "tracking_number": "9999"}
    await device.do("set_tracking", body)
    await outside.carry_out()
    (made,) = outside.shipments(order)
    assert [info.number for info in made.tracking_info()] == ["9999"]
    assert await outside.state() == ("confirmed", None)


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_dispatch_undone_while_nobody_knows_whether_the_call_arrived_can_be_made_again(
    outside, arrived
):
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    outside.fault("drop_after" if arrived else "drop_before", CREATE)
    await outside.carry_out(patiently=False)
    device = await outside.retail.device("amna")
    await device.do("undo_dispatch", {"fulfillment_id": "f1"})
    await outside.carry_out()
    assert outside.shipments(order) == []
    assert (await outside.state())[0] == "not_yet"
    again = {"fulfillment_id": "f1", "courier": "tcs", "tracking_number": "7713"}
    await device.do("dispatch", again)
    await outside.carry_out()
    (made,) = outside.shipments(order)
    assert [info.number for info in made.tracking_info()] == ["7713"]
    assert await outside.state() == ("confirmed", None)


async def test_two_workers_at_once_make_one_call(outside):
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    await asyncio.gather(*(carry_out_due(outside.carrier) for _ in range(4)))
    await outside.carry_out()
    await one_shipment(outside, order)


async def test_a_worker_whose_lease_ran_out_does_not_call(outside, monkeypatch):
    """It slept between looking and calling; another worker has the effect by then."""
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    look = carrying_out.read_order

    async def sleepy(*arguments: object) -> object:
        monkeypatch.setattr(carrying_out, "read_order", look)
        seen = await look(*arguments)
        outside.retail.server.clock.pass_ms(carrying_out.LEASE_MS + 1)
        await carry_out_due(outside.carrier)
        return seen

    monkeypatch.setattr(carrying_out, "read_order", sleepy)
    await carry_out_due(outside.carrier)
    await outside.carry_out()
    await one_shipment(outside, order)


async def test_what_the_store_will_never_take_fails_visibly_and_the_goods_stay_out(outside):
    order = outside.place()
    await outside.take_over(order)
    outside.store.execute(CancelOrder(order=order.number, reason="CUSTOMER", notify_customer=False))
    await outside.dispatched(order)
    await outside.carry_out()
    state, error = await outside.state()
    assert state == "failed"
    assert "cancelled" in error
    assert [s for s in outside.shipments(order) if s.by == "app"] == []
    codes = await rows_of(outside.retail, "SELECT code FROM discrepancy WHERE closed_at IS NULL")
    assert "shopify_failed" in {row["code"] for row in codes}
    (row,) = await rows_of(outside.retail, "SELECT state FROM fulfillment")
    assert row["state"] == "dispatched"


async def test_a_refusal_in_the_stores_own_words_fails_visibly(outside, monkeypatch):
    """Somebody ships by hand between our look and our call."""
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    call = carrying_out.create_fulfillment

    async def overtaken(*arguments: object, **more: object) -> object:
        fulfill_by_hand(outside.store, order, None, BY_HAND, notify_customer=False)
        return await call(*arguments, **more)

    monkeypatch.setattr(carrying_out, "create_fulfillment", overtaken)
    await outside.carry_out()
    state, error = await outside.state()
    assert state == "failed"
    assert error
    assert [s.by for s in outside.shipments(order)] == ["staff"]
    (found,) = await rows_of(outside.retail, "SELECT code, body::text FROM discrepancy")
    assert found["code"] == "shopify_failed"


async def test_without_access_the_effect_fails_and_says_so(outside):
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    await outside.retail.connect_store("http://127.0.0.1", "shpat_wrong")
    await outside.carry_out()
    state, _ = await outside.state()
    assert state in ("failed", "queued")
    assert outside.shipments(order) == []
    await outside.retail.connect_store("http://127.0.0.1", "shpat_practice")
    if state == "queued":
        outside.retail.server.clock.pass_ms(600_000)
        await outside.carry_out()
        await one_shipment(outside, order)


async def test_two_shipments_of_one_order_without_tracking_numbers_are_two_in_the_store(outside):
    order = outside.place(2)
    await outside.take_over(order)
    device = await outside.retail.device("amna")
    line = str(order.line_items[0].number)
    for name in ("first-parcel-0001", "second-parcel-02"):
        made = {"fulfillment_id": name, "order_id": str(order.number), "branch_id": "lhr"}
        device.add("create_fulfillment", made | {"lines": [{"order_line_id": line, "units": 1}]})
        device.add("pack", {"fulfillment_id": name})
        device.add(
            "dispatch",
            {"fulfillment_id": name, "courier": "rider", "no_tracking_reason": "own rider"},
        )
    assert {r["status"] for r in await device.push()} == {"applied"}
    outside.fault("error_after", CREATE, 2)
    await outside.carry_out()
    assert len(outside.shipments(order)) == 2
    for name in ("first-parcel-0001", "second-parcel-02"):
        assert await outside.state(name) == ("confirmed", None)


async def test_manual_fulfillments_never_reach_the_store(outside):
    order = outside.place()
    await outside.take_over(order)
    device = await outside.retail.device("nasreen")
    lines = [{"order_line_id": str(order.line_items[0].number), "units": 1}]
    made = {"fulfillment_id": "m1", "order_id": str(order.number), "branch_id": "lhr"}
    assert (await device.do("manual_fulfillment", made | {"lines": lines}))["status"] == "applied"
    await outside.carry_out()
    assert outside.shipments(order) == []
    assert await outside.state("m1") == ("not_for_shopify", None)


async def test_an_effect_waits_until_the_store_has_routed_the_order(outside):
    outside.store.routing_ms = (5_000, 5_000)
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    await outside.carry_out(patiently=False)
    assert outside.shipments(order) == []
    await outside.carry_out()
    await one_shipment(outside, order)


async def test_a_shipment_with_the_longest_name_there_may_be_is_told_and_confirmed_too(outside):
    order = outside.place()
    await outside.take_over(order)
    name = "f" * limits.ID_MAX
    results = await outside.dispatched(order, name)
    assert [r["status"] for r in results] == ["applied"] * 3
    await outside.carry_out()
    assert await outside.state(name) == ("confirmed", None)
    assert len(outside.shipments(order)) == 1


@pytest.mark.parametrize("wanted", [True, False])
async def test_the_store_writes_to_the_customer_exactly_when_that_was_wanted(outside, wanted):
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order, notify_customer=wanted)
    await outside.carry_out()
    assert len(outside.shipments(order)) == 1
    told = [n for n in outside.store.state.notifications if n.kind == "shipped"]
    assert len(told) == (1 if wanted else 0)


async def test_a_part_of_an_order_fulfills_no_more_than_that_part(outside):
    order = outside.place(3)
    await outside.take_over(order)
    device = await outside.retail.device("amna")
    line = str(order.line_items[0].number)
    made = {"fulfillment_id": "part", "order_id": str(order.number), "branch_id": "lhr"}
    device.add("create_fulfillment", made | {"lines": [{"order_line_id": line, "units": 1}]})
    device.add("pack", {"fulfillment_id": "part"})
    device.add("dispatch", {"fulfillment_id": "part", "courier": "tcs", "tracking_number": "7712"})
    await device.push()
    await outside.carry_out()
    (made_there,) = outside.shipments(order)
    assert sum(one.quantity for one in made_there.fulfillment_line_items) == 1


async def test_a_worker_whose_lease_ran_out_can_no_longer_write_an_outcome(outside):
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    server = outside.retail.server
    async with server.database.transaction() as connection:
        (slow,) = await outbox.claim(connection, server.clock(), 60_000, 1)
        assert await outbox.claim(connection, server.clock(), 60_000, 1) == []
    server.clock.pass_ms(60_001)
    async with server.database.transaction() as connection:
        (quick,) = await outbox.claim(connection, server.clock(), 60_000, 1)
        now = server.clock()
        assert not await outbox.mark(connection, slow, "failed", run_at=now, error="too late")
        assert await outbox.mark(connection, quick, "unknown", run_at=now)
    (effect,) = await rows_of(outside.retail, "SELECT state, last_error FROM outbox")
    assert (effect["state"], effect["last_error"]) == ("unknown", None)


async def test_what_is_tried_in_vain_says_why_after_the_third_try_and_ends_well_all_the_same(
    outside,
):
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    outside.fault("http_503", None, 3)
    for _ in range(2):
        await outside.carry_out(patiently=False)
        outside.retail.server.clock.pass_ms(30_000)
    assert await outside.state() == ("queued", None)
    await outside.carry_out(patiently=False)
    state, error = await outside.state()
    assert state == "queued"
    assert "503" in error
    outside.retail.server.clock.pass_ms(30_000)
    await outside.carry_out()
    assert await outside.state() == ("confirmed", None)
    assert len(outside.shipments(order)) == 1


async def test_a_shipment_that_waits_for_routing_goes_as_soon_as_the_store_says_that_it_is_done(
    outside,
):
    outside.store.routing_ms = (600_000, 600_000)
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    for _ in range(4):
        await outside.carry_out(patiently=False)
        outside.retail.server.clock.pass_ms(2_500)
    async with outside.retail.server.database.connection() as connection:
        await connection.execute("UPDATE outbox SET run_at = run_at + 86400000")
    outside.retail.server.clock.pass_ms(600_000)
    outside.store.settle()
    reads = len(outside.calls("OrderRead"))
    body = b'{"fulfillment_order":{"id":"%s","status":"open"}}' % order.work[0].id.encode()
    await outside.webhook(body, "fulfillment_orders/order_routing_complete")
    await outside.read()
    assert len(outside.calls("OrderRead")) == reads
    await outside.carry_out(patiently=False)
    assert await outside.state() == ("confirmed", None)

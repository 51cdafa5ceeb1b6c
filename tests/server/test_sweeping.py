"""What no webhook told of is found by comparing, and the comparison is kept for people to see."""

import asyncio

import pytest

from server.db import store_reading
from server.intake.sweeping import (
    DEEP_EVERY_MS,
    sweep_deeply,
    sweep_deeply_when_due,
    sweep_returns,
)
from server.practice_store.by_hand import fulfill_by_hand
from server.practice_store.commands import EditContact, MarkPaid, Parcel
from server.practice_store.commands_returns import CancelReturn, OpenReturn, WantedReturnLine
from tests.server.books import rows_of
from tests.server.outside import Outside


async def reading(outside: Outside):
    async with outside.retail.server.database.connection() as connection:
        return await store_reading.find_reading(connection, outside.retail.id)


async def deep_sweep(outside: Outside) -> int:
    found = await sweep_deeply(outside.reader, await outside.connected(), await reading(outside))
    while await outside.read():
        pass
    return found


async def statuses(outside: Outside) -> dict[str, str]:
    rows = await rows_of(
        outside.retail, "SELECT name, body->>'financial_status' AS paid FROM customer_order"
    )
    return {row["name"]: row["paid"] for row in rows}


async def test_a_deep_sweep_finds_what_every_sweep_before_it_missed(outside):
    clock = outside.retail.server.clock
    orders = [outside.place(paid=False) for _ in range(3)]
    await outside.sweep()
    clock.pass_ms(3_600_000)
    outside.store.execute(MarkPaid(order=orders[0].number))
    late = outside.place(paid=False)
    clock.pass_ms(3_600_000)
    async with outside.retail.server.database.connection() as connection:
        await connection.execute("UPDATE shopify_connection SET swept_to = '2027-12-01T00:00:00Z'")
    await outside.sweep()
    assert late.name not in await statuses(outside)
    assert await deep_sweep(outside) == 2
    known = await statuses(outside)
    assert known[late.name] == "pending"
    assert known[orders[0].name] == "paid"
    seen = await reading(outside)
    assert (seen.deep_counted, seen.deep_missing) == (4, 2)
    assert await deep_sweep(outside) == 0


async def test_a_deep_sweep_is_due_once_a_day(outside):
    outside.place()
    await outside.sweep()
    store = await outside.connected()
    assert not await sweep_deeply_when_due(outside.reader, store)
    outside.retail.server.clock.pass_ms(DEEP_EVERY_MS)
    assert await sweep_deeply_when_due(outside.reader, store)
    assert not await sweep_deeply_when_due(outside.reader, store)


@pytest.mark.parametrize("found_by", ["a webhook", "a deep sweep"])
async def test_an_order_that_was_deleted_in_the_store_is_cancelled_here(outside, found_by):
    order, other = outside.place(), outside.place()
    await outside.sweep()
    await outside.dispatched(order)
    outside.store.state.orders.pop(order.number)
    outside.retail.server.clock.pass_ms(10_000)
    if found_by == "a webhook":
        await outside.webhook(b'{"id":%d}' % order.number, "orders/delete")
        await outside.read()
    else:
        assert await deep_sweep(outside) == 1
    rows = await rows_of(
        outside.retail,
        "SELECT name, body->>'cancelled_at' IS NOT NULL AS gone FROM customer_order",
    )
    assert {row["name"]: row["gone"] for row in rows} == {order.name: True, other.name: False}
    flags = await rows_of(outside.retail, "SELECT code FROM discrepancy WHERE closed_at IS NULL")
    assert [row["code"] for row in flags] == ["dispatched_cancelled"]


async def test_a_sweep_reads_an_order_once_for_each_time_that_it_changed(outside):
    order = outside.place()
    clock = outside.retail.server.clock
    await outside.sweep()
    clock.pass_ms(20_000)
    await outside.sweep()
    asked = len(outside.calls("OrderRead"))
    clock.pass_ms(20_000)
    assert await outside.sweep() == 1
    assert len(outside.calls("OrderRead")) == asked
    outside.store.execute(EditContact(order=order.number, phone="0300 7654321"))
    await outside.sweep()
    assert len(outside.calls("OrderRead")) == asked + 1


async def test_what_is_wrong_with_a_sweep_is_kept_until_one_succeeds(outside):
    outside.place()
    worker = outside.worker()
    await outside.sweep()
    outside.fault("http_500")
    await worker._sweep(outside.retail.id)
    assert "500" in (await reading(outside)).trouble
    await worker._sweep(outside.retail.id)
    assert (await reading(outside)).trouble is None


async def test_a_store_that_was_connected_just_now_is_read_at_once(outside):
    outside.place()
    worker = outside.worker()
    await worker._start_sweeps()
    for _ in range(400):
        await asyncio.sleep(0.01)
        if (found := await reading(outside)) is not None and found.swept_at:
            break
    assert found.swept_at
    swept_at = found.swept_at
    await worker._start_sweeps()
    await asyncio.sleep(0.05)
    assert (await reading(outside)).swept_at == swept_at
    await worker._sweeps.stop()


async def test_a_return_of_which_no_webhook_told_is_found_although_the_order_seems_unchanged(
    outside,
):
    order = outside.place(2)
    (made,) = fulfill_by_hand(
        outside.store, order, None, Parcel(company="TCS"), notify_customer=False
    )
    await outside.take_over(order)
    outside.retail.server.clock.pass_ms(60_000)
    shipped = made.fulfillment_line_items[0].id
    line = WantedReturnLine(fulfillment_line=shipped, quantity=1, reason="UNWANTED")
    back = outside.store.execute(OpenReturn(order=order.id, lines=(line,)))
    assert not isinstance(back, list)
    store = await outside.connected()
    assert await returned_units(outside) == 0
    assert await sweep_returns(outside.reader, store) == 1
    await outside.read()
    assert await returned_units(outside) == 1
    assert await sweep_returns(outside.reader, store) == 0
    assert not isinstance(outside.store.execute(CancelReturn(of_return=back.id)), list)
    outside.retail.server.clock.pass_ms(3_600_000)
    assert await sweep_returns(outside.reader, store) == 1
    await outside.read()
    assert await returned_units(outside) == 0


async def returned_units(outside: Outside) -> int:
    (row,) = await rows_of(
        outside.retail,
        "SELECT (body->'lines'->0->>'shopify_return_units')::int AS units FROM customer_order",
    )
    return row["units"] or 0

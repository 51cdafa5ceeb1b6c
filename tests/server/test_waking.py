"""Time alone changes an order: a callback falls due; goods for which nobody named the branch are a case to fix."""

import asyncio

import msgspec

from server.intake.waking import wake_due_orders
from sync_protocol.bodies.store_news import SeenLine, ShopifyOrder
from sync_protocol.ids import OrderId, OrderLineId
from sync_protocol.orders import Contact, LineCount, StoreFulfillment
from tests.server.books import findings, rows_of
from tests.server.retail import KURTA, START_MS, Retail

HOUR_MS = 3_600_000


async def wake(retail: Retail) -> int:
    server = retail.server
    return await wake_due_orders(server.database, server.live, server.clock)


async def order(retail: Retail) -> dict:
    (row,) = await rows_of(retail, "SELECT body::text FROM customer_order")
    return msgspec.json.decode(row["body"])


async def sent_in_the_store(retail: Retail) -> None:
    line = SeenLine(
        id=OrderLineId("9000"),
        variant_id=KURTA,
        title="Kurta",
        ordered_units=1,
        current_units=1,
        unit_paisa=100,
        fulfilled_units=1,
    )
    sent = StoreFulfillment(
        gid="gid://shopify/Fulfillment/1",
        live=True,
        at=START_MS,
        courier="TCS",
        tracking_number="421001096857",
        lines=(LineCount(order_line_id=line.id, units=1),),
    )
    reading = ShopifyOrder(
        id=OrderId("900"),
        gid="gid://shopify/Order/900",
        name="#900",
        placed_at=START_MS,
        updated_at=START_MS + 1,
        financial_status="paid",
        cod=False,
        total_paisa=100,
        outstanding_paisa=0,
        contact=Contact(name="Ayesha"),
        lines=(line,),
        fulfillments=(sent,),
    )
    await retail.news(reading)


async def test_goods_without_a_branch_are_branch_sync_for_a_day_and_then_a_case_to_fix(retail):
    await retail.order("900")
    await sent_in_the_store(retail)
    assert (await order(retail))["status"] == "branch_sync"
    retail.server.clock.pass_ms(23 * HOUR_MS)
    assert await wake(retail) == 0
    retail.server.clock.pass_ms(2 * HOUR_MS)
    assert await wake(retail) == 1
    told = await order(retail)
    assert told["status"] == "fix_branch_stock"
    assert told["queues"] == ["fix_branch_stock"]
    assert await wake(retail) == 0
    hira = await retail.device("hira")
    body = {
        "fulfillment_id": "f1",
        "order_id": "900",
        "branch_id": "lhr",
        "lines": [{"order_line_id": "9000", "units": 1}],
    }
    assert (await hira.do("branch_sync", body))["status"] == "applied"
    told = await order(retail)
    assert (told["status"], told["sync_overdue"], told["wake_at"]) == ("done", False, None)
    assert await findings(retail) == []


async def test_a_callback_falls_due_at_its_hour_and_is_answered_by_the_call(retail):
    await retail.order("900", cod=True)
    maryam = await retail.device("maryam")
    later = retail.server.clock() + 3 * HOUR_MS
    body = {"order_id": "900", "outcome": "callback", "next_at": later}
    await maryam.do("call_attempt", body)
    assert (await order(retail))["queues"] == ["to_confirm"]
    retail.server.clock.pass_ms(3 * HOUR_MS + 1)
    assert await wake(retail) == 1
    assert (await order(retail))["queues"] == ["to_confirm", "callback_due"]
    await maryam.do("confirm", {"order_id": "900"})
    told = await order(retail)
    assert (told["status"], told["queues"]) == ("unfulfilled", ["to_pack"])


async def test_two_workers_that_look_at_once_tell_an_order_once(retail):
    await retail.order("900")
    await sent_in_the_store(retail)
    retail.server.clock.pass_ms(25 * HOUR_MS)
    await asyncio.gather(*(wake(retail) for _ in range(4)))
    rows = await rows_of(retail, "SELECT status FROM op WHERE kind = 'time_passed'")
    assert [row["status"] for row in rows] == ["applied"]

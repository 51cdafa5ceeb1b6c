"""From a webhook to an order in the inbox: the webhook is a hint, the reading is the truth."""

import msgspec
import pytest

from server.intake.catalogue import mirror_variants
from server.practice_store.by_hand import fulfill_by_hand
from server.practice_store.commands import (
    AddressDraft,
    CancelOrder,
    CustomerDraft,
    EditContact,
    MarkPaid,
    Parcel,
)
from tests.server.books import balances, rows_of
from tests.server.outside import Outside
from tests.server.test_webhooks import deliver

SANA = CustomerDraft(first_name="Sana", last_name="Malik", phone="0300-1234567")
ADDRESS = AddressDraft(first_name="Sana", last_name="Malik", address1="House 7", city="Lahore")


async def order_row(outside: Outside, order_id: str) -> dict:
    """Return the order as a supervisor's phone is given it."""
    device = await outside.retail.device("saad")
    told = await device.pull()
    rows = [row for patch in told["patches"] for row in patch["rows"]]
    return next(body for key, _, body in rows if key == f"order/{order_id}")


async def test_an_order_placed_in_the_store_becomes_a_row_with_its_contact_and_money(outside):
    order = outside.place(
        2, paid=False, customer=SANA, shipping_address=ADDRESS, note="Call\x00 first"
    )
    order_id = await outside.take_over(order)
    row = await order_row(outside, order_id)
    assert row["name"] == "#1001"
    assert row["contact"]["name"] == "Sana Malik"
    assert row["contact"]["phone"] == "923001234567"
    assert row["contact"]["city"] == "Lahore"
    assert row["cod"] is True
    assert row["status"] == "to_confirm"
    assert row["note"] == "Call first"
    assert row["outstanding_paisa"] == int(order.total * 100)
    (line,) = row["lines"]
    assert (line["ordered_units"], line["current_units"]) == (2, 2)


async def test_one_reading_answers_all_the_webhooks_of_an_order_that_wait(outside):
    order = outside.place()
    for event in "abc":
        await outside.tell_of(order, "orders/updated", event)
    await outside.tell_of(order, "orders/create")
    assert await outside.read() == 1
    assert await outside.read() == 0
    ops = await rows_of(outside.retail, "SELECT status FROM op WHERE kind = 'shopify_order'")
    assert [row["status"] for row in ops] == ["applied"]
    open_news = await rows_of(outside.retail, "SELECT FROM webhook_inbox WHERE done_at IS NULL")
    assert open_news == []


async def test_a_webhook_about_an_order_that_the_store_does_not_have_is_settled_with_a_remark(
    outside,
):
    await deliver(outside.retail, b'{"id":424242}')
    await outside.read()
    (row,) = await rows_of(outside.retail, "SELECT done_at, last_error FROM webhook_inbox")
    assert row["done_at"] is not None
    assert "no such order" in row["last_error"]
    assert await rows_of(outside.retail, "SELECT FROM customer_order") == []


@pytest.mark.parametrize("fault", ["http_500", "drop_before", "throttled", "http_429", "garbage"])
async def test_a_reading_that_fails_is_tried_again_later(outside, fault):
    order = outside.place()
    outside.fault(fault, None, 2)
    await outside.tell_of(order)
    for _ in range(4):
        await outside.read()
        outside.retail.server.clock.pass_ms(10_000)
    assert (await order_row(outside, str(order.number)))["name"] == "#1001"


async def test_one_order_that_cannot_be_read_does_not_hold_up_the_next(outside):
    first, second = outside.place(), outside.place()
    await outside.tell_of(first)
    outside.retail.server.clock.pass_ms(1)
    await outside.tell_of(second)
    outside.fault("http_500")
    await outside.read()
    assert (await order_row(outside, str(second.number)))["name"] == "#1002"
    outside.retail.server.clock.pass_ms(60_000)
    await outside.read()
    assert (await order_row(outside, str(first.number)))["name"] == "#1001"


async def test_an_order_without_a_customer_is_shown_as_far_as_it_is_known(outside):
    order = outside.store.place_order(paid=True)
    order.customer = order.shipping_address = order.phone = order.email = None
    row = await order_row(outside, await outside.take_over(order))
    assert row["contact"]["phone"] is None
    assert row["name"] == "#1001"


async def test_a_changed_address_asks_for_the_customers_word_again(outside):
    order = outside.place(paid=False, customer=SANA, shipping_address=ADDRESS)
    order_id = await outside.take_over(order)
    device = await outside.retail.device("amna")
    await device.do("confirm", {"order_id": order_id})
    outside.retail.server.clock.pass_ms(2_000)
    moved = msgspec.structs.replace(ADDRESS, address1="House 8", city="Karachi")
    outside.store.execute(EditContact(order=order.number, shipping_address=moved))
    await outside.take_over(order)
    row = await order_row(outside, order_id)
    assert row["contact"]["city"] == "Karachi"
    assert row["status"] == "reconfirm"


async def test_news_that_arrives_late_never_overwrites_newer(outside):
    order = outside.place(paid=False)
    await outside.take_over(order)
    outside.retail.server.clock.pass_ms(2_000)
    outside.store.execute(MarkPaid(order=order.number))
    order_id = await outside.take_over(order)
    assert (await order_row(outside, order_id))["cod"] is False
    await outside.retail.order(order_id, updated_at=order.created_at, cod=True, lines=())
    row = await order_row(outside, order_id)
    assert row["cod"] is False
    assert row["lines"]


async def test_a_cancel_in_the_store_releases_what_was_promised_and_asks_about_what_was_packed(
    outside,
):
    pending, packed = outside.place(), outside.place()
    device = await outside.retail.device("amna")
    for order in (pending, packed):
        order_id = await outside.take_over(order)
        lines = [{"order_line_id": str(order.line_items[0].number), "units": 1}]
        made = {"fulfillment_id": f"f{order_id}", "order_id": order_id, "branch_id": "lhr"}
        await device.do("create_fulfillment", made | {"lines": lines})
    await device.do("pack", {"fulfillment_id": f"f{packed.number}"})
    outside.retail.server.clock.pass_ms(2_000)
    for order in (pending, packed):
        outside.store.execute(
            CancelOrder(order=order.number, reason="CUSTOMER", notify_customer=False)
        )
        await outside.take_over(order)
    assert (await order_row(outside, str(pending.number)))["status"] == "cancelled"
    assert (await order_row(outside, str(packed.number)))["status"] == "cancelled_goods_out"
    (found,) = await rows_of(outside.retail, "SELECT code FROM discrepancy")
    assert found["code"] == "cancelled_while_packed"
    variant = str(next(iter(outside.store.state.variants)))
    assert (await balances(outside.retail))["lhr", "sellable", variant] == 19


async def test_what_was_shipped_in_the_store_by_hand_waits_for_a_branch(outside):
    order = outside.place()
    await outside.take_over(order)
    outside.retail.server.clock.pass_ms(2_000)
    parcel = Parcel(company="TCS", numbers=("1",))
    fulfill_by_hand(outside.store, order, None, parcel, notify_customer=False)
    row = await order_row(outside, await outside.take_over(order))
    assert row["status"] == "branch_sync"


async def test_our_own_shipment_seen_again_in_the_store_opens_nothing(outside):
    order = outside.place()
    order_id = await outside.take_over(order)
    await outside.dispatched(order)
    await outside.carry_out()
    outside.retail.server.clock.pass_ms(2_000)
    await outside.tell_of(order, "fulfillments/create")
    await outside.take_over(order)
    assert (await order_row(outside, order_id))["status"] == "dispatched"
    assert await rows_of(outside.retail, "SELECT FROM discrepancy") == []


async def test_a_sweep_finds_the_orders_of_which_no_webhook_told(outside):
    orders = [outside.place() for _ in range(3)]
    await outside.take_over(orders[0])
    outside.retail.server.clock.pass_ms(5_000)
    assert await outside.sweep() == 3
    for order in orders:
        assert (await order_row(outside, str(order.number)))["name"] == order.name
    outside.retail.server.clock.pass_ms(600_000)
    late = outside.place()
    await outside.sweep()
    assert (await order_row(outside, str(late.number)))["name"] == late.name


async def test_an_order_beyond_2_to_the_53_keeps_every_digit(outside):
    number = 9_007_199_254_740_993
    await deliver(outside.retail, b'{"id":%d}' % number)
    rows = await rows_of(outside.retail, "SELECT resource_gid FROM webhook_inbox")
    assert rows == [{"resource_gid": f"gid://shopify/Order/{number}"}]


async def test_the_catalogue_is_mirrored_whole_and_a_second_time_changes_nothing(outside):
    database, clock = outside.retail.server.database, outside.retail.server.clock
    numbers = {str(number) for number in outside.store.state.variants}
    changed = await mirror_variants(database, outside.client, outside.retail.id, clock)
    assert changed == len(numbers) - 3
    assert await mirror_variants(database, outside.client, outside.retail.id, clock) == 0
    amna = await outside.retail.phone("amna")
    await amna.phone.sync()
    keys = set(amna.phone.memory.replica.rows["catalog"])
    assert {f"variant/{number}" for number in numbers} <= keys


async def test_an_event_that_was_worked_off_and_comes_again_opens_no_new_work(outside):
    order = outside.place()
    body = msgspec.json.encode({"id": order.number, "admin_graphql_api_id": order.id})
    said = {"X_Shopify_Topic": "orders/create", "X_Shopify_Event_Id": "event-1"}
    assert (await deliver(outside.retail, body, **said)).status_code == 200
    assert await outside.read() == 1
    assert (await deliver(outside.retail, body, **said)).status_code == 200
    outside.retail.server.clock.pass_ms(600_000)
    assert await outside.read() == 0

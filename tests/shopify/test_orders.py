from decimal import Decimal

import pytest

from server.practice_store.commands import AddressDraft, CancelOrder, CustomerDraft
from server.shopify.fulfillments import (
    Tracking,
    Work,
    WorkLine,
    add_delivery_event,
    cancel_fulfillment,
    create_fulfillment,
    update_tracking,
)
from server.shopify.orders import changed_since, list_orders, read_order
from server.shopify.store import (
    each_location,
    each_subscription,
    list_variants,
    read_shop,
    subscribe,
)
from tests.shopify.practice import Clock, client_to, new_store, some_lines

SANA = CustomerDraft(first_name="Sana", last_name="Malik", phone="0300-1234567")
ADDRESS = AddressDraft(
    first_name="Sana", last_name="Malik", address1="House 7", city="Lahore", phone="0300-1234567"
)
TRACKING = Tracking(
    company="Leopards", number="LE7412345", url="https://leopards.example/LE7412345"
)


async def test_one_read_gives_the_order_with_its_work_and_its_shipments():
    store = new_store()
    order = store.place_order(some_lines(store, 2, quantity=2), SANA, ADDRESS, note="Call first")
    client = client_to(store)
    await create_fulfillment(
        client,
        [
            Work(
                fulfillment_order_id=order.work[0].id,
                fulfillment_order_line_items=[
                    WorkLine(id=order.work[0].line_items[0].id, quantity=1)
                ],
            )
        ],
        TRACKING,
        notify_customer=False,
    )
    seen = await read_order(client, order.id)
    assert (seen.name, seen.note, seen.display_fulfillment_status) == (
        "#1001",
        "Call first",
        "PARTIALLY_FULFILLED",
    )
    assert seen.shipping_address.phone == "0300-1234567"
    assert seen.payment_gateway_names == ("Cash on Delivery (COD)",)
    assert Decimal(seen.total_outstanding_set.shop_money.amount) == order.total
    assert [line.unfulfilled_quantity for line in seen.line_items.nodes] == [1, 2]
    work = seen.fulfillment_orders.nodes[0]
    assert work.status == "IN_PROGRESS"
    assert [(line.total_quantity, line.remaining_quantity) for line in work.line_items.nodes] == [
        (2, 1),
        (2, 2),
    ]
    assert [line.line_item.id for line in work.line_items.nodes] == [
        line.id for line in seen.line_items.nodes
    ]
    shipment = seen.fulfillments[0]
    assert (shipment.name, shipment.status) == ("#1001-F1", "SUCCESS")
    assert shipment.tracking_info[0].url == TRACKING.url


async def test_an_order_of_many_lines_is_read_page_by_page_to_its_end():
    store = new_store()
    order = store.place_order(some_lines(store, 7, quantity=2))
    client = client_to(store)
    await create_fulfillment(
        client, [Work(fulfillment_order_id=order.work[0].id)], None, notify_customer=False
    )
    in_pages = await read_order(client, order.id, lines_a_page=3)
    at_once = await read_order(client, order.id)
    ids = [line.id for line in at_once.line_items.nodes]
    assert len(ids) == 7
    assert [line.id for line in in_pages.line_items.nodes] == ids
    assert (
        in_pages.fulfillment_orders.nodes[0].line_items.nodes
        == at_once.fulfillment_orders.nodes[0].line_items.nodes
    )
    assert (
        in_pages.fulfillments[0].fulfillment_line_items.nodes
        == at_once.fulfillments[0].fulfillment_line_items.nodes
    )


@pytest.mark.parametrize("gid", ["gid://shopify/Order/1", "gid://shopify/Fulfillment/1"])
async def test_an_order_that_the_store_does_not_have_is_none(gid):
    assert await read_order(client_to(new_store(stocked=False)), gid) is None


async def test_right_after_it_is_placed_an_order_has_no_work_yet():
    clock = Clock()
    store = new_store(clock, routing_ms=(2000, 2000))
    order = store.place_order()
    client = client_to(store)
    assert (await read_order(client, order.id)).fulfillment_orders.nodes == ()
    clock.pass_ms(2000)
    assert len((await read_order(client, order.id)).fulfillment_orders.nodes) == 1


async def test_changed_orders_come_oldest_change_first_and_none_is_lost_between_pages():
    clock = Clock()
    store = new_store(clock)
    orders = []
    for _ in range(7):
        clock.pass_ms(400)
        orders.append(store.place_order())
    clock.pass_ms(5000)
    store.execute(CancelOrder(order=orders[0].number))
    client = client_to(store)
    names, after = [], None
    while True:
        page = await list_orders(client, changed_since("2026-11-23T08:00:00Z"), after, first=3)
        names += [one.name for one in page.nodes]
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page:
            break
    assert names == [f"#{number}" for number in (*range(1002, 1008), 1001)]


async def test_orders_changed_before_a_time_are_not_listed():
    clock = Clock()
    store = new_store(clock)
    store.place_order()
    clock.pass_ms(60_000)
    late = store.place_order()
    page = await list_orders(client_to(store), changed_since("2026-11-23T08:00:30Z"))
    assert [one.name for one in page.nodes] == [late.name]


async def test_a_lagging_search_index_hides_a_new_order_that_a_direct_read_shows():
    clock = Clock()
    store = new_store(clock, search_lag_ms=10_000)
    order = store.place_order()
    client = client_to(store)
    assert (await list_orders(client, changed_since("2026-11-23T00:00:00Z"))).nodes == ()
    assert await read_order(client, order.id) is not None
    clock.pass_ms(10_000)
    assert len((await list_orders(client, changed_since("2026-11-23T00:00:00Z"))).nodes) == 1


async def test_tracking_events_and_cancel_reach_the_shipment():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    client = client_to(store)
    made = await create_fulfillment(
        client, [Work(fulfillment_order_id=order.work[0].id)], TRACKING, notify_customer=False
    )
    gid = made.fulfillment.id
    changed = await update_tracking(
        client, gid, Tracking(company="TCS", number="7"), notify_customer=True
    )
    assert [(one.company, one.number, one.url) for one in changed.fulfillment.tracking_info] == [
        ("TCS", "7", None)
    ]
    event = await add_delivery_event(
        client, gid, "DELIVERED", "2026-11-23T10:15:00Z", "COD collected"
    )
    assert event.fulfillment_event.happened_at == "2026-11-23T10:15:00Z"
    assert (await read_order(client, order.id)).fulfillments[
        0
    ].delivered_at == "2026-11-23T10:15:00Z"
    cancelled = await cancel_fulfillment(client, gid)
    assert cancelled.fulfillment.status == "CANCELLED"
    seen = await read_order(client, order.id)
    assert [work.status for work in seen.fulfillment_orders.nodes] == ["CLOSED", "OPEN"]


async def test_the_shop_its_scopes_locations_and_catalogue_are_read():
    store = new_store()
    client = client_to(store)
    shop = await read_shop(client)
    assert shop.shop.currency_code == "PKR"
    scopes = {one.handle for one in shop.current_app_installation.access_scopes}
    assert "write_merchant_managed_fulfillment_orders" in scopes
    assert [one.name async for one in each_location(client)] == [
        "Karachi Warehouse",
        "Lahore Gulberg",
        "Islamabad F-10",
    ]
    seen, after = [], None
    while True:
        page = await list_variants(client, after)
        seen += page.nodes
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page:
            break
    assert {one.sku for one in seen} == {one.sku for one in store.state.variants.values()}
    assert all(one.image_url for one in seen)


async def test_a_subscription_is_made_once_and_listed():
    store = new_store(stocked=False)
    client = client_to(store)
    first = await subscribe(
        client, "ORDERS_CREATE", "https://rawana.example/webhooks", "orders-create"
    )
    assert first.webhook_subscription.topic == "ORDERS_CREATE"
    again = await subscribe(
        client, "ORDERS_CREATE", "https://rawana.example/webhooks", "orders-create-2"
    )
    assert [one.message for one in again.user_errors] == [
        "Address for this topic has already been taken"
    ]
    assert [one.topic async for one in each_subscription(client)] == ["ORDERS_CREATE"]

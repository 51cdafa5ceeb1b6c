"""What a person does on the store's own pages, form by form."""

import re

import httpx
import pytest

from tests.practice_store.test_marks import subscribed
from tests.shopify.practice import http_to, new_store, some_lines

EVIL = "\"><script>alert(1)</script>&'"


class Person:
    """Fills in forms and follows where they lead."""

    def __init__(self, store) -> None:
        self.store = store
        self.http = httpx.AsyncClient(
            transport=http_to(store)._transport,
            base_url="http://127.0.0.1",
            follow_redirects=True,
        )
        self.skus = [one.sku for one in store.state.variants.values()]

    async def sends(self, deed: str, **fields: str) -> str:
        """Send a form of order #1001 and return the page that comes; it must not be a refusal."""
        page = await self.http.post(f"/practice/page/orders/1001/{deed}", data=fields)
        assert page.status_code == 200, re.findall(r'role="alert">(.*?)</p>', page.text)
        return page.text

    async def is_refused(self, deed: str, **fields: str) -> str:
        page = await self.http.post(f"/practice/page/orders/1001/{deed}", data=fields)
        assert page.status_code == 422
        return page.text

    @property
    def order(self):
        return self.store.state.order_named("1001")

    def work(self, place: int = 0):
        return self.order.fulfillment_orders[place]


def at_desk(quantity: int = 2) -> Person:
    store = new_store()
    store.place_order(some_lines(store, 2, quantity))
    return Person(store)


async def test_an_order_is_placed_with_chosen_items_customer_and_payment():
    person = Person(new_store())
    filled = {
        "sku0": person.skus[3],
        "units0": "2",
        "sku1": person.skus[9],
        "first_name": "Amna",
        "last_name": "Tariq",
        "phone": "03001234567",
        "city": "Lahore",
        "address1": "House 5",
        "payment": "paid",
    }
    page = await person.http.post("/practice/page/orders", data=filled)
    assert page.status_code == 200
    order = person.order
    assert [(line.sku, line.quantity) for line in order.line_items] == [
        (person.skus[3], 2),
        (person.skus[9], 1),
    ]
    assert order.fully_paid
    assert (order.shipping_address.city, order.shipping_address.phone) == ("Lahore", "03001234567")


async def test_an_unknown_sku_is_refused_with_the_reason_and_nothing_is_ordered():
    person = Person(new_store())
    page = await person.http.post("/practice/page/orders", data={"sku0": EVIL})
    assert page.status_code == 422
    assert "no variant has the SKU" in page.text
    assert "<script" not in page.text
    assert person.store.state.orders == {}


async def test_an_edit_changes_a_quantity_and_swaps_a_variant():
    person = at_desk()
    first, second = person.order.line_items
    await person.sends(
        "edit", **{f"quantity:{first.number}": "1", f"swap:{second.number}": person.skus[20]}
    )
    now = {line.sku: line.current_quantity for line in person.order.line_items}
    assert now == {first.sku: 1, second.sku: 0, person.skus[20]: 2}
    assert person.order.edited


async def test_an_edit_can_add_an_item():
    person = at_desk()
    await person.sends("edit", add=person.skus[20], added="3")
    assert person.order.line_items[-1].current_quantity == 3


@pytest.mark.parametrize("units", ["-1", "two", "\u0661", "9999999"])
async def test_a_number_that_is_none_is_refused(units):
    person = at_desk()
    line = person.order.line_items[0].number
    assert "is not a number of units" in await person.is_refused(
        "edit", **{f"quantity:{line}": units}
    )
    assert person.order.line_items[0].current_quantity == 2


async def test_some_units_are_shipped_with_tracking_and_the_shipment_is_taken_back():
    person = at_desk()
    work = person.work()
    part = work.line_items[0].number
    tracked = {"company": "TCS", "number": "779412", "url": "https://tcs.example/779412"}
    page = await person.sends(
        "fulfill", work=str(work.number), **{f"ship:{part}": "1"}, **tracked, notify="on"
    )
    assert "779412" in page
    (shipment,) = person.order.shipments
    assert [one.quantity for one in shipment.fulfillment_line_items] == [1]
    assert shipment.by == "staff"
    assert person.store.state.notifications[-1].kind == "shipped"
    await person.sends("delivered", fulfillment=str(shipment.number))
    assert shipment.display_status == "DELIVERED"
    await person.sends("cancel-fulfillment", fulfillment=str(shipment.number))
    assert shipment.status == "CANCELLED"


async def test_work_is_held_and_released():
    person = at_desk()
    work = str(person.work().number)
    page = await person.sends("hold", work=work, notes="Ask first")
    assert person.work().status == "ON_HOLD"
    assert "Release the hold" in page
    await person.sends("release", work=work)
    assert person.work().status == "OPEN"


async def test_goods_come_back_something_else_is_sent_and_the_return_is_closed():
    person = at_desk()
    await person.sends("fulfill")
    part = person.order.shipments[0].fulfillment_line_items[0].number
    await person.is_refused("return")
    await person.sends(
        "return", **{f"back:{part}": "1"}, exchange=person.skus[20], exchanged="1", note="Too small"
    )
    (back,) = person.order.returned
    assert back.status == "OPEN"
    assert [one.variant.sku for one in back.exchange_line_items] == [person.skus[20]]
    item = person.order.line_items[0].variant.inventory_item
    level = item.levels[person.store.state.first_location().number]
    before = level.units("available")
    await person.sends("receive", **{"return": str(back.number)})
    assert level.units("available") == before + 1
    await person.sends("close-return", **{"return": str(back.number)})
    assert back.status == "CLOSED"
    await person.is_refused("close-return", **{"return": "7"})


async def test_a_return_can_be_called_off():
    person = at_desk()
    await person.sends("fulfill")
    part = person.order.shipments[0].fulfillment_line_items[0].number
    await person.sends("return", **{f"back:{part}": "1"})
    (back,) = person.order.returned
    await person.sends("cancel-return", **{"return": str(back.number)})
    assert back.status == "CANCELED"


async def test_money_is_taken_and_given_back():
    person = at_desk()
    assert "Refund" not in await person.sends("address", first_name="Amna", city="Lahore")
    await person.sends("pay")
    assert person.order.fully_paid
    line = person.order.line_items[0]
    await person.sends("refund", **{f"refund:{line.number}": "1"}, amount="100", restock="on")
    assert line.current_quantity == 1
    (refund,) = person.order.refunded
    assert [one.amount for one in refund.transactions] == [100]
    for amount in ("-5", "much", "NaN", "1000000", "1E+999999999"):
        await person.is_refused("refund", amount=amount)


async def test_the_address_is_corrected():
    person = at_desk()
    filled = {"first_name": "Amna", "last_name": "Khan", "phone": "03001112222"}
    await person.sends("address", **filled, address1="Flat 2", city="Karachi", note="Ring twice")
    address = person.order.shipping_address
    assert (address.name, address.city, address.phone) == ("Amna Khan", "Karachi", "03001112222")
    assert person.order.note == "Ring twice"


async def test_an_order_is_cancelled_with_its_money_and_its_units_back_on_the_shelf():
    person = at_desk()
    await person.sends("pay")
    item = person.order.line_items[0].variant.inventory_item
    level = item.levels[person.store.state.first_location().number]
    before = level.units("available")
    await person.sends("cancel", restock="on", refund="on")
    assert person.order.cancelled_at is not None
    assert level.units("available") == before + 2
    assert person.order.refunded
    assert "already" in await person.is_refused("cancel")


async def test_a_subscription_is_dropped_as_after_failing_deliveries_but_no_configured_one():
    store = new_store(webhook_uri="http://127.0.0.1:9/hooks", webhook_topics=("ORDERS_UPDATED",))
    person = Person(store)
    made = subscribed(store).rsplit("/", 1)[1]
    drop = "/practice/page/subscriptions/drop"
    assert (await person.http.post(drop, data={"subscription": made})).status_code == 200
    assert (await person.http.post(drop, data={"subscription": made})).status_code == 422
    assert (await person.http.post(drop, data={"subscription": "1"})).status_code == 422
    assert [one.topic for one in store.state.subscriptions.values()] == ["ORDERS_UPDATED"]


async def test_what_was_typed_on_a_page_is_text_on_every_page():
    person = at_desk()
    fields = ("first_name", "last_name", "phone", "address1", "city", "province", "note")
    await person.sends("address", **dict.fromkeys(fields, EVIL))
    await person.sends("hold", work=str(person.work().number), notes=EVIL)
    await person.sends("release", work=str(person.work().number))
    await person.sends("fulfill", company=EVIL, number=EVIL, url=EVIL)
    part = person.order.shipments[0].fulfillment_line_items[0].number
    await person.sends("return", **{f"back:{part}": "1"}, note=EVIL)
    for path in ("/practice/", "/practice/page/orders/1001"):
        page = await person.http.get(path)
        assert "<script" not in page.text
        assert "&lt;script&gt;" in page.text


async def test_a_deed_that_there_is_not_and_an_order_that_there_is_not_are_not_found():
    person = at_desk()
    for path in ("orders/1001/fly", "orders/77/cancel"):
        assert (await person.http.post(f"/practice/page/{path}")).status_code == 404

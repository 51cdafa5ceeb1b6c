import asyncio
from collections import Counter
from decimal import Decimal

import pytest

from server.practice_store.arrivals import arrivals
from server.practice_store.chance import chance_from
from server.practice_store.people import draw_phone
from server.practice_store.store import seed_catalogue
from tests.shopify.practice import new_store


def check_digit_is_right(ean: str) -> bool:
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(ean)) % 10 == 0


def test_the_catalogue_has_about_two_hundred_variants_that_can_be_told_apart():
    variants = new_store().state.variants.values()
    assert 180 <= len(variants) <= 220
    for field in ("number", "sku", "barcode"):
        assert len({getattr(one, field) for one in variants}) == len(variants)
    assert len({one.inventory_item.number for one in variants}) == len(variants)
    assert all(len(one.barcode) == 13 and check_digit_is_right(one.barcode) for one in variants)
    assert all(one.price > 0 for one in variants)


def test_the_catalogue_is_seeded_once():
    store = new_store()
    before = list(store.state.variants)
    seed_catalogue(store)
    assert list(store.state.variants) == before


def test_the_same_seed_gives_the_same_store_and_another_seed_another():
    def orders(seed: int) -> list[tuple]:
        store = new_store(seed=seed)
        placed = [store.place_order() for _ in range(10)]
        return [(one.id, one.customer.display_name, one.phone, one.total) for one in placed]

    assert orders(7) == orders(7)
    assert orders(7) != orders(8)


def test_orders_are_what_a_pakistani_brand_gets():
    store = new_store()
    orders = [store.place_order() for _ in range(400)]
    gateways = Counter(order.payment_gateway_names[0] for order in orders)
    assert 0.8 < gateways["Cash on Delivery (COD)"] / len(orders) < 0.95
    assert {order.currency_code for order in orders} == {"PKR"}
    assert [order.name for order in orders[:2]] == ["#1001", "#1002"]
    assert all(order.total == order.subtotal + order.shipping > Decimal(0) for order in orders)
    assert len({order.shipping_address.city.title() for order in orders}) >= 10
    assert all(order.shipping_address.phone for order in orders)


def test_phones_come_in_many_of_the_shapes_that_people_type():
    chance = chance_from("phones")
    shapes = {
        "".join("9" if one.isdigit() else one for one in draw_phone(chance)) for _ in range(500)
    }
    assert len(shapes) >= 10


@pytest.mark.parametrize("already", [0, 2])
async def test_orders_arrive_one_by_one_up_to_the_cap(already):
    store = new_store()
    for _ in range(already):
        store.place_order()
    slept = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    await arrivals(store, 5.0, up_to=6, sleep=sleep)
    assert len(store.state.orders) == 6
    assert slept == [5.0] * (6 - already)

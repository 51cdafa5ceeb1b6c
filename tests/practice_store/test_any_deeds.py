"""Whatever a person does on the pages, stock stays what the orders need, and the journal tells the same story again."""

import contextlib
import random
from collections import Counter

import pytest

from server.practice_store.page_deeds import DEEDS
from server.practice_store.stocking import OPEN_WORK
from server.practice_store.store import PracticeStore
from tests.shopify.practice import Clock, http_to, new_store

SKU = "LKE-MAR-S"
ODD = ("", "0", "1", "2", "-1", "x", "99999999999999999999", "<b>", "NaN", SKU)
DEEDS_DONE = 250


def a_form(chance: random.Random, deed: str, order) -> dict[str, str]:
    """What somebody might fill in: often something that can be done, sometimes nonsense."""
    line = chance.choice(order.line_items).number
    form = {"notes": chance.choice(ODD), "company": chance.choice(ODD)}
    if order.work:
        form["work"] = str(chance.choice(order.work).number)
    if order.shipments:
        shipment = chance.choice(order.shipments)
        form["fulfillment"] = str(shipment.number)
        if deed == "return":
            form[f"back:{shipment.fulfillment_line_items[0].number}"] = "1"
    if order.returned:
        form["return"] = str(chance.choice(order.returned).number)
    match deed:
        case "return":
            form |= {"exchange": chance.choice(["", SKU])}
        case "edit":
            form |= {f"quantity:{line}": chance.choice(ODD), "add": chance.choice(["", SKU])}
        case "refund":
            form |= {f"refund:{line}": chance.choice(ODD), "amount": chance.choice(ODD)}
    return form


def needed(store: PracticeStore) -> Counter:
    """The units that orders still need, by item and location."""
    units: Counter = Counter()
    for work in store.state.work.values():
        if work.status in OPEN_WORK and work.order.cancelled_at is None:
            for part in work.line_items:
                item = part.line_item.variant.inventory_item.number
                units[(item, work.location.number)] += part.remaining_quantity
    return +units


def stock(store: PracticeStore) -> dict:
    return {
        (item.number, place): (dict(level.counts), level.is_active)
        for item in store.state.items.values()
        for place, level in item.levels.items()
    }


def orders(store: PracticeStore) -> list:
    return [
        (one.name, one.display_fulfillment_status, one.display_financial_status, one.total)
        for one in store.state.orders.values()
    ]


@pytest.mark.parametrize("seed", range(3))
async def test_stock_is_what_the_orders_need_after_any_deeds_and_after_a_kill(seed, tmp_path):
    chance = random.Random(seed)
    clock = Clock()
    journal = tmp_path / "store.jsonl"
    with contextlib.closing(new_store(clock, journal=journal)) as store:
        answers = Counter()
        async with http_to(store) as http:
            for step in range(DEEDS_DONE):
                if step % 10 == 0:
                    store.place_order()
                clock.pass_ms(chance.randint(0, 2000))
                order = chance.choice(list(store.state.orders.values()))
                deed = chance.choice(
                    [one for one in DEEDS if one != "cancel"] + ["cancel"] * (step % 5 == 0)
                )
                path = f"/practice/page/orders/{order.order_number}/{deed}"
                answer = await http.post(path, data=a_form(chance, deed, order))
                answers[answer.status_code] += 1
        assert answers.keys() == {303, 422}, answers
        committed = {
            place: counts["committed"]
            for place, (counts, _) in stock(store).items()
            if counts.get("committed")
        }
        assert committed == needed(store)
        before = stock(store), orders(store)
    with contextlib.closing(new_store(clock, journal=journal)) as again:
        assert (stock(again), orders(again)) == before

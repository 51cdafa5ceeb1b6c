"""Many shops on one server: none waits for another's store, and no shop is worked on twice at once."""

import asyncio

import pytest
from msgspec.structs import replace

from server.intake import inbox
from server.intake.sweeping import sweep
from server.lanes import AT_ONCE, ShopLanes
from server.shopify.operations import ORDER_READ
from server.shopify.throttle import ThrottleStatus
from sync_protocol.ids import ShopId
from tests.server.outside import Outside

SHOPS = [ShopId(f"shop-{number}") for number in range(AT_ONCE)]


class Stores:
    """Stores that answer when they are let."""

    def __init__(self) -> None:
        self.slow = asyncio.Event()
        self.at_once: dict[ShopId, int] = {}
        self.most = 0
        self.done: list[ShopId] = []

    async def work(self, shop_id: ShopId) -> int:
        self.at_once[shop_id] = self.at_once.get(shop_id, 0) + 1
        self.most = max(self.most, *self.at_once.values())
        if shop_id == SHOPS[0]:
            await self.slow.wait()
        await asyncio.sleep(0)
        self.at_once[shop_id] -= 1
        self.done.append(shop_id)
        return 1


async def test_a_store_that_never_answers_keeps_nobody_waiting():
    stores, woken = Stores(), []
    lanes = ShopLanes(stores.work, lambda: woken.append(1))
    for _ in range(5):
        lanes.start(SHOPS)
        for _ in range(5):
            await asyncio.sleep(0)
    assert stores.done.count(SHOPS[1]) == 5
    assert SHOPS[0] not in stores.done
    assert len(woken) == len(stores.done)
    stores.slow.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert SHOPS[0] in stores.done
    assert stores.most == 1
    await lanes.stop()


async def test_a_shop_whose_work_fails_is_taken_up_again():
    tries = []

    async def work(shop_id: ShopId) -> int:
        tries.append(shop_id)
        raise ValueError("its store went mad")

    lanes = ShopLanes(work, lambda: None)
    for _ in range(3):
        lanes.start(SHOPS[:1])
        for _ in range(3):
            await asyncio.sleep(0)
    assert len(tries) == 3


async def test_stopping_ends_what_is_running():
    stores = Stores()
    lanes = ShopLanes(stores.work, lambda: None)
    lanes.start(SHOPS[:1])
    await asyncio.sleep(0)
    await lanes.stop()
    assert stores.done == []
    assert lanes.start(SHOPS[:1]) == 1
    await lanes.stop()


@pytest.mark.parametrize(("left", "waits"), [(2_000, False), (300, True)])
async def test_reading_leaves_room_for_what_people_wait_for(outside: Outside, left, waits):
    slept = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    reader = replace(outside.reader, sleep=sleep)
    store = await outside.connected()
    client = reader.client_of(store)
    client._throttle = ThrottleStatus(
        maximum_available=2_000, currently_available=left, restore_rate=100
    )
    client._throttle_at_s = outside.retail.server.clock.now_ms / 1_000
    await inbox.leave_room(reader, store)
    assert bool(slept) is waits
    if waits:
        missing = ORDER_READ.cost_points + inbox.ROOM_LEFT_POINTS - left
        assert slept[0] == pytest.approx(missing / 100, abs=0.1)


async def test_after_a_429_nobody_calls_that_store_before_it_said(outside: Outside):
    order = outside.place()
    outside.fault("http_429", None, 1, retry_after_s=7.0)
    await outside.take_over(order)
    client = outside.reader.client_of(await outside.connected())
    assert client.wait_s_for(1) == pytest.approx(7.0, abs=0.2)


async def test_what_people_wait_for_goes_before_what_a_sweep_found(outside: Outside):
    swept = [outside.place() for _ in range(3)]
    store = await outside.connected()
    await sweep(outside.reader, store)
    told = outside.place()
    await outside.tell_of(told)
    await inbox.work_off_news(outside.reader, most=1)
    async with outside.retail.server.database.connection() as connection:
        (first,) = await connection.fetch("SELECT name FROM customer_order")
    assert first["name"] == told.name
    assert len(swept) == 3

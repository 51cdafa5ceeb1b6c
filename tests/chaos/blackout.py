"""Two days without Shopify: no webhook came, no call was answered, and customers went on ordering."""

import random
import time

from server.practice_store.by_hand import fulfill_by_hand
from server.practice_store.commands import CancelOrder, Parcel
from server.practice_store.faults import ApiFault
from tests.chaos.store_ground import StoreGround, store_ground

ORDERS = 5_000
DAYS_MS = 2 * 86_400_000
PATIENCE_S = 1_800
FULFILLED_EVERY = 20
CANCELLED_EVERY = 50


async def run(cycles: int = ORDERS, seed: int = 1) -> dict[str, object]:
    """Place `cycles` orders while nothing gets through, then count the seconds (of the run's clock) until none is missing."""
    began = time.perf_counter()
    async with store_ground(seed) as ground:
        await _ordinary_life(ground)
        await _blackout(ground, cycles, random.Random(seed))
        figures = await _recovery(ground)
    return figures | {"orders": cycles, "took_s": round(time.perf_counter() - began, 1)}


async def _ordinary_life(ground: StoreGround) -> None:
    """The shop has been connected for a while, and a sweep has just been."""
    ground.outside.place(paid=False)
    for _ in range(30):
        await ground.sender.deliver_due()
        await ground.work()
        ground.clock.pass_ms(2_000)
    assert await ground.is_level()


async def _blackout(ground: StoreGround, orders: int, chance: random.Random) -> None:
    ground.store.webhooks.faults.drop = 1.0
    ground.store.api_faults.coming.append(ApiFault(kind="http_503", times=None))
    for place in range(orders):
        order = ground.outside.place(chance.randint(1, 3), paid=chance.random() < 0.2)
        if place % FULFILLED_EVERY == 0:
            parcel = Parcel(company="TCS", numbers=(f"7712{place}",))
            fulfill_by_hand(ground.store, order, None, parcel, notify_customer=False)
        elif place % CANCELLED_EVERY == 1:
            cancel = CancelOrder(order=order.number, reason="CUSTOMER", notify_customer=False)
            ground.store.execute(cancel)
        await ground.sender.deliver_due()
        if place % 250 == 0:
            await ground.work()
        ground.clock.pass_ms(DAYS_MS // orders)
    assert await ground.count_known() < orders // 2, "news got through"


async def _recovery(ground: StoreGround) -> dict[str, object]:
    """Shopify answers again; new webhooks come, those of the two days never will."""
    ground.store.api_faults.coming.clear()
    ground.store.webhooks.faults.drop = 0.0
    back_at = ground.clock.now_ms
    calls = len(ground.outside.transport.asked)
    everything = len(ground.store.state.orders)
    there_s = level_s = None
    while ground.clock.now_ms - back_at < PATIENCE_S * 1_000:
        busy = await ground.work()
        await ground.sender.deliver_due()
        passed_s = round((ground.clock.now_ms - back_at) / 1_000)
        if there_s is None and await ground.count_known() == everything:
            there_s = passed_s
        if there_s is not None and not busy:
            level_s = passed_s
            break
        ground.clock.pass_ms(500)
    missing = await ground.differing()
    broken = (
        [f"{len(missing)} orders are not here as the store has them: {missing[:5]}"]
        if missing
        else []
    )
    if there_s is None or there_s > 600:
        broken.append(f"not all orders were here within 10 minutes: {there_s} s")
    return {
        "all_there_after_s": there_s,
        "level_after_s": level_s,
        "calls": len(ground.outside.transport.asked) - calls,
        "broken": broken,
    }


def too_tame(figures: dict) -> list[str]:
    """Say what makes a run prove less than it claims."""
    return [] if figures["orders"] > 500 else ["too few orders for a bulk reading"]

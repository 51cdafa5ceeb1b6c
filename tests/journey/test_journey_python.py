"""The same way again, on one running demo: heard of over the live channel alone, and with the server killed at many points."""

import asyncio

import pytest

from tests.demo_server import DemoServer
from tests.journey.travelling import Journey, KillingTransport, Person, journey_on, until


async def arrived(journey: Journey, person: Person) -> None:
    """Wait until the order is on the phone."""

    async def is_there() -> bool:
        await person.phone.sync()
        return journey.order_id in person.phone.rows().orders

    await until(is_there, "the order on the phone")


async def test_a_supervisor_hears_of_it_over_the_live_channel_alone(demo: DemoServer):
    async with journey_on(demo) as journey:
        amna, saad = await journey.amna(), await journey.saad()
        await amna.sync()
        await journey.place_order(amna.phone)
        await arrived(journey, amna)
        before = journey.sellable(amna.phone)

        amna.network.cut()
        journey.confirm_pack_and_send(amna.phone)
        await amna.phone.sync()
        amna.reopen()
        shown = amna.phone.look().fulfillments[journey.fulfillment_id]
        assert (shown.state, shown.tracking_number) == ("dispatched", journey.tracking)
        assert journey.sellable(amna.phone) == before - 1
        assert amna.phone.look().orders[journey.order_id].status == "dispatched"

        async with saad.watching() as link:
            await until(link.connected.is_set, "the live channel")
            await until(lambda: saad.phone.phase == "idle", "the first pull")
            await asyncio.sleep(1.0)  # what was under way when the channel opened has come by now
            saad.network.cut()
            amna.network.mend()
            await amna.sync()
            await until(lambda: sees(saad, journey), "the shipment on the supervisor's phone")
            assert saad.phone.rows().orders[journey.order_id].status == "dispatched"
            saad.network.mend()
        await journey.check_outcome(amna.phone, before)


def sees(person: Person, journey: Journey) -> bool:
    shipment = person.phone.rows().fulfillments.get(journey.fulfillment_id)
    return shipment is not None and shipment.state == "dispatched"


async def order_placed(journey: Journey, amna: Person) -> None:
    """Before the webhook can have been worked off."""
    await journey.kill_and_restart()
    await arrived(journey, amna)
    journey.confirm_pack_and_send(amna.phone)


async def phone_away(journey: Journey, amna: Person) -> None:
    """While the phone works without a network; it comes back before the server does."""
    await arrived(journey, amna)
    amna.network.cut()
    journey.confirm_pack_and_send(amna.phone)
    journey.demo.kill()
    amna.network.mend()
    assert await amna.phone.sync() == "waiting"
    amna.reopen()
    await asyncio.to_thread(journey.demo.start)


def mid_push(after_s: float):
    async def killed(journey: Journey, amna: Person) -> None:
        await arrived(journey, amna)
        journey.confirm_pack_and_send(amna.phone)
        killing = KillingTransport(amna.network, journey.demo, after_s)
        amna.reopen(killing)
        while not killing.has_killed:
            await amna.phone.sync()
        await asyncio.to_thread(journey.demo.start)

    return killed


async def push_answered(journey: Journey, amna: Person) -> None:
    """The worker is about to call the store, or is calling, or has called."""
    await arrived(journey, amna)
    journey.confirm_pack_and_send(amna.phone)
    await amna.sync()
    await journey.kill_and_restart()


async def store_told(journey: Journey, amna: Person) -> None:
    """The store has the shipment; whether we had written that down is chance."""
    await arrived(journey, amna)
    journey.confirm_pack_and_send(amna.phone)
    await amna.sync()
    await until(journey.is_fulfilled, "the shipment in the store")
    await journey.kill_and_restart()


POINTS = {
    "right after the order was placed": order_placed,
    "while the phone had no network": phone_away,
    "2 ms into the push": mid_push(0.002),
    "8 ms into the push": mid_push(0.008),
    "20 ms into the push": mid_push(0.020),
    "60 ms into the push": mid_push(0.060),
    "when the push was answered": push_answered,
    "when the store had the shipment": store_told,
}


@pytest.mark.parametrize("point", POINTS)
async def test_killing_the_server_changes_nothing_of_the_outcome(demo: DemoServer, point: str):
    async with journey_on(demo) as journey:
        amna = await journey.amna()
        await amna.sync()
        before = amna.phone.rows()
        await journey.place_order(amna.phone)
        held = before.stock["gulberg", journey.variant].sellable
        await POINTS[point](journey, amna)
        await amna.sync()

        async def told() -> bool:
            await journey.let_minutes_pass()
            return await journey.is_fulfilled()

        await until(told, "the shipment in the store")
        await amna.sync()
        await journey.check_outcome(amna.phone, held)

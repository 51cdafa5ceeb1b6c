"""Changing what the store was told: a dispatch taken back, another number, a parcel delivered."""

import pytest
from msgspec.structs import replace

from server.outbox import carrying_out
from server.shopify.failures import AccessDenied
from sync_protocol.shop import Policy
from tests.server.books import findings, rows_of
from tests.server.outside import Outside


async def told_once(outside: Outside) -> object:
    """An order dispatched and the store told of it."""
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    await outside.carry_out(patiently=False)
    assert len(outside.shipments(order)) == 1
    return order


async def effects(outside: Outside) -> dict[str, str]:
    rows = await rows_of(outside.retail, "SELECT key, state FROM outbox ORDER BY serial")
    return {row["key"]: row["state"] for row in rows}


async def test_a_dispatch_taken_back_is_taken_back_in_the_store_and_told_anew_when_it_goes_out(
    outside,
):
    order = await told_once(outside)
    amna = await outside.retail.device("saad")
    assert (await amna.do("undo_dispatch", {"fulfillment_id": "f1"}))["status"] == "applied"
    await outside.carry_out(patiently=False)
    assert outside.shipments(order) == []
    again = {"fulfillment_id": "f1", "courier": "leopards", "tracking_number": "LE7522377485"}
    assert (await amna.do("dispatch", again))["status"] == "applied"
    await outside.carry_out()
    (made,) = outside.shipments(order)
    assert made.tracking_info()[0].number == "LE7522377485"
    assert await outside.state() == ("confirmed", None)
    assert await effects(outside) == {
        "fulfill/f1": "confirmed",
        "cancel/f1/1": "confirmed",
        "fulfill/f1/1": "confirmed",
    }
    assert await findings(outside.retail) == []


async def test_a_dispatch_taken_back_before_the_store_heard_of_it_is_never_told(outside):
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)
    saad = await outside.retail.device("saad")
    await saad.do("undo_dispatch", {"fulfillment_id": "f1"})
    await outside.carry_out()
    assert outside.store.state.orders[order.number].shipments == []
    assert await effects(outside) == {"fulfill/f1": "withdrawn", "cancel/f1/1": "withdrawn"}


async def test_a_dispatch_taken_back_here_alone_stays_told_there(outside):
    order = await told_once(outside)
    saad = await outside.retail.device("saad")
    await saad.do("undo_dispatch", {"fulfillment_id": "f1", "cancel_in_shopify": False})
    await outside.carry_out()
    assert len(outside.shipments(order)) == 1
    assert list(await effects(outside)) == ["fulfill/f1"]


async def test_a_corrected_number_reaches_the_store(outside):
    order = await told_once(outside)
    amna = await outside.retail.device("amna")
    told = {"fulfillment_id": "f1", "courier": "tcs", "tracking_number": "421001096857"}
    assert (await amna.do("set_tracking", told))["code"] == "tracking_changed"
    await outside.carry_out(patiently=False)
    (made,) = outside.shipments(order)
    (tracking,) = made.tracking_info()
    assert tracking.number == "421001096857"
    assert "421001096857" in tracking.url
    assert await outside.state() == ("confirmed", None)


@pytest.mark.parametrize("wanted", [True, False])
async def test_the_store_hears_of_a_delivery_where_the_shop_wants_that(outside, wanted):
    policy = replace(Policy(), tell_shopify_delivered=wanted)
    await rows_of(
        outside.retail,
        "UPDATE shop SET policy = jsonb_set(policy, '{tell_shopify_delivered}', to_jsonb($1::boolean))",
        policy.tell_shopify_delivered,
    )
    order = await told_once(outside)
    amna = await outside.retail.device("amna")
    assert (await amna.do("deliver", {"fulfillment_id": "f1"}))["status"] == "applied"
    await outside.carry_out(patiently=False)
    (made,) = outside.shipments(order)
    assert [event.status for event in made.events] == (["DELIVERED"] if wanted else [])


async def test_a_change_that_the_store_does_not_answer_is_tried_again(outside):
    order = await told_once(outside)
    saad = await outside.retail.device("saad")
    await saad.do("undo_dispatch", {"fulfillment_id": "f1"})
    outside.fault("http_503", "FulfillmentCancel", 2)
    await outside.carry_out()
    assert outside.shipments(order) == []
    assert (await effects(outside))["cancel/f1/1"] == "confirmed"


async def test_a_failed_dispatch_is_tried_again_when_a_supervisor_says_so(outside, monkeypatch):
    order = outside.place()
    await outside.take_over(order)
    await outside.dispatched(order)

    async def denied(*_: object, **__: object) -> None:
        raise AccessDenied("write_fulfillments is missing")

    monkeypatch.setattr(carrying_out, "create_fulfillment", denied)
    await outside.carry_out()
    monkeypatch.undo()
    assert (await outside.state())[0] == "failed"
    (found,) = await rows_of(outside.retail, "SELECT id FROM discrepancy WHERE closed_at IS NULL")
    saad = await outside.retail.device("saad")
    body = {"discrepancy_id": found["id"], "outcome": "retry", "reason": "scope granted"}
    assert (await saad.do("resolve", body))["status"] == "applied"
    await outside.carry_out()
    assert len(outside.shipments(order)) == 1
    assert await outside.state() == ("confirmed", None)
    assert await effects(outside) == {"fulfill/f1": "confirmed"}

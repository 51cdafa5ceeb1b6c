import msgspec
import pytest

from server.practice_store.commands import (
    CancelOrder,
    CreateEvent,
    CreateFulfillment,
    MarkPaid,
    Parcel,
    ShipGroup,
)
from server.practice_store.commands_platform import KeepExport, RunBulkQuery
from server.practice_store.commands_refunds import DeleteOrder
from server.practice_store.commands_stock import ActivateStock, DeactivateStock
from server.practice_store.subscriptions import TOPICS
from server.shopify.signature import is_signed
from tests.practice_store.order_steps import exchanged, handle_work, take_back
from tests.shopify.practice import DOMAIN, SECRET, Clock, new_store, some_lines, subscribed
from tests.shopify.shopify_data import shopify_json

SAMPLES = ("webhooks", "official_2026-07_exact_ids")


def ship_all(store, order):
    parcel = Parcel(company="TCS", numbers=("7794",), urls=("https://tcs.example/7794",))
    groups = tuple(ShipGroup(fulfillment_order=work.id) for work in order.work)
    return store.execute(CreateFulfillment(groups=groups, parcel=parcel))


def a_life(store):
    """Place, edit, ship, deliver and pay one order, cancel another, take a third back, and let an app export."""
    order = store.place_order(some_lines(store, 2))
    exchanged(store, order, list(store.state.variants)[5])
    shipment = ship_all(store, order)
    store.execute(CreateEvent(fulfillment=shipment.id, status="DELIVERED"))
    store.execute(MarkPaid(order=order.number))
    other = store.place_order(some_lines(store, 1))
    store.execute(CancelOrder(order=other.number))
    take_back(store)
    handle_work(store)
    level = next(iter(store.state.items.values())).inventory_levels()[-1]
    store.execute(DeactivateStock(level=level.id))
    store.execute(ActivateStock(item=level.item.id, location=level.location.id))
    gone = store.place_order(some_lines(store, 1))
    store.execute(DeleteOrder(order=gone.id))
    export = store.execute(RunBulkQuery(query=""))
    store.execute(KeepExport(operation=export.number, rows="", objects=0, root_objects=0))
    return order


def paths(value, at: str = "") -> set[str]:
    if isinstance(value, dict):
        return set().union(
            *({f"{at}/{key}"} | paths(one, f"{at}/{key}") for key, one in value.items())
        )
    if isinstance(value, list):
        return set().union(*(paths(one, f"{at}[]") for one in value))
    return set()


@pytest.mark.parametrize(
    "topic", [topic for topic in TOPICS.values() if topic != "orders/partially_fulfilled"]
)
def test_a_body_has_the_keys_of_shopifys_own_sample(topic):
    sample = shopify_json(*SAMPLES, f"{topic.replace('/', '__')}.json")
    store = subscribed()
    a_life(store)
    sent = [one for one in store.webhooks.waiting if one.subscription.header_topic == topic]
    assert sent
    body = msgspec.json.decode(sent[0].body)
    # The samples show discounts with a price apart and lines of no variant; a list that is empty shows no keys.
    optional = {path for path in paths(sample) if "[]" in path}
    if topic == "fulfillment_orders/split":
        # No recorded split made a replacement.
        sample["replacement_fulfillment_order"] = None
    missing = paths(sample) - paths(body) - {path for path in optional if not has_items(body, path)}
    assert missing == set()
    if topic.startswith("orders/"):
        # The samples' order was neither shipped nor returned.
        later = ("/fulfillments[]", "/refunds[]", "/returns[]")
        happened = {path for path in paths(body) if path.startswith(later)}
        assert paths(body) - paths(sample) - happened == set()
    else:
        assert paths(body) - paths(sample) == set()


def has_items(body, path: str) -> bool:
    """Tell whether the list that `path` goes through holds anything."""
    value = body
    for part in path.split("[]", maxsplit=1)[0].strip("/").split("/"):
        value = value.get(part) if isinstance(value, dict) else None
    rest = path.split("[]", 1)[1]
    if "[]" in rest and value:
        return has_items(value[0], rest)
    return bool(value)


def test_the_headers_are_those_of_a_real_delivery_and_sign_the_raw_body():
    names = {
        name.lower() for name in shopify_json("webhooks", "HEADERS.json")["documented"]["headers"]
    }
    store = subscribed()
    store.place_order()
    webhook = store.webhooks.waiting[0]
    headers = {name.lower(): value for name, value in webhook.headers(DOMAIN, SECRET).items()}
    assert names - headers.keys() == {"x-shopify-name", "x-shopify-sub-topic"}
    assert is_signed(webhook.body, headers["x-shopify-hmac-sha256"], [SECRET])
    assert headers["x-shopify-topic"] == "orders/create"
    assert headers["x-shopify-shop-domain"] == DOMAIN
    assert headers["x-shopify-api-version"] == "2026-10"
    whole, fraction = headers["x-shopify-triggered-at"].removesuffix("Z").split(".")
    assert (whole, len(fraction)) == ("2026-11-23T08:00:00", 9)


def test_topics_that_one_action_sets_off_share_the_event_and_not_the_webhook_id():
    store = subscribed()
    order = store.place_order(some_lines(store, 1))
    store.webhooks.waiting.clear()
    ship_all(store, order)
    sent = store.webhooks.waiting
    assert [one.subscription.header_topic for one in sent] == [
        "fulfillments/create",
        "orders/fulfilled",
        "orders/updated",
    ]
    assert len({one.event_id for one in sent}) == 1
    assert len({one.webhook_id for one in sent}) == 3


def test_two_actions_are_two_events():
    store = subscribed()
    store.place_order()
    store.place_order()
    assert len({one.event_id for one in store.webhooks.waiting if one.order_number}) == 2


def test_routing_is_announced_when_it_is_done_and_not_before():
    clock = Clock()
    store = subscribed(clock, routing_ms=(1500, 1500))
    order = store.place_order()
    topic = "fulfillment_orders/order_routing_complete"
    assert topic not in {one.subscription.header_topic for one in store.webhooks.waiting}
    clock.pass_ms(1500)
    store.settle()
    sent = [one for one in store.webhooks.waiting if one.subscription.header_topic == topic]
    assert [msgspec.json.decode(one.body) for one in sent] == [
        {"fulfillment_order": {"id": order.work[0].id, "status": "open"}}
    ]
    assert sent[0].triggered_at.startswith("2026-11-23T08:00:01.5")


def test_a_body_keeps_the_state_of_its_moment():
    store = subscribed()
    order = store.place_order(some_lines(store, 1))
    ship_all(store, order)
    created = msgspec.json.decode(store.webhooks.waiting[0].body)
    assert (created["fulfillment_status"], created["fulfillments"]) == (None, [])


def test_numbers_beyond_2_to_the_53_are_whole_in_the_body():
    store = subscribed(first_number=2**53 + 1)
    order = store.place_order()
    body = store.webhooks.waiting[0].body
    assert f'"id":{order.number},'.encode() in body
    assert msgspec.json.decode(body)["id"] == order.number > 2**53


def test_amounts_have_two_decimals_as_webhooks_write_them():
    store = subscribed()
    order = store.place_order(some_lines(store, 1))
    body = msgspec.json.decode(store.webhooks.waiting[0].body)
    assert body["total_price"] == f"{order.total:.2f}"
    assert body["total_outstanding"] == f"{order.total:.2f}"
    assert (body["financial_status"], body["payment_gateway_names"]) == (
        "pending",
        ["Cash on Delivery (COD)"],
    )


def test_nothing_is_sent_where_nobody_subscribed():
    store = new_store()
    a_life(store)
    assert store.webhooks.waiting == []

"""Tags, metafields and subscriptions: what apps write beside the store's own fields."""

import msgspec

from server.practice_store.graphql_api import GraphqlApi
from server.practice_store.subset_schema import HERE
from tests.practice_store.asking import ask
from tests.shopify.practice import Clock, new_store, some_lines

MARKS = (HERE / "also_answered" / "tags_and_metafields.graphql").read_text("utf-8")
CHANGES = (HERE / "also_answered" / "webhook_subscription_changes.graphql").read_text("utf-8")
SUBSCRIBE = """mutation ($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    webhookSubscription { id } userErrors { message }
  }
}"""
HOOK = "https://app.example/hooks"


def asked(store, name, document=MARKS, **variables):
    """What a document answers under its one root."""
    answer = GraphqlApi(store).answer(document, variables, name)
    assert "errors" not in answer, answer
    (told,) = answer["data"].values()
    return told


def subscribed(store, topic="ORDERS_CREATE", **more) -> str:
    wanted = {"uri": HOOK} | more
    answer = ask(store, SUBSCRIBE, topic=topic, webhookSubscription=wanted)
    told = answer["data"]["webhookSubscriptionCreate"]
    assert told["userErrors"] == []
    return told["webhookSubscription"]["id"]


def set_one(store, order, value, **more):
    wanted = {
        "ownerId": order.id,
        "namespace": "$app",
        "key": "confirmation",
        "type": "single_line_text_field",
        "value": value,
    }
    return asked(store, "MetafieldsSet", metafields=[wanted | more])


def test_tags_are_merged_in_and_another_spelling_is_the_same_tag():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    asked(store, "TagsAdd", id=order.id, tags=["Red"])
    told = asked(store, "TagsAdd", id=order.id, tags=["b, A", "red"])
    assert told["node"]["tags"] == ["A", "b", "Red"]
    assert asked(store, "TagsRemove", id=order.id, tags=["red"])["node"]["tags"] == [
        "A",
        "b",
        "Red",
    ]
    assert asked(store, "TagsRemove", id=order.id, tags=["Red"])["node"]["tags"] == ["A", "b"]


def test_a_tag_that_changes_something_is_told_and_one_that_does_not_is_not():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    subscribed(store, "ORDERS_UPDATED")
    asked(store, "TagsAdd", id=order.id, tags=["vip"])
    asked(store, "TagsAdd", id=order.id, tags=["VIP"])
    (webhook,) = store.webhooks.waiting
    assert msgspec.json.decode(webhook.body)["tags"] == "vip"


def test_a_metafield_of_the_apps_own_is_read_back_by_its_short_name():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    (made,) = set_one(store, order, "confirmed")["metafields"]
    assert made["namespace"] == f"app--{store.state.app.number}"
    read = asked(store, "OrderMetafield", id=order.id, namespace="$app", key="confirmation")
    assert read["metafield"]["value"] == "confirmed"
    assert read["metafield"]["compareDigest"] == made["compareDigest"]


def test_a_metafield_is_set_only_if_it_is_still_what_was_read():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    (made,) = set_one(store, order, "asked", compareDigest=None)["metafields"]
    stale = set_one(store, order, "again", compareDigest=None)
    assert [error["code"] for error in stale["userErrors"]] == ["STALE_OBJECT"]
    (changed,) = set_one(store, order, "confirmed", compareDigest=made["compareDigest"])[
        "metafields"
    ]
    assert changed["id"] == made["id"]
    assert changed["compareDigest"] != made["compareDigest"]
    stale = set_one(store, order, "late", compareDigest=made["compareDigest"])
    assert [error["code"] for error in stale["userErrors"]] == ["STALE_OBJECT"]


def test_metafields_are_set_all_or_none_and_at_most_twenty_five():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    good = {
        "ownerId": order.id,
        "namespace": "rawana",
        "key": "parcels",
        "type": "number_integer",
        "value": "2",
    }
    told = asked(store, "MetafieldsSet", metafields=[good, good | {"value": "two"}])
    assert told["metafields"] == []
    assert told["userErrors"][0]["field"] == ["metafields", "1", "value"]
    assert order.metafields() == []
    told = asked(store, "MetafieldsSet", metafields=[good] * 26)
    assert [error["code"] for error in told["userErrors"]] == ["LESS_THAN_OR_EQUAL_TO"]


def test_a_wrong_element_of_a_list_is_told_by_its_place():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    told = set_one(store, order, '[1, "x"]', type="list.number_integer")
    (error,) = told["userErrors"]
    assert (error["message"], error["elementIndex"]) == ("Value must be an integer.", 1)
    assert set_one(store, order, "[1, 2]", type="list.number_integer")["userErrors"] == []


def test_a_subscription_is_changed_and_given_up():
    clock = Clock()
    store = new_store(clock)
    gid = subscribed(store)
    clock.pass_ms(5000)
    changed = {"uri": f"{HOOK}/new", "includeFields": ["id"]}
    told = asked(store, "WebhookSubscriptionUpdate", CHANGES, id=gid, webhookSubscription=changed)
    assert told["userErrors"] == []
    assert told["webhookSubscription"]["uri"] == f"{HOOK}/new"
    assert told["webhookSubscription"]["updatedAt"] == "2026-11-23T08:00:05Z"
    store.place_order()
    (webhook,) = store.webhooks.waiting
    assert webhook.subscription.uri == f"{HOOK}/new"
    assert msgspec.json.decode(webhook.body).keys() == {"id"}
    told = asked(store, "WebhookSubscriptionDelete", CHANGES, id=gid)
    assert told == {"deletedWebhookSubscriptionId": gid, "userErrors": []}
    (error,) = asked(store, "WebhookSubscriptionDelete", CHANGES, id=gid)["userErrors"]
    assert error["field"] == ["id"]
    store.place_order()
    assert len(store.webhooks.waiting) == 1


def test_a_filter_lets_only_its_own_events_pass():
    store = new_store()
    subscribed(store, filter="financial_status:paid")
    store.place_order(some_lines(store, 1))
    assert store.webhooks.waiting == []
    store.place_order(some_lines(store, 1), paid=True)
    assert len(store.webhooks.waiting) == 1


def test_a_filter_without_a_field_is_refused():
    wanted = {"uri": HOOK, "filter": "paid"}
    answer = ask(new_store(), SUBSCRIBE, topic="ORDERS_CREATE", webhookSubscription=wanted)
    (error,) = answer["data"]["webhookSubscriptionCreate"]["userErrors"]
    assert error["message"].startswith("The specified filter is invalid")

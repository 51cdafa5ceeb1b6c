"""What the app may see: its scopes, customers' data, old orders, and the version that answers."""

import msgspec
import pytest

from server.practice_store import access
from server.practice_store.commands import CustomerDraft
from server.practice_store.graphql_api import GraphqlApi
from server.practice_store.shop import SCOPES
from tests.practice_store.asking import ask
from tests.shopify.practice import TOKEN, Clock, http_to, new_store, some_lines, subscribed
from tests.shopify.shopify_data import shopify_json

WHO = """query ($id: ID!) {
  order(id: $id) {
    name email phone
    shippingAddress { name address1 city province countryCodeV2 phone }
    customer { id displayName defaultPhoneNumber { phoneNumber } }
  }
}"""
DAY_MS = 24 * 3_600_000
AMNA = CustomerDraft(
    first_name="Amna", last_name="Tariq", email="amna@example.com", phone="+923001234567"
)


async def with_settings(store, **settings):
    async with http_to(store) as http:
        answer = await http.put("/practice/api/settings", json=settings)
    assert answer.status_code == 200
    return answer.json()


async def without(store, *scopes: str):
    await with_settings(store, scopes=[one for one in SCOPES if one not in scopes])


def an_order(store):
    return store.place_order(some_lines(store, 1), AMNA, phone=AMNA.phone)


async def test_a_field_whose_scope_is_missing_is_null_and_says_which_scope():
    store = new_store()
    order = an_order(store)
    await without(store, "read_customers")
    answer = ask(store, WHO, id=order.id)
    assert answer["data"]["order"]["customer"] is None
    assert answer["data"]["order"]["name"] == "#1001"
    (error,) = answer["errors"]
    needed = "`read_customers` access scope."
    assert error["message"] == f"Access denied for customer field. Required access: {needed}"
    assert error["path"] == ["order", "customer"]
    assert error["extensions"] == {
        "code": "ACCESS_DENIED",
        "documentation": "https://shopify.dev/api/usage/access-scopes",
        "requiredAccess": needed,
    }


async def test_a_listing_whose_scope_is_missing_takes_the_data_with_it():
    store = new_store()
    await without(store, "read_orders", "write_orders")
    answer = ask(store, "{ orders(first: 5) { nodes { id } } }")
    assert answer["data"] is None
    assert [error["path"] for error in answer["errors"]] == [["orders"]]


async def test_a_mutation_whose_scope_is_missing_changes_nothing():
    store = new_store()
    order = an_order(store)
    await without(store, "write_orders")
    document = "mutation ($id: ID!) { orderMarkAsPaid(input: {id: $id}) { order { id } } }"
    answer = ask(store, document, id=order.id)
    assert answer["data"] == {"orderMarkAsPaid": None}
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert not order.fully_paid


async def test_who_may_write_may_read():
    store = new_store()
    order = an_order(store)
    await without(store, "read_orders")
    assert "errors" not in ask(store, WHO, id=order.id)


async def test_the_granted_scopes_are_what_the_installation_and_the_token_tell():
    store = new_store()
    await with_settings(store, scopes=["read_orders"])
    document = "{ currentAppInstallation { accessScopes { handle } } }"
    answer = ask(store, document)
    told = answer["data"]["currentAppInstallation"]["accessScopes"]
    assert told == [{"handle": "read_orders"}]


def test_the_scope_table_says_what_shopify_demands():
    """The demands were read off Shopify's schema with its access data; ours are those, for what the store models."""
    demanded = {
        place: text
        for places in shopify_json("operations", "required_access_2026-10.json").values()
        for text, named in places.items()
        for place in named
    }
    ours = {
        place: access._sentence(scopes) + access.ALSO.get(place, "")
        for place, scopes in access.REQUIRED.items()
    }
    odd = {
        # Shopify words these two in its schema in a way of their own.
        "Mutation.orderEditBegin",
        "Mutation.orderEditCommit",
        # Their second sentence is about tokens and staff, which the store knows nothing of.
        "Mutation.orderCreate",
        "Mutation.orderUpdate",
    }
    shared = (demanded.keys() & ours.keys()) - odd
    assert len(shared) > 50
    assert {place: ours[place] for place in shared} == {place: demanded[place] for place in shared}


async def test_withheld_customer_data_is_null_in_the_api_and_leaves_country_and_province():
    store = new_store()
    order = an_order(store)
    await with_settings(store, customer_data="withheld")
    told = ask(store, WHO, id=order.id)["data"]["order"]
    address = order.shipping_address
    assert (told["name"], told["email"], told["phone"]) == ("#1001", None, None)
    assert told["shippingAddress"] == {
        "name": None,
        "address1": None,
        "city": None,
        "province": address.province,
        "countryCodeV2": "PK",
        "phone": None,
    }
    assert told["customer"]["id"] == order.customer.id
    assert told["customer"]["displayName"] == "Customer"
    assert told["customer"]["defaultPhoneNumber"] is None


async def test_denied_customer_data_is_an_error_at_each_field():
    store = new_store()
    order = an_order(store)
    await with_settings(store, customer_data="denied")
    answer = ask(store, WHO, id=order.id)
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"ACCESS_DENIED"}
    assert "This app is not approved to access the MailingAddress object." in str(answer["errors"])
    assert answer["data"]["order"]["name"] == "#1001"


@pytest.mark.parametrize("how", ["withheld", "denied"])
async def test_a_webhook_lacks_hidden_customer_data_and_keeps_its_shape(how):
    store = subscribed(topics=("ORDERS_CREATE",))
    an_order(store)
    (plain,) = [msgspec.json.decode(one.body) for one in store.webhooks.waiting]
    await with_settings(store, customer_data=how)
    store.webhooks.waiting.clear()
    an_order(store)
    (webhook,) = store.webhooks.waiting
    body = msgspec.json.decode(webhook.body)
    assert body.keys() == plain.keys()
    assert body["shipping_address"].keys() == plain["shipping_address"].keys()
    assert "Amna" in str(plain)
    assert "Amna" not in str(body)
    assert "923001234567" not in str(body)
    assert body["shipping_address"]["country"] == "Pakistan"
    assert body["shipping_address"]["city"] is None
    assert body["customer"]["id"] == plain["customer"]["id"]
    assert body["line_items"][0]["name"] == plain["line_items"][0]["name"]


async def test_an_order_older_than_sixty_days_needs_a_scope_of_its_own():
    clock = Clock()
    store = new_store(clock)
    old = an_order(store)
    clock.pass_ms(60 * DAY_MS)
    new = an_order(store)
    listing = "{ orders(first: 5, sortKey: ID) { nodes { id } } }"
    assert len(ask(store, listing)["data"]["orders"]["nodes"]) == 2
    await without(store, "read_all_orders")
    assert ask(store, listing)["data"]["orders"]["nodes"] == [{"id": new.id}]
    assert ask(store, WHO, id=old.id)["data"] == {"order": None}


async def test_an_export_of_what_the_app_may_not_read_fails_and_says_so():
    clock = Clock()
    store = new_store(clock, bulk_ms=(0, 0))
    api = GraphqlApi(store)
    await without(store, "read_inventory", "write_inventory")
    document = (
        "mutation ($q: String!) { bulkOperationRunQuery(query: $q) { bulkOperation { id } } }"
    )
    query = "{ productVariants { edges { node { id inventoryItem { id inventoryLevels { edges { node { id } } } } } } } }"
    begun = api.answer(document, {"q": query}, None)
    gid = begun["data"]["bulkOperationRunQuery"]["bulkOperation"]["id"]
    told = ask(store, "query ($id: ID!) { bulkOperation(id: $id) { status errorCode } }", id=gid)
    assert told["data"]["bulkOperation"] == {"status": "FAILED", "errorCode": "ACCESS_DENIED"}


async def test_every_answer_and_webhook_names_the_version_that_made_it():
    store = subscribed(topics=("ORDERS_CREATE",))
    path, headers = "/admin/api/2026-04/graphql.json", {"X-Shopify-Access-Token": TOKEN}
    async with http_to(store) as http:
        answer = await http.post(path, json={"query": "{ shop { id } }"}, headers=headers)
        assert answer.headers["X-Shopify-API-Version"] == "2026-10"
        await with_settings(store, served_version="2027-01")
        answer = await http.post(path, json={"query": "{ shop { id } }"}, headers=headers)
        assert answer.headers["X-Shopify-API-Version"] == "2027-01"
    an_order(store)
    (webhook,) = store.webhooks.waiting
    assert webhook.headers("x", "y")["X-Shopify-API-Version"] == "2027-01"


def test_the_versions_and_the_plan_are_told():
    answer = ask(
        new_store(),
        "{ publicApiVersions { handle displayName supported } shop { plan { publicDisplayName } } }",
    )
    versions = {one["handle"]: one for one in answer["data"]["publicApiVersions"]}
    assert versions["2026-10"]["displayName"] == "2026-10 (Latest)"
    assert versions["2027-01"] == {
        "handle": "2027-01",
        "displayName": "2027-01 (Release candidate)",
        "supported": False,
    }
    assert answer["data"]["shop"]["plan"]["publicDisplayName"] == "Development"

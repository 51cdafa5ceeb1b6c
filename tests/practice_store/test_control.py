"""The control API and the store's own pages, over HTTP as tests, the demonstration and people use them."""

import re

import httpx
import pytest

from server.practice_store.faults import ApiFault
from server.shopify.failures import OutcomeUnknown
from server.shopify.store import read_shop
from tests.shopify.practice import TOKEN, Clock, client_to, http_to, new_store, some_lines

API = "/practice/api"


async def test_random_orders_are_placed_and_listed_newest_first():
    http = http_to(new_store())
    placed = await http.post(f"{API}/orders", json={"count": 3})
    assert placed.status_code == 201
    assert [one["name"] for one in placed.json()["orders"]] == ["#1001", "#1002", "#1003"]
    listed = (await http.get(f"{API}/orders", params={"limit": 2})).json()
    assert (listed["total"], [one["name"] for one in listed["orders"]]) == (3, ["#1003", "#1002"])


async def test_an_order_of_given_lines_and_customer_is_placed():
    store = new_store()
    sku = next(iter(store.state.variants.values())).sku
    asked = {
        "lines": [{"sku": sku, "quantity": 2}, {"title": "Gift wrap", "price": "150.00"}],
        "customer": {"first_name": "Sana", "last_name": "Malik", "phone": "0300-1234567"},
        "shipping_address": {
            "first_name": "Sana",
            "last_name": "Malik",
            "city": "Lahore",
            "phone": "0300-1234567",
        },
        "note": "Call first",
    }
    shown = (await http_to(store).post(f"{API}/orders", json=asked)).json()["orders"][0]
    assert [(line["sku"], line["quantity"]) for line in shown["lines"]] == [(sku, 2), (None, 1)]
    assert (shown["customer"], shown["phone"], shown["city"], shown["note"]) == (
        "Sana Malik",
        "0300-1234567",
        "Lahore",
        "Call first",
    )
    assert (shown["financial_status"], shown["fulfillment_status"]) == ("PENDING", "UNFULFILLED")
    assert shown["outstanding"] == shown["total"]


@pytest.mark.parametrize(
    "asked",
    [
        {"lines": [{"sku": "NO-SUCH"}]},
        {"lines": []},
        {"lines": [{"variant": 1}]},
        {"lines": [{"title": "x", "quantity": 0}]},
        {"count": 0},
        {"count": 100_000},
    ],
)
async def test_an_order_that_cannot_be_is_refused_with_a_reason(asked):
    store = new_store()
    answer = await http_to(store).post(f"{API}/orders", json=asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"]
    assert store.state.orders == {}


async def test_the_team_ships_by_hand_part_and_then_the_rest():
    store = new_store()
    order = store.place_order(some_lines(store, 2, quantity=2))
    http = http_to(store)
    line = order.line_items[0].id
    part = {
        "lines": [{"line": line, "quantity": 1}],
        "company": "TCS",
        "number": "77",
        "notify_customer": True,
    }
    shown = (await http.post(f"{API}/orders/1001/fulfill", json=part)).json()
    assert shown["fulfillment_status"] == "PARTIALLY_FULFILLED"
    assert shown["fulfillments"][0]["by"] == "staff"
    assert shown["fulfillments"][0]["tracking"] == [{"company": "TCS", "number": "77", "url": None}]
    too_many = {"lines": [{"line": line, "quantity": 2}]}
    assert (await http.post(f"{API}/orders/1001/fulfill", json=too_many)).status_code == 422
    rest = (await http.post(f"{API}/orders/1001/fulfill")).json()
    assert rest["fulfillment_status"] == "FULFILLED"
    assert [one["name"] for one in rest["fulfillments"]] == ["#1001-F1", "#1001-F2"]
    nothing = await http.post(f"{API}/orders/1001/fulfill")
    assert nothing.json()["errors"][0]["message"] == "Nothing of this order is left to ship."
    sent = (await http.get(f"{API}/notifications")).json()["notifications"]
    assert [(one["kind"], one["tracking"]) for one in sent] == [("shipped", ["77"])]


async def test_the_team_changes_tracking_adds_events_and_takes_a_shipment_back():
    store = new_store()
    store.place_order(some_lines(store, 1))
    http = http_to(store)
    made = (await http.post(f"{API}/orders/1001/fulfill", json={"number": "1"})).json()[
        "fulfillments"
    ][0]
    number = made["id"].rsplit("/", 1)[1]
    changed = await http.post(
        f"{API}/fulfillments/{number}/tracking", json={"company": "TCS", "number": "2"}
    )
    assert changed.json()["tracking"][0]["number"] == "2"
    event = await http.post(f"{API}/fulfillments/{number}/events", json={"status": "DELIVERED"})
    assert event.json()["display_status"] == "DELIVERED"
    gone = await http.post(f"{API}/fulfillments/{number}/cancel")
    assert gone.json()["status"] == "CANCELLED"
    assert (await http.post(f"{API}/fulfillments/7/cancel")).json()["errors"][0][
        "message"
    ] == "Fulfillment not found."


async def test_contact_is_corrected_and_orders_are_paid_and_cancelled():
    store = new_store()
    store.place_order(some_lines(store, 1))
    store.place_order(some_lines(store, 1))
    http = http_to(store)
    given = {"phone": "0321 7654321", "note": "New number", "tags": ["vip"]}
    assert (await http.post(f"{API}/orders/1001/contact", json=given)).json()[
        "note"
    ] == "New number"
    assert store.state.order_named("1001").phone == "0321 7654321"
    assert (await http.post(f"{API}/orders/1001/pay")).json()["financial_status"] == "PAID"
    assert (await http.post(f"{API}/orders/1002/cancel", json={"reason": "INVENTORY"})).json()[
        "cancelled"
    ]
    assert (await http.post(f"{API}/orders/1002/cancel")).status_code == 422
    assert (await http.get(f"{API}/orders/1003")).status_code == 404


async def test_faults_are_switched_over_http_and_hit_the_next_calls():
    store = new_store()
    http = http_to(store)
    wanted = {"api": [{"kind": "http_500", "times": 2}], "webhooks": {"drop": 1.0}}
    shown = (await http.put(f"{API}/faults", json=wanted)).json()
    assert shown["api"][0]["times"] == 2
    assert shown["webhooks"]["drop"] == 1.0
    client = client_to(store)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await read_shop(client)
    assert await read_shop(client)
    assert (await http.get(f"{API}/faults")).json()["api"] == []


async def test_a_fault_for_one_operation_leaves_the_others_alone():
    store = new_store()
    store.api_faults.coming = [ApiFault(kind="http_500", operation="OrderRead")]
    assert await read_shop(client_to(store))
    assert store.api_faults.coming


async def test_what_is_malformed_missing_or_not_allowed_has_its_status():
    http = http_to(new_store())
    assert (await http.post(f"{API}/orders", content=b"{")).status_code == 400
    assert (await http.post(f"{API}/orders", content=b"[" * 50_000)).status_code == 400
    assert (await http.post(f"{API}/orders", json={"count": "x"})).status_code == 400
    assert (await http.put(f"{API}/faults", json={"api": [{"kind": "no such"}]})).status_code == 400
    assert (await http.get("/no/such/page")).status_code == 404
    wrong = await http.delete(f"{API}/orders")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, POST")
    assert (await http.post(f"{API}/orders", content=b" " * 2_000_000)).status_code == 413


async def test_the_admin_api_answers_over_http_as_the_real_one_does():
    http = http_to(new_store())
    path = "/admin/api/2026-10/graphql.json"
    asked = {"query": "{ shop { name } }"}
    refused = await http.post(path, json=asked)
    assert refused.status_code == 401
    assert refused.json()["errors"].startswith("[API] Invalid API key or access token")
    token = {"X-Shopify-Access-Token": TOKEN}
    first, second = [await http.post(path, json=asked, headers=token) for _ in range(2)]
    assert first.json()["data"] == {"shop": {"name": "Practice Store"}}
    assert first.json()["extensions"]["cost"]["throttleStatus"]["restoreRate"] == 100
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert (await http.post(path, content=b"{", headers=token)).status_code == 400
    assert (await http.post("/admin/api/2031-01/graphql.json", json=asked)).status_code == 404


@pytest.mark.parametrize("path", ["/practice", "/practice/", "/store/practice", "/store/practice/"])
async def test_a_server_that_mounts_the_store_may_cut_the_prefix_and_add_a_slash(path):
    answer = await http_to(new_store(), prefix="/store").get(path)
    assert answer.status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_foreign_page_cannot_make_a_browser_place_orders(site):
    store = new_store()
    headers = {"Sec-Fetch-Site": site}
    for path in (f"{API}/orders", "/practice/page/orders"):
        assert (await http_to(store).post(path, headers=headers)).status_code == 403
    assert store.state.orders == {}


async def test_a_person_places_ships_and_cancels_on_the_pages():
    clock = Clock()
    store = new_store(clock, routing_ms=(500, 500))
    async with httpx.AsyncClient(
        transport=http_to(store)._transport, base_url="http://127.0.0.1", follow_redirects=True
    ) as http:
        assert "being routed" in (await http.post("/practice/page/orders")).text
        clock.pass_ms(500)
        form = {"company": "Leopards", "number": "LE74", "notify": "on"}
        page = await http.post("/practice/page/orders/1001/fulfill", data=form)
        assert "LE74" in page.text
        assert "#1001-F1" in page.text
        refused = await http.post("/practice/page/orders/1001/cancel")
        assert refused.status_code == 422
        assert 'role="alert"' in refused.text
        assert "#1001" in (await http.get("/practice/")).text
        assert (await http.get("/practice/page/orders/7")).status_code == 404
    assert store.state.notifications[0].tracking == ("LE74",)


async def test_what_a_customer_typed_is_text_on_the_page_and_never_markup():
    store = new_store()
    evil = "\"><script>alert(1)</script>&'"
    asked = {
        "lines": [{"title": evil, "price": "1.00", "sku": evil}],
        "customer": {"first_name": evil, "phone": evil},
        "shipping_address": {"first_name": evil, "city": evil, "address1": evil, "phone": evil},
        "note": evil,
    }
    http = http_to(store)
    assert (await http.post(f"{API}/orders", json=asked)).status_code == 201
    await http.post(f"{API}/orders/1001/fulfill", json={"company": evil, "number": evil})
    for path in ("/practice/", "/practice/page/orders/1001"):
        page = await http.get(path)
        assert "<script" not in page.text
        assert "&lt;script&gt;" in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]


async def test_every_link_and_form_on_the_pages_leads_somewhere():
    store = new_store()
    store.place_order()
    http = http_to(store, prefix="/store")
    seen = set()
    for path in ("/store/practice/", "/store/practice/page/orders/1001"):
        text = (await http.get(path)).text
        for link in re.findall(r'href="([^"]+)"', text):
            assert (await http.get(link)).status_code == 200
        seen |= set(re.findall(r'action="([^"]+)"', text))
    assert len(seen) == 7
    for action in sorted(seen, key=len, reverse=True):
        assert (await http.post(action)).status_code in {303, 422}

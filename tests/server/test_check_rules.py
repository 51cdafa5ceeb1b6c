"""What is found wrong with a connection, rule by rule."""

import re
from pathlib import Path

import pytest

from server.connecting.rules import (
    Expected,
    Finding,
    FindingCode,
    Mended,
    Seen,
    Weight,
    findings_of,
    findings_of_mending,
    mending_of,
)
from server.connecting.wording import COSTS, words_of
from server.shopify.needs import (
    SCOPES,
    TELLING_STOCK,
    TOPICS,
    allows,
    missing_scopes,
    topics_wanted,
)
from server.shopify.shop_answers import (
    ContactAddress,
    ContactCustomer,
    OrderContact,
    WebhookSubscription,
)
from tests.shopify.shopify_data import full_schema

DAY_MS = 86_400_000
URL = "https://rawana.example/webhooks/shopify"
SHOWN = OrderContact(id="1", shipping_address=ContactAddress(name="Sana", country_code_v2="PK"))
HIDDEN = OrderContact(id="2", shipping_address=ContactAddress(country_code_v2="PK"))
COUNTER_SALE = OrderContact(id="3")


def codes(**seen) -> list[FindingCode]:
    return [one.code for one in found(**seen)]


def found(
    *, ends_at: int | None = None, now: int = 0, tells_stock: bool = False, **seen
) -> tuple[Finding, ...]:
    right = {
        "domain": "acme.myshopify.com",
        "currency": "PKR",
        "scopes": frozenset(SCOPES),
        "asked_version": "2026-10",
        "answered_version": "2026-10",
        "ahead_ms": 900,
        "contacts": (SHOWN, HIDDEN),
    }
    expected = Expected(
        domain="acme.myshopify.com", token_ends_at=ends_at, now=now, tells_stock=tells_stock
    )
    return findings_of(Seen(**(right | seen)), expected)


def test_a_connection_that_is_right_has_no_findings():
    assert found() == ()


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ({"domain": "rival.myshopify.com"}, FindingCode.OTHER_STORE),
        ({"currency": "USD"}, FindingCode.OTHER_CURRENCY),
        ({"answered_version": "2027-01"}, FindingCode.VERSION_FELL),
        ({"ahead_ms": 61_000}, FindingCode.CLOCK_OFF),
        ({"ahead_ms": -61_000}, FindingCode.CLOCK_OFF),
        ({"ends_at": 13 * DAY_MS}, FindingCode.TOKEN_ENDS),
        ({"ends_at": 1, "now": 2}, FindingCode.TOKEN_ENDS),
        ({"contacts": (HIDDEN, COUNTER_SALE)}, FindingCode.CUSTOMERS_HIDDEN),
    ],
)
def test_each_thing_that_is_wrong_is_found(seen, code):
    assert codes(**seen) == [code]


@pytest.mark.parametrize(
    "seen",
    [
        {"answered_version": None},
        {"ahead_ms": None},
        {"ahead_ms": -60_000},
        {"ends_at": 15 * DAY_MS},
        {"contacts": ()},
        {"contacts": (COUNTER_SALE,)},
        {"contacts": (OrderContact(id="4", customer=ContactCustomer(first_name="Sana")),)},
        {"contacts": (OrderContact(id="5", phone="+92300", customer=ContactCustomer()),)},
    ],
)
def test_what_may_be_right_is_not_found_fault_with(seen):
    assert found(**seen) == ()


@pytest.mark.parametrize("scope", SCOPES)
def test_each_missing_scope_is_found_and_the_words_say_what_it_costs(scope):
    granted = frozenset(SCOPES) - {scope, f"write_{scope.removeprefix('read_')}"}
    missing = {one.about[0]: one for one in found(scopes=granted)}
    assert scope in missing
    assert COSTS[scope] in words_of(missing[scope])
    stops = scope in ("read_orders", "read_merchant_managed_fulfillment_orders")
    assert (missing[scope].weight is Weight.STOPS) is stops


def test_the_right_to_write_includes_reading():
    assert allows(frozenset({"write_orders"}), "read_orders")
    assert not allows(frozenset({"read_orders"}), "write_orders")
    assert missing_scopes(frozenset(SCOPES) - {"read_orders", "read_fulfillments"}) == ()


def test_a_shop_that_tells_of_its_stock_needs_one_scope_more():
    assert missing_scopes(frozenset(SCOPES), tells_stock=True) == (TELLING_STOCK,)
    (finding,) = found(tells_stock=True)
    assert COSTS[TELLING_STOCK] in words_of(finding)
    assert found(tells_stock=True, scopes=frozenset({*SCOPES, TELLING_STOCK})) == ()


def test_the_worst_is_told_first():
    weights = [one.weight for one in found(currency="USD", ahead_ms=99_000, contacts=(HIDDEN,))]
    assert weights == [Weight.STOPS, Weight.WRONG, Weight.WRONG]


def subscription(topic: str, uri: str = URL, **more) -> WebhookSubscription:
    return WebhookSubscription(id=f"gid/{topic}/{uri}", topic=topic, uri=uri, **more)


def test_a_missing_subscription_is_made_and_one_that_leads_elsewhere_is_mended():
    there = [
        subscription("A"),
        subscription("B", "https://old.example/"),
        subscription("C", format="XML"),
        subscription("E", "https://old.example/"),
        subscription("E", format="JSON"),
        subscription("NOT_OURS", "https://old.example/"),
    ]
    todo = mending_of(there, ("A", "B", "C", "D", "E"), URL)
    assert todo.make == ("D",)
    assert todo.mend == (("gid/B/https://old.example/", "B"), (f"gid/C/{URL}", "C"))


def test_once_mended_nothing_is_left_to_mend():
    topics = topics_wanted(frozenset(SCOPES))
    todo = mending_of([subscription(topic, format="JSON") for topic in topics], topics, URL)
    assert (todo.make, todo.mend) == ((), ())


def test_what_was_mended_is_told_and_what_was_refused_is_wrong():
    mended = Mended(made=("A",), mended=("B",), refused=(("C", "Address is invalid"),))
    told = findings_of_mending(mended)
    assert [one.weight for one in told] == [Weight.WRONG, Weight.NOTE, Weight.NOTE]
    assert findings_of_mending(Mended()) == ()


def test_topics_are_asked_for_only_with_the_scope_that_the_store_demands():
    assert topics_wanted(frozenset()) == ("BULK_OPERATIONS_FINISH", "APP_UNINSTALLED")
    everything = topics_wanted(frozenset(SCOPES))
    assert set(everything) == set(TOPICS)
    assert "INVENTORY_LEVELS_UPDATE" in topics_wanted(frozenset(SCOPES), maps_locations=True)
    assert "RETURNS_APPROVE" not in topics_wanted(frozenset(SCOPES) - {"read_returns"})


def test_every_topic_is_one_that_the_real_store_can_tell_of():
    real = set(full_schema().type_map["WebhookSubscriptionTopic"].values)
    assert set(topics_wanted(frozenset(SCOPES), maps_locations=True)) <= real


@pytest.mark.parametrize("code", list(FindingCode))
def test_every_finding_has_words(code):
    about = ("read_orders", "b", "c") if code is FindingCode.SCOPE_MISSING else ("a", "b", "c")
    assert len(words_of(Finding(code=code, weight=Weight.NOTE, about=about))) > 20


def test_the_page_at_the_desk_has_words_for_every_finding_and_scope():
    pages = Path(__file__).parents[2] / "pwa" / "src"
    asking = (pages / "desk" / "store-asking.ts").read_text("utf-8")
    listed = re.search(r"FINDINGS = \[(.*?)\]", asking, re.DOTALL)[1]
    assert re.findall(r"'(\w+)'", listed) == [code.value for code in FindingCode]
    words = (pages / "i18n" / "store-en.ts").read_text("utf-8")
    assert set(re.findall(r"'scope\.(\w+)'", words)) == {*SCOPES, TELLING_STOCK} == set(COSTS)


def test_the_readme_lists_the_scopes_that_are_needed():
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    listed = re.search(r"(read_orders,.*?)\n\n", readme, re.DOTALL)[1]
    assert tuple(re.split(r",\s*", listed.strip())) == SCOPES

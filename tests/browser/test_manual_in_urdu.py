"""Somebody who reads only Urdu writes down what was sent; Shopify never hears of it."""

from playwright.sync_api import BrowserContext, expect

from tests.browser.test_journey import WAIT_MS, ledger_of, until
from tests.demo_server import DemoServer


def test_three_taps_in_urdu_deduct_once_and_leave_the_store_alone(
    demo: DemoServer, phone: BrowserContext
) -> None:
    page = phone.new_page()
    page.goto(f"{demo.url}/#/enrol/{demo.enrol_code('Nasreen')}")
    page.get_by_test_id("language-ur").click()
    page.get_by_test_id("enrol-submit").click()
    expect(page.get_by_test_id("manual-list")).to_be_visible(timeout=WAIT_MS)
    assert page.evaluate("[document.documentElement.lang, document.dir]") == ["ur", "rtl"]
    variant = demo.store("variants")["variants"][0]
    placed = demo.place_order(lines=[{"sku": variant["sku"], "quantity": 1}])
    row = page.get_by_test_id("manual-row").filter(has_text=placed["name"])
    # What it is and its size stand in a line of their own, where no Urdu can come between them.
    expect(row.locator("bdi").filter(has_text=placed["lines"][0]["title"])).to_contain_text(
        placed["lines"][0]["variant_title"], timeout=WAIT_MS
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    row.click()
    page.get_by_test_id("manual-save").click()
    until(lambda: ledger_of(demo, placed))
    [entry] = ledger_of(demo, placed)
    assert (entry["kind"], entry["branch_id"], entry["by"]) == ("ship_manual", "gulberg", "nasreen")
    order = demo.store(f"orders/{placed['name'][1:]}")
    assert (order["fulfillment_status"], order["fulfillments"]) == ("UNFULFILLED", [])

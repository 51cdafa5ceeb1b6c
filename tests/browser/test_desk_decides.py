"""A supervisor names the branch that goods left from, and sees to what Shopify would not take, at the desk."""

import httpx
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_journey import (
    WAIT_MS,
    enrolled_phone,
    open_order,
    send_on_its_way,
    supervisors_desk,
    until,
)
from tests.demo_server import DemoServer


def by_hand(demo: DemoServer, name: str, what: str, **more: object) -> None:
    """The team does something with an order in Shopify, as soon as it is routed to a location."""
    until(lambda: demo.store(f"orders/{name.lstrip('#')}")["routed"])
    base = f"{demo.told['practice_store_url']}/practice/api/orders/{name.lstrip('#')}"
    httpx.post(f"{base}/{what}", json=more).raise_for_status()


def panel_of(desk: Page, demo: DemoServer, name: str) -> None:
    desk.goto(f"{demo.url}/#/desk/orders")
    desk.get_by_test_id("desk-search").fill(name)
    expect(desk.get_by_test_id("desk-row")).to_have_count(1)
    desk.get_by_test_id("desk-row").click()
    expect(desk.get_by_test_id("desk-panel")).to_have_attribute("data-order", name)


def test_goods_that_left_in_shopify_are_deducted_where_they_really_left(
    demo: DemoServer, desk: BrowserContext
) -> None:
    name = demo.place_order(paid=True)["name"]
    by_hand(demo, name, "fulfill", company="TCS", number="77123")
    page = supervisors_desk(desk, demo)
    panel_of(page, demo, name)
    part = page.get_by_test_id("branch-sync")
    expect(part).to_be_visible(timeout=WAIT_MS)
    part.get_by_test_id("sync-branch").filter(has_text="Saddar").click()
    expect(part.get_by_test_id("sync-line-branch").first).to_have_value("saddar")
    expect(part.get_by_test_id("sync-line").first).to_contain_text("after")
    desk.set_offline(True)
    part.get_by_test_id("branch-sync-deduct").click()
    expect(page.get_by_test_id("toast-saved")).to_be_visible()
    expect(page.get_by_test_id("order-waiting")).to_be_visible()
    # Recorded and not sent: it is not asked for a second time.
    expect(part).to_have_count(0)
    desk.set_offline(False)
    expect(page.get_by_test_id("order-waiting")).to_have_count(0, timeout=WAIT_MS)
    expect(part).to_have_count(0)
    expect(page.get_by_test_id("desk-panel")).to_contain_text("Saddar", timeout=WAIT_MS)
    events = demo.command("history", "--shop", "practice", "--of", "branch/saddar")
    assert [event["kind"] for event in events].count("branch_sync") == 1


def test_what_shopify_refused_is_told_again_from_the_list_of_what_is_to_be_checked(
    demo: DemoServer, desk: BrowserContext, phone: BrowserContext
) -> None:
    handset = enrolled_phone(phone, demo)
    name = demo.place_order()["name"]
    by_hand(demo, name, "hold")
    expect(handset.get_by_test_id("order-row").filter(has_text=name)).to_be_visible(timeout=WAIT_MS)
    open_order(handset, name)
    send_on_its_way(handset)
    page = supervisors_desk(desk, demo)
    page.goto(f"{demo.url}/#/desk/discrepancies")
    row = page.locator('[data-testid=discrepancy][data-code="shopify_failed"]')
    expect(row).to_contain_text("release the hold", timeout=WAIT_MS)
    by_hand(demo, name, "release")
    row.get_by_test_id("decide").click()
    desk.set_offline(True)
    row.get_by_test_id("outcome-retry").click()
    expect(row.get_by_test_id("decision-waits")).to_be_visible()
    desk.set_offline(False)
    expect(row).to_have_count(0, timeout=WAIT_MS)
    panel_of(page, demo, name)
    told = page.get_by_test_id("shopify-told")
    expect(told).to_have_attribute("data-state", "confirmed", timeout=WAIT_MS)
    assert page.get_by_test_id("open-in-shopify").get_attribute("href").startswith("/desk/")

"""The owner looks after the shop's tie to its store, at a desk and on a phone, in both languages."""

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_journey import WAIT_MS, supervisors_desk
from tests.demo_server import DemoServer


def owners_page(context: BrowserContext, demo: DemoServer, language: str = "en") -> Page:
    page = context.new_page()
    page.goto(f"{demo.url}/#/enrol/{demo.enrol_code('Zainab')}")
    page.get_by_test_id(f"language-{language}").click()
    page.get_by_test_id("enrol-submit").click()
    page.wait_for_function("() => !location.hash.includes('enrol')")
    page.goto(f"{demo.url}/#/desk/store")
    expect(page.get_by_test_id("store-state")).to_be_visible(timeout=WAIT_MS)
    return page


def set_store(demo: DemoServer, **changes: object) -> None:
    url = f"{demo.told['practice_store_url']}/practice/api/settings"
    httpx.put(url, json=changes).raise_for_status()


def test_the_owner_sees_what_is_wrong_checks_again_and_gives_the_store_up(
    demo: DemoServer, desk: BrowserContext
) -> None:
    page = owners_page(desk, demo)
    expect(page.get_by_test_id("store-state")).to_contain_text("Connected")
    set_store(demo, customer_data="withheld", served_version="2027-01")
    page.get_by_test_id("store-check").click()
    for code in ("customers_hidden", "version_fell"):
        found = page.locator(f'[data-testid=store-finding][data-code="{code}"]')
        expect(found).to_be_visible(timeout=WAIT_MS)
    page.get_by_test_id("store-disconnect").click()
    page.get_by_test_id("store-disconnect-yes").click()
    expect(page.get_by_test_id("store-state")).to_contain_text("Disconnected", timeout=WAIT_MS)
    expect(page.get_by_test_id("store-check")).to_have_count(0)


def test_what_was_entered_wrong_is_told_and_a_secret_is_never_shown(
    demo: DemoServer, desk: BrowserContext, complaints
) -> None:
    page = owners_page(desk, demo)
    page.get_by_test_id("store-domain").fill("shop.example")
    page.get_by_test_id("store-name").fill("an-app")
    page.get_by_test_id("store-secret").fill("a secret of mine")
    page.get_by_test_id("store-connect").click()
    expect(page.get_by_test_id("store-error")).to_contain_text("myshopify.com", timeout=WAIT_MS)
    assert page.get_by_test_id("store-secret").get_attribute("type") == "password"
    assert "a secret of mine" not in page.inner_text("body")
    # The browser writes each answer that is no 200 on its console.
    complaints.said = [line for line in complaints.said if "409 (Conflict)" not in line]


def test_a_supervisor_is_not_shown_the_page(demo: DemoServer, desk: BrowserContext) -> None:
    page = supervisors_desk(desk, demo)
    expect(page.get_by_test_id("desk-fleet")).to_be_visible()
    expect(page.get_by_test_id("desk-store")).to_have_count(0)
    page.goto(f"{demo.url}/#/desk/store")
    expect(page.get_by_test_id("desk-table")).to_be_visible(timeout=WAIT_MS)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_page_fits_a_small_phone(
    demo: DemoServer, phone: BrowserContext, language: str
) -> None:
    set_store(demo, scopes=["read_products"], customer_data="denied")
    page = owners_page(phone, demo, language)
    page.get_by_test_id("store-check").click()
    expect(page.get_by_test_id("store-finding").first).to_be_visible(timeout=WAIT_MS)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""Pictures of the app for the README: `python -m tests.browser.screenshots FOLDER`."""

import os
import sys
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.browser.conftest import CHROMIUM_ARGS
from tests.browser.test_journey import enrolled_phone, open_order, send_on_its_way, supervisors_desk
from tests.conftest import make_home, remove_home
from tests.demo_server import DemoServer

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
PAKISTAN = {"locale": "en-PK", "timezone_id": "Asia/Karachi"}


def work_a_little(page: Page, demo: DemoServer) -> None:
    """Let some orders get somewhere, so that the pictures show a working day."""
    names = [order["name"] for order in demo.store("orders?limit=60")["orders"]][:4]
    for name in names:
        page.goto(f"{demo.url}/#/")
        open_order(page, name)
        if page.get_by_test_id("go-confirm").count():
            send_on_its_way(page)


def photograph_phone(page: Page, demo: DemoServer, folder: Path) -> None:
    page.goto(f"{demo.url}/#/")
    expect(page.get_by_test_id("orders-list")).to_be_visible()
    page.get_by_test_id("orders-search").fill("")
    page.wait_for_timeout(3_500)  # until the last "saved" notice has gone
    page.screenshot(path=folder / "phone-orders.png")
    page.get_by_test_id("order-row").first.click()
    expect(page.get_by_test_id("order-name")).to_be_visible()
    page.wait_for_timeout(500)
    page.screenshot(path=folder / "phone-order.png")


def photograph_desk(desk: BrowserContext, demo: DemoServer, folder: Path) -> None:
    page = supervisors_desk(desk, demo)
    page.get_by_test_id("desk-row").first.click()
    expect(page.get_by_test_id("desk-panel")).to_be_visible()
    page.wait_for_timeout(500)
    page.screenshot(path=folder / "desk.png")


def main(folder: Path) -> None:
    """Start a demo, work in it, and write the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    home = make_home("pictures")
    demo = DemoServer(home)
    chromium = os.environ.get("RAWANA_CHROMIUM", "/usr/bin/chromium")
    try:
        demo.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
            phone = browser.new_context(**PHONE, **PAKISTAN, device_scale_factor=1.5)
            page = enrolled_phone(phone, demo)
            work_a_little(page, demo)
            photograph_phone(page, demo, folder)
            photograph_desk(browser.new_context(**DESK, **PAKISTAN), demo, folder)
            browser.close()
    finally:
        demo.stop()
        remove_home(home)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

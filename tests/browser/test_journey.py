"""One order travels the whole way, in a real browser, with the network cut in the middle."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.demo_server import DemoServer

TRACKING = "77120045118"
WAIT_MS = 20_000


def until(what: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something outside the browser has happened."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def enrolled_phone(context: BrowserContext, demo: DemoServer) -> Page:
    """Open the enrolment link as a branch's person would, and wait until the app works offline."""
    page = context.new_page()
    page.goto(f"{demo.url}/#/enrol/{demo.enrol_code('Amna')}")
    page.get_by_test_id("enrol-submit").click()
    expect(page.get_by_test_id("orders-list")).to_be_visible(timeout=WAIT_MS)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => 1)")
    page.wait_for_function("() => navigator.serviceWorker.controller")
    return page


def supervisors_desk(context: BrowserContext, demo: DemoServer) -> Page:
    page = context.new_page()
    page.goto(f"{demo.url}/#/login")
    page.get_by_test_id("login-name").fill(demo.told["supervisor"]["login"])
    page.get_by_test_id("login-password").fill(demo.told["supervisor"]["password"])
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id("desk-table")).to_be_visible(timeout=WAIT_MS)
    return page


def open_order(page: Page, name: str) -> None:
    page.get_by_test_id("orders-search").fill(name)
    row = page.get_by_test_id("order-row").filter(has_text=name)
    expect(row).to_have_count(1, timeout=WAIT_MS)
    row.click()
    expect(page.get_by_test_id("order-name")).to_have_text(name)


def send_on_its_way(page: Page) -> None:
    """Confirm, create, pack and dispatch the order on the screen."""
    page.get_by_test_id("go-confirm").click()
    page.get_by_test_id("confirm-yes").click()
    page.get_by_test_id("go-create").click()
    page.get_by_test_id("create-submit").click()
    page.get_by_test_id("pack-submit").click()
    page.get_by_test_id("go-dispatch").click()
    page.get_by_test_id("courier-tcs").click()
    page.get_by_test_id("tracking-number").fill(TRACKING)
    page.get_by_test_id("dispatch-submit").click()
    expect(page.get_by_test_id("order-status")).to_have_attribute(
        "data-status", "dispatched", timeout=WAIT_MS
    )


@pytest.mark.parametrize("killed", [False, True], ids=["calm", "server killed meanwhile"])
def test_an_order_packed_without_network_reaches_ledger_store_and_desk(
    demo: DemoServer, phone: BrowserContext, desk: BrowserContext, killed: bool
) -> None:
    page = enrolled_phone(phone, demo)
    watching = supervisors_desk(desk, demo)
    sku = next(v["sku"] for v in demo.store("variants")["variants"])
    placed = demo.place_order(lines=[{"sku": sku, "quantity": 1}])
    name = placed["name"]
    open_order(page, name)
    before = stock_units(demo, placed)

    phone.set_offline(True)
    page.reload()
    expect(page.get_by_test_id("order-name")).to_have_text(name, timeout=WAIT_MS)
    send_on_its_way(page)
    page.reload()
    expect(page.get_by_test_id("order-status")).to_have_attribute("data-status", "dispatched")
    if killed:
        demo.kill()
        demo.start()
    phone.set_offline(False)

    number = name.removeprefix("#")
    until(lambda: demo.store(f"orders/{number}")["fulfillment_status"] == "FULFILLED", 40)
    parcels = demo.store(f"orders/{number}")["fulfillments"]
    assert [parcel["tracking"][0]["number"] for parcel in parcels] == [TRACKING]
    notices = [n for n in demo.store("notifications")["notifications"] if n["order"] == name]
    assert [n["tracking"] for n in notices] == [[TRACKING]]
    entries = ledger_of(demo, placed)
    assert [(e["kind"], e["branch_id"], e["by"]) for e in entries] == [
        ("ship_smart", "gulberg", "amna")
    ]
    assert stock_units(demo, placed) == before - 1
    expect(page.get_by_test_id("sync-pill")).to_have_attribute("data-state", "ok", timeout=WAIT_MS)
    row = watching.get_by_test_id("desk-row").filter(has_text=name)
    expect(row).to_have_attribute("data-status", "dispatched", timeout=WAIT_MS)
    assert demo.command("verify")[0]["ok"]


def ledger_of(demo: DemoServer, order: dict) -> list[dict]:
    order_id = order["id"].rpartition("/")[2]
    lines = demo.command("export", "ledger", "--shop", "practice")
    return [line["entry"] for line in lines if line["entry"].get("order_id") == order_id]


def stock_units(demo: DemoServer, order: dict) -> int:
    """What Gulberg's shelf holds of the ordered thing, by the ledger's legs."""
    [line] = order["lines"]
    variants = demo.store(f"variants?sku={line['sku']}")["variants"]
    variant_id = variants[0]["id"].rpartition("/")[2]
    lines = demo.command("export", "ledger", "--shop", "practice", "--branch", "gulberg")
    return sum(
        leg["units"]
        for line in lines
        for leg in line["entry"]["legs"]
        if leg["account"] == "sellable" and leg["variant_id"] == variant_id
    )

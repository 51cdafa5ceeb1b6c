"""What stands in the way of losing work: other tabs, a closed app, a full phone, a lost database, somebody who leaves."""

import json
import time
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.kills import OPS
from tests.browser.test_journey import (
    TRACKING,
    WAIT_MS,
    enrolled_phone,
    ledger_of,
    open_order,
    send_on_its_way,
    supervisors_desk,
    until,
)
from tests.demo_server import DemoServer

# The press comes in the same breath: a synchronization could meet the lost database first and take the form away.
LOST_DATABASE_AS_IT_IS_SENT = """() => {
  IDBDatabase.prototype.transaction = () => {
    throw new DOMException('Connection to Indexed Database server lost.', 'UnknownError');
  };
  document.querySelector('[data-testid=dispatch-submit]').click();
}"""


FULL_PHONE = """() => {
  const { add } = IDBObjectStore.prototype;
  window.makeRoom = () => { IDBObjectStore.prototype.add = add; };
  IDBObjectStore.prototype.add = () => {
    throw new DOMException('no room', 'QuotaExceededError');
  };
}"""


class Hand:
    """Amna's phone with an order to work on."""

    def __init__(self, context: BrowserContext, demo: DemoServer) -> None:
        self.context = context
        self.demo = demo
        self.page = enrolled_phone(context, demo)
        sku = next(v["sku"] for v in demo.store("variants")["variants"])
        self.order = demo.place_order(lines=[{"sku": sku, "quantity": 1}])
        open_order(self.page, self.order["name"])

    def confirm(self, page: Page | None = None) -> None:
        page = page or self.page
        page.get_by_test_id("go-confirm").click()
        page.get_by_test_id("confirm-yes").click()
        expect(page.get_by_test_id("toast-saved")).to_be_visible()

    def ops(self) -> list[dict]:
        return self.page.evaluate(OPS)

    def go(self, place: str) -> None:
        self.page.evaluate("(to) => { location.hash = to; }", f"#/{place}")


@pytest.fixture
def hand(phone: BrowserContext, demo: DemoServer) -> Hand:
    return Hand(phone, demo)


def sync_event(beside: Page, origin: str) -> None:
    """Let the browser tell the service worker that there is a network again."""
    session = beside.context.new_cdp_session(beside)
    registrations: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registrations.extend(r["registrationId"] for r in told["registrations"]),
    )
    session.send("ServiceWorker.enable")
    until(lambda: session.send("Runtime.evaluate", {"expression": "1"}) and registrations)
    wanted = {"origin": origin, "registrationId": registrations[0]}
    session.send(
        "ServiceWorker.dispatchSyncEvent", wanted | {"tag": "rawana-push", "lastChance": False}
    )


def test_after_the_app_was_closed_the_browser_sends_by_itself_unless_a_page_is_sending(
    hand: Hand, complaints
) -> None:
    beside = hand.context.new_page()
    beside.goto(f"{hand.demo.url}/icon-192.png")
    hand.context.set_offline(True)
    send_on_its_way(hand.page)
    hand.page.close()
    hand.page = beside
    beside.evaluate(
        """() => new Promise((held) => {
          void navigator.locks.request('rawana-sync', () => {
            held();
            return new Promise((release) => { window.release = release; });
          });
        })"""
    )
    hand.context.set_offline(False)
    sync_event(beside, hand.demo.url)
    time.sleep(2)
    assert ledger_of(hand.demo, hand.order) == []
    assert [op.get("unsent") for op in hand.ops()] == [1] * 4
    beside.evaluate("() => window.release()")
    sync_event(beside, hand.demo.url)
    until(lambda: [e["kind"] for e in ledger_of(hand.demo, hand.order)] == ["ship_smart"])
    until(lambda: all("result" in op for op in hand.ops()))
    assert {op["result"]["status"] for op in hand.ops()} == {"applied"}
    # The browser's own picture page, which keeps the origin open, styles itself and looks for its own icon.
    own = ("inline style", "Not Found")
    complaints.said = [said for said in complaints.said if not any(part in said for part in own)]


def test_two_tabs_of_one_phone_never_send_at_the_same_time(hand: Hand) -> None:
    other = hand.context.new_page()
    other.goto(hand.page.url)
    expect(other.get_by_test_id("go-confirm")).to_be_visible(timeout=WAIT_MS)
    under_way: set[str] = set()
    most = 0

    def begun(request) -> None:
        nonlocal most
        if "/sync/" in request.url and "live" not in request.url:
            under_way.add(str(id(request)))
            most = max(most, len(under_way))

    def ended(request) -> None:
        under_way.discard(str(id(request)))

    hand.context.on("request", begun)
    hand.context.on("requestfinished", ended)
    hand.context.on("requestfailed", ended)
    for page in (hand.page, other):
        slow = {"offline": False, "latency": 300, "downloadThroughput": -1, "uploadThroughput": -1}
        hand.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    hand.confirm()
    other.evaluate("() => { dispatchEvent(new Event('online')); }")
    send_the_rest(other)
    for page in (hand.page, other):
        expect(page.get_by_test_id("sync-pill")).to_have_attribute(
            "data-unsent", "0", timeout=WAIT_MS
        )
    assert most == 1
    ids = [op["id"] for op in hand.ops()]
    assert len(ids) == len(set(ids)) == 3
    assert len(ledger_of(hand.demo, hand.order)) == 1


def send_the_rest(page: Page) -> None:
    page.get_by_test_id("go-create").click(timeout=WAIT_MS)
    page.get_by_test_id("create-submit").click()
    page.get_by_test_id("pack-submit").click()
    expect(page.get_by_test_id("go-dispatch")).to_be_visible(timeout=WAIT_MS)


def test_nobody_leaves_over_unsent_work_but_with_a_copy_which_the_desk_takes_in(
    hand: Hand, desk: BrowserContext, tmp_path: Path, complaints
) -> None:
    page = hand.page
    hand.context.route("**/sync/**", lambda route: route.abort())
    send_on_its_way(page)
    hand.go("more")
    page.get_by_test_id("sign-out").click()
    expect(page.get_by_test_id("work-waits")).to_contain_text("4 changes")
    expect(page.get_by_test_id("leave-anyway")).to_have_count(0)
    with page.expect_download() as downloading:
        page.get_by_test_id("save-copy").click()
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    copy = json.loads(file.read_text())
    assert copy["ops"] == [op["text"] for op in hand.ops()]
    assert (copy["rawana_outbox"], copy["staff"]["name"]) == (1, "Amna")

    watching = supervisors_desk(desk, hand.demo)
    watching.get_by_test_id("desk-import").click()
    watching.get_by_test_id("import-file").set_input_files(file)
    expect(watching.get_by_test_id("import-whose")).to_contain_text("Amna")
    for _ in range(2):  # the same file again changes nothing
        watching.get_by_test_id("import-submit").click()
        lines = watching.get_by_test_id("import-result")
        expect(lines).to_have_count(4, timeout=WAIT_MS)
        statuses = [line.get_attribute("data-status") for line in lines.all()]
        assert statuses == ["applied"] * 4
        watching.get_by_test_id("import-file").set_input_files([])
        watching.get_by_test_id("import-file").set_input_files(file)
    assert [e["kind"] for e in ledger_of(hand.demo, hand.order)] == ["ship_smart"]

    page.get_by_test_id("leave-anyway").click()
    page.get_by_test_id("leave-sure").click()
    expect(page.get_by_test_id("enrol")).to_be_visible(timeout=WAIT_MS)
    assert len(hand.ops()) == 4


def test_a_code_of_somebody_else_does_not_take_the_phone_from_whose_work_waits(hand: Hand) -> None:
    page = hand.page
    hand.context.route("**/sync/**", lambda route: route.abort())
    hand.confirm()
    other = next(p for p in hand.demo.told["staff"] if p["name"] != "Amna" and p.get("enrol_code"))
    hand.go(f"enrol/{other['enrol_code']}")
    expect(page.get_by_test_id("work-waits")).to_contain_text("1 change")
    page.get_by_test_id("enrol-submit").click()
    expect(page.get_by_test_id("enrol-error")).to_contain_text("Amna")
    assert [op.get("unsent") for op in hand.ops()] == [1]
    hand.go("more")
    expect(page.get_by_text("Amna").first).to_be_visible()


def test_a_full_phone_says_that_it_did_not_save_and_saves_when_there_is_room_again(
    hand: Hand, complaints
) -> None:
    page = hand.page
    page.evaluate(FULL_PHONE)
    page.get_by_test_id("go-confirm").click()
    page.get_by_test_id("confirm-note").fill("after sunset")
    page.get_by_test_id("confirm-yes").click()
    expect(page.get_by_test_id("toast-failed")).to_contain_text("full", timeout=WAIT_MS)
    assert hand.ops() == []
    page.evaluate("() => window.makeRoom()")
    page.get_by_test_id("confirm-yes").click()
    expect(page.get_by_test_id("toast-saved")).to_be_visible()
    (op,) = hand.ops()
    assert json.loads(op["text"])["body"]["note"] == "after sunset"
    complaints.said = [said for said in complaints.said if "no room" not in said]


def test_when_the_database_goes_away_the_app_asks_to_be_loaded_again_and_keeps_the_half_filled_form(
    hand: Hand, complaints
) -> None:
    page = hand.page
    hand.confirm()
    send_the_rest(page)
    page.get_by_test_id("go-dispatch").click()
    page.get_by_test_id("courier-tcs").click()
    page.get_by_test_id("tracking-number").fill(TRACKING)
    page.evaluate(LOST_DATABASE_AS_IT_IS_SENT)
    page.get_by_test_id("load-again").click()
    expect(page.get_by_test_id("tracking-number")).to_have_value(TRACKING, timeout=WAIT_MS)
    page.get_by_test_id("dispatch-submit").click()
    expect(page.get_by_test_id("order-status")).to_have_attribute(
        "data-status", "dispatched", timeout=WAIT_MS
    )
    until(lambda: all("result" in op for op in hand.ops()))
    assert [op["kind"] for op in hand.ops()].count("dispatch") == 1
    complaints.said = [said for said in complaints.said if "gone" not in said]

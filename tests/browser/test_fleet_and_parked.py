"""At the desk: what is set aside is carried out or set aside for good, and a phone is locked out."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.test_journey import WAIT_MS, supervisors_desk
from tests.demo_server import DemoServer


class AnyPhone:
    """A phone that says what it is told to."""

    def __init__(self, http: httpx.Client, demo: DemoServer, person: str) -> None:
        self.http = http
        told = {"code": demo.enrol_code(person), "device_name": "Samsung A04", "want": "token"}
        answer = self.http.post("/auth/enrol", json=told).json()
        self.staff = answer["staff"]["id"]
        self.http.headers["Authorization"] = f"Bearer {answer['token']}"
        self.n = 0

    def push(self, kind: str, body: dict) -> dict:
        self.n += 1
        op = {"id": f"op-{self.staff}-{self.n}", "n": self.n, "kind": kind, "by": self.staff}
        pushed = {"incarnation": "k1", "ops": [op | {"body": body}], "unsent": 1, "oldest_at": 1}
        answer = self.http.post("/sync/push", json=pushed)
        (result,) = answer.json()["results"]
        return {"http": answer.status_code} | result


@pytest.fixture
def amna(demo: DemoServer) -> Iterator[AnyPhone]:
    with httpx.Client(base_url=demo.url) as http:
        yield AnyPhone(http, demo, "Amna")


def test_a_supervisor_carries_out_what_was_set_aside_and_sets_aside_for_good(
    desk: BrowserContext, demo: DemoServer, amna: AnyPhone, complaints
) -> None:
    sku = next(v["sku"] for v in demo.store("variants")["variants"])
    order = demo.place_order(lines=[{"sku": sku, "quantity": 1}])
    line = order["lines"][0]["id"].rpartition("/")[2]
    sent = {
        "order_id": order["id"].rpartition("/")[2],
        "lines": [{"order_line_id": line, "units": 1}],
    }
    elsewhere = sent | {"branch_id": "clifton", "fulfillment_id": "f-elsewhere"}
    assert amna.push("manual_fulfillment", elsewhere)["status"] == "parked"
    assert amna.push("weigh_parcel", {"fulfillment_id": "f-1"})["code"] == "unknown_kind"

    page = supervisors_desk(desk, demo)
    complaints.listen(page)
    page.get_by_test_id("desk-parked").click()
    rows = page.get_by_test_id("parked")
    expect(rows).to_have_count(2, timeout=WAIT_MS)
    foreign = page.locator('[data-testid=parked][data-code="authority"]')
    foreign.get_by_test_id("parked-replay").click()
    expect(rows).to_have_count(1, timeout=WAIT_MS)
    page.once("dialog", lambda dialog: dialog.accept("an app of tomorrow"))
    rows.get_by_test_id("parked-dismiss").click()
    expect(rows).to_have_count(0, timeout=WAIT_MS)
    # The phone learns of both by the rows of its own stream.
    told = amna.http.post("/sync/pull", json={"cursors": {}}).json()
    notices = {
        key: body
        for patch in told["patches"]
        for key, _, body in patch["rows"]
        if key.startswith("result/")
    }
    assert sorted((n["status"], n.get("code")) for n in notices.values()) == [
        ("applied", None),
        ("parked", "dismissed"),
    ]


def test_a_supervisor_sees_every_phone_and_locks_one_out(
    desk: BrowserContext, demo: DemoServer, amna: AnyPhone, complaints
) -> None:
    amna.http.post("/sync/hello", json={"health": {"unsent": 41, "oldest_at": 1}})
    page = supervisors_desk(desk, demo)
    complaints.listen(page)
    page.get_by_test_id("desk-fleet").click()
    row = page.get_by_test_id("device").filter(has_text="Samsung A04")
    expect(row.get_by_test_id("device-unsent")).to_contain_text("41", timeout=WAIT_MS)
    page.once("dialog", lambda dialog: dialog.accept())
    row.get_by_test_id("device-revoke").click()
    expect(row.get_by_test_id("device-revoke")).to_have_count(0, timeout=WAIT_MS)
    late = amna.push("confirm", {"order_id": "1"})
    assert (late["http"], late["status"], late["code"]) == (401, "parked", "revoked")
    page.get_by_test_id("desk-parked").click()
    expect(page.locator('[data-testid=parked][data-code="revoked"]')).to_have_count(
        1, timeout=WAIT_MS
    )

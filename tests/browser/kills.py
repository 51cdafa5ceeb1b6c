"""A real Chromium is killed at random moments while somebody works: `python -m tests.browser.kills --cycles 200`.

In each cycle a browser with the same profile is started, a person packs and unpacks a parcel on the real page, and the
browser's whole process group is sent SIGKILL in the middle. Opened again, its disk must hold every act that the page had
shown as saved, once each and in their order, numbered and chained so that the server takes them. Prints JSON figures.
"""

import argparse
import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from playwright.sync_api import Browser, Error, Page, Playwright, expect, sync_playwright

from sync_protocol.reading import link_hashes
from tests.browser.conftest import CHROMIUM_ARGS
from tests.browser.test_journey import WAIT_MS, enrolled_phone, open_order
from tests.conftest import find_chromium, make_home, remove_home
from tests.demo_server import DemoServer

STARTING_S = 30
OFFLINE_SHARE = 0.7
"""In so many of the cycles the network is cut, so that all work waits; in the others it is sent meanwhile."""

DRAIN_EVERY = 25

OPS = """() => new Promise((resolve, reject) => {
  const opened = indexedDB.open('rawana');
  opened.onerror = () => reject(opened.error);
  opened.onsuccess = () => {
    const asked = opened.result.transaction(['ops']).objectStore('ops').getAll();
    asked.onsuccess = () => { opened.result.close(); resolve(asked.result); };
  };
})"""


class Figures(Struct, kw_only=True):
    """What came of it. `shown`: acts that the page had shown as saved; `begun`: acts whose button was pressed."""

    cycles: int = 0
    begun: int = 0
    shown: int = 0
    kept: int = 0
    killed_in_an_act: int = 0
    lost: int = 0
    doubled: int = 0
    unsendable: int = 0
    taken_by_server: int = 0
    seconds: float = 0.0


class KillableBrowser:
    """A Chromium of our own on a profile that outlives it."""

    def __init__(self, playwright: Playwright, chromium: str, profile: Path) -> None:
        port_file = profile / "DevToolsActivePort"
        port_file.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [
                chromium,
                *CHROMIUM_ARGS,
                "--headless=new",
                "--remote-debugging-port=0",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        port = _read_port(port_file)
        self._browser: Browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        self.context = self._browser.contexts[0]

    def kill(self) -> None:
        """SIGKILL to the whole group: nobody is asked, nothing is flushed."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=STARTING_S)

    def close(self) -> None:
        """End it well: cookies and caches of a phone that was set up a moment ago are on the disk only then."""
        self._browser.new_browser_cdp_session().send("Browser.close")
        self._process.wait(timeout=STARTING_S)

    def forget(self) -> None:
        """Let go of the connection to a browser that is dead."""
        with contextlib.suppress(Error):
            self._browser.close()


def _read_port(file: Path) -> int:
    deadline = time.monotonic() + STARTING_S
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            return int(file.read_text().splitlines()[0])
        time.sleep(0.02)
    raise TimeoutError("Chromium did not start")


class Worker:
    """Packs and unpacks one parcel, for ever."""

    def __init__(self, figures: Figures, order_id: str, shipment_id: str) -> None:
        self._figures = figures
        self._order = f"#/order/{order_id}"
        self._shipment = f"#/shipment/{shipment_id}"
        self.shown: list[str] = []
        """The acts that the page has shown as saved, in order; an unpacking by its reason."""
        self._serial = itertools.count(1)
        self.in_an_act = False

    def work(self, page: Page, packed: bool) -> None:
        """Act until the browser is no more."""
        while True:
            self._act(page, packed)
            packed = not packed

    def _act(self, page: Page, packed: bool) -> None:
        verb = "unpack" if packed else "pack"
        name = f"{verb} {next(self._serial)}"
        page.evaluate("(to) => { location.hash = to; }", f"{self._shipment}/{verb}")
        submit = page.get_by_test_id(f"{verb}-submit")
        if packed:
            page.get_by_test_id("unpack-reason").fill(name)
        expect(submit).to_be_enabled(timeout=WAIT_MS)
        self._figures.begun += 1
        self.in_an_act = True
        submit.click(timeout=WAIT_MS)
        page.wait_for_function(
            """(home) => location.hash === home
                && document.querySelector('[data-testid="toast-saved"]') !== null""",
            arg=self._order,
            timeout=WAIT_MS,
        )
        self.shown.append(name)
        self.in_an_act = False
        self._figures.shown += 1


def audit(figures: Figures, ops: list[dict], shown: list[str], before: int) -> None:
    """Compare what one cycle had shown with what the disk holds beyond the `before` ops of the cycles before it."""
    ids = [op["id"] for op in ops]
    figures.doubled += len(ids) - len(set(ids))
    made = [_name(op) for op in ops[before:]]
    # The one that was under way may be there as well: saved, and the tick not seen any more.
    expected = [name.split()[0] if name.startswith("pack") else name for name in shown]
    if made[: len(expected)] != expected:
        figures.lost += sum(1 for want, got in itertools.zip_longest(expected, made) if want != got)
    if len(made) > len(expected) + 1:
        figures.doubled += len(made) - len(expected) - 1
    figures.unsendable += sum(1 for op in ops if not _is_sendable(op))
    for life in {op["incarnation"] for op in ops}:
        mine = [op for op in ops if op["incarnation"] == life]
        for one, op in itertools.pairwise(mine):
            links = json.loads(op["text"])["prev"] in link_hashes(one["text"].encode())
            figures.unsendable += not (links and op["n"] == one["n"] + 1)
    figures.kept = len(ops)


def _name(op: dict) -> str:
    body = json.loads(op["text"])["body"]
    return body["reason"] if op["kind"] == "unpack" else op["kind"]


def _is_sendable(op: dict) -> bool:
    text = json.loads(op["text"])
    same = (text["id"], text["n"], text["kind"]) == (op["id"], op["n"], op["kind"])
    return same and (op.get("unsent") == 1) == ("result" not in op)


class Round:
    """All cycles on one profile against one server."""

    def __init__(self, playwright: Playwright, demo: DemoServer, chromium: str, seed: int) -> None:
        self._playwright = playwright
        self._demo = demo
        self._chromium = chromium
        self._chance = random.Random(seed)
        self._profile = Path(tempfile.mkdtemp(prefix="rawana-kills-"))
        self.figures = Figures()

    @contextlib.contextmanager
    def _browser(self) -> Iterator[KillableBrowser]:
        browser = KillableBrowser(self._playwright, self._chromium, self._profile)
        try:
            yield browser
        finally:
            browser.kill()
            browser.forget()

    def run(self, cycles: int) -> Figures:
        """Make ready, kill so often, and let what waits be sent at the end."""
        started = time.monotonic()
        self._make_ready()
        for number in range(1, cycles + 1):
            self._cycle()
            self.figures.cycles = number
            if number % DRAIN_EVERY == 0 or number == cycles:
                self._drain()
        self.figures.seconds = round(time.monotonic() - started, 1)
        return self.figures

    def tidy(self) -> None:
        """Remove the profile."""
        shutil.rmtree(self._profile, ignore_errors=True)

    def _make_ready(self) -> None:
        """Enrol, and bring one order as far as a parcel that is to be packed."""
        sku = next(v["sku"] for v in self._demo.store("variants")["variants"])
        name = self._demo.place_order(lines=[{"sku": sku, "quantity": 1}])["name"]
        with self._browser() as browser:
            page = enrolled_phone(browser.context, self._demo)
            open_order(page, name)
            self._order_id = page.url.rpartition("/")[2]
            page.get_by_test_id("go-confirm").click()
            page.get_by_test_id("confirm-yes").click()
            page.get_by_test_id("go-create").click()
            page.get_by_test_id("create-submit").click()
            expect(page.get_by_test_id("pack-submit")).to_be_visible(timeout=WAIT_MS)
            self._shipment_id = page.url.split("/")[-2]
            self._wait_until_sent(page)
            self._before = len(page.evaluate(OPS))
            browser.close()

    def _cycle(self) -> None:
        worker = Worker(self.figures, self._order_id, self._shipment_id)
        with self._browser() as browser:
            page = self._opened(browser, offline=self._chance.random() < OFFLINE_SHARE)
            ops = page.evaluate(OPS)
            packed = ops[-1]["kind"] == "pack"
            bomb = threading.Timer(self._chance.uniform(0.02, 2.5), browser.kill)
            bomb.start()
            with contextlib.suppress(Error, AssertionError):
                worker.work(page, packed)
            bomb.join()
        self.figures.killed_in_an_act += worker.in_an_act
        with self._browser() as browser:
            page = self._opened(browser, offline=True)
            ops = page.evaluate(OPS)
            shown_waiting = int(page.get_by_test_id("sync-pill").get_attribute("data-unsent") or 0)
            assert shown_waiting == sum(op.get("unsent") == 1 for op in ops)
            audit(self.figures, ops, worker.shown, self._before)
            self._before = len(ops)

    def _opened(self, browser: KillableBrowser, *, offline: bool) -> Page:
        page = browser.context.pages[0]
        browser.context.set_offline(offline)
        page.goto(f"{self._demo.url}/#/order/{self._order_id}")
        expect(page.get_by_test_id("order-name")).to_be_visible(timeout=WAIT_MS)
        return page

    def _drain(self) -> None:
        """Everything that waits is sent, and the server's answer to each op is an answer to that op."""
        with self._browser() as browser:
            page = self._opened(browser, offline=False)
            self._wait_until_sent(page)
            ops = page.evaluate(OPS)
            answered = [op for op in ops if op["result"]["status"] == "applied"]
            self.figures.taken_by_server = len({op["id"] for op in answered})

    def _wait_until_sent(self, page: Page) -> None:
        pill = page.get_by_test_id("sync-pill")
        expect(pill).to_have_attribute("data-unsent", "0", timeout=60_000)


def run_cycles(demo: DemoServer, chromium: str, cycles: int, seed: int) -> Figures:
    """Kill so often, on a profile of its own."""
    with sync_playwright() as playwright:
        round_ = Round(playwright, demo, chromium, seed)
        try:
            return round_.run(cycles)
        finally:
            round_.tidy()


def main() -> None:
    """Start a demo, kill, and print the figures; exits 1 when anything was lost, doubled or cannot be sent."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cycles", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    wanted = asked.parse_args()
    chromium = find_chromium()
    assert chromium is not None, "No Chromium on this machine: run `make browser`."
    home = make_home("kills")
    demo = DemoServer(home)
    try:
        demo.start()
        figures = run_cycles(demo, chromium, wanted.cycles, wanted.seed)
    finally:
        demo.stop()
        remove_home(home)
    print(json.dumps(msgspec.to_builtins(figures)))
    raise SystemExit(figures.lost + figures.doubled + figures.unsendable > 0)


if __name__ == "__main__":
    main()

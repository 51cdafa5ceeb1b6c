"""A real Chromium in front of a real server."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import make_home, remove_home
from tests.demo_server import DemoServer

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        yield opened
        opened.close()


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    home = make_home("demo")
    server = DemoServer(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        remove_home(home)
        (home.parent / f"{home.name}.log").unlink(missing_ok=True)
        shutil.rmtree(home, ignore_errors=True)


class Complaints:
    """What the browser's console says that it should not."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.said.append(f"page error: {error}"))
        page.on(
            "console",
            lambda message: (
                self.said.append(message.text)
                if message.type == "error" and "net::ERR" not in message.text
                else None
            ),
        )


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    heard = Complaints()
    yield heard
    assert heard.said == []


@pytest.fixture
def phone(browser: Browser, complaints: Complaints) -> Iterator[BrowserContext]:
    """A small Android phone in Pakistan."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="en-PK",
        timezone_id="Asia/Karachi",
    )
    context.on("page", complaints.listen)
    yield context
    context.close()


@pytest.fixture
def desk(browser: Browser, complaints: Complaints) -> Iterator[BrowserContext]:
    """A supervisor's screen."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-PK", timezone_id="Asia/Karachi"
    )
    context.on("page", complaints.listen)
    yield context
    context.close()

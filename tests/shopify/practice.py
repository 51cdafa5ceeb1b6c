"""A practice store with a clock that the test moves, and ways to reach it: in the process and over a real socket."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import uvicorn

from server.practice_store.app import asgi_app
from server.practice_store.commands import LineDraft
from server.practice_store.orders import Order
from server.practice_store.store import PracticeStore, seed_catalogue
from server.practice_store.subscriptions import TOPICS
from server.shopify.client import AdminClient
from server.shopify.fulfillments import Tracking, Work, create_fulfillment
from server.shopify.tokens import FixedToken

START_MS = 1_795_420_800_000  # 2026-11-23T08:00:00Z
DOMAIN = "practice.myshopify.com"
TOKEN = "shpat_practice"
SECRET = "hush"
LOCAL = "http://127.0.0.1"
HOOK = "http://127.0.0.1:9/webhooks/shopify"
TRACKING = Tracking(company="TCS", number="779412345678", url="https://tcs.example/779412345678")


class Clock:
    def __init__(self, now_ms: int = START_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def pass_ms(self, ms: int) -> None:
        self.now_ms += ms

    def monotonic(self) -> float:
        return self.now_ms / 1000


def new_store(clock: Clock | None = None, *, stocked: bool = True, **settings) -> PracticeStore:
    fixed = {"domain": DOMAIN, "seed": 7, "client_secret": SECRET, "access_token": TOKEN}
    store = PracticeStore(**(fixed | {"clock": clock or Clock(), "routing_ms": (0, 0)} | settings))
    if stocked:
        seed_catalogue(store)
    return store


def subscribed(clock: Clock | None = None, topics=tuple(TOPICS), **settings) -> PracticeStore:
    """A store that tells HOOK of everything, or of `topics`."""
    return new_store(clock, webhook_uri=HOOK, webhook_topics=topics, **settings)


async def ship(client: AdminClient, order: Order) -> None:
    """Ship all that remains of the order's first fulfillment order, as Rawana does."""
    work = [Work(fulfillment_order_id=order.work[0].id)]
    await create_fulfillment(client, work, TRACKING, notify_customer=True)


def some_lines(store: PracticeStore, count: int, quantity: int = 1) -> list[LineDraft]:
    numbers = list(store.state.variants)[:count]
    return [LineDraft(variant=number, quantity=quantity) for number in numbers]


def custom_line(title: str = "Item", quantity: int = 1, price: str = "10.00", **more) -> LineDraft:
    return LineDraft(title=title, quantity=quantity, price=Decimal(price), **more)


def http_to(store: PracticeStore, **settings) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(asgi_app(store, **settings)), base_url=LOCAL
    )


def client_to(
    store: PracticeStore, http: httpx.AsyncClient | None = None, *, url: str = LOCAL, **settings
) -> AdminClient:
    clock = settings.pop("clock", store.clock)
    return AdminClient(
        http or http_to(store),
        url,
        settings.pop("tokens", FixedToken(TOKEN)),
        monotonic=lambda: clock() / 1000,
        **settings,
    )


@contextlib.asynccontextmanager
async def serving(app) -> AsyncIterator[str]:
    """Serve an ASGI app on a free port of this machine and yield its address."""
    # The protocol must be named: asyncio switches Nagle's delay (40 ms an answer) off only for sockets that say TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # the test runner keeps its own
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()

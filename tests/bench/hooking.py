"""How long a webhook waits for its answer: signed, stored durably and answered, eight at a time, beside bare requests.

Shopify gives an endpoint five seconds; here 95 of 100 are answered within 50 ms on an idle machine. Prints milliseconds for
webhooks and for requests that do nothing, taken in turns, and the ratio of their medians.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import statistics
import time

import httpx
import uvicorn

from server import clock
from server.command.house import listening_socket, running_front
from server.connecting.changing import Connecting, connect
from server.db import embedded
from server.db.migrating import migrate
from server.db.pool import Database
from server.settings import Settings
from server.vault import Vault
from tests.bench.pushing import SHOP, set_up
from tests.conftest import make_home, remove_home

ROUNDS = 5
PER_ROUND = 400
AT_ONCE = 8
SECRET = "bench"
BODY = json.dumps({"id": 1, "note": "x" * 8_000}).encode()
"""As large as an order of several lines."""


async def main() -> None:
    """Measure and print."""
    home = make_home("bench-hooks")
    settings = Settings(home=home)
    where = await asyncio.to_thread(embedded.start, home)
    try:
        await migrate(where)
        async with Database(where) as database:
            await set_up(database)
            await _connect(database, settings)
            async with running_front(database, settings, with_worker=False) as front:
                await _measure(front)
    finally:
        await asyncio.to_thread(embedded.stop, home)
        remove_home(home)


async def _connect(database: Database, settings: Settings) -> None:
    wanted = Connecting(
        shop_id=SHOP, admin_url="http://127.0.0.1:9", token="shpat_bench", webhook_secret=SECRET
    )
    async with database.connection() as connection:
        await connect(connection, Vault.of(settings), wanted, clock.now_ms())


async def _measure(front: object) -> None:
    bound = listening_socket("127.0.0.1", 0)
    config = uvicorn.Config(front, lifespan="off", log_level="critical", access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        await _round(http, None, 50)
        medians = []
        for number in range(ROUNDS):
            bare = await _round(http, None, PER_ROUND)
            hooks = await _round(http, number, PER_ROUND)
            medians.append(statistics.median(hooks) / statistics.median(bare))
            print(
                f"round {number + 1}: webhook p50 {_ms(hooks, 50)} p95 {_ms(hooks, 95)} ms, "
                f"bare p50 {_ms(bare, 50)} p95 {_ms(bare, 95)} ms"
            )
        print(f"webhook / bare, median of rounds: {statistics.median(medians):.2f}")
    server.should_exit = True
    await serving


def _ms(took_s: list[float], share: int) -> str:
    return f"{1_000 * statistics.quantiles(took_s, n=100)[share - 1]:.1f}"


async def _round(http: httpx.AsyncClient, number: int | None, count: int) -> list[float]:
    """Send `count` requests, eight at a time; return how long each took, in seconds."""
    took: list[float] = []
    turns = iter(range(count))

    async def send() -> None:
        for turn in turns:
            began = time.perf_counter()
            answer = await _bare(http) if number is None else await _hook(http, f"{number}-{turn}")
            took.append(time.perf_counter() - began)
            assert answer.status_code == 200, answer.text

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    return took


async def _bare(http: httpx.AsyncClient) -> httpx.Response:
    return await http.get("/healthz")


async def _hook(http: httpx.AsyncClient, event: str) -> httpx.Response:
    digest = hmac.new(SECRET.encode(), BODY, hashlib.sha256).digest()
    headers = {
        "X-Shopify-Topic": "orders/updated",
        "X-Shopify-Shop-Domain": "bench.myshopify.com",
        "X-Shopify-Event-Id": event,
        "X-Shopify-Webhook-Id": event,
        "X-Shopify-Triggered-At": "2026-11-24T08:00:00.000000000Z",
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "Content-Type": "application/json",
    }
    return await http.post("/webhooks/shopify", content=BODY, headers=headers)


if __name__ == "__main__":
    asyncio.run(main())

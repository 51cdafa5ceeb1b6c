"""One order travels the whole way over the protocol: the browser journey's twin, with the reference phone."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest

from sync_protocol.ids import BranchId, OrderId, VariantId
from sync_protocol.orders import SmartStatus
from sync_protocol.outcomes import ResultStatus
from tests.conftest import make_home, remove_home
from tests.demo_server import DemoServer
from tests.phone.driver import Phone
from tests.phone.letting_in import enrol, fresh_memory, sign_in
from tests.phone.live import LiveLink
from tests.phone.memory import Memory
from tests.phone.network import Network
from tests.phone.surroundings import real_surroundings
from tests.phone.transport import HttpTransport

TRACKING = "LE7712004"
GULBERG = BranchId("gulberg")
WAIT_S = 40.0


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    home = make_home("journey")
    server = DemoServer(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        remove_home(home)
        (home.parent / f"{home.name}.log").unlink(missing_ok=True)


async def until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not await asyncio.to_thread(what):
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def supervisor_watching(demo: DemoServer, http: httpx.AsyncClient) -> AsyncIterator[Phone]:
    """A desk that pulled once and from then on only listens."""
    around = real_surroundings()
    told = demo.told["supervisor"]
    welcome = await sign_in(http, told["login"], told["password"])
    desk = Phone(fresh_memory(welcome, around), around, HttpTransport(http, welcome.token))
    await desk.sync()
    link = LiveLink(desk, demo.url, welcome.token)
    tasks = [asyncio.create_task(desk.run()), asyncio.create_task(link.run())]
    await link.connected.wait()
    try:
        yield desk
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def record_without_network(phone: Phone, order_id: OrderId) -> None:
    """Confirm, create, pack and dispatch; a try to sync on the way gets nowhere."""
    order = phone.look().orders[order_id]
    lines = [{"order_line_id": line.id, "units": line.current_units} for line in order.lines]
    shipment = {"fulfillment_id": f"trip-{order_id}"}
    phone.record("confirm", {"order_id": order_id})
    phone.record(
        "create_fulfillment",
        shipment | {"order_id": order_id, "branch_id": GULBERG, "lines": lines},
    )
    await phone.sync()
    phone.record("pack", shipment)
    phone.record("dispatch", shipment | {"courier": "leopards", "tracking_number": TRACKING})
    assert phone.look().orders[order_id].status is SmartStatus.DISPATCHED


@pytest.mark.parametrize("killed", ["never", "before the push", "while pushing", "after the push"])
async def test_an_order_packed_without_network_reaches_ledger_store_and_desk(demo, killed):
    around = real_surroundings()
    async with httpx.AsyncClient(base_url=demo.url, timeout=10) as http:
        welcome = await enrol(http, demo.enrol_code("Amna"))
        network = Network(HttpTransport(http, welcome.token))
        phone = Phone(fresh_memory(welcome, around), around, network)
        sku = (await asyncio.to_thread(demo.store, "variants"))["variants"][0]["sku"]
        placed = await asyncio.to_thread(demo.place_order, lines=[{"sku": sku, "quantity": 1}])
        order_id = OrderId(placed["id"].rpartition("/")[2])
        while order_id not in phone.look().orders:
            await phone.sync()
            await asyncio.sleep(0.1)
        variant = phone.look().orders[order_id].lines[0].variant_id
        assert variant is not None
        before = phone.look().stock_of(GULBERG, VariantId(variant)).sellable

        network.cut()
        await record_without_network(phone, order_id)
        phone = Phone(Memory.restored(phone.memory.saved()), around, network)
        assert phone.look().orders[order_id].status is SmartStatus.DISPATCHED
        if killed == "before the push":
            await kill_and_restart(demo)
        async with supervisor_watching(demo, http) as desk:
            network.mend()
            await drain(phone, demo, killed)
            await until(lambda: store_is_told(demo, placed["name"]))
            await until(lambda: desk.rows().orders[order_id].status is SmartStatus.DISPATCHED)

    check_store(demo, placed["name"])
    entries = [e for e in exported(demo) if e.get("order_id") == order_id]
    assert [(e["kind"], e["branch_id"], e["by"]) for e in entries] == [
        ("ship_smart", GULBERG, "amna")
    ]
    assert phone.rows().stock_of(GULBERG, VariantId(variant)).sellable == before - 1
    statuses = [op.answer.status for op in phone.memory.ops if op.answer is not None]
    assert statuses == [ResultStatus.APPLIED] * 4
    assert demo.command("verify")[0]["ok"]


async def kill_and_restart(demo: DemoServer) -> None:
    await asyncio.to_thread(demo.kill)
    await asyncio.to_thread(demo.start)


async def drain(phone: Phone, demo: DemoServer, killed: str) -> None:
    """Sync until every op is answered, with the server killed where the case says."""
    if killed == "while pushing":
        pushing = asyncio.create_task(phone.sync())
        await asyncio.sleep(0.01)
        await kill_and_restart(demo)
        await pushing
    deadline = time.monotonic() + WAIT_S
    while phone.memory.unsent():
        assert time.monotonic() < deadline
        await phone.sync()
        await asyncio.sleep(0.05)
    if killed == "after the push":
        await kill_and_restart(demo)
    await phone.sync()


def store_is_told(demo: DemoServer, name: str) -> bool:
    return demo.store(f"orders/{name[1:]}")["fulfillment_status"] == "FULFILLED"


def check_store(demo: DemoServer, name: str) -> None:
    parcels = demo.store(f"orders/{name[1:]}")["fulfillments"]
    assert [parcel["tracking"][0]["number"] for parcel in parcels] == [TRACKING]
    notices = [n for n in demo.store("notifications")["notifications"] if n["order"] == name]
    assert [n["tracking"] for n in notices] == [[TRACKING]]


def exported(demo: DemoServer) -> list[dict]:
    return [line["entry"] for line in demo.command("export", "ledger", "--shop", "practice")]

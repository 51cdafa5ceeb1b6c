"""What one order meets on its way, in words: people with phones, the store, the ledger, the time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import httpx

from server.db import embedded
from sync_protocol.client_session import Phase
from sync_protocol.ids import BranchId, OrderId, VariantId
from tests.demo_server import DemoServer
from tests.phone.driver import Phone
from tests.phone.letting_in import Welcome, enrol, fresh_memory, sign_in
from tests.phone.live import LiveLink
from tests.phone.memory import Memory
from tests.phone.network import Network
from tests.phone.surroundings import real_surroundings
from tests.phone.transport import HttpTransport, NoAnswer, Transport

SHOP, BRANCH = "practice", BranchId("gulberg")
PATIENCE_S = 60.0
SOON_S = 0.05


async def until(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]],
    what: str,
    within_s: float = PATIENCE_S,
) -> None:
    """Wait for something that must come."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                met = condition()
                if await met if isinstance(met, Awaitable) else met:
                    return
                await asyncio.sleep(SOON_S)
    except TimeoutError:
        raise AssertionError(f"this did not come within {within_s} s: {what}") from None


class Person:
    """Somebody with a phone, on a network of their own."""

    def __init__(self, demo: DemoServer, http: httpx.AsyncClient, welcome: Welcome) -> None:
        self._demo = demo
        self._token = welcome.token
        self._around = real_surroundings()
        self.network = Network(HttpTransport(http, welcome.token))
        self._through: Transport = self.network
        self.phone = Phone(fresh_memory(welcome, self._around), self._around, self.network)

    def reopen(self, through: Transport | None = None) -> None:
        """Close the app and open it again: what was saved is all there is."""
        self._through = through or self._through
        memory = Memory.restored(self.phone.memory.saved())
        self.phone = Phone(memory, self._around, self._through)

    async def sync(self) -> None:
        """Sync until all is sent and the loop rests."""

        async def quiet() -> bool:
            return await self.phone.sync() is Phase.IDLE and not self.phone.memory.unsent()

        await until(quiet, "an answer from the server")

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[LiveLink]:
        """Leave the app open, with its live channel."""
        link = LiveLink(self.phone, self._demo.url, self._token)
        tasks = [asyncio.create_task(self.phone.run()), asyncio.create_task(link.run())]
        try:
            yield link
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class Journey:
    """One order's way through a running demo."""

    def __init__(self, demo: DemoServer, http: httpx.AsyncClient) -> None:
        self.demo = demo
        self._http = http
        self.order_id = OrderId("")
        self.order_name = ""
        self.variant = VariantId("")
        self.fulfillment_id = real_surroundings().new_id()
        self.tracking = f"TCS{self.fulfillment_id[-10:]}"

    # People

    async def amna(self) -> Person:
        """Open a new phone of Amna, who works at Gulberg."""
        (invited,) = await self.command("enrol", "--shop", SHOP, "amna")
        return Person(self.demo, self._http, await enrol(self._http, invited["enrol_code"]))

    async def saad(self) -> Person:
        """Sign Saad in, the supervisor."""
        login = self.demo.told["supervisor"]
        welcome = await sign_in(self._http, login["login"], login["password"])
        return Person(self.demo, self._http, welcome)

    # The store

    async def place_order(self, phone: Phone) -> None:
        """Let a customer order one unit of something that the branch has."""
        held = phone.rows().stock
        self.variant = next(
            variant
            for (branch, variant), stock in sorted(held.items())
            if branch == BRANCH and stock.sellable - stock.reserved >= 2
        )
        lines = [{"variant": int(self.variant), "quantity": 1}]
        order = await asyncio.to_thread(self.demo.place_order, lines=lines)
        self.order_name = order["name"]
        self.order_id = OrderId(order["id"].rpartition("/")[2])

    async def order_in_store(self) -> dict:
        return await asyncio.to_thread(self.demo.store, f"orders/{self.order_name[1:]}")

    async def is_fulfilled(self) -> bool:
        return any(f["by"] == "app" for f in (await self.order_in_store())["fulfillments"])

    async def notifications(self) -> list[dict]:
        told = await asyncio.to_thread(self.demo.store, "notifications")
        return [
            n
            for n in told["notifications"]
            if n["order"] == self.order_name and n["kind"] == "shipped"
        ]

    # The work

    def confirm_pack_and_send(self, phone: Phone) -> None:
        """Do all that a branch does for the order, with or without a network."""
        order = phone.look().orders[self.order_id]
        named = {"fulfillment_id": self.fulfillment_id}
        lines = [
            {"order_line_id": line.id, "units": line.current_units}
            for line in order.lines
            if line.ships
        ]
        phone.record("confirm", {"order_id": self.order_id})
        phone.record(
            "create_fulfillment",
            named | {"order_id": self.order_id, "branch_id": BRANCH, "lines": lines},
        )
        phone.record("pack", named)
        phone.record("dispatch", named | {"courier": "tcs", "tracking_number": self.tracking})

    def sellable(self, phone: Phone) -> int:
        """Return the units of the ordered thing as the phone shows them."""
        return phone.look().stock_of(BRANCH, self.variant).sellable

    # The end

    async def check_outcome(self, phone: Phone, sellable_before: int) -> None:
        """One ledger entry, one unit less, one shipment in the store with our number, one message to the customer."""
        shipment = phone.rows().fulfillments[self.fulfillment_id]
        assert shipment.state == "dispatched"
        assert {op.answer.status for op in phone.memory.ops if op.answer} == {"applied"}
        assert list(phone.memory.overlay()) == []
        ledger = await self.command("export", "ledger", "--shop", SHOP, "--branch", BRANCH)
        entries = [e["entry"] for e in ledger]
        ours = [e for e in entries if e.get("fulfillment_id") == self.fulfillment_id]
        assert [e["kind"] for e in ours] == ["ship_smart"]
        assert self.sellable(phone) == sellable_before - 1
        balance = sum(
            leg["units"]
            for entry in entries
            for leg in entry["legs"]
            if (leg["account"], leg["variant_id"]) == ("sellable", self.variant)
        )
        assert balance == sellable_before - 1
        (verdict,) = await self.command("verify")
        assert verdict["ok"], verdict
        await self._check_store()

    async def _check_store(self) -> None:
        await until(self.is_fulfilled, "the shipment in the store")
        (made,) = (await self.order_in_store())["fulfillments"]
        assert (made["by"], made["status"]) == ("app", "SUCCESS")
        assert [t["number"] for t in made["tracking"]] == [self.tracking]
        assert len(await self.notifications()) == 1

    async def command(self, *words: str) -> list[dict]:
        """Run a `rawana` command on the demo's home."""
        return await asyncio.to_thread(self.demo.command, *words)

    # Accidents

    async def kill_and_restart(self) -> None:
        """SIGKILL the server, with the store in it, and start it again on the same home and port."""
        self.demo.kill()
        await asyncio.to_thread(self.demo.start)

    async def let_minutes_pass(self) -> None:
        """What the outbox waits for after a worker died comes as if three minutes had gone by."""
        address = await asyncio.to_thread(embedded.start, self.demo.home)
        connection = await asyncpg.connect(address.dsn)
        try:
            await connection.execute(
                "UPDATE outbox SET lease_until = greatest(0, lease_until - 180000), run_at = run_at - 180000"
            )
        finally:
            await connection.close()


class KillingTransport:
    """Kills the server a moment after the `nth` push has been sent, answer or not."""

    def __init__(self, inner: Transport, demo: DemoServer, after_s: float) -> None:
        self._inner = inner
        self._demo = demo
        self._after_s = after_s
        self.has_killed = False

    async def post(self, path: str, body: bytes):
        if path != "/sync/push" or self.has_killed:
            return await self._inner.post(path, body)
        sending = asyncio.create_task(self._inner.post(path, body))
        await asyncio.wait([sending], timeout=self._after_s)
        self.has_killed = True
        self._demo.kill()
        with contextlib.suppress(NoAnswer):
            await sending
        raise NoAnswer("the server was killed")


@contextlib.asynccontextmanager
async def journey_on(demo: DemoServer) -> AsyncIterator[Journey]:
    async with httpx.AsyncClient(base_url=demo.url) as http:
        yield Journey(demo, http)

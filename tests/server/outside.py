"""A practice store beside a shop, in this process, with the worker's two jobs driven by hand."""

import contextlib
from collections.abc import AsyncIterator, Callable

import httpx
import msgspec

from server.connecting.checking import Checker
from server.connecting.keeping_tokens import Keeper
from server.db import shops, stores
from server.db.store_imports import StoreImport, imports_of
from server.db.stores import ShopifyConnection
from server.intake.importing import advance_imports
from server.intake.inbox import work_off_news
from server.intake.reading import Reader
from server.intake.sweeping import sweep
from server.outbox.carrying_out import Carrier, carry_out_due
from server.practice_store.app import asgi_app
from server.practice_store.faults import ApiFault
from server.practice_store.orders import Order
from server.practice_store.store import PracticeStore
from server.shopify.clients import Clients
from server.shopify.store import list_variants
from server.shopify.translate import seen_variant
from server.worker import Worker
from tests.server.books import rows_of
from tests.server.retail import LAHORE, SECRET, Retail
from tests.server.test_webhooks import deliver
from tests.shopify.practice import LOCAL, TOKEN, client_to, new_store, some_lines


class BreakingTransport(httpx.ASGITransport):
    """Without sockets a connection cannot break by itself: an answer that never comes is taken for that."""

    def __init__(self, app: object) -> None:
        super().__init__(app)
        self.asked: list[str] = []
        self.on_call: Callable[[], None] = lambda: None
        self.rewrite: Callable[[str, dict], dict] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.on_call()
        if request.method == "POST":
            asked = msgspec.json.decode(await request.aread())
            self.asked.append(asked.get("operationName", ""))
        try:
            answer = await super().handle_async_request(request)
        except AssertionError as error:
            raise httpx.ReadError("the connection broke") from error
        if self.rewrite is None or request.method != "POST":
            return answer
        told = self.rewrite(self.asked[-1], msgspec.json.decode(await answer.aread()))
        return httpx.Response(answer.status_code, content=msgspec.json.encode(told))


class Outside:
    """The store, and the worker that stands between it and the shop."""

    def __init__(
        self,
        retail: Retail,
        store: PracticeStore,
        http: httpx.AsyncClient,
        transport: BreakingTransport,
    ) -> None:
        self.retail = retail
        self.store = store
        self.transport = transport
        clock = retail.server.clock
        keeper = Keeper(retail.server.database, retail.server.vault, clock)
        clients = Clients(http, lambda: clock.now_ms / 1000, keeper)
        database, live = retail.server.database, retail.server.live
        self.reader = Reader(database=database, live=live, clients=clients, clock=clock)
        self.carrier = Carrier(database=database, live=live, clients=clients, clock=clock)
        self.client = client_to(store, http)

    def calls(self, operation: str) -> list[str]:
        """The calls of that name that the store has got."""
        return [name for name in self.transport.asked if name == operation]

    async def webhook(self, body: bytes, topic: str) -> httpx.Response:
        """Deliver a signed webhook as it is."""
        event = f"{topic}-{self.retail.server.clock()}"
        return await deliver(self.retail, body, X_Shopify_Topic=topic, X_Shopify_Event_Id=event)

    def place(self, units: int = 1, *, paid: bool = True, **more: object) -> Order:
        return self.store.place_order(some_lines(self.store, 1, units), paid=paid, **more)

    async def tell_of(self, order: Order, topic: str = "orders/create", event: str = "e") -> None:
        """Deliver the store's signed webhook about an order."""
        body = msgspec.json.encode({"id": order.number, "admin_graphql_api_id": order.id})
        answer = await deliver(
            self.retail,
            body,
            X_Shopify_Topic=topic,
            X_Shopify_Event_Id=f"{event}-{order.number}-{self.retail.server.clock()}",
        )
        assert answer.status_code == 200

    async def read(self) -> int:
        return await self.read_with(self.reader)

    async def read_with(self, reader: Reader) -> int:
        """Read what is due, by another worker than ours where one is given."""
        return await work_off_news(reader)

    async def take_over(self, order: Order) -> str:
        """Tell of an order and read it; return its id here."""
        await self.tell_of(order)
        await self.read()
        return str(order.number)

    async def sweep(self) -> int:
        """Let the worker sweep and read what that found; return how many orders the store named."""
        found = await sweep(self.reader, await self.connected())
        while await self.read():
            pass
        return found

    def worker(self) -> Worker:
        """The worker itself, for what none of its parts does alone."""
        server = self.retail.server
        checker = Checker(
            database=server.database,
            clients=self.reader.clients,
            vault=server.vault,
            clock=server.clock,
        )
        return Worker(self.reader, self.carrier, checker)

    async def connected(self) -> ShopifyConnection:
        async with self.retail.server.database.connection() as connection:
            (connected,) = await stores.store_connections(connection)
        return connected

    async def import_all(self, steps: int = 40) -> list[StoreImport]:
        """Let the worker bring every import to its end, as time passes; return where they ended."""
        for _ in range(steps):
            await advance_imports(self.reader)
            self.retail.server.clock.pass_ms(5_000)
            ended = await self.imports()
            if all(one.is_over for one in ended):
                return ended
        raise AssertionError(ended)

    async def imports(self) -> list[StoreImport]:
        async with self.retail.server.database.connection() as connection:
            return await imports_of(connection, self.retail.id)

    async def carry_out(self, *, patiently: bool = True) -> None:
        """Let the worker work until nothing is due, as time passes."""
        for _ in range(8):
            while await carry_out_due(self.carrier):
                pass
            if not patiently:
                return
            self.retail.server.clock.pass_ms(130_000)

    async def dispatched(self, order: Order, fulfillment_id: str = "f1", **more: object) -> list:
        """Create, pack and dispatch all of an order at Lahore; return the results."""
        device = await self.retail.device("amna")
        lines = [
            {"order_line_id": str(line.number), "units": line.quantity} for line in order.line_items
        ]
        created = {
            "fulfillment_id": fulfillment_id,
            "order_id": str(order.number),
            "branch_id": LAHORE,
            "lines": lines,
        }
        sent = {"fulfillment_id": fulfillment_id, "courier": "tcs", "tracking_number": "7712"}
        device.add("create_fulfillment", created)
        device.add("pack", {"fulfillment_id": fulfillment_id})
        device.add("dispatch", sent | more)
        return await device.push()

    def fault(
        self, kind: str, operation: str | None = None, times: int = 1, **more: object
    ) -> None:
        self.store.api_faults.coming.append(
            ApiFault(kind=kind, operation=operation, times=times, **more)
        )

    async def state(self, fulfillment_id: str = "f1") -> tuple[str, str | None]:
        """Return what Shopify knows of a shipment as our row has it, and the error there."""
        (row,) = await rows_of(
            self.retail, "SELECT body::text FROM fulfillment WHERE id = $1", fulfillment_id
        )
        body = msgspec.json.decode(row["body"])
        return body["shopify_state"], body["shopify_error"]

    def shipments(self, order: Order) -> list:
        """Return the store's own shipments of an order that stand."""
        made = self.store.state.orders[order.number].shipments
        return [one for one in made if one.status == "SUCCESS"]


@contextlib.asynccontextmanager
async def practice_beside(retail: Retail, **settings: object) -> AsyncIterator[Outside]:
    named = {"domain": retail.domain, "client_secret": SECRET, "access_token": TOKEN}
    store = new_store(retail.server.clock, **(named | settings))
    transport = BreakingTransport(asgi_app(store))
    async with httpx.AsyncClient(transport=transport) as http:
        outside = Outside(retail, store, http, transport)
        await retail.connect_store(LOCAL, TOKEN)
        page = await list_variants(outside.client, None, first=3)
        goods = [seen_variant(node) for node in page.nodes]
        async with retail.server.database.transaction() as connection:
            await shops.store_variants(connection, retail.id, goods, retail.server.clock())
        owner = await retail.device("zainab")
        lines = [{"variant_id": variant.id, "units": 20} for variant in goods]
        await owner.do("opening_stock", {"branch_id": LAHORE, "lines": lines})
        yield outside
    store.close()

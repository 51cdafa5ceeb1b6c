"""A retailer on a running server, in this process: branches, people, goods, orders, and phones to work with."""

import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import msgspec

from server.accounts.attempts import Attempts
from server.accounts.letting_in import invite
from server.app import Front, make_api
from server.beside import Beside
from server.connecting.changing import Connecting, connect
from server.connecting.checking import Checker
from server.connecting.keeping_tokens import Keeper
from server.db import shops
from server.db.epochs import read_history
from server.db.pool import Database
from server.db.shops import Shop
from server.db.stores import ShopifyConnection
from server.routes.house import House
from server.routes.static_files import StaticFiles
from server.settings import Settings
from server.shopify.clients import Clients
from server.shopify.grants import App
from server.sync.live import Live
from server.sync.news import Told, tell
from server.vault import Vault
from sync_protocol.bodies.store_news import SeenLine, ShopifyOrder
from sync_protocol.canonical import canonical, digest_base64, digest_hex
from sync_protocol.ids import BranchId, OpId, OrderId, OrderLineId, ShopId, StaffId, VariantId
from sync_protocol.ops import OpKind
from sync_protocol.orders import Contact
from sync_protocol.shop import Branch, Policy, Role, Staff, Variant
from tests.phone.driver import Phone
from tests.phone.letting_in import enrol, fresh_memory
from tests.phone.memory import Memory
from tests.phone.network import Network
from tests.phone.surroundings import seeded_surroundings
from tests.phone.transport import HttpTransport

START_MS = 1_795_420_800_000  # 2026-11-23T08:00:00Z
LAHORE, KARACHI = BranchId("lhr"), BranchId("khi")
KURTA, SHOE, SHAWL = VariantId("501"), VariantId("502"), VariantId("503")
VARIANTS = (KURTA, SHOE, SHAWL)
PASSWORD = "correct horse battery"
SECRET = "hush"
KEY = "bm90IGEgc2VjcmV0LCBhIGtleSBvZiB0aGUgdGVzdHM="
APP = App(client_id="rawana-client-id", client_secret="shpss_0123456789abcdef0123456789abcdef")
PEOPLE = {
    "zainab": (Role.OWNER, ()),
    "saad": (Role.SUPERVISOR, ()),
    "hira": (Role.OPERATOR, ()),
    "amna": (Role.BRANCH, (LAHORE,)),
    "asma": (Role.BRANCH, (LAHORE,)),
    "bilal": (Role.BRANCH, (KARACHI,)),
    "nasreen": (Role.RECORDER, (LAHORE,)),
    "imran": (Role.RIDER, (LAHORE,)),
    "maryam": (Role.CALLER, ()),
    "usman": (Role.VIEWER, ()),
}


class Clock:
    """Time that passes a little at each look, and as far as a test likes."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        self.now_ms += 1
        return self.now_ms

    def pass_ms(self, ms: int) -> None:
        self.now_ms += ms


class Server:
    """The whole app on a database, without sockets."""

    def __init__(
        self, database: Database, clock: Clock, epoch: str, beside: Beside | None = None
    ) -> None:
        self.database = database
        self.clock = clock
        self.live = Live(database)
        self.attempts = Attempts()
        self.woken = 0
        self.vault = Vault.of(Settings(home=Path("nowhere"), secret_key=KEY))
        keeper = Keeper(database, self.vault, clock)
        self.outside = httpx.AsyncClient(transport=httpx.MockTransport(self._answer_outside))
        self.answering: Callable[[httpx.Request], Awaitable[httpx.Response]] | None = None
        self.clients = Clients(self.outside, lambda: clock.now_ms / 1000, keeper)
        self.checker = Checker(
            database=database, clients=self.clients, vault=self.vault, clock=clock
        )
        self.house = house = House(
            database=database,
            live=self.live,
            clock=clock,
            attempts=self.attempts,
            wake_worker=self._wake,
            beside=beside,
            checker=self.checker,
            app=APP,
            public_url="https://rawana.test",
        )
        self.front = Front(make_api(house), StaticFiles(Path("nowhere")), lambda: epoch)
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.front, raise_app_exceptions=False),
            base_url="http://rawana.test",
        )

    async def _answer_outside(self, request: httpx.Request) -> httpx.Response:
        """What lies outside the house answers as a test says; nothing is there by itself."""
        if self.answering is None:
            raise httpx.ConnectError("nobody is there")
        return await self.answering(request)

    def _wake(self) -> None:
        self.woken += 1

    async def post(
        self, path: str, body: object = None, token: str | None = None, **headers: str
    ) -> httpx.Response:
        """Post JSON, or bytes as they are."""
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        sent = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        return await self.http.post(path, content=content, headers=sent)


async def started_server(
    database: Database, clock: Clock | None = None, beside: Beside | None = None
) -> Server:
    async with database.connection() as connection:
        history = await read_history(connection)
    return Server(database, clock or Clock(), history.epoch, beside)


class Retail:
    """One shop of a server. Two of them may carry the same Shopify ids."""

    def __init__(self, server: Server, shop_id: str = "acme") -> None:
        self.server = server
        self.id = ShopId(shop_id)
        self.domain = f"{shop_id}.myshopify.com"
        self._serial = itertools.count(1)

    async def set_up(self, policy: Policy | None = None, units: int = 10) -> None:
        """Make branches, people and goods, with `units` of each variant at each branch."""
        shop = Shop(id=self.id, name=self.id, domain=self.domain, policy=policy or Policy())
        now = self.server.clock()
        async with self.server.database.transaction() as connection:
            await shops.create_shop(connection, shop, now)
            for branch in (LAHORE, KARACHI):
                await shops.create_branch(
                    connection, self.id, Branch(id=branch, name=branch.upper()), now
                )
            for staff in self.people.values():
                await shops.create_staff(
                    connection, self.id, staff, login=None, password_hash=None, now=now
                )
            goods = [Variant(id=v, title=f"Thing {v}") for v in VARIANTS]
            await shops.store_variants(connection, self.id, goods, now)
        if units:
            await self._count_in(units)

    async def _count_in(self, units: int) -> None:
        owner = await self.device("zainab")
        lines = [{"variant_id": v, "units": units} for v in VARIANTS]
        for branch in (LAHORE, KARACHI):
            owner.add("opening_stock", {"branch_id": branch, "lines": lines})
        results = await owner.push()
        assert [r["status"] for r in results] == ["applied", "applied"], results

    @property
    def people(self) -> dict[str, Staff]:
        return {
            name: Staff(id=StaffId(name), name=name.title(), role=role, branch_ids=branches)
            for name, (role, branches) in PEOPLE.items()
        }

    async def connect_store(
        self, url: str, token: str, secret: str = SECRET, **more: str
    ) -> ShopifyConnection:
        wanted = Connecting(
            shop_id=self.id, admin_url=url, token=token, webhook_secret=secret, **more
        )
        async with self.server.database.connection() as connection:
            return await connect(connection, self.server.vault, wanted, START_MS)

    async def code(self, person: str, life_ms: int = 600_000) -> str:
        async with self.server.database.transaction() as connection:
            return await invite(connection, self.id, StaffId(person), self.server.clock(), life_ms)

    async def order(
        self,
        order_id: str = "900",
        *,
        units: tuple[int, ...] = (1,),
        cod: bool = False,
        **changes: object,
    ) -> dict:
        """Let the store tell of an order with `units` of each variant in turn; return its result."""
        lines = tuple(
            SeenLine(
                id=OrderLineId(f"{order_id}{place}"),
                variant_id=VARIANTS[place],
                title=f"Thing {place}",
                ordered_units=count,
                current_units=count,
                unit_paisa=250_000,
            )
            for place, count in enumerate(units)
        )
        total = sum(line.unit_paisa * line.current_units for line in lines)
        reading = ShopifyOrder(
            id=OrderId(order_id),
            gid=f"gid://shopify/Order/{order_id}",
            name=f"#{order_id}",
            placed_at=START_MS,
            updated_at=START_MS,
            financial_status="pending" if cod else "paid",
            cod=cod,
            total_paisa=total,
            outstanding_paisa=total if cod else 0,
            contact=Contact(name="Ayesha Khan", phone="923001234567", address="House 1"),
            lines=lines,
        )
        return await self.news(msgspec.structs.replace(reading, **changes))

    async def news(self, reading: ShopifyOrder) -> dict:
        digest = digest_hex(canonical(reading))[:24]
        told = Told(
            id=OpId(f"order-{reading.id}-{digest}"), kind=OpKind.SHOPIFY_ORDER, body=reading
        )
        server = self.server
        applied = await tell(server.database, server.live, self.id, told, server.clock())
        return msgspec.json.decode(applied.results[0])

    async def device(self, person: str) -> "Device":
        welcome = await enrol(self.server.http, await self.code(person))
        return Device(self.server, welcome.device_id, welcome.token, person)

    async def phone(self, person: str, *, wrap: Callable[..., Network] = Network) -> "Held":
        welcome = await enrol(self.server.http, await self.code(person))
        around = seeded_surroundings(f"{self.id}/{person}/{next(self._serial)}", self.server.clock)
        network = wrap(HttpTransport(self.server.http, welcome.token))
        memory = fresh_memory(welcome, around)
        return Held(Phone(memory, around, network), network, around, welcome.token)


class Held:
    """A phone in somebody's hand, with the network it is on."""

    def __init__(self, phone: Phone, network: Network, around, token: str) -> None:
        self.phone = phone
        self.network = network
        self.around = around
        self.token = token

    def restarted(self) -> "Held":
        """The app was killed and opened again: only what was saved is left."""
        memory = Memory.restored(self.phone.memory.saved())
        return Held(Phone(memory, self.around, self.network), self.network, self.around, self.token)

    def restored(self, saved: bytes) -> "Held":
        memory = Memory.restored(saved)
        return Held(Phone(memory, self.around, self.network), self.network, self.around, self.token)


class Device:
    """A device that speaks the protocol by hand, for what a good phone would never send."""

    def __init__(self, server: Server, device_id: str, token: str, person: str) -> None:
        self.server = server
        self.id = device_id
        self.token = token
        self.person = person
        self.incarnation = "k1"
        self.n = 0
        self.prev: str | None = None
        self.waiting: list[bytes] = []
        self.results: list[dict] = []
        self._serial = itertools.count(1)

    def op(self, kind: str, body: object, **envelope: object) -> bytes:
        """Write the log's next op; what is given in `envelope` wins, and a field given as `...` is left out."""
        self.n += 1
        op = {
            "id": f"{self.id[-12:]}-{self.incarnation}-{next(self._serial)}",
            "n": self.n,
            "prev": self.prev,
            "kind": kind,
            "v": 1,
            "by": self.person,
            "at": self.server.clock(),
            "body": body,
        } | envelope
        raw = msgspec.json.encode({k: v for k, v in op.items() if v is not ...})
        self.prev = digest_base64(raw)
        return raw

    def add(self, kind: str, body: object, **envelope: object) -> str:
        """Write an op for the next push; return its id."""
        raw = self.op(kind, body, **envelope)
        self.waiting.append(raw)
        return msgspec.json.decode(raw).get("id", "")

    def raw(self, text: bytes | str) -> None:
        """Put bytes in the next op's place; they use up a number."""
        self.n += 1
        self.prev = None
        self.waiting.append(text.encode() if isinstance(text, str) else text)

    def body(self, ops: list[bytes] | None = None, **more: object) -> bytes:
        ops = self.waiting if ops is None else ops
        request = {"incarnation": self.incarnation} | more
        head = msgspec.json.encode(request)
        return head[:-1] + b',"ops":[' + b",".join(ops) + b"]}"

    async def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        return await self.server.post(path, {} if body is None else body, self.token, **headers)

    async def push(self, **more: object) -> list[dict]:
        """Push what waits; return the results."""
        ops, self.waiting = self.waiting, []
        answer = await self.post("/sync/push", self.body(ops, **more))
        assert answer.status_code == 200, answer.text
        self.results = answer.json()["results"]
        assert len(self.results) == len(ops)
        return self.results

    async def do(self, kind: str, body: object, **envelope: object) -> dict:
        """Record and push one op; return its result."""
        self.add(kind, body, **envelope)
        return (await self.push())[-1]

    async def pull(self, **request: object) -> dict:
        answer = await self.post("/sync/pull", request)
        assert answer.status_code == 200, answer.text
        return answer.json()

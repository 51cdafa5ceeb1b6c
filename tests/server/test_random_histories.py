"""Random histories of several phones on a bad network, with the store's news between: the books hold after every step."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from server.db.address import DatabaseAddress
from server.db.pool import Database
from sync_protocol.fulfillments import Fulfillment, FulfillmentState
from sync_protocol.ops import OpClass, kind_rule
from sync_protocol.orders import Order
from sync_protocol.replica import Replica
from tests.conftest import run_on
from tests.phone.network import Fault
from tests.server.books import findings, rows_of
from tests.server.retail import START_MS, Device, Held, Retail, Server, started_server
from tests.server.test_pulling import DENSITY, LOG_EVERY_VERSION, catch_up

PHONES = ("amna", "asma", "bilal", "hira", "saad")
ORDERS = ("900", "901")
SHIPMENTS = ("f0", "f1", "f2", "f3")
BRANCHES = ("lhr", "khi")
NAME = "random_histories"


class Did(Struct, frozen=True):
    """A person recorded something."""

    phone: int
    kind: str
    shipment: str
    order: str
    branch: str
    units: int


class Synced(Struct, frozen=True):
    """A phone talked, on a network with these faults; `killed`: its app was restarted before."""

    phone: int
    faults: tuple[Fault | None, ...]
    killed: bool


class Told(Struct, frozen=True):
    """The store showed an order, at the `turn`-th second of the day."""

    order: str
    turn: int
    units: int
    cancelled: bool


COMMON = ("create_fulfillment", "pack", "pack", "unpack", "dispatch", "manual_fulfillment") * 4
KINDS = (*COMMON, "confirm", "deliver", "deliver", "weigh")
RARELY = (*[False] * 11, True)
phone = st.integers(0, len(PHONES) - 1)
did = st.builds(
    Did,
    phone,
    st.sampled_from(KINDS),
    st.sampled_from(SHIPMENTS),
    st.sampled_from(ORDERS),
    st.sampled_from(BRANCHES),
    st.integers(1, 3),
)
fault = st.sampled_from([None, None, *Fault])
synced = st.builds(Synced, phone, st.lists(fault, max_size=4).map(tuple), st.booleans())
told = st.builds(
    Told, st.sampled_from(ORDERS), st.integers(1, 9), st.integers(0, 3), st.sampled_from(RARELY)
)
histories = st.lists(st.one_of(did, did, did, synced, told), min_size=15, max_size=40)


class Play:
    """One history on a shop of its own."""

    def __init__(self, retail: Retail) -> None:
        self.retail = retail
        self.held: list[Held] = []

    async def begin(self) -> None:
        await self.retail.set_up(units=3)
        for order in ORDERS:
            await self.retail.order(order, units=(2, 1), cod=order == ORDERS[0])
        for branch, shipment in zip(BRANCHES, SHIPMENTS, strict=False):
            await self._ship(shipment, branch)
        self.held = [await self.retail.phone(person) for person in PHONES]
        for held in self.held:
            await held.phone.sync()

    async def _ship(self, shipment: str, branch: str) -> None:
        """Let there be a shipment that everybody finds in the rows."""
        device = await self.retail.device("hira")
        lines = [{"order_line_id": "9010", "units": 1}]
        made = {"fulfillment_id": shipment, "order_id": "901", "branch_id": branch}
        result = await device.do("create_fulfillment", made | {"lines": lines})
        assert result["status"] == "applied"

    async def step(self, step: Did | Synced | Told) -> None:
        match step:
            case Did():
                self.held[step.phone].phone.record(step.kind, body_of(step))
            case Synced():
                await self._sync(step)
                await self._check(self.held[step.phone])
            case Told():
                await self._tell(step)

    async def _sync(self, step: Synced) -> None:
        held = self.held[step.phone]
        if step.killed:
            held = self.held[step.phone] = held.restarted()
        held.network.coming.clear()
        held.network.coming.extend(step.faults)
        await held.phone.sync()

    async def _tell(self, step: Told) -> None:
        await self.retail.order(
            step.order,
            units=(step.units, 1),
            cod=step.order == ORDERS[0],
            updated_at=START_MS + step.turn * 1_000,
            cancelled_at=START_MS if step.cancelled else None,
        )

    async def end(self) -> None:
        """Mend every network: all that was recorded gets its answer, and then nobody has anything to say."""
        for held in self.held:
            held.network.coming.clear()
            held.phone._around.clock.pass_ms(120_000)
            while await held.phone.sync() != "idle":
                pass
        for held in self.held:
            await held.phone.sync()
            await self._check(held)
            self._check_answers(held)
        ids = [op.id for held in self.held for op in held.phone.memory.ops]
        kept = Counter(
            row["id"]
            for row in await rows_of(
                self.retail, "SELECT id FROM op WHERE shop_id = $1", self.retail.id
            )
        )
        assert all(kept[op] == 1 for op in ids)

    def _check_answers(self, held: Held) -> None:
        assert list(held.phone.memory.overlay()) == []
        for op in held.phone.memory.ops:
            kind = msgspec.json.decode(op.text)["kind"]
            rule = kind_rule(kind)
            if rule is None or rule.op_class is OpClass.FACT:
                assert op.answer.status != "refused"

    async def _check(self, held: Held) -> None:
        """The books are right, and this phone has what a new phone of the same person would be given."""
        assert await findings(self.retail) == []
        await self._check_orders()
        assert await rows_of(self.retail, NEGATIVE_OUT, self.retail.id) == []
        for row in await rows_of(self.retail, DENSITY_OF_SHOP, self.retail.id):
            assert row["counted"] == row["span"], row
        if held.phone.phase == "idle":
            anew = Replica(cursors={}, rows={})
            await catch_up(Device(self.retail.server, "", held.token, ""), anew)
            assert held.phone.memory.replica == anew

    async def _check_orders(self) -> None:
        """What is pending is the sum over pending shipments, and the row of each order says so."""
        pending: Counter[str] = Counter()
        for row in await self._bodies("fulfillment"):
            shipment = msgspec.json.decode(row, type=Fulfillment)
            if shipment.state is FulfillmentState.PENDING:
                pending.update({line.order_line_id: line.units for line in shipment.lines})
        for row in await self._bodies("customer_order"):
            order = msgspec.json.decode(row, type=Order)
            for line in order.lines:
                assert line.pending_units == pending[line.id], (order.name, line.id)
                assert line.out_units >= 0

    async def _bodies(self, table: str) -> list[str]:
        sql = f"SELECT body::text FROM {table} WHERE shop_id = $1"
        return [row["body"] for row in await rows_of(self.retail, sql, self.retail.id)]


NEGATIVE_OUT = """
    SELECT account, sum(units) FROM ledger_leg WHERE shop_id = $1 AND account LIKE 'out/%'
    GROUP BY account HAVING sum(units) < 0
"""
DENSITY_OF_SHOP = DENSITY.replace(
    "s.name = l.stream", "s.name = l.stream AND s.shop_id = l.shop_id"
)
DENSITY_OF_SHOP = DENSITY_OF_SHOP.replace("GROUP BY", "WHERE l.shop_id = $1 GROUP BY")


def body_of(step: Did) -> dict[str, object]:
    lines = [{"order_line_id": f"{step.order}0", "units": step.units}]
    if step.units == 3:
        lines = [{"order_line_id": f"{step.order}{place}", "units": 1} for place in (0, 1)]
    named = {"fulfillment_id": step.shipment}
    match step.kind:
        case "confirm" | "weigh":
            return {"order_id": step.order}
        case "create_fulfillment" | "manual_fulfillment":
            manual = {"fulfillment_id": "m" + step.shipment} if step.kind[0] == "m" else named
            return manual | {"order_id": step.order, "branch_id": step.branch, "lines": lines}
        case "dispatch":
            return named | {"courier": "tcs", "tracking_number": step.branch}
        case "pack" if step.units == 2:
            return named | {"lines": lines}
        case _:
            return named


@pytest.fixture
def stage(postgres: DatabaseAddress, template: str) -> Iterator[tuple[asyncio.Runner, Server]]:
    """A server on a database that logs every version it gives, in an event loop that outlives each example."""
    address = msgspec.structs.replace(postgres, database=NAME)
    with asyncio.Runner() as runner:
        runner.run(run_on(postgres, f"CREATE DATABASE {NAME} TEMPLATE {template}"))
        runner.run(run_on(address, LOG_EVERY_VERSION))
        database = Database(address)
        runner.run(database.open())
        server = runner.run(started_server(database))
        yield runner, server
        runner.run(server.http.aclose())
        runner.run(database.close())
        runner.run(run_on(postgres, f"DROP DATABASE {NAME} WITH (FORCE)"))


_serial = itertools.count(1)


def test_the_books_hold_after_every_step_of_any_history(stage):
    runner, server = stage

    async def play(history: list[Did | Synced | Told]) -> None:
        played = Play(Retail(server, f"shop-{next(_serial)}"))
        await played.begin()
        for step in history:
            await played.step(step)
        await played.end()

    @settings(
        max_examples=40,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    @given(histories)
    def any_history(history: list[Did | Synced | Told]) -> None:
        runner.run(play(history))

    any_history()

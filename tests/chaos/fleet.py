"""Phones in people's hands, each on a network of its own, with the auditor looking over every shoulder."""

import asyncio
import time
from collections.abc import Sequence

import httpx

from server.db.address import DatabaseAddress
from sync_protocol.client_session import Phase
from sync_protocol.ids import BranchId, OpId
from sync_protocol.shop import Staff
from tests.chaos.auditor import Auditor, Overheard
from tests.chaos.hands import Hands
from tests.chaos.proving import differences
from tests.chaos.proxy import Conditions, Link, Tally
from tests.chaos.retailer import Order, Retailer, code_for
from tests.phone.driver import Phone
from tests.phone.letting_in import enrol, fresh_memory
from tests.phone.memory import Memory
from tests.phone.surroundings import real_surroundings
from tests.phone.transport import HttpTransport

JOURNAL_OPS = 300
"""Answered ops that a phone keeps here: enough for every recovery, few enough to stay quick through long runs."""

SOON_S = 0.02
LEVEL_S = 60.0


class Carrier:
    """A person with a phone."""

    def __init__(
        self,
        memory: Memory,
        transport: Overheard,
        hands: Hands | None,
        link: Link,
        http: httpx.AsyncClient,
        auditor: Auditor,
    ) -> None:
        self.around = real_surroundings()
        self.phone = Phone(memory, self.around, transport)
        self.heard = transport
        self.link = link
        self._hands = hands
        self._http = http
        self._auditor = auditor
        self.recorded = 0

    def record(self, count: int = 1, **envelope: object) -> None:
        """Do the next ops of the day; each is shown as saved when this returns."""
        assert self._hands is not None
        for _ in range(count):
            self.do(*self._hands.next_step(self.phone.memory.replica), **envelope)

    def do(self, kind: str, body: dict, **envelope: object) -> OpId:
        """Do this one thing."""
        op_id = self.phone.record(kind, body, **envelope)
        self._auditor.note_saved(self.phone.memory.device_id, self.phone.memory.ops[-1].text)
        self.recorded += 1
        return op_id

    async def sync(self) -> bool:
        """Talk until the loop rests; whether all is sent and nothing is left to fetch."""
        phase = await self.phone.sync()
        self.shorten_journal()
        return phase is Phase.IDLE and not self.phone.memory.unsent()

    def shorten_journal(self) -> None:
        """Forget answered ops that the rows show, as a phone does after a while."""
        ops = self.phone.memory.ops
        if len(ops) > 2 * JOURNAL_OPS:
            old = [op for op in ops[:-JOURNAL_OPS] if op.result is None or op.open]
            self.phone.memory.ops = old + ops[-JOURNAL_OPS:]

    async def sync_to_the_end(self, within_s: float = 60.0) -> None:
        """Sync until all is sent, however often it takes."""
        deadline = time.monotonic() + within_s
        while not await self.sync():
            assert time.monotonic() < deadline, f"{self.phone.memory.staff.id} cannot send its ops"
            await asyncio.sleep(SOON_S)

    def reopen(self) -> None:
        """The app was killed and is opened again: what was saved is all there is."""
        memory = Memory.restored(self.phone.memory.saved())
        self.phone = Phone(memory, self.around, self.heard)

    async def close(self) -> None:
        """Put the phone away."""
        await self._http.aclose()
        await self.link.close()


class Fleet:
    """Lets phones in over a clean network and keeps them together."""

    def __init__(
        self, where: DatabaseAddress, port: int, retailer: Retailer, tally: Tally, seed: int
    ) -> None:
        self.carriers: list[Carrier] = []
        self.auditor = Auditor()
        self.tally = tally
        self._where = where
        self._port = port
        self._retailer = retailer
        self._seed = seed

    async def let_in(
        self,
        staff: Staff,
        orders: Sequence[Order],
        conditions: Conditions | None = None,
        *,
        hands: bool = True,
    ) -> Carrier:
        """Give a person a phone; `conditions` are those of its network from the start."""
        serial = len(self.carriers)
        link = Link(self._port, self.tally, f"{self._seed}/{serial}", Conditions())
        http = httpx.AsyncClient(base_url=await link.open())
        welcome = await enrol(http, await code_for(self._where, staff.id))
        memory = fresh_memory(welcome, real_surroundings())
        transport = Overheard(HttpTransport(http, welcome.token), self.auditor)
        work = self._hands(staff, orders, serial) if hands else None
        carrier = Carrier(memory, transport, work, link, http, self.auditor)
        link.conditions = conditions or Conditions()
        self.carriers.append(carrier)
        return carrier

    def _hands(self, staff: Staff, orders: Sequence[Order], serial: int) -> Hands:
        branch = staff.branch_ids[0] if staff.branch_ids else BranchId(self._retailer.branches[0])
        return Hands(
            branch,
            self._retailer.branches,
            orders,
            real_surroundings().new_id,
            f"{self._seed}/{serial}",
        )

    async def calm(self) -> None:
        """From now on the networks are good ones, and nothing old is on its way any more."""
        for carrier in self.carriers:
            carrier.link.conditions = Conditions()
        for carrier in self.carriers:
            await carrier.link.settle()

    async def level(self, within_s: float) -> None:
        """Let every phone send and fetch all there is."""
        for _ in range(2):  # the second round fetches what the others sent in the first
            await asyncio.gather(*(c.sync_to_the_end(within_s) for c in self.carriers))

    async def compare_with_fresh(self) -> list[str]:
        """Let one more device of each person in and compare what it shows."""
        old = list(self.carriers)
        fresh: dict[str, Carrier] = {}
        for staff in {c.phone.memory.staff.id: c.phone.memory.staff for c in old}.values():
            fresh[staff.id] = await self.let_in(staff, (), hands=False)
        await self.level(LEVEL_S)  # the desk is told of the new devices, too
        found: list[str] = []
        for carrier in old:
            newcomer = fresh[carrier.phone.memory.staff.id]
            found += differences(carrier.phone.memory, newcomer.phone.memory)
        for newcomer in fresh.values():
            await newcomer.close()
        self.carriers = old
        return found

    async def close(self) -> None:
        """Put every phone away."""
        for carrier in self.carriers:
            await carrier.close()
        self.carriers.clear()


def shared_out(retailer: Retailer, people: Sequence[Staff]) -> dict[str, list[Order]]:
    """Give every order to one person, and every eighth to the next one too: two people who want the same goods."""
    shares: dict[str, list[Order]] = {staff.id: [] for staff in people}
    for place, order in enumerate(retailer.orders):
        shares[people[place % len(people)].id].append(order)
        if place % 8 == 0:
            shares[people[(place + 1) % len(people)].id].append(order)
    return shares

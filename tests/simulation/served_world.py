"""The same phones, people and faults before the real server and PostgreSQL, in this process."""

import random
from collections import Counter
from types import SimpleNamespace

import msgspec

from server.accounts.letting_in import invite
from server.db import devices, shops
from server.db.devices import Device
from server.db.shops import Shop
from server.intake.replaying import replay_what_may_go
from server.intake.waking import wake_due_orders
from server.sync.news import tell
from server.sync.verifying import verify_shop
from sync_protocol.decide.book import Book
from sync_protocol.ids import DeviceId, ShopId, StaffId
from sync_protocol.messages.hello import HelloReply
from sync_protocol.messages.offer import OfferReply
from sync_protocol.messages.pull import PullReply
from sync_protocol.messages.push import ProblemReply, PushReply
from sync_protocol.outcomes import Result, ResultStatus
from sync_protocol.replica import TOMBSTONE
from sync_protocol.shop import Branch, ConfirmRequired, Policy, Staff, Variant
from tests.phone.letting_in import enrol
from tests.phone.surroundings import seeded_surroundings
from tests.phone.transport import Answer
from tests.server.retail import Server
from tests.simulation import predicates_calm as calm
from tests.simulation import predicates_talk as talk
from tests.simulation.auditor import Auditor, answering_barred
from tests.simulation.errands import told_of
from tests.simulation.handsets import (
    FUSE,
    Clockwork,
    Fate,
    Handset,
    Letter,
    Line,
    Weather,
    fresh_disk,
)
from tests.simulation.model import need
from tests.simulation.storefront import Storefront
from tests.simulation.tables import DeviceRow, KeptOp, Tables
from tests.simulation.world import BRANCHES, FAULTS, PEOPLE, VARIANTS

_SHAPES = {
    "/sync/hello": HelloReply,
    "/sync/push": PushReply,
    "/sync/pull": PullReply,
    "/sync/offer": OfferReply,
}
_result = msgspec.json.Decoder(Result)


class ServedWorld:
    """What `World` is over the fast store, for those steps that need no more than phones and requests.

    `known` is what the world itself did to devices and people, by which answers are judged.
    """

    def __init__(self, server: Server, seed: int) -> None:
        self.served = server
        self.shop_id = ShopId(f"shop-{seed}")
        self.rng = random.Random(seed)
        self.on = {name: self.rng.random() < 0.7 for name in FAULTS}
        self.calm = False
        self.branches = BRANCHES[:2]
        self.store = Storefront(random.Random(f"store/{seed}"), self.clock)
        self.late: list[Letter] = []
        self.handsets: list[Handset] = []
        self.tokens: dict[str, DeviceId] = {}
        self.serial = 0
        self.seed = seed
        people = {
            StaffId(name): Staff(id=StaffId(name), name=name, role=role, branch_ids=places)
            for name, role, places in PEOPLE
        }
        book = Book(
            policy=Policy(confirm_required=ConfirmRequired.NONE),
            branches={b: Branch(id=b, name=b) for b in self.branches},
            people=people,
        )
        self.known = SimpleNamespace(
            tables=Tables(epoch="?", book=book), clock=self.clock, down=False
        )
        self.auditor = Auditor(self.known, self.store)

    @property
    def counts(self) -> Counter[str]:
        return self.auditor.counts

    @property
    def now(self) -> int:
        return self.served.clock.now_ms

    @now.setter
    def now(self, ms: int) -> None:
        self.served.clock.now_ms = ms

    def clock(self) -> int:
        return self.served.clock.now_ms

    def has(self, fault: str, share: float) -> bool:
        return not self.calm and self.on[fault] and self.rng.random() < share

    # Setting up

    async def set_up(self) -> None:
        book, now = self.known.tables.book, self.clock()
        shop = Shop(
            id=self.shop_id, name="s", domain=f"{self.shop_id}.myshopify.com", policy=book.policy
        )
        async with self.served.database.transaction() as connection:
            await shops.create_shop(connection, shop, now)
            for branch in book.branches.values():
                await shops.create_branch(connection, self.shop_id, branch, now)
            for staff in book.people.values():
                await shops.create_staff(
                    connection, self.shop_id, staff, login=None, password_hash=None, now=now
                )
            goods = [Variant(id=v, title=v) for v in VARIANTS]
            await shops.store_variants(connection, self.shop_id, goods, now)
        for name, _, _ in PEOPLE:
            self.handsets.append(await self.enrol(StaffId(name)))
        for branch in self.branches:
            lines = [{"variant_id": v, "units": self.rng.randint(1, 6)} for v in VARIANTS]
            self.record(self.handsets[1], "opening_stock", {"branch_id": branch, "lines": lines})
        for _ in range(4):
            self.store.place(VARIANTS)
        await self.reconcile()

    async def enrol(self, staff_id: StaffId) -> Handset:
        async with self.served.database.transaction() as connection:
            code = await invite(connection, self.shop_id, staff_id, self.clock(), 600_000)
        welcome = await enrol(self.served.http, code)
        self.tokens[welcome.token] = welcome.device_id
        row = DeviceRow(id=welcome.device_id, staff_id=staff_id)
        self.known.tables.devices[welcome.device_id] = row
        around, clock = self.around(str(len(self.tokens)))
        staff = self.known.tables.book.people[staff_id]
        disk = fresh_disk(welcome.device_id, staff, around)
        line = self.line(welcome.token)
        return Handset(disk, clock, around, line, f"{len(self.tokens)}-{staff_id}")

    def around(self, name: str):
        clock = Clockwork(world=self.clock)
        return seeded_surroundings(f"{self.seed}/{name}", clock), clock

    def line(self, token: str) -> Line:
        weather = Weather(now=self.clock, fate=self._fate, waits=lambda: False)
        return Line(self._post, token, weather, self.late)

    def _fate(self) -> Fate:
        if self.calm or self.rng.random() > 0.3:
            return Fate.ARRIVES
        return self.rng.choice([fate for fate in Fate if self.on.get(fate.value, True)])

    async def _post(self, token: str, path: str, body: bytes) -> Answer:
        """Ask the real server, and let the auditor see the answer."""
        response = await self.served.post(path, body, token)
        shape = _SHAPES[path] if response.status_code == 200 else ProblemReply
        reply = msgspec.json.decode(response.content, type=shape)
        device_id = self.tokens[token]
        talk.o1_no_answer_is_a_failure(response.status_code, reply, down=False)
        talk.v2_v3_only_what_it_may_see(self.known.tables, device_id, response.status_code, reply)
        self._hear(device_id, reply)
        return Answer(status=response.status_code, body=response.content)

    def _hear(self, device_id: DeviceId, reply: object) -> None:
        pulled = reply.pull if isinstance(reply, PushReply) else reply
        told = [bytes(raw) for raw in talk.results_in(reply)]
        if isinstance(pulled, PullReply):
            told += [
                bytes(body)
                for patch in pulled.patches
                for key, _, body in patch.rows
                if key.startswith("result/") and bytes(body) != TOMBSTONE
            ]
        for raw in told:
            op_id = _result.decode(raw).id
            self.auditor.model.answered[device_id].setdefault(op_id, set()).add(raw)
            self.known.tables.ops[op_id] = raw  # no more than that it is there
            shown = self.auditor.model.shown.get(op_id)
            if shown is not None:
                shown.answered_at = shown.answered_at or self.clock()

    # What happens

    def record(self, handset: Handset, kind: str, body: object, **envelope: object) -> str:
        op_id = handset.phone.record(kind, body, **envelope)
        self.auditor.shown(handset.device_id, handset.disk.ops[-1])
        handset.held.add(op_id)
        return op_id

    async def talk(self, handset: Handset) -> None:
        await handset.talk_through()
        FUSE.left = -1
        self.auditor.phone_talked(handset)

    async def reconcile(self) -> None:
        for order_id in self.store.orders:
            told = told_of(self.store.read(order_id))
            await tell(self.served.database, self.served.live, self.shop_id, told, self.clock())

    async def time_does_its_work(self) -> None:
        served = self.served
        await replay_what_may_go(served.database, served.live, served.clock)
        await wake_due_orders(served.database, served.live, served.clock)

    async def revoke(self, handset: Handset) -> None:
        row = self.known.tables.devices[handset.device_id]
        device = Device(
            shop_id=self.shop_id,
            id=handset.device_id,
            staff_id=row.staff_id,
            name="",
            revoked_at=None,
            incarnation="",
            acked_n=0,
        )
        async with self.served.database.connection() as connection:
            await devices.forget_device(connection, device, self.clock())
        self.known.tables.devices[handset.device_id] = msgspec.structs.replace(
            row, revoked_at=self.clock()
        )

    async def change_person(self, staff_id: StaffId, **changes: object) -> None:
        people = self.known.tables.book.people
        people[staff_id] = staff = msgspec.structs.replace(people[staff_id], **changes)
        async with self.served.database.connection() as connection:
            await connection.execute(
                "UPDATE staff SET role = $3, branch_ids = $4 WHERE shop_id = $1 AND id = $2",
                self.shop_id,
                staff_id,
                staff.role.value,
                list(staff.branch_ids),
            )

    # The end

    async def settle(self) -> None:
        self.calm = True
        for letter in self.late:
            await self.handsets[0].line.deliver(letter)
        for _ in range(3):
            await self.reconcile()
            await self.time_does_its_work()
            for handset in self.handsets:
                await self.talk(handset)
        tables = await self._tables()
        disks = [handset.disk for handset in self.handsets]
        calm.l3_nothing_recorded_is_lost(self.auditor.model, tables, disks, self.clock())
        for disk in disks:
            talk.v1_a_cursor_has_no_hole(tables, disk)
            if not answering_barred(tables, disk.device_id):
                calm.l1_nothing_waits(disk)
                calm.l4_authors_know(tables, disk)
                calm.l2_phones_are_the_server(tables, disk)
        async with self.served.database.connection() as connection:
            findings, _ = await verify_shop(connection, self.shop_id)
        need("S5", findings == [], findings)

    async def _tables(self) -> Tables:
        """Read what the database holds, in the shape in which the predicates look at it."""
        known = self.known.tables
        async with self.served.database.connection() as connection:
            epoch = await connection.fetchval("SELECT id FROM epoch")
            ops = await connection.fetch("SELECT * FROM op WHERE shop_id = $1", self.shop_id)
            heads = await connection.fetch(
                "SELECT name, version FROM stream WHERE shop_id = $1", self.shop_id
            )
            rows = await connection.fetch(
                "SELECT stream, key, version, body FROM stream_row WHERE shop_id = $1 ORDER BY version",
                self.shop_id,
            )
        streams: dict[str, dict] = {}
        for row in rows:
            body = TOMBSTONE if row["body"] is None else row["body"].encode()
            streams.setdefault(row["stream"], {})[row["key"]] = (row["version"], body)
        self.counts["taken"] += len(ops)
        return msgspec.structs.replace(
            known,
            epoch=epoch,
            ops={row["id"]: _kept(row) for row in ops},
            streams={row["name"]: row["version"] for row in heads},
            rows=streams,
        )


def _kept(row) -> KeptOp:
    return KeptOp(
        id=row["id"],
        device_id=row["device_id"],
        incarnation=row["incarnation"],
        n=row["n"],
        kind=row["kind"],
        by=row["by_staff"],
        at=row["at"],
        recorded_at=row["recorded_at"],
        sent=row["sent"],
        content_hash=row["content_hash"],
        refs=tuple(row["refs"]),
        status=ResultStatus(row["status"]),
        code=None,
        result=row["result"].encode(),
        decided_by=row["decided_by"],
    )

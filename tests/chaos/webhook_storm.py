"""Webhooks that never come, come twice, come late and in any order: in the end the mirror is the store."""

import random
import time

from server.practice_store.by_hand import fulfill_by_hand
from server.practice_store.commands import CancelOrder, EditContact, MarkPaid, Parcel
from server.practice_store.commands_edits import BeginEdit, CommitEdit, SetEditQuantity
from server.practice_store.commands_returns import CancelReturn, OpenReturn, WantedReturnLine
from server.practice_store.orders import Order
from tests.chaos.store_ground import StoreGround, store_ground

WEBHOOKS = 10_000
DROPPED, DOUBLED = 0.12, 0.20
LATE_MS = 90_000


async def run(cycles: int = WEBHOOKS, seed: int = 1) -> dict[str, object]:
    """Let the store send `cycles` webhooks about what its customers and its team do, then reconcile and compare."""
    began = time.perf_counter()
    async with store_ground(seed) as ground:
        faults = ground.store.webhooks.faults
        faults.drop, faults.duplicate = DROPPED, DOUBLED
        faults.reorder, faults.delay_ms = True, LATE_MS
        team = _Team(ground, random.Random(seed))
        attempts = 0
        while attempts < cycles:
            team.act()
            ground.clock.pass_ms(team.chance.randint(200, 4_000))
            attempts += await ground.sender.deliver_due()
            await ground.work()
        differing = len(await ground.differing())
        faults.drop = faults.duplicate = 0.0
        await _calm(ground)
        missing = await ground.differing()
        kept = await _kept(ground)
    broken = [f"{len(missing)} orders differ: {missing[:5]}"] if missing else []
    return kept | {
        "webhooks": attempts,
        "orders": len(ground.store.state.orders),
        "actions": team.actions,
        "differing_before_calm": differing,
        "took_s": round(time.perf_counter() - began, 1),
        "broken": broken,
    }


class _Team:
    """Customers who order, and a team that edits, fulfills, cancels and takes money."""

    def __init__(self, ground: StoreGround, chance: random.Random) -> None:
        self._ground = ground
        self.chance = chance
        self.actions = 0

    def act(self) -> None:
        """Do one thing."""
        self.actions += 1
        orders = list(self._ground.store.state.orders.values())
        if len(orders) < 20 or self.chance.random() < 0.25:
            self._ground.outside.place(self.chance.randint(1, 3), paid=self.chance.random() < 0.3)
            return
        order = self.chance.choice(orders[-200:])
        self.chance.choice(
            (self._return, self._note, self._note, self._pay, self._ship, self._cancel, self._edit)
        )(order)

    def _note(self, order: Order) -> None:
        self._ground.store.execute(EditContact(order=order.number, note=f"note {self.actions}"))

    def _pay(self, order: Order) -> None:
        self._ground.store.execute(MarkPaid(order=order.number))

    def _ship(self, order: Order) -> None:
        parcel = Parcel(company="Leopards", numbers=(f"LE{self.actions}",))
        fulfill_by_hand(self._ground.store, order, None, parcel, notify_customer=False)

    def _return(self, order: Order) -> None:
        """What was shipped is to come back, or after all not: neither moves the order's `updatedAt`."""
        opened = next((one for one in order.returned if one.status == "OPEN"), None)
        if opened is not None:
            self._ground.store.execute(CancelReturn(of_return=opened.id))
        elif order.shipments:
            shipped = order.shipments[0].fulfillment_line_items[0].id
            line = WantedReturnLine(fulfillment_line=shipped, quantity=1, reason="UNWANTED")
            self._ground.store.execute(OpenReturn(order=order.id, lines=(line,)))

    def _cancel(self, order: Order) -> None:
        if self.chance.random() < 0.2:
            cancel = CancelOrder(order=order.number, reason="CUSTOMER", notify_customer=False)
            self._ground.store.execute(cancel)

    def _edit(self, order: Order) -> None:
        edit = self._ground.store.execute(BeginEdit(order=order.id))
        if isinstance(edit, list):
            return
        line = edit.line_items[0]
        self._ground.store.execute(
            SetEditQuantity(edit=edit.id, line=line.id, quantity=self.chance.randint(0, 3))
        )
        self._ground.store.execute(CommitEdit(edit=edit.id))


async def _calm(ground: StoreGround) -> None:
    """What is on its way arrives; what was lost is found by the sweeps of ten minutes."""
    until = ground.clock.now_ms + 600_000
    while ground.clock.now_ms < until or await ground.work():
        await ground.sender.deliver_due()
        await ground.work()
        ground.clock.pass_ms(5_000)


async def _kept(ground: StoreGround) -> dict[str, int]:
    async with ground.reader.database.connection() as connection:
        row = await connection.fetchrow(
            """
            SELECT count(*) FILTER (WHERE topic <> 'sweep') AS events,
                   count(*) FILTER (WHERE topic = 'sweep') AS swept,
                   count(*) FILTER (WHERE done_at IS NULL) AS open
            FROM webhook_inbox
            """
        )
    return {"kept_once": row["events"], "swept": row["swept"], "unread": row["open"]}


def too_tame(figures: dict) -> list[str]:
    """Say what makes a run prove less than it claims."""
    found = []
    if figures["kept_once"] >= figures["webhooks"]:
        found.append("no webhook came twice")
    if not figures["swept"]:
        found.append("no sweep had anything to find")
    return found

"""`crash-points`: the server dies at every named step of a push, and again at every step of the recovery that follows.

For each kind of op: first crash at step 1, 2, 3 … until a push gets through untouched; after each first crash the
phone pushes again and the server dies at step 1, 2, 3 … of that, until the recovery gets through. The same is done to
the worker while it tells the store of a shipment, see `tests.chaos.outbox_points`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from server.points import ARMED_BY
from tests.chaos import outbox_points
from tests.chaos.fleet import Carrier
from tests.chaos.ground import Ground, ground
from tests.chaos.retailer import VARIANTS, Order, is_cod

ALL_SECONDS = 1_000
STEPS = "push. apply. commit."
STEPS_MAX = 60
"""More steps than a push has; reaching this means that the walk never ends."""
BEFOREHAND = 40
"""Parcels made at once for the walks that need one."""
ORDERS = 2_500

Make = Callable[["PushWalk"], tuple[str, dict]]


def _line(walk: "PushWalk") -> tuple[str, dict]:
    order, line = next(walk.units)
    body = {"fulfillment_id": walk.new_id(), "order_id": order.id, "branch_id": "b1"}
    return line, body | {"lines": [{"order_line_id": line, "units": 1}]}


KINDS: dict[str, Make] = {
    "confirm": lambda walk: ("confirm", {"order_id": next(walk.orders).id}),
    "create_fulfillment": lambda walk: ("create_fulfillment", _line(walk)[1]),
    "pack": lambda walk: ("pack", {"fulfillment_id": walk.created()}),
    "dispatch": lambda walk: (
        "dispatch",
        {"fulfillment_id": walk.packed(), "courier": "tcs", "tracking_number": walk.new_id()},
    ),
    "manual_fulfillment": lambda walk: ("manual_fulfillment", _line(walk)[1]),
    "counter_sale": lambda walk: (
        "counter_sale",
        {"branch_id": "b1", "lines": [{"variant_id": VARIANTS[9], "units": 2}]},
    ),
    "count": lambda walk: (
        "count",
        {"branch_id": "b1", "lines": [{"variant_id": VARIANTS[10], "units": walk.take_number()}]},
    ),
    "transfer_send": lambda walk: (
        "transfer_send",
        {
            "transfer_id": walk.new_id(),
            "branch_id": "b1",
            "to_branch_id": "b2",
            "lines": [{"variant_id": VARIANTS[11], "units": 1}],
        },
    ),
}


async def run(
    cycles: int = ALL_SECONDS,
    seed: int = 1,
    kinds: tuple[str, ...] = tuple(KINDS),
    *,
    orders: int = ORDERS,
) -> dict[str, object]:
    """Walk. `cycles` bounds the second crashes that are tried after each first one."""
    async with ground(
        seed=seed, branches=2, people_per_branch=1, orders=orders, serve=("--no-worker",)
    ) as on:
        await on.server.start()
        await on.let_everybody_in(1)
        walk = PushWalk(on, cycles)
        for kind in kinds:
            await walk.walk(kind)
        outbox = outbox_points.OutboxWalk(on, cycles)
        try:
            await outbox.walk()
            outbox_broken = await outbox.verdict()
        finally:
            await outbox.close()
        if not on.server.is_alive:
            await on.server.start()
        figures = await on.verdict()
        figures["broken"] = [*figures["broken"], *outbox_broken]
        told = {"run": "crash-points", "seed": seed, "kinds": len(kinds)}
        return told | walk.figures() | outbox.figures() | {"died_at": _died_at(on)} | figures


class PushWalk:
    """One phone, one op at a time, and a server that dies over it."""

    def __init__(self, on: Ground, seconds: int) -> None:
        self._on = on
        self._seconds = seconds
        self._carrier: Carrier = on.fleet.carriers[0]
        paid = [order for order in on.retailer.orders if not is_cod(int(order.id))]
        self.orders: Iterator[Order] = (o for o in on.retailer.orders if o not in paid)
        self.units = ((order, line) for order in paid for line in order.lines)
        self.new_id = self._carrier.around.new_id
        self._created: list[str] = []
        self._packed: list[str] = []
        self._number = 0
        self.cases = 0
        self.first_crashes = 0
        self.second_crashes = 0

    async def walk(self, kind: str) -> None:
        """Crash at each step of this kind's push, and in each recovery at each of its steps."""
        for first in range(1, STEPS_MAX):
            for second in range(1, self._seconds + 2):
                await self._prepare(kind)
                crashed, crashed_again = await self._case(kind, first, second)
                if not crashed:
                    return
                if not crashed_again:
                    break
        raise AssertionError(f"{kind}: no push gets through")

    async def _case(self, kind: str, first: int, second: int) -> tuple[bool, bool]:
        self.cases += 1
        self._carrier.do(*KINDS[kind](self))
        if not await self._push_dying_at(first):
            return False, False
        self.first_crashes += 1
        crashed_again = second <= self._seconds and await self._push_dying_at(second)
        self.second_crashes += crashed_again
        if self._carrier.phone.memory.unsent():
            await self._on.server.start()
            await self._carrier.sync_to_the_end()
            await self._on.server.kill()
        return True, crashed_again

    async def _push_dying_at(self, step: int) -> bool:
        """Push to a server that dies at this step; whether it did, or answered before it came so far."""
        server = self._on.server
        await server.start(**{ARMED_BY: f"{step} {STEPS}"})
        await self._carrier.sync()
        if not self._carrier.phone.memory.unsent():
            await server.kill()
            return False
        await server.gone()
        return True

    # What has to be there before

    async def _prepare(self, kind: str) -> None:
        await self._on.server.kill()
        wanted = {"pack": self._created, "dispatch": self._packed}.get(kind)
        if wanted is None or wanted:
            return
        await self._on.server.start()
        made = []
        for _ in range(BEFOREHAND):
            _, body = _line(self)
            self._carrier.do("create_fulfillment", body)
            made.append(body["fulfillment_id"])
            if kind == "dispatch":
                self._carrier.do("pack", {"fulfillment_id": made[-1]})
        await self._carrier.sync_to_the_end()
        await self._on.server.kill()
        wanted += made

    def created(self) -> str:
        """Name a parcel that can be packed."""
        return self._created.pop()

    def packed(self) -> str:
        """Name a parcel that can be sent."""
        return self._packed.pop()

    def take_number(self) -> int:
        """Return a number that was not taken yet."""
        self._number += 1
        return self._number

    def figures(self) -> dict[str, object]:
        """What happened."""
        return {
            "push_cases": self.cases,
            "push_first_crashes": self.first_crashes,
            "push_second_crashes": self.second_crashes,
        }


def _died_at(on: Ground) -> dict[str, int]:
    log = on.nursery.log.read_text(errors="replace")
    return dict(sorted(Counter(re.findall(r"dying at ([a-z._]+)", log)).items()))


def too_tame(figures: dict) -> list[str]:
    """Say what makes a run prove less than it claims."""
    died = figures["died_at"]
    missing = [name for name in MUST_DIE_AT if name not in died]
    return [f"nobody died at {', '.join(missing)}"] if missing else []


MUST_DIE_AT = (
    *(f"push.{step}" for step in ("looked", "chunk_taken", "contact_noted", "answering")),
    *(
        f"apply.{step}"
        for step in (
            "locked",
            "loaded",
            "decided",
            "work_written",
            "effects_queued",
            "ledger_written",
            "stock_written",
            "rows_written",
            "ops_stored",
            "log_stored",
        )
    ),
    "commit.before",
    "commit.after",
    *outbox_points.STEPS,
)

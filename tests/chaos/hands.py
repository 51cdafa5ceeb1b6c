"""What the people of a branch do all day, drawn from a seed: the next op of one of several jobs that are under way."""

import json
import random
from collections.abc import Callable, Iterator, Sequence

from sync_protocol.ids import BranchId
from sync_protocol.replica import Replica
from tests.chaos.retailer import VARIANTS, Order

Step = tuple[str, dict]
Job = Iterator[Step]

JOBS_AT_ONCE = 3
COURIERS = ("tcs", "leopards", "mnp", "trax")


class Hands:
    """One person's work. `orders` are taken in turn; where two people have the same ones, they get in each other's way."""

    def __init__(
        self,
        branch: BranchId,
        others: Sequence[BranchId],
        orders: Sequence[Order],
        new_id: Callable[[], str],
        seed: object,
    ) -> None:
        self._branch = branch
        self._others = [b for b in others if b != branch]
        self._units = self._units_of(orders)
        self._new_id = new_id
        self._chance = random.Random(f"hands/{seed}")
        self._jobs: list[Job] = []
        self._received: set[str] = set()

    def next_step(self, shown: Replica) -> Step:
        """Return the next op, its kind and its body, by what the phone shows."""
        while True:
            while len(self._jobs) < JOBS_AT_ONCE:
                self._jobs.append(self._new_job(shown))
            job = self._chance.choice(self._jobs)
            step = next(job, None)
            if step is not None:
                return step
            self._jobs.remove(job)

    def _new_job(self, shown: Replica) -> Job:
        jobs = (
            self._ship(),
            self._keep_shelves(),
            self._count(shown),
            self._write_down(),
            self._transfer(shown),
        )
        (job,) = self._chance.choices(jobs, weights=(10, 5, 2, 3, 2))
        return job

    @staticmethod
    def _units_of(orders: Sequence[Order]) -> Iterator[tuple[Order, str, bool]]:
        for order in orders:
            for line in order.lines:
                yield order, line, line == order.lines[0]

    # Jobs

    def _ship(self) -> Job:
        unit = next(self._units, None)
        if unit is None:
            yield from self._keep_shelves()
            return
        order, line, is_first = unit
        parcel = {"fulfillment_id": self._new_id()}
        lines = [{"order_line_id": line, "units": 1}]
        if is_first:
            yield "confirm", {"order_id": order.id}
        place = {"order_id": order.id, "branch_id": self._branch, "lines": lines}
        yield "create_fulfillment", parcel | place
        if self._chance.random() < 0.1:
            yield "cancel_fulfillment", parcel
            return
        yield "pack", parcel
        if self._chance.random() < 0.1:
            yield "unpack", parcel
            return
        number = f"CN{self._chance.getrandbits(48):012x}"
        sent = {"courier": self._chance.choice(COURIERS), "tracking_number": number}
        yield "dispatch", parcel | sent
        if self._chance.random() < 0.75:
            yield "deliver", parcel | {"cash_paisa": 250_000}
            return
        yield "attempt_failed", parcel | {"outcome": "refused"}
        back = {"return_id": self._new_id()} | parcel
        yield "initiate_return", back
        kept = self._chance.choice(("sellable", "damaged", "quarantine"))
        received = [lines[0] | {"disposition": kept}]
        yield "return_receive", back | {"branch_id": self._branch, "lines": received}

    def _write_down(self) -> Job:
        unit = next(self._units, None)
        if unit is None:
            yield from self._keep_shelves()
            return
        order, line, _ = unit
        parcel = {"fulfillment_id": self._new_id()}
        lines = [{"order_line_id": line, "units": 1}]
        place = {"order_id": order.id, "branch_id": self._branch, "lines": lines}
        yield "manual_fulfillment", parcel | place
        if self._chance.random() < 0.2:
            yield "void_fulfillment", parcel

    def _keep_shelves(self) -> Job:
        kind = self._chance.choice(("receive_stock", "counter_sale", "counter_sale"))
        goods = self._chance.sample(VARIANTS, self._chance.randint(1, 3))
        lines = [{"variant_id": v, "units": self._chance.randint(1, 3)} for v in goods]
        yield kind, {"branch_id": self._branch, "lines": lines}

    def _count(self, shown: Replica) -> Job:
        shelves = shown.rows.get(f"branch/{self._branch}/stock", {})
        variant = self._chance.choice(VARIANTS)
        row = shelves.get(f"stock/{variant}")
        if row is None:
            return
        stock = json.loads(row[1])
        counted = {
            "variant_id": variant,
            "units": max(0, stock["sellable"] + self._chance.randint(-1, 1)),
            "seen_version": stock["ledger_version"],
        }
        yield "count", {"branch_id": self._branch, "lines": [counted]}

    def _transfer(self, shown: Replica) -> Job:
        if self._others and self._chance.random() < 0.5:
            goods = self._chance.sample(VARIANTS, 2)
            body = {
                "transfer_id": self._new_id(),
                "branch_id": self._branch,
                "to_branch_id": self._chance.choice(self._others),
                "lines": [{"variant_id": v, "units": 2} for v in goods],
            }
            yield "transfer_send", body
            return
        yield from self._receive(shown)

    def _receive(self, shown: Replica) -> Job:
        """Take in what another branch sent, one of the newest that this person has not taken in yet."""
        work = shown.rows.get(f"branch/{self._branch}/work", {})
        for key, (_, raw) in reversed(work.items()):
            if not key.startswith("transfer/") or key in self._received:
                continue
            transfer = json.loads(raw)
            if transfer["to_branch_id"] != self._branch or transfer["state"] != "sent":
                continue
            self._received.add(key)
            lines = [
                {"variant_id": line["variant_id"], "received_units": 1, "damaged_units": 1}
                for line in transfer["lines"]
            ]
            yield (
                "transfer_receive",
                {"transfer_id": transfer["id"], "branch_id": self._branch, "lines": lines},
            )
            return

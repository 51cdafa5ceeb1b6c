"""What people do with a branch's own stock, with riders' runs and with exchanges."""

from sync_protocol.ids import BranchId, RunId, TransferId
from tests.scenarios.people import Box, Parcel, Person, Run, Said
from tests.scenarios.storefront import Goods, StoreOrder
from tests.server.retail import LAHORE


def _lines(goods: Goods) -> list[dict]:
    return [{"variant_id": v, "units": n} for v, n in goods.items()]


class Colleague(Person):
    """Somebody of the shop, with everything that the shop's people do."""

    # The branch's own stock

    async def keeps(self, kind: str, goods: Goods, at: BranchId = LAHORE, **more: object) -> Said:
        """Record one of the movements that name a branch and goods, e.g. `receive_stock`, `counter_sale`."""
        return await self.does(kind, {"branch_id": at, "lines": _lines(goods)} | more)

    async def sells(self, goods: Goods, at: BranchId = LAHORE, **more: object) -> Said:
        return await self.keeps("counter_sale", goods, at, **more)

    async def inspects(self, goods: Goods, *, good: bool, at: BranchId = LAHORE) -> Said:
        lines = [line | {"sellable": good} for line in _lines(goods)]
        return await self.does("inspect", {"branch_id": at, "lines": lines})

    async def sends_box(self, goods: Goods, to: BranchId, at: BranchId = LAHORE) -> Box:
        name = TransferId(self._new())
        body = {"transfer_id": name, "branch_id": at, "to_branch_id": to, "lines": _lines(goods)}
        return Box(name, await self.does("transfer_send", body))

    async def opens_box(self, box: Box, found: list[dict], at: BranchId) -> Said:
        body = {"transfer_id": box.id, "branch_id": at, "lines": found}
        return await self.does("transfer_receive", body)

    async def counts(self, goods: Goods, at: BranchId = LAHORE, **envelope: object) -> Said:
        """Count a shelf, as it stands on the phone's screen."""
        book = self.held.phone.look()
        lines = [
            {"variant_id": v, "units": n, "seen_version": book.stock_of(at, v).ledger_version}
            for v, n in goods.items()
        ]
        return await self.does("count", {"branch_id": at, "lines": lines}, **envelope)

    async def wants_warning_at(self, levels: dict, at: BranchId = LAHORE) -> Said:
        lines = [{"variant_id": v, "units": n} for v, n in levels.items()]
        return await self.does("set_low_stock", {"branch_id": at, "lines": lines})

    # Runs

    async def plans_run(self, rider: str = "imran", at: BranchId = LAHORE) -> Run:
        name = RunId(self._new())
        body = {"run_id": name, "branch_id": at, "rider_id": rider, "name": "Gulberg"}
        return Run(name, await self.does("create_run", body))

    async def loads(self, run: Run, *parcels: Parcel) -> list[Said]:
        return [
            await self.does("load_parcel", {"run_id": run.id, "fulfillment_id": p.id})
            for p in parcels
        ]

    async def starts(self, run: Run) -> Said:
        return await self.does("start_run", {"run_id": run.id})

    async def declares(self, run: Run, paisa: int) -> Said:
        return await self.does("end_run", {"run_id": run.id, "declared_paisa": paisa})

    async def checks_in(self, run: Run, parcel: Parcel) -> Said:
        return await self.does("check_in_parcel", {"run_id": run.id, "fulfillment_id": parcel.id})

    async def counts_cash(self, run: Run, paisa: int, because: str | None = None) -> Said:
        body = {"run_id": run.id, "counted_paisa": paisa}
        return await self.does(
            "count_run_cash", body | ({"shortage_reason": because} if because else {})
        )

    async def closes(self, run: Run) -> Said:
        return await self.does("close_run", {"run_id": run.id})

    async def reopens(self, run: Run, because: str) -> Said:
        return await self.does("reopen_run", {"run_id": run.id, "reason": because})

    # Exchanges

    async def plans_exchange(self, order: StoreOrder, **plan: object) -> Said:
        return await self.does("plan_exchange", await self._case_of(order) | plan)

    async def calls_it(self, order: StoreOrder, kind: str) -> Said:
        body = await self._case_of(order) | {"change_kind": kind}
        return await self.does("classify_exchange", body)

    async def settles(
        self, order: StoreOrder, paisa: int, at: BranchId = LAHORE, **how: object
    ) -> Said:
        body = await self._case_of(order) | {"branch_id": at, "paisa": paisa}
        return await self.does("settle_exchange", body | how)

    async def _case_of(self, order: StoreOrder) -> dict:
        return {"order_id": order.id, "exchange_id": (await self.case(order)).id}

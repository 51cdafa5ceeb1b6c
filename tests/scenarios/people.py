"""People with phones, in the words of the shop: what they do, with a network or without, and what they see."""

from collections.abc import Mapping
from typing import overload

from msgspec import Struct

from sync_protocol.codes import Code
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import BranchId, FulfillmentId, RunId, TransferId, VariantId
from sync_protocol.orders import Order
from sync_protocol.outcomes import Discrepancy, Result
from sync_protocol.runs import RiderRun
from sync_protocol.transfers import Transfer
from tests.phone.network import Fault
from tests.scenarios.storefront import Goods, StoreOrder
from tests.server.retail import LAHORE, Held

Dispositions = Mapping[VariantId, tuple[str, int]]


class Said:
    """What somebody recorded. The answer is read when a story asks; an odd one must be asked for."""

    def __init__(self, person: "Person", op_id: str, kind: str) -> None:
        self.person = person
        self.op_id = op_id
        self.kind = kind
        self.was_read = False

    @property
    def answer(self) -> Result:
        self.was_read = True
        result = self.person.held.phone.result(self.op_id)
        assert result is not None, f"{self.kind} by {self.person.name} has no answer yet"
        return result

    @property
    def status(self) -> str:
        return self.answer.status

    @property
    def code(self) -> str | None:
        return self.answer.code


class Parcel(Struct, frozen=True):
    """One shipment, by its name."""

    id: FulfillmentId
    order: StoreOrder
    said: Said


class Run(Struct, frozen=True):
    """One rider's run, by its name."""

    id: RunId
    said: Said


class Box(Struct, frozen=True):
    """Goods between two branches, by the transfer's name."""

    id: TransferId
    said: Said


class Person:
    """Somebody with a phone of their own."""

    def __init__(self, name: str, held: Held, all_said: list[Said]) -> None:
        self.name = name
        self.held = held
        self._all_said = all_said
        self._online = True

    # The network

    def loses_network(self) -> None:
        self.held.network.cut()
        self._online = False

    async def is_back(self) -> None:
        self.held.network.mend()
        self._online = True
        await self.syncs()

    def loses_answers(self, times: int) -> None:
        """What is sent arrives, but the next answers do not."""
        self.held.network.coming.extend([Fault.LOSE_REPLY] * times)

    async def syncs(self) -> None:
        """Talk until everything is sent and heard."""
        for _ in range(20):
            if await self.held.phone.sync() == "idle" and not self.held.phone.memory.unsent():
                return
            self.held.around.clock.pass_ms(61_000)
        raise AssertionError(f"the phone of {self.name} does not come to rest")

    async def does(self, kind: str, body: dict, **envelope: object) -> Said:
        """Record something, and send it if there is a network."""
        op_id = self.held.phone.record(kind, body, **envelope)
        said = Said(self, op_id, kind)
        self._all_said.append(said)
        if self._online:
            await self.syncs()
        return said

    def _new(self) -> str:
        return self.held.around.new_id()

    # What the phone shows

    @overload
    async def sees(self, thing: StoreOrder) -> Order | None: ...
    @overload
    async def sees(self, thing: Parcel) -> Fulfillment | None: ...
    @overload
    async def sees(self, thing: Run) -> RiderRun | None: ...
    @overload
    async def sees(self, thing: Box) -> Transfer | None: ...
    async def sees(self, thing):
        """Look a thing up on the phone, which syncs first if it can; None when it is not there."""
        if self._online:
            await self.syncs()
        book = self.held.phone.look()
        match thing:
            case StoreOrder():
                return book.orders.get(thing.id)
            case Parcel():
                return book.fulfillments.get(thing.id)
            case Run():
                return book.runs.get(thing.id)
            case Box():
                return book.transfers.get(thing.id)

    async def status(self, order: StoreOrder) -> str:
        seen = await self.sees(order)
        assert seen is not None, f"{self.name} does not see order {order.id}"
        return seen.status

    async def queues(self, order: StoreOrder) -> tuple[str, ...]:
        seen = await self.sees(order)
        return () if seen is None else seen.queues

    async def shelf(self, variant: VariantId, at: BranchId = LAHORE) -> int:
        """Units that can be sold, as this phone shows them."""
        return (await self.stock(variant, at)).sellable

    async def stock(self, variant: VariantId, at: BranchId = LAHORE):
        if self._online:
            await self.syncs()
        return self.held.phone.look().stock_of(at, variant)

    async def case(self, order: StoreOrder):
        """The order's latest exchange."""
        return (await self.sees(order)).exchanges[-1]

    async def steps(self, order: StoreOrder) -> list[str]:
        """What the exchange's guide says is to be done next."""
        return list((await self.case(order)).next_steps)

    async def questions(self) -> list[Discrepancy]:
        """What waits for somebody's word."""
        await self.syncs()
        return sorted(self.held.phone.look().open.values(), key=lambda d: d.id)

    async def question(self, code: str) -> Discrepancy:
        """The one question of that kind."""
        found = [d for d in await self.questions() if d.code == Code(code)]
        assert len(found) == 1, (code, [d.code for d in await self.questions()])
        return found[0]

    async def decides(self, question: Discrepancy, outcome: str, **more: object) -> Said:
        body = {"discrepancy_id": question.id, "outcome": outcome} | more
        return await self.does("resolve", body)

    # Asking the customer

    async def confirms(self, order: StoreOrder, **said: object) -> Said:
        return await self.does("confirm", {"order_id": order.id} | said)

    async def calls(self, order: StoreOrder, outcome: str, **said: object) -> Said:
        body = {"order_id": order.id, "outcome": outcome}
        return await self.does("call_attempt", body | said)

    async def corrects(self, order: StoreOrder, **contact: str) -> Said:
        return await self.does("edit_contact", {"order_id": order.id} | contact)

    async def gives(self, order: StoreOrder, to: BranchId | None) -> Said:
        return await self.does("assign_branch", {"order_id": order.id, "branch_id": to})

    # Parcels

    async def prepares(
        self,
        order: StoreOrder,
        goods: Goods | None = None,
        at: BranchId = LAHORE,
        because: str | None = None,
    ) -> Parcel:
        name = FulfillmentId(self._new())
        body = {"fulfillment_id": name, "order_id": order.id, "branch_id": at}
        body |= {"lines": order.lines_of(goods)} | ({"override_reason": because} if because else {})
        return Parcel(name, order, await self.does("create_fulfillment", body))

    async def packs(self, parcel: Parcel, goods: Goods | None = None) -> Said:
        lines = {} if goods is None else {"lines": parcel.order.lines_of(goods)}
        return await self._with("pack", parcel, lines)

    async def unpacks(self, parcel: Parcel, **more: object) -> Said:
        return await self._with("unpack", parcel, more)

    async def hands_over(
        self, parcel: Parcel, courier: str = "tcs", number: str | None = None, **more: object
    ) -> Said:
        named = {"courier": courier, "tracking_number": number or f"CN{parcel.id[-8:]}"}
        return await self._with("dispatch", parcel, named | more)

    async def takes_back(self, parcel: Parcel, **more: object) -> Said:
        return await self._with("undo_dispatch", parcel, more)

    async def marks_delivered(self, parcel: Parcel, **more: object) -> Said:
        return await self._with("deliver", parcel, more)

    async def could_not_deliver(self, parcel: Parcel, outcome: str, **more: object) -> Said:
        return await self._with("attempt_failed", parcel, {"outcome": outcome} | more)

    async def says_it_comes_back(
        self, parcel: Parcel, kind: str = "rto", goods: Goods | None = None, **more: object
    ) -> Said:
        body = {"return_id": self._new(), "return_kind": kind} | more
        if goods is not None:
            body["lines"] = parcel.order.lines_of(goods)
        return await self._with("initiate_return", parcel, body)

    async def opens_return(
        self, parcel: Parcel, found: Dispositions, at: BranchId = LAHORE, **more: object
    ) -> Said:
        """Look into what came back: how many of each, and in what state."""
        lines = []
        for variant, (disposition, units) in found.items():
            line = parcel.order.line_of(variant).id
            lines.append({"order_line_id": line, "units": units, "disposition": disposition})
        body = {"return_id": self._new(), "branch_id": at, "lines": lines}
        return await self._with("return_receive", parcel, body | more)

    async def writes_down(
        self, order: StoreOrder, goods: Goods | None = None, at: BranchId = LAHORE, **more: object
    ) -> Parcel:
        """Record a parcel that was sent by hand."""
        return await self._recorded("manual_fulfillment", order, goods, at, more)

    async def names_branch(
        self, order: StoreOrder, goods: Goods | None = None, at: BranchId = LAHORE, **more: object
    ) -> Parcel:
        """Say from which branch goods left that were fulfilled in Shopify."""
        return await self._recorded("branch_sync", order, goods, at, more)

    async def _recorded(
        self, kind: str, order: StoreOrder, goods: Goods | None, at: BranchId, more: dict
    ) -> Parcel:
        name = FulfillmentId(self._new())
        body = {"fulfillment_id": name, "order_id": order.id, "branch_id": at}
        said = await self.does(kind, body | {"lines": order.lines_of(goods)} | more)
        return Parcel(name, order, said)

    async def voids(self, parcel: Parcel, **more: object) -> Said:
        return await self._with("void_fulfillment", parcel, more)

    async def fixes(
        self,
        order: StoreOrder,
        really_left: dict[tuple[BranchId, VariantId], int],
        because: str = "as the branches say",
        seen: int | None = None,
    ) -> Said:
        """Say what really left from where; `seen` is the order's revision on an older screen."""
        targets = [
            {"order_line_id": order.line_of(v).id, "branch_id": b, "units": n}
            for (b, v), n in really_left.items()
        ]
        rev = (await self.sees(order)).rev if seen is None else seen
        body = {"order_id": order.id, "targets": targets, "seen_rev": rev, "reason": because}
        return await self.does("fix_branch_stock", body)

    async def _with(self, kind: str, parcel: Parcel, more: dict) -> Said:
        return await self.does(kind, {"fulfillment_id": parcel.id} | more)

"""What a person sees on one phone, and chooses from: its rows, and what this phone did itself just now."""

import random

import msgspec

from sync_protocol.fulfillments import Fulfillment, FulfillmentState
from sync_protocol.ids import BranchId, OrderId, VariantId
from sync_protocol.orders import Order, OrderLine, remaining_units
from sync_protocol.outcomes import Discrepancy, ParkedOp
from sync_protocol.permissions import DESK_STREAM, stock_stream
from sync_protocol.rows import RowKind
from sync_protocol.runs import RiderRun
from sync_protocol.stock import Stock
from sync_protocol.transfers import Transfer
from tests.simulation.handsets import Handset

_DECODERS = {
    kind: msgspec.json.Decoder(shape)
    for kind, shape in (
        (RowKind.ORDER, Order),
        (RowKind.FULFILLMENT, Fulfillment),
        (RowKind.RUN, RiderRun),
        (RowKind.TRANSFER, Transfer),
        (RowKind.DISCREPANCY, Discrepancy),
        (RowKind.PARKED, ParkedOp),
        (RowKind.STOCK, Stock),
    )
}
NOWHERE = OrderId("77700")
"""An order of another shop."""


class Eyes:
    """One look at one phone. Everything may come back as None: there is nothing like that on the screen."""

    def __init__(
        self,
        handset: Handset,
        rng: random.Random,
        branches: tuple[BranchId, ...],
        variants: tuple[VariantId, ...],
    ) -> None:
        self.handset = handset
        self.rng = rng
        self.branches = branches
        self.variants = variants
        self._rows = handset.disk.replica.rows

    def new_id(self) -> str:
        return self.handset.around.new_id()

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def branch(self) -> BranchId:
        """One of the person's branches; now and then another one."""
        own = self.handset.staff.branch_ids
        return self.rng.choice(own if own and not self.chance(0.04) else self.branches)

    def goods(self) -> list[dict]:
        return [{"variant_id": self.rng.choice(self.variants), "units": self.rng.randint(1, 3)}]

    def one(self, kind: RowKind, streams: str = "") -> msgspec.Struct | None:
        """Return any one thing of a kind."""
        prefix = kind.value + "/"
        found = [
            (stream, key)
            for stream, rows in self._rows.items()
            if stream.startswith(streams)
            for key in rows
            if key.startswith(prefix)
        ]
        if not found:
            return None
        stream, key = found[self.rng.randrange(len(found))]
        return _DECODERS[kind].decode(self._rows[stream][key][1])

    def order(self) -> Order | None:
        return self.one(RowKind.ORDER)

    def order_id(self) -> OrderId | None:
        if self.chance(0.02):
            return NOWHERE
        order = self.order()
        return None if order is None else order.id

    def shipment(self, *states: FulfillmentState) -> Fulfillment | None:
        """Return a shipment in one of these states if a few looks find one, else (sometimes) any."""
        found = None
        for _ in range(5):
            found = self.one(RowKind.FULFILLMENT)
            if found is None or not states or found.state in states:
                return found
        return found if self.chance(0.15) else None

    def run(self, *states: str) -> RiderRun | None:
        for _ in range(3):
            found = self.one(RowKind.RUN)
            if found is None or found.state in states:
                return found
        return None

    def transfer(self) -> Transfer | None:
        return self.one(RowKind.TRANSFER)

    def discrepancy(self) -> Discrepancy | None:
        for _ in range(3):
            found = self.one(RowKind.DISCREPANCY, DESK_STREAM)
            if found is None or found.closed_at is None:
                return found
        return None

    def parked(self) -> ParkedOp | None:
        return self.one(RowKind.PARKED, DESK_STREAM)

    def stock(self, branch_id: BranchId) -> Stock | None:
        return self.one(RowKind.STOCK, stock_stream(branch_id))

    def lines_to_ship(self, order: Order) -> list[dict]:
        """Return what is left of an order, or a part of it; now and then more than is left."""
        lines = [(line, remaining_units(line)) for line in order.lines]
        wanted = [(line, n) for line, n in lines if n > 0]
        if not wanted and order.lines:
            wanted = [(self.rng.choice(order.lines), 1)]
        return [_units(line, n if self.chance(0.5) else 1) for line, n in wanted]


def _units(line: OrderLine, units: int) -> dict:
    return {"order_line_id": line.id, "units": units}

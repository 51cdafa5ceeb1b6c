"""The book: everything that the ops of one chunk may read or change, in memory.

The server fills it from locked rows, a phone from its replica; `decide` is the same for both.
"""

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import (
    BranchId,
    DeviceId,
    DiscrepancyId,
    FulfillmentId,
    LedgerEntryId,
    OrderId,
    StaffId,
    VariantId,
)
from sync_protocol.ledger import Posting
from sync_protocol.orders import Order
from sync_protocol.outcomes import Code, Discrepancy, Effect, ResultStatus
from sync_protocol.reading import ReadOp
from sync_protocol.shop import Branch, Policy, Staff
from sync_protocol.stock import Stock, posted


class Recorded(Struct, frozen=True, kw_only=True):
    """An op together with who recorded it on which device; `now` is the server's epoch ms."""

    read: ReadOp
    staff: Staff
    device_id: DeviceId
    now: int

    def entry_id(self, place: int = 0) -> LedgerEntryId:
        """Return the id of the op's `place`-th ledger entry: the same op always makes the same entries."""
        return LedgerEntryId(f"{self.read.op.id}.{place}")


class Decision(Struct, frozen=True, kw_only=True):
    """All that one op does. Nothing happens but what stands here.

    `orders`, `fulfillments` and `discrepancies` are whole new values; `by`, `at` and `branch_id` tell the author who
    was there first.
    """

    status: ResultStatus
    code: Code | None = None
    by: StaffId | None = None
    at: int | None = None
    branch_id: BranchId | None = None
    detail: str | None = None
    orders: tuple[Order, ...] = ()
    fulfillments: tuple[Fulfillment, ...] = ()
    postings: tuple[Posting, ...] = ()
    discrepancies: tuple[Discrepancy, ...] = ()
    effects: tuple[Effect, ...] = ()


class Book(Struct, kw_only=True):
    """The state that a chunk works on. `open` holds the open discrepancies of the entities below."""

    policy: Policy
    branches: dict[BranchId, Branch]
    variants: frozenset[VariantId] = frozenset()
    orders: dict[OrderId, Order] = {}
    fulfillments: dict[FulfillmentId, Fulfillment] = {}
    stock: dict[tuple[BranchId, VariantId], Stock] = {}
    open: dict[DiscrepancyId, Discrepancy] = {}

    def stock_of(self, branch_id: BranchId, variant_id: VariantId) -> Stock:
        """Return what the branch holds of the variant; nothing known means nothing held."""
        held = self.stock.get((branch_id, variant_id))
        return held if held is not None else Stock(branch_id=branch_id, variant_id=variant_id)

    def apply(self, decision: Decision) -> None:
        """Make the decision part of the book, so that the next op of the chunk sees it."""
        self.orders.update({order.id: order for order in decision.orders})
        for shipment in decision.fulfillments:
            self._reserve(self.fulfillments.get(shipment.id), -1)
            self._reserve(shipment, +1)
            self.fulfillments[shipment.id] = shipment
        for posting in decision.postings:
            for variant_id in {leg.variant_id for leg in posting.legs}:
                key = (posting.branch_id, variant_id)
                self.stock[key] = posted(self.stock_of(*key), posting)
        for discrepancy in decision.discrepancies:
            self.open.pop(discrepancy.id, None)
            if discrepancy.closed_at is None:
                self.open[discrepancy.id] = discrepancy

    def _reserve(self, shipment: Fulfillment | None, sign: int) -> None:
        if shipment is None or not shipment.reserves:
            return
        for line in shipment.lines:
            key = (shipment.branch_id, line.variant_id)
            held = self.stock_of(*key)
            self.stock[key] = replace(held, reserved=held.reserved + sign * line.units)

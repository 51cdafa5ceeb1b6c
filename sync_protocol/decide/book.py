"""The book: everything that the ops of one chunk may read or change, in memory.

The server fills it from locked rows, a phone from its replica; `decide` is the same for both.
"""

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.codes import Code
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import (
    BranchId,
    DeviceId,
    DiscrepancyId,
    FulfillmentId,
    Incarnation,
    LedgerEntryId,
    OpId,
    OrderId,
    RunId,
    StaffId,
    TransferId,
    VariantId,
)
from sync_protocol.ledger import Posting
from sync_protocol.orders import Order
from sync_protocol.outcomes import Discrepancy, Effect, ResultStatus
from sync_protocol.reading import ReadOp, Unreadable
from sync_protocol.runs import RiderRun
from sync_protocol.shop import Branch, Policy, Staff
from sync_protocol.stock import Counted, Stock, posted
from sync_protocol.transfers import Transfer


class Recorded(Struct, frozen=True, kw_only=True):
    """An op together with who recorded it on which device; `now` is the server's epoch ms.

    `vouched_by`: the supervisor who takes it upon himself, where the author's own right to it was in doubt.
    """

    read: ReadOp
    staff: Staff
    device_id: DeviceId
    now: int
    vouched_by: Staff | None = None

    def entry_id(self, place: int = 0) -> LedgerEntryId:
        """Return the id of the op's `place`-th ledger entry: the same op always makes the same entries."""
        return LedgerEntryId(f"{self.read.op.id}.{place}")


class Waiting(Struct, frozen=True, kw_only=True):
    """An op that was parked, as it came, with all that is needed to decide it anew.

    `place` orders the ops of a device as they were recorded; `staff` is who recorded it, else whose device it was;
    `vouched_by` who took it upon himself before, when something else still kept it from being carried out.
    """

    raw: bytes
    read: ReadOp | Unreadable
    staff: Staff
    device_id: DeviceId
    incarnation: Incarnation
    place: tuple[int, ...]
    code: Code
    vouched_by: Staff | None = None


class CountMark(Struct, frozen=True, kw_only=True):
    """A variant at a branch was counted."""

    branch_id: BranchId
    variant_id: VariantId
    counted: Counted


class LowMark(Struct, frozen=True, kw_only=True):
    """A variant at a branch has another level at which it is to be refilled."""

    branch_id: BranchId
    variant_id: VariantId
    units: int | None


class Moved(Struct, frozen=True, kw_only=True):
    """One earlier movement of a shelf: sellable units of a variant at a branch, in that branch's ledger version.

    `at` is when it happened by the server's clock, epoch ms give or take `within_ms`.
    """

    version: int
    device_id: DeviceId
    at: int
    within_ms: int
    units: int


class PastOrder(Struct, frozen=True, kw_only=True):
    """Another order of the same customer, as far as it matters for a new one."""

    id: OrderId
    placed_at: int
    variants: tuple[VariantId, ...]
    cancelled: bool
    refused: bool


class Decision(Struct, frozen=True, kw_only=True):
    """All that one op does. Nothing happens but what stands here.

    `orders`, `fulfillments`, `runs`, `transfers` and `discrepancies` are whole new values; `by`, `at` and `branch_id`
    tell the author who was there first. `replays` are parked ops to be decided anew behind this one, `dismisses` those that
    never will be.
    """

    status: ResultStatus
    code: Code | None = None
    by: StaffId | None = None
    at: int | None = None
    branch_id: BranchId | None = None
    detail: str | None = None
    orders: tuple[Order, ...] = ()
    fulfillments: tuple[Fulfillment, ...] = ()
    runs: tuple[RiderRun, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    postings: tuple[Posting, ...] = ()
    counted: tuple[CountMark, ...] = ()
    low_levels: tuple[LowMark, ...] = ()
    discrepancies: tuple[Discrepancy, ...] = ()
    effects: tuple[Effect, ...] = ()
    replays: tuple[OpId, ...] = ()
    dismisses: tuple[OpId, ...] = ()


class Book(Struct, kw_only=True):
    """The state that a chunk works on. `open` holds the open discrepancies of the entities below.

    `people` are those whom a body names; `past` are the other orders of a customer by phone number; `history` are a
    counted shelf's movements since the oldest version that a count of this chunk had seen, in order of version;
    `waiting` are the parked ops of the devices whose ops are to be decided anew.
    """

    policy: Policy
    branches: dict[BranchId, Branch]
    people: dict[StaffId, Staff] = {}
    variants: frozenset[VariantId] = frozenset()
    orders: dict[OrderId, Order] = {}
    fulfillments: dict[FulfillmentId, Fulfillment] = {}
    stock: dict[tuple[BranchId, VariantId], Stock] = {}
    runs: dict[RunId, RiderRun] = {}
    transfers: dict[TransferId, Transfer] = {}
    open: dict[DiscrepancyId, Discrepancy] = {}
    past: dict[str, tuple[PastOrder, ...]] = {}
    history: dict[tuple[BranchId, VariantId], tuple[Moved, ...]] = {}
    waiting: dict[OpId, Waiting] = {}

    def stock_of(self, branch_id: BranchId, variant_id: VariantId) -> Stock:
        """Return what the branch holds of the variant; nothing known means nothing held."""
        held = self.stock.get((branch_id, variant_id))
        return held if held is not None else Stock(branch_id=branch_id, variant_id=variant_id)

    def shipments_of(self, order_id: OrderId) -> tuple[Fulfillment, ...]:
        """Return an order's shipments in the order in which they were made."""
        mine = [f for f in self.fulfillments.values() if f.order_id == order_id]
        return tuple(sorted(mine, key=lambda f: (f.steps[0].recorded_at if f.steps else 0, f.id)))

    def apply(self, decision: Decision) -> None:
        """Make the decision part of the book, so that the next op of the chunk sees it."""
        self.orders.update({order.id: order for order in decision.orders})
        self.runs.update({run.id: run for run in decision.runs})
        self.transfers.update({transfer.id: transfer for transfer in decision.transfers})
        for shipment in decision.fulfillments:
            self._reserve(self.fulfillments.get(shipment.id), -1)
            self._reserve(shipment, +1)
            self.fulfillments[shipment.id] = shipment
        for posting in decision.postings:
            for variant_id in {leg.variant_id for leg in posting.legs}:
                key = (posting.branch_id, variant_id)
                self.stock[key] = posted(self.stock_of(*key), posting)
        for count in decision.counted:
            key = (count.branch_id, count.variant_id)
            self.stock[key] = replace(self.stock_of(*key), counted=count.counted)
        for low in decision.low_levels:
            key = (low.branch_id, low.variant_id)
            self.stock[key] = replace(self.stock_of(*key), low_units=low.units)
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

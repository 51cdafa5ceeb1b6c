"""Our shipment record and its state machine.

The tables are the whole machine: a cell that is absent is a step that does not happen normally. A fact in such a cell
is still recorded; `decide` names what is odd about it.
"""

from enum import StrEnum

from msgspec import Struct

from sync_protocol.ids import (
    BranchId,
    FulfillmentId,
    LedgerEntryId,
    OrderId,
    OrderLineId,
    StaffId,
    VariantId,
)


class Workflow(StrEnum):
    """The three ways of working; they coexist on one order."""

    SMART = "smart"
    MANUAL = "manual"
    BRANCH_SYNC = "branch_sync"


class FulfillmentState(StrEnum):
    """Where a shipment stands. `recorded` is manual's only step: the goods went out, somebody wrote it down."""

    PENDING = "pending"
    PACKED = "packed"
    DISPATCHED = "dispatched"
    DELIVERED = "delivered"
    RECORDED = "recorded"
    CANCELLED = "cancelled"


class FulfillmentAction(StrEnum):
    """What people do to a shipment."""

    PACK = "pack"
    UNPACK = "unpack"
    DISPATCH = "dispatch"
    DELIVER = "deliver"
    CANCEL = "cancel"


_S = FulfillmentState
_A = FulfillmentAction

TRANSITIONS: dict[FulfillmentState, dict[FulfillmentAction, FulfillmentState]] = {
    # Reserved only. Cancelling here releases the reservation; nothing had left.
    _S.PENDING: {_A.PACK: _S.PACKED, _A.CANCEL: _S.CANCELLED},
    # The goods are out of the shelf (S25). Only unpacking brings them back.
    _S.PACKED: {_A.UNPACK: _S.PENDING, _A.DISPATCH: _S.DISPATCHED},
    # With a courier or rider; Shopify has been told or is about to be (S26).
    _S.DISPATCHED: {_A.DELIVER: _S.DELIVERED},
    # Manual fulfillments share the tail, so that returns work alike in all workflows.
    _S.RECORDED: {_A.DELIVER: _S.DELIVERED},
    _S.DELIVERED: {},
    _S.CANCELLED: {},
}

GOODS_OUT = frozenset({_S.PACKED, _S.DISPATCHED, _S.DELIVERED, _S.RECORDED})
"""States in which the lines are out of the branch's stock (I6)."""


class ShopifyState(StrEnum):
    """What Shopify knows of a shipment. Manual fulfillments stay `not_for_shopify` for ever (S36)."""

    NOT_FOR_SHOPIFY = "not_for_shopify"
    NOT_YET = "not_yet"
    QUEUED = "queued"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    SKIPPED = "skipped"


class FulfillmentLine(Struct, frozen=True, kw_only=True):
    """Units of one order line in one shipment."""

    order_line_id: OrderLineId
    variant_id: VariantId
    units: int


class Step(Struct, frozen=True, kw_only=True):
    """Who took the shipment into `state`, when by the device (`at`) and by the server (`recorded_at`), epoch ms."""

    state: FulfillmentState
    by: StaffId
    at: int
    recorded_at: int


class Fulfillment(Struct, frozen=True, kw_only=True):
    """One shipment of one order from one branch.

    `posting_id` names the ledger entry that took the goods out while they are out. `collect_paisa` is what courier or
    rider must collect, `cash_paisa` what was handed over on delivery. `refused` marks the stub of a claim that lost a
    race: later facts about that parcel still find it.
    """

    id: FulfillmentId
    order_id: OrderId
    branch_id: BranchId
    workflow: Workflow
    state: FulfillmentState
    lines: tuple[FulfillmentLine, ...]
    steps: tuple[Step, ...] = ()
    posting_id: LedgerEntryId | None = None
    courier: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    no_tracking_reason: str | None = None
    notify_customer: bool = True
    collect_paisa: int = 0
    cash_paisa: int | None = None
    note: str | None = None
    refused: bool = False
    shopify_state: ShopifyState = ShopifyState.NOT_YET
    shopify_fulfillment_gid: str | None = None
    shopify_error: str | None = None
    rev: int = 0

    @property
    def reserves(self) -> bool:
        """Whether its lines are promised but still on the shelf."""
        return self.state is FulfillmentState.PENDING

    @property
    def goods_out(self) -> bool:
        """Whether its lines have left the branch's stock."""
        return self.state in GOODS_OUT


def next_state(state: FulfillmentState, action: FulfillmentAction) -> FulfillmentState | None:
    """Return where `action` leads from `state`, or None where the table has no such step."""
    return TRANSITIONS[state].get(action)

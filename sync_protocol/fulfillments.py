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
    ReturnId,
    RunId,
    StaffId,
    VariantId,
)


class Workflow(StrEnum):
    """The three ways of working; they coexist on one order."""

    SMART = "smart"
    MANUAL = "manual"
    BRANCH_SYNC = "branch_sync"


class FulfillmentState(StrEnum):
    """Where a shipment stands. `recorded` is the only step of manual and Branch Sync: the goods went out already."""

    PENDING = "pending"
    PACKED = "packed"
    DISPATCHED = "dispatched"
    DELIVERED = "delivered"
    RECORDED = "recorded"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"
    CANCELLED = "cancelled"
    VOIDED = "voided"


class FulfillmentAction(StrEnum):
    """What people do to a shipment."""

    PACK = "pack"
    UNPACK = "unpack"
    DISPATCH = "dispatch"
    UNDO_DISPATCH = "undo_dispatch"
    ATTEMPT = "attempt"
    DELIVER = "deliver"
    INITIATE_RETURN = "initiate_return"
    RESUME = "resume"
    RECEIVE = "receive"
    LOSE = "lose"
    CANCEL = "cancel"
    VOID = "void"


_S = FulfillmentState
_A = FulfillmentAction

TRANSITIONS: dict[FulfillmentState, dict[FulfillmentAction, FulfillmentState]] = {
    # Reserved only. Cancelling here releases the reservation; nothing had left.
    _S.PENDING: {_A.PACK: _S.PACKED, _A.CANCEL: _S.CANCELLED},
    # The goods are out of the shelf (S25). Only unpacking brings them back.
    _S.PACKED: {_A.UNPACK: _S.PENDING, _A.DISPATCH: _S.DISPATCHED},
    # With a courier or rider; Shopify has been told or is about to be (S26).
    _S.DISPATCHED: {
        _A.UNDO_DISPATCH: _S.PACKED,
        _A.ATTEMPT: _S.DISPATCHED,
        _A.DELIVER: _S.DELIVERED,
        _A.INITIATE_RETURN: _S.RETURNING,
        _A.LOSE: _S.LOST,
    },
    # Manual and Branch Sync share the tail, so that returns work alike in all workflows.
    _S.RECORDED: {
        _A.ATTEMPT: _S.RECORDED,
        _A.DELIVER: _S.DELIVERED,
        _A.INITIATE_RETURN: _S.RETURNING,
        _A.LOSE: _S.LOST,
        _A.VOID: _S.VOIDED,
    },
    _S.DELIVERED: {_A.INITIATE_RETURN: _S.RETURNING},
    # On its way back. Receiving ends here when all that was expected has come or is missing; what the customer keeps
    # makes it delivered again.
    _S.RETURNING: {_A.RECEIVE: _S.RETURNED, _A.RESUME: _S.DISPATCHED, _A.LOSE: _S.LOST},
    _S.RETURNED: {},
    _S.LOST: {},
    _S.CANCELLED: {},
    _S.VOIDED: {},
}

GOODS_OUT = frozenset({_S.PACKED, _S.DISPATCHED, _S.DELIVERED, _S.RECORDED, _S.RETURNING})
"""States in which the lines, less what came back or was lost, are out of the branch's stock (I6)."""

NEVER_LEFT = frozenset({_S.PENDING, _S.CANCELLED, _S.VOIDED})
"""States whose lines count as never shipped."""

ON_THE_WAY = frozenset({_S.DISPATCHED, _S.RECORDED})
"""States from which a parcel can be delivered, attempted, lost or sent back."""


class ShopifyState(StrEnum):
    """What Shopify knows of a shipment. Manual fulfillments stay `not_for_shopify` for ever (S36)."""

    NOT_FOR_SHOPIFY = "not_for_shopify"
    NOT_YET = "not_yet"
    QUEUED = "queued"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    SKIPPED = "skipped"


class ReturnKind(StrEnum):
    """Why goods come back: never delivered (return to origin), or given back by the customer."""

    RTO = "rto"
    CUSTOMER = "customer"
    EXCHANGE = "exchange"


class Disposition(StrEnum):
    """What became of one returned unit. Missing units were sent back and never came; a wrong item came instead."""

    SELLABLE = "sellable"
    DAMAGED = "damaged"
    QUARANTINE = "quarantine"
    MISSING = "missing"
    WRONG_ITEM = "wrong_item"


class AttemptOutcome(StrEnum):
    """Why a parcel was not handed over."""

    NOT_HOME = "not_home"
    REFUSED = "refused"
    WRONG_ADDRESS = "wrong_address"
    RESCHEDULED = "rescheduled"
    UNREACHABLE = "unreachable"
    OTHER = "other"


class FulfillmentLine(Struct, frozen=True, kw_only=True):
    """Units of one order line in one shipment.

    Of `units`, `returned_units` were received at a branch and `lost_units` are missing; `given_back_units` are those of
    them that the customer had and does not want again.
    """

    order_line_id: OrderLineId
    variant_id: VariantId
    units: int
    returned_units: int = 0
    lost_units: int = 0
    given_back_units: int = 0

    @property
    def gone_units(self) -> int:
        """Units that have not come back and were not lost."""
        return self.units - self.returned_units - self.lost_units


class Step(Struct, frozen=True, kw_only=True):
    """Who took the shipment into `state`, when by the device (`at`) and by the server (`recorded_at`), epoch ms."""

    state: FulfillmentState
    by: StaffId
    at: int
    recorded_at: int


class DeliveryAttempt(Struct, frozen=True, kw_only=True):
    """A try to hand the parcel over that failed (NDR); `next_at` epoch ms where another day was agreed."""

    outcome: AttemptOutcome
    by: StaffId
    at: int
    next_at: int | None = None
    note: str | None = None


class ReturnLine(Struct, frozen=True, kw_only=True):
    """Units of one order line expected back, and how many were received or found missing."""

    order_line_id: OrderLineId
    units: int
    settled_units: int = 0


class Receipt(Struct, frozen=True, kw_only=True):
    """One look into a returned parcel: what came of one order line, at which branch."""

    branch_id: BranchId
    order_line_id: OrderLineId
    units: int
    disposition: Disposition
    came_variant_id: VariantId | None = None
    by: StaffId
    at: int


class Return(Struct, frozen=True, kw_only=True):
    """Goods of one shipment on their way back. `branch_id` is where they are expected; where they come, receipts say.

    `came_from` is the state to which the shipment goes back when the return is called off, or when the customer keeps
    the rest.
    """

    id: ReturnId
    kind: ReturnKind
    reason: str | None = None
    branch_id: BranchId
    by: StaffId
    at: int
    came_from: FulfillmentState
    lines: tuple[ReturnLine, ...]
    receipts: tuple[Receipt, ...] = ()
    closed: bool = False


class Fulfillment(Struct, frozen=True, kw_only=True):
    """One shipment of one order from one branch.

    `posting_id` names the ledger entry that took the goods out while they are out. `collect_paisa` is what courier or
    rider must collect, `cash_paisa` what was handed over on delivery. `refused` marks the stub of a claim that lost a
    race: later facts about that parcel still find it. `run_id`, `rider_id` and `stop` say which rider has it, as which
    parcel of the run.
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
    received_by: str | None = None
    note: str | None = None
    refused: bool = False
    run_id: RunId | None = None
    rider_id: StaffId | None = None
    stop: int | None = None
    attempts: tuple[DeliveryAttempt, ...] = ()
    returns: tuple[Return, ...] = ()
    courier_status: str | None = None
    courier_status_at: int | None = None
    claim_reference: str | None = None
    shopify_state: ShopifyState = ShopifyState.NOT_YET
    shopify_fulfillment_gid: str | None = None
    shopify_error: str | None = None
    shopify_cancelled: bool = False
    rev: int = 0

    @property
    def reserves(self) -> bool:
        """Whether its lines are promised but still on the shelf."""
        return self.state is FulfillmentState.PENDING

    @property
    def goods_out(self) -> bool:
        """Whether its lines have left the branch's stock."""
        return self.state in GOODS_OUT

    @property
    def open_return(self) -> Return | None:
        """The return that is under way, if any."""
        return next((r for r in self.returns if not r.closed), None)


def next_state(state: FulfillmentState, action: FulfillmentAction) -> FulfillmentState | None:
    """Return where `action` leads from `state`, or None where the table has no such step."""
    return TRANSITIONS[state].get(action)

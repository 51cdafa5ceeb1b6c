"""What the server answers to an op, and what it opens for a person to look at."""

from enum import StrEnum

from msgspec import Struct

from sync_protocol.codes import Code
from sync_protocol.ids import (
    BranchId,
    DeviceId,
    DiscrepancyId,
    FulfillmentId,
    LedgerEntryId,
    OpId,
    OrderId,
    RunId,
    StaffId,
    StreamName,
    TransferId,
    VariantId,
)
from sync_protocol.orders import LineCount


class ResultStatus(StrEnum):
    """The five ends of an op. Facts are never `refused`."""

    APPLIED = "applied"
    FLAGGED = "flagged"
    NOOP = "noop"
    PARKED = "parked"
    REFUSED = "refused"


class Result(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to one op, stored once and returned byte for byte ever after.

    `by`, `at` and `branch_id` name who was first when a claim lost or a fact was already there. `versions` are the
    stream versions at which the op's effect is visible.
    """

    id: OpId
    status: ResultStatus
    code: Code | None = None
    discrepancy_id: DiscrepancyId | None = None
    by: StaffId | None = None
    at: int | None = None
    branch_id: BranchId | None = None
    detail: str | None = None
    versions: dict[StreamName, int] = {}


class ParkedOp(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the desk shows of an op that is kept but has no effect yet: what, whose, when, and why it waits.

    `at` and `recorded_at` are epoch ms by the device and by the server; `refs` are the things that it is about.
    """

    id: OpId
    kind: str
    by: StaffId
    device_id: DeviceId
    at: int
    recorded_at: int
    code: Code
    detail: str | None = None
    refs: tuple[str, ...] = ()


class Outcome(StrEnum):
    """What a supervisor says became of a discrepancy; each is carried out by the op that says so."""

    ACCEPTED = "accepted"
    """It is as it is: nothing moves."""
    SAME_PARCEL = "same_parcel"
    """The same goods, recorded twice: the second recording counts for nothing."""
    SENT_TWICE = "sent_twice"
    """They really left twice: the second is deducted too, beyond what was ordered."""
    OTHER_BRANCH = "other_branch"
    """They left from another branch: the deduction moves there."""
    FOUND_EXTRA = "found_extra"
    """There was more on the shelf than the book knew."""
    SCANNED_TWICE = "scanned_twice"
    """One unit was scanned twice: what was taken too much goes back."""
    UNPACK = "unpack"
    """It has to come out of the parcel again."""
    EXPECT_RETURN = "expect_return"
    """It is on its way and will come back."""
    WAS_DELIVERED = "was_delivered"
    WAS_RETURNED = "was_returned"
    VOID = "void"
    """It never left."""
    RETRY = "retry"
    """Shopify is to be told again."""
    RECOUNT = "recount"
    """Somebody counts again."""
    WRITTEN_OFF = "written_off"
    """The loss is the shop's."""


class Discrepancy(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something a supervisor must look at: what, who, where, when, and what they had seen.

    `units` is how many units are in question, `lines` of which order lines; `balance_units` the branch's sellable
    balance after the op where that is the point, `paisa` the money where money is, `effect` the key of what Shopify would
    not do. What begins with `closed` stays empty while it is open; `outcome` says what a person decided, and is empty where a later fact settled it by itself.
    """

    id: DiscrepancyId
    code: Code
    op_id: OpId
    op_kind: str
    by: StaffId
    device_id: DeviceId
    at: int
    recorded_at: int
    order_id: OrderId | None = None
    fulfillment_id: FulfillmentId | None = None
    branch_id: BranchId | None = None
    variant_id: VariantId | None = None
    units: int | None = None
    balance_units: int | None = None
    paisa: int | None = None
    run_id: RunId | None = None
    transfer_id: TransferId | None = None
    lines: tuple[LineCount, ...] = ()
    detail: str | None = None
    effect: str | None = None
    seen: dict[str, int] = {}
    closed_at: int | None = None
    closed_by_op: OpId | None = None
    closed_by: StaffId | None = None
    outcome: Outcome | None = None
    reason: str | None = None


OUTCOMES: dict[Code, tuple[Outcome, ...]] = {
    Code.OVERSELL: (
        Outcome.FOUND_EXTRA,
        Outcome.SCANNED_TWICE,
        Outcome.OTHER_BRANCH,
        Outcome.UNPACK,
    ),
    Code.DOUBLE_PACK: (Outcome.SAME_PARCEL, Outcome.SENT_TWICE, Outcome.OTHER_BRANCH),
    Code.POSSIBLE_DOUBLE_DEDUCT: (Outcome.SAME_PARCEL, Outcome.SENT_TWICE, Outcome.OTHER_BRANCH),
    Code.PACKED_CANCELLED: (Outcome.UNPACK, Outcome.EXPECT_RETURN, Outcome.ACCEPTED),
    Code.PACKED_SUPERSEDED: (Outcome.UNPACK, Outcome.EXPECT_RETURN, Outcome.ACCEPTED),
    Code.PACKED_AFTER_REFUSAL: (Outcome.ACCEPTED, Outcome.UNPACK),
    Code.CANCELLED_WHILE_PACKED: (Outcome.UNPACK, Outcome.ACCEPTED),
    Code.DISPATCHED_CANCELLED: (Outcome.EXPECT_RETURN, Outcome.ACCEPTED),
    Code.DELIVERED_CANCELLED: (Outcome.ACCEPTED, Outcome.EXPECT_RETURN),
    Code.DELIVER_VS_RETURN: (Outcome.WAS_DELIVERED, Outcome.WAS_RETURNED),
    Code.UNFULFILLED_IN_SHOPIFY: (Outcome.VOID, Outcome.ACCEPTED),
    Code.SHOPIFY_FAILED: (Outcome.RETRY, Outcome.ACCEPTED),
    Code.COUNT_AMBIGUOUS: (Outcome.RECOUNT, Outcome.ACCEPTED),
    Code.CASH_SHORT: (Outcome.ACCEPTED, Outcome.WRITTEN_OFF),
}
"""The one-tap outcomes of each code; where none are named, a person looks and says `accepted`."""


def outcomes_of(code: Code) -> tuple[Outcome, ...]:
    """Return what may become of a discrepancy of that code."""
    return OUTCOMES.get(code, (Outcome.ACCEPTED,))


class EffectKind(StrEnum):
    """What the server must do in the outside world."""

    SHOPIFY_FULFILL = "shopify_fulfill"
    SHOPIFY_CANCEL = "shopify_cancel"
    SHOPIFY_TRACKING = "shopify_tracking"
    SHOPIFY_DELIVERED = "shopify_delivered"
    SHOPIFY_OUT_FOR_DELIVERY = "shopify_out_for_delivery"
    SHOPIFY_ATTEMPTED = "shopify_attempted"
    SHOPIFY_PACKED = "shopify_packed"
    SHOPIFY_CONFIRMED = "shopify_confirmed"
    SHOPIFY_PAID = "shopify_paid"
    SHOPIFY_STOCK = "shopify_stock"


class Effect(Struct, frozen=True, kw_only=True):
    """An intent to act outside. `key` is unique per shop: the same intent is never queued twice.

    It is about a shipment, an order, or neither: what moved on a shelf, by `entry_id`. Effects of one `lane` are carried
    out in order. `again` lets an intent that had failed be tried once more.
    """

    key: str
    kind: EffectKind
    lane: str
    fulfillment_id: FulfillmentId | None = None
    order_id: OrderId | None = None
    entry_id: LedgerEntryId | None = None
    notify_customer: bool = False
    again: bool = False

"""What the server answers to an op, and what it opens for a person to look at."""

from enum import StrEnum

from msgspec import Struct

from sync_protocol.ids import (
    BranchId,
    DeviceId,
    DiscrepancyId,
    FulfillmentId,
    OpId,
    OrderId,
    StaffId,
    StreamName,
    VariantId,
)


class ResultStatus(StrEnum):
    """The five ends of an op. Facts are never `refused`."""

    APPLIED = "applied"
    FLAGGED = "flagged"
    NOOP = "noop"
    PARKED = "parked"
    REFUSED = "refused"


class Code(StrEnum):
    """Why an op did not simply apply. Words for people live in the app's translations."""

    # Flags: the op stands and a supervisor is asked (protocol.md §6).
    OVERSELL = "oversell"
    DOUBLE_PACK = "double_pack"
    PACKED_CANCELLED = "packed_cancelled"
    PACKED_SUPERSEDED = "packed_superseded"
    PACKED_AFTER_REFUSAL = "packed_after_refusal"
    NOT_PACKED = "not_packed"
    IMPLIED_PACK = "implied_pack"
    IMPLIED_DISPATCH = "implied_dispatch"
    DOUBLE_DISPATCH = "double_dispatch"
    DISPATCHED_CANCELLED = "dispatched_cancelled"
    DELIVERED_CANCELLED = "delivered_cancelled"
    POSSIBLE_DOUBLE_DEDUCT = "possible_double_deduct"
    CANCELLED_WHILE_PACKED = "cancelled_while_packed"
    SHOPIFY_FAILED = "shopify_failed"
    # Nothing to do.
    ALREADY_DONE = "already_done"
    STALE = "stale"
    PARTLY_TAKEN = "partly_taken"
    # Refusals of claims.
    LINES_TAKEN = "lines_taken"
    NOT_CONFIRMED = "not_confirmed"
    ORDER_CANCELLED = "order_cancelled"
    BRANCH_CLOSED = "branch_closed"
    ALREADY_EXISTS = "already_exists"
    INVALID = "invalid"
    # Parked: kept verbatim, a supervisor can replay it.
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_REFERENCE = "unknown_reference"
    WAITS_FOR_PARKED = "waits_for_parked"
    AUTHORITY = "authority"
    REVOKED = "revoked"
    ID_REUSE = "id_reuse"
    UNREADABLE = "unreadable"
    FAILED = "failed"


BLOCKING = frozenset(
    {
        Code.UNKNOWN_KIND,
        Code.UNKNOWN_REFERENCE,
        Code.WAITS_FOR_PARKED,
        Code.AUTHORITY,
        Code.REVOKED,
        Code.FAILED,
    }
)
"""Parkings that a later replay can end, so that what the same device recorded after them on the same entity must wait.

What can never become valid (`invalid`, `unreadable`, `id_reuse`) holds up nothing.
"""


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


class Discrepancy(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something a supervisor must look at: what, who, where, when, and what they had seen.

    `units` is how many units are in question; `balance_units` the branch's sellable balance after the op where that
    is the point. `closed_at` and `closed_by_op` stay empty while it is open.
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
    detail: str | None = None
    seen: dict[str, int] = {}
    closed_at: int | None = None
    closed_by_op: OpId | None = None


class EffectKind(StrEnum):
    """What the server must do in the outside world."""

    SHOPIFY_FULFILL = "shopify_fulfill"


class Effect(Struct, frozen=True, kw_only=True):
    """An intent to act outside. `key` is unique per shop: the same intent is never queued twice.

    Effects of one `lane` are carried out in order.
    """

    key: str
    kind: EffectKind
    lane: str
    fulfillment_id: FulfillmentId
    order_id: OrderId

"""Why an op did not simply apply: every answer by its name."""

from enum import StrEnum


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
    DUPLICATE_TRACKING = "duplicate_tracking"
    TRACKING_CHANGED = "tracking_changed"
    LATE_UNDO = "late_undo"
    NOT_DISPATCHED = "not_dispatched"
    DISPATCHED_CANCELLED = "dispatched_cancelled"
    DELIVERED_CANCELLED = "delivered_cancelled"
    DELIVER_VS_RETURN = "deliver_vs_return"
    NOT_OUT = "not_out"
    RETURN_EXCESS = "return_excess"
    RETURN_MISSING = "return_missing"
    RETURN_WRONG_ITEM = "return_wrong_item"
    PARCEL_LOST = "parcel_lost"
    POSSIBLE_DOUBLE_DEDUCT = "possible_double_deduct"
    NOT_FULFILLED_IN_SHOPIFY = "not_fulfilled_in_shopify"
    UNFULFILLED_IN_SHOPIFY = "unfulfilled_in_shopify"
    FIX_STALE = "fix_stale"
    CANCELLED_WHILE_PACKED = "cancelled_while_packed"
    CUSTOMER_CANCELLED = "customer_cancelled"
    SHOPIFY_FAILED = "shopify_failed"
    COUNT_AMBIGUOUS = "count_ambiguous"
    TRANSFER_SHORT = "transfer_short"
    TRANSFER_EXCESS = "transfer_excess"
    IN_ANOTHER_RUN = "in_another_run"
    NOT_IN_RUN = "not_in_run"
    RUN_CLOSED = "run_closed"
    CASH_SHORT = "cash_short"
    CASH_DIFFERENT = "cash_different"
    SETTLED_OTHERWISE = "settled_otherwise"
    BELOW_ZERO = "below_zero"
    BRANCH_INACTIVE = "branch_inactive"
    LEDGER_DIFFERS = "ledger_differs"
    LEDGER_BEHIND = "ledger_behind"
    HISTORY_HOLE = "history_hole"
    CLOCK_DOUBTFUL = "clock_doubtful"
    # Nothing to do, or done with a remark.
    ALREADY_DONE = "already_done"
    STALE = "stale"
    PARTLY_TAKEN = "partly_taken"
    LINKED = "linked"
    NOTHING_LEFT = "nothing_left"
    COUNTED_BEFORE = "counted_before"
    # Refusals of claims.
    LINES_TAKEN = "lines_taken"
    NOT_CONFIRMED = "not_confirmed"
    ORDER_CANCELLED = "order_cancelled"
    BRANCH_CLOSED = "branch_closed"
    ALREADY_EXISTS = "already_exists"
    NOT_PENDING = "not_pending"
    NEEDS_REASON = "needs_reason"
    RUN_NOT_OPEN = "run_not_open"
    RUN_NOT_READY = "run_not_ready"
    NOT_A_RIDER = "not_a_rider"
    NOT_AN_OUTCOME = "not_an_outcome"
    EXCHANGE_CLOSED = "exchange_closed"
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
    DISMISSED = "dismissed"


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

What can never become valid (`invalid`, `unreadable`, `id_reuse`) holds up nothing, nor does what a supervisor dismissed.
"""

CONFLICTS = frozenset(
    {
        Code.DOUBLE_PACK,
        Code.PACKED_SUPERSEDED,
        Code.PACKED_AFTER_REFUSAL,
        Code.DELIVER_VS_RETURN,
        Code.POSSIBLE_DOUBLE_DEDUCT,
        Code.NOT_FULFILLED_IN_SHOPIFY,
        Code.UNFULFILLED_IN_SHOPIFY,
        Code.FIX_STALE,
        Code.RETURN_EXCESS,
    }
)
"""Flags that put the order itself in doubt: while one is open, it is what the order's headline says."""

"""Who may record what, and which streams each person's phone is given. Both are data."""

from enum import StrEnum

from sync_protocol.ids import BranchId, DeviceId, StaffId, StreamName
from sync_protocol.ops import OpKind
from sync_protocol.shop import Branch, Policy, Role, Staff


class Reach(StrEnum):
    """How far a right reaches: everywhere, at the person's branches, to what was given to that person, or not at all."""

    SHOP = "shop"
    BRANCH = "branch"
    OWN = "own"
    NONE = "none"


_NOWHERE = dict.fromkeys(OpKind, Reach.NONE)
_NEWS = (
    OpKind.SHOPIFY_ORDER,
    OpKind.SHOPIFY_OUTCOME,
    OpKind.STORE_CONTACT,
    OpKind.TIME_PASSED,
    OpKind.SERVER_FINDING,
)
_EVERYWHERE = dict.fromkeys(OpKind, Reach.SHOP) | dict.fromkeys(_NEWS, Reach.NONE)

ASKING = (OpKind.CONFIRM, OpKind.CALL_ATTEMPT, OpKind.EDIT_CONTACT)
_SHIPPING = (
    OpKind.CREATE_FULFILLMENT,
    OpKind.EDIT_FULFILLMENT,
    OpKind.CANCEL_FULFILLMENT,
    OpKind.PACK,
    OpKind.UNPACK,
    OpKind.SET_TRACKING,
    OpKind.DISPATCH,
    OpKind.UNDO_DISPATCH,
)
SENDING = (OpKind.DISPATCH, OpKind.UNDO_DISPATCH, OpKind.SET_TRACKING, OpKind.START_RUN)
_OUTCOMES = (
    OpKind.DELIVER,
    OpKind.ATTEMPT_FAILED,
    OpKind.INITIATE_RETURN,
    OpKind.RESUME_DELIVERY,
    OpKind.TRACKING_EVENT,
)
_BRANCH_STOCK = (
    OpKind.RETURN_RECEIVE,
    OpKind.INSPECT,
    OpKind.RECEIVE_STOCK,
    OpKind.COUNTER_SALE,
    OpKind.COUNTER_RETURN,
    OpKind.TRANSFER_SEND,
    OpKind.TRANSFER_RECEIVE,
    OpKind.COUNT,
)
_RUNS = (
    OpKind.CREATE_RUN,
    OpKind.LOAD_PARCEL,
    OpKind.UNLOAD_PARCEL,
    OpKind.START_RUN,
    OpKind.END_RUN,
    OpKind.CHECK_IN_PARCEL,
    OpKind.COUNT_RUN_CASH,
    OpKind.CLOSE_RUN,
)
_MANUAL = (OpKind.MANUAL_FULFILLMENT, OpKind.VOID_FULFILLMENT)
_HEAD_OFFICE_ONLY = (
    OpKind.OPENING_STOCK,
    OpKind.FIX_BRANCH_STOCK,
    OpKind.RESOLVE,
    OpKind.REPLAY,
    OpKind.DISMISS,
    OpKind.MARK_LOST,
    OpKind.WRITE_OFF,
    OpKind.REOPEN_RUN,
    OpKind.COUNT_RUN_CASH,
    OpKind.CLOSE_RUN,
    *_BRANCH_STOCK,
)

RIGHTS: dict[Role, dict[OpKind, Reach]] = {
    Role.OWNER: _EVERYWHERE,
    Role.SUPERVISOR: _EVERYWHERE,
    Role.OPERATOR: _EVERYWHERE
    | dict.fromkeys((*_HEAD_OFFICE_ONLY, OpKind.SETTLE_EXCHANGE), Reach.NONE),
    Role.BRANCH: _NOWHERE
    | dict.fromkeys(ASKING, Reach.SHOP)
    | dict.fromkeys((*_SHIPPING, *_OUTCOMES, *_BRANCH_STOCK, *_RUNS, *_MANUAL), Reach.BRANCH)
    | {OpKind.ASSIGN_BRANCH: Reach.BRANCH, OpKind.SETTLE_EXCHANGE: Reach.BRANCH},
    Role.RECORDER: _NOWHERE | dict.fromkeys(_MANUAL, Reach.BRANCH),
    # A rider acts on the parcels that were given to him, wherever they came from, and on his own run.
    Role.RIDER: _NOWHERE
    | dict.fromkeys(
        (OpKind.DELIVER, OpKind.ATTEMPT_FAILED, OpKind.INITIATE_RETURN, OpKind.END_RUN), Reach.OWN
    ),
    Role.CALLER: _NOWHERE | dict.fromkeys(ASKING, Reach.SHOP),
    Role.VIEWER: _NOWHERE,
    # The server itself tries again what waited for a newer version or for an order.
    Role.SHOPIFY: _NOWHERE | dict.fromkeys((*_NEWS, OpKind.REPLAY), Reach.SHOP),
}

DECIDES_ALONE = frozenset({Role.OWNER, Role.SUPERVISOR})
"""Who may undo what others did, and open what was closed."""

CONNECTS_STORE = frozenset({Role.OWNER})
"""Who may tie the shop to a Shopify store, and see how it is tied."""

TELLS_NO_STORE = frozenset({Role.RECORDER, Role.RIDER})
"""Whose ops never reach Shopify, whatever state they find a parcel in (I13)."""

MAY_SKIP_ASKING = DECIDES_ALONE | {Role.OPERATOR}
"""Who may go ahead without the customer's yes, giving a reason (A18)."""


def may_record(
    staff: Staff, kind: OpKind, branch_id: BranchId | None, rider_id: StaffId | None = None
) -> bool:
    """Return whether `staff` may record `kind` at `branch_id`, for a parcel or run that `rider_id` has.

    None for the branch means that the op names none, or names something that is not known.
    """
    if not staff.active:
        return False
    match RIGHTS[staff.role][kind]:
        case Reach.SHOP:
            return True
        case Reach.BRANCH:
            return branch_id is None or branch_id in staff.branch_ids
        case Reach.OWN:
            return branch_id is None or rider_id == staff.id
        case Reach.NONE:
            return False


def switched_off(policy: Policy, staff: Staff, kind: OpKind) -> bool:
    """Whether the shop leaves this kind to head office although branch staff could do it."""
    if staff.role is not Role.BRANCH:
        return False
    asking = kind in ASKING and not policy.branch_asks_customers
    sending = kind in SENDING and not policy.branch_dispatches
    return asking or sending


def work_stream(branch_id: BranchId) -> StreamName:
    """Return the stream of a branch's orders and shipments."""
    return StreamName(f"branch/{branch_id}/work")


def stock_stream(branch_id: BranchId) -> StreamName:
    """Return the stream of a branch's stock."""
    return StreamName(f"branch/{branch_id}/stock")


def rider_stream(staff_id: StaffId) -> StreamName:
    """Return the stream of a rider's own run."""
    return StreamName(f"rider/{staff_id}")


def device_stream(device_id: DeviceId) -> StreamName:
    """Return the stream of results and notices for one device."""
    return StreamName(f"device/{device_id}")


SHOP_STREAM = StreamName("shop")
CATALOG_STREAM = StreamName("catalog")
INBOX_STREAM = StreamName("inbox")
DESK_STREAM = StreamName("desk")

_SEES_ALL_BRANCHES = frozenset({Role.OWNER, Role.SUPERVISOR, Role.OPERATOR})
_SEES_OWN_BRANCHES = frozenset({Role.BRANCH, Role.RECORDER})


def streams_for(
    staff: Staff, device_id: DeviceId, branches: tuple[Branch, ...], policy: Policy
) -> tuple[StreamName, ...]:
    """Return the streams of a person's device in the order in which a fresh phone should fetch them (R10)."""
    if not staff.active:
        return ()
    if staff.role in _SEES_ALL_BRANCHES:
        reach = [b.id for b in branches]
    elif staff.role in _SEES_OWN_BRANCHES:
        reach = [b.id for b in branches if b.id in staff.branch_ids]
    else:
        reach = []
    streams = [SHOP_STREAM]
    if staff.role is Role.RIDER:
        streams.append(rider_stream(staff.id))
    streams += [work_stream(b) for b in reach]
    if _sees_inbox(staff.role, policy):
        streams.append(INBOX_STREAM)
    streams += [stock_stream(b) for b in reach]
    if staff.role in _SEES_ALL_BRANCHES:
        streams.append(DESK_STREAM)
    streams.append(device_stream(device_id))
    if staff.role is not Role.RIDER:
        streams.append(CATALOG_STREAM)
    return tuple(streams)


def _sees_inbox(role: Role, policy: Policy) -> bool:
    if role in _SEES_OWN_BRANCHES:
        return policy.branch_sees_inbox
    return role in _SEES_ALL_BRANCHES or role is Role.CALLER

"""Who may record what, and which streams each person's phone is given. Both are data."""

from enum import StrEnum

from sync_protocol.ids import BranchId, DeviceId, StaffId, StreamName
from sync_protocol.ops import OpKind
from sync_protocol.shop import Branch, Policy, Role, Staff


class Reach(StrEnum):
    """How far a right reaches: everywhere, only at the person's branches, or not at all."""

    SHOP = "shop"
    BRANCH = "branch"
    NONE = "none"


_EVERYWHERE = dict.fromkeys(OpKind, Reach.SHOP) | {
    OpKind.SHOPIFY_ORDER: Reach.NONE,
    OpKind.SHOPIFY_OUTCOME: Reach.NONE,
}
_NOWHERE = dict.fromkeys(OpKind, Reach.NONE)

RIGHTS: dict[Role, dict[OpKind, Reach]] = {
    Role.OWNER: _EVERYWHERE,
    Role.SUPERVISOR: _EVERYWHERE,
    Role.OPERATOR: _EVERYWHERE | {OpKind.OPENING_STOCK: Reach.NONE},
    Role.BRANCH: _NOWHERE
    | {
        OpKind.CONFIRM: Reach.SHOP,
        OpKind.CREATE_FULFILLMENT: Reach.BRANCH,
        OpKind.PACK: Reach.BRANCH,
        OpKind.UNPACK: Reach.BRANCH,
        OpKind.DISPATCH: Reach.BRANCH,
        OpKind.DELIVER: Reach.BRANCH,
        OpKind.MANUAL_FULFILLMENT: Reach.BRANCH,
    },
    Role.RECORDER: _NOWHERE | {OpKind.MANUAL_FULFILLMENT: Reach.BRANCH},
    # A rider acts on parcels of the own branch; runs narrow this further once they exist.
    Role.RIDER: _NOWHERE | {OpKind.DELIVER: Reach.BRANCH},
    Role.CALLER: _NOWHERE | {OpKind.CONFIRM: Reach.SHOP},
    Role.VIEWER: _NOWHERE,
    Role.SHOPIFY: _NOWHERE | {OpKind.SHOPIFY_ORDER: Reach.SHOP, OpKind.SHOPIFY_OUTCOME: Reach.SHOP},
}


def may_record(staff: Staff, kind: OpKind, branch_id: BranchId | None) -> bool:
    """Return whether `staff` may record `kind` at `branch_id` (None: the op names no branch)."""
    if not staff.active:
        return False
    match RIGHTS[staff.role][kind]:
        case Reach.SHOP:
            return True
        case Reach.BRANCH:
            return branch_id is None or branch_id in staff.branch_ids
        case Reach.NONE:
            return False


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

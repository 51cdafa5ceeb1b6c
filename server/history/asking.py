"""Asking what happened. Head office sees everything; everybody else what they did themselves (reliability.md §4.2)."""

from typing import Annotated

from msgspec import Meta, Struct

from server.db import history
from server.db.connections import Connection
from server.db.devices import Visitor
from server.db.history import Cursor, Event, PastStock
from sync_protocol.bodies.parts import AnId
from sync_protocol.ids import BranchId, OpId, StaffId
from sync_protocol.limits import INTEGER_MAX
from sync_protocol.permissions import DECIDES_ALONE
from sync_protocol.shop import Role

PAGE_MAX = 200

Moment = Annotated[int, Meta(ge=0, le=INTEGER_MAX)]


class HistoryRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose history: a thing, a person, or both. `before` is where the last page ended.

    A thing is named as in rows: `order/900`, `fulfillment/…`, `variant/…`, `branch/…`, `run/…`, `transfer/…`,
    `discrepancy/…`; a cash account as `cash/rider/…`.
    """

    thing: (
        Annotated[str, Meta(min_length=3, max_length=160, pattern=r"^[a-z]+/[^\x00]+$")] | None
    ) = None
    staff_id: Annotated[StaffId, AnId] | None = None
    before: tuple[Moment, Annotated[OpId, AnId]] | None = None
    most: Annotated[int, Meta(ge=1, le=PAGE_MAX)] = 50


class HistoryReply(Struct, frozen=True, kw_only=True):
    """Events, newest first; `before` fetches what is older, None when there is nothing."""

    events: tuple[Event, ...]
    before: tuple[int, OpId] | None


class StockRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A branch and a moment by the server's clock, epoch ms."""

    branch_id: Annotated[BranchId, AnId]
    at: Moment


class StockReply(Struct, frozen=True, kw_only=True):
    """What the branch held then; `version` is the last entry of its ledger that had been recorded."""

    branch_id: BranchId
    at: int
    version: int
    stock: tuple[PastStock, ...]


class NotForYou(Exception):
    """This person may not see that."""


async def tell_history(
    connection: Connection, visitor: Visitor, asked: HistoryRequest
) -> HistoryReply:
    """Return a page of a history.

    Raises:
        NotForYou: somebody else's doings, asked for by somebody who is not head office.
    """
    by = asked.staff_id
    if visitor.staff.role not in DECIDES_ALONE:
        if by not in (None, visitor.staff.id):
            raise NotForYou("Only head office sees what others did.")
        by = visitor.staff.id
    events = await history.read_events(
        connection,
        visitor.device.shop_id,
        thing=asked.thing,
        by=by,
        before=None if asked.before is None else Cursor(*asked.before),
        most=asked.most,
    )
    last = events[-1] if len(events) == asked.most else None
    return HistoryReply(
        events=tuple(events),
        before=None if last is None else (last.recorded_at, last.op_id),
    )


async def tell_stock_at(
    connection: Connection, visitor: Visitor, asked: StockRequest
) -> StockReply:
    """Return what a branch held at a moment.

    Raises:
        NotForYou: another branch than one's own.
    """
    staff = visitor.staff
    sees_all = staff.role in DECIDES_ALONE or staff.role is Role.OPERATOR
    own = staff.role is Role.BRANCH and asked.branch_id in staff.branch_ids
    if not (sees_all or own):
        raise NotForYou("Only head office and the branch itself see its stock.")
    version, stock = await history.read_stock_at(
        connection, visitor.device.shop_id, asked.branch_id, asked.at
    )
    return StockReply(branch_id=asked.branch_id, at=asked.at, version=version, stock=tuple(stock))

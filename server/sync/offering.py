"""An offer: which of a phone's ops this server lacks. The one recovery path."""

from msgspec import Raw

from server.db import epochs, fleet, op_log
from server.db.connections import Connection
from server.db.devices import Visitor
from server.db.pool import Database
from server.sync.live import Live
from server.sync.news import Told, tell
from sync_protocol.bodies.store_news import ServerFinding
from sync_protocol.canonical import digest_hex
from sync_protocol.codes import Code
from sync_protocol.ids import OWN_OPS, OpId
from sync_protocol.messages.offer import OfferReply, OfferRequest
from sync_protocol.ops import OpKind


async def offer(
    database: Database, live: Live, visitor: Visitor, request: OfferRequest, now: int
) -> OfferReply:
    """Return the offered ids that are missing here, in the offered order, and the results of the others.

    Numbers that lie between what is here and what the phone still holds are noted as a hole: nobody can fill it.
    """
    device = visitor.device
    async with database.connection() as connection:
        history = await epochs.read_history(connection)
        known = await op_log.known_ops(connection, device.shop_id, request.ids)
        hole = await _hole(connection, visitor, request)
    if hole is not None:
        await _tell_of_hole(database, live, visitor, request, hole, now)
    return OfferReply(
        epoch=history.epoch,
        missing=tuple(op_id for op_id in request.ids if op_id not in known),
        results=tuple(Raw(known[i][1].encode()) for i in request.ids if i in known),
        now=now,
    )


async def _hole(
    connection: Connection, visitor: Visitor, request: OfferRequest
) -> tuple[int, int] | None:
    if request.incarnation is None or request.held_from is None:
        return None
    device = visitor.device
    log = await op_log.read_log(connection, device.shop_id, device.id, request.incarnation)
    return (log.n + 1, request.held_from - 1) if request.held_from > log.n + 1 else None


async def _tell_of_hole(
    database: Database,
    live: Live,
    visitor: Visitor,
    request: OfferRequest,
    hole: tuple[int, int],
    now: int,
) -> None:
    device, incarnation = visitor.device, request.incarnation
    assert incarnation is not None, "a hole is one of a named life"
    first, last = hole
    async with database.connection() as connection:
        await fleet.note_hole(connection, device.shop_id, device.id, incarnation, first, last, now)
    named = digest_hex(f"{device.id}/{incarnation}/{first}".encode())[:32]
    detail = f"{device.name} of {visitor.staff.name}: {first} to {last} of {incarnation}"
    told = Told(
        id=OpId(f"{OWN_OPS}hole-{named}"),
        kind=OpKind.SERVER_FINDING,
        body=ServerFinding(code=Code.HISTORY_HOLE, detail=detail),
    )
    await tell(database, live, device.shop_id, told, now)

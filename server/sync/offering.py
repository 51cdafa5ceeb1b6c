"""An offer: which of a phone's ops this server lacks. The one recovery path."""

from msgspec import Raw

from server.db import epochs, op_log
from server.db.devices import Visitor
from server.db.pool import Database
from sync_protocol.messages.offer import OfferReply, OfferRequest


async def offer(
    database: Database, visitor: Visitor, request: OfferRequest, now: int
) -> OfferReply:
    """Return the offered ids that are missing here, in the offered order, and the results of the others."""
    async with database.connection() as connection:
        history = await epochs.read_history(connection)
        known = await op_log.known_ops(connection, visitor.device.shop_id, request.ids)
    return OfferReply(
        epoch=history.epoch,
        missing=tuple(op_id for op_id in request.ids if op_id not in known),
        results=tuple(Raw(known[i][1].encode()) for i in request.ids if i in known),
        now=now,
    )

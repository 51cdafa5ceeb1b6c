"""A hello: who speaks what, and where the phone's op log stands here."""

import contextlib

from server.db import devices, epochs, op_log
from server.db.availability import StorageFull
from server.db.devices import Said, Visitor
from server.db.pool import Database
from server.sync.boarding import show
from server.sync.live import Live
from server.sync.pulling import granted_streams
from server.sync.witnessing import hear_witness
from sync_protocol import limits
from sync_protocol.messages.hello import DeviceHead, HelloReply, HelloRequest, Limits, PhoneHealth
from sync_protocol.version import PROTOCOL, PROTOCOL_OLDEST

LIMITS = Limits(
    push_ops=limits.PUSH_OPS_MAX,
    push_bytes=limits.PUSH_BYTES_MAX,
    op_bytes=limits.OP_BYTES_MAX,
    pull_bytes=limits.PULL_BYTES_MAX,
    pull_rows=limits.PULL_ROWS_MAX,
)


async def greet(
    database: Database, live: Live, visitor: Visitor, request: HelloRequest, now: int
) -> HelloReply:
    """Answer a hello and note what the phone says of itself.

    The protocol is the newest that both speak; a phone that is too old still pushes (R14), so the oldest is offered.
    """
    device = visitor.device
    async with database.connection() as connection:
        history = await epochs.read_history(connection)
        log = await op_log.read_log(connection, device.shop_id, device.id, request.incarnation)
        granted = await granted_streams(connection, visitor)
        backed_up_to = await epochs.backed_up_to(connection)
    with contextlib.suppress(StorageFull):  # what it says of itself can wait, reading can't
        async with database.connection() as connection:
            await devices.note_hello(connection, device, now, _said(request))
        if request.epoch == history.epoch and request.witness:
            await hear_witness(database, live, device, request.witness, now)
        await show(database, live, device, now)
    head = request.head if request.head in log.links else min(log.links, default=None)
    return HelloReply(
        protocol=max(PROTOCOL_OLDEST, min(PROTOCOL, request.protocol[1])),
        epoch=history.epoch,
        restored_to=history.restored_to,
        device=DeviceHead(id=device.id, n=log.n, head=head, revoked=False),
        streams=granted,
        limits=LIMITS,
        now=now,
        backed_up_to=backed_up_to,
    )


def _said(request: HelloRequest) -> Said:
    return Said(
        app=request.app[:100],
        incarnation=request.incarnation,
        acked_n=request.acked_n,
        health=request.health or PhoneHealth(),
    )

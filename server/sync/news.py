"""What the server itself has to record: news from the store, and what became of its own writes.

They enter as ops of a pseudo-device, through the same door as everything else.
"""

from collections.abc import Awaitable, Callable

import msgspec
from msgspec import Struct

from server.db import op_log
from server.db.connections import Connection
from server.db.parking import NEWS_BYTES_MAX, STORE
from server.db.pool import Database, run_transaction
from server.sync.applying import Applied, apply_locked
from server.sync.live import Live
from sync_protocol.ids import SHOPIFY_DEVICE, SHOPIFY_STAFF, Incarnation, OpId, ShopId
from sync_protocol.ops import OpBody, OpKind
from sync_protocol.reading import read_op
from sync_protocol.server_session import Incoming
from sync_protocol.taking import Sender


class Told(Struct, frozen=True, kw_only=True):
    """One piece of news. The same id is the same news, however often it is told."""

    id: OpId
    kind: OpKind
    body: OpBody


class Superseded(Exception):
    """Other news came in between: what was to be told may be out of date. Nothing was told."""


Check = Callable[[Connection], Awaitable[bool]]


async def tell(
    database: Database,
    live: Live,
    shop_id: ShopId,
    told: Told,
    now: int,
    still_right: Check | None = None,
) -> Applied:
    """Apply news about one order or shipment.

    `still_right` is asked while nobody else can tell this shop anything.

    Raises:
        Superseded: it was not.
    """
    sender = Sender(
        shop_id=shop_id, device_id=SHOPIFY_DEVICE, incarnation=Incarnation(""), staff=STORE
    )

    async def work(connection: Connection) -> Applied:
        log = await op_log.lock_log(connection, shop_id, SHOPIFY_DEVICE, sender.incarnation)
        if still_right is not None and not await still_right(connection):
            raise Superseded
        raw = msgspec.json.encode(
            {
                "id": told.id,
                "n": log.n + 1,
                "kind": told.kind,
                "by": SHOPIFY_STAFF,
                "at": now,
                "body": told.body,
            }
        )
        batch = [Incoming(raw=raw, read=read_op(raw, NEWS_BYTES_MAX))]
        return await apply_locked(connection, sender, log, batch, now)

    applied = await run_transaction(database, work)
    live.changed(shop_id, applied.versions)
    return applied

"""Parked ops that may go by now: the server was updated, the order came in, or what they waited for has gone."""

from collections.abc import Callable

from server.db import op_log, parking
from server.db.parking import Freed
from server.db.pool import Database
from server.sync.live import Live
from server.sync.news import Told, tell
from sync_protocol.bodies.desk import Replay
from sync_protocol.canonical import digest_hex
from sync_protocol.ids import OWN_OPS, OpId
from sync_protocol.ops import KINDS, OpKind
from sync_protocol.version import WIRE_FINGERPRINT

LOOKED_AT = 2_000
"""Parked ops that are looked at in one go, oldest first; those that were tried before cost little."""


async def replay_what_may_go(
    database: Database, live: Live, clock: Callable[[], int], most: int = 50
) -> int:
    """Decide parked ops anew for which something has changed; return how many were tried.

    Each is tried once per reason and version of the contract: what parks again waits for something else, or for a person.
    """
    async with database.connection() as connection:
        freed = await parking.may_go_now(connection, [kind.value for kind in KINDS], LOOKED_AT)
        named = {replay_id(one): one for one in freed}
        shops = {one.shop_id for one in freed}
        tried: set[OpId] = set()
        for shop_id in sorted(shops):
            tried |= set(await op_log.known_ops(connection, shop_id, list(named)))
    todo = [(name, one) for name, one in named.items() if name not in tried][:most]
    for name, one in todo:
        told = Told(id=name, kind=OpKind.REPLAY, body=Replay(op_ids=(one.op_id,)))
        await tell(database, live, one.shop_id, told, clock())
    return len(todo)


def replay_id(freed: Freed) -> OpId:
    """Name a try: the same op for the same reason, by the same version of the contract, is tried once."""
    told = f"{freed.op_id}/{freed.because}/{WIRE_FINGERPRINT}"
    return OpId(f"{OWN_OPS}replay-{digest_hex(told.encode())[:32]}")

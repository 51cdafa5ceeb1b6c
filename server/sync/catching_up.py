"""The journal beside the database, brought up to date at start: a crash may have come between a commit and its line."""

import itertools

from server.beside import DAYS_KEPT, Beside, taken
from server.db import op_log
from server.db.pool import Database

MARGIN_MS = 120_000
"""Longer than any request takes from its first look at the clock to its line."""


async def catch_up_beside(database: Database, beside: Beside, now: int) -> int:
    """Note the ops of the last moments before this start once more; return how many there were."""
    since = max(beside.last_at() - MARGIN_MS, now - DAYS_KEPT * 86_400_000)
    async with database.connection() as connection:
        ops = await op_log.numbered_since(connection, since)
    for log, numbered in itertools.groupby(
        ops, key=lambda op: (op.shop_id, op.device_id, op.incarnation)
    ):
        beside.note(taken(*log, [(op.n, op.id) for op in numbered], now))
    return len(ops)

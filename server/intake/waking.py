"""What time alone brings about: callbacks that fall due, goods for which nobody named the branch in time (A14)."""

from collections.abc import Callable

from server.db import book_reading
from server.db.pool import Database
from server.sync.live import Live
from server.sync.news import Told, tell
from sync_protocol.bodies.store_news import TimePassed
from sync_protocol.canonical import digest_hex
from sync_protocol.ids import OWN_OPS, OpId, OrderId
from sync_protocol.ops import OpKind


async def wake_due_orders(
    database: Database, live: Live, clock: Callable[[], int], most: int = 50
) -> int:
    """Tell each order whose moment has come; return how many there were.

    The same moment of the same order is told once, however many workers look.
    """
    async with database.connection() as connection:
        due = await book_reading.orders_to_wake(connection, clock(), most)
    for shop_id, order_id, wake_at in due:
        await tell(database, live, shop_id, time_news(order_id, wake_at), clock())
    return len(due)


def time_news(order_id: OrderId, wake_at: int) -> Told:
    """Return the news that an order's moment (epoch ms) has come; the same moment is the same news."""
    named = digest_hex(f"{order_id}/{wake_at}".encode())[:32]
    return Told(
        id=OpId(f"{OWN_OPS}time-{named}"),
        kind=OpKind.TIME_PASSED,
        body=TimePassed(order_id=order_id),
    )

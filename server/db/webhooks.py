"""The inbox of webhooks: stored first, worked off later, each event of a topic once."""

from collections.abc import Sequence

from msgspec import Struct

from server.db.connections import Connection
from sync_protocol.ids import ShopId


class Webhook(Struct, frozen=True, kw_only=True):
    """One delivery as it came. `resource_gid` names what is to be read anew; None where nothing is."""

    shop_id: ShopId
    topic: str
    event_id: str
    webhook_id: str
    triggered_at: str
    body: bytes
    resource_gid: str | None


class News(Struct, frozen=True, kw_only=True):
    """A thing in the store that is to be read anew, with the events that said so, and what is to be told with it."""

    shop_id: ShopId
    resource_gid: str
    event_ids: tuple[str, ...]
    attempts: int
    with_it: tuple[bytes, ...] = ()


async def store_webhook(connection: Connection, webhook: Webhook, now: int) -> bool:
    """Keep a delivery; False when this event of this topic is here already."""
    done = await connection.execute(
        """
        INSERT INTO webhook_inbox (shop_id, topic, event_id, webhook_id, triggered_at, body, received_at,
                                   resource_gid, run_at, done_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, CASE WHEN $8::text IS NULL THEN $7::bigint END)
        ON CONFLICT DO NOTHING
        """,
        webhook.shop_id,
        webhook.topic,
        webhook.event_id,
        webhook.webhook_id,
        webhook.triggered_at,
        webhook.body,
        now,
        webhook.resource_gid,
    )
    return done == "INSERT 0 1"


class ToRead(Struct, frozen=True, kw_only=True):
    """Something in the store that a sweep or a file wants read. The same `named` thing is wanted once.

    `with_it` is what is to be told once it is read.
    """

    resource_gid: str
    named: str
    with_it: bytes = b""


SWEPT = "sweep"
"""The topic of what no webhook told of but a sweep found: it waits until all that was told of is read."""


async def want_readings(
    connection: Connection, shop_id: ShopId, wanted: Sequence[ToRead], now: int
) -> int:
    """Queue readings behind those that webhooks asked for; return how many were not queued before."""
    rows = await connection.fetch(
        """
        INSERT INTO webhook_inbox (shop_id, topic, event_id, webhook_id, triggered_at, body, received_at,
                                   resource_gid, run_at)
        SELECT $1, $2, named, '', '', body, $5, gid, $5
        FROM unnest($3::text[], $4::text[], $6::bytea[]) AS wanted (named, gid, body)
        ON CONFLICT DO NOTHING RETURNING 1
        """,
        shop_id,
        SWEPT,
        [one.named for one in wanted],
        [one.resource_gid for one in wanted],
        now,
        [one.with_it for one in wanted],
    )
    return len(rows)


async def shops_with_news(connection: Connection, now: int) -> list[ShopId]:
    """Return the shops of which something is due to be read."""
    rows = await connection.fetch(
        "SELECT DISTINCT shop_id FROM webhook_inbox WHERE done_at IS NULL AND run_at <= $1", now
    )
    return [ShopId(row["shop_id"]) for row in rows]


async def take_news(
    connection: Connection, shop_id: ShopId, now: int, lease_ms: int, most: int
) -> list[News]:
    """Take up to `most` of a shop's resources with open events, oldest first, what webhooks told of before what sweeps found.

    Several events of one resource need one reading. They come back by themselves after `lease_ms` when nobody settles them.
    """
    rows = await connection.fetch(
        """
        WITH due AS (
            SELECT shop_id, topic, event_id FROM webhook_inbox
            WHERE done_at IS NULL AND run_at <= $1 AND shop_id = $4
            ORDER BY (topic = $5), run_at, received_at LIMIT $3
            FOR UPDATE SKIP LOCKED
        ), taken AS (
            UPDATE webhook_inbox w SET run_at = $1 + $2, attempts = attempts + 1 FROM due
            WHERE w.shop_id = due.shop_id AND w.topic = due.topic AND w.event_id = due.event_id
            RETURNING w.*
        )
        SELECT shop_id, resource_gid, array_agg(DISTINCT event_id) AS event_ids,
               max(attempts) AS attempts,
               array_agg(body) FILTER (WHERE topic = $5 AND length(body) > 0) AS with_it
        FROM taken GROUP BY shop_id, resource_gid ORDER BY min(received_at)
        """,
        now,
        lease_ms,
        most,
        shop_id,
        SWEPT,
    )
    return [
        News(
            shop_id=ShopId(row["shop_id"]),
            resource_gid=row["resource_gid"],
            event_ids=tuple(row["event_ids"]),
            attempts=row["attempts"],
            with_it=tuple(row["with_it"] or ()),
        )
        for row in rows
    ]


class Unread(Struct, frozen=True, kw_only=True):
    """Something in the store that could not be read so far: what, why, and how often it was tried."""

    resource_gid: str
    why: str
    attempts: int
    since: int


async def count_unread(connection: Connection, shop_id: ShopId) -> int:
    """Return how many things in a shop's store wait to be read."""
    count: int = await connection.fetchval(
        "SELECT count(DISTINCT resource_gid) FROM webhook_inbox WHERE shop_id = $1 AND done_at IS NULL",
        shop_id,
    )
    return count


async def unread_in_vain(connection: Connection, shop_id: ShopId, most: int) -> tuple[Unread, ...]:
    """Return what has been tried at least three times without success, the longest waiting first."""
    rows = await connection.fetch(
        """
        SELECT resource_gid, max(last_error) AS why, max(attempts) AS attempts, min(received_at) AS since
        FROM webhook_inbox
        WHERE shop_id = $1 AND done_at IS NULL AND attempts >= 3 AND last_error IS NOT NULL
        GROUP BY resource_gid ORDER BY min(received_at) LIMIT $2
        """,
        shop_id,
        most,
    )
    return tuple(Unread(**dict(row)) for row in rows)


async def settle_news(connection: Connection, news: News, now: int, remark: str | None) -> None:
    """Close the events that a reading answered; `remark` says what was odd about it.

    An event that came in meanwhile, of another topic under the same id, was never taken and asks for a reading of its own.
    """
    await connection.execute(
        """
        UPDATE webhook_inbox SET done_at = $4, last_error = $5
        WHERE shop_id = $1 AND resource_gid = $2 AND event_id = any($3::text[]) AND done_at IS NULL
          AND attempts > 0
        """,
        news.shop_id,
        news.resource_gid,
        list(news.event_ids),
        now,
        remark,
    )


async def put_news_off(connection: Connection, news: News, run_at: int, error: str) -> None:
    """Try a reading again at `run_at`."""
    await connection.execute(
        """
        UPDATE webhook_inbox SET run_at = $4, last_error = $5
        WHERE shop_id = $1 AND resource_gid = $2 AND event_id = any($3::text[]) AND done_at IS NULL
        """,
        news.shop_id,
        news.resource_gid,
        list(news.event_ids),
        run_at,
        error,
    )


async def forget_read_news(connection: Connection, before: int) -> int:
    """Let go of deliveries that were worked off before that moment: their bodies hold customers' data."""
    done = await connection.execute(
        "DELETE FROM webhook_inbox WHERE done_at IS NOT NULL AND received_at < $1", before
    )
    return int(done.rpartition(" ")[2])

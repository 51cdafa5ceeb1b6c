"""The inbox of webhooks: stored first, worked off later, each event of a topic once."""

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
    """A thing in the store that is to be read anew, with the events that said so."""

    shop_id: ShopId
    resource_gid: str
    event_ids: tuple[str, ...]
    attempts: int


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


async def take_news(connection: Connection, now: int, lease_ms: int, most: int) -> list[News]:
    """Take up to `most` resources with open events, oldest first; several events of one need one reading.

    They come back by themselves after `lease_ms` when nobody settles them.
    """
    rows = await connection.fetch(
        """
        WITH due AS (
            SELECT shop_id, topic, event_id FROM webhook_inbox
            WHERE done_at IS NULL AND run_at <= $1 ORDER BY run_at, received_at LIMIT $3
            FOR UPDATE SKIP LOCKED
        ), taken AS (
            UPDATE webhook_inbox w SET run_at = $1 + $2, attempts = attempts + 1 FROM due
            WHERE w.shop_id = due.shop_id AND w.topic = due.topic AND w.event_id = due.event_id
            RETURNING w.*
        )
        SELECT shop_id, resource_gid, array_agg(DISTINCT event_id) AS event_ids,
               max(attempts) AS attempts
        FROM taken GROUP BY shop_id, resource_gid ORDER BY min(received_at)
        """,
        now,
        lease_ms,
        most,
    )
    return [
        News(
            shop_id=ShopId(row["shop_id"]),
            resource_gid=row["resource_gid"],
            event_ids=tuple(row["event_ids"]),
            attempts=row["attempts"],
        )
        for row in rows
    ]


async def settle_news(connection: Connection, news: News, now: int, remark: str | None) -> None:
    """Close the events that a reading answered; `remark` says what was odd about it."""
    await connection.execute(
        """
        UPDATE webhook_inbox SET done_at = $4, last_error = $5
        WHERE shop_id = $1 AND resource_gid = $2 AND event_id = any($3::text[]) AND done_at IS NULL
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

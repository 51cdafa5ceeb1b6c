"""Times as Shopify writes them. Inside the practice store a time is integer milliseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

# Pakistan keeps no daylight saving time.
PAKISTAN = timezone(timedelta(hours=5))


def graphql_time(at_ms: int) -> str:
    """Return e.g. 2026-11-23T09:18:00Z: UTC, whole seconds, rounded down."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def webhook_time(at_ms: int) -> str:
    """Return e.g. 2026-11-23T14:18:00+05:00: the store's own zone."""
    return datetime.fromtimestamp(at_ms // 1000, PAKISTAN).isoformat()


def triggered_time(at_ms: int, nanoseconds: int) -> str:
    """Return the `X-Shopify-Triggered-At` form, with nine digits of fraction."""
    whole = datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{(at_ms % 1000) * 1_000_000 + nanoseconds % 1_000_000:09d}Z"


def read_time(text: str) -> int:
    """Return milliseconds for ISO 8601 text; without an offset it is UTC.

    Raises:
        ValueError: it is not a time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)

"""The Admin API's leaky bucket, as arithmetic.

Each answer carries `extensions.cost.throttleStatus`. A standard plan holds 2,000 points and refills 100 a second;
a call needs its *requested* cost free in the bucket before it starts.
"""

from __future__ import annotations

import msgspec

# When the store throttles without saying how long (HTTP 429 without Retry-After): one second refills 100 points.
DEFAULT_RETRY_S = 1.0


class ThrottleStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The bucket as the store last reported it, in points and points per second."""

    maximum_available: float
    currently_available: float
    restore_rate: float


class Cost(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What one call was estimated at, what it came to (absent when throttled), and the bucket after it."""

    requested_query_cost: float | None = None
    actual_query_cost: float | None = None
    throttle_status: ThrottleStatus | None = None


def available_points(status: ThrottleStatus, elapsed_s: float) -> float:
    """Points in the bucket `elapsed_s` after the store reported `status`, if nobody else spends any."""
    restored = status.currently_available + status.restore_rate * max(0.0, elapsed_s)
    return min(status.maximum_available, restored)


def wait_s(status: ThrottleStatus, cost_points: float, elapsed_s: float) -> float:
    """Seconds until `cost_points` fit. A cost above the bucket's size waits for a full bucket: it never fits better."""
    missing = min(cost_points, status.maximum_available) - available_points(status, elapsed_s)
    if missing <= 0 or status.restore_rate <= 0:
        return 0.0
    return missing / status.restore_rate


def retry_after_s(cost: Cost | None) -> float:
    """How long after a THROTTLED answer the same call fits."""
    if cost is None or cost.throttle_status is None or cost.requested_query_cost is None:
        return DEFAULT_RETRY_S
    return wait_s(cost.throttle_status, cost.requested_query_cost, 0.0) or DEFAULT_RETRY_S

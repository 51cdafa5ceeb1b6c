"""How long a phone keeps ops that were answered: it is the second copy of the shop's books (R6).

All moments are the server's, in epoch ms, as its answers told them: a phone's own clock may be wrong by years.
"""

from collections.abc import Sequence

from sync_protocol.limits import (
    BACKUP_MARGIN_MS,
    JOURNAL_DAYS,
    JOURNAL_FLOOR_DAYS,
    JOURNAL_OPS_MAX,
)

_DAY_MS = 86_400_000


def forgettable(answered_at: Sequence[int], now: int, backed_up_to: int | None) -> int:
    """Return how many of the oldest answered ops may go; `answered_at` stands in the order of recording.

    An op goes when 30 days have passed, or 14 and a backup has it, or when more than JOURNAL_OPS_MAX are kept. Ops go from
    the oldest on without a gap, so that one number tells what is still held.
    """
    backed_up = -1 if backed_up_to is None else backed_up_to - BACKUP_MARGIN_MS
    beyond = len(answered_at) - JOURNAL_OPS_MAX
    for place, at in enumerate(answered_at):
        age_days = (now - at) / _DAY_MS
        old = age_days > JOURNAL_DAYS or (age_days > JOURNAL_FLOOR_DAYS and at < backed_up)
        if place >= beyond and not old:
            return place
    return len(answered_at)


def offered_from(restored_to: int | None) -> int:
    """Return since when (epoch ms) answered ops are offered to a server that was restored up to `restored_to`."""
    return 0 if restored_to is None else restored_to - BACKUP_MARGIN_MS

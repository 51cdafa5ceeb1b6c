"""When something happened, by the server's clock, as far as a device's clock can tell (A22)."""

from sync_protocol.decide.book import Recorded
from sync_protocol.limits import CLOCK_WARN_MS
from sync_protocol.ops import Op


def server_time(op: Op) -> tuple[int, int]:
    """Return when an op was recorded by the server's clock, epoch ms, and how far that may be off, ms.

    A device that has never compared its clock may be off by what counts as a wrong clock.
    """
    if op.clock is None:
        return op.at, CLOCK_WARN_MS
    offset, uncertainty = op.clock
    return op.at + offset, max(0, uncertainty)


def clock_is_doubtful(act: Recorded) -> bool:
    """Whether a device's clock is so wrong that somebody should set it."""
    op = act.read.op
    at, within = server_time(op)
    ahead = at - within > act.now + CLOCK_WARN_MS
    return ahead or (op.clock is not None and abs(op.clock[0]) > CLOCK_WARN_MS)

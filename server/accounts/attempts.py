"""Bounding wrong guesses: only failures count, so that a whole shop can enrol from one address."""

from collections import OrderedDict

FAILURES_MAX = 10
WINDOW_MS = 60_000
KEYS_MAX = 10_000


class Attempts:
    """Failures per key (an address, a login) in the last minute, in this process."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, list[int]] = OrderedDict()

    def wait_ms(self, key: str, now: int) -> int:
        """Return how long `key` must wait before it may try again; 0 when it may now."""
        recent = [at for at in self._failures.get(key, []) if at > now - WINDOW_MS]
        if len(recent) < FAILURES_MAX:
            return 0
        return recent[-FAILURES_MAX] + WINDOW_MS - now

    def failed(self, key: str, now: int) -> None:
        """Count a failure; the keys that failed longest ago are forgotten first."""
        recent = [at for at in self._failures.pop(key, []) if at > now - WINDOW_MS]
        self._failures[key] = [*recent, now][-FAILURES_MAX:]
        while len(self._failures) > KEYS_MAX:
            self._failures.popitem(last=False)

"""Named steps at which a test may have this process die. Nothing happens at them unless it was asked for.

A crash test walks them: the process dies at the first, at the second, … until it gets through untouched. What runs in
a shop pays one comparison with None per step.
"""

import os
import signal
import sys
from collections.abc import Callable, Mapping

ARMED_BY = "RAWANA_TEST_CRASH_AT"
"""`7 push. apply.`: die, as by SIGKILL, at the seventh step whose name begins with one of the words."""

Hook = Callable[[str], None]

_hook: Hook | None = None


def point(name: str) -> None:
    """Say that this step has been reached."""
    if _hook is not None:
        _hook(name)


def arm(hook: Hook | None) -> None:
    """Have `hook` called with the name of each step; None for nothing at all."""
    global _hook  # noqa: PLW0603 - armed or not is a fact about the process
    _hook = hook


def arm_from(environ: Mapping[str, str]) -> None:
    """Arm this process if a test's environment says so."""
    if ARMED_BY in environ:
        count, *beginnings = environ[ARMED_BY].split()
        arm(_dying(int(count), tuple(beginnings)))


def _dying(count: int, beginnings: tuple[str, ...]) -> Hook:
    left = count

    def hook(name: str) -> None:
        nonlocal left
        if not name.startswith(beginnings):
            return
        left -= 1
        if left == 0:
            print(f"{ARMED_BY}: dying at {name}", file=sys.stderr, flush=True)  # noqa: T201 - for whoever armed it
            os.kill(os.getpid(), signal.SIGKILL)

    return hook

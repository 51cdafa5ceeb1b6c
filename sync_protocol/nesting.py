"""JSON that no decoder takes whole – nested too deeply, half a character – cut apart without recursion.

Only reached when a decoder gave up: one hostile or broken op must not take its neighbours in the batch with it.
"""

import re
from collections.abc import Iterator

from sync_protocol.limits import NESTING_MAX

_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def _brackets(raw: bytes) -> Iterator[tuple[int, bool]]:
    """Yield (position, opens) for each bracket outside strings."""
    for token in _TOKENS.finditer(raw):
        mark = raw[token.start()]
        if mark != 0x22:
            yield token.start(), mark in b"[{"


def cut_ops(raw: bytes) -> tuple[bytes, tuple[bytes, ...]] | None:
    """Return a push body with its `ops` array emptied, and the bytes of each op; None when the brackets do not match.

    Looks at brackets and strings only, so that an op which no decoder takes still leaves its neighbours whole.
    """
    array = _OPS_KEY.search(pruned(raw, 1)) and _ops_array(raw)
    if not array:
        return None
    first, last = array
    ops: list[bytes] = []
    depth = start = 0
    for position, opens in _brackets(raw[first + 1 : last]):
        if opens and depth == 0:
            start = position
        depth += 1 if opens else -1
        if depth == 0:
            ops.append(raw[first + 1 + start : first + 1 + position + 1])
    return raw[: first + 1] + raw[last:], tuple(ops)


def _ops_array(raw: bytes) -> tuple[int, int] | None:
    """Return where the array behind the top-level key `ops` opens and closes."""
    depth = 0
    opened: int | None = None
    for position, opens in _brackets(raw):
        if opens:
            depth += 1
            if depth == _IN_ARRAY and _OPS_BEFORE.search(raw[:position]):
                opened = position
        else:
            if depth == _IN_ARRAY and opened is not None:
                return opened, position
            depth -= 1
    return None


_IN_ARRAY = 2
_OPS_KEY = re.compile(rb'"ops"\s*:')
_OPS_BEFORE = re.compile(rb'"ops"\s*:\s*$')


def pruned(raw: bytes, depth_max: int = NESTING_MAX) -> bytes:
    """Return the JSON with every value that nests deeper than `depth_max` replaced by null."""
    parts: list[bytes] = []
    depth = kept = 0
    for position, opens in _brackets(raw):
        if opens:
            depth += 1
            if depth == depth_max + 1:
                parts += [raw[kept:position], b"null"]
        else:
            if depth == depth_max + 1:
                kept = position + 1
            depth -= 1
    return b"".join([*parts, raw[kept:]])

"""JSON that nests too deeply for any decoder, handled without recursion.

Only reached when a decoder gave up: one hostile or broken op must not take its neighbours in the batch with it.
"""

import re
from collections.abc import Iterator

from sync_protocol.limits import NESTING_MAX

_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)

_BATCH_DEPTH = 2
"""Ops stand inside an object and an array."""


def _brackets(raw: bytes) -> Iterator[tuple[int, bool]]:
    """Yield (position, opens) for each bracket outside strings."""
    for token in _TOKENS.finditer(raw):
        mark = raw[token.start()]
        if mark != 0x22:
            yield token.start(), mark in b"[{"


def cut_deep_ops(raw: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """Return a push body in which each too deep op is a short string, and what each such string stands for."""
    parts: list[bytes] = []
    cut: dict[bytes, bytes] = {}
    depth = deepest = start = kept = 0
    for position, opens in _brackets(raw):
        if opens:
            depth += 1
            if depth == _BATCH_DEPTH + 1:
                start, deepest = position, depth
            deepest = max(deepest, depth)
            continue
        depth -= 1
        if depth == _BATCH_DEPTH and deepest > _BATCH_DEPTH + NESTING_MAX:
            name = b'"too-deep-%d"' % len(cut)
            parts += [raw[kept:start], name]
            cut[name] = raw[start : position + 1]
            kept = position + 1
    return b"".join([*parts, raw[kept:]]), cut


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

"""Chance that can be repeated: every draw comes from a seed, never from the machine."""

from __future__ import annotations

import random  # noqa: TID251 - only the seeded generator is used, here and nowhere else

Chance = random.Random


def chance_from(*seed: object) -> Chance:
    """Return the generator for these parts; the same parts give the same draws in every process."""
    return Chance(":".join(map(str, seed)))

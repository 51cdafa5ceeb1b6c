"""What a phone takes from around it: time, ids and chance. A simulation gives its own."""

import random
import time
from collections.abc import Callable

from msgspec import Struct

from server import clock
from sync_protocol.ids import Incarnation


class Surroundings(Struct, frozen=True, kw_only=True):
    """`clock` gives epoch ms, `new_id` a UUIDv7, `chance` a number from 0 to below 1."""

    clock: Callable[[], int]
    new_id: Callable[[], str]
    chance: Callable[[], float]

    def new_incarnation(self) -> Incarnation:
        """Name a new life of the op log: unique among the lives of one device."""
        return Incarnation("k" + self.new_id().replace("-", "")[-16:])


def real_surroundings() -> Surroundings:
    """This machine's own time, ids and chance."""
    return Surroundings(
        clock=lambda: time.time_ns() // 1_000_000,
        new_id=clock.new_uuid7,
        chance=random.SystemRandom().random,
    )


def seeded_surroundings(seed: object, now: Callable[[], int]) -> Surroundings:
    """The same ids and the same chance for the same seed."""
    source = random.Random(f"phone/{seed}")

    def new_id() -> str:
        tail = source.getrandbits(74)
        high, low = tail >> 62, tail & ((1 << 62) - 1)
        number = now() << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low
        text = f"{number:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    return Surroundings(clock=now, new_id=new_id, chance=source.random)

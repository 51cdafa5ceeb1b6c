"""One row of the table of requirements."""

from typing import NamedTuple


class Held(NamedTuple):
    """What is required, in a short sentence, and the tests that fail when it is not so."""

    says: str
    tests: tuple[str, ...]


def held(says: str, *tests: str) -> Held:
    return Held(says, tests)

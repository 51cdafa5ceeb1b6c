"""The house is in order."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house import tidying

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "rule",
    [
        tidying.long_functions,
        tidying.long_modules,
        tidying.vague_names,
        tidying.parroting_docstrings,
        tidying.missing_paths,
        tidying.unexplained_skips,
        tidying.unexpected_at_the_top,
        tidying.machine_paths,
    ],
    ids=lambda rule: rule.__name__,
)
def test_there_are_no(rule: Callable[[Path], list[str]]):
    assert rule(ROOT) == []

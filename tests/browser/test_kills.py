"""The browser is killed while somebody works; `python -m tests.browser.kills` does it two hundred times."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from tests.browser.kills import Figures

ROOT = Path(__file__).parents[2]


def test_what_the_page_had_shown_as_saved_survives_the_browser_being_killed(chromium: str) -> None:
    # A process of its own: it drives browsers with a Playwright of its own.
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.kills", "--cycles", "4", "--seed", "7"],
        cwd=ROOT,
        env=os.environ | {"RAWANA_CHROMIUM": chromium},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = msgspec.json.decode(done.stdout, type=Figures)
    assert (figures.lost, figures.doubled, figures.unsendable) == (0, 0, 0)
    assert figures.cycles == 4
    assert figures.kept == figures.taken_by_server >= figures.shown > 0

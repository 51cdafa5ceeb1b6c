"""The browser is killed while somebody works; `python -m tests.browser.kills` does it two hundred times."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec

from sync_protocol.canonical import digest_base64
from tests.browser.kills import Figures, audit

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


def disk(*reasons: str) -> list[dict]:
    """The ops of a phone on which a parcel was unpacked for these reasons."""
    ops: list[dict] = []
    prev = None
    for n, reason in enumerate(reasons, 1):
        op = {
            "id": f"op-{reason}",
            "kind": "unpack",
            "n": n,
            "prev": prev,
            "body": {"reason": reason},
        }
        text = json.dumps(op)
        prev = digest_base64(text.encode())
        ops.append(op | {"text": text, "incarnation": "k1", "unsent": 1})
    return ops


def audited(ops: list[dict], *shown: str) -> tuple[int, int, int]:
    figures = Figures()
    audit(figures, ops, list(shown), 0)
    return figures.lost, figures.doubled, figures.unsendable


def test_the_audit_sees_what_is_lost_doubled_or_cannot_be_sent() -> None:
    whole = disk("unpack 1", "unpack 2", "unpack 3")
    assert audited(whole, "unpack 1", "unpack 2", "unpack 3") == (0, 0, 0)
    assert audited(whole, "unpack 1", "unpack 2") == (0, 0, 0)
    lost, _, unlinked = audited([whole[0], whole[2]], "unpack 1", "unpack 2", "unpack 3")
    assert lost > 0
    assert unlinked > 0
    assert audited([*whole, whole[2]], "unpack 1", "unpack 2", "unpack 3")[1] > 0
    assert audited(whole, "unpack 1")[1] > 0
    assert audited([whole[0] | {"text": whole[1]["text"]}], "unpack 1")[2] > 0

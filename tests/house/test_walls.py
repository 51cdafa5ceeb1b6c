"""Every wall stands: a violation is planted in a copy, and the wall must name it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import tidying

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
IMPORTS = {
    "sync_protocol is pure": ("sync_protocol/ids.py", "import time"),
    "sync_protocol reads from the sessions down": (
        "sync_protocol/ids.py",
        "from sync_protocol import ledger",
    ),
    "server reads from the command over routes": (
        "server/db/address.py",
        "from server import routes",
    ),
    "only the edge of the server knows HTTP": ("server/db/address.py", "import litestar"),
    "only server.db writes SQL": ("server/settings.py", "import asyncpg"),
    "only server.shopify and the practice store call other": (
        "server/db/address.py",
        "import httpx",
    ),
    "the practice store stands for somebody else's server": (
        "server/practice_store/cost.py",
        "from server.db import address",
    ),
}


@pytest.fixture
def copy(tmp_path):
    """The Python packages and their configuration, to be spoilt."""
    ignored = shutil.ignore_patterns("__pycache__")
    for package in ("server", "sync_protocol"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(folder, *argv):
    """Run a tool of the project there; its output, with line breaks as spaces, and success."""
    environment = os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "400"}
    done = subprocess.run(
        argv, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return " ".join((done.stdout + done.stderr).split()), done.returncode == 0


def plant(path, line):
    """Add a line below the docstring of a module."""
    head, quotes, tail = path.read_text().partition('"""\n')
    assert quotes
    path.write_text(f"{head}{quotes}{line}\n{tail}")


def test_the_walls_stand_as_it_is(copy):
    told, kept = run(copy, BIN / "lint-imports", "--no-cache")
    assert kept, told


@pytest.mark.parametrize("contract", IMPORTS)
def test_a_forbidden_import_breaks_its_contract_and_is_named(copy, contract):
    file, line = IMPORTS[contract]
    plant(copy / file, line)
    told, kept = run(copy, BIN / "lint-imports", "--no-cache")
    assert not kept
    broken = told.partition("Broken contracts")[2]
    assert contract in broken
    assert file.removesuffix(".py").replace("/", ".") in broken


def test_a_stray_module_breaks_the_build(copy):
    (copy / "server/stray.py").write_text('"""Belongs to no layer."""\n')
    (copy / "sync_protocol/stray.py").write_text('"""Belongs to no layer."""\n')
    told, kept = run(copy, BIN / "lint-imports", "--no-cache")
    assert not kept
    assert "server.stray" in told
    assert "sync_protocol.stray" in told


@pytest.mark.parametrize(
    "line",
    [
        "import datetime\n\nNOW = datetime.datetime.now(datetime.UTC)",
        "import time\n\nNOW = time.time()",
        "import uuid\n\nID = uuid.uuid4()",
    ],
)
def test_a_second_clock_is_refused(copy, line):
    plant(copy / "server/settings.py", line)
    told, kept = run(copy, BIN / "ruff", "check", "server/settings.py")
    assert not kept
    assert "TID251" in told


def test_a_stale_generated_file_is_noticed(copy):
    shutil.copy(ROOT / "Makefile", copy)
    (copy / ".venv").symlink_to(BIN.parent)
    generated = copy / "pwa/src/protocol/generated.ts"
    generated.parent.mkdir(parents=True)
    generated.write_text("// written by hand\n")
    told, kept = run(copy, "make", "-o", ".venv/ready", "check-generated")
    assert not kept
    assert "generated.ts is stale: run make generate" in told


def test_the_pages_have_walls_of_their_own(tmp_path):
    modules = ROOT / "pwa/node_modules"
    if not modules.exists():
        pytest.skip("the tools of the pages are not installed: make setup")
    pages = tmp_path / "pwa"
    shutil.copytree(ROOT / "pwa", pages, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (pages / "node_modules").symlink_to(modules)
    statements = "\n".join(f"  console.log({number});" for number in range(61))
    (pages / "src/protocol/planted.ts").write_text(
        "import { planted } from '../store/planted';\n"
        f"export function long(): void {{\n{statements}\n  planted();\n}}\n"
    )
    (pages / "src/store/planted.ts").write_text("export function planted(): void {}\n")
    told, kept = run(pages, "npx", "--no-install", "eslint", "src/protocol/planted.ts")
    assert not kept
    assert "max-lines-per-function" in told
    assert "not for src/protocol" in told


# The rules of tidying.py: what is planted where, and what must be found in the complaint.
UNTIDY = {
    tidying.long_functions: ("server/a.py", "def long():\n" + "    x = 1\n" * 60, "long has 61"),
    tidying.long_modules: ("pwa/src/a.ts", "//\n" * 401, "401 lines"),
    tidying.vague_names: ("server/utils/parse.py", "", "server/utils"),
    tidying.parroting_docstrings: (
        "server/a.py",
        'def move(branch_id):\n    """Take stock.\n\n    Args:\n        branch_id: The branch ID.\n    """\n',
        "The branch ID",
    ),
    tidying.missing_paths: ("notes/A.md", "See `server/nowhere.py`.", "server/nowhere.py"),
    tidying.unexplained_skips: (
        "tests/test_a.py",
        "import pytest\n\n@pytest.mark.skip\ndef test_a(): ...\n",
        "tests/test_a.py:3",
    ),
    tidying.unexpected_at_the_top: ("scratch.txt", "", "unexpected: scratch.txt"),
    tidying.machine_paths: ("server/a.py", 'HOME = "/' + 'root/.local"\n', "server/a.py:1"),
}


@pytest.mark.parametrize("rule", UNTIDY, ids=lambda rule: rule.__name__)
def test_untidiness_is_found(tmp_path, rule):
    name, text, expected = UNTIDY[rule]
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    assert any(expected in complaint for complaint in rule(tmp_path)), rule(tmp_path)


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (tidying.long_functions, "server/a.py", "def fits():\n" + "    x = 1\n" * 59),
        (tidying.missing_paths, "A.md", "See `A.md`, [this](A.md) and `POST /sync/push`."),
        (
            tidying.parroting_docstrings,
            "server/a.py",
            'def move(delta_units):\n    """Take stock.\n\n    delta_units: negative when sold\n    """\n',
        ),
        (
            tidying.unexplained_skips,
            "tests/test_a.py",
            'import pytest\n\n@pytest.mark.skip(reason="needs a network")\ndef test_a(): ...\n',
        ),
        (tidying.machine_paths, "server/a.py", 'URL = "https://shop.example/work/1"\n'),
    ],
)
def test_what_is_in_order_is_left_alone(tmp_path, rule, name, text):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    assert rule(tmp_path) == []

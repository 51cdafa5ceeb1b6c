"""SPEC.md names only tests that exist."""

import ast
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[2]
SPEC = (ROOT / "sync_protocol/SPEC.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", SPEC)))
NAMED_FOR_THE_APP = sorted(set(re.findall(r"`(pwa/tests/[\w/.-]+\.ts)::([^`]+)`", SPEC)))
RULES = re.findall(r"^\*\*(R\d+) — ", SPEC, re.MULTILINE)


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_named_test_exists(path, name):
    tree = ast.parse((ROOT / path).read_text())
    assert name in {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize(("path", "title"), NAMED_FOR_THE_APP)
def test_a_named_test_of_the_app_exists(path, title):
    assert f"test('{title}'" in (ROOT / path).read_text()


def test_rules_are_numbered_without_gaps_and_each_names_a_test():
    assert [f"R{n}" for n in range(1, len(RULES) + 1)] == RULES
    parts = re.split(
        r"^\*\*R\d+ — ", SPEC.partition("## Requests that are not taken")[0], flags=re.MULTILINE
    )
    without = [rule for rule, part in zip(RULES, parts[1:], strict=True) if "tests/" not in part]
    assert without == []


def test_code_speaks_only_of_rules_that_exist():
    spoken = set()
    for folder in ("sync_protocol", "server", "pwa/src"):
        for path in (ROOT / folder).rglob("*.[pt]*"):
            if path.suffix in (".py", ".ts", ".tsx"):
                spoken |= set(re.findall(r"\b(R\d{1,2})\b", path.read_text()))
    assert spoken <= set(RULES), spoken - set(RULES)

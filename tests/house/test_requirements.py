"""Every requirement names the tests that hold it, and those tests exist and run."""

import ast
import pathlib
import re
from functools import cache

import pytest

from tests.house.requirements import HELD_BY

ROOT = pathlib.Path(__file__).parents[2]
TABLES = ("requirements_s.py", "requirements_a_i.py")
LONGEST = 160
NUMBERS = {"S": range(1, 65), "A": (1, 2, *range(4, 27)), "I": range(1, 24)}
IDS = [
    f"{letter}{n:02}" if letter == "S" else f"{letter}{n}"
    for letter, numbers in NUMBERS.items()
    for n in numbers
]
NAMED = sorted({test for held in HELD_BY.values() for test in held.tests})
LEFT_OUT = {"skip", "skipif", "xfail"}
TITLE = r"^\s*(?:test|it)(?P<left_out>\.\w+)?(?:\.each\([^\n]*\))?\(\s*(['\"`])%s\2"


def complaint(test: str) -> str | None:
    """Say what is wrong with a named test; None when it exists and runs."""
    path, found, name = test.partition("::")
    file = ROOT / path
    if not found or not name:
        return "is not path::name"
    if not path.startswith(("tests/", "pwa/tests/")) or not file.is_file():
        return "names no file of tests"
    if path.endswith(".py"):
        return complaint_of_python(file, name)
    return complaint_of_typescript(file.read_text(), name)


@cache
def tree_of(file: pathlib.Path) -> ast.Module:
    return ast.parse(file.read_text())


def complaint_of_python(file: pathlib.Path, name: str) -> str | None:
    if not file.name.startswith("test_") or not name.startswith("test_"):
        return "is nothing that pytest collects"
    tree = tree_of(file)
    mine = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    ]
    if not mine:
        return "names no function"
    whole_file = [node.value for node in tree.body if marks_the_file(node)]
    if any(leaves_out(node) for node in [*mine[-1].decorator_list, *whole_file]):
        return "is left out"
    return None


def marks_the_file(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
    )


def leaves_out(decorator: ast.expr) -> bool:
    """Whether a mark skips a test or expects it to fail; a case that a parameter leaves out is found as well."""
    return any(
        isinstance(node, ast.Attribute) and node.attr in LEFT_OUT for node in ast.walk(decorator)
    )


def complaint_of_typescript(text: str, title: str) -> str | None:
    found = re.search(TITLE % re.escape(title), text, re.MULTILINE)
    if found is None:
        return "names no title"
    left_out = found["left_out"] not in (None, ".each", ".concurrent", ".sequential")
    return "is left out" if left_out else None


def test_every_id_stands_once_and_in_order():
    assert list(HELD_BY) == IDS
    written = [
        key.value
        for table in TABLES
        for node in ast.walk(tree_of(ROOT / "tests/house" / table))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    ]
    assert written == IDS, "a dict keeps the last of two: each id may be written once only"


@pytest.mark.parametrize("requirement", HELD_BY)
def test_a_requirement_is_said_in_a_sentence_and_held_by_one_to_three_tests(requirement):
    says, tests = HELD_BY[requirement]
    assert says == says.strip()
    assert 0 < len(says) <= LONGEST
    assert says.endswith(".")
    assert 1 <= len(tests) <= 3
    assert len(set(tests)) == len(tests)


def test_no_two_requirements_are_said_alike():
    said = [held.says for held in HELD_BY.values()]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("test", NAMED)
def test_a_named_test_exists_and_runs(test):
    assert complaint(test) is None


PLANTED = {
    "tests/house/test_requirements.py": "is not path::name",
    "tests/house/test_nowhere.py::test_a": "names no file of tests",
    "server/app.py::make_api": "names no file of tests",
    "tests/house/tidying.py::long_functions": "is nothing that pytest collects",
    "tests/house/test_requirements.py::test_nothing": "names no function",
    "tests/house/test_requirements.py::test_said_in_a_comment": "names no function",
    "pwa/tests/house/words.test.ts::Urdu": "names no title",
}


# def test_said_in_a_comment is no test
@pytest.mark.parametrize("test", PLANTED)
def test_what_is_no_test_is_told_from_one(test):
    assert complaint(test) == PLANTED[test]


@pytest.mark.parametrize(
    "above",
    [
        "@pytest.mark.skip(reason='later')",
        "@pytest.mark.xfail",
        "@pytest.mark.skipif(True, reason='later')",
        "@pytest.mark.parametrize('a', [pytest.param(1, marks=pytest.mark.xfail)])",
        "pytestmark = pytest.mark.skip(reason='later')\n\n",
    ],
)
def test_a_test_that_is_left_out_holds_nothing(tmp_path, above):
    file = tmp_path / "test_a.py"
    file.write_text(f"{above}\nasync def test_a(): ...\n")
    assert complaint_of_python(file, "test_a") == "is left out"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("test('a (b)', () => {", None),
        ('  it("a (b)", async () => {', None),
        ("test.each(cases)('a (b)', (one) => {", None),
        ("test(`a (b)`, () => {", None),
        ("test.skip('a (b)', () => {", "is left out"),
        ("test.todo('a (b)');", "is left out"),
        ("// test('a (b)', () => {", "names no title"),
        ("test('a (b) and c', () => {", "names no title"),
    ],
)
def test_a_title_of_the_app_is_found_as_it_stands(line, said):
    assert complaint_of_typescript(line, "a (b)") == said

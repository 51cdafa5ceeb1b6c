"""The rules about the code itself that no linter knows. Each returns what it finds wrong.

They take the folder to look at, so that `test_walls.py` can show each of them a violation.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

FUNCTION_LINES_MAX = 60
MODULE_LINES_MAX = 400
GENERATED = ("generated.ts",)

VAGUE_NAMES = frozenset(
    [
        "base",
        "common",
        "constants",
        "core",
        "handler",
        "handlers",
        "helper",
        "helpers",
        "lib",
        "libs",
        "manager",
        "managers",
        "misc",
        "service",
        "services",
        "shared",
        "stuff",
        "tools",
        "types",
        "util",
        "utils",
    ]
)
TOP_LEVEL = frozenset(
    [
        ".ci",
        ".gitignore",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "Makefile",
        "README.md",
        "docker-compose.yml",
        "pwa",
        "pyproject.toml",
        "requirements-server.lock",
        "requirements.lock",
        "server",
        "sync_protocol",
        "tests",
    ]
)
_SKIPPED_FOLDERS = frozenset(
    [
        ".git",
        ".hypothesis",
        ".import_linter_cache",
        ".make",
        ".mypy_cache",
        ".pytest_cache",
        ".rawana",
        ".ruff_cache",
        ".tools",
        ".venv",
        "__pycache__",
        "dist",
        "node_modules",
    ]
)
# Folders of a machine where somebody once worked; written in pieces so as not to find itself.
_MACHINE_PATH = re.compile(r"(?<![\w.])/(?:" + "work|tmp/plan|root" + ")/")
_HOME_PATH = re.compile(r"(?<![\w.{])/" + r"(?:home|Users)/\w+/")
_REGISTRY = re.compile(r"https?://(?:[\w-]+\.)*(?:pypi|pythonhosted|npmjs|npmmirror)\.\w+")


def files(root: Path, *suffixes: str) -> list[Path]:
    """What git has or would take, else (in a folder without git) what is no by-product."""
    if (root / ".git").exists():
        argv = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(argv, cwd=root, check=True, capture_output=True).stdout
        found = [root / name for name in listed.decode().split("\0") if name]
    else:
        found = [
            path
            for path in root.rglob("*")
            if not _SKIPPED_FOLDERS.intersection(path.relative_to(root).parts)
        ]
    return sorted(
        path for path in found if path.is_file() and (not suffixes or path.suffix in suffixes)
    )


def long_functions(root: Path) -> list[str]:
    """Functions that don't fit on a screen; ESLint has the same rule for TypeScript."""
    return [
        f"{path.relative_to(root)}:{node.lineno} {node.name} has {lines} lines"
        for path in files(root, ".py")
        for node in _functions(path)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]


def long_modules(root: Path) -> list[str]:
    """Modules that are about more than one thing, by their length."""
    return [
        f"{path.relative_to(root)} has {lines} lines"
        for path in files(root, ".py", ".ts", ".tsx")
        if path.name not in GENERATED
        and (lines := len(path.read_text().splitlines())) > MODULE_LINES_MAX
    ]


def vague_names(root: Path) -> list[str]:
    """Modules and folders whose name says nothing about what they know."""
    named = {path.relative_to(root) for path in files(root, ".py", ".ts", ".tsx")}
    named |= {folder for path in named for folder in path.parents if folder.name}
    return sorted(
        str(path) for path in named if path.name.split(".")[0].lstrip("_").lower() in VAGUE_NAMES
    )


def parroting_docstrings(root: Path) -> list[str]:
    """Docstrings that repeat a name: `branch_id: The branch ID` tells no unit, shape or rule."""
    empty = {"the", "a", "an", "of", "this", "to", "for", "id", "return", "returns", "object"}
    found = []
    for path in files(root, ".py"):
        for node in (*_functions(path), *_classes(path)):
            told = ast.get_docstring(node) or ""
            rows = re.findall(r"^\s+(\w+)(?: \([^)]*\))?: (.+)$", told, re.MULTILINE)
            if told and "\n" not in told:
                rows.append((_spoken(node.name), told))
            for name, text in rows:
                if name[0].isupper():  # the row of an exception, under Raises
                    continue
                words = set(re.findall(r"[a-z0-9]+", text.lower())) - empty
                if not words - set(name.lower().split("_")):
                    found.append(f"{path.relative_to(root)}:{node.lineno} {node.name}: {text!r}")
    return found


def missing_paths(root: Path) -> list[str]:
    """Paths in the documents that lead nowhere: an inline code with a slash, or a link."""
    pattern = re.compile(r"`([\w.@*-]+(?:/[\w.@*-]*)+)`|\]\((?!https?://|#|mailto:)([^)#\s]+)")
    found = []
    for document in files(root, ".md"):
        text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
        for code, link in pattern.findall(text):
            # An address that our own server answers begins with a slash and is not matched.
            path = code or link
            if path.split("/")[0] in (".rawana", "application", "text"):
                continue
            if not any(_leads_somewhere(start, path) for start in (root, document.parent)):
                found.append(f"{document.relative_to(root)}: {path}")
    return found


def unexplained_skips(root: Path) -> list[str]:
    """Tests that are left out without a word about why."""
    found = []
    for path in files(root, ".py"):
        tree = ast.parse(path.read_text())
        explained = {id(node.func) for node in ast.walk(tree) if _says_why(node)}
        found += [
            f"{path.relative_to(root)}:{node.lineno}"
            for node in ast.walk(tree)
            if _leaves_out(node) and id(node) not in explained
        ]
    return found


def unexpected_at_the_top(root: Path) -> list[str]:
    """Entries of the top level that were not agreed on, and agreed ones that are missing."""
    there = {path.relative_to(root).parts[0] for path in files(root)}
    return [f"unexpected: {name}" for name in sorted(there - TOP_LEVEL)] + [
        f"missing: {name}" for name in sorted(TOP_LEVEL - there)
    ]


def machine_paths(root: Path) -> list[str]:
    """Folders of somebody's machine, and addresses of the registry that somebody installs from."""
    found = []
    for path in files(root):
        if path.suffix in (".png", ".woff2", ".ico", ".jpg"):
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if any(kind.search(line) for kind in (_MACHINE_PATH, _HOME_PATH, _REGISTRY)):
                found.append(f"{path.relative_to(root)}:{number} {line.strip()[:80]}")
    return found


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _classes(path: Path) -> Iterator[ast.ClassDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            yield node


def _spoken(name: str) -> str:
    """`OrderLine` as `order_line`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _leads_somewhere(start: Path, path: str) -> bool:
    return any(start.glob(path)) if "*" in path else (start / path).exists()


def _leaves_out(node: ast.AST) -> bool:
    """Whether this is the name of a mark or call that leaves a test out, or takes its failure."""
    return isinstance(node, ast.Attribute) and bool(
        re.fullmatch(r"pytest\.(mark\.)?(skip|skipif|xfail)", ast.unparse(node))
    )


def _says_why(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not _leaves_out(node.func):
        return False
    texts = [word.value for word in node.keywords if word.arg == "reason"]
    texts += node.args[:1] if ast.unparse(node.func).endswith(("skip", ".xfail")) else []
    return any(not isinstance(text, ast.Constant) or len(str(text.value)) > 10 for text in texts)

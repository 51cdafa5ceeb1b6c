"""Plant each bug in a copy of the project and see whether its tests fail: `make mutants`, or with names for a few."""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from tests.mutants.planted import PLANTED, Planted

ROOT = pathlib.Path(__file__).parents[2]
COPIED = ("server", "sync_protocol", "tests", "pyproject.toml", "Makefile", "pwa/src/protocol")
AT_ONCE = 2
LIMIT_S = 600


def copy_project(into: pathlib.Path) -> None:
    for name in COPIED:
        source, target = ROOT / name, into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)


def tests_pass(project: pathlib.Path, tests: tuple[str, ...]) -> bool:
    """Run the tests in that copy, stopping at the first that fails."""
    argv = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    # A seed of its own for every run, and nothing remembered: a bug must be found anew.
    environ = os.environ | {"PYTHONPATH": str(project), "RAWANA_EXAMPLES": "100"}
    done = subprocess.run(
        argv, cwd=project, env=environ, capture_output=True, timeout=LIMIT_S, check=False
    )
    if done.returncode not in (0, 1):
        sys.exit(f"pytest ended with {done.returncode}:\n{done.stdout.decode()[-2000:]}")
    return done.returncode == 0


def is_caught(planted: Planted) -> bool:
    with tempfile.TemporaryDirectory(prefix="rawana-mutant-") as folder:
        project = pathlib.Path(folder)
        copy_project(project)
        path = project / planted.path
        path.write_text(path.read_text().replace(planted.old, planted.new))
        return any(not tests_pass(project, (test,)) for test in planted.tests)


def main() -> int:
    chosen = [p for p in PLANTED if not sys.argv[1:] or p.name in sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="rawana-sound-") as folder:
        copy_project(pathlib.Path(folder))
        needed = tuple(sorted({test for planted in chosen for test in planted.tests}))
        if not tests_pass(pathlib.Path(folder), needed):
            sys.exit("The tests fail without any planted bug; `make test` says where.")
    caught = []
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for planted, was_caught in zip(chosen, pool.map(is_caught, chosen), strict=True):
            said = "caught" if was_caught else "MISSED"
            print(f"{said}  {planted.name:38} {planted.says}", flush=True)
            caught.append(was_caught)
    print(f"{sum(caught)} of {len(chosen)} planted bugs caught")
    return 0 if all(caught) else 1


if __name__ == "__main__":
    sys.exit(main())

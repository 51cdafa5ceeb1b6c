"""What every test may ask for: a real PostgreSQL, and a fresh migrated database on it."""

import asyncio
import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import msgspec
import pytest

from server.db import embedded
from server.db.address import DatabaseAddress
from server.db.migrating import migrate
from server.db.pool import Database
from server.settings import Settings

# The number in a home's name is the process that made it: see `sweep_homes_of_the_dead`.
HOME_PREFIX = "rawana-test"
TEMPLATE = "migrated_template"
INSTALLED_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def make_home(label: str = "home") -> Path:
    """An empty home that PostgreSQL's account can reach; pytest's own folders are closed to it."""
    home = Path(tempfile.mkdtemp(prefix=f"{HOME_PREFIX}-{os.getpid()}-{label}-"))
    home.chmod(0o711)
    return home


def remove_home(home: Path) -> None:
    """Stop the PostgreSQL in it and leave nothing behind, wherever its data lies."""
    embedded.stop(home)
    if (home / "pgdata").is_symlink():
        shutil.rmtree((home / "pgdata").resolve().parent)
    shutil.rmtree(home)


def sweep_homes_of_the_dead() -> None:
    """Remove what test runs left behind that were killed before they could tidy up."""
    for home in Path(tempfile.gettempdir()).glob(f"{HOME_PREFIX}-*"):
        pid = home.name.removeprefix(f"{HOME_PREFIX}-").split("-")[0]
        if pid.isdigit() and not Path("/proc", pid).exists():
            with contextlib.suppress(OSError):  # another user's, or swept by another run just now
                remove_home(home)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The server runs on asyncio; trio is none of our business."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[DatabaseAddress]:
    """One embedded PostgreSQL for the whole run, found as the product finds its own."""
    sweep_homes_of_the_dead()
    home = make_home()
    try:
        yield embedded.start(home, Settings.from_environment(os.environ).pg_bin)
    finally:
        remove_home(home)


@pytest.fixture(scope="session")
def template(postgres: DatabaseAddress) -> str:
    """The name of a migrated database to copy: far quicker than migrating for each test."""

    async def make_template() -> None:
        await run_on(postgres, f"CREATE DATABASE {TEMPLATE}")
        await migrate(msgspec.structs.replace(postgres, database=TEMPLATE))

    asyncio.run(make_template())
    return TEMPLATE


@pytest.fixture
async def database_address(
    postgres: DatabaseAddress, template: str
) -> AsyncIterator[DatabaseAddress]:
    """A fresh migrated database that this test has for itself."""
    name = f"test_{next(_numbers)}"
    await run_on(postgres, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield msgspec.structs.replace(postgres, database=name)
    await run_on(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_address: DatabaseAddress) -> AsyncIterator[Database]:
    """The same, opened."""
    async with Database(database_address) as opened:
        yield opened


def find_chromium() -> str | None:
    """Return the path of the browser: what `make` found, else one that is installed; None where there is none."""
    named = (os.environ.get("RAWANA_CHROMIUM"), *INSTALLED_BROWSERS)
    return next((path for name in named if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    if (path := find_chromium()) is not None:
        return path
    pytest.fail("No Chromium on this machine: run `make browser`, or set RAWANA_CHROMIUM to one.")


async def run_on(address: DatabaseAddress, statement: str) -> None:
    """One statement on a connection of its own, outside any transaction."""
    connection = await asyncpg.connect(address.dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


_numbers = itertools.count(1)

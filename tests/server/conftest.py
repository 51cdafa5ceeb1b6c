"""A running server in this process, on a fresh database, with one retailer."""

from collections.abc import AsyncIterator

import pytest

from server.db.pool import Database
from tests.server.outside import Outside, practice_beside
from tests.server.retail import Retail, Server, started_server


@pytest.fixture
async def server(database: Database) -> AsyncIterator[Server]:
    made = await started_server(database)
    yield made
    await made.http.aclose()


@pytest.fixture
async def retail(server: Server) -> Retail:
    """A shop with two branches, people of every role, and ten of everything at each branch."""
    made = Retail(server)
    await made.set_up()
    return made


@pytest.fixture
async def outside(retail: Retail) -> AsyncIterator[Outside]:
    """The shop's store beside it, its goods mirrored, 20 of the first three at Lahore."""
    async with practice_beside(retail) as made:
        yield made

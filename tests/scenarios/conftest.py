"""The shop with two branches and ten of everything at each, and its people: whom a story names is there with a phone."""

from collections.abc import AsyncIterator

import pytest

from tests.scenarios.closing import close_books
from tests.scenarios.keeping import Colleague
from tests.scenarios.stage import Stage
from tests.server.retail import Retail, Server, started_server


@pytest.fixture
async def server(database) -> AsyncIterator[Server]:
    made = await started_server(database)
    yield made
    await made.http.aclose()


@pytest.fixture
async def retail(server: Server) -> Retail:
    made = Retail(server)
    await made.set_up()
    return made


@pytest.fixture
async def shop(retail: Retail) -> AsyncIterator[Stage]:
    """The stage. When a story ends its books are proved."""
    stage = Stage(retail)
    yield stage
    await close_books(stage)


@pytest.fixture
async def saad(shop: Stage) -> Colleague:
    """The supervisor at head office."""
    return await shop.enters("saad")


@pytest.fixture
async def hira(shop: Stage) -> Colleague:
    """The operator who works in Shopify and at the desk."""
    return await shop.enters("hira")


@pytest.fixture
async def amna(shop: Stage) -> Colleague:
    """Packs at Lahore."""
    return await shop.enters("amna")


@pytest.fixture
async def asma(shop: Stage) -> Colleague:
    """Packs at Lahore too."""
    return await shop.enters("asma")


@pytest.fixture
async def bilal(shop: Stage) -> Colleague:
    """Packs at Karachi."""
    return await shop.enters("bilal")


@pytest.fixture
async def nasreen(shop: Stage) -> Colleague:
    """Writes down what Lahore sends by hand, and nothing else."""
    return await shop.enters("nasreen")


@pytest.fixture
async def imran(shop: Stage) -> Colleague:
    """Rides for Lahore."""
    return await shop.enters("imran")


@pytest.fixture
async def maryam(shop: Stage) -> Colleague:
    """Calls customers."""
    return await shop.enters("maryam")

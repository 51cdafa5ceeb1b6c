"""Is the process alive, and can it work?"""

from litestar import Response, get
from litestar.datastructures import State

from server.db import epochs
from server.routes.bodies import json_answer
from server.routes.house import House


@get("/healthz")
async def get_healthz() -> Response[bytes]:
    """Answer as long as the process does; restart it only when this fails."""
    return json_answer({"status": "ok"})


@get("/readyz")
async def get_readyz(state: State) -> Response[bytes]:
    """Answer when the database does too; 503 with Retry-After otherwise."""
    house: House = state.house
    async with house.database.connection() as connection:
        history = await epochs.read_history(connection)
    return json_answer({"status": "ok", "epoch": history.epoch})

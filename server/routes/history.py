"""`/desk/*`: histories, and the stock of a branch at a past moment. Nothing is changed here."""

from litestar import Response, post
from litestar.datastructures import State

from server.history.asking import (
    HistoryRequest,
    NotForYou,
    StockRequest,
    tell_history,
    tell_stock_at,
)
from server.problems import Rejected
from server.routes.bodies import AnyRequest, decoded, json_answer, read_json_bytes
from server.routes.house import House
from server.routes.visitors import visitor_of

BODY_MAX = 4_096


@post("/desk/history", status_code=200)
async def post_history(request: AnyRequest, state: State) -> Response[bytes]:
    """Tell what happened to a thing, or what a person did."""
    house: House = state.house
    visitor = await visitor_of(house, request)
    asked = decoded(await read_json_bytes(request, BODY_MAX), HistoryRequest)
    try:
        async with house.database.transaction("repeatable read", readonly=True) as connection:
            return json_answer(await tell_history(connection, visitor, asked))
    except NotForYou as error:
        raise Rejected(403, str(error)) from error


@post("/desk/stock-at", status_code=200)
async def post_stock_at(request: AnyRequest, state: State) -> Response[bytes]:
    """Tell what a branch held at a moment."""
    house: House = state.house
    visitor = await visitor_of(house, request)
    asked = decoded(await read_json_bytes(request, BODY_MAX), StockRequest)
    try:
        async with house.database.transaction("repeatable read", readonly=True) as connection:
            return json_answer(await tell_stock_at(connection, visitor, asked))
    except NotForYou as error:
        raise Rejected(403, str(error)) from error

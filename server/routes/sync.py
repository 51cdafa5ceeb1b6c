"""`/sync/*`: hello, push, pull, offer over HTTP, and the live channel."""

import asyncio
import contextlib
from typing import Any

import msgspec
from litestar import Response, WebSocket, post, websocket
from litestar.datastructures import State
from litestar.exceptions import WebSocketDisconnect

from server.db import epochs
from server.points import point
from server.problems import Rejected, answer, problem_reply
from server.routes.bodies import AnyRequest, decoded, json_answer, read_json_bytes
from server.routes.house import House
from server.routes.visitors import leaving_visitor_of, visitor_of
from server.sync.greeting import greet
from server.sync.live import Subscriber
from server.sync.offering import offer
from server.sync.pulling import granted_streams, pull
from server.sync.pushing import Refusal, push, read_push
from sync_protocol.ids import OpId
from sync_protocol.limits import OFFER_IDS_MAX, PUSH_BYTES_MAX
from sync_protocol.messages.hello import HelloRequest
from sync_protocol.messages.offer import OfferRequest
from sync_protocol.messages.pull import PullRequest
from sync_protocol.messages.push import Problem

SMALL_BODY_MAX = 65_536
OFFER_BODY_MAX = OFFER_IDS_MAX * 70
PING_S = 20.0
RECHECK_S = 5.0
"""A revoked device is cut off from the live channel within this time."""

CLOSE_NOT_LET_IN = 4401
CLOSE_OVERRUN = 4429

_STATUS = {Problem.TOO_LARGE: 413, Problem.SLOW_DOWN: 429}


@post("/sync/hello", status_code=200)
async def post_hello(request: AnyRequest, state: State) -> Response[bytes]:
    """Greet a device."""
    house: House = state.house
    visitor = await visitor_of(house, request)
    asked = decoded(await read_json_bytes(request, SMALL_BODY_MAX), HelloRequest)
    return json_answer(await greet(house.database, house.live, visitor, asked, house.clock()))


@post("/sync/push", status_code=200)
async def post_push(request: AnyRequest, state: State) -> Response[bytes]:
    """Take ops in."""
    house: House = state.house
    visitor = await leaving_visitor_of(house, request)
    try:
        raw = await read_json_bytes(request, PUSH_BYTES_MAX)
    except Rejected as rejected:
        if rejected.reply.status == 413:
            raise _too_large() from rejected
        raise
    try:
        asked, batch = read_push(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Rejected(400, str(error)) from error
    done = await push(house.database, house.live, visitor, asked, batch, house.clock, house.beside)
    if isinstance(done, Refusal):
        return _refused(done)
    house.wake_worker()
    point("push.answering")
    if visitor.revoked:
        return await _quarantined(house, done.now, done.results, more=done.more)
    return json_answer(done)


async def _quarantined(
    house: House,
    now: int,
    results: tuple[msgspec.Raw, ...],
    missing: tuple[OpId, ...] | None = None,
    *,
    more: bool = False,
) -> Response[bytes]:
    """Answer a device that may no longer talk: no data, but what became of the ops that it handed over."""
    async with house.database.connection() as connection:
        history = await epochs.read_history(connection)
    detail = "This device may no longer talk here; what it held is kept for a supervisor."
    reply = problem_reply(401, detail, problem=Problem.REVOKED)
    told = {"epoch": history.epoch, "restored_to": history.restored_to, "now": now, "more": more}
    return answer(msgspec.structs.replace(reply, results=results, missing=missing, **told))


def _too_large() -> Rejected:
    detail = f"The push is larger than {PUSH_BYTES_MAX} bytes; send fewer ops at once."
    return Rejected(413, detail, reply=problem_reply(413, detail, problem=Problem.TOO_LARGE))


def _refused(refusal: Refusal) -> Response[bytes]:
    status = _STATUS.get(refusal.problem, 409)
    reply = problem_reply(status, refusal.detail, problem=refusal.problem)
    return answer(
        msgspec.structs.replace(
            reply,
            epoch=refusal.epoch,
            restored_to=refusal.restored_to,
            device=refusal.device,
        )
    )


@post("/sync/pull", status_code=200)
async def post_pull(request: AnyRequest, state: State) -> Response[bytes]:
    """Send what a device lacks."""
    house: House = state.house
    visitor = await visitor_of(house, request)
    asked = decoded(await read_json_bytes(request, SMALL_BODY_MAX), PullRequest)
    return json_answer(await pull(house.database, visitor, asked, house.clock()))


@post("/sync/offer", status_code=200)
async def post_offer(request: AnyRequest, state: State) -> Response[bytes]:
    """Tell a device which of its ops are missing here."""
    house: House = state.house
    visitor = await leaving_visitor_of(house, request)
    asked = decoded(await read_json_bytes(request, OFFER_BODY_MAX), OfferRequest)
    if len(asked.ids) > OFFER_IDS_MAX:
        raise Rejected(413, f"Offer at most {OFFER_IDS_MAX} ids at once.")
    told = await offer(house.database, house.live, visitor, asked, house.clock())
    if visitor.revoked:
        return await _quarantined(house, told.now, told.results, told.missing)
    return json_answer(told)


@websocket("/sync/live")
async def live(socket: WebSocket[Any, Any, Any], state: State) -> None:
    """Send every change of the device's streams as it happens."""
    house: House = state.house
    try:
        visitor = await visitor_of(house, socket)
    except Rejected as rejected:
        await socket.accept()
        await socket.close(code=CLOSE_NOT_LET_IN, reason=rejected.reply.title)
        return
    async with house.database.connection() as connection:
        granted = frozenset(await granted_streams(connection, visitor))
    await socket.accept()
    async with house.live.subscription(visitor.device.shop_id, granted) as me:
        await _attend(house, socket, me)


async def _attend(house: House, socket: WebSocket[Any, Any, Any], me: Subscriber) -> None:
    """Send until either side is gone, the device is no longer let in, or its grants change."""
    jobs = [
        asyncio.create_task(_send(house, socket, me)),
        asyncio.create_task(_listen(socket)),
        asyncio.create_task(_recheck(house, socket, me)),
    ]
    try:
        await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)


async def _send(house: House, socket: WebSocket[Any, Any, Any], me: Subscriber) -> None:
    while not me.overrun:
        try:
            text = await asyncio.wait_for(me.waiting.get(), PING_S)
        except TimeoutError:
            text = msgspec.json.encode({"ping": house.clock()})
        await socket.send_data(text.decode(), mode="text")
    await socket.close(code=CLOSE_OVERRUN, reason="too slow; pull")


async def _listen(socket: WebSocket[Any, Any, Any]) -> None:
    """What a client says is of no interest; that it is gone, is."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.receive_data(mode="text")


async def _recheck(house: House, socket: WebSocket[Any, Any, Any], me: Subscriber) -> None:
    while True:
        await asyncio.sleep(RECHECK_S)
        try:
            visitor = await visitor_of(house, socket)
        except Rejected as rejected:
            await socket.close(code=CLOSE_NOT_LET_IN, reason=rejected.reply.title)
            return
        async with house.database.connection() as connection:
            granted = frozenset(await granted_streams(connection, visitor))
        if granted != me.granted:
            await socket.close(code=CLOSE_OVERRUN, reason="grants changed; pull")
            return

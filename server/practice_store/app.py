"""The practice store as an ASGI app: the Admin API, the control API and the store's own pages."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from inspect import isawaitable

import msgspec

from server.practice_store.admin_http import GRAPHQL_PATH, AdminHttp
from server.practice_store.asgi import (
    App,
    BodyTooLargeError,
    DisconnectedError,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    json_response,
    read_request,
    send_response,
)
from server.practice_store.bulk import FILES_PATH
from server.practice_store.bulk_files import BulkFiles
from server.practice_store.control import Control, not_found
from server.practice_store.control_orders import OrderControl
from server.practice_store.control_returns import ReturnControl
from server.practice_store.graphql_api import GraphqlApi
from server.practice_store.oauth_http import AUTHORIZE_PATH, TOKEN_PATH, OauthHttp
from server.practice_store.page import Pages
from server.practice_store.store import PracticeStore
from server.practice_store.store_settings import StoreSettings

Answering = Callable[..., Response | Awaitable[Response]]
Routes = list[tuple[str, re.Pattern[str], Answering]]


def asgi_app(store: PracticeStore, prefix: str = "", api: GraphqlApi | None = None) -> App:
    """Return the app. `prefix` is the path it is mounted under, e.g. "/practice-store"; its own links carry it."""
    routes = _routes(store, prefix, api)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            request = await read_request(scope, receive, prefix)
        except DisconnectedError:
            return
        except BodyTooLargeError:
            too_large = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            await send_response(send, json_response({"errors": "body too large"}, too_large))
            return
        await send_response(send, await _answer(routes, request))

    return app


async def _answer(routes: Routes, request: Request) -> Response:
    if _is_foreign(request):
        return json_response(
            {"errors": "requests from other sites are refused"}, HTTPStatus.FORBIDDEN
        )
    allowed: list[str] = []
    for method, pattern, answering in routes:
        match = pattern.fullmatch(request.path)
        if match is None:
            continue
        if method != request.method:
            allowed.append(method)
            continue
        try:
            answer = answering(request, *match.groups())
            return await answer if isawaitable(answer) else answer
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return json_response({"errors": str(error)}, HTTPStatus.BAD_REQUEST)
    if allowed:
        return json_response({"errors": "method not allowed"}, 405, {"Allow": ", ".join(allowed)})
    return not_found()


def _is_foreign(request: Request) -> bool:
    """Tell whether a browser says that another site's page made it send this."""
    changes = request.method not in {"GET", "HEAD"}
    return changes and request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}


def _routes(store: PracticeStore, prefix: str, api: GraphqlApi | None) -> Routes:
    admin = AdminHttp(store, api, prefix)
    control = Control(store)
    oauth = OauthHttp(store)
    settings = StoreSettings(store)
    pages = Pages(store, prefix)
    table: list[tuple[str, str, Answering]] = [
        ("POST", GRAPHQL_PATH, admin.graphql),
        ("POST", TOKEN_PATH, oauth.token),
        ("GET", AUTHORIZE_PATH, oauth.authorize),
        ("POST", "/practice/api/session-token", oauth.session_token),
        ("GET", f"{FILES_PATH}/([0-9a-f]+)", BulkFiles(store).fetch),
        ("GET", "/practice/api/orders", control.list_orders),
        ("POST", "/practice/api/orders", control.place),
        ("GET", "/practice/api/orders/{}", control.read),
        ("POST", "/practice/api/orders/{}/contact", control.edit_contact),
        ("POST", "/practice/api/orders/{}/cancel", control.cancel),
        ("POST", "/practice/api/orders/{}/pay", control.pay),
        ("POST", "/practice/api/orders/{}/fulfill", control.fulfill),
        *_later_deeds(OrderControl(store), ReturnControl(store)),
        ("POST", "/practice/api/fulfillments/{}/cancel", control.cancel_fulfillment),
        ("POST", "/practice/api/fulfillments/{}/tracking", control.change_tracking),
        ("POST", "/practice/api/fulfillments/{}/events", control.add_event),
        ("GET", "/practice/api/notifications", control.notifications),
        ("GET", "/practice/api/webhooks", control.webhooks),
        ("GET", "/practice/api/faults", control.read_faults),
        ("PUT", "/practice/api/faults", control.set_faults),
        ("GET", "/practice/api/settings", settings.read),
        ("PUT", "/practice/api/settings", settings.change),
        ("GET", "/practice/api/variants", control.variants),
        ("GET", "/practice", pages.front),
        ("POST", "/practice/page/orders", pages.place),
        ("GET", "/practice/page/orders/{}", pages.order),
        ("POST", "/practice/page/orders/{}/([a-z-]+)", pages.act),
        ("POST", "/practice/page/subscriptions/drop", pages.drop_subscription),
    ]
    return [
        (method, re.compile(path.replace(".", r"\.").replace("{}", r"(\d{1,19})")), answering)
        for method, path, answering in table
    ]


def _later_deeds(orders: OrderControl, returns: ReturnControl) -> list[tuple[str, str, Answering]]:
    """What the team does with an order after it was placed."""
    on_orders: dict[str, Answering] = {
        "edit": orders.edit,
        "hold": orders.hold,
        "release": orders.release,
        "move": orders.move,
        "split": orders.split,
        "progress": orders.report_progress,
        "stop-progress": orders.stop_progress,
        "return": orders.take_back,
        "refund": orders.refund,
        "payments": orders.record_payment,
        "close": orders.close,
        "open": orders.open,
    }
    on_returns: dict[str, Answering] = {
        "approve": returns.approve,
        "decline": returns.decline,
        "cancel": returns.cancel,
        "close": returns.close,
        "reopen": returns.reopen,
        "process": returns.process,
    }
    return [
        *(("POST", f"/practice/api/orders/{{}}/{name}", deed) for name, deed in on_orders.items()),
        ("DELETE", "/practice/api/orders/{}", orders.delete),
        *(
            ("POST", f"/practice/api/returns/{{}}/{name}", deed)
            for name, deed in on_returns.items()
        ),
    ]


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return

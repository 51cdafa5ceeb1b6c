"""`/shopify/*`: a merchant's browser on its way to approve the app and back, and session tokens of the store's admin."""

import logging
from typing import Annotated
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.datastructures import Cookie, State
from msgspec import Meta, Struct

from server.connecting.changing import NotPossible
from server.connecting.checking import Checked
from server.connecting.installing import (
    CALLBACK_PATH,
    INSTALL_PATH,
    INVITATION_MS,
    Installing,
    begin,
    finish,
    take_session,
)
from server.problems import Rejected
from server.routes.bodies import AnyRequest, decoded, json_answer, read_json_bytes
from server.routes.house import House
from server.routes.store import NEEDS_APP, installing_at
from server.shopify.oauth import NotGenuine
from server.vault import Locked
from sync_protocol.bodies.parts import NO_NUL

_log = logging.getLogger(__name__)

BODY_MAX = 4_096
COOKIE = "rawana_install"
AFTER = "/#/desk/store"
NOT_GENUINE = "This did not come from Shopify, or it is too old. Begin again with the owner's link."


class SessionRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The state of an owner's invitation, where the store is not tied to a shop yet."""

    state: Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL)] | None = None


class Tied(Struct, frozen=True, kw_only=True):
    """The store is tied; how many things the check found wrong."""

    findings: int


@get(INSTALL_PATH)
async def get_install(request: AnyRequest, state: State) -> Response[bytes]:
    """Send the merchant to where the app is approved, remembering in this browser what was begun."""
    house: House = state.house
    installing = _installing(house)
    asked = request.query_params
    begun = asked.get("state", "")
    try:
        url = await begin(installing, asked.get("shop", ""), begun)
    except NotPossible as error:
        return _told(str(error), 403)
    answer = _sent_to(url)
    answer.set_cookie(_cookie(begun, house.public_url))
    return answer


@get(CALLBACK_PATH)
async def get_callback(request: AnyRequest, state: State) -> Response[bytes]:
    """Take the merchant's approval and show the owner the connection."""
    house: House = state.house
    installing = _installing(house)
    query = request.scope["query_string"].decode("latin-1")
    try:
        await finish(installing, query, request.cookies.get(COOKIE))
    except NotGenuine as error:
        _log.warning("a callback was refused: %s", error)
        return _told(NOT_GENUINE, 403)
    except (NotPossible, Locked) as error:
        return _told(str(error), 409)
    house.wake_worker()
    answer = _sent_to(AFTER)
    answer.delete_cookie(COOKIE, path="/shopify")
    return answer


@post("/shopify/session", status_code=200)
async def post_session(request: AnyRequest, state: State) -> Response[bytes]:
    """Exchange a session token for an access token that the server keeps; nothing of it is answered."""
    house: House = state.house
    installing = _installing(house)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    asked = decoded(await read_json_bytes(request, BODY_MAX), SessionRequest)
    if scheme.lower() != "bearer" or not token:
        raise Rejected(401, "Send the session token as a Bearer credential.")
    try:
        checked: Checked = await take_session(installing, token.strip(), asked.state)
    except NotGenuine as error:
        _log.warning("a session token was refused: %s", error)
        raise Rejected(401, "This session token is not good here.") from error
    except (NotPossible, Locked) as error:
        raise Rejected(409, str(error)) from error
    house.wake_worker()
    return json_answer(Tied(findings=len(checked.findings)))


def _installing(house: House) -> Installing:
    installing = installing_at(house)
    if installing is None:
        raise Rejected(404, NEEDS_APP)
    return installing


def _cookie(begun: str, public_url: str | None) -> Cookie:
    """Lax: it must come along when Shopify sends the browser back, which is another site's doing."""
    return Cookie(
        key=COOKIE,
        value=begun,
        max_age=INVITATION_MS // 1000,
        path="/shopify",
        secure=urlsplit(public_url or "").scheme == "https",
        httponly=True,
        samesite="lax",
    )


def _sent_to(url: str) -> Response[bytes]:
    headers = {"Location": url, "Cache-Control": "no-store"}
    return Response(content=b"", status_code=302, media_type="text/plain", headers=headers)


def _told(sentence: str, status: int) -> Response[bytes]:
    return Response(
        content=sentence.encode(),
        status_code=status,
        media_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )

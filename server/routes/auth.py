"""`/auth/*`: enrolling a phone, signing in at a desk, leaving."""

from typing import Annotated, Literal

from litestar import Response, post
from litestar.datastructures import Cookie, State
from msgspec import Meta, Struct

from server.accounts.letting_in import Welcome, enrol, sign_in
from server.accounts.locking_out import forget
from server.db import fleet
from server.problems import Rejected
from server.routes.bodies import AnyRequest, decoded, json_answer, read_json_bytes
from server.routes.house import House
from server.routes.visitors import COOKIE, SECURE_COOKIE, is_foreign, visitor_of
from server.sync.boarding import show_all
from server.sync.pulling import granted_streams
from sync_protocol.bodies.parts import NO_NUL
from sync_protocol.ids import DeviceId, StreamName
from sync_protocol.shop import Staff

BODY_MAX = 4_096
COOKIE_LIFE_S = 90 * 86_400

DeviceName = Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NUL)]
Secret = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL)]


class EnrolRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code, what to call the device, and whether it wants a token or a cookie."""

    code: Secret
    device_name: DeviceName
    want: Literal["token", "cookie"] = "token"


class LoginRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Login and password, what to call the device, and whether it wants a token or a cookie."""

    login: Secret
    password: Secret
    device_name: DeviceName
    want: Literal["token", "cookie"] = "token"


class LetIn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A device that was let in; `token` only when it asked for one."""

    device_id: DeviceId
    staff: Staff
    streams: tuple[StreamName, ...]
    token: str | None = None


@post("/auth/enrol", status_code=200)
async def post_enrol(request: AnyRequest, state: State) -> Response[bytes]:
    """Let a phone in by the code that a supervisor made for it."""
    house: House = state.house
    asked = decoded(await read_json_bytes(request, BODY_MAX), EnrolRequest)
    key = _guard(house, request, "enrol")
    welcome = await enrol(
        house.database, asked.code, asked.device_name, house.clock(), house.beside
    )
    if welcome is None:
        house.attempts.failed(key, house.clock())
        raise Rejected(
            403, "This code is wrong, was used already or has expired. Ask for a new one."
        )
    return await _let_in(house, request, welcome, asked.want)


@post("/auth/login", status_code=200)
async def post_login(request: AnyRequest, state: State) -> Response[bytes]:
    """Let a person in by login and password."""
    house: House = state.house
    asked = decoded(await read_json_bytes(request, BODY_MAX), LoginRequest)
    key = _guard(house, request, "login")
    welcome = await sign_in(
        house.database,
        asked.login,
        asked.password,
        asked.device_name,
        house.clock(),
        house.beside,
    )
    if welcome is None:
        house.attempts.failed(key, house.clock())
        raise Rejected(403, "Login and password do not fit.")
    return await _let_in(house, request, welcome, asked.want)


@post("/auth/logout", status_code=200)
async def post_logout(request: AnyRequest, state: State) -> Response[bytes]:
    """End this device's right to talk. The app asks for it only when nothing is left to send."""
    house: House = state.house
    await read_json_bytes(request, BODY_MAX)
    visitor = await visitor_of(house, request)
    await forget(house.database, house.beside, visitor.device, house.clock())
    response = json_answer({})
    response.delete_cookie(COOKIE)
    response.delete_cookie(SECURE_COOKIE)
    return response


def _guard(house: House, request: AnyRequest, door: str) -> str:
    """Refuse a foreign page and whoever guessed wrong too often; return the key to count failures by."""
    if is_foreign(request):
        raise Rejected(403, "This came from a page of another site.")
    address = request.client.host if request.client is not None else "unknown"
    key = f"{door}/{address}"
    wait_ms = house.attempts.wait_ms(key, house.clock())
    if wait_ms > 0:
        seconds = -(-wait_ms // 1000)
        raise Rejected(429, f"Too many wrong tries; wait {seconds} s.", retry_after_s=seconds)
    return key


async def _let_in(
    house: House, request: AnyRequest, welcome: Welcome, want: str
) -> Response[bytes]:
    device = welcome.visitor.device
    async with house.database.connection() as connection:
        streams = await granted_streams(connection, welcome.visitor)
        own = await fleet.devices_of(connection, device.shop_id, device.staff_id)
    # The person's other phones are looked at again too: one of them may have been lost or wiped.
    await show_all(house.database, house.live, device.shop_id, own, house.clock())
    response = json_answer(
        LetIn(
            device_id=welcome.visitor.device.id,
            staff=welcome.visitor.staff,
            streams=streams,
            token=welcome.token if want == "token" else None,
        )
    )
    if want == "cookie":
        response.set_cookie(_cookie(welcome.token, secure=request.url.scheme == "https"))
    return response


def _cookie(token: str, *, secure: bool) -> Cookie:
    return Cookie(
        key=SECURE_COOKIE if secure else COOKIE,
        value=token,
        max_age=COOKIE_LIFE_S,
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )

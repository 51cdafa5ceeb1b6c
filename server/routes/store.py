"""`/desk/store*` for the owner: the shop's connection with its Shopify store. No answer holds a secret."""

from collections.abc import Awaitable
from typing import Annotated, TypeVar

from litestar import Response, get, post
from litestar.datastructures import State
from msgspec import Meta, Struct

from server.connecting.changing import Connecting, NotPossible, admin_url_of
from server.connecting.checking import checked_shop
from server.connecting.installing import Installing, invite_store
from server.connecting.showing import StoreShown, show_store
from server.connecting.tying import tie, untie, webhook_url_of
from server.db import privacy, shops
from server.db.devices import Visitor
from server.problems import Rejected
from server.routes.bodies import AnyRequest, decoded, json_answer, read_json_bytes
from server.routes.house import House
from server.routes.visitors import visitor_of
from server.shopify.grants import App
from server.vault import Locked
from sync_protocol.bodies.parts import NO_NUL
from sync_protocol.permissions import CONNECTS_STORE

BODY_MAX = 4_096
NEEDS_APP = (
    "This server has no app for other organisations' stores: set RAWANA_SHOPIFY_CLIENT_ID, "
    "RAWANA_SHOPIFY_CLIENT_SECRET and RAWANA_PUBLIC_URL."
)

Word = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL)]
Result = TypeVar("Result")


class ConnectRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An app's id and secret; or, with `token` in the id's place, a token and the secret that signs webhooks."""

    domain: Word
    secret: Word
    client_id: Word | None = None
    token: Word | None = None

    def __repr__(self) -> str:
        """Without secrets."""
        return f"ConnectRequest({self.domain})"


class InviteRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which store shall install the app."""

    domain: Word


class InstallLink(Struct, frozen=True, kw_only=True):
    """Where that store's merchant approves; good once, for a quarter of an hour."""

    url: str


class PrivacyDone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which request about a customer's privacy was met."""

    id: Word


async def _owner(house: House, request: AnyRequest) -> Visitor:
    visitor = await visitor_of(house, request)
    if visitor.staff.role not in CONNECTS_STORE or not visitor.staff.active:
        raise Rejected(403, "Only the owner may see or change how the store is connected.")
    return visitor


async def _told_plainly(work: Awaitable[Result]) -> Result:
    """Say in a problem's words why it can't be done."""
    try:
        return await work
    except (NotPossible, Locked) as error:
        raise Rejected(409, str(error)) from error


async def _shown(house: House, visitor: Visitor) -> Response[bytes]:
    async with house.database.connection() as connection:
        shop = await shops.find_shop(connection, shop_id=visitor.device.shop_id)
        assert shop is not None
        shown: StoreShown = await show_store(
            connection,
            shop,
            webhook_url=webhook_url_of(None, house.public_url),
            may_install=house.app is not None and house.public_url is not None,
        )
    return json_answer(shown)


@get("/desk/store")
async def get_store(request: AnyRequest, state: State) -> Response[bytes]:
    """Show the connection and what the last check found."""
    house: House = state.house
    return await _shown(house, await _owner(house, request))


@post("/desk/store/check", status_code=200)
async def post_check_store(request: AnyRequest, state: State) -> Response[bytes]:
    """Check the store now, and show what was found."""
    house: House = state.house
    visitor = await _owner(house, request)
    await read_json_bytes(request, BODY_MAX)
    if await checked_shop(house.checker, visitor.device.shop_id) is None:
        raise Rejected(409, "No store is connected.")
    return await _shown(house, visitor)


@post("/desk/store/connect", status_code=200)
async def post_connect_store(request: AnyRequest, state: State) -> Response[bytes]:
    """Connect the shop with its store, by an app's credentials or a token."""
    house: House = state.house
    visitor = await _owner(house, request)
    asked = decoded(await read_json_bytes(request, BODY_MAX), ConnectRequest)
    if (asked.client_id is None) == (asked.token is None):
        raise Rejected(400, "Give the app's client id, or a token.")
    await _told_plainly(_connect(house, visitor, asked))
    house.wake_worker()
    return await _shown(house, visitor)


async def _connect(house: House, visitor: Visitor, asked: ConnectRequest) -> None:
    app = None
    if asked.client_id is not None:
        app = App(client_id=asked.client_id, client_secret=asked.secret)
    wanted = Connecting(
        shop_id=visitor.device.shop_id,
        admin_url=admin_url_of(asked.domain),
        app=app,
        token=asked.token,
        webhook_secret=asked.secret if app is None else None,
        webhook_url=webhook_url_of(None, house.public_url),
    )
    await tie(house.checker, wanted, asked.domain)


@post("/desk/store/disconnect", status_code=200)
async def post_disconnect_store(request: AnyRequest, state: State) -> Response[bytes]:
    """Give the connection up; orders and books stay."""
    house: House = state.house
    visitor = await _owner(house, request)
    await read_json_bytes(request, BODY_MAX)
    await _told_plainly(untie(house.checker, visitor.device.shop_id))
    return await _shown(house, visitor)


@post("/desk/store/install-link", status_code=200)
async def post_install_link(request: AnyRequest, state: State) -> Response[bytes]:
    """Make a link with which a store of another organisation is tied to this shop."""
    house: House = state.house
    visitor = await _owner(house, request)
    asked = decoded(await read_json_bytes(request, BODY_MAX), InviteRequest)
    installing = installing_at(house)
    if installing is None:
        raise Rejected(409, NEEDS_APP)
    shop_id, staff_id = visitor.device.shop_id, visitor.staff.id
    url = await _told_plainly(invite_store(installing, shop_id, staff_id, asked.domain))
    return json_answer(InstallLink(url=url))


@post("/desk/store/privacy-done", status_code=200)
async def post_privacy_done(request: AnyRequest, state: State) -> Response[bytes]:
    """Note that a request about a customer's privacy was met."""
    house: House = state.house
    visitor = await _owner(house, request)
    asked = decoded(await read_json_bytes(request, BODY_MAX), PrivacyDone)
    async with house.database.connection() as connection:
        shop_id, now = visitor.device.shop_id, house.clock()
        if not await privacy.close_request(connection, shop_id, asked.id, now):
            raise Rejected(404, "There is no such open request.")
    return await _shown(house, visitor)


def installing_at(house: House) -> Installing | None:
    """Return what installing needs; None where this server has no app for others' stores."""
    if house.app is None or house.public_url is None:
        return None
    return Installing(checker=house.checker, app=house.app, public_url=house.public_url)

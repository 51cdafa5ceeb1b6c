"""Stores of other organisations install the app. Only an owner's invitation says which shop such a store belongs to."""

from msgspec import Struct

from server import clock
from server.accounts.credentials import hash_secret
from server.connecting import changing
from server.connecting.changing import Connecting, NotPossible, admin_url_of
from server.connecting.checking import Checked, Checker, check_store
from server.connecting.tying import webhook_url_of
from server.db import installs, shops, stores
from server.db.connections import Connection
from server.db.installs import Invited
from server.db.pool import run_transaction
from server.db.stores import ShopifyConnection, StoreKind
from server.shopify.failures import ShopifyError
from server.shopify.grants import App, Form, of_code, of_session
from server.shopify.needs import scopes_needed
from server.shopify.oauth import NotGenuine, authorize_url, read_callback, read_session_token
from sync_protocol.ids import ShopId, StaffId

INVITATION_MS = 15 * 60_000
INSTALL_PATH = "/shopify/install"
CALLBACK_PATH = "/shopify/callback"
ASK_THE_OWNER = "This link is over, was used already, or is for another store. The owner makes a new one at the desk."


class Installing(Struct, frozen=True, kw_only=True):
    """What installing needs: the app, where the outside reaches us, and what talks to stores."""

    checker: Checker
    app: App
    public_url: str


async def invite_store(
    installing: Installing, shop_id: ShopId, staff_id: StaffId, domain: str
) -> str:
    """Return a link that ties the store to the owner's shop when its merchant approves; good once, for some minutes.

    Raises:
        NotPossible: the domain is none of Shopify's.
    """
    admin_url_of(domain)
    state, now = clock.new_token(), installing.checker.clock()
    invited = Invited(shop_id=shop_id, staff_id=staff_id, domain=domain)
    async with installing.checker.database.connection() as connection:
        await installs.store_invitation(
            connection, hash_secret(state), invited, now, now + INVITATION_MS
        )
    return f"{installing.public_url}{INSTALL_PATH}?shop={domain}&state={state}"


async def begin(installing: Installing, domain: str, state: str) -> str:
    """Return where the merchant is to be sent to approve the app.

    Raises:
        NotPossible: nobody invited this store, or not any more.
    """
    admin_url = admin_url_of(domain)
    async with installing.checker.database.connection() as connection:
        now = installing.checker.clock()
        shop_id = await installs.inviting_shop(connection, hash_secret(state), domain, now)
        shop = None if shop_id is None else await shops.find_shop(connection, shop_id=shop_id)
    if shop is None:
        raise NotPossible(ASK_THE_OWNER)
    scopes = scopes_needed(tells_stock=shop.policy.tell_shopify_stock)
    redirect_uri = installing.public_url + CALLBACK_PATH
    return authorize_url(admin_url, installing.app, scopes, redirect_uri, state)


async def finish(installing: Installing, query: str, begun_with: str | None) -> Checked:
    """Take the merchant's approval: use the invitation up, exchange the code, and tie the store to the shop.

    `begun_with` is the state that this very browser began with: an approval that somebody else began must not be slipped
    under a person who only follows a link.

    Raises:
        NotGenuine: it is not from Shopify, or not what this browser began.
        NotPossible: nobody invited this store (any more), it refused the code, or the shop has another store.
        Locked: the tokens can't be sealed.
    """
    asked = read_callback(query, installing.app, installing.checker.clock())
    if begun_with is None or hash_secret(begun_with) != hash_secret(asked["state"]):
        raise NotGenuine("it was not begun in this browser")
    invited = await _invited(installing, asked["state"], asked["shop"])
    return await _tie(
        installing, invited.shop_id, invited.domain, of_code(installing.app, asked["code"])
    )


async def take_session(installing: Installing, token: str, state: str | None) -> Checked:
    """Exchange a session token of somebody who has the app open in the store's admin.

    With an owner's invitation the store is tied to the shop; without one it must be tied already, and only gets new tokens.

    Raises:
        NotGenuine: the token is not good.
        NotPossible: nobody invited this store, it refused the token, or the shop has another store.
        Locked: the tokens can't be sealed.
    """
    domain = read_session_token(token, installing.app, installing.checker.clock())
    admin_url_of(domain)
    if state is not None:
        shop_id = (await _invited(installing, state, domain)).shop_id
    else:
        shop_id = await _tied_shop(installing, domain)
    return await _tie(installing, shop_id, domain, of_session(installing.app, token))


async def _invited(installing: Installing, state: str, domain: str) -> Invited:
    async def use(connection: Connection) -> Invited | None:
        now = installing.checker.clock()
        return await installs.use_invitation(connection, hash_secret(state), domain, now)

    invited = await run_transaction(installing.checker.database, use)
    if invited is None:
        raise NotPossible(ASK_THE_OWNER)
    return invited


async def _tied_shop(installing: Installing, domain: str) -> ShopId:
    async with installing.checker.database.connection() as connection:
        found = await stores.stores_of_domain(connection, domain)
    for store in found:
        if store.gone_at is None and store.kind is StoreKind.OFFLINE:
            return store.shop_id
    raise NotPossible(ASK_THE_OWNER)


async def _tie(installing: Installing, shop_id: ShopId, domain: str, form: Form) -> Checked:
    checker = installing.checker
    admin_url = admin_url_of(domain)
    try:
        grant = await checker.clients.ask(admin_url, form)
    except ShopifyError as error:
        raise NotPossible(f"{domain} gave no access: {error}") from error
    wanted = Connecting(
        shop_id=shop_id,
        admin_url=admin_url,
        app=installing.app,
        webhook_url=webhook_url_of(None, installing.public_url),
    )

    async def write(connection: Connection) -> ShopifyConnection:
        await changing.take_domain(connection, shop_id, domain)
        return await changing.connect_installed(
            connection, checker.vault, wanted, grant, checker.clock()
        )

    return await check_store(checker, await run_transaction(checker.database, write))

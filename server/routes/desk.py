"""`/desk/*` for supervisors: locking a device out, and taking in what a phone saved to a file."""

import asyncio
from typing import Annotated

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from msgspec import Struct

from server.accounts.locking_out import NotAllowed, lock_out
from server.db import book_reading, shops
from server.intake.contacts_import import import_contacts
from server.intake.orders_csv import read_orders_csv
from server.intake.reading import Reader
from server.problems import Rejected
from server.routes.bodies import AnyRequest, decoded, json_answer, read_json_bytes
from server.routes.house import House
from server.routes.visitors import visitor_of
from server.sync.boarding import show_all
from server.sync.taking_in import FILE_BYTES_MAX, NotTakenIn, OutboxFile, take_in
from sync_protocol.bodies.parts import AnId
from sync_protocol.ids import DeviceId, OrderId
from sync_protocol.permissions import DECIDES_ALONE

BODY_MAX = 4_096
ORDERS_BYTES_MAX = 64 * 1024 * 1024


class LockOutRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which device may no longer talk."""

    device_id: Annotated[DeviceId, AnId]


class OrdersExport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shopify's orders export, as text."""

    csv: str


@post("/desk/revoke-device", status_code=200)
async def post_revoke_device(request: AnyRequest, state: State) -> Response[bytes]:
    """Lock a device out; what it still holds is taken into quarantine when it next talks."""
    house: House = state.house
    visitor = await visitor_of(house, request)
    asked = decoded(await read_json_bytes(request, BODY_MAX), LockOutRequest)
    now = house.clock()
    try:
        await lock_out(house.database, house.beside, visitor, asked.device_id, now)
    except NotAllowed as error:
        raise Rejected(error.status, str(error)) from error
    await show_all(house.database, house.live, visitor.device.shop_id, [asked.device_id], now)
    return json_answer({})


@post("/desk/import-ops", status_code=200)
async def post_import_ops(request: AnyRequest, state: State) -> Response[bytes]:
    """Take in the ops of a phone's file."""
    house: House = state.house
    visitor = await visitor_of(house, request)
    file = decoded(await read_json_bytes(request, FILE_BYTES_MAX), OutboxFile)
    try:
        told = await take_in(house.database, house.live, visitor, file, house.clock)
    except NotTakenIn as error:
        raise Rejected(403, str(error)) from error
    house.wake_worker()
    return json_answer(told)


@post("/desk/import-orders", status_code=200)
async def post_import_orders(request: AnyRequest, state: State) -> Response[bytes]:
    """Take names, numbers and addresses from an orders export; rows that can't be taken in are named."""
    house: House = state.house
    visitor = await visitor_of(house, request)
    if visitor.staff.role not in DECIDES_ALONE:
        raise Rejected(403, "Only the owner or a supervisor brings orders in.")
    file = decoded(await read_json_bytes(request, ORDERS_BYTES_MAX), OrdersExport)
    reader = Reader(
        database=house.database,
        live=house.live,
        clients=house.checker.clients,
        clock=house.clock,
    )
    read = await asyncio.to_thread(read_orders_csv, file.csv)
    shop_id = visitor.device.shop_id
    told = await import_contacts(reader, shop_id, visitor.staff.id, read)
    house.wake_worker()
    return json_answer(told)


@get("/desk/in-shopify/{order_id:str}")
async def get_in_shopify(
    order_id: FromPath[str], request: AnyRequest, state: State
) -> Response[bytes]:
    """Lead to the order in the store's own admin, for what is to be mended there."""
    house: House = state.house
    visitor = await visitor_of(house, request)
    shop_id = visitor.device.shop_id
    is_number = order_id.isascii() and order_id.isdigit()
    async with house.database.connection() as connection:
        shop = await shops.find_shop(connection, shop_id=shop_id)
        known = is_number and await book_reading.find_order(connection, shop_id, OrderId(order_id))
    if shop is None or not known:
        raise Rejected(404, "There is no such order.")
    store = shop.domain.removesuffix(".myshopify.com")
    where = f"https://admin.shopify.com/store/{store}/orders/{order_id}"
    return Response(content=b"", status_code=302, headers={"Location": where})

"""`/desk/*` for supervisors: locking a device out, and taking in what a phone saved to a file."""

from typing import Annotated

from litestar import Response, post
from litestar.datastructures import State
from msgspec import Struct

from server.accounts.locking_out import NotAllowed, lock_out
from server.problems import Rejected
from server.routes.bodies import AnyRequest, decoded, json_answer, read_json_bytes
from server.routes.house import House
from server.routes.visitors import visitor_of
from server.sync.boarding import show_all
from server.sync.taking_in import FILE_BYTES_MAX, NotTakenIn, OutboxFile, take_in
from sync_protocol.bodies.parts import AnId
from sync_protocol.ids import DeviceId

BODY_MAX = 4_096


class LockOutRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which device may no longer talk."""

    device_id: Annotated[DeviceId, AnId]


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

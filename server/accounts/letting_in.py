"""Enrolling a phone with a code, signing in at a desk, and knowing a visitor again."""

import asyncio

from msgspec import Struct

from server import clock
from server.accounts.credentials import TOKEN_PREFIX, hash_secret, is_password, normal_code
from server.beside import Beside, DeviceMade
from server.db import devices, shops
from server.db.connections import Connection
from server.db.devices import Device, Invited, Visitor
from server.db.pool import Database, run_transaction
from sync_protocol.ids import DeviceId, Incarnation, ShopId, StaffId

CODE_LIFE_MS = 10 * 60_000
DEVICE_NAME_MAX = 100


class Welcome(Struct, frozen=True, kw_only=True):
    """A new device and its credential, which is shown this once."""

    visitor: Visitor
    token: str


async def invite(
    connection: Connection,
    shop_id: ShopId,
    staff_id: StaffId,
    now: int,
    life_ms: int = CODE_LIFE_MS,
) -> str:
    """Make an enrolment code for one device of a person; it works once, until `now` + `life_ms`."""
    code = clock.new_code()
    await devices.store_code(
        connection,
        hash_secret(code),
        Invited(shop_id=shop_id, staff_id=staff_id),
        now,
        now + life_ms,
    )
    return code


async def enrol(
    database: Database, code: str, device_name: str, now: int, beside: Beside | None = None
) -> Welcome | None:
    """Let a device in by its code; None when the code is wrong, used or expired."""

    async def work(connection: Connection) -> Welcome | None:
        invited = await devices.use_code(connection, hash_secret(normal_code(code)), now)
        if invited is None or not await _still_works_here(connection, invited):
            return None
        return await _new_device(connection, invited, device_name, now)

    return _noted(beside, await run_transaction(database, work), now)


def _noted(beside: Beside | None, welcome: Welcome | None, now: int) -> Welcome | None:
    """A restored database must know devices that were let in since its backup, or their work could not come back."""
    if beside is not None and welcome is not None:
        device = welcome.visitor.device
        beside.note(
            DeviceMade(
                shop_id=device.shop_id,
                id=device.id,
                staff_id=device.staff_id,
                name=device.name,
                token_hash=hash_secret(welcome.token),
                at=now,
            )
        )
    return welcome


async def _still_works_here(connection: Connection, invited: Invited) -> bool:
    staff = await shops.find_staff(connection, invited.shop_id, invited.staff_id)
    return staff is not None and staff.active


async def sign_in(
    database: Database,
    login: str,
    password: str,
    device_name: str,
    now: int,
    beside: Beside | None = None,
) -> Welcome | None:
    """Let a person in by login and password; None when they do not fit, whichever of the two it is."""
    async with database.connection() as connection:
        found = await devices.find_login(connection, login)
    stored = None if found is None else found.password_hash
    # Off the event loop: a password check is meant to be slow.
    fits = await asyncio.to_thread(is_password, password, stored)
    if found is None or not fits:
        return None
    person = Invited(shop_id=found.shop_id, staff_id=found.staff_id)

    async def work(connection: Connection) -> Welcome:
        return await _new_device(connection, person, device_name, now)

    return _noted(beside, await run_transaction(database, work), now)


async def _new_device(
    connection: Connection, person: Invited, device_name: str, now: int
) -> Welcome:
    staff = await shops.find_staff(connection, person.shop_id, person.staff_id)
    assert staff is not None, "a foreign key holds an invitation's person"
    device = Device(
        shop_id=person.shop_id,
        id=DeviceId(clock.new_uuid7()),
        staff_id=person.staff_id,
        name=device_name[:DEVICE_NAME_MAX],
        revoked_at=None,
        incarnation=Incarnation(""),
        acked_n=0,
    )
    token = TOKEN_PREFIX + clock.new_token()
    await devices.store_device(connection, device, hash_secret(token), now)
    return Welcome(visitor=Visitor(device=device, staff=staff), token=token)


async def recognise(database: Database, token: str) -> Visitor | None:
    """Return who holds a credential, also when it was revoked; None when nobody does."""
    if not token.startswith(TOKEN_PREFIX):
        return None
    async with database.connection() as connection:
        return await devices.find_visitor(connection, hash_secret(token))

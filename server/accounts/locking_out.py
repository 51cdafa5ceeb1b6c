"""Ending a device's right to talk."""

from server.beside import Beside, DeviceRevoked
from server.db import devices
from server.db.devices import Device, Visitor
from server.db.pool import Database
from sync_protocol.ids import DeviceId
from sync_protocol.permissions import DECIDES_ALONE


class NotAllowed(Exception):
    """The visitor may not lock that device out; `status` is the HTTP status to answer with."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


async def lock_out(
    database: Database, beside: Beside | None, visitor: Visitor, device_id: DeviceId, now: int
) -> None:
    """Revoke a device of the visitor's shop.

    Raises:
        NotAllowed: 403 for whoever is no supervisor, 404 when the shop has no such device.
    """
    if visitor.staff.role not in DECIDES_ALONE:
        raise NotAllowed(403, "Only a supervisor or the owner may lock a device out.")
    async with database.connection() as connection:
        found = await devices.find_device(connection, visitor.device.shop_id, device_id)
    if found is None:
        raise NotAllowed(404, "There is no such device.")
    await forget(database, beside, found.device, now)


async def forget(database: Database, beside: Beside | None, device: Device, now: int) -> None:
    """End a device's right to talk: it logged out, or somebody revoked it."""
    async with database.connection() as connection:
        await devices.forget_device(connection, device, now)
    if beside is not None:
        beside.note(DeviceRevoked(shop_id=device.shop_id, id=device.id, at=now))

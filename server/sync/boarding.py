"""The fleet board: each device's last word of itself, for the desk."""

from collections.abc import Sequence

from server.db import fleet
from server.db.connections import Connection
from server.db.devices import Device
from server.db.pool import Database, run_transaction
from server.db.streams import Written
from server.sync.live import Live
from sync_protocol.ids import DeviceId, ShopId


async def show(database: Database, live: Live, device: Device, now: int) -> None:
    """Bring the board up to date about one device, where there is something new to tell."""
    await show_all(database, live, device.shop_id, [device.id], now)


async def show_all(
    database: Database, live: Live, shop_id: ShopId, devices: Sequence[DeviceId], now: int
) -> None:
    """Bring the board up to date about devices."""

    async def work(connection: Connection) -> Written:
        return await fleet.show_on_board(connection, shop_id, devices, now)

    written = await run_transaction(database, work)
    live.changed(shop_id, {stream: version for (stream, _), version in written.items()})

"""Holding the server's own history against what its phones saw of it: a silent edit does not stay silent."""

from collections.abc import Mapping

from server.db import witnesses
from server.db.devices import Device
from server.db.pool import Database
from server.db.witnesses import Seen
from server.sync.live import Live
from server.sync.news import Told, tell
from sync_protocol.bodies.store_news import ServerFinding
from sync_protocol.canonical import digest_hex
from sync_protocol.codes import Code
from sync_protocol.ids import OWN_OPS, BranchId, OpId
from sync_protocol.ops import OpKind


async def hear_witness(
    database: Database,
    live: Live,
    device: Device,
    witness: Mapping[BranchId, tuple[int, str]],
    now: int,
) -> None:
    """Compare the ledger heads that a device saw with the ledgers here, and ask a person where they differ.

    Only for a device of this epoch: what another history had is no evidence against this one.
    """
    async with database.connection() as connection:
        seen = await witnesses.compare(connection, device.shop_id, device.id, witness)
        found = [
            (one, await witnesses.last_agreed(connection, device.shop_id, one))
            for one in seen
            if not one.agrees
        ]
    for one, agreed in found:
        await _ask(database, live, device, one, agreed, now)
    async with database.transaction() as connection:
        await witnesses.keep(connection, device.shop_id, seen, now)


async def _ask(
    database: Database, live: Live, device: Device, seen: Seen, agreed: int, now: int
) -> None:
    if seen.ours is None:
        code = Code.LEDGER_BEHIND
        detail = f"{device.name} saw version {seen.version}; there is none here"
    else:
        code = Code.LEDGER_DIFFERS
        detail = (
            f"{device.name} saw another version {seen.version}; "
            f"the first entry that differs is one of {agreed + 1} to {seen.version}"
        )
    named = digest_hex(f"{code}/{seen.branch_id}/{seen.version}/{seen.hash}".encode())[:32]
    told = Told(
        id=OpId(f"{OWN_OPS}finding-{named}"),
        kind=OpKind.SERVER_FINDING,
        body=ServerFinding(code=code, branch_id=seen.branch_id, detail=detail),
    )
    await tell(database, live, device.shop_id, told, now)

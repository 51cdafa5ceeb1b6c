"""A pull: what a phone lacks of its streams, read from one consistent snapshot."""

from collections.abc import Sequence

from msgspec import Raw

from server.db import epochs, ledger, op_log, shops, snapshots, streams
from server.db.connections import Connection
from server.db.devices import Visitor
from server.db.pool import Database
from server.sync.snapshotting import prepare_parts
from sync_protocol.ids import BranchId, StreamName
from sync_protocol.limits import PULL_BYTES_MAX, PULL_ROWS_MAX
from sync_protocol.messages.pull import Patch, PullReply, PullRequest, SnapshotPart
from sync_protocol.permissions import CATALOG_STREAM, stock_stream, streams_for

RESULTS_MAX = 200


async def granted_streams(connection: Connection, visitor: Visitor) -> tuple[StreamName, ...]:
    """Return the streams that this device may see now, in the order in which to fetch them."""
    shop = await shops.find_shop(connection, shop_id=visitor.device.shop_id)
    assert shop is not None, "a foreign key holds a device's shop"
    branches = await shops.branches_of(connection, shop.id)
    return streams_for(visitor.staff, visitor.device.id, branches, shop.policy)


async def pull(database: Database, visitor: Visitor, request: PullRequest, now: int) -> PullReply:
    """Read rows, results and versions in one snapshot, so that they agree."""
    if request.parts:
        await _prepare(database, visitor, request, now)
    async with database.transaction("repeatable read", readonly=True) as connection:
        granted = await granted_streams(connection, visitor)
        heads = await streams.read_heads(connection, visitor.device.shop_id, granted)
        again = [
            name
            for name in granted
            if (cursor := request.cursors.get(name, 0)) > heads[name][0]
            or 0 < cursor < heads[name][1]
        ]
        cursors = {
            name: 0 if name in again else max(0, request.cursors.get(name, 0)) for name in granted
        }
        behind = [name for name in granted if cursors[name] < heads[name][0]]
        parts = await _parts(connection, visitor, behind, cursors) if request.parts else {}
        behind = [name for name in behind if name not in parts]
        patches, more = await _patches(connection, visitor, behind, cursors, heads, request)
        results = await op_log.unconfirmed_results(
            connection,
            visitor.device.shop_id,
            visitor.device.id,
            visitor.device.incarnation,
            visitor.device.acked_n,
            RESULTS_MAX,
        )
        reach = _branches_in(granted)
        history = await epochs.read_history(connection)
        return PullReply(
            epoch=history.epoch,
            patches=tuple(patches),
            results=tuple(Raw(text.encode()) for text in results),
            ledger=await ledger.read_heads(connection, visitor.device.shop_id, reach),
            streams=granted,
            resnapshot=tuple(again),
            more=more or bool(parts),
            now=now,
            backed_up_to=await epochs.backed_up_to(connection),
            parts=tuple(part for name in granted for part in parts.get(name, ())),
        )


async def _prepare(database: Database, visitor: Visitor, request: PullRequest, now: int) -> None:
    """Have parts ready of the large streams that this phone begins."""
    async with database.connection() as connection:
        granted = await granted_streams(connection, visitor)
    begun = [name for name in granted if request.cursors.get(name, 0) == 0]
    await prepare_parts(database, visitor.device.shop_id, begun, now)


async def _parts(
    connection: Connection,
    visitor: Visitor,
    behind: Sequence[StreamName],
    cursors: dict[StreamName, int],
) -> dict[StreamName, tuple[SnapshotPart, ...]]:
    """Return the parts with which to begin; a stream that was begun goes on by patches."""
    shop_id = visitor.device.shop_id
    found = {
        name: await snapshots.parts_of(connection, shop_id, name)
        for name in behind
        if cursors[name] == 0
    }
    return {name: parts for name, parts in found.items() if parts}


async def _patches(
    connection: Connection,
    visitor: Visitor,
    behind: Sequence[StreamName],
    cursors: dict[StreamName, int],
    heads: dict[StreamName, tuple[int, int]],
    request: PullRequest,
) -> tuple[list[Patch], bool]:
    """Fill one page, stream by stream in order of need; a patch that is complete reaches its stream's head."""
    rows_left = PULL_ROWS_MAX
    bytes_left = min(PULL_BYTES_MAX, max(1, request.max_bytes))
    patches: list[Patch] = []
    for name in behind:
        if rows_left <= 0 or bytes_left <= 0:
            return patches, True
        if name == CATALOG_STREAM and cursors[name] == 0 and any(p.rows for p in patches):
            return patches, True  # a fresh phone is of use without it, and should not wait for it
        patch, cut = await streams.read_patch(
            connection,
            visitor.device.shop_id,
            name,
            cursors[name],
            rows_max=rows_left,
            bytes_max=bytes_left,
        )
        if not cut:
            # Later versions of the stream may all be tombstones left out, or keys written again.
            patch = Patch(
                stream=name,
                from_version=patch.from_version,
                to_version=heads[name][0],
                rows=patch.rows,
            )
        patches.append(patch)
        rows_left -= len(patch.rows)
        bytes_left -= sum(len(bytes(body)) + len(key) + 16 for key, _, body in patch.rows)
        if cut:
            return patches, True
    return patches, False


def _branches_in(granted: Sequence[StreamName]) -> list[BranchId]:
    """Return the branches whose stock stream is granted: their ledgers are this device's to witness."""
    parts = (name.split("/") for name in granted)
    found = [BranchId(part[1]) for part in parts if len(part) == 3]
    return [b for b in dict.fromkeys(found) if stock_stream(b) in granted]

"""Ops that a phone saved to a file, brought in by a supervisor: the last resort when the phone itself cannot."""

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Raw, Struct

from server.db import devices, op_log
from server.db.devices import Visitor
from server.db.pool import Database
from server.sync.live import Live
from server.sync.pushing import push_chunks
from sync_protocol.canonical import digest_hex
from sync_protocol.ids import DeviceId, Incarnation, ShopId
from sync_protocol.permissions import DECIDES_ALONE
from sync_protocol.reading import read_phone_op
from sync_protocol.server_session import Incoming
from sync_protocol.taking import Sender

FILE_BYTES_MAX = 8 * 1_048_576
"""20,000 ops of the usual 300 bytes."""


class OutboxFile(Struct, frozen=True, kw_only=True):
    """What the app writes: `ops` are the JSON texts just as they are stored on the phone, oldest first."""

    rawana_outbox: int
    shop: str = ""
    device_id: DeviceId
    ops: tuple[str, ...]


class TakenIn(Struct, frozen=True, kw_only=True):
    """One result per op of the file, in its order."""

    results: tuple[Raw, ...]


class NotTakenIn(Exception):
    """Nothing of the file was taken; the message says why and what to do."""


async def take_in(
    database: Database,
    live: Live,
    visitor: Visitor,
    file: OutboxFile,
    clock: Callable[[], int],
) -> TakenIn:
    """Take the ops of a phone's file in as if the phone had sent them. The same file again changes nothing.

    Raises:
        NotTakenIn: the file is of another shop or version, or the visitor may not do this.
    """
    shop_id = visitor.device.shop_id
    if visitor.staff.role not in DECIDES_ALONE:
        raise NotTakenIn("Only a supervisor or the owner may take in a phone's file.")
    if file.rawana_outbox != 1:
        raise NotTakenIn("This file was written by a newer app; update the server first.")
    async with database.connection() as connection:
        author = await devices.find_device(connection, shop_id, file.device_id)
        if author is None:
            raise NotTakenIn("This file is from a phone that this shop does not know.")
        log = await op_log.read_log(connection, shop_id, file.device_id, _life_of(file))
        known = await op_log.known_ops(connection, shop_id, [i.id for i in _incoming(file.ops)])
    sender = _sender(shop_id, author, file)
    fresh = [i for i in _incoming(file.ops) if i.id not in known]
    batch = _incoming([_placed(i, log.n + place) for place, i in enumerate(fresh, start=1)])
    results = await push_chunks(database, live, sender, batch, clock)
    told = {op_id: result for op_id, (_, result) in known.items()}
    told |= {incoming.id: result for incoming, result in zip(batch, results, strict=False)}
    ordered = (told[i.id] for i in _incoming(file.ops) if i.id in told)
    return TakenIn(results=tuple(Raw(text.encode()) for text in ordered))


def _sender(shop_id: ShopId, author: Visitor, file: OutboxFile) -> Sender:
    return Sender(
        shop_id=shop_id,
        device_id=file.device_id,
        incarnation=_life_of(file),
        staff=author.staff,
        # A supervisor who takes in a file knows whose it is: that its phone may no longer talk is no doubt about it.
        quarantined=False,
    )


def _life_of(file: OutboxFile) -> Incarnation:
    """Name the life of the log that the file stands for: the same ops always make the same."""
    return Incarnation("file-" + digest_hex("\n".join(file.ops).encode())[:24])


def _incoming(texts: Sequence[str]) -> list[Incoming]:
    return [Incoming(raw=text.encode(), read=read_phone_op(text.encode())) for text in texts]


def _placed(incoming: Incoming, n: int) -> str:
    """Give an op its number in the file's own life of the log; what cannot be read stays as it is."""
    try:
        op = msgspec.json.decode(incoming.raw, type=dict[str, Raw])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return incoming.raw.decode(errors="replace")
    op.pop("prev", None)
    return msgspec.json.encode(op | {"n": Raw(str(n).encode())}).decode()

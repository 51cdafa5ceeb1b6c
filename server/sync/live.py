"""The live channel: each change of a stream is read and encoded once, and handed to every subscriber.

It is an optimisation (R11): whoever misses a patch sees that `from` is not its cursor, and pulls.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping

import msgspec
from msgspec import Struct

from server.db import streams
from server.db.pool import Database
from sync_protocol.ids import ShopId, StreamName
from sync_protocol.limits import PULL_BYTES_MAX, PULL_ROWS_MAX

_log = logging.getLogger(__name__)

QUEUE_MAX = 256
"""Patches that may wait for one slow socket; beyond that it is closed and pulls when it is back."""

POLL_S = 1.0
"""How soon this process sees what another process wrote."""

Subject = tuple[ShopId, StreamName]


class Subscriber(Struct, eq=False, kw_only=True):
    """One open socket: what it may see, and what waits to be sent. `overrun` ends it."""

    shop_id: ShopId
    granted: frozenset[StreamName]
    waiting: asyncio.Queue[bytes]
    overrun: bool = False


class Live:
    """The subscribers of this process and the reader that feeds them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._subscribers: set[Subscriber] = set()
        self._sent: dict[Subject, int] = {}
        self._dirty = asyncio.Event()

    def changed(self, shop_id: ShopId, versions: Mapping[StreamName, int]) -> None:
        """Tell, after the commit, that streams have moved."""
        if versions and any(s.shop_id == shop_id for s in self._subscribers):
            self._dirty.set()

    @contextlib.asynccontextmanager
    async def subscription(
        self, shop_id: ShopId, granted: frozenset[StreamName]
    ) -> AsyncIterator[Subscriber]:
        """Join for as long as the block runs. From now on every change is sent; the client pulls what was before."""
        await self._begin(shop_id, granted)
        me = Subscriber(shop_id=shop_id, granted=granted, waiting=asyncio.Queue(QUEUE_MAX))
        self._subscribers.add(me)
        try:
            yield me
        finally:
            self._subscribers.discard(me)

    async def _begin(self, shop_id: ShopId, granted: frozenset[StreamName]) -> None:
        """Streams that nobody was watching are followed from where they stand now."""
        async with self._database.connection() as connection:
            heads = await streams.read_heads(connection, shop_id, sorted(granted))
        # Who watches is asked after the reading: somebody may have joined meanwhile, and must miss nothing.
        watched = {n for s in self._subscribers if s.shop_id == shop_id for n in s.granted}
        for name, (version, _) in heads.items():
            if name not in watched:
                self._sent[shop_id, name] = version

    async def run(self) -> None:
        """Feed the subscribers until cancelled; what other processes wrote is found by looking each second."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._dirty.wait(), POLL_S)
            self._dirty.clear()
            try:
                await self._feed()
            except Exception:  # noqa: BLE001 - the loop outlives a database that is away; clients pull
                _log.exception("feeding the live channel failed")
                await asyncio.sleep(POLL_S)

    async def _feed(self) -> None:
        wanted: dict[ShopId, set[StreamName]] = {}
        for subscriber in self._subscribers:
            wanted.setdefault(subscriber.shop_id, set()).update(subscriber.granted)
        for shop_id, names in wanted.items():
            async with self._database.connection() as connection:
                heads = await streams.read_heads(connection, shop_id, sorted(names))
            for name, (version, _) in heads.items():
                while version > self._sent.get((shop_id, name), 0):
                    await self._send(shop_id, name)

    async def _send(self, shop_id: ShopId, name: StreamName) -> None:
        after = self._sent.get((shop_id, name), 0)
        async with self._database.connection() as connection:
            patch, _ = await streams.read_patch(
                connection,
                shop_id,
                name,
                after,
                rows_max=PULL_ROWS_MAX,
                bytes_max=PULL_BYTES_MAX,
            )
        if patch.to_version == after:
            # Only tombstones that nobody from 0 needs, or a head read before a stream was begun anew.
            self._sent[shop_id, name] = await self._head(shop_id, name)
            return
        self._sent[shop_id, name] = patch.to_version
        text = msgspec.json.encode(patch)
        for subscriber in self._subscribers:
            if subscriber.shop_id == shop_id and name in subscriber.granted:
                _hand(subscriber, text)

    async def _head(self, shop_id: ShopId, name: StreamName) -> int:
        async with self._database.connection() as connection:
            heads = await streams.read_heads(connection, shop_id, [name])
        return heads[name][0]


def _hand(subscriber: Subscriber, text: bytes) -> None:
    try:
        subscriber.waiting.put_nowait(text)
    except asyncio.QueueFull:
        subscriber.overrun = True

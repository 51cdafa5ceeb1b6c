"""The fast store: what the server's tables hold, in dicts that are never changed once they are committed.

A transaction works on copies of the tables that it writes to and swaps them in at its end, so that a crash before
that leaves nothing behind and a backup is just an older set of tables.
"""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Moved
from sync_protocol.ids import (
    BranchId,
    DeviceId,
    Epoch,
    FulfillmentId,
    Incarnation,
    OpId,
    OrderId,
    RowKey,
    StaffId,
    StreamName,
    VariantId,
)
from sync_protocol.ledger import GENESIS_HASH, LedgerEntry
from sync_protocol.outcomes import EffectKind, ResultStatus
from sync_protocol.project import latest
from sync_protocol.replica import TOMBSTONE, encode_body
from sync_protocol.rows import RowChange
from sync_protocol.server_session import DeviceLog

Life = tuple[DeviceId, Incarnation]
"""One life of one device's op log."""


class KeptOp(Struct, frozen=True, kw_only=True):
    """An op as it came, and the answer that it gets; `place` is (recorded_at, n), the order of recording."""

    id: OpId
    device_id: DeviceId
    incarnation: Incarnation
    n: int | None
    kind: str
    by: StaffId
    at: int
    recorded_at: int
    sent: bytes
    content_hash: str
    refs: tuple[str, ...]
    status: ResultStatus
    code: Code | None
    result: bytes
    decided_by: OpId | None = None


class DeviceRow(Struct, frozen=True, kw_only=True):
    """A device, and what it last said of itself."""

    id: DeviceId
    staff_id: StaffId
    revoked_at: int | None = None
    incarnation: Incarnation = Incarnation("")
    acked_n: int = 0
    unsent: int = 0


class Queued(Struct, frozen=True, kw_only=True):
    """An effect on the store that is queued; states as in `server.db.outbox`."""

    key: str
    kind: EffectKind
    lane: str
    order_id: OrderId
    fulfillment_id: FulfillmentId
    notify_customer: bool
    state: str
    run_at: int
    serial: int
    attempts: int = 0
    lease_until: int = 0


class Tables(Struct, frozen=True, kw_only=True):
    """One committed state. No dict in here is ever changed; see `Draft`."""

    epoch: Epoch
    restored_to: int | None = None
    outbound_from: int = 0
    backed_up_to: int | None = None
    book: Book
    devices: dict[DeviceId, DeviceRow] = {}
    logs: dict[Life, DeviceLog] = {}
    lives: dict[Life, list[OpId]] = {}
    ops: dict[OpId, KeptOp] = {}
    parked: dict[OpId, None] = {}
    heads: dict[BranchId, tuple[int, str]] = {}
    ledger: dict[BranchId, list[tuple[LedgerEntry, str]]] = {}
    moves: dict[tuple[BranchId, VariantId], tuple[Moved, ...]] = {}
    streams: dict[StreamName, int] = {}
    rows: dict[StreamName, dict[RowKey, tuple[int, bytes]]] = {}
    outbox: dict[str, Queued] = {}
    events: dict[str, OrderId] = {}
    due: dict[OrderId, int] = {}
    expected: dict[OpId, tuple[DeviceId, Incarnation, int]] = {}
    holes: dict[tuple[DeviceId, Incarnation, int], int] = {}
    witnesses: dict[tuple[BranchId, DeviceId, bool], tuple[int, str]] = {}


Written = dict[tuple[StreamName, RowKey], int]


class Draft:
    """A transaction: reads through to the tables, writes into copies of them."""

    def __init__(self, tables: Tables) -> None:
        self.was = tables
        self._own: dict[str, Any] = {}
        self._inner: set[tuple[str, object]] = set()
        self.written: Written = {}

    def read(self, name: str) -> Any:
        own = self._own.get(name)
        return getattr(self.was, name) if own is None else own

    def own(self, name: str) -> Any:
        """Return the table to write to."""
        own = self._own.get(name)
        if own is None:
            own = self._own[name] = getattr(self.was, name).copy()
        return own

    def inner(self, name: str, key: object, empty: type) -> Any:
        """Return a list or dict inside a table to write to."""
        table = self.own(name)
        if (name, key) not in self._inner:
            self._inner.add((name, key))
            found = table.get(key)
            table[key] = empty() if found is None else found.copy()
        return table[key]

    def put(self, name: str, value: object) -> None:
        self._own[name] = value

    def own_book(self) -> Book:
        """Return the shop's whole book to decide on."""
        if "book" not in self._own:
            book = self.was.book
            self._own["book"] = replace(
                book,
                orders=book.orders.copy(),
                fulfillments=book.fulfillments.copy(),
                stock=book.stock.copy(),
                runs=book.runs.copy(),
                transfers=book.transfers.copy(),
                open=book.open.copy(),
                waiting={},
                past={},
                history={},
            )
        return self._own["book"]

    def committed(self) -> Tables:
        """Return the tables as they are after this transaction."""
        return replace(self.was, **self._own) if self._own else self.was

    def log_of(self, life: Life) -> DeviceLog:
        return self.read("logs").get(life) or DeviceLog()

    def head_of(self, branch_id: BranchId) -> tuple[int, str]:
        return self.read("heads").get(branch_id, (0, GENESIS_HASH))


def write_rows(draft: Draft, changes: list[RowChange]) -> Written:
    """Give every changed row its stream's next version; a stream's dict stands in order of version."""
    written: Written = {}
    streams = draft.own("streams") if changes else {}
    for (stream, key), row in latest(changes).items():
        version = streams[stream] = streams.get(stream, 0) + 1
        rows = draft.inner("rows", stream, dict)
        rows.pop(key, None)
        rows[key] = (version, TOMBSTONE if row.body is None else bytes(encode_body(row.body)))
        written[stream, key] = version
    draft.written |= written
    return written

"""What a phone has, and what its screens show: base rows plus the ops that are not in them yet.

Base rows only ever come from the server; unsent work is laid over them at each look and never written into them, so
that no pull can erase it.
"""

import msgspec
from msgspec import Raw, Struct

from sync_protocol.decide.book import Book, Recorded
from sync_protocol.decide.deciding import decide
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import DeviceId, RowKey, StreamName, VariantId
from sync_protocol.messages.pull import Patch
from sync_protocol.orders import Order
from sync_protocol.outcomes import Discrepancy, Result, ResultStatus
from sync_protocol.reading import ReadOp
from sync_protocol.rows import RowBody, read_body
from sync_protocol.runs import RiderRun
from sync_protocol.shop import Branch, Policy, Staff, Variant
from sync_protocol.stock import Stock
from sync_protocol.transfers import Transfer

TOMBSTONE = b"null"

LEAVES_AT_ONCE = frozenset({ResultStatus.NOOP, ResultStatus.PARKED, ResultStatus.REFUSED})
"""Results whose op changes no row: it leaves the overlay as soon as the result is known."""


class Replica(Struct, kw_only=True):
    """Rows per stream with the cursor up to which they are complete."""

    cursors: dict[StreamName, int] = {}
    rows: dict[StreamName, dict[RowKey, tuple[int, bytes]]] = {}

    def fits(self, patch: Patch) -> bool:
        """Whether the patch continues exactly where this replica stands; otherwise the phone must pull (R8)."""
        return patch.from_version == self.cursors.get(patch.stream, 0)

    def apply(self, patch: Patch) -> bool:
        """Apply rows and cursor together; return False, and change nothing, when the patch does not fit."""
        if not self.fits(patch):
            return False
        rows = self.rows.setdefault(patch.stream, {})
        for key, version, body in patch.rows:
            if bytes(body) == TOMBSTONE:
                rows.pop(key, None)
            else:
                rows[key] = (version, bytes(body))
        self.cursors[patch.stream] = patch.to_version
        return True

    def drop(self, stream: StreamName) -> None:
        """Forget a stream: no longer granted, or to be fetched anew from 0."""
        self.rows.pop(stream, None)
        self.cursors.pop(stream, None)


def is_settled(
    result: Result, cursors: dict[StreamName, int], granted: frozenset[StreamName]
) -> bool:
    """Whether an op may leave the overlay: its effect is in the base rows, or it has none (R15).

    Streams that this device is not given cannot hold it back.
    """
    if result.status in LEAVES_AT_ONCE:
        return True
    return all(cursors.get(s, 0) >= v for s, v in result.versions.items() if s in granted)


def base_bodies(replica: Replica) -> tuple[RowBody, ...]:
    """Return one body per thing over all streams; of an order in two streams the later revision counts."""
    bodies: dict[str, RowBody] = {}
    for stream, rows in replica.rows.items():
        for key, (_, raw) in rows.items():
            body = read_body(key, raw)
            # A stock row is named by its variant alone: at which branch, its stream says.
            thing = f"{stream}/{key}" if isinstance(body, Stock) else key
            if body is not None and _rev(body) >= _rev(bodies.get(thing)):
                bodies[thing] = body
    return tuple(bodies.values())


def _rev(body: RowBody | None) -> int:
    return body.rev if isinstance(body, Order | Fulfillment | RiderRun | Transfer) else -1


def book_of(replica: Replica) -> Book:
    """Return the book that a phone decides on: the same shape as the server's, filled from its rows."""
    book = Book(policy=Policy(), branches={})
    variants: set[VariantId] = set()
    for body in base_bodies(replica):
        match body:
            case Policy():
                book.policy = body
            case Branch() | Staff() | Variant():
                _put_set_up(book, variants, body)
            case Stock():
                book.stock[body.branch_id, body.variant_id] = body
            case Discrepancy():
                if body.closed_at is None:
                    book.open[body.id] = body
            case Order() | Fulfillment() | RiderRun() | Transfer():
                _put_work(book, body)
            case _:
                pass
    book.variants = frozenset(variants)
    return book


def _put_set_up(book: Book, variants: set[VariantId], body: Branch | Staff | Variant) -> None:
    match body:
        case Branch():
            book.branches[body.id] = body
        case Staff():
            book.people[body.id] = body
        case Variant():
            variants.add(body.id)


def _put_work(book: Book, body: Order | Fulfillment | RiderRun | Transfer) -> None:
    match body:
        case Order():
            book.orders[body.id] = body
        case Fulfillment():
            book.fulfillments[body.id] = body
        case RiderRun():
            book.runs[body.id] = body
        case Transfer():
            book.transfers[body.id] = body


def view(replica: Replica, overlay: tuple[ReadOp, ...], staff: Staff, device_id: DeviceId) -> Book:
    """Return base plus overlay: what the person sees. Ops stand in the order in which they were recorded."""
    book = book_of(replica)
    for read in overlay:
        act = Recorded(read=read, staff=staff, device_id=device_id, now=read.op.at)
        book.apply(decide(book, act))
    return book


def encode_body(body: RowBody | None) -> Raw:
    """Return the body as it travels and is stored."""
    return Raw(msgspec.json.encode(body))

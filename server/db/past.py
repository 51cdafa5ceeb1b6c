"""What a decision must know of the past: a customer's other orders, and what moved a shelf since it was last looked at."""

import msgspec

from server.db.connections import Connection
from sync_protocol.decide.book import Moved, PastOrder
from sync_protocol.ids import BranchId, DeviceId, ShopId, VariantId
from sync_protocol.limits import CLOCK_WARN_MS
from sync_protocol.orders import Order

_order = msgspec.json.Decoder(Order)


async def past_orders(
    connection: Connection, shop_id: ShopId, phones: set[str]
) -> dict[str, tuple[PastOrder, ...]]:
    """Return the orders of these phone numbers, as far as a new order's flags need them."""
    if not phones:
        return {}
    rows = await connection.fetch(
        """
        SELECT phone, id, body FROM customer_order WHERE shop_id = $1 AND phone = any($2::text[])
        ORDER BY placed_at DESC LIMIT 200
        """,
        shop_id,
        sorted(phones),
    )
    past: dict[str, tuple[PastOrder, ...]] = {}
    for row in rows:
        order = _order.decode(row["body"])
        past[row["phone"]] = (*past.get(row["phone"], ()), past_order(order))
    return past


def past_order(order: Order) -> PastOrder:
    """Return what an order says about its customer; a parcel that came back undelivered was refused."""
    back = any(s.state.value in ("returning", "returned") for s in order.shipments)
    kept = any(line.given_back_units or line.delivered_units for line in order.lines)
    return PastOrder(
        id=order.id,
        placed_at=order.placed_at,
        variants=tuple(line.variant_id for line in order.lines if line.variant_id is not None),
        cancelled=order.cancelled_at is not None,
        refused=back and not kept,
    )


async def moves_since(
    connection: Connection, shop_id: ShopId, counts: dict[tuple[BranchId, VariantId], int]
) -> dict[tuple[BranchId, VariantId], tuple[Moved, ...]]:
    """Return what moved the counted shelves since the counting phones had last heard, in order of version."""
    places = sorted(counts)
    rows = await connection.fetch(
        """
        SELECT l.branch_id, l.variant_id, l.version, e.device_id, e.at, sum(l.units)::bigint AS units,
               (SELECT sent FROM op WHERE shop_id = $1 AND id = e.op_id) AS sent
        FROM unnest($2::text[], $3::text[], $4::bigint[]) AS wanted (b, v, seen)
        JOIN ledger_leg l ON l.shop_id = $1 AND l.branch_id = b AND l.variant_id = v
             AND l.version > seen AND l.account = 'sellable'
        JOIN ledger_entry e USING (shop_id, branch_id, version)
        GROUP BY l.branch_id, l.variant_id, l.version, e.device_id, e.at, e.op_id
        ORDER BY l.version
        """,
        shop_id,
        [b for b, _ in places],
        [v for _, v in places],
        [counts[place] for place in places],
    )
    history: dict[tuple[BranchId, VariantId], tuple[Moved, ...]] = {}
    for row in rows:
        offset, within = _clock_of(row["sent"])
        moved = Moved(
            version=row["version"],
            device_id=DeviceId(row["device_id"]),
            at=row["at"] + offset,
            within_ms=within,
            units=row["units"],
        )
        place = (BranchId(row["branch_id"]), VariantId(row["variant_id"]))
        history[place] = (*history.get(place, ()), moved)
    return history


class _Clocked(msgspec.Struct):
    clock: tuple[int, int] | None = None


_read_clock = msgspec.json.Decoder(_Clocked)


def _clock_of(sent: bytes | None) -> tuple[int, int]:
    clock = None if sent is None else _read_clock.decode(sent).clock
    return (0, CLOCK_WARN_MS) if clock is None else clock

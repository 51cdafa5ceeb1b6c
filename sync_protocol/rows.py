"""What comes down to phones: rows in streams.

A row is [key, version, body]; a null body is a tombstone. Keys are `<kind>/<id>`.
"""

from enum import StrEnum

import msgspec
from msgspec import Struct

from sync_protocol.fleet import FleetDevice
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ids import RowKey, StreamName
from sync_protocol.orders import Order
from sync_protocol.outcomes import Discrepancy, ParkedOp, Result
from sync_protocol.runs import RiderRun
from sync_protocol.shop import Branch, Courier, Policy, Staff, Variant
from sync_protocol.stock import Stock
from sync_protocol.transfers import Transfer


class RowKind(StrEnum):
    """Row kinds this version understands; any other is kept raw and ignored."""

    POLICY = "policy"
    BRANCH = "branch"
    STAFF = "staff"
    COURIER = "courier"
    VARIANT = "variant"
    ORDER = "order"
    FULFILLMENT = "fulfillment"
    STOCK = "stock"
    RUN = "run"
    TRANSFER = "transfer"
    DISCREPANCY = "discrepancy"
    PARKED = "parked"
    RESULT = "result"
    DEVICE = "device"


RowBody = (
    Policy
    | Branch
    | Staff
    | Courier
    | Variant
    | Order
    | Fulfillment
    | Stock
    | RiderRun
    | Transfer
    | Discrepancy
    | ParkedOp
    | Result
    | FleetDevice
)

ROW_BODIES: dict[RowKind, type[RowBody]] = {
    RowKind.POLICY: Policy,
    RowKind.BRANCH: Branch,
    RowKind.STAFF: Staff,
    RowKind.COURIER: Courier,
    RowKind.VARIANT: Variant,
    RowKind.ORDER: Order,
    RowKind.FULFILLMENT: Fulfillment,
    RowKind.STOCK: Stock,
    RowKind.RUN: RiderRun,
    RowKind.TRANSFER: Transfer,
    RowKind.DISCREPANCY: Discrepancy,
    RowKind.PARKED: ParkedOp,
    RowKind.RESULT: Result,
    RowKind.DEVICE: FleetDevice,
}


_KINDS_BY_NAME = {kind.value: kind for kind in RowKind}


class RowChange(Struct, frozen=True, kw_only=True):
    """A row to be put into, or (body None) taken out of, a stream."""

    stream: StreamName
    key: RowKey
    body: RowBody | None


def row_key(kind: RowKind, identity: str) -> RowKey:
    """Return `<kind>/<identity>`."""
    return RowKey(f"{kind.value}/{identity}")


def row_kind(key: str) -> RowKind | None:
    """Return a key's kind, or None for a kind that this version does not know."""
    return _KINDS_BY_NAME.get(key.partition("/")[0])


def read_body(key: str, raw: bytes) -> RowBody | None:
    """Return the typed body of a row, or None for an unknown kind.

    Raises:
        msgspec.ValidationError: the body does not have its kind's shape.
    """
    kind = row_kind(key)
    if kind is None or kind not in ROW_BODIES:
        return None
    return msgspec.json.decode(raw, type=ROW_BODIES[kind])

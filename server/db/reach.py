"""What the ops of a chunk name, and so what has to be loaded before they can be decided."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from sync_protocol.bodies.asking import EditContact
from sync_protocol.bodies.keeping import CountStock
from sync_protocol.bodies.riding import CloseRun, StartRun
from sync_protocol.bodies.shipping import Dispatch, SetTracking
from sync_protocol.bodies.store_news import ShopifyOrder
from sync_protocol.ids import (
    BranchId,
    DiscrepancyId,
    FulfillmentId,
    OrderId,
    RunId,
    StaffId,
    TransferId,
    VariantId,
)
from sync_protocol.ops import OpBody
from sync_protocol.phones import read_phone


class Reach(Struct, kw_only=True):
    """The ids that a chunk names.

    `whole_runs` are runs of which every parcel is touched; `counts` say from which ledger version on a shelf's
    movements are wanted.
    """

    orders: set[OrderId] = set()
    fulfillments: set[FulfillmentId] = set()
    branches: set[BranchId] = set()
    variants: set[VariantId] = set()
    runs: set[RunId] = set()
    whole_runs: set[RunId] = set()
    transfers: set[TransferId] = set()
    discrepancies: set[DiscrepancyId] = set()
    people: set[StaffId] = set()
    phones: set[str] = set()
    tracking_numbers: set[str] = set()
    counts: dict[tuple[BranchId, VariantId], int] = {}


_NAMED_ONE = {
    "order_id": "orders",
    "fulfillment_id": "fulfillments",
    "run_id": "runs",
    "transfer_id": "transfers",
    "discrepancy_id": "discrepancies",
    "rider_id": "people",
    "branch_id": "branches",
    "to_branch_id": "branches",
    "return_branch_id": "branches",
}
_NAMED_IN_LINES = {
    "variant_id": "variants",
    "came_variant_id": "variants",
    "branch_id": "branches",
}


def reach_of(bodies: Iterable[OpBody]) -> Reach:
    """Collect the ids that the bodies name, by the names of their fields."""
    reach = Reach()
    for body in bodies:
        named = msgspec.structs.asdict(body)
        _add(reach, named, _NAMED_ONE)
        for part in (*named.get("lines", ()), *named.get("targets", ())):
            _add(reach, msgspec.structs.asdict(part), _NAMED_IN_LINES)
        _add_what_the_kind_needs(reach, body)
    return reach


def _add(reach: Reach, named: dict[str, object], fields: dict[str, str]) -> None:
    for field, where in fields.items():
        if (value := named.get(field)) is not None:
            getattr(reach, where).add(value)


def _add_what_the_kind_needs(reach: Reach, body: OpBody) -> None:
    match body:
        case ShopifyOrder():
            reach.orders.add(body.id)
            if body.contact.phone is not None:
                reach.phones.add(body.contact.phone)
        case EditContact():
            digits = None if body.phone is None else read_phone(body.phone).digits
            reach.phones |= set() if digits is None else {digits}
        case StartRun() | CloseRun():
            reach.whole_runs.add(body.run_id)
        case Dispatch() | SetTracking():
            if body.tracking_number is not None:
                reach.tracking_numbers.add(body.tracking_number)
        case CountStock():
            for line in body.lines:
                place = (body.branch_id, line.variant_id)
                seen = reach.counts.get(place, line.seen_version)
                reach.counts[place] = min(seen, line.seen_version)
        case _:
            pass

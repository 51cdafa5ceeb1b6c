"""Of all that is true of an order at once, the headline names the first by precedence; the rest stays in its queues (A16)."""

import pytest

from sync_protocol.codes import Code
from sync_protocol.exchanges import ChangeKind, ExchangeCase
from sync_protocol.fulfillments import FulfillmentState, Workflow
from sync_protocol.ids import BranchId, ExchangeId, FulfillmentId, OrderId, OrderLineId, StaffId
from sync_protocol.ids import VariantId as Variant
from sync_protocol.orders import (
    Confirmation,
    ConfirmationState,
    Contact,
    Order,
    OrderLine,
    Shipment,
)
from sync_protocol.statuses import queues_of, smart_status


def shipment(state: str) -> Shipment:
    return Shipment(
        fulfillment_id=FulfillmentId(state),
        branch_id=BranchId("lhr"),
        workflow=Workflow.SMART,
        state=FulfillmentState(state),
        by=StaffId("amna"),
        at=1,
    )


CASE = ExchangeCase(
    id=ExchangeId("900.x1"),
    kind=ChangeKind.EXCHANGE,
    originals=(),
    replacements=(),
    delta_paisa=0,
    detected_at=1,
)
FACETS = [
    # headline: what is true of the order, as long as nothing above it is
    ("conflict", {"conflicts": (Code.DOUBLE_PACK,)}),
    ("cancelled_goods_out", {"cancelled_at": 9}),
    ("exchange", {"exchanges": (CASE,)}),
    ("fix_branch_stock", {"sync_overdue": True}),
    ("branch_sync", {"fulfilled_units": 3}),
    ("returning", {"states": ("returning", "pending", "packed", "dispatched")}),
    ("to_confirm", {"confirmation": ConfirmationState.PENDING, "states": ("pending",)}),
    ("pending", {"states": ("pending", "packed", "dispatched")}),
    ("packed", {"states": ("packed", "dispatched")}),
    ("partial", {"states": ("dispatched",), "left": 1}),
    ("dispatched", {"states": ("dispatched", "delivered")}),
    ("delivered", {"states": ("delivered",)}),
    ("unfulfilled", {"states": ()}),
]


def order_of(facets: list[dict]) -> Order:
    """An order of which all of that is true; what stands further up counts."""
    told: dict = {"states": (), "left": 0, "fulfilled_units": 0}
    told["confirmation"] = ConfirmationState.CONFIRMED
    for facet in reversed(facets):
        told |= facet
    states, left, fulfilled = told.pop("states"), told.pop("left"), told.pop("fulfilled_units")
    line = OrderLine(
        id=OrderLineId("71"),
        variant_id=Variant("501"),
        title="Kurta",
        ordered_units=2 + left,
        current_units=2 + left,
        unit_paisa=100,
        shopify_fulfilled_units=fulfilled,
        out_units=2,
    )
    return Order(
        id=OrderId("900"),
        name="#1001",
        placed_at=1,
        contact=Contact(),
        lines=(line,),
        shipments=tuple(shipment(state) for state in states),
        **told | {"confirmation": Confirmation(state=told["confirmation"])},
    )


@pytest.mark.parametrize("place", range(len(FACETS)), ids=[name for name, _ in FACETS])
def test_the_headline_is_the_first_of_all_that_is_true(place):
    headline, _ = FACETS[place]
    assert smart_status(order_of([facet for _, facet in FACETS[place:]])) == headline


def test_what_the_headline_does_not_say_is_still_work_for_somebody():
    order = order_of([facet for _, facet in FACETS])
    assert smart_status(order) == "conflict"
    assert {"fix_branch_stock", "exchanges", "returning"} <= set(queues_of(order))

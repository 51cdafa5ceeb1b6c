"""Writing down what left outside of Smart Fulfillment: by hand, in Shopify, or from another branch than was thought."""

from typing import Annotated

from msgspec import Meta, Struct

from sync_protocol.bodies.parts import AnId, Count, Lines, Name, Number, Text
from sync_protocol.ids import BranchId, FulfillmentId, OrderId, OrderLineId
from sync_protocol.limits import INTEGER_MAX, LINES_MAX


class ManualFulfillment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody sent these goods and writes it down. Fact; never reaches Shopify (S36)."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    order_id: Annotated[OrderId, AnId]
    branch_id: Annotated[BranchId, AnId]
    lines: Lines
    courier: Name | None = None
    tracking_number: Number | None = None
    note: Text | None = None


class BranchSync(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The branch from which goods left that were fulfilled in Shopify. Fact.

    One op per branch: what left from two branches is recorded twice, each with its own lines.
    """

    fulfillment_id: Annotated[FulfillmentId, AnId]
    order_id: Annotated[OrderId, AnId]
    branch_id: Annotated[BranchId, AnId]
    lines: Lines
    shopify_fulfillment_gid: Name | None = None
    note: Text | None = None


class VoidFulfillment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was written down did not happen: the goods never left. Fact; manual and Branch Sync records only."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    reason: Text | None = None


class FixTarget(Struct, frozen=True, kw_only=True):
    """How many units of a line really left from a branch."""

    order_line_id: Annotated[OrderLineId, AnId]
    branch_id: Annotated[BranchId, AnId]
    units: Count


class FixBranchStock(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What really left, per line and branch. Fact with a target: only the difference is posted (A15).

    `seen_rev` is the order's `rev` on the screen; when somebody changed the order meanwhile it is asked again.
    """

    order_id: Annotated[OrderId, AnId]
    targets: Annotated[tuple[FixTarget, ...], Meta(min_length=1, max_length=LINES_MAX)]
    seen_rev: Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
    reason: Text

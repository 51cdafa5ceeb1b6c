"""A shipment's way to the customer."""

from typing import Annotated

from msgspec import Struct

from sync_protocol.bodies.parts import (
    AnId,
    EpochMs,
    Lines,
    Money,
    Name,
    Number,
    SomeLines,
    Text,
)
from sync_protocol.fulfillments import AttemptOutcome
from sync_protocol.ids import BranchId, FulfillmentId, OrderId


class CreateFulfillment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Reserve units of an order at a branch for one shipment. Claim.

    `override_reason` lets a supervisor go ahead without the customer's confirmation.
    """

    fulfillment_id: Annotated[FulfillmentId, AnId]
    order_id: Annotated[OrderId, AnId]
    branch_id: Annotated[BranchId, AnId]
    lines: Lines
    override_reason: Text | None = None


class EditFulfillment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Change a shipment that is not packed yet: its branch, its lines, or both. Claim."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    branch_id: Annotated[BranchId, AnId] | None = None
    lines: SomeLines = ()


class CancelFulfillment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Give up a shipment that is not packed yet; its units are free again. Claim."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    reason: Text | None = None


class Pack(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The goods left the shelf for this shipment. Fact. Without lines: all that the shipment holds."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    lines: SomeLines = ()


class Unpack(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The goods went back to the shelf. Fact."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    reason: Text | None = None


class SetTracking(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The courier or the number is another one. Claim. Shopify is told when it was told of the old one."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    courier: Name
    tracking_number: Number | None = None
    tracking_url: Text | None = None
    notify_customer: bool = False


class Dispatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The parcel was handed to a courier. Fact. Without a tracking number `no_tracking_reason` says why."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    courier: Name
    tracking_number: Number | None = None
    tracking_url: Text | None = None
    no_tracking_reason: Text | None = None
    notify_customer: bool = True
    collect_paisa: Money | None = None


class UndoDispatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The parcel was not handed over after all: it is packed again. Fact (A13)."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    cancel_in_shopify: bool = True
    reason: Text | None = None


class AttemptFailed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Courier or rider could not hand the parcel over. Fact. `next_at`: the day that was agreed."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    outcome: AttemptOutcome
    next_at: EpochMs | None = None
    note: Text | None = None


class Deliver(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The customer has it. Fact. `cash_paisa` is what was taken at the door, `lines` what was kept when not all."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    cash_paisa: Money | None = None
    lines: SomeLines = ()
    received_by: Name | None = None
    note: Text | None = None


class MarkLost(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The courier lost the parcel; `claim_reference` is the claim made for it. Fact."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    claim_reference: Name | None = None
    reason: Text | None = None


class TrackingEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the courier's own page says, as it says it. Fact; it moves no stock and no cash (I16)."""

    fulfillment_id: Annotated[FulfillmentId, AnId]
    courier: Name
    said: Name
    code: Name | None = None
    event_at: EpochMs

"""Asking the customer, keeping the contact right, and giving an order to a branch."""

from typing import Annotated

from msgspec import Meta, Struct

from sync_protocol.bodies.parts import AnId, EpochMs, Name, Text
from sync_protocol.ids import BranchId, OrderId
from sync_protocol.orders import CallOutcome, Channel, Checked


class Confirm(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The customer said yes. Claim. `checked` is what was gone through, `expected` when the parcel is wished for.

    After the customer had cancelled, `note` must say why it is on again.
    """

    order_id: Annotated[OrderId, AnId]
    channel: Channel = Channel.CALL
    checked: Annotated[tuple[Checked, ...], Meta(max_length=len(Checked))] = ()
    expected: Text | None = None
    note: Text | None = None


class CallAttempt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody tried to reach the customer and did not get a yes. Claim; both of two attempts are kept."""

    order_id: Annotated[OrderId, AnId]
    channel: Channel = Channel.CALL
    outcome: CallOutcome
    next_at: EpochMs | None = None
    note: Text | None = None


class EditContact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the customer said about name, phone or address. Claim. What is left out stays as it is (A24)."""

    order_id: Annotated[OrderId, AnId]
    name: Name | None = None
    phone: Name | None = None
    address: Text | None = None
    city: Name | None = None
    note: Text | None = None


class AssignBranch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Give an order to a branch, or (no branch) back to everybody. Claim."""

    order_id: Annotated[OrderId, AnId]
    branch_id: Annotated[BranchId, AnId] | None = None

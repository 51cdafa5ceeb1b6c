"""A rider's run and its cash."""

from typing import Annotated

from msgspec import Struct

from sync_protocol.bodies.parts import AnId, Money, Name, Text
from sync_protocol.ids import BranchId, FulfillmentId, RunId, StaffId


class CreateRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Plan a run of a rider from a branch. Claim."""

    run_id: Annotated[RunId, AnId]
    branch_id: Annotated[BranchId, AnId]
    rider_id: Annotated[StaffId, AnId]
    name: Name | None = None


class LoadParcel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A packed parcel was scanned into a run. Fact."""

    run_id: Annotated[RunId, AnId]
    fulfillment_id: Annotated[FulfillmentId, AnId]


class UnloadParcel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parcel was taken out of a run before it left. Fact."""

    run_id: Annotated[RunId, AnId]
    fulfillment_id: Annotated[FulfillmentId, AnId]


class StartRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The rider left. Fact: all parcels of the run are dispatched."""

    run_id: Annotated[RunId, AnId]
    notify_customer: bool = True


class EndRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The rider is back and says how much cash there is. Fact."""

    run_id: Annotated[RunId, AnId]
    declared_paisa: Money


class CheckInParcel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parcel that was not delivered is at the branch again and will be tried on another run. Fact."""

    run_id: Annotated[RunId, AnId]
    fulfillment_id: Annotated[FulfillmentId, AnId]


class CountRunCash(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The cashier counted a run's cash, all of it. Fact. A shortage needs a reason, else the run is disputed."""

    run_id: Annotated[RunId, AnId]
    counted_paisa: Money
    shortage_reason: Text | None = None


class CloseRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Nothing of a run is open any more. Claim."""

    run_id: Annotated[RunId, AnId]


class ReopenRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A supervisor opens a closed or disputed run again. Claim."""

    run_id: Annotated[RunId, AnId]
    reason: Text

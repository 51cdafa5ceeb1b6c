"""What the desk decides: exchanges, and what becomes of a discrepancy."""

from typing import Annotated

from msgspec import Struct

from sync_protocol.bodies.parts import AnId, Money, Name, Text, Units
from sync_protocol.exchanges import ChangeKind, ReturnVia, SettleMethod
from sync_protocol.ids import BranchId, DiscrepancyId, ExchangeId, OrderId
from sync_protocol.outcomes import Outcome


class ClassifyExchange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Call a change what it is. Claim (A10)."""

    order_id: Annotated[OrderId, AnId]
    exchange_id: Annotated[ExchangeId, AnId]
    change_kind: ChangeKind
    note: Text | None = None


class PlanExchange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How and where the original comes back, and what the exchange costs. Claim."""

    order_id: Annotated[OrderId, AnId]
    exchange_id: Annotated[ExchangeId, AnId]
    return_via: ReturnVia | None = None
    return_branch_id: Annotated[BranchId, AnId] | None = None
    fee_paisa: Money | None = None


class SettleExchange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The difference was collected, or (`refund`) given back. Fact. Cash goes through `branch_id`'s till."""

    order_id: Annotated[OrderId, AnId]
    exchange_id: Annotated[ExchangeId, AnId]
    branch_id: Annotated[BranchId, AnId]
    refund: bool = False
    paisa: Money
    method: SettleMethod = SettleMethod.CASH
    reference: Name | None = None


class Resolve(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to become of a discrepancy. Claim.

    `branch_id` is the branch meant by `other_branch`; `units` how many when not all that are in question.
    """

    discrepancy_id: Annotated[DiscrepancyId, AnId]
    outcome: Outcome
    reason: Text | None = None
    branch_id: Annotated[BranchId, AnId] | None = None
    units: Units | None = None

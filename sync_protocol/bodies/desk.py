"""What the desk decides: exchanges, what becomes of a discrepancy, and of ops that were parked."""

from typing import Annotated

from msgspec import Meta, Struct

from sync_protocol.bodies.parts import AName, AnId, Money, Name, Text, Units
from sync_protocol.exchanges import ChangeKind, ReturnVia, SettleMethod
from sync_protocol.ids import BranchId, DiscrepancyId, ExchangeId, OpId, OrderId
from sync_protocol.limits import LINES_MAX
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


class Replay(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Parked ops are to be carried out now, with what waits behind them. Claim.

    They take effect as if their author had recorded them, in the order of recording; whoever decides alone vouches for
    a right that was in doubt.
    """

    op_ids: Annotated[tuple[Annotated[OpId, AName], ...], Meta(min_length=1, max_length=LINES_MAX)]
    reason: Text | None = None


class Dismiss(Struct, frozen=True, kw_only=True):
    """A parked op will never be carried out; it stays to be read. What waited for it is tried without it. Claim."""

    op_ids: Annotated[tuple[Annotated[OpId, AName], ...], Meta(min_length=1, max_length=LINES_MAX)]
    reason: Text

"""Goods on their way between two branches."""

from enum import StrEnum

from msgspec import Struct

from sync_protocol.ids import BranchId, StaffId, TransferId, VariantId


class TransferState(StrEnum):
    """`closed`: every unit that was sent is received, damaged or short."""

    SENT = "sent"
    PARTLY_RECEIVED = "partly_received"
    CLOSED = "closed"


class TransferLine(Struct, frozen=True, kw_only=True):
    """Units of one variant: what was sent, and what of it arrived whole, arrived damaged, or did not arrive."""

    variant_id: VariantId
    sent_units: int
    received_units: int = 0
    damaged_units: int = 0
    short_units: int = 0

    @property
    def transit_units(self) -> int:
        """Units that are still on their way (I17)."""
        return self.sent_units - self.received_units - self.damaged_units - self.short_units


class Transfer(Struct, frozen=True, kw_only=True):
    """One sending from `branch_id` to `to_branch_id`. Times are the devices', epoch ms."""

    id: TransferId
    branch_id: BranchId
    to_branch_id: BranchId
    state: TransferState
    lines: tuple[TransferLine, ...]
    sent_by: StaffId
    sent_at: int
    received_by: StaffId | None = None
    received_at: int | None = None
    note: str | None = None
    rev: int = 0


def transfer_state(lines: tuple[TransferLine, ...]) -> TransferState:
    """Return where a transfer with these lines stands."""
    if all(line.transit_units == 0 for line in lines):
        return TransferState.CLOSED
    untouched = all(line.transit_units == line.sent_units for line in lines)
    return TransferState.SENT if untouched else TransferState.PARTLY_RECEIVED

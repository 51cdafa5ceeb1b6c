"""Goods between two branches: out of the one shelf, on their way, into the other; what is short is named (I17)."""

from collections import Counter

from msgspec.structs import replace

from sync_protocol.bodies.keeping import ArrivedGoods, TransferReceive, TransferSend
from sync_protocol.codes import Code
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.flags import discrepancy, flagged, oversells, with_flags
from sync_protocol.decide.keeping import unknown_goods
from sync_protocol.decide.shipping import noop, parked
from sync_protocol.ids import VariantId
from sync_protocol.ledger import (
    DAMAGED,
    LOST,
    SELLABLE,
    EntryKind,
    Leg,
    Posting,
    moved,
    transit_account,
)
from sync_protocol.outcomes import Discrepancy, ResultStatus
from sync_protocol.transfers import Transfer, TransferLine, TransferState, transfer_state


def transfer_send(book: Book, act: Recorded, body: TransferSend) -> Decision:
    """Take goods out of the sending branch; until they are received they are on their way."""
    if body.transfer_id in book.transfers:
        return noop()
    if body.to_branch_id not in book.branches or body.to_branch_id == body.branch_id:
        return parked(Code.UNKNOWN_REFERENCE, f"branch {body.to_branch_id}")
    unknown = unknown_goods(book, body.branch_id, [line.variant_id for line in body.lines])
    if unknown is not None:
        return unknown
    units: Counter[VariantId] = Counter()
    for line in body.lines:
        units[line.variant_id] += line.units
    transfer = Transfer(
        id=body.transfer_id,
        branch_id=body.branch_id,
        to_branch_id=body.to_branch_id,
        state=TransferState.SENT,
        lines=tuple(TransferLine(variant_id=v, sent_units=n) for v, n in units.items()),
        sent_by=act.staff.id,
        sent_at=act.read.op.at,
        note=body.note,
        rev=1,
    )
    way = transit_account(transfer.id)
    posting = Posting(
        id=act.entry_id(),
        branch_id=body.branch_id,
        kind=EntryKind.TRANSFER_SEND,
        legs=tuple(leg for v, n in units.items() for leg in moved(v, n, SELLABLE, way)),
        transfer_id=transfer.id,
    )
    decision = Decision(status=ResultStatus.APPLIED, transfers=(transfer,), postings=(posting,))
    return with_flags(decision, oversells(book, act, posting))


def transfer_receive(book: Book, act: Recorded, body: TransferReceive) -> Decision:
    """Take in what came of a transfer, once per unit. More than is on its way is asked about, not invented."""
    transfer = book.transfers.get(body.transfer_id)
    if transfer is None or body.branch_id not in book.branches:
        return parked(Code.UNKNOWN_REFERENCE, f"transfer {body.transfer_id}")
    unknown = unknown_goods(book, body.branch_id, [line.variant_id for line in body.lines])
    if unknown is not None:
        return unknown
    came = {line.variant_id: line for line in transfer.lines}
    legs: list[Leg] = []
    way = transit_account(transfer.id)
    excess = short = 0
    for arrived in body.lines:
        line = came.get(arrived.variant_id)
        if line is None:
            excess += arrived.received_units + arrived.damaged_units
            continue
        after = _arrived(line, arrived)
        for account, units in (
            (SELLABLE, after.received_units - line.received_units),
            (DAMAGED, after.damaged_units - line.damaged_units),
            (LOST, after.short_units - line.short_units),
        ):
            legs += moved(line.variant_id, units, way, account) if units else ()
        short += after.short_units - line.short_units
        said = arrived.received_units + arrived.damaged_units + arrived.short_units
        excess += said - (line.transit_units - after.transit_units)
        came[line.variant_id] = after
    flags = _odd_arrival(act, body, excess, short)
    if not legs:
        return flagged(flags) if flags else noop(Code.NOTHING_LEFT)
    lines = tuple(came.values())
    after_all = replace(
        transfer,
        lines=lines,
        state=transfer_state(lines),
        received_by=act.staff.id,
        received_at=act.read.op.at,
        rev=transfer.rev + 1,
    )
    posting = Posting(
        id=act.entry_id(),
        branch_id=body.branch_id,
        kind=EntryKind.TRANSFER_RECEIVE,
        legs=tuple(legs),
        transfer_id=transfer.id,
        reason=body.note,
    )
    decision = Decision(status=ResultStatus.APPLIED, transfers=(after_all,), postings=(posting,))
    return with_flags(decision, flags)


def _arrived(line: TransferLine, arrived: ArrivedGoods) -> TransferLine:
    """Count what arrived as far as it was on its way: whole units first, then damaged, then short."""
    left = line.transit_units
    received = min(arrived.received_units, left)
    damaged = min(arrived.damaged_units, left - received)
    short = min(arrived.short_units, left - received - damaged)
    return replace(
        line,
        received_units=line.received_units + received,
        damaged_units=line.damaged_units + damaged,
        short_units=line.short_units + short,
    )


def _odd_arrival(
    act: Recorded, body: TransferReceive, excess: int, short: int
) -> tuple[Discrepancy, ...]:
    flags = []
    for code, units in ((Code.TRANSFER_EXCESS, excess), (Code.TRANSFER_SHORT, short)):
        if units > 0:
            found = discrepancy(act, code)
            flags.append(
                replace(found, branch_id=body.branch_id, transfer_id=body.transfer_id, units=units)
            )
    return tuple(flags)

"""Parked ops: which are decided anew, which never will be."""

from sync_protocol.bodies.desk import Dismiss, Replay
from sync_protocol.codes import BLOCKING
from sync_protocol.decide.book import Book, Decision, Recorded
from sync_protocol.decide.shipping import noop
from sync_protocol.outcomes import ResultStatus


def replay(book: Book, act: Recorded, body: Replay) -> Decision:
    """Let parked ops be decided anew; those that a replay can't end, or that wait no longer, are left out."""
    again = tuple(
        op_id
        for op_id in body.op_ids
        if (waiting := book.waiting.get(op_id)) is not None and waiting.code in BLOCKING
    )
    return Decision(status=ResultStatus.APPLIED, replays=again) if again else noop()


def dismiss(book: Book, act: Recorded, body: Dismiss) -> Decision:
    """Let parked ops never be carried out, for the reason given."""
    over = tuple(op_id for op_id in body.op_ids if op_id in book.waiting)
    if not over:
        return noop()
    return Decision(status=ResultStatus.APPLIED, dismisses=over, detail=body.reason)

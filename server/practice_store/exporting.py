"""What happens to bulk operations: they are asked for, read, cancelled, and end when their time has come."""

from __future__ import annotations

from server.practice_store.bulk import KEPT_MS, BulkOperation
from server.practice_store.commands import UserError
from server.practice_store.commands_platform import CancelBulk, KeepExport, RunBulkQuery
from server.practice_store.identity import number_of
from server.practice_store.state import State

MAX_AT_ONCE = 5
CANCELS_IN_MS = 500
UNFINISHED = frozenset({"CREATED", "RUNNING", "CANCELING"})
FINISHED = "BULK_OPERATIONS_FINISH"


def run_bulk_query(
    state: State, wanted: RunBulkQuery, at_ms: int
) -> BulkOperation | list[UserError]:
    """Note an export, unless as many as the app may have are not finished yet."""
    running = [one.id for one in state.bulk_operations.values() if one.status in UNFINISHED]
    if len(running) >= MAX_AT_ONCE:
        message = f"A bulk query operation for this app and shop is already in progress: {', '.join(running)}."
        return [UserError(message=message, code="OPERATION_IN_PROGRESS")]
    operation = BulkOperation(
        number=state.numbers.take(),
        storage=state.storage,
        query=wanted.query,
        grouped=wanted.grouped,
        created_at=at_ms,
        starts_at=at_ms + wanted.starts_after_ms,
        ends_at=at_ms + wanted.starts_after_ms + wanted.takes_ms,
        fails_with=wanted.fails_with,
        kept_share=wanted.kept_share,
    )
    state.bulk_operations[operation.number] = operation
    return operation


def keep_export(state: State, read: KeepExport, at_ms: int) -> BulkOperation | list[UserError]:
    """Keep the rows that an export read."""
    del at_ms
    operation = state.bulk_operations.get(read.operation)
    if operation is None or operation.status != "CREATED":
        return [UserError(message="The export does not wait for rows.")]
    operation.status = "RUNNING"
    operation.error_code = read.error_code
    operation.rows = read.rows.encode()
    operation.objects = read.objects
    operation.root_objects = read.root_objects
    return operation


def cancel_bulk(state: State, wanted: CancelBulk, at_ms: int) -> BulkOperation | list[UserError]:
    """Begin to cancel an export. One that is being cancelled is left to it (recorded)."""
    operation = state.bulk_operations.get(number_of(wanted.operation, "BulkOperation") or 0)
    if operation is None:
        return [UserError(field=("id",), message="Bulk operation does not exist")]
    if operation.status not in UNFINISHED:
        status = operation.status.lower()
        return [UserError(message=f"A bulk operation cannot be canceled when it is {status}")]
    if operation.status != "CANCELING":
        operation.status = "CANCELING"
        operation.cancelled_at = at_ms
    return operation


def due_exports(state: State, now_ms: int) -> list[BulkOperation]:
    """Return the exports that begin now."""
    waiting = (one for one in state.bulk_operations.values() if one.status == "CREATED")
    return [one for one in waiting if one.starts_at <= now_ms]


def end_exports(state: State, now_ms: int) -> None:
    """End the exports whose time has come, and tell of it."""
    for operation in state.bulk_operations.values():
        match operation.status:
            case "RUNNING" if operation.ends_at <= now_ms:
                operation.status = "FAILED" if operation.error_code else "COMPLETED"
                operation.completed_at = operation.ends_at
            case "CANCELING" if (operation.cancelled_at or 0) + CANCELS_IN_MS <= now_ms:
                operation.status = "CANCELED"
                operation.rows = b""
            case "COMPLETED" | "FAILED" if (operation.completed_at or 0) + KEPT_MS <= now_ms:
                operation.status = "EXPIRED" if operation.status == "COMPLETED" else "FAILED"
                operation.rows = b""
                continue
            case _:
                continue
        at_ms = operation.completed_at or (operation.cancelled_at or 0) + CANCELS_IN_MS
        state.announce(FINISHED, operation, at_ms, cause=f"bulk:{operation.number}")

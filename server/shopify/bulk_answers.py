"""What the Admin API answers about bulk operations."""

from __future__ import annotations

from server.shopify import answers


class BulkOperation(answers.Answer, frozen=True, kw_only=True):
    """A bulk operation. `object_count` is text; `url` is there once it is COMPLETED and found anything."""

    id: str
    status: str
    error_code: str | None = None
    object_count: str = "0"
    url: str | None = None
    partial_data_url: str | None = None


class BulkOperationRead(answers.Answer, frozen=True, kw_only=True):
    """Null when the store knows of none with that id."""

    bulk_operation: BulkOperation | None = None


class BulkWritten(answers.Answer, frozen=True, kw_only=True):
    """A bulk operation that was begun, or why not."""

    bulk_operation: BulkOperation | None = None
    user_errors: tuple[answers.CodedUserError, ...] = ()


class BulkOperationRunQuery(answers.Answer, frozen=True, kw_only=True):
    """Reply to bulkOperationRunQuery."""

    bulk_operation_run_query: BulkWritten

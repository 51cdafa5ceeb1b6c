"""What changes the platform's side of the store, as data: exports, and more that is about no single order."""

from __future__ import annotations

import msgspec

from server.practice_store.commands import Command


class RunBulkQuery(Command, frozen=True, kw_only=True, omit_defaults=True):
    """An app asks for an export. It begins `starts_after_ms` later and takes `takes_ms`.

    `fails_with` is the error that it will end with, after `kept_share` of its rows.
    """

    query: str
    grouped: bool = False
    starts_after_ms: int = 0
    takes_ms: int = 0
    fails_with: str | None = None
    kept_share: float = 0.0


class KeepExport(Command, frozen=True, kw_only=True, omit_defaults=True):
    """The rows that an export read when it began; they show when it has taken its time."""

    operation: int
    rows: str
    objects: int
    root_objects: int
    error_code: str | None = None


class CancelBulk(Command, frozen=True, kw_only=True):
    """An app no longer wants an export (by gid)."""

    operation: str


class CallLater(Command, frozen=True, kw_only=True, omit_defaults=True):
    """An API call that was taken, and is carried out only `after_ms`, when its caller has given up. `variables` is JSON."""

    query: str
    variables: str | None = None
    operation_name: str | None = None
    after_ms: int


class TakeLateCall(Command, frozen=True, kw_only=True):
    """The time of a late call has come. Noted before it is carried out, so that a crash cannot do it twice."""

    call: int


class GiveToken(Command, frozen=True, kw_only=True, omit_defaults=True):
    """An installation's token; one that ends comes with a refresh token, which replaces an earlier one."""

    token: str
    ends_at_ms: int | None = None
    refresh_token: str | None = None
    refresh_ends_at_ms: int | None = None
    replaces: str | None = None
    scopes: tuple[str, ...] = ()

    def is_good(self, now_ms: int) -> bool:
        """Tell whether it has not ended."""
        return self.ends_at_ms is None or now_ms < self.ends_at_ms

    def ended(self) -> GiveToken:
        """Return it as ended."""
        return msgspec.structs.replace(self, ends_at_ms=0)

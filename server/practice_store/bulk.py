"""Bulk operations: exports that an app asks for, which begin and end while the clock runs.

CREATED, RUNNING once its rows are read, COMPLETED (or FAILED) after its time, EXPIRED seven days later. Cancelled, it is
CANCELING for a moment, then CANCELED. The rows are those of the beginning: what changes while it runs is not in them.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from typing import ClassVar, Protocol
from urllib.parse import urlencode

from server.practice_store.commands import UserError
from server.practice_store.commands_platform import KeepExport
from server.practice_store.identity import gid_of, stable_uuid

KEPT_MS = 7 * 24 * 3_600_000
FILES_PATH = "/bulk-operation-outputs"


@dataclass(kw_only=True, eq=False, slots=True)
class FileStorage:
    """Where exports are fetched from: addresses are signed and end, and need no token."""

    secret: str
    address: str = "http://127.0.0.1"

    def address_of(self, name: str, ends_at_ms: int) -> str:
        """Return where a file lies until `ends_at_ms`."""
        ends = ends_at_ms // 1000
        query = urlencode({"Expires": ends, "Signature": self._signature(name, ends)})
        return f"{self.address}{FILES_PATH}/{name}?{query}"

    def opens(self, name: str, ends: str, signature: str) -> bool:
        """Tell whether the address of a file is one that was given."""
        right = self._signature(name, int(ends)) if ends.isdecimal() else ""
        return bool(right) and hmac.compare_digest(right.encode(), signature.encode())

    def _signature(self, name: str, ends: int) -> str:
        return hmac.new(self.secret.encode(), f"{name}:{ends}".encode(), sha256).hexdigest()


@dataclass(kw_only=True, eq=False, slots=True)
class BulkOperation:
    """One export; times in ms. `rows` is what is there to be fetched, as JSON lines."""

    number: int
    storage: FileStorage
    query: str
    grouped: bool
    created_at: int
    starts_at: int
    ends_at: int
    fails_with: str | None
    kept_share: float
    status: str = "CREATED"
    type: str = "QUERY"
    error_code: str | None = None
    completed_at: int | None = None
    cancelled_at: int | None = None
    objects: int = 0
    root_objects: int = 0
    rows: bytes = field(default=b"", repr=False)
    concrete_type: ClassVar[str] = "BulkOperation"

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("BulkOperation", self.number)

    @property
    def file_name(self) -> str:
        """The name of its file: nobody guesses it."""
        return stable_uuid("bulk", self.storage.secret, self.number).replace("-", "")[:28]

    @property
    def object_count(self) -> int:
        """Rows so far."""
        return self.objects if self.status != "CREATED" else 0

    @property
    def root_object_count(self) -> int:
        """Rows of the outermost connection so far."""
        return self.root_objects if self.status != "CREATED" else 0

    @property
    def file_size(self) -> int | None:
        """Bytes of the finished file."""
        return len(self.rows) if self.url is not None else None

    @property
    def url(self) -> str | None:
        """Where the finished file lies; none without any row."""
        return self._address() if self.status == "COMPLETED" else None

    @property
    def partial_data_url(self) -> str | None:
        """Where the rows before a failure lie."""
        return self._address() if self.status == "FAILED" else None

    def _address(self) -> str | None:
        if not self.rows or self.completed_at is None:
            return None
        return self.storage.address_of(self.file_name, self.completed_at + KEPT_MS)


class Exporter(Protocol):
    """Who can run queries over the store, which the store itself does not: the Admin API."""

    def refusals(self, query: str) -> list[UserError]:
        """Return why a query cannot be exported; empty when it can."""

    def read(self, operation: BulkOperation) -> KeepExport:
        """Run the operation's query now."""

"""The journal: one JSON line for each accepted command and each finished webhook, enough to become the same store again.

A line is handed to the operating system before the caller learns the outcome, so a killed process loses nothing it
answered for; a machine that loses power may (this is a practice store, and pays for no disk flush). A last line cut
short by a crash was never answered for: it is dropped.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import msgspec

from server.practice_store.every_command import AnyCommand
from server.practice_store.idempotency import KeyedCall

VERSION = 1


class JournalMismatchError(Exception):
    """The file is another store's journal, or of another version of this program, or damaged in the middle."""


class Header(msgspec.Struct, frozen=True, kw_only=True, tag_field="line", tag="store"):
    """The first line: whose journal it is."""

    version: int
    domain: str
    seed: int


class Accepted(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="line", tag="command"
):
    """A command, when it was accepted (ms UTC), and the key that it was sent under."""

    at_ms: int
    command: AnyCommand
    keyed: KeyedCall | None = None


class Finished(msgspec.Struct, frozen=True, kw_only=True, tag_field="line", tag="webhook"):
    """A webhook that needs no further attempt."""

    key: str


Line = Header | Accepted | Finished


class Journal:
    """An open journal file. `read_back` first, then `append`."""

    def __init__(self, path: Path, header: Header) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._header = header
        self._file: BinaryIO | None = None

    def read_back(self) -> list[Accepted | Finished]:
        """Return what was written, cut off a half-written last line, and make the file ready for more.

        Raises:
            JournalMismatchError: see there.
        """
        lines, whole_bytes = _decode(self._path.read_bytes() if self._path.exists() else b"")
        if lines and lines[0] != self._header:
            raise JournalMismatchError(f"{self._path} belongs to {lines[0]}")
        self._file = self._path.open("r+b" if self._path.exists() else "w+b", buffering=0)
        self._file.truncate(whole_bytes)
        self._file.seek(whole_bytes)
        if not lines:
            self._write(self._header)
        return [line for line in lines if not isinstance(line, Header)]

    def append(self, line: Accepted | Finished) -> None:
        """Write a line through to the operating system."""
        self._write(line)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, line: Line) -> None:
        assert self._file is not None, "read_back comes first"
        self._file.write(msgspec.json.encode(line) + b"\n")


def _decode(content: bytes) -> tuple[list[Line], int]:
    """Return the lines and the length of the whole ones in bytes."""
    lines: list[Line] = []
    at = 0
    for raw in content.splitlines(keepends=True):
        last = at + len(raw) == len(content)
        try:
            line = msgspec.json.decode(raw, type=Line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            if last and not raw.endswith(b"\n"):
                break
            raise JournalMismatchError(f"byte {at}: {error}") from error
        if not raw.endswith(b"\n"):
            break
        lines.append(line)
        at += len(raw)
    return lines, at

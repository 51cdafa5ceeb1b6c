"""A journal beside the database: what a restored backup must not forget, kept where the database is not.

Which devices there are and which were locked out, and which ops were acknowledged since. One file a day, a JSON line
each; written after the commit and before the answer. It is a second witness and never the truth: a server without it
works, and only knows less after a restore.
"""

import contextlib
import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

_log = logging.getLogger(__name__)

FOLDER = "beside"
DAYS_KEPT = 31
"""A little longer than phones keep their journal: what is older can't come back from anywhere."""


class DeviceMade(Struct, frozen=True, kw_only=True, tag="device", tag_field="is"):
    """A device was let in; of its credential only the hash."""

    shop_id: str
    id: str
    staff_id: str
    name: str
    token_hash: str
    at: int


class DeviceRevoked(Struct, frozen=True, kw_only=True, tag="revoked", tag_field="is"):
    """A device may no longer talk."""

    shop_id: str
    id: str
    at: int


class OpsTaken(Struct, frozen=True, kw_only=True, tag="ops", tag_field="is"):
    """Ops of one life of a device's log, [n, id] each, were acknowledged at `at` (epoch ms)."""

    shop_id: str
    device_id: str
    incarnation: str
    ops: tuple[tuple[int, str], ...]
    at: int


Line = DeviceMade | DeviceRevoked | OpsTaken

_decode = msgspec.json.Decoder(Line)


class Beside:
    """The journal in a server's home folder. Several processes may write to it at once."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def note(self, line: Line) -> None:
        """Append a line. A disk that is full costs the line, not the work that it tells of."""
        day = dt.datetime.fromtimestamp(line.at / 1000, dt.UTC).date()
        path = self._folder / f"{day.isoformat()}.jsonl"
        try:
            if not path.exists():
                self._begin_day(day)
            # One write to a file opened for appending: lines of several processes never mix, and one that a crash left
            # unfinished takes no other with it.
            with path.open("ab", buffering=0) as file:
                file.write(b"\n" + msgspec.json.encode(line) + b"\n")
        except OSError as error:
            _log.warning("the journal beside the database was not written: %s", error)

    def _begin_day(self, day: dt.date) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        oldest = (day - dt.timedelta(days=DAYS_KEPT)).isoformat()
        for path in self._folder.glob("*.jsonl"):
            if path.stem < oldest:
                path.unlink(missing_ok=True)

    def read(self) -> Iterator[Line]:
        """Give every line, oldest day first; a line that a crash left unfinished is skipped."""
        for path in sorted(self._folder.glob("*.jsonl")):
            yield from _lines(path)

    def last_at(self) -> int:
        """Return the moment (epoch ms) of the last line about ops; 0 when there is none."""
        for path in sorted(self._folder.glob("*.jsonl"), reverse=True):
            found = [line.at for line in _lines(path) if isinstance(line, OpsTaken)]
            if found:
                return max(found)
        return 0


def _lines(path: Path) -> Iterator[Line]:
    for raw in path.read_bytes().splitlines():
        with contextlib.suppress(msgspec.DecodeError):
            yield _decode.decode(raw)


def taken(
    shop_id: str, device_id: str, incarnation: str, ops: Sequence[tuple[int | None, str]], at: int
) -> OpsTaken:
    """Return the line about a chunk; ops whose number could not be read are left out."""
    numbered = tuple((n, op_id) for n, op_id in ops if n is not None)
    return OpsTaken(
        shop_id=shop_id, device_id=device_id, incarnation=incarnation, ops=numbered, at=at
    )

"""`POST /sync/pull` and the patches that also travel over `/sync/live`."""

from typing import Annotated

from msgspec import Raw, Struct

from sync_protocol.bodies.parts import ACount, AName
from sync_protocol.ids import BranchId, Epoch, RowKey, StreamName
from sync_protocol.limits import PULL_BYTES_MAX


class SnapshotPart(
    Struct, frozen=True, kw_only=True, rename={"from_version": "from", "to_version": "to"}
):
    """A piece of a large stream as it stood at one moment: a patch that never changes, at `/sync/parts/<hash>`.

    `hash` is hex SHA-256 of the patch's JSON. The parts of a snapshot are applied one after the other, from version 0 on;
    after one that can't be had the phone pulls from where it stands.
    """

    stream: StreamName
    from_version: int
    to_version: int
    hash: str


class PullRequest(Struct, frozen=True, kw_only=True):
    """What a phone has of each stream. A granted stream that is not named starts at 0.

    `parts`: it can fetch the beginning of large streams as parts.
    """

    epoch: Annotated[Epoch, AName] | None = None
    cursors: dict[StreamName, Annotated[int, ACount]] = {}
    max_bytes: Annotated[int, ACount] = PULL_BYTES_MAX
    parts: bool = False


class PullRide(Struct, frozen=True, kw_only=True):
    """A pull that rides along with a push: one round trip on a slow network."""

    cursors: dict[StreamName, Annotated[int, ACount]] = {}
    max_bytes: Annotated[int, ACount] = PULL_BYTES_MAX
    parts: bool = False


Row = tuple[RowKey, int, Raw]
"""[key, version, body]; body `null` is a tombstone."""


class Patch(Struct, frozen=True, kw_only=True, rename={"from_version": "from", "to_version": "to"}):
    """The rows of one stream changed after version `from` and up to version `to`, each at its latest."""

    stream: StreamName
    from_version: int
    to_version: int
    rows: tuple[Row, ...]


class PullReply(Struct, frozen=True, kw_only=True):
    """One consistent reading. `results` are those of this device that it has not confirmed.

    `ledger` gives per branch in reach the ledger's [version, hash]. Streams in `resnapshot` start again at 0. `more`
    asks for another pull at once. `backed_up_to`: what was answered before this moment (epoch ms) is in a backup too. `parts` are what large streams begin with, to be fetched before the next pull.
    """

    epoch: Epoch
    patches: tuple[Patch, ...]
    results: tuple[Raw, ...]
    ledger: dict[BranchId, tuple[int, str]]
    streams: tuple[StreamName, ...]
    resnapshot: tuple[StreamName, ...]
    more: bool
    now: int
    backed_up_to: int | None = None
    parts: tuple[SnapshotPart, ...] = ()

"""`POST /sync/push`: ops go up, results come back in the same order."""

from enum import StrEnum
from typing import Annotated

from msgspec import Raw, Struct

from sync_protocol.bodies.parts import ACount, AName
from sync_protocol.ids import Epoch, Incarnation, OpId
from sync_protocol.messages.hello import DeviceHead
from sync_protocol.messages.pull import PullReply, PullRide


class PushRequest(Struct, frozen=True, kw_only=True):
    """Ops in the order in which they were recorded. Each stays raw: it is read by itself.

    `unsent` and `oldest_at` (epoch ms) tell the fleet board how far behind the phone is.
    """

    epoch: Annotated[Epoch, AName] | None = None
    incarnation: Annotated[Incarnation, AName] = Incarnation("")
    ops: tuple[Raw, ...] = ()
    unsent: Annotated[int, ACount] = 0
    oldest_at: Annotated[int, ACount] | None = None
    acked_n: Annotated[int, ACount] | None = None
    pull: PullRide | None = None


class PushReply(Struct, frozen=True, kw_only=True):
    """One result per op, verbatim as stored. `more` asks the phone to push the rest at once."""

    results: tuple[Raw, ...]
    more: bool
    retry_after_ms: int
    now: int
    pull: PullReply | None = None


class Problem(StrEnum):
    """Why a whole request was not taken. Nothing of it was applied; nothing of it may be dropped."""

    EPOCH = "epoch"
    FORK = "fork"
    GAP = "gap"
    REVOKED = "revoked"
    TOO_LARGE = "too_large"
    SLOW_DOWN = "slow_down"
    STORAGE_FULL = "storage_full"


class ProblemReply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem in the RFC 9457 shape, with what the phone needs to recover.

    A revoked device is answered with a problem whatever it asks; what it pushed was taken into quarantine where `results`
    says so, and to what it offered `missing` is the answer.
    """

    type: str
    title: str
    status: int
    detail: str
    problem: Problem | None = None
    epoch: Epoch | None = None
    restored_to: int | None = None
    device: DeviceHead | None = None
    retry_after_ms: int = 0
    results: tuple[Raw, ...] | None = None
    missing: tuple[OpId, ...] | None = None
    more: bool = False
    now: int = 0

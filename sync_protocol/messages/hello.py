"""`POST /sync/hello`: at start, after being away, after an app update."""

from typing import Annotated

from msgspec import Struct

from sync_protocol.bodies.parts import ACount, AName
from sync_protocol.ids import BranchId, DeviceId, Epoch, Incarnation, StreamName


class PhoneHealth(Struct, frozen=True, kw_only=True):
    """What the fleet board shows of a phone. `oldest_at` is epoch ms of its oldest unsent op."""

    unsent: Annotated[int, ACount] = 0
    oldest_at: Annotated[int, ACount] | None = None
    persisted: bool | None = None
    free_mb: Annotated[int, ACount] | None = None


class HelloRequest(Struct, frozen=True, kw_only=True):
    """A phone presents itself: what it speaks, where its op log stands, what it has seen.

    `n` counts the ops ever numbered in this incarnation, `acked_n` those with a result, `head` is the link hash of op
    `n`. `witness` gives per branch the last ledger [version, hash] seen.
    """

    protocol: tuple[int, int] = (1, 1)
    app: Annotated[str, AName] = ""
    incarnation: Annotated[Incarnation, AName] = Incarnation("")
    epoch: Annotated[Epoch, AName] | None = None
    n: Annotated[int, ACount] = 0
    acked_n: Annotated[int, ACount] = 0
    head: Annotated[str, AName] | None = None
    cursors: dict[StreamName, int] = {}
    witness: dict[BranchId, tuple[int, str]] = {}
    health: PhoneHealth | None = None


class DeviceHead(Struct, frozen=True, kw_only=True):
    """Where the server has the device's op log, in the incarnation that it named."""

    id: DeviceId
    n: int
    head: str | None
    revoked: bool


class Limits(Struct, frozen=True, kw_only=True):
    """The bounds that this server enforces."""

    push_ops: int
    push_bytes: int
    op_bytes: int
    pull_bytes: int
    pull_rows: int


class HelloReply(Struct, frozen=True, kw_only=True):
    """The server's side of a hello. `restored_to` is epoch ms of the backup when it was restored from one.

    `backed_up_to`: what was answered before this moment is in a backup too. A revoked device is given no streams.
    """

    protocol: int
    epoch: Epoch
    restored_to: int | None
    device: DeviceHead
    streams: tuple[StreamName, ...]
    limits: Limits
    now: int
    backed_up_to: int | None = None

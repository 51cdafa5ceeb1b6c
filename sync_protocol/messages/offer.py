"""`POST /sync/offer`: the one recovery path."""

from typing import Annotated

from msgspec import Raw, Struct

from sync_protocol.bodies.parts import AName
from sync_protocol.ids import Epoch, OpId


class OfferRequest(Struct, frozen=True, kw_only=True):
    """Ids of ops that the phone still holds; under the new epoch when there is one."""

    epoch: Annotated[Epoch, AName] | None = None
    ids: tuple[Annotated[OpId, AName], ...] = ()


class OfferReply(Struct, frozen=True, kw_only=True):
    """Which of them the server lacks, in the offered order, and the results of the others."""

    epoch: Epoch
    missing: tuple[OpId, ...]
    results: tuple[Raw, ...]
    now: int

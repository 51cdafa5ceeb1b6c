"""`POST /sync/offer`: the one recovery path."""

from typing import Annotated

from msgspec import Raw, Struct

from sync_protocol.bodies.parts import ACount, AName
from sync_protocol.ids import Epoch, Incarnation, OpId


class OfferRequest(Struct, frozen=True, kw_only=True):
    """Ids of ops that the phone still holds; under the new epoch when there is one.

    `held_from` is the lowest number of `incarnation`, the life that ends with this offer, that the phone still holds up
    to its end `n`: what lies between that and what the server has is a hole that nobody can fill.
    """

    epoch: Annotated[Epoch, AName] | None = None
    incarnation: Annotated[Incarnation, AName] | None = None
    held_from: Annotated[int, ACount] | None = None
    n: Annotated[int, ACount] | None = None
    ids: tuple[Annotated[OpId, AName], ...] = ()


class OfferReply(Struct, frozen=True, kw_only=True):
    """Which of them the server lacks, in the offered order, and the results of the others."""

    epoch: Epoch
    missing: tuple[OpId, ...]
    results: tuple[Raw, ...]
    now: int

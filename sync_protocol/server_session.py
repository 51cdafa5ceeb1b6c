"""The server's side of a push, without I/O: which ops are new, which are known, and when the chain does not fit."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from sync_protocol.ids import Epoch, OpId
from sync_protocol.messages.push import Problem
from sync_protocol.reading import ReadOp, Unreadable, link_hashes


class DeviceLog(Struct, frozen=True, kw_only=True):
    """How far the server has a device's op log in one incarnation.

    `links` are the hashes that the next op's `prev` may name; empty where the last op could not be hashed.
    """

    n: int = 0
    links: frozenset[str] = frozenset()


class Standing(StrEnum):
    """What an incoming op is to this server."""

    NEW = "new"
    KNOWN = "known"
    REUSED = "reused"


class Incoming(Struct, frozen=True, kw_only=True):
    """One op of a batch with the bytes in which it came."""

    raw: bytes
    read: ReadOp | Unreadable

    @property
    def id(self) -> OpId:
        """The op's id, or the name that unreadable bytes were given."""
        return self.read.id if isinstance(self.read, Unreadable) else self.read.op_id

    @property
    def n(self) -> int | None:
        """Its number in the log; None where it could not be made out."""
        return self.read.n if isinstance(self.read, Unreadable) else self.read.op.n


class Admission(Struct, frozen=True, kw_only=True):
    """A batch as the server takes it: one standing per op, or a problem with nothing taken."""

    problem: Problem | None
    standings: tuple[Standing, ...] = ()
    log: DeviceLog = DeviceLog()


def epoch_problem(ours: Epoch, theirs: Epoch | None) -> Problem | None:
    """A phone of another epoch must recover first; one that names none (a new one) is of ours."""
    return Problem.EPOCH if theirs is not None and theirs != ours else None


def admit(log: DeviceLog, batch: Sequence[Incoming], known: Mapping[OpId, str]) -> Admission:
    """Place every op of a batch: known by its id first, then by its number in the chain (R4).

    `known` maps op ids that the server has to their content hash. A number at or below the head under another id is a
    fork, one beyond the next a gap; then nothing of the batch is taken. An op whose number could not be read may or
    may not have used one up, so one more is allowed after it.
    """
    standings = []
    taken: dict[OpId, str] = dict(known)
    slack = 0
    for incoming in batch:
        content = incoming.read.content_hash if isinstance(incoming.read, ReadOp) else ""
        if incoming.id in taken:
            same = not content or taken[incoming.id] in ("", content)
            standings.append(Standing.KNOWN if same else Standing.REUSED)
            if not same and incoming.n == log.n + 1:
                log = DeviceLog(
                    n=log.n + 1, links=_links(incoming)
                )  # it used up a number all the same
            continue
        taken[incoming.id] = content
        standings.append(Standing.NEW)
        if incoming.n is None:
            slack += 1
            log = DeviceLog(n=log.n)
            continue
        problem = _misplaced(log, incoming, slack)
        if problem is not None:
            return Admission(problem=problem)
        slack = 0
        log = DeviceLog(n=incoming.n, links=_links(incoming))
    return Admission(problem=None, standings=tuple(standings), log=log)


def _misplaced(log: DeviceLog, incoming: Incoming, slack: int) -> Problem | None:
    n = incoming.n or 0
    if n <= log.n:
        return Problem.FORK
    if n > log.n + 1 + slack:
        return Problem.GAP
    prev = incoming.read.op.prev if isinstance(incoming.read, ReadOp) else None
    if prev and log.links and prev not in log.links:
        return Problem.FORK
    return None


def _links(incoming: Incoming) -> frozenset[str]:
    return link_hashes(incoming.raw) if isinstance(incoming.read, ReadOp) else frozenset()

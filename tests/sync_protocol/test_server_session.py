"""Placing a batch: by id first, then by number and chain."""

import json

import pytest

from sync_protocol.ids import Epoch
from sync_protocol.messages.push import Problem
from sync_protocol.reading import ReadOp, read_op
from sync_protocol.server_session import (
    DeviceLog,
    Incoming,
    Standing,
    admit,
    epoch_problem,
)


def incoming(op_id: str, n: object, *, prev: str | None = None, note: str = "") -> Incoming:
    op = {
        "id": op_id,
        "n": n,
        "prev": prev,
        "kind": "confirm",
        "body": {"order_id": "1", "note": note},
    }
    raw = json.dumps(op).encode()
    return Incoming(raw=raw, read=read_op(raw))


def known(*ops: Incoming) -> dict[str, str]:
    return {op.id: op.read.content_hash for op in ops if isinstance(op.read, ReadOp)}


def test_a_batch_that_continues_is_new_and_moves_the_log():
    admission = admit(DeviceLog(), [incoming("a", 1), incoming("b", 2)], {})
    assert admission.problem is None
    assert admission.standings == (Standing.NEW, Standing.NEW)
    assert admission.log.n == 2


def test_an_op_is_known_by_its_id_wherever_it_stands_in_the_chain():
    a, b = incoming("a", 1), incoming("b", 2)
    log = admit(DeviceLog(), [a, b], {}).log
    again = admit(log, [incoming("a", 77), b, incoming("c", 3)], known(a, b))
    assert again.standings == (Standing.KNOWN, Standing.KNOWN, Standing.NEW)
    assert again.log.n == 3


def test_the_same_id_with_another_body_is_a_reuse_and_uses_up_its_number():
    a = incoming("a", 1)
    log = admit(DeviceLog(), [a], {}).log
    again = admit(log, [incoming("a", 2, note="other"), incoming("b", 3)], known(a))
    assert again.standings == (Standing.REUSED, Standing.NEW)
    assert again.log.n == 3


def test_another_op_at_a_taken_number_is_a_fork():
    log = admit(DeviceLog(), [incoming("a", 1)], {}).log
    assert admit(log, [incoming("b", 1)], {}).problem is Problem.FORK


def test_a_skipped_number_is_a_gap():
    assert admit(DeviceLog(n=4), [incoming("b", 6)], {}).problem is Problem.GAP
    assert admit(DeviceLog(), [incoming("b", 2)], {}).problem is Problem.GAP


def test_a_chain_that_does_not_link_is_a_fork_and_one_that_names_nothing_is_not_checked():
    first = admit(DeviceLog(), [incoming("a", 1)], {})
    link = next(iter(first.log.links))
    assert admit(first.log, [incoming("b", 2, prev=link)], {}).problem is None
    assert admit(first.log, [incoming("b", 2, prev="AAAA")], {}).problem is Problem.FORK
    assert admit(first.log, [incoming("b", 2)], {}).problem is None


@pytest.mark.parametrize("next_n", [2, 3])
def test_an_op_whose_number_cannot_be_read_holds_up_nothing(next_n):
    batch = [incoming("a", 1), incoming("bad", "x"), incoming("c", next_n)]
    admission = admit(DeviceLog(), batch, {})
    assert admission.problem is None
    assert admission.log.n == next_n


def test_a_problem_takes_nothing_of_the_batch():
    admission = admit(DeviceLog(), [incoming("a", 1), incoming("b", 5)], {})
    assert (admission.problem, admission.standings) == (Problem.GAP, ())


def test_a_phone_of_another_epoch_recovers_first_and_a_new_phone_needs_not():
    assert epoch_problem(Epoch("E1"), Epoch("E2")) is Problem.EPOCH
    assert epoch_problem(Epoch("E1"), Epoch("E1")) is None
    assert epoch_problem(Epoch("E1"), None) is None

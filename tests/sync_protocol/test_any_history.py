"""The books are right after any history of all ops, by several people, devices and branches."""

import os
import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from sync_protocol.codes import Code
from sync_protocol.ops import OpKind
from sync_protocol.outcomes import ResultStatus
from tests.sync_protocol.history_bodies import BODIES
from tests.sync_protocol.history_checks import Auditor
from tests.sync_protocol.history_world import HistoryWorld

EXAMPLES = int(os.environ.get("RAWANA_EXAMPLES", "300"))
"""`make nightly` asks for more."""

# These act on parked ops, of which a book in memory has none; the simulation has.
ELSEWHERE = (OpKind.REPLAY, OpKind.DISMISS, OpKind.SERVER_FINDING)
LIVELY = [
    *(kind for kind in OpKind if kind not in ELSEWHERE),
    *[OpKind.CREATE_FULFILLMENT] * 6,
    *[OpKind.PACK] * 6,
    *[OpKind.DISPATCH] * 5,
    *[OpKind.SHOPIFY_ORDER] * 5,
    *[OpKind.DELIVER, OpKind.RETURN_RECEIVE, OpKind.LOAD_PARCEL, OpKind.RESOLVE] * 3,
    *[OpKind.START_RUN, OpKind.END_RUN, OpKind.CHECK_IN_PARCEL, OpKind.COUNT_RUN_CASH] * 2,
    *[OpKind.TRANSFER_SEND, OpKind.TRANSFER_RECEIVE, OpKind.REOPEN_RUN],
    *[OpKind.BRANCH_SYNC, OpKind.FIX_BRANCH_STOCK, OpKind.CLOSE_RUN, OpKind.COUNT] * 2,
]
"""Kinds as often as it takes for things to get somewhere."""

steps = st.tuples(st.sampled_from(LIVELY), st.tuples(*[st.integers(0, 11)] * 8))
histories = st.lists(steps, min_size=15, max_size=60)
MET: Counter[tuple[str, str]] = Counter()


def walk(history: list) -> None:
    """Take every step, auditing the whole shop after each."""
    world = HistoryWorld(BODIES)
    auditor = Auditor(world)
    world.recorded = auditor.audit
    world.begin()
    for kind, numbers in history:
        told = world.step(kind, numbers)
        if told is not None:
            decision = told[1]
            MET[kind, decision.code or decision.status] += 1
            MET.update((kind, d.code) for d in decision.discrepancies)


@given(histories)
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_books_are_right_after_any_history_of_all_ops(history):
    walk(history)


def test_the_books_are_right_after_many_long_histories_that_are_the_same_each_time():
    for seed in range(max(300, EXAMPLES)):
        chance = random.Random(seed)
        walk(
            [
                (chance.choice(LIVELY), tuple(chance.randint(0, 11) for _ in range(8)))
                for _ in range(80)
            ]
        )


NOT_REACHED = frozenset(
    {
        # Told by the server alone, or by what is read before it is decided.
        Code.UNKNOWN_KIND,
        Code.WAITS_FOR_PARKED,
        Code.REVOKED,
        Code.DISMISSED,
        Code.LEDGER_DIFFERS,
        Code.LEDGER_BEHIND,
        Code.HISTORY_HOLE,
        Code.ID_REUSE,
        Code.UNREADABLE,
        Code.FAILED,
        Code.INVALID,
        # The clocks and branches of these histories are all right; these have cases of their own.
        Code.CLOCK_DOUBTFUL,
        Code.COUNTED_BEFORE,
        Code.BRANCH_CLOSED,
        Code.BRANCH_INACTIVE,
        Code.NEEDS_REASON,
    }
)


def test_the_histories_above_were_not_too_tame():
    """Runs behind the properties above: a rule that no history reached was not tested by them."""
    reached = {code for _, code in MET if isinstance(code, Code)}
    assert set(Code) - NOT_REACHED - reached == set()
    applied = {kind for kind, code in MET if code is ResultStatus.APPLIED}
    assert applied == set(OpKind) - set(ELSEWHERE)

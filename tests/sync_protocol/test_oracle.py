"""The rules and a sequential oracle, told the same raw ops, agree on what every shelf holds."""

import itertools
import random

import msgspec

from sync_protocol.ledger import BRANCH_ACCOUNTS
from sync_protocol.ops import OpKind
from sync_protocol.outcomes import ResultStatus
from tests.sync_protocol.history_bodies import BODIES
from tests.sync_protocol.history_world import BRANCHES, VARIANTS, Choices, HistoryWorld
from tests.sync_protocol.oracle import Oracle
from tests.sync_protocol.test_any_history import EXAMPLES

KINDS = [
    *[OpKind.CREATE_FULFILLMENT, OpKind.PACK, OpKind.SHOPIFY_ORDER, OpKind.BRANCH_SYNC] * 3,
    *[OpKind.MANUAL_FULFILLMENT, OpKind.RETURN_RECEIVE, OpKind.UNPACK] * 2,
    OpKind.VOID_FULFILLMENT,
    OpKind.OPENING_STOCK,
    OpKind.RECEIVE_STOCK,
    OpKind.COUNTER_SALE,
    OpKind.COUNTER_RETURN,
    OpKind.TRANSFER_SEND,
    OpKind.TRANSFER_RECEIVE,
    OpKind.COUNT,
    OpKind.INSPECT,
    OpKind.WRITE_OFF,
]
"""Kinds that move goods by what they say themselves. What a fix or an outcome moves follows from what they find."""


def explicit(world: HistoryWorld, kind: OpKind, body: dict, choose: Choices) -> dict:
    """Let the op say all that it moves: a packed parcel its lines, a count the latest that its phone could know."""
    if kind is OpKind.PACK and (known := world.book.fulfillments.get(body["fulfillment_id"])):
        lines = {x["order_line_id"]: x for x in world.lines_of(known.order_id, choose)}
        return body | {"lines": list(lines.values())}
    if kind is OpKind.COUNT:
        (line,) = body["lines"]
        return body | {"lines": [line | {"seen_version": world.versions[body["branch_id"]]}]}
    return body


def test_the_oracle_agrees_on_every_shelf_after_every_op():
    met = set()
    for seed in range(EXAMPLES):
        chance = random.Random(seed)
        world, oracle = HistoryWorld(BODIES), Oracle()

        def tell(act, decision, oracle=oracle):
            took = decision.status in (ResultStatus.APPLIED, ResultStatus.FLAGGED)
            refused_claim = act.read.op.kind == "create_fulfillment" and decision.fulfillments
            if took or refused_claim:
                body = msgspec.json.decode(act.read.op.body)
                oracle.told(act.read.op.kind, body)
                met.add((act.read.op.kind, decision.code))

        world.recorded = tell
        world.begin()
        for _ in range(60):
            kind = chance.choice(KINDS)
            choose = Choices(tuple(chance.randint(0, 11) for _ in range(8)))
            staff = world.staff_for(kind, choose)
            body = world.bodies[kind](world, choose)
            if body is not None:
                world.record(kind.value, explicit(world, kind, body, choose), staff)
            for branch, account, variant in itertools.product(BRANCHES, BRANCH_ACCOUNTS, VARIANTS):
                held = getattr(world.book.stock_of(branch, variant), account)
                assert held == oracle.shelf[branch, account, variant], (seed, kind, account)
    assert {"pack", "branch_sync", "return_receive", "transfer_receive"} <= {k for k, _ in met}

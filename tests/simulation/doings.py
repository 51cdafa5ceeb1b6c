"""What people do: an op's kind and body, chosen from what their phone shows. None: there is nothing to do that to."""

from collections.abc import Callable

from sync_protocol.fulfillments import AttemptOutcome, Disposition, FulfillmentState, ReturnKind
from sync_protocol.ids import OrderId
from sync_protocol.ops import OpKind
from sync_protocol.orders import CallOutcome
from sync_protocol.outcomes import outcomes_of
from sync_protocol.shop import Role
from tests.simulation.eyes import Eyes
from tests.simulation.handsets import Begun

_S = FulfillmentState
Doing = Callable[[Eyes], dict | None]


def _order(eyes: Eyes, **more: object) -> dict | None:
    order_id = eyes.order_id()
    return None if order_id is None else {"order_id": order_id, **more}


def _shipment(eyes: Eyes, *states: FulfillmentState, **more: object) -> dict | None:
    """What the person has in hand, else something on the screen, else (rarely) what nobody has heard of."""
    if eyes.handset.in_hand and eyes.chance(0.5):
        begun: Begun = eyes.rng.choice(eyes.handset.in_hand)
        return {"fulfillment_id": begun.fulfillment_id, **more}
    found = eyes.shipment(*states)
    if found is not None:
        return {"fulfillment_id": found.id, **more}
    return {"fulfillment_id": eyes.new_id(), **more} if eyes.chance(0.03) else None


def _new(eyes: Eyes, **more: object) -> dict | None:
    order = eyes.order()
    if order is None:
        return None
    lines = eyes.lines_to_ship(order)
    body = {"fulfillment_id": eyes.new_id(), "order_id": order.id, "branch_id": eyes.branch()}
    return body | {"lines": lines} | more if lines else None


def _tracked(eyes: Eyes, *states: FulfillmentState) -> dict | None:
    number = f"T{eyes.rng.getrandbits(40):x}" if eyes.chance(0.8) else None
    body = _shipment(eyes, *states)
    if body is None:
        return None
    reason = {} if number else {"no_tracking_reason": "by hand"}
    return body | {"courier": "tcs", "tracking_number": number} | reason


def _retracked(eyes: Eyes) -> dict | None:
    body = _tracked(eyes, _S.PACKED, _S.DISPATCHED)
    if body is not None:
        body.pop("no_tracking_reason", None)
    return body


def _receipt(eyes: Eyes) -> dict | None:
    found = eyes.shipment(_S.RETURNING, _S.DELIVERED)
    if found is None or not found.lines:
        return None
    line = eyes.rng.choice(found.lines)
    how = eyes.rng.choice(list(Disposition))
    back = {
        "order_line_id": line.order_line_id,
        "units": eyes.rng.randint(1, line.units),
        "disposition": how,
    }
    if how is Disposition.WRONG_ITEM:
        back["came_variant_id"] = eyes.rng.choice(eyes.variants)
    return {
        "return_id": eyes.new_id(),
        "fulfillment_id": found.id,
        "branch_id": eyes.branch(),
        "lines": [back],
    }


def _fix(eyes: Eyes) -> dict | None:
    order = eyes.order()
    if order is None or not order.lines:
        return None
    line = eyes.rng.choice(order.lines)
    target = {
        "order_line_id": line.id,
        "branch_id": eyes.branch(),
        "units": eyes.rng.randint(0, 2),
    }
    seen = order.rev - (1 if eyes.chance(0.1) else 0)
    return {"order_id": order.id, "targets": [target], "seen_rev": max(0, seen), "reason": "rush"}


def _count(eyes: Eyes) -> dict:
    branch = eyes.branch()
    held = eyes.stock(branch)
    if held is None:
        line = {"variant_id": eyes.rng.choice(eyes.variants), "units": eyes.rng.randint(0, 9)}
    else:
        units = max(0, held.sellable + eyes.rng.choice((-1, 0, 0, 1)))
        line = {"variant_id": held.variant_id, "units": units}
        line["seen_version"] = held.ledger_version
    return {"branch_id": branch, "lines": [line]}


def _goods(eyes: Eyes, **more: object) -> dict:
    return {"branch_id": eyes.branch(), "lines": eyes.goods(), **more}


def _arrival(eyes: Eyes) -> dict | None:
    transfer = eyes.transfer()
    if transfer is None:
        return None
    line = eyes.rng.choice(transfer.lines)
    arrived = {
        "variant_id": line.variant_id,
        "received_units": eyes.rng.randint(0, 2),
        "short_units": eyes.rng.randint(0, 1),
    }
    return {
        "transfer_id": transfer.id,
        "branch_id": transfer.to_branch_id if eyes.chance(0.9) else eyes.branch(),
        "lines": [arrived],
    }


def _run(eyes: Eyes, *states: str, **more: object) -> dict | None:
    run = eyes.run(*states)
    return None if run is None else {"run_id": run.id, **more}


def _stop(eyes: Eyes, *states: str) -> dict | None:
    run = eyes.run(*states)
    if run is None or not run.stops:
        return None
    return {"run_id": run.id, "fulfillment_id": eyes.rng.choice(run.stops).fulfillment_id}


def _load(eyes: Eyes) -> dict | None:
    body = _run(eyes, "draft", "loaded", "out")
    parcel = _shipment(eyes, _S.PACKED)
    return None if body is None or parcel is None else body | parcel


def _cash(eyes: Eyes, *states: str) -> dict | None:
    run = eyes.run(*states)
    if run is None:
        return None
    return {
        "run_id": run.id,
        "counted_paisa": max(0, run.expected_paisa - eyes.rng.choice((0, 0, 500))),
    }


def _deliver(eyes: Eyes) -> dict | None:
    found = eyes.shipment(_S.DISPATCHED, _S.RECORDED)
    if found is None:
        return _shipment(eyes)
    paid = found.collect_paisa or None
    return {"fulfillment_id": found.id, "cash_paisa": paid if eyes.chance(0.9) else 100}


def _case(eyes: Eyes, **more: object) -> dict | None:
    order = eyes.order()
    if order is None or not order.exchanges:
        return None
    case = order.exchanges[-1]
    return {"order_id": order.id, "exchange_id": case.id, **more}


def _settlement(eyes: Eyes) -> dict | None:
    order = eyes.order()
    if order is None or not order.exchanges:
        return None
    case = order.exchanges[-1]
    refund = case.to_refund_paisa > 0
    return {
        "order_id": order.id,
        "exchange_id": case.id,
        "branch_id": eyes.branch(),
        "refund": refund,
        "paisa": case.to_refund_paisa if refund else case.to_collect_paisa or 500,
    }


def _resolution(eyes: Eyes) -> dict | None:
    found = eyes.discrepancy()
    if found is None:
        return None
    outcome = eyes.rng.choice(outcomes_of(found.code))
    body = {"discrepancy_id": found.id, "outcome": outcome, "reason": "looked"}
    return body | {"branch_id": eyes.branch()} if eyes.chance(0.5) else body


def _again(eyes: Eyes, **more: object) -> dict | None:
    parked = eyes.parked()
    return None if parked is None else {"op_ids": [parked.id], **more}


def _sync(eyes: Eyes) -> dict | None:
    order = eyes.order()
    if order is None:
        return None
    lines = [
        {"order_line_id": line.id, "units": left}
        for line in order.lines
        if (left := line.shopify_fulfilled_units - line.shipped_units) > 0
    ]
    if not lines:
        return _new(eyes) if eyes.chance(0.1) else None
    body = {"fulfillment_id": eyes.new_id(), "order_id": order.id}
    return body | {"branch_id": eyes.branch(), "lines": lines}


def _rider_run(eyes: Eyes) -> dict:
    return {"run_id": eyes.new_id(), "branch_id": eyes.branch(), "rider_id": "rider"}


def _back(eyes: Eyes) -> dict | None:
    kind = eyes.rng.choice(list(ReturnKind))
    return _shipment(eyes, _S.DISPATCHED, _S.DELIVERED, return_id=eyes.new_id(), return_kind=kind)


def _send(eyes: Eyes) -> dict:
    to = eyes.rng.choice(eyes.branches)
    return {"transfer_id": eyes.new_id(), "to_branch_id": to, **_goods(eyes)}


DOINGS: dict[OpKind, Doing] = {
    OpKind.CONFIRM: lambda e: _order(e, note="yes"),
    OpKind.CALL_ATTEMPT: lambda e: _order(
        e, outcome=e.rng.choice(list(CallOutcome)), next_at=e.handset.clock() + 3_600_000
    ),
    OpKind.EDIT_CONTACT: lambda e: _order(e, city="Lahore"),
    OpKind.ASSIGN_BRANCH: lambda e: _order(e, branch_id=e.branch()),
    OpKind.CREATE_FULFILLMENT: _new,
    OpKind.EDIT_FULFILLMENT: lambda e: _shipment(e, _S.PENDING, branch_id=e.branch()),
    OpKind.CANCEL_FULFILLMENT: lambda e: _shipment(e, _S.PENDING),
    OpKind.PACK: lambda e: _shipment(e, _S.PENDING),
    OpKind.UNPACK: lambda e: _shipment(e, _S.PACKED),
    OpKind.SET_TRACKING: _retracked,
    OpKind.DISPATCH: lambda e: _tracked(e, _S.PACKED),
    OpKind.UNDO_DISPATCH: lambda e: _shipment(e, _S.DISPATCHED, cancel_in_shopify=e.chance(0.8)),
    OpKind.ATTEMPT_FAILED: lambda e: _shipment(
        e, _S.DISPATCHED, outcome=e.rng.choice(list(AttemptOutcome))
    ),
    OpKind.DELIVER: _deliver,
    OpKind.MARK_LOST: lambda e: _shipment(e, _S.DISPATCHED, _S.RETURNING),
    OpKind.TRACKING_EVENT: lambda e: _shipment(
        e, courier="trax", said="Shipment - Delivered", event_at=5
    ),
    OpKind.INITIATE_RETURN: _back,
    OpKind.RESUME_DELIVERY: lambda e: _shipment(e, _S.RETURNING),
    OpKind.RETURN_RECEIVE: _receipt,
    OpKind.INSPECT: lambda e: _goods(e) | {"lines": [e.goods()[0] | {"sellable": e.chance(0.5)}]},
    OpKind.WRITE_OFF: _goods,
    OpKind.MANUAL_FULFILLMENT: _new,
    OpKind.BRANCH_SYNC: _sync,
    OpKind.VOID_FULFILLMENT: lambda e: _shipment(e, _S.RECORDED),
    OpKind.FIX_BRANCH_STOCK: _fix,
    OpKind.RECEIVE_STOCK: _goods,
    OpKind.COUNTER_SALE: lambda e: _goods(e, cash_paisa=2_500_00),
    OpKind.COUNTER_RETURN: _goods,
    OpKind.TRANSFER_SEND: _send,
    OpKind.TRANSFER_RECEIVE: _arrival,
    OpKind.COUNT: _count,
    OpKind.SET_LOW_STOCK: _goods,
    OpKind.CREATE_RUN: _rider_run,
    OpKind.LOAD_PARCEL: _load,
    OpKind.UNLOAD_PARCEL: lambda e: _stop(e, "loaded"),
    OpKind.START_RUN: lambda e: _run(e, "loaded"),
    OpKind.END_RUN: lambda e: _run(e, "out", declared_paisa=2_500_00),
    OpKind.CHECK_IN_PARCEL: lambda e: _stop(e, "out", "back", "reconciled"),
    OpKind.COUNT_RUN_CASH: lambda e: _cash(e, "back", "reconciled", "disputed"),
    OpKind.CLOSE_RUN: lambda e: _run(e, "reconciled"),
    OpKind.REOPEN_RUN: lambda e: _run(e, "closed", "disputed", reason="late parcel"),
    OpKind.CLASSIFY_EXCHANGE: lambda e: _case(e, change_kind=e.rng.choice(("removal", "exchange"))),
    OpKind.PLAN_EXCHANGE: lambda e: _case(e, fee_paisa=0),
    OpKind.SETTLE_EXCHANGE: _settlement,
    OpKind.RESOLVE: _resolution,
    OpKind.REPLAY: _again,
    OpKind.DISMISS: lambda e: _again(e, reason="nobody knows"),
}

_K = OpKind
_COUNTER = [_K.COUNTER_SALE, _K.COUNTER_RETURN, _K.RECEIVE_STOCK, _K.COUNT, _K.COUNT, _K.INSPECT]
_CHAIN = [_K.CREATE_FULFILLMENT] * 5 + [_K.PACK] * 5 + [_K.DISPATCH] * 5 + [_K.DELIVER] * 3
_RUNS = [
    _K.CREATE_RUN, _K.LOAD_PARCEL, _K.LOAD_PARCEL, _K.START_RUN, _K.CHECK_IN_PARCEL,
    _K.COUNT_RUN_CASH, _K.CLOSE_RUN, _K.UNLOAD_PARCEL,
]  # fmt: skip
_SHIPPING = [
    *_CHAIN, _K.EDIT_FULFILLMENT, _K.CANCEL_FULFILLMENT, _K.UNPACK, _K.SET_TRACKING,
    _K.UNDO_DISPATCH, _K.ATTEMPT_FAILED, _K.INITIATE_RETURN, _K.RESUME_DELIVERY,
]  # fmt: skip
USUAL: dict[Role, list[OpKind]] = {
    Role.BRANCH: [
        *_SHIPPING, *_COUNTER, *_RUNS, *[_K.RETURN_RECEIVE] * 3, *[_K.MANUAL_FULFILLMENT] * 2,
        _K.VOID_FULFILLMENT, *[_K.TRANSFER_SEND, _K.TRANSFER_RECEIVE] * 2, _K.ASSIGN_BRANCH,
        _K.CONFIRM, _K.TRACKING_EVENT, _K.SETTLE_EXCHANGE,
    ],
    Role.RECORDER: [_K.MANUAL_FULFILLMENT] * 4 + [_K.VOID_FULFILLMENT],
    Role.RIDER: [*[_K.DELIVER] * 3, _K.ATTEMPT_FAILED, _K.INITIATE_RETURN, _K.END_RUN],
    Role.CALLER: [*[_K.CONFIRM] * 3, _K.CALL_ATTEMPT, _K.EDIT_CONTACT],
    Role.OPERATOR: [
        *_CHAIN, _K.ASSIGN_BRANCH, *[_K.BRANCH_SYNC] * 2, _K.CONFIRM, _K.CLASSIFY_EXCHANGE,
        _K.PLAN_EXCHANGE, _K.CREATE_RUN,
    ],
    Role.SUPERVISOR: [
        *[_K.RESOLVE] * 5, *[_K.REPLAY] * 3, _K.DISMISS, *[_K.FIX_BRANCH_STOCK] * 2,
        *[_K.BRANCH_SYNC] * 3, _K.WRITE_OFF, _K.MARK_LOST, _K.REOPEN_RUN, _K.COUNT,
        _K.RECEIVE_STOCK, _K.SET_LOW_STOCK, *_RUNS, _K.CREATE_FULFILLMENT, _K.SETTLE_EXCHANGE,
    ],
    Role.OWNER: [*[_K.RESOLVE] * 2, _K.REPLAY, _K.COUNT, _K.RETURN_RECEIVE, _K.FIX_BRANCH_STOCK],
}  # fmt: skip

STARTS = frozenset({OpKind.CREATE_FULFILLMENT, OpKind.MANUAL_FULFILLMENT, OpKind.BRANCH_SYNC})
"""Kinds after which the person has a shipment in hand."""


def begun_by(kind: OpKind, body: dict, op_id: str) -> Begun | None:
    """Return the shipment that an op began."""
    if kind not in STARTS:
        return None
    return Begun(
        fulfillment_id=body["fulfillment_id"],
        order_id=OrderId(body["order_id"]),
        last_op=op_id,
    )


POISON: tuple[tuple[str, object], ...] = (
    ("teleport", {"order_id": "901"}),
    ("pack", {"fulfillment_id": 5}),
    ("pack", {"fulfillment_id": "a\x00b"}),
    ("count", {"branch_id": "b1", "lines": [{"variant_id": "501", "units": 2**60}]}),
    ("receive_stock", {"branch_id": "b1", "lines": [{"variant_id": "501", "units": -3}]}),
    ("receive_stock", {"branch_id": "elsewhere", "lines": [{"variant_id": "501", "units": 1}]}),
    ("create_fulfillment", {"lines": []}),
    ("shopify_order", {"id": "901"}),
)
"""Ops that no healthy app would record: they park or are refused alone, and hold nobody up."""

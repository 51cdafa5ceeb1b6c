"""What each kind of op may say in a random history: mostly about things that there are, now and then about nothing."""

from sync_protocol.fulfillments import AttemptOutcome, Disposition, ReturnKind
from sync_protocol.ops import OpKind
from sync_protocol.orders import CallOutcome
from sync_protocol.outcomes import outcomes_of
from tests.sync_protocol.history_world import (
    BRANCHES,
    ORDERS,
    PARCELS,
    VARIANTS,
    Choices,
    HistoryWorld,
    line_ids,
)


def _goods(choose: Choices) -> list[dict]:
    return [{"variant_id": choose.of(VARIANTS), "units": choose.units()}]


def _shipment(world: HistoryWorld, choose: Choices):
    """A parcel that the book knows, or now and then one that nobody has heard of."""
    known = sorted(world.book.fulfillments)
    return choose.of([*known, *known, "f9"]) if known else "f9"


def _parcel(world: HistoryWorld, choose: Choices, *states: str, **more: object) -> dict:
    """A parcel in one of these states, if there is one and the step does not want to be odd."""
    fitting = sorted(f.id for f in world.book.fulfillments.values() if f.state in states)
    chosen = choose.of(fitting) if fitting and choose.units(6) > 1 else _shipment(world, choose)
    return {"fulfillment_id": chosen, **more}


def _in(*states: str):
    return lambda world, choose: _parcel(world, choose, *states)


def _new(world: HistoryWorld, choose: Choices) -> dict:
    order = choose.of(ORDERS)
    return {
        "fulfillment_id": choose.of(PARCELS),
        "order_id": order,
        "branch_id": choose.of(BRANCHES),
        "lines": world.lines_of(order, choose),
    }


def _synced(world: HistoryWorld, choose: Choices) -> dict:
    """What left in the store; often just what somebody means to pack."""
    pending = [f for f in world.book.fulfillments.values() if f.reserves]
    if not pending or choose.units(3) == 1:
        return _new(world, choose)
    shipment = choose.of(pending)
    lines = [{"order_line_id": x.order_line_id, "units": x.units} for x in shipment.lines]
    return {
        "fulfillment_id": f"s{world.count}",
        "order_id": shipment.order_id,
        "branch_id": shipment.branch_id,
        "lines": lines,
    }


def _lines_in(world: HistoryWorld, shipment_id: str, choose: Choices) -> list[dict]:
    shipment = world.book.fulfillments.get(shipment_id)
    lines = [] if shipment is None else [line.order_line_id for line in shipment.lines]
    return [{"order_line_id": choose.of(lines or ["o1-l1"]), "units": choose.units()}]


def _receipt(world: HistoryWorld, choose: Choices) -> dict:
    shipment_id = _parcel(world, choose, "returning", "delivered")["fulfillment_id"]
    (line,) = _lines_in(world, shipment_id, choose)
    line["disposition"] = choose.of(Disposition)
    if line["disposition"] == Disposition.WRONG_ITEM:
        line["came_variant_id"] = choose.of(VARIANTS)
    return {
        "return_id": f"r{world.count}",
        "fulfillment_id": shipment_id,
        "branch_id": choose.of(BRANCHES),
        "lines": [line],
        "return_kind": choose.of(ReturnKind),
    }


def _fix(world: HistoryWorld, choose: Choices) -> dict:
    order = choose.of(ORDERS)
    known = world.book.orders[order]
    return {
        "order_id": order,
        "targets": [
            {
                "order_line_id": choose.of(line_ids(order)),
                "branch_id": branch,
                "units": choose.units() - 1,
            }
            for branch in BRANCHES
        ],
        "seen_rev": known.rev - (choose.units(4) == 1),
        "reason": "rush day",
    }


def _count(world: HistoryWorld, choose: Choices) -> dict:
    branch, variant = choose.of(BRANCHES), choose.of(VARIANTS)
    seen = max(0, world.versions[branch] - choose.units(3) + 1)
    line = {"variant_id": variant, "units": choose.units(6) - 1, "seen_version": seen}
    return {"branch_id": branch, "lines": [line]}


def _transfer(world: HistoryWorld, choose: Choices) -> dict:
    source = choose.of(BRANCHES)
    target = next(b for b in BRANCHES if b != source)
    name = choose.of(["t1", "t2", "t3"])
    return {
        "transfer_id": name,
        "branch_id": source,
        "to_branch_id": target,
        "lines": _goods(choose),
    }


def _arrival(world: HistoryWorld, choose: Choices) -> dict:
    line = {
        "variant_id": choose.of(VARIANTS),
        "received_units": choose.units() - 1,
        "damaged_units": choose.units(2) - 1,
        "short_units": choose.units(2) - 1,
    }
    name = choose.of([*world.book.transfers, "t9"])
    return {"transfer_id": name, "branch_id": choose.of(BRANCHES), "lines": [line]}


def _run(world: HistoryWorld, choose: Choices, *states: str, **more: object) -> dict:
    fitting = [run.id for run in world.book.runs.values() if run.state in states]
    odd = not fitting or choose.units(8) == 1
    return {"run_id": choose.of([*world.book.runs, "run9"] if odd else fitting), **more}


def _stop(world: HistoryWorld, choose: Choices, *states: str) -> dict:
    """A run in one of these states with one of its parcels."""
    body = _run(world, choose, *states)
    run = world.book.runs.get(body["run_id"])
    stops = [] if run is None else [stop.fulfillment_id for stop in run.stops]
    return body | {"fulfillment_id": choose.of(stops) if stops else _shipment(world, choose)}


def _case(world: HistoryWorld, choose: Choices, **more: object) -> dict | None:
    cases = [(o.id, c.id) for o in world.book.orders.values() for c in o.exchanges]
    if not cases:
        return None
    order, case = choose.of(cases)
    return {"order_id": order, "exchange_id": case, **more}


def _settlement(world: HistoryWorld, choose: Choices) -> dict | None:
    body = _case(world, choose, branch_id=choose.of(BRANCHES))
    if body is None:
        return None
    cases = world.book.orders[body["order_id"]].exchanges
    case = next(c for c in cases if c.id == body["exchange_id"])
    exact = case.to_collect_paisa or case.to_refund_paisa
    return body | {
        "paisa": choose.of([exact, exact, 35]),
        "refund": choose.of([case.to_refund_paisa > 0] * 3 + [True]),
    }


def _resolution(world: HistoryWorld, choose: Choices) -> dict | None:
    found = choose.of(world.book.open.values())
    if found is None:
        return None
    outcome = choose.of(outcomes_of(found.code))
    body = {"discrepancy_id": found.id, "outcome": outcome, "reason": "looked"}
    return body if choose.units(2) == 1 else body | {"branch_id": choose.of(BRANCHES)}


def _order(world: HistoryWorld, choose: Choices, **more: object) -> dict:
    return {"order_id": choose.of(ORDERS), **more}


BODIES = {
    OpKind.CONFIRM: lambda w, c: _order(w, c, note="yes"),
    OpKind.CALL_ATTEMPT: lambda w, c: _order(
        w, c, outcome=c.of(CallOutcome), next_at=w.now + c.units(9) * 60_000
    ),
    OpKind.EDIT_CONTACT: lambda w, c: _order(w, c, address=c.of(["House 7", "House 8"])),
    OpKind.ASSIGN_BRANCH: lambda w, c: _order(w, c, branch_id=c.of([None, *BRANCHES])),
    OpKind.CREATE_FULFILLMENT: _new,
    OpKind.EDIT_FULFILLMENT: lambda w, c: _parcel(w, c, "pending", branch_id=c.of(BRANCHES)),
    OpKind.CANCEL_FULFILLMENT: _in("pending"),
    OpKind.PACK: _in("pending"),
    OpKind.UNPACK: _in("packed"),
    OpKind.SET_TRACKING: lambda w, c: _parcel(
        w, c, courier="tcs", tracking_number=c.of(["A", "B"])
    ),
    OpKind.DISPATCH: lambda w, c: _parcel(
        w, c, "packed", courier="tcs", tracking_number=c.of(["A", "B"])
    ),
    OpKind.UNDO_DISPATCH: lambda w, c: _parcel(
        w, c, "dispatched", cancel_in_shopify=c.of([True, False])
    ),
    OpKind.ATTEMPT_FAILED: lambda w, c: _parcel(w, c, "dispatched", outcome=c.of(AttemptOutcome)),
    OpKind.DELIVER: lambda w, c: {
        **(body := _parcel(w, c, "dispatched", "recorded")),
        "cash_paisa": c.of([None, 0, 100, 230]),
        "lines": _lines_in(w, body["fulfillment_id"], c) if c.units(3) == 1 else [],
    },
    OpKind.MARK_LOST: lambda w, c: _parcel(
        w, c, "dispatched", "returning", "recorded", claim_reference=c.of([None, "claim 7"])
    ),
    OpKind.TRACKING_EVENT: lambda w, c: _parcel(
        w,
        c,
        courier="trax",
        said=c.of(["Shipment - Delivered", "Shipment - Lost", "?"]),
        event_at=5,
    ),
    OpKind.INITIATE_RETURN: lambda w, c: _parcel(
        w,
        c,
        "dispatched",
        "delivered",
        return_id=f"r{w.count}",
        return_kind=c.of(ReturnKind),
        to_branch_id=c.of([None, *BRANCHES]),
    ),
    OpKind.RESUME_DELIVERY: _in("returning"),
    OpKind.RETURN_RECEIVE: _receipt,
    OpKind.INSPECT: lambda w, c: {
        "branch_id": c.of(BRANCHES),
        "lines": [{**_goods(c)[0], "sellable": c.of([True, False])}],
    },
    OpKind.WRITE_OFF: lambda w, c: {"branch_id": c.of(BRANCHES), "lines": _goods(c)},
    OpKind.MANUAL_FULFILLMENT: _new,
    OpKind.BRANCH_SYNC: _synced,
    OpKind.VOID_FULFILLMENT: _in("recorded"),
    OpKind.FIX_BRANCH_STOCK: _fix,
    OpKind.OPENING_STOCK: lambda w, c: {"branch_id": c.of(BRANCHES), "lines": _goods(c)},
    OpKind.RECEIVE_STOCK: lambda w, c: {"branch_id": c.of(BRANCHES), "lines": _goods(c)},
    OpKind.COUNTER_SALE: lambda w, c: {
        "branch_id": c.of(BRANCHES),
        "lines": _goods(c),
        "cash_paisa": c.of([None, 100]),
    },
    OpKind.COUNTER_RETURN: lambda w, c: {"branch_id": c.of(BRANCHES), "lines": _goods(c)},
    OpKind.TRANSFER_SEND: _transfer,
    OpKind.TRANSFER_RECEIVE: _arrival,
    OpKind.COUNT: _count,
    OpKind.SET_LOW_STOCK: lambda w, c: {"branch_id": c.of(BRANCHES), "lines": _goods(c)},
    OpKind.CREATE_RUN: lambda w, c: {
        "run_id": c.of(["run1", "run3", f"run{w.count}"]),
        "branch_id": c.of(BRANCHES),
        "rider_id": c.of(["imran", "imran", "imran", "amna"]),
    },
    OpKind.LOAD_PARCEL: lambda w, c: (
        _run(w, c, "draft", "loaded", "out") | _parcel(w, c, "packed", "packed", "dispatched")
    ),
    OpKind.UNLOAD_PARCEL: lambda w, c: _stop(w, c, "loaded"),
    OpKind.START_RUN: lambda w, c: _run(w, c, "loaded"),
    OpKind.END_RUN: lambda w, c: _run(w, c, "out", declared_paisa=c.of([0, 100])),
    OpKind.CHECK_IN_PARCEL: lambda w, c: _stop(w, c, "out", "back", "reconciled"),
    OpKind.COUNT_RUN_CASH: lambda w, c: _run(
        w,
        c,
        "back",
        "reconciled",
        "disputed",
        counted_paisa=c.of([0, 100, 230]),
        shortage_reason=c.of([None, "lost a note"]),
    ),
    OpKind.CLOSE_RUN: lambda w, c: _run(w, c, "reconciled"),
    OpKind.REOPEN_RUN: lambda w, c: _run(w, c, "closed", "disputed", reason="late parcel"),
    OpKind.CLASSIFY_EXCHANGE: lambda w, c: _case(w, c, change_kind=c.of(["removal", "exchange"])),
    OpKind.PLAN_EXCHANGE: lambda w, c: _case(w, c, fee_paisa=c.of([0, 20])),
    OpKind.SETTLE_EXCHANGE: _settlement,
    OpKind.RESOLVE: _resolution,
    OpKind.SHOPIFY_ORDER: lambda w, c: w.reading(c.of(ORDERS), c),
    OpKind.SHOPIFY_OUTCOME: lambda w, c: _parcel(
        w, c, state=c.of(["confirmed", "failed"]), shopify_fulfillment_gid="gid://shopify/F/1"
    ),
    OpKind.STORE_CONTACT: lambda w, c: (
        _order(w, c)
        | {
            "contact": {"name": c.of(["Sana", None]), "city": c.of(["Lahore", None])},
            "imported_by": "saad",
        }
    ),
    OpKind.TIME_PASSED: _order,
}

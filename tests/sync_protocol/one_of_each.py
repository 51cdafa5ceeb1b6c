"""One op of every kind, and a shop in which each of them has something to act on."""

import msgspec

from sync_protocol.codes import Code
from sync_protocol.decide.book import Waiting
from sync_protocol.ids import DeviceId, Incarnation, OpId
from sync_protocol.reading import read_op
from tests.vectors.world import (
    AMNA,
    CONFIRMED,
    F1,
    KARACHI,
    KURTA,
    LAHORE,
    NEW_RUN,
    R1,
    RUN,
    SAAD,
    STORE,
    T0,
    World,
    came,
    create,
    dispatch,
    receive,
    store_fulfilled,
    swapped,
    units,
)

GOODS = {"lines": [{"variant_id": KURTA, "units": 1}]}
F2 = {"fulfillment_id": "f-2"}
CASE = {"order_id": "900", "exchange_id": "900.x1"}
# One op of every kind, all of them about Lahore: its order, its parcel f-1, its run with the rider Rafiq.
BODIES: dict[str, dict] = {
    "confirm": {"order_id": "900"},
    "call_attempt": {"order_id": "900", "outcome": "busy"},
    "edit_contact": {"order_id": "900", "name": "Ayesha"},
    "assign_branch": {"order_id": "900", "branch_id": LAHORE},
    "create_fulfillment": create("f-9", lines=units("74", 1), override_reason="agreed"),
    "edit_fulfillment": F2 | {"branch_id": KARACHI},
    "cancel_fulfillment": F2,
    "pack": F1,
    "unpack": F1,
    "set_tracking": F1 | {"courier": "tcs", "tracking_number": "9"},
    "dispatch": dispatch(number="9"),
    "undo_dispatch": F1,
    "attempt_failed": F1 | {"outcome": "other"},
    "deliver": F1 | {"cash_paisa": 5},
    "mark_lost": F1,
    "tracking_event": F1 | {"courier": "tcs", "said": "delivered", "event_at": 1},
    "initiate_return": R1,
    "resume_delivery": F1,
    "return_receive": receive(came("72", 1)),
    "inspect": {
        "branch_id": LAHORE,
        "lines": [{"variant_id": KURTA, "units": 1, "sellable": True}],
    },
    "write_off": {"branch_id": LAHORE} | GOODS,
    "manual_fulfillment": create("f-9"),
    "branch_sync": create("f-9"),
    "void_fulfillment": F1,
    "fix_branch_stock": {
        "order_id": "900",
        "targets": [{"order_line_id": "71", "branch_id": LAHORE, "units": 0}],
        "seen_rev": 1,
        "reason": "found",
    },
    "opening_stock": {"branch_id": LAHORE} | GOODS,
    "receive_stock": {"branch_id": LAHORE} | GOODS,
    "counter_sale": {"branch_id": LAHORE} | GOODS,
    "counter_return": {"branch_id": LAHORE} | GOODS,
    "transfer_send": {"transfer_id": "t-9", "branch_id": LAHORE, "to_branch_id": KARACHI} | GOODS,
    "transfer_receive": {
        "transfer_id": "t-1",
        "branch_id": LAHORE,
        "lines": [{"variant_id": KURTA, "received_units": 1}],
    },
    "count": {"branch_id": LAHORE, "lines": [{"variant_id": KURTA, "units": 1}]},
    "set_low_stock": {"branch_id": LAHORE, "lines": [{"variant_id": KURTA, "units": 1}]},
    "create_run": NEW_RUN | {"run_id": "run-9"},
    "load_parcel": RUN | F1,
    "unload_parcel": RUN | F1,
    "start_run": RUN,
    "end_run": RUN | {"declared_paisa": 5},
    "check_in_parcel": RUN | F1,
    "count_run_cash": RUN | {"counted_paisa": 0},
    "close_run": RUN,
    "reopen_run": RUN | {"reason": "late note"},
    "classify_exchange": CASE | {"change_kind": "quantity"},
    "plan_exchange": CASE | {"fee_paisa": 1},
    "settle_exchange": CASE | {"branch_id": LAHORE, "paisa": 50_000},
    "resolve": {"discrepancy_id": "odd.double_pack", "outcome": "same_parcel"},
    "replay": {"op_ids": ["w-1"]},
    "dismiss": {"op_ids": ["w-1"], "reason": "typed twice"},
    "shopify_order": store_fulfilled(at=T0 + 99),
    "shopify_outcome": F1 | {"state": "confirmed"},
    "store_contact": {
        "order_id": "900",
        "contact": {"name": "Sana Malik", "phone": "923001234567", "city": "Lahore"},
        "imported_by": "saad",
    },
    "time_passed": {"order_id": "900"},
    "server_finding": {"code": "history_hole", "branch_id": LAHORE, "detail": "7 to 9"},
}
TO_KARACHI = {
    "branch_id": KARACHI,
    "to_branch_id": LAHORE,
    "transfer_id": "t-1",
} | GOODS


def lahores_world() -> World:
    """An order with an open exchange, a promised parcel, one that Rafiq has, and a doubt about it."""
    world = World().steps(
        ("transfer_send", TO_KARACHI, SAAD),
        *CONFIRMED,
        ("create_fulfillment", create(lines=units("72", 1))),
        ("create_fulfillment", create("f-2", lines=units("72", 1))),
        ("shopify_order", swapped(), STORE),
        ("create_run", NEW_RUN),
        ("load_parcel", RUN | F1),
        ("start_run", RUN),
    )
    world.do("pack", F1, id="odd")
    world.book.waiting = {OpId("w-1"): parked_op("w-1", "pack", {"fulfillment_id": "f-404"})}
    return world


def parked_op(op_id: str, kind: str, body: dict, *, n: int = 1, **more) -> Waiting:
    """An op of Amna's that was parked, as it came."""
    raw = msgspec.json.encode({"id": op_id, "n": n, "kind": kind, "body": body} | more)
    return Waiting(
        raw=raw,
        read=read_op(raw),
        staff=AMNA,
        device_id=DeviceId("phone-1"),
        incarnation=Incarnation("k1"),
        place=(T0, n),
        code=Code.UNKNOWN_REFERENCE,
    )

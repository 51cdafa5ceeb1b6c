"""Webhook bodies about fulfillment orders: held, released, moved, split, worked on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from server.practice_store.commands import ShipLine
from server.practice_store.fulfillment import FulfillmentOrder
from server.practice_store.holds import FulfillmentHold, WorkChange
from server.practice_store.webhook_lines import Body

NOBODY: Body = {"id": None}


def work_change_body(topic: str, change: WorkChange) -> Body:
    """Return the body for a header topic."""
    return _BODIES[topic](change)


def _stand(work: FulfillmentOrder) -> Body:
    return {"id": work.id, "status": work.status.lower()}


def _hold(hold: FulfillmentHold | None) -> Body:
    assert hold is not None
    return {
        "id": hold.id,
        "reason": hold.reason.lower(),
        "reason_notes": hold.reason_notes,
        "held_by_requesting_app": hold.held_by_requesting_app,
        "handle": hold.handle,
        "held_by_app": dict(NOBODY),
    }


def _lines(lines: tuple[ShipLine, ...]) -> list[Body]:
    return [{"id": one.id, "quantity": one.quantity} for one in lines]


def _other(change: WorkChange) -> Body | None:
    return _stand(change.other) if change.other else None


def _placed_on_hold(change: WorkChange) -> Body:
    return {
        "fulfillment_order": {
            **_stand(change.work),
            "fulfillment_holds": [_hold(one) for one in change.work.fulfillment_holds],
        },
        "remaining_fulfillment_order": _other(change),
        "held_fulfillment_order_line_items": _lines(change.lines),
        "created_fulfillment_hold": _hold(change.hold),
    }


def _of_hold(change: WorkChange) -> Body:
    return {
        "fulfillment_order": {"id": change.work.id},
        "fulfillment_hold": _hold(change.hold),
    }


def _hold_released(change: WorkChange) -> Body:
    return {"fulfillment_order": _stand(change.work)}


def _moved(change: WorkChange) -> Body:
    assert change.other is not None
    assert change.source is not None
    return {
        "original_fulfillment_order": {
            **_stand(change.work),
            "assigned_location_id": change.work.location.id,
        },
        "moved_fulfillment_order": {
            **_stand(change.other),
            "assigned_location_id": change.other.location.id,
        },
        "destination_location_id": change.other.location.id,
        "fulfillment_order_line_items_requested": _lines(change.lines),
        "source_location": {"id": change.source.id},
    }


def _split(change: WorkChange) -> Body:
    return {
        "split_line_items": _lines(change.lines),
        "fulfillment_order": _stand(change.work),
        "remaining_fulfillment_order": _other(change),
        "replacement_fulfillment_order": None,
    }


def _progress_reported(change: WorkChange) -> Body:
    return {
        "fulfillment_order": _stand(change.work),
        "progress_report": {
            "reason_notes": change.notes,
            "progress_reported_by_app": dict(NOBODY),
            "progress_reported_by_user": dict(NOBODY),
        },
        "initial_status": change.status_before.lower(),
    }


def _progress_stopped(change: WorkChange) -> Body:
    return {
        "fulfillment_order": _stand(change.work),
        "progress_stopped_by_app": dict(NOBODY),
        "progress_stopped_by_user": dict(NOBODY),
    }


def _cancelled(change: WorkChange) -> Body:
    return {
        "fulfillment_order": {**_stand(change.work), "status": "cancelled"},
        "replacement_fulfillment_order": _other(change),
    }


_BODIES: Mapping[str, Callable[[WorkChange], Body]] = {
    "fulfillment_orders/placed_on_hold": _placed_on_hold,
    "fulfillment_orders/hold_released": _hold_released,
    "fulfillment_orders/moved": _moved,
    "fulfillment_orders/split": _split,
    "fulfillment_orders/progress_reported": _progress_reported,
    "fulfillment_orders/manually_reported_progress_stopped": _progress_stopped,
    "fulfillment_orders/cancelled": _cancelled,
    "fulfillment_holds/added": _of_hold,
    "fulfillment_holds/released": _of_hold,
}

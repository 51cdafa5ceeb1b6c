"""Webhook bodies about what happens to an order after it was placed: edits."""

from __future__ import annotations

from server.practice_store.edits import CommittedEdit
from server.practice_store.timestamps import webhook_time

Body = dict[str, object]


def edit_body(edit: CommittedEdit) -> Body:
    """Return a committed edit as `orders/edited` sends it: units by line, and nothing of what they are."""
    nothing: Body = {"additions": [], "removals": []}
    return {
        "order_edit": {
            "id": edit.number,
            "app_id": None,
            "created_at": webhook_time(edit.begun_at),
            "committed_at": webhook_time(edit.committed_at),
            "notify_customer": edit.notify_customer,
            "order_id": edit.order.number,
            "staff_note": edit.staff_note or "",
            "user_id": None,
            "line_items": {
                "additions": [
                    {"id": line.number, "delta": units} for line, units in edit.additions
                ],
                "removals": [{"id": line.number, "delta": units} for line, units in edit.removals],
            },
            "discounts": {"line_item": nothing},
            "shipping_lines": nothing,
        }
    }

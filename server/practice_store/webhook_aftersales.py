"""Webhook bodies about what happens to an order after it was placed: edits, returns, refunds, payments.

They are as thin as Shopify's own samples: a return's lines are not told (though they are counted), nor anything at all of
a return that was processed. Whoever hears must ask.
"""

from __future__ import annotations

from server.practice_store.edits import CommittedEdit
from server.practice_store.money import ZERO, rest_amount
from server.practice_store.order_lines import Transaction
from server.practice_store.refunds import Refund, RefundLineItem
from server.practice_store.returns import Disposal, Return, ReturnChange
from server.practice_store.timestamps import webhook_time
from server.practice_store.webhook_lines import Body, line_body

Aftersale = CommittedEdit | Return | ReturnChange | Disposal | Refund | Transaction
# These tell where a return belongs, no more.
SHORT = frozenset({"returns/cancel", "returns/close", "returns/reopen"})


def aftersales_body(topic: str, subject: Aftersale) -> Body:
    """Return the body for a header topic."""
    match subject:
        case CommittedEdit():
            return edit_body(subject)
        case Return():
            return return_told(topic, subject)
        case ReturnChange():
            return return_change_body(subject)
        case Disposal():
            return disposal_body(subject)
        case Refund():
            return refund_body(subject)
        case Transaction():
            return transaction_body(subject)


def edit_body(edit: CommittedEdit) -> Body:
    """Return a committed edit: units by line, and nothing of what they are."""
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


def return_told(topic: str, told: Return) -> Body:
    """Return a return as the topic tells it."""
    if topic == "returns/process":
        return {}
    if topic in SHORT:
        return {
            "id": told.number,
            "admin_graphql_api_id": told.id,
            "order_id": told.order.number,
            "status": told.status.lower(),
        }
    if told.decline is not None:
        return {
            **_return_identity(told),
            "decline": {"reason": told.decline.reason.lower(), "note": told.decline.note},
        }
    return return_body(told)


def return_body(told: Return) -> Body:
    """Return a return as asking for it or opening it tells of it."""
    return {
        **_return_identity(told),
        "total_return_line_items": len(told.return_line_items),
        "name": told.name,
        "return_line_items": [],
        "return_shipping_fees": [],
        "exchange_line_items": [
            {"id": one.number, "admin_graphql_api_id": one.id, "line_item": None}
            for one in told.exchange_line_items
        ],
        "total_exchange_line_items": len(told.exchange_line_items),
    }


def return_change_body(change: ReturnChange) -> Body:
    """Return what was taken out of a return."""
    unchanged: Body = {"updates": [], "removals": []}
    return {
        "admin_graphql_api_id": change.of_return.id,
        "return_line_items": {
            "removals": [
                {"admin_graphql_api_id": line.id, "delta": units} for line, units in change.removals
            ]
        },
        "restocking_fees": unchanged,
        "return_shipping_fees": unchanged,
    }


def disposal_body(disposal: Disposal) -> Body:
    """Return what was done with goods."""
    return {
        "id": disposal.reverse_order.number,
        "admin_graphql_api_id": disposal.reverse_order.id,
        "dispositions": [
            {
                "reverse_fulfillment_order_line_item": {
                    "id": part.number,
                    "admin_graphql_api_id": part.id,
                },
                "reverse_delivery_line_item": None,
                "type": made.type.lower(),
                "location": {
                    "id": made.location.number,
                    "admin_graphql_api_id": made.location.id,
                }
                if made.location
                else None,
                "quantity": made.quantity,
            }
            for part, made in disposal.made
        ],
        "total_dispositions": len(disposal.made),
    }


def refund_body(refund: Refund) -> Body:
    """Return a refund with its lines and transactions."""
    return {
        "id": refund.number,
        "order_id": refund.order.number,
        "created_at": webhook_time(refund.created_at),
        "note": refund.note,
        "user_id": None,
        "processed_at": webhook_time(refund.created_at),
        "duties": [],
        "total_duties_set": refund.order.bag(ZERO).rest(),
        "return": {"id": refund.of_return.number, "admin_graphql_api_id": refund.of_return.id}
        if refund.of_return
        else None,
        "refund_shipping_lines": [],
        "restock": any(one.restocked for one in refund.refund_line_items),
        "admin_graphql_api_id": refund.id,
        "order_adjustments": [],
        "refund_line_items": [_refund_line(one) for one in refund.refund_line_items],
        "transactions": [_transaction(one) for one in refund.transactions],
    }


def transaction_body(told: Transaction) -> Body:
    """Return a payment, or money given back, as `order_transactions/create` sends it."""
    card = (
        "credit_card_bin avs_result_code cvv_result_code credit_card_number credit_card_company"
        " buyer_action_info credit_card_name credit_card_wallet credit_card_expiration_month"
        " credit_card_expiration_year"
    )
    details: Body = {**dict.fromkeys(card.split()), "payment_method_name": told.gateway}
    return {**_transaction(told), "payment_details": details}


def _return_identity(told: Return) -> Body:
    return {
        "id": told.number,
        "admin_graphql_api_id": told.id,
        "status": told.status.lower(),
        "order": {"id": told.order.number, "admin_graphql_api_id": told.order.id},
    }


def _refund_line(part: RefundLineItem) -> Body:
    order = part.line_item.order
    return {
        "id": part.number,
        "quantity": part.quantity,
        "line_item_id": part.line_item.number,
        "location_id": part.location.number if part.location else None,
        "restock_type": part.restock_type.lower(),
        # A number here, and the only amount that is one.
        "subtotal": float(part.subtotal),
        "total_tax": 0,
        "subtotal_set": order.bag(part.subtotal).rest(),
        "total_tax_set": order.bag(ZERO).rest(),
        "line_item": line_body(part.line_item),
    }


def _transaction(told: Transaction) -> Body:
    nothing = {"amount": "0.0", "currency": told.currency}
    return {
        "id": told.number,
        "order_id": told.order_number,
        "kind": told.kind.lower(),
        "gateway": told.gateway,
        "status": told.status.lower(),
        "message": None,
        "created_at": webhook_time(told.processed_at),
        "test": told.test,
        "authorization": None,
        "location_id": None,
        "user_id": None,
        "parent_id": told.parent_transaction.number if told.parent_transaction else None,
        "processed_at": webhook_time(told.processed_at),
        "device_id": None,
        "error_code": None,
        "source_name": "web",
        "receipt": {},
        "amount": rest_amount(told.amount),
        "currency": told.currency,
        "payment_id": f"{told.order_number}.{told.number}",
        "total_unsettled_set": {"presentment_money": nothing, "shop_money": dict(nothing)},
        "manual_payment_gateway": told.manual_payment_gateway,
        "amount_rounding": None,
        "admin_graphql_api_id": told.id,
    }

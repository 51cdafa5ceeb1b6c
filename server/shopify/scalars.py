"""The store's single values in our words: ids, amounts, times."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

from server.shopify.answers import ShopMoney
from server.shopify.failures import BadAnswer
from sync_protocol.ids import OrderId
from sync_protocol.limits import INTEGER_MAX, MONEY_PAISA_MAX


def numeric_id(gid: str) -> str:
    """Return the number at the end of a gid (`gid://shopify/Order/123?x=1`), as text.

    Raises:
        BadAnswer: the gid ends in no number.
    """
    tail = gid.rpartition("/")[2].partition("?")[0]
    if not (tail.isascii() and tail.isdigit()):
        raise BadAnswer(f"no number at the end of {gid!r}")
    return tail


def order_gid(order_id: OrderId) -> str:
    """Return the store's name for an order of ours."""
    return f"gid://shopify/Order/{order_id}"


def variant_gid(variant_id: str) -> str:
    """Return the store's name for a variant of ours."""
    return f"gid://shopify/ProductVariant/{variant_id}"


def paisa(money: ShopMoney | None) -> int:
    """Return an amount ("1909.9") in paisa, at least 0; a missing one is 0.

    Raises:
        BadAnswer: the amount is no number.
    """
    return max(0, signed_paisa(money))


def signed_paisa(money: ShopMoney | None) -> int:
    """Return an amount in paisa with its sign; a missing one is 0.

    Raises:
        BadAnswer: the amount is no number.
    """
    if money is None or money.shop_money is None:
        return 0
    try:
        amount = int((Decimal(money.shop_money.amount) * 100).to_integral_value())
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise BadAnswer(f"no amount: {money.shop_money.amount!r}") from error
    return max(-MONEY_PAISA_MAX, min(amount, MONEY_PAISA_MAX))


def epoch_ms(text: str | None) -> int | None:
    """Return an ISO 8601 time as epoch milliseconds.

    Raises:
        BadAnswer: the text is no time.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadAnswer(f"no time: {text!r}") from error
    return max(0, min(int(moment.timestamp() * 1000), INTEGER_MAX))

"""Amounts: Decimal inside, and the two ways Shopify writes them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


def graphql_amount(amount: Decimal) -> str:
    """Return GraphQL's form: at least one decimal and no more than needed ("10.0", "1909.9")."""
    text = f"{amount.normalize():f}"
    return text if "." in text else f"{text}.0"


def rest_amount(amount: Decimal) -> str:
    """Return the form of webhooks and REST: always two decimals ("10.00")."""
    return f"{amount:.2f}"


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyV2:
    """An amount with its currency."""

    amount: Decimal
    currency_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyBag:
    """The same amount in the store's and the customer's currency; this store sells in one currency only."""

    shop_money: MoneyV2
    presentment_money: MoneyV2

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> MoneyBag:
        """Return a bag of one currency."""
        money = MoneyV2(amount=amount, currency_code=currency)
        return cls(shop_money=money, presentment_money=money)

    def rest(self) -> dict[str, dict[str, str]]:
        """Return the `…_set` form of webhooks."""
        one = {
            "amount": rest_amount(self.shop_money.amount),
            "currency_code": self.shop_money.currency_code,
        }
        return {"shop_money": one, "presentment_money": dict(one)}

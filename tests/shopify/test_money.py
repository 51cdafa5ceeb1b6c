"""Amounts become integer paisa exactly: a float would lose one in many of them."""

import pytest

from server.shopify.answers import Money, ShopMoney
from server.shopify.failures import BadAnswer
from server.shopify.scalars import paisa
from sync_protocol.limits import MONEY_PAISA_MAX


def told(amount: str) -> int:
    return paisa(ShopMoney(shop_money=Money(amount=amount, currency_code="PKR")))


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("10.0", 1_000),
        ("10.00", 1_000),
        ("0.29", 29),
        ("1.15", 115),
        ("1909.9", 190_990),
        ("16.35", 1_635),
        ("4.35", 435),
        ("0", 0),
        ("-5.00", 0),
        ("1e3", 100_000),
    ],
)
def test_an_amount_is_taken_over_to_the_paisa(amount, expected):
    assert told(amount) == expected


def test_every_hundredth_of_a_rupee_is_exact():
    assert all(told(f"{n // 100}.{n % 100:02}") == n for n in range(100_000))


@pytest.mark.parametrize("amount", ["", "ten", "1,000.00", "NaN", "Infinity"])
def test_what_is_no_amount_is_refused_by_name(amount):
    with pytest.raises(BadAnswer):
        told(amount)


def test_an_amount_beyond_all_bounds_is_cut_at_the_bound():
    assert told("9" * 30) == MONEY_PAISA_MAX


def test_a_missing_amount_is_nothing():
    assert paisa(None) == paisa(ShopMoney()) == 0

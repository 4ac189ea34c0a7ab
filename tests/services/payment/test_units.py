"""Stripe's integers for our money, by Stripe's own examples."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import ProviderRejected
from app.kernel.money import Money
from app.services.payment import units

PAIRS = [
    ("EUR", 1999, 1999), ("USD", 50, 50), ("JPY", 1999, 1999), ("KRW", 5000, 5000),
    ("KWD", 12350, 12350), ("BHD", 10, 10), ("ISK", 2990, 299000), ("UGX", 5, 500),
    ("MGA", 50000, 500), ("HUF", 1050, 1050), ("TWD", 1050, 1050), ("EUR", 0, 0),
]


@pytest.mark.parametrize(("currency", "ours", "theirs"), PAIRS)
def test_an_amount_goes_there_and_comes_back(currency: str, ours: int, theirs: int) -> None:
    assert units.to_stripe(Money(ours, currency)) == theirs
    assert units.from_stripe(theirs, currency.lower()) == Money(ours, currency)


@pytest.mark.parametrize("money", [Money(12346, "KWD"), Money(1, "TND"), Money(50050, "MGA")])
def test_what_stripe_cannot_express_is_refused_not_rounded(money: Money) -> None:
    with pytest.raises(ProviderRejected) as refused:
        units.to_stripe(money)
    assert refused.value.params["reason"] == "amount_not_representable"


def test_a_fraction_is_refused_as_money_and_rounded_as_fee() -> None:
    with pytest.raises(ProviderRejected):
        units.from_stripe(1250, "isk")
    assert units.fee_from_stripe(1250, "isk") == Money(13, "ISK")


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(ProviderRejected):
        units.from_stripe(100, "usdc")


@pytest.mark.parametrize(
    ("major", "currency", "amount"),
    [("19.99", "EUR", 1999), ("1999", "JPY", 1999), ("12.346", "KWD", 12350),
     ("2990", "ISK", 299000), ("4980", "JPY", 4980), ("12.345", "KWD", 12350),
     ("0.005", "USD", 1)],
)
def test_a_price_in_major_units_is_rounded_half_up(major: str, currency: str,
                                                   amount: int) -> None:
    assert units.stripe_amount(Decimal(major), currency) == amount


def test_steps_tell_the_quote_what_can_be_charged() -> None:
    steps = {code: units.charge_step(code) for code in ("EUR", "JPY", "KWD", "ISK", "MGA", "UGX")}
    assert steps == {"EUR": 1, "JPY": 1, "KWD": 10, "ISK": 1, "MGA": 100, "UGX": 1}


@given(st.integers(0, 10**9), st.sampled_from(sorted(units.PRESENTMENT)))
def test_every_amount_on_the_step_survives_the_round_trip(count: int, currency: str) -> None:
    money = Money(count * units.charge_step(currency), currency)
    assert units.from_stripe(units.to_stripe(money), currency) == money
    assert units.stripe_amount(money.major, currency) == units.to_stripe(money)

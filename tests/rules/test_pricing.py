"""Prices in another currency: the order of steps, and what always holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.fx import Rate
from app.kernel.money import Money
from app.rules.pricing import Ending, fx_price, has_moved, with_ending, without_tax
from app.rules.rate_book import CurrencyRow
from app.services.prices.conversion import convert_price


def rate(quote: str, value: str, base: str = "EUR") -> Rate:
    return Rate(base, quote, Decimal(value), "ecb", date(2026, 10, 30))


@pytest.mark.parametrize(
    ("base", "to", "value", "margin", "ending", "before", "amount"),
    [
        (2499, "USD", "1.1172", "0", None, 2792, 2792),
        (2499, "USD", "1.1172", "0", Ending(100, 99, "up"), 2792, 2799),
        (2499, "USD", "1.1172", "0", Ending(100, 99, "down"), 2792, 2699),
        (3450, "GBP", "0.8338", "0", Ending(100, 95), 2877, 2895),
        (8900, "JPY", "163.25", "2", Ending(10), 14820, 14820),
        (8900, "KWD", "0.3541", "2", Ending(250), 32145, 32250),
        (10, "JPY", "163.25", "0", Ending(100), 16, 100),
        (40, "USD", "1", "0", Ending(100, 99, "down"), 40, 99),
        (0, "USD", "1.1", "2", Ending(100, 99), 0, 0),
    ],
)
def test_a_price_is_converted_then_rounded_then_given_its_ending(
    base: int, to: str, value: str, margin: str, ending: Ending | None, before: int, amount: int
) -> None:
    found = fx_price(Money(base, "EUR"), rate(to, value), Decimal(margin), ending)

    assert (found.before_rounding, found.amount) == (Money(before, to), Money(amount, to))


def test_the_derivation_says_how_it_came_about() -> None:
    policy = CurrencyRow("USD", 100, 99, "nearest", Decimal(2))

    amount, derivation = convert_price(Money(8900, "EUR"), rate("USD", "1.1"), policy)

    assert amount == Money(9999, "USD")
    assert derivation == {
        "base_minor": 8900, "base_currency": "EUR", "rate": "1.1", "rate_source": "ecb",
        "rate_date": "2026-10-30", "margin": "2", "step": 100, "ending": 99,
        "direction": "nearest", "before_rounding": 9986,
    }


def test_a_policy_of_another_currency_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot round"):
        convert_price(Money(1, "EUR"), rate("USD", "1.1"), CurrencyRow("GBP"))


def test_tax_is_taken_out_once() -> None:
    assert without_tax(Money(8900, "EUR"), Decimal("0.23")) == Money(7236, "EUR")


@pytest.mark.parametrize(
    ("new", "moved"), [(1000, False), (1019, False), (1020, True), (980, True), (981, False)]
)
def test_a_move_counts_from_its_threshold_on(new: int, moved: bool) -> None:
    assert has_moved(Money(1000, "EUR"), Money(new, "EUR"), Decimal(2)) is moved


def test_no_move_is_no_move_even_without_a_threshold() -> None:
    assert not has_moved(Money(1000, "EUR"), Money(1000, "EUR"), Decimal(0))


steps = st.integers(1, 10_000)
directions = st.sampled_from(["up", "down", "nearest"])


@given(st.integers(1, 10**9), steps, st.integers(0, 9_999), directions)
def test_a_price_above_zero_stays_above_zero_and_on_its_ladder(
    minor: int, step: int, offset: int, direction: str
) -> None:
    ending = Ending(step, offset % step, direction)

    found = with_ending(Money(minor, "USD"), ending).minor

    assert found > 0
    assert (found - ending.offset) % step == 0
    first = ending.offset or step
    if direction == "up":
        assert minor <= found < max(minor + step, first + 1)
    elif direction == "down":
        assert found <= max(minor, first)
    else:
        assert abs(found - minor) * 2 <= step or found == first


@given(st.integers(0, 10**9), st.decimals("0.0001", "20000", places=6))
def test_the_rate_is_rounded_nowhere_but_at_the_minor_unit(minor: int, value: Decimal) -> None:
    found = fx_price(Money(minor, "EUR"), rate("USD", str(value)))

    assert abs(Decimal(found.amount.minor) - minor * value) <= Decimal("0.5")

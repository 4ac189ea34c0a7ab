"""Unit prices and prior prices, as the shelf must show them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.money import CurrencyMismatch, Money
from app.rules.prior_price import prior_price, reduction_percent
from app.rules.unit_price import unit_price


@pytest.mark.parametrize(
    ("minor", "quantity", "unit", "shown", "per"),
    [
        (1290, "750", "ml", 1720, "l"),
        (349, "250", "g", 1396, "kg"),
        (519, "400", "g", 1298, "kg"),  # 1297.5 goes up
        (999, "1", "kg", 999, "kg"),
        (1200, "2.5", "m", 480, "m"),
        (600, "6", "piece", 100, "piece"),
        (100, "33", "cl", 303, "l"),
    ],
)
def test_unit_price(minor: int, quantity: str, unit: str, shown: int, per: str) -> None:
    price = unit_price(Money(minor, "EUR"), Decimal(quantity), unit)
    assert (price.amount, price.per) == (Money(shown, "EUR"), per)


@pytest.mark.parametrize(("quantity", "unit"), [("0", "g"), ("-1", "g"), ("1", "stone")])
def test_a_unit_price_needs_a_measure(quantity: str, unit: str) -> None:
    with pytest.raises(ValueError, match="unit"):
        unit_price(Money(100, "EUR"), Decimal(quantity), unit)


REDUCED = date(2026, 11, 27)  # the window opens on 28 October


@pytest.mark.parametrize(
    ("history", "new", "prior", "percent"),
    [
        pytest.param(
            [("2026-01-01", 9990), ("2026-10-30", 8490), ("2026-11-06", 9990)], 7990, 8490, 5,
            id="the lowest, not the last",
        ),
        pytest.param(
            [("2026-01-01", 9990), ("2026-09-01", 6990), ("2026-10-20", 9990)], 7990, 9990, 20,
            id="older than the window",
        ),
        pytest.param(
            [("2026-01-01", 12000), ("2026-11-07", 9900), ("2026-11-14", 12000)], 9500, 9900, 4,
            id="a short sale three weeks ago",
        ),
        pytest.param(
            [("2026-01-01", 5000), ("2026-10-28", 6000)], 5500, 6000, 8, id="ends as it opens"
        ),
        pytest.param(
            [("2026-01-01", 5000), ("2026-10-29", 6000)], 5500, 5000, 0, id="held its first day"
        ),
        pytest.param([("2026-11-20", 5000)], 4000, 5000, 20, id="new on the shelf"),
        pytest.param([("2026-11-20", 3000), ("2026-11-27", 1)], 4000, 3000, 0, id="no reduction"),
    ],
)
def test_prior_price(
    history: list[tuple[str, int]], new: int, prior: int, percent: int
) -> None:
    rows = [(date.fromisoformat(day), Money(minor, "EUR")) for day, minor in history]
    found = prior_price(rows, REDUCED)
    assert found == Money(prior, "EUR")
    assert reduction_percent(found, Money(new, "EUR")) == percent


def test_without_a_price_before_there_is_no_prior_price() -> None:
    assert prior_price([], REDUCED) is None
    assert prior_price([(REDUCED, Money(100, "EUR"))], REDUCED) is None


def test_moments_work_like_days() -> None:
    start = datetime(2026, 11, 27, 8, tzinfo=UTC)
    rows = [
        (start - timedelta(days=90), Money(900, "EUR")),
        (start - timedelta(days=30), Money(1000, "EUR")),
    ]
    assert prior_price(rows, start) == Money(1000, "EUR")
    assert prior_price(rows, start - timedelta(seconds=1)) == Money(900, "EUR")


def test_a_percentage_needs_one_currency() -> None:
    with pytest.raises(CurrencyMismatch):
        reduction_percent(Money(100, "EUR"), Money(90, "USD"))


@given(st.lists(st.tuples(st.integers(0, 120), st.integers(1, 10**6)), min_size=1))
def test_the_prior_price_is_one_that_was_asked(past: list[tuple[int, int]]) -> None:
    rows = [(REDUCED - timedelta(days=ago), Money(minor, "EUR")) for ago, minor in past]
    found = prior_price(rows, REDUCED)
    asked = [price for day, price in rows if day < REDUCED]
    assert found in asked if asked else found is None
    recent = [price for day, price in rows if REDUCED - timedelta(days=30) <= day < REDUCED]
    assert found is None or all(found <= price for price in recent)

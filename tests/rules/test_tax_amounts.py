"""Rounding of tax: modes, directions, components, signs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.money import Money
from app.rules.tax_amounts import DIRECTIONS, MODES, net_of, tax_of

FIVE = [10_000] * 5


def asked(minors: list[int], rates: list[str], mode: str, *, included: bool,
          direction: str = "half_up", currency: str = "EUR") -> tuple[int, int, int, list[int]]:
    """Net, tax, what of it was inside, parts."""
    sums, parts = tax_of([Money(minor, currency) for minor in minors], list(map(Decimal, rates)),
                         included=included, mode=mode, currency=currency, direction=direction)
    return sums.net.minor, sums.tax.minor, sums.included.minor, [part.minor for part in parts]


@pytest.mark.parametrize(
    ("minors", "rate", "mode", "net", "tax"),
    [
        (FIVE, "19", "line", 42015, 7985), (FIVE, "19", "sum_by_net", 42015, 7983),
        (FIVE, "19", "sum_by_net_keep_gross", 42017, 7983), (FIVE, "19", "per_rate", 42017, 7983),
        ([4999], "21", "per_rate", 4131, 868), ([5990], "20", "per_rate", 4992, 998),
        ([299], "4", "per_rate", 288, 11), ([0], "19", "per_rate", 0, 0),
    ],
)
def test_tax_inside(minors: list[int], rate: str, mode: str, net: int, tax: int) -> None:
    assert asked(minors, [rate], mode, included=True)[:2] == (net, tax)


@pytest.mark.parametrize(
    ("minors", "rates", "parts"),
    [([5000], ["5", "9.975"], [250, 499]), ([6499], ["8.25"], [536]), ([10_000], ["13"], [1300])],
)
def test_tax_on_top(minors: list[int], rates: list[str], parts: list[int]) -> None:
    assert asked(minors, rates, "per_rate", included=False)[3] == parts


def test_lines_on_top_are_rounded_one_by_one() -> None:
    assert asked([5, 5, 5], ["10"], "line", included=False)[1] == 3
    assert asked([5, 5, 5], ["10"], "per_rate", included=False)[1] == 2


@pytest.mark.parametrize(
    ("direction", "tax"), [("half_up", 75), ("down", 74), ("up", 75), ("half_even", 74)]
)
def test_directions(direction: str, tax: int) -> None:
    assert asked([745], ["10"], "per_rate", included=False, direction=direction)[1] == tax


def test_a_tax_inside_rounds_in_the_same_direction() -> None:
    down = asked([1000], ["10"], "per_rate", included=True, direction="down")
    up = asked([1000], ["10"], "per_rate", included=True, direction="up")
    assert (down[1], up[1]) == (90, 91)  # 90.909…


def test_a_refund_mirrors_the_sign() -> None:
    assert asked([-4999], ["21"], "per_rate", included=True)[:2] == (-4131, -868)


@pytest.mark.parametrize(("mode", "direction"), [("none", "half_up"), ("line", "sideways")])
def test_unknown_ways_are_refused(mode: str, direction: str) -> None:
    with pytest.raises(ValueError, match="cannot be rounded"):
        asked([1], ["1"], mode, included=True, direction=direction)


minors = st.lists(st.integers(0, 10**9), max_size=12)
rates = st.lists(st.decimals(0, 60, places=3), min_size=1, max_size=3).map(
    lambda found: list(map(str, found)))


@given(minors, rates, st.sampled_from(sorted(MODES)), st.booleans(),
       st.sampled_from(sorted(DIRECTIONS)), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_parts_add_up(
    found: list[int], percents: list[str], mode: str, included: bool, direction: str,
    currency: str,
) -> None:
    net, tax, inside, parts = asked(found, percents, mode, included=included,
                                    direction=direction, currency=currency)
    assert sum(parts) == tax
    gross = sum(found) + tax - inside
    assert net + tax == gross
    if mode != "sum_by_net":
        assert inside in (0, tax)


@given(st.integers(-10**9, 10**9), st.decimals(0, 1, places=4))
def test_a_net_is_within_half_a_unit(minor: int, rate: Decimal) -> None:
    net = net_of(Money(minor, "EUR"), rate).minor
    assert abs(net * (1 + rate) - minor) <= (1 + rate) / 2

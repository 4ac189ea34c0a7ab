"""One order from two warehouses: the tax of a rate is rounded once, and the parts add up."""

from __future__ import annotations

import pytest

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.facts import MarketFacts
from app.rules.result import Quote
from tests.rules.asked import ask, line, seller

TOKYO = Destination("JP", "13", "1000001")


def japanese(first: int, second: int, market: MarketFacts) -> Quote:
    """Two pieces from two warehouses in Japan."""
    return ask(TOKYO, line(first, "JPY", line="1", warehouse="W"),
               line(second, "JPY", line="2", sku="B", warehouse="V"), ship_from="JP",
               seller=seller("JP", "JP"), market=market)


@pytest.mark.parametrize(
    ("amounts", "direction", "tax", "parts"),
    [
        # 10 % of 105 + 104 = 20.9; by parcels 10.5 + 10.4
        ((105, 104), "half_up", 21, (11, 10)), ((105, 105), "half_up", 21, (10, 11)),
        ((105, 104), "down", 20, (10, 10)), ((109, 109), "down", 21, (11, 10)),
    ],
)
def test_tax_on_top_is_rounded_once(
    amounts: tuple[int, int], direction: str, tax: int, parts: tuple[int, int],
) -> None:
    found = japanese(*amounts, MarketFacts("jp", tax_included=False, direction=direction))
    given = [one.charged_taxes[0].tax.minor for one in found.consignments]
    assert found.tax == Money(tax, "JPY")
    assert (sum(given), sorted(given)) == (tax, sorted(parts))
    assert found.total == Money(sum(amounts) + tax, "JPY")
    assert Money.total((row.tax for row in found.taxes), "JPY") == found.tax


def test_tax_inside_is_rounded_once_and_the_price_stays() -> None:
    # each: 104 / 1.1 = 94.545, net 95, tax 9; together 208 / 1.1 = 189.09, net 189, tax 19
    found = japanese(104, 104, MarketFacts("jp", tax_included=True))
    assert (found.tax.minor, found.tax_included.minor, found.total.minor) == (19, 19, 208)
    assert sum(row.net.minor for row in found.taxes) == 189
    charged = [one.charged_included for one in found.consignments]
    assert sorted(one.minor for one in charged if one) == [9, 10]


def test_a_market_that_rounds_lines_is_left_alone() -> None:
    found = japanese(105, 105, MarketFacts("jp", tax_included=False, rounding="line"))
    assert found.tax == Money(22, "JPY")

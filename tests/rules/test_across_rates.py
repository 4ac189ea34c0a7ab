"""Prices of a market where another rate than the one at home is charged, by hand from §1.5, 1.6."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.kernel.address import Destination
from app.rules.facts import MarketFacts
from app.rules.rate_book import CurrencyRow
from tests.rules.asked import ask, company, law, line

NET = MarketFacts("m", True, price_across_rates="keep_net", price_for_export="strip")


@pytest.mark.parametrize(
    ("market", "to", "goods", "tax", "total"),
    [
        (MarketFacts("m", True), "SE", 23800, 4760, 23800),
        (NET, "SE", 25000, 5000, 25000),
        (NET, "DE", 23800, 3800, 23800),
        (NET, "LU", 23400, 3400, 23400),
        (MarketFacts("m", True), "US", 23800, 0, 23800),
        (NET, "US", 20000, 0, 20000),
        (replace(NET, price_for_export="keep"), "US", 23800, 0, 23800),
        (replace(NET, price_across_rates="keep_gross"), "SE", 23800, 4760, 23800),
    ],
)
def test_prices_to_other_places(
    market: MarketFacts, to: str, goods: int, tax: int, total: int
) -> None:
    found = ask(Destination(to, "NY" if to == "US" else ""), line(23800), market=market,
                incoterm="DAP")
    assert (found.goods.minor, found.tax.minor, found.total.minor) == (goods, tax, total)
    assert found.lines[0].unit_price.minor == goods
    assert found.tax_included == found.tax


def test_the_price_ending_comes_after_the_rate() -> None:
    book = replace(law(), currencies={"EUR": CurrencyRow("EUR", price_step=100, ending=99)})
    found = ask(Destination("SE"), line(23800), market=NET, book=book)
    assert (found.goods.minor, found.tax.minor) == (24999, 5000)


def test_the_limit_is_met_by_the_price_that_is_charged() -> None:
    """GBP 160.65 with 19 % is 135.00 net, within the limit of the United Kingdom."""
    found = ask(Destination("GB", postal_code="SW1A 1AA"), line(16065, "GBP"), market=NET)
    assert found.consignments[0].treatment == "UK_LOW_VALUE_POS"
    assert (found.goods.minor, found.tax.minor) == (16200, 2700)


def test_a_business_pays_by_the_rule_for_businesses() -> None:
    found = ask(Destination("FR"), line(23800), market=NET, customer=company("FR40303265045"))
    assert (found.tax.minor, found.total.minor) == (0, 23800)


def test_the_reason_names_both_rates() -> None:
    found = ask(Destination("SE"), line(23800), market=NET)
    why = next(why for why in found.why if why.figure == "price:TEE")
    assert (why.rule, why.params["home_tax"], why.rate) == ("price_across_rates", "19 %", "25 %")

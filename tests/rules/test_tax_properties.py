"""What holds for every tax, in currencies of no, two and three decimals."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.address import Destination
from app.rules.facts import LineFacts, MarketFacts, QuoteFacts
from app.rules.quote import as_dict, quote
from app.rules.rate_book import RateBook
from app.rules.tax_amounts import DIRECTIONS, MODES
from app.services.rates.shipped import shipped_book
from app.services.scenarios.solve import solve
from tests.rules.asked import ask, law, line, seller
from tests.rules.test_quote_properties import questions

CURRENCIES = st.sampled_from(["JPY", "EUR", "KWD"])
WITHIN = st.sampled_from(["DE", "FR", "IE", "FI", "HU", "LU", "SE"])
CATEGORIES = st.sampled_from(["standard", "food", "books", "children_clothes", "medicine_otc"])
EXCL, INCL = MarketFacts("m", tax_included=False), MarketFacts("m", tax_included=True)
GENERATED = 10_000


@given(st.integers(0, 10_000_000), CURRENCIES, WITHIN, CATEGORIES)
@settings(max_examples=400, deadline=None)
def test_a_net_price_made_gross_holds_that_net_price(
    minor: int, currency: str, country: str, category: str
) -> None:
    place = Destination(country)
    there = ask(place, line(minor, currency, tax_category=category), market=EXCL)
    back = ask(place, line(there.total.minor, currency, tax_category=category), market=INCL)
    assert back.total == there.total
    assert back.tax == there.tax
    assert back.total - back.tax == there.goods


@given(
    st.lists(st.tuples(st.integers(0, 500_000), st.integers(1, 9), CATEGORIES), min_size=1,
             max_size=5),
    CURRENCIES, WITHIN, st.sampled_from(sorted(MODES)), st.sampled_from(sorted(DIRECTIONS)),
    st.booleans(), st.integers(0, 9_000), st.sampled_from(["follows", "highest"]),
)
@settings(max_examples=400, deadline=None)
def test_bases_and_taxes_make_the_total(
    cart: list[tuple[int, int, str]], currency: str, country: str, mode: str, direction: str,
    included: bool, shipping: int, shipping_tax: str,
) -> None:
    market = MarketFacts("m", included, mode, direction=direction, shipping_tax=shipping_tax)
    lines = [line(minor, currency, line=str(i), sku=f"S{i}", quantity=count, tax_category=category)
             for i, (minor, count, category) in enumerate(cart)]
    found = ask(Destination(country), *lines, market=market, shipping=shipping)
    assert sum(tax.net.minor + tax.tax.minor for tax in found.taxes) == found.total.minor
    if included and mode in {"per_rate", "sum_by_net_keep_gross", "line"}:
        assert found.total == found.goods + found.shipping


@given(st.integers(0, 100_000), st.integers(1, 60), CURRENCIES, WITHIN)
@settings(max_examples=300, deadline=None)
def test_pieces_one_by_one_cost_what_they_cost_together(
    minor: int, count: int, currency: str, country: str
) -> None:
    """Per rate exactly; rounded line by line, each line may be half a unit off."""
    place = Destination(country)
    singles = [line(minor, currency, line=str(i), sku=f"S{i}") for i in range(count)]
    for mode, slack in (("per_rate", 0), ("line", count / 2 + 1)):
        market = MarketFacts("m", tax_included=True, rounding=mode)
        together = ask(place, line(minor, currency, quantity=count), market=market)
        apart = ask(place, *singles, market=market)
        assert together.goods.minor == minor * count == apart.goods.minor
        assert abs(together.tax.minor - apart.tax.minor) <= slack


@given(questions(), st.sampled_from(["keep_gross", "keep_net"]), st.sampled_from(["keep", "strip"]))
@settings(max_examples=200, deadline=None)
def test_the_same_question_has_the_same_bytes_for_an_answer(
    question: tuple[QuoteFacts, RateBook], across: str, export: str
) -> None:
    asked, book = question
    market = replace(asked.market, price_across_rates=across, price_for_export=export)
    asked = replace(asked, market=market)
    found = quote(asked, book)
    assert json.dumps(as_dict(found)) == json.dumps(as_dict(quote(asked, book)))
    assert found.total - found.rounding == (
        found.goods - found.discount + found.shipping + found.tax - found.tax_included
        + found.duty + found.fees)


@pytest.mark.parametrize("included", [True, False])
def test_ten_thousand_quotes_never_raise(*, included: bool) -> None:
    chance, book = Random(20261121), law()
    places = sorted({code[:2] for code in shipped_book().tax_rates} | set(book.territories))
    categories = sorted({row.category for rows in book.tax_rates.values() for row in rows})
    sellers = [seller("DE"), seller("DE", "DE", oss_opted=False), seller("US", "US:NY", "CA"),
               seller("CN", "IOSS", "NO:VOEC", "CH", "AU", "NZ", "SG", "CA"), seller("JP", "JP")]
    for _ in range(GENERATED // 2):
        lines: list[LineFacts] = [
            line(chance.randrange(60_000), currency := "EUR", line=str(i), sku=f"S{i}",
                 quantity=chance.randrange(1, 4), tax_category=chance.choice(categories))
            for i in range(chance.randrange(1, 4))
        ]
        market = MarketFacts(
            "m", included, chance.choice(sorted(MODES)),
            direction=chance.choice(sorted(DIRECTIONS)),
            price_across_rates=chance.choice(["keep_gross", "keep_net"]),
            price_for_export=chance.choice(["keep", "strip"]),
        )
        region = chance.choice(["", "NY", "QC", "ON"])
        found = ask(
            Destination(chance.choice(places), region, str(chance.randrange(100_000)).zfill(5)),
            *lines, market=market, seller=chance.choice(sellers), shipping=chance.randrange(2_000),
            ship_from=chance.choice(["DE", "CN", "US", "XI", "IC", "CH"]), currency=currency,
            incoterm=chance.choice(["DDP", "DAP"]),
        )
        assert found.total.minor >= 0


def test_cases_answer_the_same_however_often_they_are_asked() -> None:
    case = {"id": "x", "op": "quote", "input": {
        "date": "2026-11-21", "currency": "KWD", "price_basis": "excl", "fx": {"KWD": "0.34"},
        "seller": {"country": "DE", "registrations": ["DE", "OSS:DE"]},
        "ship_from": {"country": "DE"}, "ship_to": {"country": "FR", "postcode": "75001"},
        "lines": [{"sku": "A", "category": "books", "qty": 3, "unit_price_minor": 12345}],
    }}
    answers = {json.dumps(solve({"cases": [case]}, explain=True,
                                book_of=lambda day: shipped_book())) for _ in range(3)}
    assert len(answers) == 1

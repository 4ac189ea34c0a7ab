"""Any cart of any seller to anywhere gets a quote whose parts agree; `bin/bench --only quotes`
asks for 100,000 of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.address import Destination
from app.kernel.fx import Rate
from app.kernel.money import Money
from app.rules.quote import quote
from app.rules.rate_book import RateBook
from app.services.rates.shipped import shipped_book
from bench.generated import check, questions
from tests.rules.asked import RATES
from tests.rules.asked import served as with_service


@cache
def book(_day: date) -> RateBook:
    """The shipped law, some exchange rates, and two warehouses serving Germany."""
    fx = {code: Rate("EUR", code, Decimal(value), "test", date(2026, 11, 20))
          for code, value in RATES.items()}
    law = replace(shipped_book(), fx=fx)
    return with_service(law, Destination("DE"), Money(490, "EUR"), warehouses=("W", "X"))


@settings(deadline=None, max_examples=60)  # the first quote reads the law tables
@given(st.integers(0, 2**32))
def test_every_generated_quote_adds_up(seed: int) -> None:
    for asked, held in islice(questions(book, seed), 3):
        check(asked, quote(asked, held))


def test_the_same_seed_asks_the_same() -> None:
    once, again = (list(islice(questions(book, 7), 5)) for _ in range(2))

    assert [asked for asked, _book in once] == [asked for asked, _book in again]
    assert [quote(*pair) for pair in once] == [quote(*pair) for pair in again]

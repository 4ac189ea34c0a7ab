"""Comparing a value with a legal limit in another currency."""

from __future__ import annotations

from app.kernel.money import Money
from app.rules.rate_book import RateBook


def is_within(value: Money, limit: Money, book: RateBook) -> bool:
    """value <= limit, compared unrounded at the book's rate (135.001 GBP is above 135 GBP).

    False when no rate is known: a relief is never assumed.
    """
    rate = book.rate(value.currency, limit.currency)
    return rate is not None and value.major * rate.value <= limit.major

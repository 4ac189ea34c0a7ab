"""Reliefs for cheap pieces: clothing below a price in New York, up to a price in Massachusetts.

source  cross-border rules §7, clothing; the limits are columns of tax_rates.csv
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.kernel.fx import convert
from app.kernel.money import Money
from app.rules.rate_book import RateBook, TaxRateRow

STANDARD = "standard"


def category_of(category: str, quantity: int, paid: Money, rows: Sequence[TaxRateRow],
                book: RateBook) -> str:
    """The category pieces are taxed in: a relief that ends at a price does not hold for dear ones,
    nor where the price cannot be compared with its limit.

    paid  for all pieces, after discount
    rows  the taxes of the category
    """
    for row in rows:
        limit = None if row.excess else row.below
        if limit is not None and not _is_below(limit, quantity, paid, book):
            return STANDARD
    return category


def taxed_parts(category: str, quantity: int, paid: Money,
                rates: Mapping[str, Sequence[TaxRateRow]],
                book: RateBook) -> list[tuple[str, Money]]:
    """What is paid for a line, by the category each part of it is taxed in: one part, but two where
    only what exceeds the limit of a relief is taxed."""
    rows = rates[category]
    free = next((row.below for row in rows if row.excess and row.below is not None), None)
    if free is None:
        return [(category_of(category, quantity, paid, rows, book), paid)]
    limit = _in_currency(free * quantity, paid.currency, book)
    if limit is None:
        return [(STANDARD, paid)]
    if paid <= limit:
        return [(category, paid)]
    return [(category, limit), (STANDARD, paid - limit)]


def _is_below(limit: Money, quantity: int, paid: Money, book: RateBook) -> bool:
    whole = _in_currency(limit * quantity, paid.currency, book)
    return whole is not None and paid < whole


def _in_currency(amount: Money, currency: str, book: RateBook) -> Money | None:
    if amount.currency == currency:
        return amount
    rate = book.rate(amount.currency, currency)
    return None if rate is None else convert(amount, rate)

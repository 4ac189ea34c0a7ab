"""A tax service's rate for an address, in place of the table's estimate for its state.

Goods with a relief of their own (their row differs from the standard one) keep the table's row: the
service was asked about goods without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.rules.rate_book import TaxRateRow
from app.rules.validity import Validity

STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class LiveTax:
    """What a service said: percent for goods and for shipping in a jurisdiction ("US-CA")."""

    jurisdiction: str
    percent: Decimal
    shipping_percent: Decimal
    source: str
    day: date


def with_live_tax(rates: Mapping[str, tuple[TaxRateRow, ...]], live: LiveTax | None,
                  jurisdiction: str) -> dict[str, tuple[TaxRateRow, ...]]:
    """The rates with the live one where it speaks for them."""
    standard = rates.get(STANDARD, ())
    if live is None or live.jurisdiction != jurisdiction or len(standard) != 1:
        return dict(rates)
    return {category: tuple(_live(row, live, standard[0]) for row in rows)
            for category, rows in rates.items()}


def _live(row: TaxRateRow, live: LiveTax, standard: TaxRateRow) -> TaxRateRow:
    shipping = "taxable" if live.shipping_percent else "exempt"
    if row.percent != standard.percent or row.below is not None:
        return replace(row, shipping=shipping)
    return replace(
        row, id=f"live:{live.source}:{live.jurisdiction}", percent=live.percent, shipping=shipping,
        validity=Validity(live.day, None, live.source, "verified"),
    )

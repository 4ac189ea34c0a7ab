"""The table of a state's sales tax in a case (`us_tax`), as rows of the RateBook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from app.kernel.money import Money
from app.rules.rate_book import RateBook, TaxRateRow, Validity
from app.services.scenarios.fields import Fields, Refused
from app.services.scenarios.import_table import CONFIDENCE, SOURCE

# A price per piece: below it, up to it (one cent more is dear), or taxed only above it.
BELOW = ("below_minor", "exempt_below_minor", "per_item_below_minor", "exempt_below_item_minor")
UP_TO = ("max_item_minor", "exempt_up_to_minor", "exempt_up_to_item_minor", "up_to_minor")
ABOVE = ("taxable_above_minor", "taxed_above_minor", "excess_above_minor")
# A rule for the wider category holds for the narrower one that has none.
_NARROWER = {"clothing": "children_clothes"}


@dataclass(frozen=True, slots=True)
class _Rates:
    """The rates by their level (state, county, city, …), and whether shipping bears them."""

    place: str
    by_level: tuple[tuple[str, Decimal], ...]
    shipping: str

    def without(self, levels: frozenset[str]) -> Decimal:
        """The combined rate of all other levels."""
        return sum((rate for level, rate in self.by_level if level not in levels), Decimal(0))

    def row(self, category: str, percent: Decimal) -> TaxRateRow:
        """One combined rate for goods of a category."""
        return TaxRateRow(f"case:{self.place}:{category}", self.place, category, "Sales tax",
                          percent, self.shipping,
                          Validity(source=SOURCE, confidence=CONFIDENCE))


def with_sales_tax(fields: Fields, book: RateBook) -> tuple[RateBook, bool | None, str]:
    """The book with the state's table in place of the shop's; whether the seller has nexus, where
    the table says so; and the state."""
    state = fields.text("state").upper().removeprefix("US-")
    by_level = []
    for rate in fields.each("rates"):
        rate.text("name", "")
        by_level.append((rate.text("level", ""), rate.number("rate")))
        rate.end()
    word = fields.rest_of("shipping_taxable")
    if not (word is None or isinstance(word, bool | str)):
        raise Refused("tables.us_tax.shipping_taxable is neither yes nor no")
    shipping = "exempt" if word in {False, "no", "exempt", "false"} else "taxable"
    rates = _Rates(f"US-{state}", tuple(by_level), shipping)
    rows = {"standard": rates.row("standard", rates.without(frozenset()))}
    for rule in fields.each("rules"):
        row = _rule(rule, rates)
        rows[row.category] = row
    for wider, narrower in _NARROWER.items():
        if wider in rows and narrower not in rows:
            rows[narrower] = replace(rows[wider], category=narrower)
    nexus = fields.yes("nexus") if fields.has("nexus") else fields.rest_of("nexus")
    fields.end()
    return replace(
        book, tax_rates={**book.tax_rates, rates.place: tuple(rows.values())}), nexus, state


def _rule(fields: Fields, rates: _Rates) -> TaxRateRow:
    """A category that is exempt, wholly or from some levels, or has a rate of its own, up to or
    above a price per piece."""
    category = fields.text("category")
    name = fields.any_of("rate", "percent")
    levels = frozenset(str(level) for level in fields.items("exempt_levels"))
    is_exempt = fields.yes("exempt", default=not fields.yes("taxable", default=False))
    if name:
        percent = fields.number(name)
    elif levels or not is_exempt:
        percent = rates.without(levels)
    else:
        percent = Decimal(0)
    row = rates.row(category, percent)
    limit = fields.any_of(*BELOW, *UP_TO, *ABOVE)
    if limit:
        is_excess = fields.yes("excess_only", default=limit in ABOVE)
        below = fields.whole(limit) + (limit in UP_TO and not is_excess)
        row = replace(row, below=Money(below, "USD"), excess=is_excess)
    for remark in ("note", "name", "source"):
        fields.text(remark, "")
    fields.end()
    return row

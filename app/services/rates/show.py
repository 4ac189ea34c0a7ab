"""The taxes of a jurisdiction on a day, as rows to be shown: `flask tax show`."""

from __future__ import annotations

from datetime import date

from app.kernel import clock
from app.kernel.errors import NotFound
from app.rules.rate_book import EU_MEMBERS, FeeRow, ImportRow, TaxRateRow
from app.services.rates.book import rate_book


def tax_rates(jurisdiction: str, on: date | None = None) -> tuple[TaxRateRow, ...]:
    """Every component tax in force, standard first. Raises NotFound for an unknown place."""
    on = on or clock.now().date()
    rows = rate_book(on).tax_rates.get(jurisdiction)
    if rows is None:
        raise NotFound("unknown_jurisdiction", jurisdiction=jurisdiction)
    held = [row for row in rows if row.validity.covers(on)]
    return tuple(sorted(held, key=lambda row: (row.category != "standard", row.category, row.name)))


def import_rule(country: str, on: date | None = None) -> ImportRow | None:
    """How this country (for a region: its country) takes imports on a day; None: not known."""
    on = on or clock.now().date()
    return rate_book(on).import_rule(country.partition("-")[0], on)


def fees(country: str, on: date | None = None) -> tuple[FeeRow, ...]:
    """Parcel fees of the country and of its union on a day."""
    on = on or clock.now().date()
    country = country.partition("-")[0]
    areas = (country, "EU") if country in EU_MEMBERS else (country,)
    book = rate_book(on)
    return tuple(
        row for area in areas for row in book.fees.get(area, ()) if row.validity.covers(on)
    )

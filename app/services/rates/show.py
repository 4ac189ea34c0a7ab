"""The taxes of a jurisdiction on a day, as rows to be shown: `flask tax show`."""

from __future__ import annotations

from datetime import date

from app.kernel import clock
from app.kernel.errors import NotFound
from app.rules.rate_book import EU_MEMBERS, FeeRow, ImportRow, TaxRateRow, Validity
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


def border(country: str, on: date | None = None) -> tuple[str, ...]:
    """How a country takes imports on a day, in lines: its rule, regimes, and default duty."""
    on = on or clock.now().date()
    country = country.partition("-")[0]
    area, book = "EU" if country in EU_MEMBERS else country, rate_book(on)
    lines = []
    rule = book.import_rule(country, on)
    if rule is not None:
        limits = ", ".join(
            f"no {what} to {limit.major} {limit.currency}"
            for what, limit in (("duty", rule.duty_threshold), ("tax", rule.tax_threshold))
            if limit is not None)
        lines.append(f"import {rule.country}: {rule.valuation}, tax on {rule.import_tax_base}"
                     + (f", {limits}" if limits else "")
                     + (f", at sale {rule.scheme}" if rule.scheme else "") + _told(rule.validity))
    lines += [
        f"regime {row.code}: {row.name}, duty {row.duty_percent} %, "
        f"{row.tax_share_percent} % of the tax" + _told(row.validity)
        for row in book.regimes.get(area, ()) if row.validity.covers(on)
    ]
    lines += [
        f"duty {row.kind} by default: {row.percent} %" + _told(row.validity)
        for row in book.duties_by_prefix.get(area, {}).get("", ()) if row.validity.covers(on)
    ]
    return tuple(lines)


def _told(validity: Validity) -> str:
    return (f"  {validity.first} – {validity.last or 'open'}"
            f"  {validity.confidence}: {validity.source}")
